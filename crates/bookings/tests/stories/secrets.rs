//! Passwords and manage tokens are in no log, not even at the most talkative level, and in plain nowhere in the database.

use std::io::Write;
use std::sync::{Mutex, OnceLock};

use base64::Engine;
use bookings::appointments::{self, Actor};
use bookings::connections::{self, Login};
use memchr::memmem;

use crate::database::stories;
use crate::world::{PASSWORD, World, tuesday};

stories! {
    connected_on:
    secrets_are_nowhere_in_the_database,
    secrets_are_in_no_log,
}

fn holds(bytes: &[u8], text: &str) -> bool {
    memmem::find(bytes, text.as_bytes()).is_some()
}

async fn secrets_are_nowhere_in_the_database(world: World) {
    let booked = world.book("10:00").await;
    world.jobs().await;
    let files = world.database.files();
    assert!(
        files.iter().any(|file| holds(file, "ada@example.com")),
        "what is no secret is found"
    );
    let login = world.control.default_account();
    let header = basic(&login.apple_id, &login.app_password);
    for secret in [
        booked.manage_token.as_str(),
        login.app_password.as_str(),
        header.as_str(),
        PASSWORD,
    ] {
        assert!(!files.iter().any(|file| holds(file, secret)));
    }
}

/// Collects the logs of the process.
struct Collected;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

impl Write for Collected {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn collect_everything() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(|| Collected);
        // As the server does it: with what libraries say through `log`.
        subscriber.init();
    });
}

/// A login as it goes over the wire.
fn basic(user: &str, password: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"))
}

async fn secrets_are_in_no_log(world: World) {
    collect_everything();
    let login = world.control.default_account();
    let wrong = Login {
        apple_id: "eve@icloud.example".into(),
        app_password: "abcd-efgh-ijkl-mnop".into(),
    };
    connections::connect(&world.quince, world.owner, wrong)
        .await
        .unwrap_err();
    let id = world.connection().await.id;
    connections::reconnect(&world.quince, world.owner, id, &login.app_password)
        .await
        .unwrap();
    bookings::accounts::sign_in(&world.quince, "maya@example.org", PASSWORD)
        .await
        .unwrap();
    let booked = world.book("10:00").await;
    world.jobs().await;
    let client = Actor::Client {
        token: booked.manage_token.clone(),
    };
    appointments::reschedule(&world.quince, &client, tuesday("14:00"))
        .await
        .unwrap();
    world.later(5).await;
    let log = LOG.lock().unwrap().clone();
    assert!(holds(&log, "TRACE"), "the log is as talkative as can be");
    let header = basic(&login.apple_id, &login.app_password);
    let wrong_header = basic("eve@icloud.example", "abcd-efgh-ijkl-mnop");
    for secret in [
        booked.manage_token.as_str(),
        login.app_password.as_str(),
        "abcd-efgh-ijkl-mnop",
        header.as_str(),
        wrong_header.as_str(),
        PASSWORD,
    ] {
        let line = String::from_utf8_lossy(&log);
        let line = line
            .lines()
            .find(|line| line.contains(secret))
            .map(|line| line.replace(secret, "***"));
        assert_eq!(line, None);
    }
}
