//! What databases of releases hold is there under today's code. `fixtures/` has a small database of each release, which
//! `scripts/fixture` makes; each is brought up to date here by the migrations that came after it, and read as people read it.

mod business;
mod contents;
mod dump;

use std::path::PathBuf;

use store::examination::Examination;
use store::{SecretKey, Store, sessions};

use self::dump::Tables;
use crate::database::Database;
use crate::world::{self, World};

/// The 32 bytes that seal what is in the fixtures. They are no secret.
const KEY: &str = "Zml4dHVyZXMgb2YgUXVpbmNlLCBub3QgYSBzZWNyZXQ=";

fn key() -> SecretKey {
    SecretKey::from_base64(KEY).unwrap()
}

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn fixture(release: &str, file: &str) -> PathBuf {
    project().join("fixtures").join(release).join(file)
}

/// The releases that the changelog tells of.
fn releases() -> Vec<String> {
    let changelog = std::fs::read_to_string(project().join("CHANGELOG.md")).unwrap();
    let headings = changelog.lines().filter_map(|line| line.strip_prefix("## "));
    let versions = headings.filter(|heading| heading.starts_with(|letter: char| letter.is_ascii_digit()));
    let versions: Vec<String> = versions
        .map(|heading| heading.split(' ').next().unwrap().to_owned())
        .collect();
    assert!(!versions.is_empty(), "the changelog tells of no release");
    versions
}

#[derive(Clone, Copy)]
enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    const BOTH: [Self; 2] = [Self::Sqlite, Self::Postgres];

    fn file(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite.sql",
            Self::Postgres => "postgres.sql",
        }
    }
}

/// What is wrong with the database of a release after a further migration and those that came after it, as sentences.
async fn problems(release: &str, dialect: Dialect, migration: &'static str) -> Vec<String> {
    let dump = std::fs::read_to_string(fixture(release, dialect.file())).unwrap();
    let place = dump::Place::load(dialect, &dump).await;
    let before = place.tables().await;
    place.run(migration).await;

    let store = match Store::open(&place.url, key()).await {
        Ok(store) => store,
        Err(error) => return vec![format!("It cannot be opened: {error}")],
    };
    let mut problems = place.broken_rules().await;
    problems.extend(lost(&before, &place.tables().await));
    let examination = Examination::begin(&place.url).await.unwrap();
    match examination.sealed(&key()).await {
        Ok(Some(sealed)) if sealed.passwords > 0 && sealed.lost == 0 && sealed.is_current => {}
        other => problems.push(format!("Its key does not open what is sealed: {other:?}")),
    }
    examination.end().await;

    let folder = tempfile::tempdir().unwrap();
    let nobody = format!("http://{}/", dump::NO_SERVER);
    let settings = world::settings(&nobody, folder.path());
    let clock = world::clock_at(business::END);
    let quince = bookings::Quince::new(settings, store, clock).unwrap();
    let written = match contents::write(&quince, folder.path()).await {
        Ok(written) => written,
        Err(error) => {
            problems.push(format!("It cannot be read: {error}"));
            return problems;
        }
    };
    let expected = std::fs::read_to_string(fixture(release, "contents.txt")).unwrap();
    problems.extend(differences(&expected, &written));
    problems
}

/// Tables in which rows are missing, of those that are still there.
fn lost(before: &Tables, after: &Tables) -> Vec<String> {
    let rows = |(table, rows): (&String, &i64)| {
        let left = after.get(table)?;
        (left < rows).then(|| format!("Of {rows} rows of {table} {left} are left."))
    };
    before.iter().filter_map(rows).collect()
}

fn differences(expected: &str, written: &str) -> Vec<String> {
    let only_in = |one: &str, other: &str, word: &str| -> Vec<String> {
        let lines = one
            .lines()
            .filter(|line| !other.lines().any(|other| other == *line));
        lines.map(|line| format!("{word}: {line}")).collect()
    };
    let mut all = only_in(expected, written, "Missing");
    all.extend(only_in(written, expected, "Not expected"));
    all
}

