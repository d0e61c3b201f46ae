//! Appointments in iCloud: written once, followed, and watched (D2, D3, D4).

use bookings::appointments::{self, Actor, Booked, Edit};
use bookings::booking_calendars::{CalendarForm, CalendarSettings};
use bookings::{WriteState, configuration};
use jiff::SignedDuration;
use sandbox::{Fault, NewCalendar, RetryAfter};

use crate::database::stories;
use crate::world::{World, tuesday};

stories! {
    connected_on:
    d2_a_booking_is_written_to_the_primary_calendar,
    d3_changes_in_quince_follow_in_icloud,
    d3_another_name_or_place_of_the_booking_calendar_follows_in_icloud,
    d4_an_event_moved_in_icloud_leaves_the_appointment_alone,
    d4_an_event_deleted_in_icloud_can_be_written_again,
    d4_quinces_own_change_wins_over_one_in_icloud,
    own_events_neither_block_nor_are_shown_as_external,
    a_booking_while_icloud_is_down_is_written_once_when_it_is_back,
    a_lost_answer_leads_to_one_event,
    a_lost_answer_to_a_change_leads_to_one_event,
    a_booking_cancelled_before_it_was_written_leaves_nothing,
    nothing_is_written_that_invites_or_lacks_a_name,
    a_restart_between_commit_and_push_pushes_once,
    a_primary_calendar_deleted_in_icloud_is_a_clear_problem,
    a_read_only_calendar_ends_with_a_reason,
    another_primary_calendar_gets_the_events_to_come,
    an_event_left_behind_by_a_clock_that_was_ahead_moves_when_its_appointment_does,
    reconnecting_the_same_account_adopts_its_events,
    a_throttled_write_waits_as_long_as_asked,
}
stories! {
    on:
    without_a_primary_calendar_nothing_is_written_until_there_is_one,
}

async fn state(world: &World, booked: &Booked) -> WriteState {
    world.appointment(booked).await.write.unwrap().state
}

