//! The database's file and the key belong together: one that is lost is never made anew beside the other, and a stop leaves the
//! database whole in its file.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use testdb::Postgres;

use crate::backup::{Studio, inside, run};
use crate::studio::{ask, free};
use crate::support::{Browser, Quince, http};

/// 32 bytes.
const KEY: &str = "cXVpbmNlIHF1aW5jZSBxdWluY2UgcXVpbmNlIHF1aW4=";

/// A start that must be refused.
fn refused(folder: &Path, vars: &[(&str, &str)]) -> String {
    let before = inside(folder);
    let ran = run(folder, &["serve"], vars);
    assert_eq!(ran.code, Some(1), "{}", ran.words);
    assert_eq!(inside(folder), before, "nothing is made: {}", ran.words);
    ran.words
}

#[tokio::test]
async fn after_a_stop_the_file_alone_is_the_whole_database() {
    let (studio, quince) = Studio::open(&[]).await;
    let start = free(&quince).await.remove(0);
    let booked = ask(&quince.url, &start, "a-booking-before-the-stop")
        .await
        .unwrap();
    assert_eq!(booked.status(), StatusCode::CREATED);
    quince.stop();
    assert!(
        !inside(studio.folder.path())
            .iter()
            .any(|name| name.ends_with("-wal"))
    );
    let copy = studio.out("copy");
    std::fs::create_dir(&copy).unwrap();
    for file in ["quince.db", "secret.key"] {
        std::fs::copy(studio.folder.path().join(file), copy.join(file)).unwrap();
    }
    let again = studio.serve(&copy, &[]);
    let mut owner = Browser::new(&again);
    owner.sign_in("ada@quince.example", "correct horse battery").await;
    assert!(owner.page("/appointments").await.contains("Grace"));
    assert!(!free(&again).await.contains(&start));
}

#[tokio::test]
async fn a_commands_end_leaves_the_file_whole_too() {
    let folder = tempfile::tempdir().unwrap();
    Quince::serve(folder.path(), &[]).stop();
    let mut child = Command::new(env!("CARGO_BIN_EXE_quince"))
        .args([
            "create-owner",
            "--workspace",
            "A",
            "--name",
            "A",
            "--email",
            "ada@quince.example",
        ])
        .env("QUINCE_DATA_DIR", folder.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"correct horse battery\n").unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(
        inside(folder.path()),
        ["quince.db", "quince.db.lock", "secret.key"]
    );
}

#[test]
fn a_database_that_is_missing_beside_its_key_is_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("quince.db");
    Quince::serve(folder.path(), &[]).stop();
    std::fs::remove_file(&database).unwrap();
    for _ in 0..2 {
        let words = refused(folder.path(), &[]);
        assert!(
            words.contains("no database") && words.contains("quince restore"),
            "{words}"
        );
    }
    // The log alone, as after a kill, is no database either.
    std::fs::write(folder.path().join("quince.db-wal"), "log").unwrap();
    refused(folder.path(), &[]);
    // Whoever means it moves the key away, or what else is left.
    let empty = tempfile::tempdir().unwrap();
    std::fs::copy(folder.path().join("secret.key"), empty.path().join("secret.key")).unwrap();
    refused(empty.path(), &[]);
    std::fs::remove_file(empty.path().join("secret.key")).unwrap();
    Quince::serve(empty.path(), &[]).stop();
}

#[test]
fn a_database_that_was_there_is_not_made_anew_for_a_key_that_a_setting_gives() {
    let folder = tempfile::tempdir().unwrap();
    let vars = [("QUINCE_SECRET_KEY", KEY)];
    Quince::serve(folder.path(), &vars).stop();
    std::fs::remove_file(folder.path().join("quince.db")).unwrap();
    let words = refused(folder.path(), &vars);
    assert!(
        words.contains("not there any more") && words.contains("quince.db.lock"),
        "{words}"
    );
    std::fs::remove_file(folder.path().join("quince.db.lock")).unwrap();
    Quince::serve(folder.path(), &vars).stop();
}

