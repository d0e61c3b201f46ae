//! What cannot be read, or not in full, is told; and nobody is asked without a pause meanwhile.

use bookings::availability::Obstacle;
use bookings::connections::{self, CalendarState, RemoteCalendarView, ServerLogin};
use bookings::warnings::{self, Remedy, Urgency, Warning};
use bookings::{
    ConnectProblem, ConnectionState, Error, Refusal, Server, WhenStale, WriteState, availability,
    booking_calendars, configuration,
};
use jiff::SignedDuration;
use sandbox::{Fault, Kind, PasswordState};
use zones::Zone;

use crate::database::stories;
use crate::world::{TUESDAY, World, at, date};

stories! {
    connected_on:
    a_calendar_that_fails_alone_is_told_and_the_others_are_read,
    a_calendar_that_fails_is_stale_for_slots,
    one_mail_tells_of_each_outage_of_calendars,
    nothing_more_is_told_while_the_whole_connection_is_out,
    a_calendar_that_only_a_person_can_mend_is_told_at_once,
    a_calendar_that_does_not_count_is_not_told,
    a_primary_calendar_that_can_only_be_read_is_told,
    colleagues_learn_that_a_calendar_is_out_of_date_without_its_name,
    an_event_that_was_not_understood_is_told_until_it_is_mended,
    an_account_that_has_moved_is_asked_with_pauses,
    a_login_that_is_refused_once_is_tried_again,
    a_login_that_is_refused_twice_needs_attention,
    a_refused_login_is_left_alone_by_writes_and_looks,
    a_look_at_the_moment_of_booking_counts_as_a_refusal,
}
stories! {
    on:
    another_server_is_called_by_its_name,
    the_same_host_can_have_a_server_on_each_port,
}

async fn current_warnings(world: &World) -> Vec<Warning> {
    warnings::of(&world.quince, world.owner).await.unwrap()
}

async fn view(world: &World, name: &str) -> RemoteCalendarView {
    let connection = world.connection().await;
    let mut all = connection.calendars.into_iter();
    all.find(|calendar| calendar.name == name).unwrap()
}

/// The minutes pass one by one, and the jobs run each time.
async fn minutes(world: &World, minutes: u32) {
    for _ in 0..minutes {
        world.later(1).await;
    }
}

fn mails_of(world: &World, words: &str) -> Vec<String> {
    let mails = world.mails().into_iter();
    mails.filter(|mail| mail.contains(words)).collect()
}

/// Reading a calendar fails from now on, or works again. There is something new in it: otherwise nothing is read.
fn fail(world: &World, name: &str, fault: Option<Fault>) {
    world.event(name, "15:00");
    world.control.set_calendar_fault(world.icloud(name), fault);
}

/// Requests to the calendar of this name.
fn requests_to(world: &World, name: &str) -> usize {
    let account = world.control.accounts()[0];
    let all = world.control.calendars(account);
    let href = all.into_iter().find(|info| info.name == name).unwrap().href;
    let requests = world.control.requests();
    requests.iter().filter(|request| request.path == href).count()
}