fn client(booked: &Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

async fn d2_a_booking_is_written_to_the_primary_calendar(world: World) {
    let booked = world.book("10:00").await;
    assert_eq!(state(&world, &booked).await, WriteState::Waiting);
    world.jobs().await;
    assert_eq!(state(&world, &booked).await, WriteState::Written);
    let events = world.events("Home");
    let [event] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(event.summary, "Intro call: Ada Byron");
    assert!(
        event.ics.contains("DTSTART:20261124T100000Z") && event.ics.contains("DTEND:20261124T103000Z"),
        "{}",
        event.ics
    );
    let unfolded = event.ics.replace("\r\n ", "");
    for part in [
        "ada@example.com",
        "+1 555 0100",
        "Bring tea",
        "https://book.example/appointments/",
    ] {
        assert!(unfolded.contains(part), "{part} in {unfolded}");
    }
    assert!(
        !unfolded.contains(&booked.manage_token),
        "the client's secret is the client's alone"
    );
    assert_eq!(world.events("Work"), []);
}

async fn d3_changes_in_quince_follow_in_icloud(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    let uid = world.events("Home")[0].uid.clone();
    appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    world.jobs().await;
    let events = world.events("Home");
    assert_eq!(
        (events.len(), &events[0].uid),
        (1, &uid),
        "rescheduling keeps the event's identity"
    );
    assert!(events[0].ics.contains("DTSTART:20261124T140000Z"));
    let edit = Edit {
        name: "Ada King".into(),
        email: "ada@example.com".into(),
        phone: String::new(),
        notes: String::new(),
        guests: Vec::new(),
    };
    appointments::edit(&world.quince, world.owner, booked.id, &edit)
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home")[0].summary, "Intro call: Ada King");
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home"), []);
    assert_eq!(state(&world, &booked).await, WriteState::Removed);
}

async fn d3_another_name_or_place_of_the_booking_calendar_follows_in_icloud(world: World) {
    world.book("10:00").await;
    world.jobs().await;
    let (id, form) = world.form_of("intro").await;
    let writes = world.requests("PUT");
    bookings::booking_calendars::update(&world.quince, world.owner, id, form.clone())
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(
        world.requests("PUT"),
        writes,
        "nothing that an event says has changed"
    );
    let form = CalendarForm {
        settings: CalendarSettings {
            name: "First talk".into(),
            location: "Orchard Lane 3".into(),
            ..form.settings
        },
        ..form
    };
    bookings::booking_calendars::update(&world.quince, world.owner, id, form)
        .await
        .unwrap();
    world.jobs().await;
    let events = world.events("Home");
    let [event] = events.as_slice() else {
        panic!("{events:?}")
    };
    assert_eq!(event.summary, "First talk: Ada Byron");
    assert!(event.ics.contains("LOCATION:Orchard Lane 3"), "{}", event.ics);
}

async fn d4_an_event_moved_in_icloud_leaves_the_appointment_alone(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    world.later(5).await;
    let href = world.events("Home")[0].href.clone();
    world
        .control
        .move_event(world.icloud("Home"), &href, tuesday("15:00"));
    world.later(5).await;
    let seen = world.appointment(&booked).await;
    assert_eq!(seen.start, tuesday("10:00"));
    let write = seen.write.unwrap();
    assert_eq!(write.state, WriteState::ChangedInIcloud);
    assert!(write.can_write_again && write.problem.unwrap().contains("the time"));
    assert!(
        seen.write_sentence.contains("Changed in iCloud"),
        "{}",
        seen.write_sentence
    );
    assert!(world.is_free("15:00").await && !world.is_free("10:00").await);
    appointments::write_again(&world.quince, world.owner, booked.id)
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(state(&world, &booked).await, WriteState::Written);
    let events = world.events("Home");
    assert_eq!(events.len(), 1);
    assert!(
        events[0].ics.contains("DTSTART:20261124T100000Z"),
        "{}",
        events[0].ics
    );
}

async fn d4_an_event_deleted_in_icloud_can_be_written_again(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    world.later(5).await;
    let event = world.events("Home")[0].clone();
    world.control.delete_event(world.icloud("Home"), &event.href);
    world.later(5).await;
    assert_eq!(state(&world, &booked).await, WriteState::ChangedInIcloud);
    assert!(!world.is_free("10:00").await, "the appointment stands");
    appointments::write_again(&world.quince, world.owner, booked.id)
        .await
        .unwrap();
    world.jobs().await;
    let events = world.events("Home");
    assert_eq!(events.len(), 1);
    assert_ne!(
        events[0].uid, event.uid,
        "a deleted UID may stay taken, so a fresh one is used"
    );
    assert_eq!(state(&world, &booked).await, WriteState::Written);
}

async fn d4_quinces_own_change_wins_over_one_in_icloud(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    let href = world.events("Home")[0].href.clone();
    world
        .control
        .retitle_event(world.icloud("Home"), &href, "Something else");
    appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    world.jobs().await;
    let events = world.events("Home");
    assert_eq!(
        (events.len(), events[0].summary.as_str()),
        (1, "Intro call: Ada Byron")
    );
    assert!(events[0].ics.contains("DTSTART:20261124T140000Z"));
    assert_eq!(state(&world, &booked).await, WriteState::Written);
}

async fn own_events_neither_block_nor_are_shown_as_external(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    world.later(2).await;
    let day = crate::world::date(crate::world::TUESDAY);
    let who = bookings::agenda::Scope::Me;
    let view = bookings::agenda::view(&world.quince, world.owner, day, 1, who)
        .await
        .unwrap();
    assert_eq!(
        (view.days[0].appointments.len(), view.days[0].external.len()),
        (1, 0)
    );
    appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    assert!(
        world.is_free("10:00").await,
        "its event, still at ten in iCloud, does not block"
    );
}

async fn a_booking_while_icloud_is_down_is_written_once_when_it_is_back(world: World) {
    world.control.set_down(true);
    let booked = world.book("10:00").await;
    for _ in 0..5 {
        world.later(3).await;
    }
    let write = world.appointment(&booked).await.write.unwrap();
    assert_eq!(write.state, WriteState::Waiting);
    assert!(write.problem.is_some(), "the reason is shown meanwhile");
    world.control.set_down(false);
    world.later(60).await;
    world.later(60).await;
    assert_eq!(state(&world, &booked).await, WriteState::Written);
    assert_eq!(world.events("Home").len(), 1);
}

async fn a_lost_answer_leads_to_one_event(world: World) {
    let booked = world.book("10:00").await;
    world.control.inject_on("PUT", Fault::ResetAfterEffect);
    world.jobs().await;
    assert_eq!(state(&world, &booked).await, WriteState::Waiting);
    assert_eq!(world.events("Home").len(), 1, "it took effect");
    world.later(5).await;
    assert_eq!(state(&world, &booked).await, WriteState::Written);
    assert_eq!(world.events("Home").len(), 1);
}

async fn a_lost_answer_to_a_change_leads_to_one_event(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    world.control.inject_on("PUT", Fault::ResetAfterEffect);
    world.jobs().await;
    world.later(5).await;
    assert_eq!(state(&world, &booked).await, WriteState::Written);
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    world.control.inject_on("DELETE", Fault::ResetAfterEffect);
    world.jobs().await;
    world.later(5).await;
    assert_eq!(state(&world, &booked).await, WriteState::Removed);
    assert_eq!(world.events("Home"), []);
}

async fn a_booking_cancelled_before_it_was_written_leaves_nothing(world: World) {
    let booked = world.book("10:00").await;
    world.control.inject_on("PUT", Fault::ResetAfterEffect);
    world.jobs().await;
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    world.later(5).await;
    assert_eq!(
        world.events("Home"),
        [],
        "also an event whose making was never answered"
    );
    let other = world.book("11:00").await;
    appointments::cancel(&world.quince, &client(&other), "")
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(state(&world, &other).await, WriteState::Removed);
}

async fn nothing_is_written_that_invites_or_lacks_a_name(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    world.jobs().await;
    let requests = world.control.requests();
    assert!(
        requests
            .iter()
            .all(|request| request.header("user-agent").is_some())
    );
    let puts: Vec<_> = requests
        .iter()
        .filter(|request| request.method == "PUT")
        .collect();
    assert_eq!(puts.len(), 2);
    for put in &puts {
        assert!(
            !put.body.contains("ATTENDEE") && !put.body.contains("ORGANIZER") && !put.body.contains("METHOD")
        );
    }
    assert_eq!(puts[0].header("if-none-match"), Some("*"));
    assert!(puts[1].header("if-match").is_some_and(|etag| etag != "*"));
    assert_eq!(world.control.invitations(), []);
}

async fn a_restart_between_commit_and_push_pushes_once(world: World) {
    let booked = world.book("10:00").await;
    // A process that died held the write; its lease ends and another one takes over.
    {
        let mut tx = world.database.store.write().await.unwrap();
        let now = world.quince.now();
        let lease = now + jiff::SignedDuration::from_mins(10);
        let claimed = store::event_writes::claim_due(&mut tx, now, lease, 10)
            .await
            .unwrap();
        assert_eq!(claimed.len(), 1);
        tx.commit().await.unwrap();
    }
    world.jobs().await;
    assert_eq!(world.events("Home"), [], "somebody else holds it");
    world.later(11).await;
    world.later(1).await;
    assert_eq!(world.events("Home").len(), 1);
    assert_eq!(state(&world, &booked).await, WriteState::Written);
}

async fn a_primary_calendar_deleted_in_icloud_is_a_clear_problem(world: World) {
    world.control.delete_calendar(world.icloud("Home"));
    let booked = world.book("10:00").await;
    world.jobs().await;
    let seen = world.appointment(&booked).await;
    assert_eq!(seen.write.as_ref().unwrap().state, WriteState::Failed);
    assert!(
        seen.write_sentence.contains("deleted in iCloud"),
        "{}",
        seen.write_sentence
    );
    let configured = configuration::get(&world.quince, world.owner).await.unwrap();
    assert!(configured.primary_problem.unwrap().contains("deleted in iCloud"));
    let late = world.book("11:00").await;
    configuration::save_primary(&world.quince, world.owner, Some(world.remote("Work").await))
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(
        world.events("Work").len(),
        2,
        "written when a new primary calendar is chosen"
    );
    assert_eq!(state(&world, &late).await, WriteState::Written);
}

async fn a_read_only_calendar_ends_with_a_reason(world: World) {
    world.control.set_writable(world.icloud("Home"), false);
    let booked = world.book("10:00").await;
    for _ in 0..12 {
        world.later(60).await;
    }
    let seen = world.appointment(&booked).await;
    assert_eq!(seen.write.unwrap().state, WriteState::Failed);
    assert!(
        seen.write_sentence.contains("sharing settings"),
        "{}",
        seen.write_sentence
    );
    world.control.set_writable(world.icloud("Home"), true);
    world.sync().await;
    appointments::write_again(&world.quince, world.owner, booked.id)
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1);
}

