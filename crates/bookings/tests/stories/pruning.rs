//! What is over is kept as long as the operator says, and then goes; what waits, or is to come, never does.

use bookings::appointments::{self, Booked, Booking, RemovalDecision};
use bookings::booking_calendars::{self, CalendarForm, CalendarSettings};
use bookings::{Error, Kind, Quince, Retention, Rules, Settings, WriteState, jobs};
use jiff::SignedDuration;
use sandbox::PasswordState;
use store::event_writes;

use crate::database::stories;
use crate::world::{World, adas_booking, at, member};

stories! {
    connected_on:
    what_is_over_goes_when_its_time_has_come,
    nothing_goes_that_is_kept_for_ever,
    what_was_not_written_or_sent_stays,
    a_clock_that_jumps_ahead_takes_little_with_it,
    a_class_that_is_over_goes_with_its_attendees,
    the_trace_of_a_deleted_appointment_goes_in_its_time,
    what_was_written_of_a_deleted_class_goes_in_its_time,
    a_removal_that_was_given_up_stays_until_somebody_settles_it,
}

/// Another handle on the same database, that keeps things for some days.
fn keeping(world: &World, sent_mails: u32, event_texts: u32, appointments: u32) -> Quince {
    let settings = Settings {
        retention: Retention {
            sent_mails: Some(sent_mails),
            event_texts: Some(event_texts),
            appointments: Some(appointments),
        },
        ..world.quince.settings().clone()
    };
    let store = world.database.store.clone();
    Quince::new(settings, store, world.clock.clone()).unwrap()
}

/// The days go by.
async fn days(world: &World, quince: &Quince, days: u32) {
    for _ in 0..days {
        world.clock.advance(SignedDuration::from_hours(24));
        jobs::run_due(quince).await.unwrap();
    }
}

async fn sent(world: &World) -> i64 {
    world
        .database
        .count("SELECT COUNT(*) FROM messages WHERE state = 'sent'")
        .await
}

async fn rows(world: &World) -> i64 {
    world
        .database
        .count(
            "SELECT (SELECT COUNT(*) FROM appointments) + (SELECT COUNT(*) FROM appointment_parts)
                + (SELECT COUNT(*) FROM event_writes) + (SELECT COUNT(*) FROM occupancy) + (SELECT COUNT(*) FROM occupancy_seats)
                + (SELECT COUNT(*) FROM idempotency_keys) + (SELECT COUNT(*) FROM class_sessions) + (SELECT COUNT(*) FROM messages)",
        )
        .await
}

async fn text(world: &World, booked: &Booked) -> Option<String> {
    let mut tx = world.database.store.read().await.unwrap();
    let writes = event_writes::live_of_appointment(&mut tx, booked.id)
        .await
        .unwrap();
    writes[0].written_ics.clone()
}

