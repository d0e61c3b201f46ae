//! What iCloud does or may do, and Quince must live with (icloud.md).

use bookings::WriteState;
use bookings::appointments::{self, Actor, Booked};
use jiff::SignedDuration;
use sandbox::Fault;

use crate::database::stories;
use crate::world::{World, tuesday};

stories! {
    connected_on:
    a_uid_that_another_calendar_of_the_account_has_is_given_up,
    it_does_not_matter_whether_a_write_tells_the_version,
    a_stale_read_after_a_write_is_not_taken_for_a_change,
    a_deletion_right_after_the_write_is_noticed_later,
    an_account_that_moved_to_another_partition_keeps_its_choices,
    a_change_in_many_pages_is_read_to_its_end,
    a_temporary_refusal_of_a_write_is_tried_again,
}

async fn state(world: &World, booked: &Booked) -> WriteState {
    world.appointment(booked).await.write.unwrap().state
}

fn client(booked: &Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

async fn a_uid_that_another_calendar_of_the_account_has_is_given_up(world: World) {
    let booked = world.book("10:00").await;
    let mut tx = world.database.store.read().await.unwrap();
    let write = store::event_writes::live_of_appointment(&mut tx, booked.id).await;
    drop(tx);
    let uid = write.unwrap().remove(0).uid;
    let foreign = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\n\
         DTSTART:20261124T150000Z\r\nDTEND:20261124T160000Z\r\nSUMMARY:Foreign\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    world.control.put_event(world.icloud("Work"), &foreign);
    world.jobs().await;
    assert_eq!(state(&world, &booked).await, WriteState::Written);
    let events = world.events("Home");
    assert_eq!(events.len(), 1);
    assert_ne!(events[0].uid, uid);
    assert_eq!(
        world.events("Work")[0].ics,
        foreign,
        "what is not ours is not touched"
    );
    world.later(5).await;
    assert!(
        !world.is_free("15:00").await,
        "and it blocks like any other event"
    );
}

async fn it_does_not_matter_whether_a_write_tells_the_version(world: World) {
    for (tells, from, to) in [(true, "10:00", "11:00"), (false, "13:00", "14:00")] {
        world.control.switch(|switches| switches.etag_on_put = tells);
        let booked = world.book(from).await;
        world.jobs().await;
        appointments::reschedule(&world.quince, &client(&booked), tuesday(to))
            .await
            .unwrap();
        world.jobs().await;
        assert_eq!(
            state(&world, &booked).await,
            WriteState::Written,
            "tells: {tells}"
        );
        assert_eq!(world.events("Home").len(), 1);
        world.later(5).await;
        assert_eq!(
            state(&world, &booked).await,
            WriteState::Written,
            "tells: {tells}"
        );
        appointments::cancel(&world.quince, &client(&booked), "")
            .await
            .unwrap();
        world.jobs().await;
        assert_eq!(world.events("Home"), [], "tells: {tells}");
    }
}

async fn a_stale_read_after_a_write_is_not_taken_for_a_change(world: World) {
    world.control.switch(|switches| switches.stale_reads = 4);
    let booked = world.book("10:00").await;
    world.jobs().await;
    world.sync().await;
    assert_eq!(state(&world, &booked).await, WriteState::Written, "not seen yet");
    world.later(1).await;
    world.later(5).await;
    appointments::reschedule(&world.quince, &client(&booked), tuesday("14:00"))
        .await
        .unwrap();
    world.jobs().await;
    world.sync().await;
    assert_eq!(
        state(&world, &booked).await,
        WriteState::Written,
        "seen where it was before"
    );
    for _ in 0..5 {
        world.later(1).await;
        assert_eq!(state(&world, &booked).await, WriteState::Written);
    }
    assert_eq!(world.events("Home").len(), 1);
}

async fn a_deletion_right_after_the_write_is_noticed_later(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    let href = world.events("Home")[0].href.clone();
    world.control.delete_event(world.icloud("Home"), &href);
    world.later(1).await;
    for _ in 0..4 {
        world.later(2).await;
    }
    assert_eq!(state(&world, &booked).await, WriteState::ChangedInIcloud);
}

async fn an_account_that_moved_to_another_partition_keeps_its_choices(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    world.event("Work", "14:00");
    world.sync().await;
    // From now on only the entry host answers for this account.
    world.control.switch(|switches| {
        switches.partition_gone = true;
        switches.absolute_home = false;
    });
    world.event("Work", "16:00");
    world.later(2).await;
    let connection = world.connection().await;
    let chosen: Vec<&str> = connection
        .calendars
        .iter()
        .filter(|calendar| calendar.is_primary || calendar.checked_for_conflicts)
        .filter(|calendar| !calendar.vanished)
        .map(|calendar| calendar.name.as_str())
        .collect();
    assert_eq!(chosen, ["Home", "Work"], "{connection:?}");
    let free = world.free().await;
    for taken in ["10:00", "14:00", "16:00"] {
        assert!(!free.contains(&taken.to_owned()), "{taken} in {free:?}");
    }
    appointments::reschedule(&world.quince, &client(&booked), tuesday("11:00"))
        .await
        .unwrap();
    world.later(5).await;
    let events = world.events("Home");
    assert_eq!(events.len(), 1);
    assert!(
        events[0].ics.contains("DTSTART:20261124T110000Z"),
        "{}",
        events[0].ics
    );
    assert_eq!(state(&world, &booked).await, WriteState::Written);
}

async fn a_change_in_many_pages_is_read_to_its_end(world: World) {
    world.sync().await;
    world.control.switch(|switches| {
        switches.sync_page = Some(2);
        switches.multiget_duplicates = true;
    });
    for time in ["09:00", "10:00", "11:00", "12:00", "13:00"] {
        world.event("Work", time);
    }
    world.sync().await;
    assert_eq!(
        world.free().await,
        ["14:00", "14:30", "15:00", "15:30", "16:00", "16:30"]
    );
}

async fn a_temporary_refusal_of_a_write_is_tried_again(world: World) {
    let booked = world.book("10:00").await;
    world.control.inject_on("PUT", Fault::ServerError);
    world.control.inject_on("PUT", Fault::ForbiddenThrottle);
    world.jobs().await;
    assert_eq!(state(&world, &booked).await, WriteState::Waiting);
    for _ in 0..6 {
        world.clock.advance(SignedDuration::from_mins(10));
        world.jobs().await;
    }
    assert_eq!(state(&world, &booked).await, WriteState::Written);
    assert_eq!(world.events("Home").len(), 1);
}