async fn another_primary_calendar_gets_the_events_to_come(world: World) {
    let account = world.control.accounts()[0];
    world
        .control
        .add_calendar(account, NewCalendar::named("Bookings"));
    world.sync().await;
    let booked = world.book("10:00").await;
    world.jobs().await;
    let old = world.events("Home")[0].uid.clone();
    configuration::save_primary(&world.quince, world.owner, Some(world.remote("Bookings").await))
        .await
        .unwrap();
    world.jobs().await;
    world.jobs().await;
    assert_eq!(world.events("Home"), []);
    let events = world.events("Bookings");
    assert_eq!(events.len(), 1);
    assert_ne!(events[0].uid, old);
    assert_eq!(state(&world, &booked).await, WriteState::Written);
    world.later(5).await;
    assert_eq!(state(&world, &booked).await, WriteState::Written);
}

async fn an_event_left_behind_by_a_clock_that_was_ahead_moves_when_its_appointment_does(world: World) {
    let account = world.control.accounts()[0];
    world
        .control
        .add_calendar(account, NewCalendar::named("Bookings"));
    world.sync().await;
    let booked = world.book("10:00").await;
    world.jobs().await;
    let ahead = SignedDuration::from_hours(72);
    world.clock.advance(ahead);
    configuration::save_primary(&world.quince, world.owner, Some(world.remote("Bookings").await))
        .await
        .unwrap();
    world.clock.advance(-ahead);
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1, "by that clock it was over");
    appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    world.jobs().await;
    world.jobs().await;
    assert_eq!(world.events("Home"), []);
    assert_eq!(world.events("Bookings").len(), 1);
    assert_eq!(state(&world, &booked).await, WriteState::Written);
}