async fn a_calendar_that_fails_alone_is_told_and_the_others_are_read(world: World) {
    for fault in [
        Fault::ServerError,
        Fault::ForbiddenThrottle,
        Fault::CutShort,
        Fault::BrokenBody,
    ] {
        // The order of reading is by name: Home comes before Work.
        for (failing, working) in [("Home", "Work"), ("Work", "Home")] {
            world.event(failing, "09:00");
            fail(&world, failing, Some(fault.clone()));
            world.control.clear_requests();
            minutes(&world, 5).await;
            let context = format!("{failing}, {fault:?}");
            assert_eq!(
                view(&world, failing).await.state,
                CalendarState::Trying,
                "{context}"
            );
            assert_eq!(
                current_warnings(&world).await,
                [],
                "{context}: what is known is still good"
            );
            minutes(&world, 20).await;
            assert_eq!(
                view(&world, failing).await.state,
                CalendarState::Stale,
                "{context}"
            );
            // Some six tries with a few questions each; without pauses there would be 25 tries.
            let requests = requests_to(&world, failing);
            assert!(requests < 50, "{context}: it is tried with pauses: {requests}");
            let read = view(&world, working).await.synced_at.unwrap();
            assert!(
                world.quince.now().duration_since(read) < SignedDuration::from_mins(2),
                "{context}"
            );
            let connection = world.connection().await;
            assert_eq!(connection.state, ConnectionState::Connected, "{context}");
            assert!(
                connection.freshness.contains(&format!("“{failing}”")),
                "{}",
                connection.freshness
            );
            let warnings = current_warnings(&world).await;
            let [warning] = warnings.as_slice() else {
                panic!("{context}: {warnings:?}")
            };
            assert_eq!(warning.urgency, Urgency::Outage);
            assert!(
                warning.title.contains(failing) && warning.since.is_some(),
                "{warning:?}"
            );
            assert!(
                warning
                    .sentences
                    .iter()
                    .any(|sentence| sentence.contains("iCloud")),
                "{context}: {warning:?}"
            );
            fail(&world, failing, None);
            minutes(&world, 60).await;
            assert_eq!(current_warnings(&world).await, [], "{context}");
            assert_eq!(view(&world, failing).await.problem, None, "{context}");
        }
    }
}

async fn a_calendar_that_fails_is_stale_for_slots(world: World) {
    fail(&world, "Home", Some(Fault::ServerError));
    minutes(&world, 14).await;
    let choose = |choice| world.when_stale(choice);
    choose(WhenStale::StopOffering).await;
    assert!(world.is_free("11:00").await, "what is known is still good");
    minutes(&world, 5).await;
    assert_eq!(world.free().await, [] as [&str; 0], "the host is not offered");
    for (choice, words) in [
        (WhenStale::StopOffering, "not offered"),
        (WhenStale::UseLastKnown, "may be offered"),
        (WhenStale::IgnoreCalendar, "do not block"),
    ] {
        choose(choice).await;
        let warning = &current_warnings(&world).await[0];
        assert!(
            warning.sentences.iter().any(|sentence| sentence.contains(words)),
            "{words}: {warning:?}"
        );
    }
}

async fn one_mail_tells_of_each_outage_of_calendars(world: World) {
    for name in ["Home", "Work"] {
        fail(&world, name, Some(Fault::ServerError));
    }
    minutes(&world, 90).await;
    let mails = world.mails();
    let [mail] = mails.as_slice() else {
        panic!("{mails:?}")
    };
    for words in [
        "maya@example.org",
        "Quince cannot read 2 of your calendars",
        "“Home”",
        "“Work”",
        "settings/integrations",
    ] {
        let plain = mail.replace("=E2=80=9C", "“").replace("=E2=80=9D", "”");
        assert!(plain.contains(words), "{words} in {mail}");
    }
    fail(&world, "Work", None);
    // The longest pause before the next try is an hour.
    minutes(&world, 65).await;
    fail(&world, "Work", Some(Fault::ServerError));
    minutes(&world, 4).await;
    fail(&world, "Work", None);
    minutes(&world, 10).await;
    assert_eq!(world.mails().len(), 1, "nothing was out of date for long enough");
    fail(&world, "Work", Some(Fault::ServerError));
    minutes(&world, 90).await;
    assert_eq!(world.mails().len(), 2, "another outage is told of again");
}