async fn what_is_over_goes_when_its_time_has_come(world: World) {
    let quince = keeping(&world, 2, 3, 5);
    let over = world.book("10:00").await;
    let to_come = Booking {
        start: at("2026-12-08T10:00:00Z"),
        ..adas_booking("11:00")
    };
    let to_come = appointments::book(&world.quince, to_come).await.unwrap();
    jobs::run_due(&quince).await.unwrap();
    assert!(sent(&world).await >= 4, "both are told of both");
    assert!(text(&world, &over).await.is_some());

    // Wednesday to Friday: it was on Tuesday.
    days(&world, &quince, 2).await;
    assert!(sent(&world).await >= 4, "mails of Monday");
    days(&world, &quince, 2).await;
    // Of Tuesday's reminders may be there what was sent then.
    assert!(sent(&world).await < 4, "mails of Monday are gone");
    assert!(text(&world, &over).await.is_some(), "three days are not over");
    days(&world, &quince, 1).await;
    assert!(text(&world, &over).await.is_none());
    assert!(
        appointments::get(&world.quince, world.owner, over.id)
            .await
            .is_ok()
    );

    days(&world, &quince, 3).await;
    let gone = appointments::get(&world.quince, world.owner, over.id).await;
    assert!(matches!(gone, Err(Error::NotFound(_))), "{gone:?}");
    assert!(
        appointments::by_token(&world.quince, &over.manage_token)
            .await
            .is_err()
    );
    assert_eq!(
        world.events("Home").len(),
        2,
        "events in people's calendars stay as they are"
    );
    let kept = world.appointment(&to_come).await;
    assert_eq!(kept.start, at("2026-12-08T10:00:00Z"));
    assert!(text(&world, &to_come).await.is_some(), "it is to come");
    // The appointment, its part, event, seat and the span of it, its key, and mails.
    let messages = world.database.count("SELECT COUNT(*) FROM messages").await;
    assert_eq!(rows(&world).await, 6 + messages);
    let again = Booking {
        idempotency_key: "another".into(),
        ..adas_booking("11:00")
    };
    let again = Booking {
        start: at("2026-12-08T10:00:00Z"),
        ..again
    };
    assert!(
        appointments::book(&world.quince, again).await.is_err(),
        "its time stays taken"
    );
}

async fn nothing_goes_that_is_kept_for_ever(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    let before = rows(&world).await;
    days(&world, &world.quince, 30).await;
    // Keys are for requests that are sent again, and end after a month anyway.
    assert!(rows(&world).await >= before - 1);
    assert!(text(&world, &booked).await.is_some());
    assert_eq!(world.appointment(&booked).await.start, booked_start());
}

fn booked_start() -> jiff::Timestamp {
    at("2026-11-24T10:00:00Z")
}

async fn what_was_not_written_or_sent_stays(world: World) {
    let quince = keeping(&world, 1, 1, 1);
    jobs::run_due(&quince).await.unwrap();
    world.control.set_down(true);
    let booked = world.book("10:00").await;
    days(&world, &quince, 10).await;
    assert_eq!(
        world.appointment(&booked).await.start,
        booked_start(),
        "its event is still to be written"
    );
    world.control.set_down(false);
    days(&world, &quince, 1).await;
    assert_eq!(world.events("Home").len(), 1);
    days(&world, &quince, 3).await;
    let gone = appointments::get(&world.quince, world.owner, booked.id).await;
    assert!(matches!(gone, Err(Error::NotFound(_))), "{gone:?}");
    assert_eq!(world.events("Home").len(), 1);
}

async fn a_clock_that_jumps_ahead_takes_little_with_it(world: World) {
    let quince = keeping(&world, 5, 5, 5);
    let booked = world.book("10:00").await;
    jobs::run_due(&quince).await.unwrap();
    let mails = sent(&world).await;
    // For five hours the clock is ten years ahead.
    world.clock.advance(SignedDuration::from_hours(24 * 3_652));
    for _ in 0..5 {
        for _ in 0..3 {
            jobs::run_due(&quince).await.unwrap();
        }
        world.clock.advance(SignedDuration::from_mins(61));
    }
    assert!(sent(&world).await >= mails);
    assert!(text(&world, &booked).await.is_some());
    assert_eq!(world.appointment(&booked).await.start, booked_start());
    // It is right again, and things go in their time.
    world.clock.set(at("2026-11-23T13:30:00Z"));
    days(&world, &quince, 5).await;
    assert_eq!(world.appointment(&booked).await.start, booked_start());
    days(&world, &quince, 3).await;
    assert!(
        appointments::get(&world.quince, world.owner, booked.id)
            .await
            .is_err()
    );
}