#[tokio::test]
async fn a_key_that_is_missing_beside_its_database_is_not_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    Quince::serve(folder.path(), &[]).stop();
    std::fs::remove_file(folder.path().join("secret.key")).unwrap();
    let words = refused(folder.path(), &[]);
    assert!(
        words.contains("no secret key") && words.contains("QUINCE_SECRET_KEY"),
        "{words}"
    );

    let postgres = Postgres::start().await;
    let url = postgres.url();
    let vars = [("QUINCE_DATABASE_URL", url.as_str())];
    let folder = tempfile::tempdir().unwrap();
    Quince::serve(folder.path(), &vars).stop();
    std::fs::remove_file(folder.path().join("secret.key")).unwrap();
    let words = refused(folder.path(), &vars);
    assert!(words.contains("no secret key"), "{words}");
    // An empty one is new.
    let other = Postgres::empty().await;
    Quince::serve(folder.path(), &[("QUINCE_DATABASE_URL", other.url().as_str())]).stop();
}

#[test]
fn a_first_start_that_breaks_off_is_begun_again() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let ran = run(folder.path(), &["serve"], &[("QUINCE_ADDR", &addr)]);
    assert!(ran.words.contains("cannot listen"), "{}", ran.words);
    Quince::serve(folder.path(), &[]).stop();
    assert_eq!(
        inside(folder.path()),
        ["quince.db", "quince.db.lock", "secret.key"]
    );
    // As if it was cut off while the database was put together.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("quince.db.new"), "SQLite form").unwrap();
    store::SecretKey::load_or_create(&folder.path().join("secret.key")).unwrap();
    Quince::serve(folder.path(), &[]).stop();
}

#[test]
fn a_database_that_is_damaged_or_cut_off_stops_the_start() {
    let whole = tempfile::tempdir().unwrap();
    Quince::serve(whole.path(), &[]).stop();
    let bytes = std::fs::read(whole.path().join("quince.db")).unwrap();
    let flipped: Vec<u8> = bytes
        .iter()
        .enumerate()
        .map(|(at, byte)| if at > 5000 { byte ^ 0x55 } else { *byte })
        .collect();
    // A page that a start has no need of.
    let mut torn = bytes.clone();
    let last = torn.len() - 4096;
    torn[last..].fill(0);
    for (damaged, words) in [
        (torn, "is damaged"),
        (Vec::new(), "holds no database of Quince"),
        (bytes[..bytes.len() / 2].to_vec(), "is damaged"),
        (vec![b'x'; 8192], "is damaged"),
        (flipped, "is damaged"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(whole.path().join("secret.key"), folder.path().join("secret.key")).unwrap();
        let database = folder.path().join("quince.db");
        std::fs::write(&database, &damaged).unwrap();
        let said = run(folder.path(), &["serve"], &[]);
        assert_eq!(said.code, Some(1), "{}", said.words);
        assert!(
            said.words.contains(words) && said.words.contains("quince restore DIR"),
            "{}",
            said.words
        );
        assert!(
            std::fs::read(&database).unwrap() == damaged,
            "what may be rescued is left alone"
        );
    }
}

/// Waits until it ends by itself.
async fn ends(quince: Quince) -> String {
    let begun = Instant::now();
    let (code, log) = quince.end().await;
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(code, Some(1), "{log}");
    log
}

#[tokio::test]
async fn a_database_that_vanishes_stops_the_server_and_nothing_takes_its_place() {
    for lost in ["quince.db", "quince.db-wal"] {
        let folder = tempfile::tempdir().unwrap();
        let quince = Quince::serve(folder.path(), &[]);
        assert_eq!(
            http().get(quince.at("setup")).send().await.unwrap().status(),
            StatusCode::OK
        );
        std::fs::remove_file(folder.path().join(lost)).unwrap();
        let log = ends(quince).await;
        assert!(
            log.contains("was deleted, moved or replaced") && log.contains("quince restore"),
            "{log}"
        );
        assert!(!folder.path().join(lost).exists());
    }
    // One that something else took the place of is left alone.
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[]);
    let database = folder.path().join("quince.db");
    std::fs::rename(&database, folder.path().join("moved.db")).unwrap();
    std::fs::write(&database, "another").unwrap();
    ends(quince).await;
    assert_eq!(std::fs::read_to_string(&database).unwrap(), "another");
}

#[tokio::test]
async fn nothing_is_answered_as_booked_once_the_database_is_gone() {
    let (studio, quince) = Studio::open(&[]).await;
    let start = free(&quince).await.remove(0);
    std::fs::remove_file(studio.folder.path().join("quince.db")).unwrap();
    let answer = ask(&quince.url, &start, "a-booking-that-is-lost").await;
    assert!(answer.is_err() || answer.unwrap().status().is_server_error());
    ends(quince).await;
}