async fn every_release_is_whole(dialect: Dialect) {
    for release in releases() {
        let problems = problems(&release, dialect, "SELECT 1").await;
        assert!(problems.is_empty(), "{release}:\n{}", problems.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_release_is_whole_on_sqlite() {
    every_release_is_whole(Dialect::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_release_is_whole_on_postgres() {
    every_release_is_whole(Dialect::Postgres).await;
}

/// Migrations that nobody may write, and what is told of each.
const BAD_MIGRATIONS: [(&str, &str); 9] = [
    (
        "DELETE FROM appointment_parts",
        "rows of appointment_parts 0 are left",
    ),
    (
        "UPDATE appointments SET ends_at = ends_at + 60000",
        "Missing: appointment",
    ),
    ("UPDATE booking_calendars SET rules = '{}'", "cannot be read"),
    ("DELETE FROM messages WHERE state = 'waiting'", "rows of messages"),
    ("UPDATE waiting_list SET guests = '['", "Missing: waits"),
    ("UPDATE connections SET password_sealed = NULL", "what is sealed"),
    (
        "UPDATE staff SET session_epoch = session_epoch + 1",
        "Missing: session",
    ),
    ("UPDATE event_writes SET state = 'failed'", "Missing: appointment"),
    (
        "UPDATE _sqlx_migrations SET checksum = checksum || checksum",
        "cannot be opened",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_bad_migration_breaks_is_found() {
    let release = releases().remove(0);
    for dialect in Dialect::BOTH {
        for (migration, words) in BAD_MIGRATIONS {
            let problems = problems(&release, dialect, migration).await;
            assert!(
                problems.iter().any(|problem| problem.contains(words)),
                "{migration}: {problems:?}"
            );
        }
    }
}

/// Run by `scripts/fixture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "makes the fixture of this version"]
async fn a_fixture_is_made() {
    let release = env!("CARGO_PKG_VERSION");
    let folder = fixture(release, "");
    assert!(
        !folder.exists(),
        "There is a fixture of {release}. It stays as it is; a later version has another number."
    );
    let mut all = Vec::new();
    for dialect in Dialect::BOTH {
        let database = match dialect {
            Dialect::Sqlite => Database::sqlite_sealed_by(key()).await,
            Dialect::Postgres => Database::postgres_sealed_by(key()).await,
        };
        let world = World::on(database).await;
        business::make(&world).await;
        let dump = dump::of(&world.database).await;
        for private in [std::env::temp_dir(), project().canonicalize().unwrap()] {
            let private = format!("{}/", private.display());
            assert!(!dump.contains(&private), "{private} is in the dump");
        }
        let mails = tempfile::tempdir().unwrap();
        let place = dump::Place::load(dialect, &dump).await;
        let settings = world::settings(&format!("http://{}/", dump::NO_SERVER), mails.path());
        let store = Store::open(&place.url, key()).await.unwrap();
        let clock = world::clock_at(business::END);
        let quince = bookings::Quince::new(settings, store, clock).unwrap();
        let written = contents::write(&quince, mails.path()).await.unwrap();
        all.push((dialect, dump, written));
    }
    assert_eq!(all[0].2, all[1].2, "both databases tell the same");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("contents.txt"), &all[0].2).unwrap();
    for (dialect, dump, _) in all {
        std::fs::write(folder.join(dialect.file()), dump).unwrap();
    }
}

/// The hash by which the session is found that [`business`] began.
const SESSION: [u8; 32] = [7; 32];

/// Whether a session that was begun in a release is still one.
async fn session_owner(store: &Store, now: jiff::Timestamp) -> Option<sessions::Owner> {
    let mut tx = store.read().await.unwrap();
    let since = now - jiff::SignedDuration::from_hours(24);
    let found = sessions::load(&mut tx, &SESSION, now, since).await.unwrap()?;
    bookings::accounts::session_owner(&serde_json::from_str(&found.data).ok()?)
}