async fn nothing_more_is_told_while_the_whole_connection_is_out(world: World) {
    fail(&world, "Work", Some(Fault::ServerError));
    world.control.set_down(true);
    minutes(&world, 90).await;
    assert_eq!(world.mails().len(), 1);
    let warnings = current_warnings(&world).await;
    let [warning] = warnings.as_slice() else {
        panic!("{warnings:?}")
    };
    assert!(
        warning.title.contains("cannot read iCloud as") && warning.remedy == Remedy::Integrations,
        "{warning:?}"
    );
    world.control.set_down(false);
    minutes(&world, 70).await;
    assert_eq!(mails_of(&world, "Quince cannot read your calendar").len(), 1);
    assert_eq!(world.mails().len(), 2);
    assert!(current_warnings(&world).await[0].title.contains("“Work”"));
}

async fn a_calendar_that_only_a_person_can_mend_is_told_at_once(world: World) {
    world.control.set_kind(world.icloud("Work"), Kind::Subscribed);
    minutes(&world, 2).await;
    assert_eq!(view(&world, "Work").await.state, CalendarState::Closed);
    let warning = current_warnings(&world).await.remove(0);
    assert_eq!(warning.remedy, Remedy::CalendarConfiguration);
    assert!(warning.sentences[0].contains("subscription"), "{warning:?}");
    world.control.set_kind(world.icloud("Work"), Kind::Events);
    minutes(&world, 2).await;
    assert_eq!(current_warnings(&world).await, []);
    world.control.delete_calendar(world.icloud("Home"));
    minutes(&world, 2).await;
    assert_eq!(view(&world, "Home").await.state, CalendarState::Vanished);
    let warning = current_warnings(&world).await.remove(0);
    assert_eq!(warning.remedy, Remedy::PrimaryCalendar);
    assert!(
        warning.title.contains("“Home”") && warning.sentences[0].contains("deleted in iCloud"),
        "{warning:?}"
    );
    minutes(&world, 30).await;
    assert_eq!(world.mails().len(), 2, "{:?}", world.mails());
    configuration::save_primary(&world.quince, world.owner, Some(world.remote("Work").await))
        .await
        .unwrap();
    assert_eq!(current_warnings(&world).await, []);
}

async fn a_calendar_that_does_not_count_is_not_told(world: World) {
    fail(&world, "Work", Some(Fault::ServerError));
    minutes(&world, 30).await;
    assert_eq!(current_warnings(&world).await.len(), 1);
    configuration::save_conflicts(&world.quince, world.owner, Vec::new())
        .await
        .unwrap();
    assert_eq!(current_warnings(&world).await, []);
    minutes(&world, 2).await;
    assert_eq!(view(&world, "Work").await.problem, None);
    assert_eq!(world.mails().len(), 1);
    configuration::save_conflicts(&world.quince, world.owner, vec![world.remote("Work").await])
        .await
        .unwrap();
    minutes(&world, 30).await;
    assert_eq!(world.mails().len(), 2, "chosen again, its outage is a new one");
}

async fn a_primary_calendar_that_can_only_be_read_is_told(world: World) {
    world.control.set_writable(world.icloud("Work"), false);
    minutes(&world, 2).await;
    assert_eq!(current_warnings(&world).await, [], "nothing is written to it");
    world.control.set_writable(world.icloud("Home"), false);
    minutes(&world, 30).await;
    let warning = current_warnings(&world).await.remove(0);
    assert_eq!(warning.remedy, Remedy::PrimaryCalendar);
    assert!(
        warning.title.contains("cannot be written to “Home”"),
        "{warning:?}"
    );
    assert_eq!(mails_of(&world, "Quince cannot write").len(), 1);
    assert!(world.is_free("11:00").await, "it can be read all the same");
    world.control.set_writable(world.icloud("Home"), true);
    minutes(&world, 2).await;
    assert_eq!(current_warnings(&world).await, []);
}

