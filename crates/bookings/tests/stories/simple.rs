//! Simple calendars: no member, no iCloud; only their own appointments block them (D1).

use bookings::appointments::{self, Booked, Booking};
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::{Error, Interval, Kind, Rules, TimeOwner, WeeklyHours, agenda, blocked};

use crate::database::stories;
use crate::world::{TUESDAY, World, adas_booking, date, tuesday};

stories! {
    connected_on:
    d1_it_is_never_in_icloud_and_icloud_never_blocks_it,
    its_own_appointments_block_it_and_nothing_else,
    several_may_share_a_start,
    admins_block_its_own_time,
}

async fn room(world: &World, per_slot: u32) {
    world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "room".into(),
                kind: Kind::Simple,
                rules: Rules {
                    hours: Some(WeeklyHours::weekdays(9 * 60, 12 * 60)),
                    per_slot,
                    ..Rules::default()
                },
                ..CalendarSettings::new("Room")
            },
            Vec::new(),
        ))
        .await;
}

fn booking(time: &str, key: &str) -> Booking {
    Booking {
        slug: "room".into(),
        idempotency_key: key.into(),
        ..adas_booking(time)
    }
}

async fn book(world: &World, time: &str, key: &str) -> Result<Booked, Error> {
    appointments::book(&world.quince, booking(time, key)).await
}

async fn d1_it_is_never_in_icloud_and_icloud_never_blocks_it(world: World) {
    room(&world, 1).await;
    world.event("Work", "10:00");
    world.event("Home", "10:00");
    world.sync().await;
    let booked = book(&world, "10:00", "a").await.unwrap();
    assert_eq!(booked.host_name, "");
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1, "only the dentist");
    let view = world.appointment(&booked).await;
    assert_eq!((view.host, view.write), (None, None));
    assert!(view.write_sentence.contains("iCloud"), "{}", view.write_sentence);
}

async fn its_own_appointments_block_it_and_nothing_else(world: World) {
    room(&world, 1).await;
    book(&world, "10:00", "a").await.unwrap();
    let again = book(&world, "10:00", "b").await;
    assert!(matches!(again, Err(Error::SlotTaken { .. })), "{again:?}");
    assert!(world.is_free("10:00").await, "nobody's time was taken");
    world.book("11:00").await;
    // Others' appointments do not matter.
    book(&world, "11:00", "c").await.unwrap();
    let outside = book(&world, "14:00", "d").await;
    assert!(
        matches!(outside, Err(Error::Refused(_))),
        "its hours are its own: {outside:?}"
    );
}

async fn several_may_share_a_start(world: World) {
    room(&world, 2).await;
    book(&world, "10:00", "a").await.unwrap();
    book(&world, "10:00", "b").await.unwrap();
    assert!(book(&world, "10:00", "c").await.is_err());
}

async fn admins_block_its_own_time(world: World) {
    room(&world, 1).await;
    book(&world, "09:00", "a").await.unwrap();
    let owners = blocked::owners(&world.quince, world.owner).await.unwrap();
    let own = owners
        .iter()
        .find(|owner| matches!(owner.id, TimeOwner::Calendar(_)))
        .unwrap();
    assert_eq!(own.name, "Room");
    let span = Interval::new(tuesday("09:00"), tuesday("11:00"));
    let jonas = world.colleague("Jonas").await;
    assert!(
        blocked::add(&world.quince, jonas, own.id, span, "")
            .await
            .is_err()
    );
    assert_eq!(blocked::owners(&world.quince, jonas).await.unwrap().len(), 1);

    let block = blocked::add(&world.quince, world.owner, own.id, span, "Painters")
        .await
        .unwrap();
    assert_eq!(block.appointments, [("Ada Byron".to_owned(), tuesday("09:00"))]);
    let refused = book(&world, "10:00", "b").await;
    assert!(matches!(refused, Err(Error::SlotTaken { .. })), "{refused:?}");
    assert!(world.is_free("10:00").await, "nobody else's time is blocked");
    let day = agenda::view(&world.quince, world.owner, date(TUESDAY), 1, agenda::Scope::Me)
        .await
        .unwrap();
    assert_eq!(day.days[0].blocked[0].title, "Room: Painters");
    blocked::remove(&world.quince, world.owner, block.id)
        .await
        .unwrap();
    book(&world, "10:00", "b").await.unwrap();
    world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "spare".into(),
                kind: Kind::Simple,
                rules: Rules {
                    hours: Some(WeeklyHours::always()),
                    ..Rules::default()
                },
                ..CalendarSettings::new("Spare")
            },
            Vec::new(),
        ))
        .await;
    let owners = blocked::owners(&world.quince, world.owner).await.unwrap();
    let spare = owners.iter().find(|owner| owner.name == "Spare").unwrap();
    let block = blocked::add(&world.quince, world.owner, spare.id, span, "")
        .await
        .unwrap();
    let (calendar, _) = world.form_of("spare").await;
    booking_calendars::delete(&world.quince, world.owner, calendar)
        .await
        .unwrap();
    let gone = blocked::get(&world.quince, world.owner, block.id).await;
    assert!(gone.is_err(), "its blocks go with it: {gone:?}");
}
