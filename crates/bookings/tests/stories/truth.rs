//! What Quince knows of a calendar stays right while servers move, vanish, break off and answer in part, and while several
//! processes look.

use bookings::agenda::{self, Scope};
use bookings::appointments::{self, Actor};
use bookings::{Error, WriteState, booking_calendars, configuration, connections};
use sandbox::{Fault, PasswordState};

use crate::database::stories;
use crate::world::{TUESDAY, World, date, tuesday};

stories! {
    connected_on:
    a_move_to_another_partition_neither_doubles_nor_loses_a_write,
    a_removal_waits_for_an_account_that_has_moved,
    two_processes_do_not_read_a_connection_at_the_same_time,
    an_unchanged_calendar_costs_one_request,
    a_problem_is_shown_until_the_event_is_mended,
    a_calendar_appears_is_renamed_and_comes_back,
    a_calendar_that_becomes_read_only_is_written_to_when_it_may_be,
    a_sync_answer_that_is_not_understood_is_followed_by_a_whole_read,
    a_whole_read_that_breaks_off_keeps_what_it_brought_and_drops_nothing,
    what_was_given_up_is_done_when_the_login_works_again_by_itself,
    the_owner_of_an_event_is_told_why_it_blocks,
    an_outage_is_told_on_the_booking_calendars_of_its_host,
}

fn client(booked: &bookings::appointments::Booked) -> Actor {
    Actor::Client {
        token: booked.manage_token.clone(),
    }
}

/// The old host answers 404 to everything from now on.
fn move_the_account(world: &World) {
    world.control.switch(|switches| {
        switches.partition_gone = true;
        switches.absolute_home = false;
    });
}

async fn a_move_to_another_partition_neither_doubles_nor_loses_a_write(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    move_the_account(&world);
    appointments::reschedule(&world.quince, &client(&booked), tuesday("11:00"))
        .await
        .unwrap();
    world.jobs().await;
    world.later(2).await;
    world.later(2).await;
    let events = world.events("Home");
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(
        events[0].ics.contains("DTSTART:20261124T110000Z"),
        "{}",
        events[0].ics
    );
    let write = world.appointment(&booked).await.write.unwrap();
    assert_eq!((write.state, write.problem), (WriteState::Written, None));
}

async fn a_removal_waits_for_an_account_that_has_moved(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    move_the_account(&world);
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    world.jobs().await;
    world.later(2).await;
    world.later(2).await;
    assert_eq!(world.events("Home"), []);
}

async fn two_processes_do_not_read_a_connection_at_the_same_time(world: World) {
    let other = world.another_process().await;
    world.event("Home", "10:00");
    world
        .control
        .inject_on("PROPFIND", Fault::Slow(std::time::Duration::from_millis(300)));
    world.control.clear_requests();
    let id = world.connection().await.id;
    let (one, two) = tokio::join!(
        bookings::sync::connection(&world.quince, id),
        bookings::sync::connection(&other, id)
    );
    one.unwrap();
    two.unwrap();
    assert_eq!(world.requests("PROPFIND"), 2);
    assert_eq!(
        world.requests("REPORT"),
        2,
        "the change was read once: what is new, and the event"
    );
}

async fn an_unchanged_calendar_costs_one_request(world: World) {
    world.event("Home", "10:00");
    world.later(1).await;
    world.control.clear_requests();
    world.later(1).await;
    assert_eq!(world.control.requests().len(), 1);
    let connection = world.connection().await;
    let read = connection
        .calendars
        .iter()
        .filter(|calendar| calendar.is_primary || calendar.checked_for_conflicts);
    for calendar in read {
        assert_eq!(calendar.synced_at, Some(world.quince.now()), "{}", calendar.name);
    }
}