async fn colleagues_learn_that_a_calendar_is_out_of_date_without_its_name(world: World) {
    let mira = world.colleague("Mira").await;
    fail(&world, "Work", Some(Fault::ServerError));
    minutes(&world, 30).await;
    let notes = booking_calendars::list(&world.quince, world.owner).await.unwrap()[0]
        .notes
        .clone();
    let [note] = notes.as_slice() else {
        panic!("{notes:?}")
    };
    assert!(
        note.starts_with("Maya Lopez: a calendar that is checked for conflicts (iCloud) was read"),
        "{note}"
    );
    assert!(!note.contains("Work"), "{note}");
    let for_admins = connections::out_of_date(&world.quince, world.owner)
        .await
        .unwrap();
    assert_eq!(for_admins[&world.owner].len(), 1);
    let for_staff = connections::out_of_date(&world.quince, mira).await.unwrap();
    assert!(for_staff.is_empty());
    assert_eq!(warnings::of(&world.quince, mira).await.unwrap(), []);
}

fn event(uid: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\n\
         {lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

async fn an_event_that_was_not_understood_is_told_until_it_is_mended(world: World) {
    let home = world.icloud("Home");
    let put = |text: &str| world.control.put_event(home, text);
    put(&event(
        "over",
        "SUMMARY:Over\r\nDTSTART:20261102T100000Z\r\nDTEND:20261102T110000Z\r\nEXDATE:sometime",
    ));
    put(&event(
        "long-ago",
        "SUMMARY:Long ago\r\nDTSTART:20011102T100000Z\r\nDTEND:20011102T110000Z\r\nEXDATE:sometime",
    ));
    world.sync().await;
    assert_eq!(
        current_warnings(&world).await,
        [],
        "what is over takes no time from anybody"
    );
    let odd = "SUMMARY:Yoga\r\nDTSTART:20261124T100000Z\r\nDTEND:20261124T110000Z\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:sometime";
    put(&event("odd", odd));
    world.sync().await;
    let warnings = current_warnings(&world).await;
    let [warning] = warnings.as_slice() else {
        panic!("{warnings:?}")
    };
    assert_eq!(
        (warning.urgency, warning.remedy),
        (Urgency::Information, Remedy::Calendar)
    );
    assert!(warning.title.contains("“Home”"), "{warning:?}");
    let [named] = warning.events.as_slice() else {
        panic!("{warning:?}")
    };
    assert!(
        named.sentence.contains("Yoga") && named.event.is_some(),
        "{named:?}"
    );
    assert_eq!(view(&world, "Home").await.state, CalendarState::Fresh);

    let intro = booking_calendars::list(&world.quince, world.owner).await.unwrap()[0].id;
    let why = availability::why(
        &world.quince,
        world.owner,
        intro,
        &[],
        date(TUESDAY),
        &Zone::utc(),
    )
    .await
    .unwrap();
    let ten = why
        .starts
        .iter()
        .find(|start| start.start == at("2026-11-24T10:00:00Z"))
        .unwrap();
    let reason = &ten.reasons[0];
    assert!(reason.sentence.contains("not understood in full"), "{reason:?}");
    let Some(Obstacle::Event {
        title,
        problem: Some(problem),
        ..
    }) = &reason.obstacle
    else {
        panic!("{reason:?}")
    };
    assert_eq!((title.as_str(), problem), ("Yoga", &named.sentence));

    minutes(&world, 30).await;
    assert_eq!(world.mails(), [] as [&str; 0], "it is no outage");
    put(&event(
        "odd",
        "SUMMARY:Yoga\r\nDTSTART:20261124T100000Z\r\nDTEND:20261124T110000Z",
    ));
    minutes(&world, 2).await;
    assert_eq!(current_warnings(&world).await, []);
}

/// Each second the background jobs run, as they do when the program is woken again and again.
async fn seconds(world: &World, seconds: u32) {
    for _ in 0..seconds {
        world.clock.advance(SignedDuration::from_secs(1));
        world.jobs().await;
    }
}

async fn an_account_that_has_moved_is_asked_with_pauses(world: World) {
    for time in ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00"] {
        world.book(time).await;
    }
    world.control.switch(|switches| switches.partition_gone = true);
    world.control.clear_requests();
    seconds(&world, 59).await;
    let asked = world.requests("PROPFIND");
    assert!(asked <= 15, "{asked} requests for calendars in a minute");
    let written = world.requests("PUT");
    assert!(written <= 12, "{written} writes in a minute");
    // Somebody who finds a time taken makes nobody read without a pause either.
    world.control.switch(|switches| switches.absolute_home = false);
    minutes(&world, 5).await;
    assert_eq!(world.events("Home").len(), 6, "found again by itself");
}

async fn a_login_that_is_refused_once_is_tried_again(world: World) {
    let account = world.control.accounts()[0];
    world.control.set_password_state(account, PasswordState::Revoked);
    world.control.clear_requests();
    minutes(&world, 3).await;
    let connection = world.connection().await;
    assert_eq!(
        connection.state,
        ConnectionState::Connected,
        "what is known is still good"
    );
    assert!(connection.problem.unwrap().contains("once more"));
    assert_eq!(current_warnings(&world).await, []);
    assert_eq!(world.control.requests().len(), 1, "it is left alone until then");
    world.control.set_password_state(account, PasswordState::Ok);
    minutes(&world, 5).await;
    let connection = world.connection().await;
    assert_eq!(
        (connection.state, connection.problem),
        (ConnectionState::Connected, None)
    );
    assert_eq!(world.mails(), [] as [&str; 0]);
    // Another refusal, hours later, is a first one again.
    world.control.set_password_state(account, PasswordState::Revoked);
    minutes(&world, 3).await;
    assert_eq!(world.connection().await.state, ConnectionState::Connected);
}

async fn a_login_that_is_refused_twice_needs_attention(world: World) {
    let account = world.control.accounts()[0];
    world.control.set_password_state(account, PasswordState::Revoked);
    world.control.clear_requests();
    minutes(&world, 240).await;
    assert_eq!(world.control.requests().len(), 2, "it is not hammered at");
    assert_eq!(world.connection().await.state, ConnectionState::NeedsAttention);
    assert_eq!(world.mails().len(), 1, "{:?}", world.mails());
    assert!(
        current_warnings(&world).await[0]
            .title
            .contains("cannot sign in to iCloud")
    );
}

async fn a_refused_login_is_left_alone_by_writes_and_looks(world: World) {
    let account = world.control.accounts()[0];
    world.control.set_password_state(account, PasswordState::Revoked);
    world.control.clear_requests();
    // The look at the moment of booking is the first to be refused.
    for time in ["09:00", "10:00", "11:00"] {
        world.book(time).await;
    }
    minutes(&world, 4).await;
    let requests = world.control.requests();
    assert!(requests.len() <= 2, "{requests:?}");
    assert_eq!(world.connection().await.state, ConnectionState::Connected);
    world.control.set_password_state(account, PasswordState::Ok);
    minutes(&world, 8).await;
    assert_eq!(world.events("Home").len(), 3, "what waited is written");
}

async fn a_look_at_the_moment_of_booking_counts_as_a_refusal(world: World) {
    let account = world.control.accounts()[0];
    world.control.set_password_state(account, PasswordState::Revoked);
    world.book("09:00").await;
    assert!(world.connection().await.problem.unwrap().contains("once more"));
    world.control.clear_requests();
    world.book("10:00").await;
    assert_eq!(world.control.requests(), []);
}

fn server_login(world: &World) -> ServerLogin {
    let login = world.control.default_account();
    ServerLogin {
        address: world.quince.settings().icloud_url.to_string(),
        username: login.apple_id,
        password: login.app_password,
    }
}

async fn another_server_is_called_by_its_name(world: World) {
    connections::connect_server(&world.quince, world.owner, server_login(&world))
        .await
        .unwrap();
    assert_eq!(world.connection().await.server, Server::Caldav);
    let (home, work) = (world.remote("Home").await, world.remote("Work").await);
    configuration::save_primary(&world.quince, world.owner, Some(home))
        .await
        .unwrap();
    configuration::save_conflicts(&world.quince, world.owner, vec![work])
        .await
        .unwrap();
    world.calendar("intro", &[world.owner]).await;
    let booked = world.book("10:00").await;
    let other = world.book("11:00").await;
    world.jobs().await;
    let mut sentences = Vec::new();
    let href = world.events("Home")[0].href.clone();
    world.control.delete_event(world.icloud("Home"), &href);
    minutes(&world, 5).await;
    for booked in [&booked, &other] {
        let view = world.appointment(booked).await;
        if view.write.as_ref().unwrap().state == WriteState::ChangedInIcloud {
            assert!(
                view.write_sentence.contains("Changed in 127.0.0.1"),
                "{}",
                view.write_sentence
            );
        }
        sentences.push(view.write_sentence);
    }
    world.control.set_kind(world.icloud("Work"), Kind::Subscribed);
    world.control.set_writable(world.icloud("Home"), false);
    minutes(&world, 3).await;
    let refused = configuration::save_primary(&world.quince, world.owner, Some(home)).await;
    sentences.push(refused.unwrap_err().to_string());
    world.book("12:00").await;
    for _ in 0..12 {
        world.later(60).await;
    }
    sentences.extend(
        current_warnings(&world)
            .await
            .into_iter()
            .flat_map(|warning| warning.sentences),
    );
    world.control.delete_calendar(world.icloud("Home"));
    minutes(&world, 3).await;
    let refused = configuration::save_primary(&world.quince, world.owner, Some(home)).await;
    sentences.push(refused.unwrap_err().to_string());
    let configured = configuration::get(&world.quince, world.owner).await.unwrap();
    sentences.extend(configured.primary_problem);
    sentences.extend(
        current_warnings(&world)
            .await
            .into_iter()
            .flat_map(|warning| warning.sentences),
    );
    let account = world.control.accounts()[0];
    world.control.set_password_state(account, PasswordState::Revoked);
    minutes(&world, 20).await;
    sentences.extend(world.connection().await.problem);
    sentences.extend(
        current_warnings(&world)
            .await
            .into_iter()
            .map(|warning| warning.title),
    );
    for booked in [&booked, &other] {
        sentences.push(world.appointment(booked).await.write_sentence);
    }
    let all = sentences.join("\n");
    assert!(!all.contains("iCloud"), "{all}");
    for words in [
        "deleted in 127.0.0.1",
        "127.0.0.1 lets you only read",
        "sign in to 127.0.0.1",
    ] {
        assert!(all.contains(words), "{words} in {all}");
    }
    let mails = world.mails().join("\n");
    assert!(!mails.contains("iCloud"), "{mails}");
}

async fn the_same_host_can_have_a_server_on_each_port(world: World) {
    let connect = |login: ServerLogin| connections::connect_server(&world.quince, world.owner, login);
    connect(server_login(&world)).await.unwrap();
    let again = connect(server_login(&world)).await;
    assert!(
        matches!(
            again,
            Err(Error::Refused(Refusal::Connecting(
                ConnectProblem::AlreadyConnected
            )))
        ),
        "{again:?}"
    );
    let other = sandbox::Sandbox::start(
        sandbox::Options::default()
            .now(at(crate::world::NOW))
            .zone(Zone::utc()),
    )
    .await
    .unwrap();
    let login = ServerLogin {
        address: other.entry_url(),
        ..server_login(&world)
    };
    connect(login.clone()).await.unwrap();
    let again = connect(login).await;
    assert!(
        matches!(
            again,
            Err(Error::Refused(Refusal::Connecting(
                ConnectProblem::AlreadyConnected
            )))
        ),
        "{again:?}"
    );
    assert_eq!(
        connections::list(&world.quince, world.owner).await.unwrap().len(),
        2
    );
}