async fn reconnecting_the_same_account_adopts_its_events(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    let id = world.connection().await.id;
    let keep = bookings::connections::EventsInIcloud::Keep;
    bookings::connections::disconnect(&world.quince, world.owner, id, keep)
        .await
        .unwrap();
    world.connect().await;
    configuration::save_primary(&world.quince, world.owner, Some(world.remote("Home").await))
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1, "found again, not written twice");
    assert_eq!(state(&world, &booked).await, WriteState::Written);
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home"), []);
}

async fn a_throttled_write_waits_as_long_as_asked(world: World) {
    let booked = world.book("10:00").await;
    world
        .control
        .inject_on("PUT", Fault::Unavailable(RetryAfter::Seconds(1_800)));
    world.jobs().await;
    world.later(25).await;
    assert_eq!(world.requests("PUT"), 1, "not before the half hour is over");
    world.later(6).await;
    assert_eq!(state(&world, &booked).await, WriteState::Written);
}

async fn without_a_primary_calendar_nothing_is_written_until_there_is_one(world: World) {
    world.calendar("intro", &[world.owner]).await;
    let booked = world.book("10:00").await;
    world.jobs().await;
    let seen = world.appointment(&booked).await;
    assert_eq!(seen.write.unwrap().state, WriteState::NoCalendar);
    assert!(
        seen.write_sentence.contains("primary calendar"),
        "{}",
        seen.write_sentence
    );
    world.connect().await;
    configuration::save_primary(&world.quince, world.owner, Some(world.remote("Home").await))
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1);
    assert_eq!(state(&world, &booked).await, WriteState::Written);
}
