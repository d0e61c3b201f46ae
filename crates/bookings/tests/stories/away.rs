//! Time off: blocked off, days off, holidays of the whole workspace.

use bookings::appointments;
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::holidays::{self, Holiday};
use bookings::{Error, Interval, Kind, Refusal, Rules, WeeklyHours, agenda, blocked};
use scheduling::{DateOverride, LocalWindow};

use crate::database::stories;
use crate::world::{NOW, TUESDAY, World, adas_booking, at, date, tuesday};

stories! {
    connected_on:
    blocked_off_time_is_not_offered_until_it_is_unblocked,
    appointments_in_blocked_off_time_stay_and_are_named,
    only_its_owner_and_admins_block_time_off,
    what_makes_no_sense_is_refused_with_a_sentence,
    a_holiday_closes_the_day_for_everybody_but_who_says_otherwise,
    only_admins_set_holidays,
    appointments_on_a_holiday_or_a_day_off_stay_and_are_named,
    an_admins_own_calendar_shows_what_nobody_holds,
}

fn span(from: &str, to: &str) -> Interval {
    Interval::new(tuesday(from), tuesday(to))
}

async fn blocked_off_time_is_not_offered_until_it_is_unblocked(world: World) {
    let block = blocked::add(
        &world.quince,
        world.owner,
        world.owner,
        span("10:00", "11:15"),
        "",
    )
    .await
    .unwrap();
    assert_eq!((block.title.as_str(), block.appointments.len()), ("Blocked", 0));
    for (time, free) in [
        ("09:30", true),
        ("10:00", false),
        ("11:00", false),
        ("11:30", true),
    ] {
        assert_eq!(world.is_free(time).await, free, "{time}");
    }
    assert!(world.try_to_book("10:30").await.is_err());
    let view = agenda::view(&world.quince, world.owner, date(TUESDAY), 1, agenda::Scope::Me)
        .await
        .unwrap();
    assert_eq!(view.days[0].blocked[0].title, "Blocked");
    blocked::change(
        &world.quince,
        world.owner,
        block.id,
        span("14:00", "15:00"),
        "Dentist",
    )
    .await
    .unwrap();
    assert!(world.is_free("10:00").await && !world.is_free("14:00").await);
    blocked::remove(&world.quince, world.owner, block.id)
        .await
        .unwrap();
    assert!(world.is_free("14:00").await);
    let gone = blocked::get(&world.quince, world.owner, block.id).await;
    assert!(
        matches!(gone, Err(Error::Refused(Refusal::Unblocked))),
        "{gone:?}"
    );
}

async fn appointments_in_blocked_off_time_stay_and_are_named(world: World) {
    let booked = world.book("10:00").await;
    let block = blocked::add(
        &world.quince,
        world.owner,
        world.owner,
        span("09:00", "12:00"),
        "Away",
    )
    .await
    .unwrap();
    assert_eq!(block.appointments, [("Ada Byron".to_owned(), tuesday("10:00"))]);
    assert_eq!(world.appointment(&booked).await.start, tuesday("10:00"));
}

async fn only_its_owner_and_admins_block_time_off(world: World) {
    let jonas = world.colleague("Jonas").await;
    let not_his = blocked::add(&world.quince, jonas, world.owner, span("10:00", "11:00"), "").await;
    assert!(matches!(not_his, Err(Error::NotAllowed(_))), "{not_his:?}");
    let his = blocked::add(&world.quince, world.owner, jonas, span("10:00", "11:00"), "").await;
    assert_eq!(his.unwrap().owner_name, "Jonas");
    let hers = blocked::add(
        &world.quince,
        world.owner,
        world.owner,
        span("10:00", "11:00"),
        "",
    )
    .await
    .unwrap();
    for refused in [
        blocked::remove(&world.quince, jonas, hers.id).await,
        blocked::get(&world.quince, jonas, hers.id).await.map(drop),
        blocked::change(&world.quince, jonas, hers.id, span("10:00", "12:00"), "")
            .await
            .map(drop),
    ] {
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
    }
}

async fn what_makes_no_sense_is_refused_with_a_sentence(world: World) {
    let year = Interval::new(at(NOW), at("2028-01-01T00:00:00Z"));
    for (span, title) in [
        (span("11:00", "10:00"), ""),
        (span("10:00", "10:00"), ""),
        (year, ""),
        (span("10:00", "11:00"), "two\r\nlines"),
    ] {
        let refused = blocked::add(&world.quince, world.owner, world.owner, span, title).await;
        assert!(matches!(refused, Err(Error::Fields(_))), "{refused:?}");
    }
}

fn holiday(day: &str) -> Holiday {
    Holiday {
        date: date(day),
        name: "Founders' day".into(),
    }
}

