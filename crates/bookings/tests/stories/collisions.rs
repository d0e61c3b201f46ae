//! Appointments that an event in a host's calendar collides with are marked, and stay as they are.

use bookings::agenda::{self, Scope};
use bookings::appointments::{self, Actor, AppointmentView, Filter};
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::configuration::{self, Policies};
use bookings::{Kind, Rules, StaffId};
use jiff::SignedDuration;

use crate::database::stories;
use crate::world::{TUESDAY, World, adas_booking, at, date, member, tuesday};

stories! {
    connected_on:
    an_event_that_came_later_marks_the_appointment_until_one_of_them_moves,
    only_an_event_that_takes_the_meetings_time_collides,
    a_colleagues_event_marks_what_both_hold,
    what_is_over_or_cancelled_collides_with_nothing,
}

async fn colliding(world: &World, viewer: StaffId) -> Vec<AppointmentView> {
    let filter = Filter {
        upcoming: true,
        host: None,
        to_confirm: false,
        colliding: true,
        search: String::new(),
        cursor: None,
        limit: 50,
    };
    let page = appointments::list(&world.quince, viewer, &filter).await;
    page.unwrap().appointments
}

/// Whether the calendar view marks each of Tuesday's appointments.
async fn marks(world: &World) -> Vec<bool> {
    let view = agenda::view(&world.quince, world.owner, date(TUESDAY), 1, Scope::Me).await;
    let day = &view.unwrap().days[0];
    day.appointments.iter().map(|found| found.collides).collect()
}

async fn an_event_that_came_later_marks_the_appointment_until_one_of_them_moves(world: World) {
    let booked = world.book("10:00").await;
    world.book("15:00").await;
    world.jobs().await;
    world.sync().await;
    assert!(
        colliding(&world, world.owner).await.is_empty(),
        "what Quince wrote"
    );
    assert_eq!(marks(&world).await, [false, false]);

    let href = world.event("Work", "10:00");
    world.sync().await;
    let sentence = world.appointment(&booked).await.collision.unwrap();
    assert!(sentence.starts_with("Maya Lopez has an event"), "{sentence}");
    let listed = colliding(&world, world.owner).await;
    assert_eq!(
        listed.iter().map(|found| found.id).collect::<Vec<_>>(),
        [booked.id]
    );
    assert_eq!(marks(&world).await, [true, false]);
    // It takes place all the same.
    assert_eq!(world.appointment(&booked).await.start, tuesday("10:00"));

    world
        .control
        .move_event(world.icloud("Work"), &href, tuesday("15:00"));
    world.sync().await;
    assert_eq!(world.appointment(&booked).await.collision, None);
    assert_eq!(marks(&world).await, [false, true]);
    let other = Actor::Staff {
        id: world.owner,
        appointment: colliding(&world, world.owner).await[0].id,
    };
    let moved = appointments::reschedule(&world.quince, &other, tuesday("12:00")).await;
    assert_eq!(moved.unwrap().collision, None);
    assert!(colliding(&world, world.owner).await.is_empty());
}

async fn only_an_event_that_takes_the_meetings_time_collides(world: World) {
    world
        .make(CalendarForm::new(
            CalendarSettings {
                slug: "buffered".into(),
                kind: Kind::Personal,
                rules: Rules {
                    pre_buffer: 60,
                    post_buffer: 60,
                    ..Rules::default()
                },
                ..CalendarSettings::new("Buffered")
            },
            vec![member(world.owner)],
        ))
        .await;
    let booking = appointments::Booking {
        slug: "buffered".into(),
        ..adas_booking("12:00")
    };
    let booked = appointments::book(&world.quince, booking).await.unwrap();
    let collides = async || {
        world.sync().await;
        world.appointment(&booked).await.collision.is_some()
    };
    // It lasts until half past twelve; the buffers are not the meeting's time.
    world.event("Work", "11:00");
    world.event("Work", "12:30");
    assert!(!collides().await);
    let put = |uid: &str, lines: &str| {
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\n{lines}\
             END:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        world.control.put_event(world.icloud("Work"), &text);
    };
    put(
        "free",
        "DTSTART:20261124T120000Z\r\nDTEND:20261124T130000Z\r\nTRANSP:TRANSPARENT\r\n",
    );
    assert!(!collides().await);
    put(
        "whole",
        "DTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261125\r\n",
    );
    assert!(collides().await);
    let connection = world.connection().await;
    let policies = Policies {
        import_policy: connection.policies.import_policy,
        when_stale: connection.policies.when_stale,
    };
    configuration::save_policies(&world.quince, world.owner, connection.id, policies, Some(&[]))
        .await
        .unwrap();
    assert!(!collides().await, "all-day events do not block");
    // From long before until long after.
    put("long", "DTSTART:20261101T120000Z\r\nDTEND:20261224T130000Z\r\n");
    assert!(collides().await);
    configuration::save_conflicts(&world.quince, world.owner, Vec::new())
        .await
        .unwrap();
    assert!(!collides().await, "the calendar does not count");
}

async fn a_colleagues_event_marks_what_both_hold(world: World) {
    let mira = world.connected_colleague("Mira").await;
    world.collective("panel", &[world.owner, mira.staff]).await;
    let booking = appointments::Booking {
        slug: "panel".into(),
        ..adas_booking("10:00")
    };
    let booked = appointments::book(&world.quince, booking).await.unwrap();
    let own = world.book("11:00").await;
    let (from, to) = (tuesday("10:00"), tuesday("12:00"));
    world.control.add_simple_event(mira.calendar, "Dentist", from, to);
    world.later(2).await;
    let sentence = world.appointment(&booked).await.collision.unwrap();
    assert!(sentence.starts_with("Mira has an event") && !sentence.contains("Dentist"));
    assert_eq!(
        world.appointment(&own).await.collision,
        None,
        "it is the owner's alone"
    );
    for viewer in [world.owner, mira.staff] {
        let listed = colliding(&world, viewer).await;
        assert_eq!(
            listed.iter().map(|found| found.id).collect::<Vec<_>>(),
            [booked.id]
        );
    }
    assert_eq!(marks(&world).await, [true, false]);
}

async fn what_is_over_or_cancelled_collides_with_nothing(world: World) {
    let booked = world.book("10:00").await;
    let other = world.book("10:30").await;
    world.event("Work", "10:00");
    world.sync().await;
    assert_eq!(colliding(&world, world.owner).await.len(), 2);
    let client = Actor::Client {
        token: other.manage_token.clone(),
    };
    appointments::cancel(&world.quince, &client, "").await.unwrap();
    let listed = colliding(&world, world.owner).await;
    assert_eq!(
        listed.iter().map(|found| found.id).collect::<Vec<_>>(),
        [booked.id]
    );
    world
        .clock
        .set(at("2026-11-24T10:30:00Z") + SignedDuration::from_secs(1));
    assert!(colliding(&world, world.owner).await.is_empty());
    assert_eq!(world.appointment(&booked).await.collision, None);
}
