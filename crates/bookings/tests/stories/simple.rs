//! Simple calendars: no member, no iCloud; only their own appointments block them (D1).

use bookings::appointments::{self, BookError, Booked, Booking};
use bookings::calendars::CalendarForm;
use bookings::{Kind, Rules, WeeklyHours};

use crate::database::stories;
use crate::world::{World, adas_wish};

stories! {
    connected_on:
    d1_it_is_never_in_icloud_and_icloud_never_blocks_it,
    its_own_appointments_block_it_and_nothing_else,
    several_may_share_a_start,
}

async fn room(world: &World, per_slot: u32) {
    world
        .make(CalendarForm {
            slug: "room".into(),
            kind: Kind::Simple,
            rules: Rules {
                hours: Some(WeeklyHours::weekdays(9 * 60, 12 * 60)),
                per_slot,
                ..Rules::default()
            },
            ..CalendarForm::new("Room")
        })
        .await;
}

fn wish(time: &str, key: &str) -> Booking {
    Booking {
        slug: "room".into(),
        idempotency_key: key.into(),
        ..adas_wish(time)
    }
}

async fn book(world: &World, time: &str, key: &str) -> Result<Booked, BookError> {
    appointments::book(&world.quince, wish(time, key)).await
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
    assert!(matches!(again, Err(BookError::SlotTaken)), "{again:?}");
    assert!(world.is_free("10:00").await, "nobody's time was taken");
    world.book("11:00").await;
    // Others' appointments do not matter.
    book(&world, "11:00", "c").await.unwrap();
    let outside = book(&world, "14:00", "d").await;
    assert!(
        matches!(outside, Err(BookError::NotOffered(_))),
        "its hours are its own: {outside:?}"
    );
}

async fn several_may_share_a_start(world: World) {
    room(&world, 2).await;
    book(&world, "10:00", "a").await.unwrap();
    book(&world, "10:00", "b").await.unwrap();
    assert!(book(&world, "10:00", "c").await.is_err());
}