async fn a_holiday_closes_the_day_for_everybody_but_who_says_otherwise(world: World) {
    holidays::save(
        &world.quince,
        world.owner,
        "Lopez & Co",
        "UTC",
        vec![holiday(TUESDAY)],
    )
    .await
    .unwrap();
    assert_eq!(world.free().await, [""; 0]);
    assert!(world.try_to_book("10:00").await.is_err());
    let view = agenda::view(&world.quince, world.owner, date(TUESDAY), 1, agenda::Scope::Me)
        .await
        .unwrap();
    assert_eq!(view.days[0].holiday.as_deref(), Some("Founders' day"));
    assert_eq!(view.days[0].open, []);
    let own = DateOverride {
        date: date(TUESDAY),
        windows: vec![LocalWindow::new(600, 660).unwrap()],
    };
    world
        .set_hours(world.owner, WeeklyHours::weekdays(540, 1020), vec![own])
        .await;
    assert_eq!(world.free().await, ["10:00", "10:30"]);
    holidays::save(&world.quince, world.owner, "Lopez & Co", "UTC", Vec::new())
        .await
        .unwrap();
    assert_eq!(holidays::list(&world.quince).await.unwrap(), []);
}

async fn only_admins_set_holidays(world: World) {
    let jonas = world.colleague("Jonas").await;
    let refused = holidays::save(&world.quince, jonas, "Mine", "UTC", vec![holiday(TUESDAY)]).await;
    assert!(refused.is_err(), "{refused:?}");
    let twice = vec![holiday(TUESDAY), holiday(TUESDAY)];
    let twice = holidays::save(&world.quince, world.owner, "Lopez & Co", "UTC", twice).await;
    assert!(twice.unwrap_err().to_string().contains("twice"));
    assert_eq!(holidays::list(&world.quince).await.unwrap(), []);
}

async fn appointments_on_a_holiday_or_a_day_off_stay_and_are_named(world: World) {
    let booked = world.book("10:00").await;
    let named = |found: Vec<holidays::AppointmentOnClosedDay>| -> Vec<_> {
        let one =
            |found: holidays::AppointmentOnClosedDay| (found.id, found.name, found.host_name, found.start);
        found.into_iter().map(one).collect()
    };
    let adas = (
        booked.id,
        "Ada Byron".to_owned(),
        "Maya Lopez".to_owned(),
        tuesday("10:00"),
    );
    holidays::save(
        &world.quince,
        world.owner,
        "Lopez & Co",
        "UTC",
        vec![holiday(TUESDAY)],
    )
    .await
    .unwrap();
    let on_holidays = holidays::appointments_on_holidays(&world.quince, world.owner)
        .await
        .unwrap();
    assert_eq!(named(on_holidays), std::slice::from_ref(&adas));
    let jonas = world.colleague("Jonas").await;
    assert!(
        holidays::appointments_on_holidays(&world.quince, jonas)
            .await
            .is_err()
    );

    let off = DateOverride {
        date: date(TUESDAY),
        windows: Vec::new(),
    };
    let none = holidays::appointments_on_days_off(&world.quince, world.owner)
        .await
        .unwrap();
    assert_eq!(none, [], "a holiday is no day off of hers");
    world
        .set_hours(world.owner, WeeklyHours::weekdays(540, 1020), vec![off])
        .await;
    let off = holidays::appointments_on_days_off(&world.quince, world.owner)
        .await
        .unwrap();
    assert_eq!(named(off), [adas]);
    let view = agenda::view(&world.quince, world.owner, date(TUESDAY), 1, agenda::Scope::Me)
        .await
        .unwrap();
    assert_eq!(view.days[0].days_off, [(world.owner, "Maya Lopez".to_owned())]);
}

async fn an_admins_own_calendar_shows_what_nobody_holds(world: World) {
    world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "room".into(),
                kind: Kind::Simple,
                rules: Rules {
                    hours: Some(WeeklyHours::weekdays(540, 1020)),
                    ..Rules::default()
                },
                ..CalendarSettings::new("Room")
            },
            Vec::new(),
        ))
        .await;
    let booking = appointments::Booking {
        slug: "room".into(),
        ..adas_booking("10:00")
    };
    appointments::book(&world.quince, booking).await.unwrap();
    let seen = async |viewer| {
        let view = agenda::view(&world.quince, viewer, date(TUESDAY), 1, agenda::Scope::Me)
            .await
            .unwrap();
        view.days[0].appointments.len()
    };
    assert_eq!(seen(world.owner).await, 1);
    let jonas = world.colleague("Jonas").await;
    assert_eq!(seen(jonas).await, 0, "it is nobody's, and he is no admin");
}