async fn a_class_that_is_over_goes_with_its_attendees(world: World) {
    let quince = keeping(&world, 2, 3, 5);
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "yoga".into(),
            kind: Kind::ClassBooking,
            rules: Rules {
                seats: 3,
                ..Rules::default()
            },
            ..CalendarSettings::new("Yoga")
        },
        vec![member(world.owner)],
    );
    world.make(form).await;
    for who in ["ada", "bob"] {
        let booking = Booking {
            slug: "yoga".into(),
            email: format!("{who}@example.com"),
            idempotency_key: format!("key-of-{who}"),
            ..adas_booking("10:00")
        };
        appointments::book(&world.quince, booking).await.unwrap();
    }
    jobs::run_due(&quince).await.unwrap();
    assert!(rows(&world).await > 9);
    days(&world, &quince, 8).await;
    assert_eq!(rows(&world).await, 0);
    assert_eq!(world.events("Home").len(), 1);
}

async fn the_trace_of_a_deleted_appointment_goes_in_its_time(world: World) {
    let quince = keeping(&world, 2, 3, 5);
    let booked = world.book("10:00").await;
    jobs::run_due(&quince).await.unwrap();
    appointments::delete(&world.quince, world.owner, booked.id, true)
        .await
        .unwrap();
    days(&world, &quince, 4).await;
    let left = async || {
        let traces = "SELECT (SELECT COUNT(*) FROM changes) + (SELECT COUNT(*) FROM event_writes)";
        world.database.count(traces).await
    };
    assert_eq!(left().await, 2);
    days(&world, &quince, 3).await;
    assert_eq!(left().await, 0);
    assert_eq!(rows(&world).await, 0);
}

async fn what_was_written_of_a_deleted_class_goes_in_its_time(world: World) {
    let quince = keeping(&world, 2, 3, 5);
    let form = CalendarForm::new(
        CalendarSettings {
            slug: "yoga".into(),
            kind: Kind::ClassBooking,
            ..CalendarSettings::new("Yoga")
        },
        vec![member(world.owner)],
    );
    let yoga = world.make(form).await;
    let booking = Booking {
        slug: "yoga".into(),
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, booking).await.unwrap();
    jobs::run_due(&quince).await.unwrap();
    appointments::delete(&world.quince, world.owner, booked.id, false)
        .await
        .unwrap();
    booking_calendars::delete(&world.quince, world.owner, yoga)
        .await
        .unwrap();
    days(&world, &quince, 4).await;
    assert_eq!(world.events("Home"), []);
    let writes = "SELECT COUNT(*) FROM event_writes";
    assert_eq!(world.database.count(writes).await, 1);
    days(&world, &quince, 4).await;
    assert_eq!(world.database.count(writes).await, 0);
}

async fn a_removal_that_was_given_up_stays_until_somebody_settles_it(world: World) {
    let quince = keeping(&world, 2, 3, 5);
    let booked = world.book("10:00").await;
    jobs::run_due(&quince).await.unwrap();
    let account = world.control.accounts()[0];
    world.control.set_password_state(account, PasswordState::Revoked);
    appointments::delete(&world.quince, world.owner, booked.id, false)
        .await
        .unwrap();
    days(&world, &quince, 10).await;
    let pending_removal = async || {
        let deleted = appointments::deleted_lately(&quince, world.owner).await.unwrap();
        deleted[0].pending_removal.clone().map(|(state, _)| state)
    };
    assert_eq!(pending_removal().await, Some(WriteState::Failed));
    let settle = async |how| appointments::settle_removal(&quince, world.owner, booked.id, how).await;
    settle(RemovalDecision::Retry).await.unwrap();
    assert_eq!(pending_removal().await, Some(WriteState::Waiting));
    jobs::run_due(&quince).await.unwrap();
    assert_eq!(pending_removal().await, Some(WriteState::Failed));
    settle(RemovalDecision::RemovedByHand).await.unwrap();
    assert_eq!(pending_removal().await, None);
    let colleague = world.colleague("Jonas").await;
    let refused = appointments::settle_removal(&quince, colleague, booked.id, RemovalDecision::Retry).await;
    assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
    days(&world, &quince, 2).await;
    assert_eq!(rows(&world).await, 0);
    assert_eq!(world.database.count("SELECT COUNT(*) FROM changes").await, 0);
}
