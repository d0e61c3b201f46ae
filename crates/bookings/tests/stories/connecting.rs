//! Connecting and disconnecting (D7, D8, D10).

use bookings::connections::{self, EventsInIcloud, Login, ServerLogin};
use bookings::{ConnectProblem, ConnectionState, Error, Refusal, Server, WriteState, configuration};
use sandbox::{Fault, PasswordState, RetryAfter};

use crate::database::stories;
use crate::world::World;

stories! {
    on:
    d8_a_wrong_password_saves_nothing_and_names_every_cause,
    d8_the_right_login_connects_and_lists_the_calendars,
    a_server_that_is_down_or_throttles_saves_nothing,
    an_account_without_calendars_is_refused,
    the_same_account_connects_once,
    passwords_are_forgiven_their_blanks,
    another_server_is_connected_read_and_written_to,
    a_server_that_cannot_be_connected_says_why_and_saves_nothing,
    nobody_reaches_anothers_connection,
}
stories! {
    connected_on:
    a_revoked_password_stops_the_polling_until_reconnected,
    d10_disconnecting_may_keep_the_events,
    d10_disconnecting_may_remove_the_events,
    d10_events_that_cannot_be_removed_keep_the_connection,
    one_mail_tells_of_an_outage,
}

async fn attempt(world: &World, apple_id: &str, password: &str) -> Result<(), Error> {
    let login = Login {
        apple_id: apple_id.into(),
        app_password: password.into(),
    };
    connections::connect(&world.quince, world.owner, login)
        .await
        .map(drop)
}

async fn nothing_is_saved(world: &World) -> bool {
    connections::list(&world.quince, world.owner)
        .await
        .unwrap()
        .is_empty()
}

async fn d8_a_wrong_password_saves_nothing_and_names_every_cause(world: World) {
    let apple_id = world.control.default_account().apple_id;
    let error = attempt(&world, &apple_id, "abcd-efgh-ijkl-mnop")
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        Error::Refused(Refusal::Connecting(ConnectProblem::WrongLogin(_)))
    ));
    for cause in ["Apple ID", "app-specific", "revoked", "iCloud Calendar"] {
        assert!(error.to_string().contains(cause), "{cause} in {error}");
    }
    assert!(nothing_is_saved(&world).await);
}

async fn d8_the_right_login_connects_and_lists_the_calendars(world: World) {
    world.connect().await;
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::Connected);
    let names: Vec<&str> = connection
        .calendars
        .iter()
        .map(|calendar| calendar.name.as_str())
        .collect();
    assert!(names.contains(&"Home") && names.contains(&"Work"), "{names:?}");
    assert!(
        !names.contains(&"Reminders"),
        "a task list is no calendar: {names:?}"
    );
}

async fn a_server_that_is_down_or_throttles_saves_nothing(world: World) {
    let login = world.control.default_account();
    world.control.set_down(true);
    let error = attempt(&world, &login.apple_id, &login.app_password)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Refused(Refusal::Connecting(ConnectProblem::Unreachable(_)))
        ),
        "{error:?}"
    );
    world
        .control
        .set_outage(Some(Fault::Unavailable(RetryAfter::Seconds(90))));
    let error = attempt(&world, &login.apple_id, &login.app_password)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Refused(Refusal::Connecting(ConnectProblem::Throttled {
                again_in_minutes: Some(2),
                ..
            }))
        ),
        "{error:?}"
    );
    assert!(error.to_string().contains("2 minutes"), "{error}");
    world.control.set_outage(Some(Fault::ForbiddenThrottle));
    let error = attempt(&world, &login.apple_id, &login.app_password)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Refused(Refusal::Connecting(ConnectProblem::Throttled { .. }))
        ),
        "one 403 is not “revoked”: {error:?}"
    );
    assert!(nothing_is_saved(&world).await);
}