async fn a_problem_is_shown_until_the_event_is_mended(world: World) {
    let event = |uid: &str, start: &str| {
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\n\
             SUMMARY:Odd\r\nDTSTART:{start}\r\nDTEND:20261124T120000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    let problem = async || {
        let connection = world.connection().await;
        connection
            .calendars
            .iter()
            .find(|calendar| calendar.name == "Home")
            .unwrap()
            .problem
            .clone()
    };
    world
        .control
        .put_event(world.icloud("Home"), &event("odd", "sometime"));
    world.sync().await;
    let told = problem().await;
    assert!(told.is_some());
    world.event("Home", "14:00");
    world.sync().await;
    assert_eq!(problem().await, told, "another event does not mend it");
    world
        .control
        .put_event(world.icloud("Home"), &event("odd", "20261124T110000Z"));
    world.sync().await;
    assert_eq!(problem().await, None);
    assert!(!world.is_free("11:00").await);
}

async fn a_calendar_appears_is_renamed_and_comes_back(world: World) {
    let account = world.control.accounts()[0];
    let names = async || {
        let mut names: Vec<String> = world
            .connection()
            .await
            .calendars
            .into_iter()
            .map(|found| found.name)
            .collect();
        names.sort();
        names
    };
    let before = names().await;
    let clubs = world
        .control
        .add_calendar(account, sandbox::NewCalendar::named("Clubs"));
    world.sync().await;
    assert!(names().await.contains(&"Clubs".to_owned()));
    world.control.rename_calendar(clubs, "Societies");
    world.sync().await;
    assert!(names().await.contains(&"Societies".to_owned()) && !names().await.contains(&"Clubs".to_owned()));
    world.control.delete_calendar(clubs);
    world.sync().await;
    let societies = world
        .connection()
        .await
        .calendars
        .into_iter()
        .find(|found| found.name == "Societies");
    assert!(
        societies.unwrap().vanished,
        "it is still listed, with what is wrong"
    );
    assert_eq!(names().await.len(), before.len() + 1);
}

async fn a_calendar_that_becomes_read_only_is_written_to_when_it_may_be(world: World) {
    world.control.set_writable(world.icloud("Home"), false);
    world.sync().await;
    let configured = configuration::get(&world.quince, world.owner).await.unwrap();
    assert!(configured.primary_problem.unwrap().contains("no longer write"));
    let booked = world.book("10:00").await;
    for _ in 0..12 {
        world.later(60).await;
    }
    assert_eq!(
        world.appointment(&booked).await.write.unwrap().state,
        WriteState::Failed
    );
    world.control.set_writable(world.icloud("Home"), true);
    world.later(60).await;
    world.jobs().await;
    assert_eq!(
        world.appointment(&booked).await.write.unwrap().state,
        WriteState::Written
    );
    assert_eq!(world.events("Home").len(), 1);
}

async fn a_sync_answer_that_is_not_understood_is_followed_by_a_whole_read(world: World) {
    let href = world.event("Home", "10:00");
    world.sync().await;
    world.control.delete_event(world.icloud("Home"), &href);
    world.event("Home", "14:00");
    world.control.inject_on("REPORT", Fault::CutShort);
    world.sync().await;
    assert!(world.is_free("10:00").await && !world.is_free("14:00").await);
}

async fn a_whole_read_that_breaks_off_keeps_what_it_brought_and_drops_nothing(world: World) {
    let gone = world.event("Home", "09:00");
    world.sync().await;
    world.control.expire_sync_tokens(world.icloud("Home"));
    let asked = world.requests("PROPFIND");
    world.sync().await;
    let asked = world.requests("PROPFIND") - asked;
    world.control.delete_event(world.icloud("Home"), &gone);
    for hour in 10..17 {
        world.event("Home", &format!("{hour:02}:00"));
    }
    world.control.expire_sync_tokens(world.icloud("Home"));
    // The token is refused, and the line breaks when the events are asked for that the list has; nor does the server answer then.
    for (method, well) in [("REPORT", 1), ("PROPFIND", asked)] {
        for _ in 0..well {
            world
                .control
                .inject_on(method, Fault::Slow(std::time::Duration::ZERO));
        }
        world.control.inject_on(method, Fault::Reset);
    }
    world.sync().await;
    assert!(
        !world.is_free("09:00").await,
        "what was known stays until a read is complete"
    );
    world.later(2).await;
    assert_eq!(world.free().await, ["09:00", "09:30"]);
}

async fn what_was_given_up_is_done_when_the_login_works_again_by_itself(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    let account = world.control.accounts()[0];
    world.control.set_password_state(account, PasswordState::Revoked);
    world.sync().await;
    world.sync().await;
    appointments::cancel(&world.quince, &client(&booked), "")
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 1);
    world.control.set_password_state(account, PasswordState::Ok);
    let id = world.connection().await.id;
    connections::check_now(&world.quince, world.owner, id)
        .await
        .unwrap();
    world.jobs().await;
    assert_eq!(world.events("Home"), []);
}

async fn the_owner_of_an_event_is_told_why_it_blocks(world: World) {
    world.event("Work", "10:00");
    world.sync().await;
    let day = agenda::view(&world.quince, world.owner, date(TUESDAY), 1, Scope::Me)
        .await
        .unwrap();
    let shown = &day.days[0].external[0];
    let (id, start) = (shown.id.unwrap(), shown.start);
    let told = agenda::event(&world.quince, world.owner, id, start)
        .await
        .unwrap();
    assert_eq!(
        (told.title.as_str(), told.calendar_name.as_str(), told.blocks),
        ("Dentist", "Work", true)
    );
    assert!(told.reason.contains("shown as busy"), "{}", told.reason);
    let mira = world.colleague("Mira").await;
    let refused = agenda::event(&world.quince, mira, id, start).await;
    assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
}

async fn an_outage_is_told_on_the_booking_calendars_of_its_host(world: World) {
    let notes = async || {
        booking_calendars::list(&world.quince, world.owner).await.unwrap()[0]
            .notes
            .clone()
    };
    assert_eq!(notes().await, [] as [String; 0]);
    world.control.set_down(true);
    world.later(1).await;
    for _ in 0..4 {
        world.later(10).await;
    }
    let told = notes().await;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].starts_with("Maya Lopez: ") && told[0].contains("newer events may be missing"),
        "{}",
        told[0]
    );
    world.control.set_down(false);
    world.later(60).await;
    assert_eq!(notes().await, [] as [String; 0]);
}