async fn an_account_without_calendars_is_refused(world: World) {
    world
        .control
        .add_account("empty@icloud.example", "quin-ceis-empt-yyyy", "Nobody");
    let error = attempt(&world, "empty@icloud.example", "quin-ceis-empt-yyyy")
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Refused(Refusal::Connecting(ConnectProblem::NoCalendars(_)))
        ),
        "{error:?}"
    );
    assert!(nothing_is_saved(&world).await);
}

async fn the_same_account_connects_once(world: World) {
    world.connect().await;
    let login = world.control.default_account();
    let error = attempt(&world, &login.apple_id.to_uppercase(), &login.app_password)
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            Error::Refused(Refusal::Connecting(ConnectProblem::AlreadyConnected))
        ),
        "{error:?}"
    );
}

async fn passwords_are_forgiven_their_blanks(world: World) {
    let login = world.control.default_account();
    let pasted = format!(" {} \n", login.app_password.replace('-', " "));
    attempt(&world, &login.apple_id, &pasted).await.unwrap();
    let empty = attempt(&world, "no address", "").await.unwrap_err();
    assert!(matches!(empty, Error::Fields(problems) if problems.len() == 2));
}

async fn nobody_reaches_anothers_connection(world: World) {
    let id = world.connect().await;
    let mira = world.colleague("Mira").await;
    let theirs = connections::disconnect(&world.quince, mira, id, EventsInIcloud::Keep).await;
    assert!(matches!(theirs, Err(Error::NotFound(_))));
    let remote = world.remote("Home").await;
    assert!(
        configuration::save_primary(&world.quince, mira, Some(remote))
            .await
            .is_err()
    );
    assert!(
        configuration::save_conflicts(&world.quince, mira, vec![remote])
            .await
            .is_err()
    );
}

async fn a_revoked_password_stops_the_polling_until_reconnected(world: World) {
    let account = world.control.accounts()[0];
    world.control.set_password_state(account, PasswordState::Revoked);
    world.later(2).await;
    world.later(6).await;
    let connection = world.connection().await;
    assert_eq!(connection.state, ConnectionState::NeedsAttention);
    let booked = world.book("10:00").await;
    world.control.clear_requests();
    world.later(30).await;
    world.later(30).await;
    assert_eq!(world.control.requests(), [], "a refused login is not tried again");
    world.control.set_password(account, "neww-pass-word-here");
    world.control.set_password_state(account, PasswordState::Ok);
    connections::reconnect(&world.quince, world.owner, connection.id, "neww pass word here")
        .await
        .unwrap();
    assert_eq!(world.connection().await.state, ConnectionState::Connected);
    world.jobs().await;
    assert_eq!(
        world.appointment(&booked).await.write.unwrap().state,
        WriteState::Written
    );
    assert_eq!(world.events("Home").len(), 1);
}

async fn d10_disconnecting_may_keep_the_events(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    world.event("Work", "14:00");
    world.sync().await;
    assert!(!world.is_free("14:00").await);
    let connection = world.connection().await;
    assert_eq!(connection.written_events, 1);
    connections::disconnect(&world.quince, world.owner, connection.id, EventsInIcloud::Keep)
        .await
        .unwrap();
    assert_eq!(world.events("Home").len(), 1);
    assert!(
        nothing_is_saved(&world).await,
        "the connection is gone from the list"
    );
    assert!(world.is_free("14:00").await, "its events block no more");
    assert!(!world.is_free("10:00").await, "appointments stay");
    world.control.clear_requests();
    world.later(10).await;
    assert_eq!(world.control.requests(), [], "nothing is read any more");
    assert_eq!(
        world.appointment(&booked).await.write.unwrap().state,
        WriteState::Written
    );
}

async fn d10_disconnecting_may_remove_the_events(world: World) {
    let booked = world.book("10:00").await;
    world.event("Home", "14:00");
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 2);
    let id = world.connection().await.id;
    connections::disconnect(&world.quince, world.owner, id, EventsInIcloud::Remove)
        .await
        .unwrap();
    let left = world.events("Home");
    assert_eq!(left.len(), 1, "only what Quince wrote is removed");
    assert_eq!(left[0].summary, "Dentist");
    assert_eq!(
        world.appointment(&booked).await.write.unwrap().state,
        WriteState::Removed
    );
    assert!(!world.is_free("10:00").await, "the appointment stays");
}

async fn d10_events_that_cannot_be_removed_keep_the_connection(world: World) {
    world.book("10:00").await;
    world.jobs().await;
    world.control.set_down(true);
    let id = world.connection().await.id;
    let outcome = connections::disconnect(&world.quince, world.owner, id, EventsInIcloud::Remove).await;
    assert!(
        matches!(
            outcome,
            Err(Error::Refused(Refusal::Connecting(ConnectProblem::Unreachable(
                _
            ))))
        ),
        "{outcome:?}"
    );
    assert_eq!(world.connection().await.id, id);
    world.control.set_down(false);
    connections::disconnect(&world.quince, world.owner, id, EventsInIcloud::Remove)
        .await
        .unwrap();
    assert_eq!(world.events("Home"), []);
}

async fn one_mail_tells_of_an_outage(world: World) {
    world.control.set_down(true);
    for _ in 0..10 {
        world.later(10).await;
    }
    assert_eq!(world.connection().await.state, ConnectionState::Stale);
    let told = |world: &World| {
        world
            .mails()
            .iter()
            .filter(|mail| mail.contains("Quince cannot read"))
            .count()
    };
    assert_eq!(told(&world), 1);
    world.control.set_down(false);
    world.later(90).await;
    assert_eq!(world.connection().await.state, ConnectionState::Connected);
    world.control.set_down(true);
    for _ in 0..4 {
        world.later(10).await;
    }
    assert_eq!(told(&world), 2, "another outage is told of again");
}

fn server_login(world: &World) -> ServerLogin {
    let login = world.control.default_account();
    ServerLogin {
        address: world.quince.settings().icloud_url.to_string(),
        username: login.apple_id,
        password: login.app_password,
    }
}

async fn another_server_is_connected_read_and_written_to(world: World) {
    connections::connect_server(&world.quince, world.owner, server_login(&world))
        .await
        .unwrap();
    let connection = world.connection().await;
    assert_eq!(
        (connection.server, connection.server_name.as_str()),
        (Server::Caldav, "127.0.0.1")
    );
    let home = world.remote("Home").await;
    configuration::save_primary(&world.quince, world.owner, Some(home))
        .await
        .unwrap();
    world.calendar("intro", &[world.owner]).await;
    world.event("Home", "10:00");
    world.later(2).await;
    assert!(!world.is_free("10:00").await);
    world.book("11:00").await;
    world.jobs().await;
    assert_eq!(world.events("Home").len(), 2);
    let again = connections::connect_server(&world.quince, world.owner, server_login(&world)).await;
    assert!(
        matches!(
            again,
            Err(Error::Refused(Refusal::Connecting(
                ConnectProblem::AlreadyConnected
            )))
        ),
        "{again:?}"
    );
}

async fn a_server_that_cannot_be_connected_says_why_and_saves_nothing(world: World) {
    let with = |address: &str, password: &str| ServerLogin {
        address: address.into(),
        password: password.into(),
        ..server_login(&world)
    };
    let entry = world.quince.settings().icloud_url.to_string();
    for (login, told) in [
        (with(&entry, "wrong"), "did not accept this login"),
        (with("http://192.168.7.7/dav", "any"), "QUINCE_CALDAV_HOSTS"),
        (with("https://10.1.2.3/dav", "any"), "private network"),
        (with("http://calendar.example.com/", "any"), "without encryption"),
        (with("not a host", "any"), "not the address of a server"),
        (with("", "any"), "enter the server's address"),
    ] {
        let refused = connections::connect_server(&world.quince, world.owner, login.clone()).await;
        let sentence = refused.unwrap_err().to_string();
        assert!(sentence.contains(told), "{told} in {sentence} for {login:?}");
    }
    assert!(nothing_is_saved(&world).await);
}
