//! `/readyz`: within two seconds, and ready only where people can book. A Postgres that starts again costs nobody an error.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use sqlx::{Connection, PgConnection, SqliteConnection};
use testdb::PostgresServer;

use crate::studio::ask;
use crate::support::{Quince, eventually, http};

async fn ready(quince: &Quince) -> (StatusCode, String) {
    let begun = Instant::now();
    let answer = http().get(quince.at("readyz")).send().await.unwrap();
    let status = answer.status();
    let words = answer.text().await.unwrap();
    // Two seconds, and some for a machine that is busy with other tests.
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    (status, words)
}

/// As it is once what was found before counts no longer.
async fn becomes(quince: &Quince, status: StatusCode) {
    eventually("the readiness changes", async || ready(quince).await.0 == status).await;
}

async fn connect(folder: &Path) -> SqliteConnection {
    let url = format!("sqlite://{}", folder.join("quince.db").display());
    SqliteConnection::connect(&url).await.unwrap()
}

#[tokio::test]
async fn a_database_that_somebody_locks_is_not_ready_until_they_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[]);
    assert_eq!(ready(&quince).await.0, StatusCode::OK);
    let mut other = connect(folder.path()).await;
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    becomes(&quince, StatusCode::SERVICE_UNAVAILABLE).await;
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    becomes(&quince, StatusCode::OK).await;
}

#[tokio::test]
async fn a_database_that_is_damaged_while_it_runs_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[]);
    assert_eq!(ready(&quince).await.0, StatusCode::OK);
    // What is in the log would hide it.
    let mut other = connect(folder.path()).await;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut other)
        .await
        .unwrap();
    other.close().await.unwrap();
    let database = folder.path().join("quince.db");
    let length = std::fs::metadata(&database).unwrap().len();
    let file = std::fs::OpenOptions::new().write(true).open(&database).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&file, &vec![0x55; usize::try_from(length).unwrap()], 0)
        .unwrap();
    becomes(&quince, StatusCode::SERVICE_UNAVAILABLE).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_full_disk_is_not_ready_until_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    Quince::serve(folder.path(), &[]).stop();
    // Files cannot grow beyond 48 kB: room for SQLite's shared memory and a few rows in its log.
    let quince = Quince::serve_in_shell("trap '' XFSZ; ulimit -S -f 96", folder.path(), &[]);
    becomes(&quince, StatusCode::SERVICE_UNAVAILABLE).await;
    // Somebody makes room, and it goes on without being started anew.
    let id = quince.id().to_string();
    let room = Command::new("prlimit")
        .args(["--pid", &id, "--fsize=unlimited"])
        .status();
    assert!(room.unwrap().success());
    becomes(&quince, StatusCode::OK).await;
}

#[tokio::test]
async fn however_many_ask_the_database_is_written_to_once_in_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let quince = Quince::serve(folder.path(), &[]);
    let begun = Instant::now();
    let mut all = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let request = http().get(quince.at("readyz"));
        all.spawn(async move { request.send().await.unwrap().status() });
    }
    let answers = all.join_all().await;
    assert!(answers.iter().all(|status| *status == StatusCode::OK));
    let mut other = connect(folder.path()).await;
    let (first,): (i64,) = sqlx::query_as("SELECT written_at FROM write_check")
        .fetch_one(&mut other)
        .await
        .unwrap();
    // While the answer counts, nothing is written.
    assert_eq!(ready(&quince).await.0, StatusCode::OK);
    let (again,): (i64,) = sqlx::query_as("SELECT written_at FROM write_check")
        .fetch_one(&mut other)
        .await
        .unwrap();
    assert!(first == again || begun.elapsed() >= Duration::from_secs(1));
}

/// Ends all connections but the one that asks.
const OTHERS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";

/// A server on a Postgres of its own.
struct Office {
    postgres: PostgresServer,
    quince: Quince,
    _folder: tempfile::TempDir,
}

impl Office {
    async fn open() -> Self {
        let postgres = PostgresServer::start().await;
        let folder = tempfile::tempdir().unwrap();
        let url = postgres.url();
        let quince = Quince::serve(
            folder.path(),
            &[
                ("QUINCE_DATABASE_URL", url.as_str()),
                ("QUINCE_RATE_LIMITS", "off"),
            ],
        );
        Self {
            postgres,
            quince,
            _folder: folder,
        }
    }

    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.postgres.url()).await.unwrap()
    }

    /// Ends every connection but this one.
    async fn terminate(&self) {
        let mut connection = self.connect().await;
        sqlx::query(OTHERS).fetch_all(&mut connection).await.unwrap();
    }

    async fn page(&self) -> StatusCode {
        http().get(self.quince.at("setup")).send().await.unwrap().status()
    }
}

#[tokio::test]
async fn connections_that_postgres_ended_cost_nobody_an_error() {
    let office = Office::open().await;
    for _ in 0..20 {
        // Several connections are kept, none of them idle for long.
        let mut pages = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let page = http().get(office.quince.at("setup"));
            pages.spawn(async move { page.send().await.unwrap().status() });
        }
        assert!(
            pages
                .join_all()
                .await
                .iter()
                .all(|status| *status == StatusCode::OK)
        );
        office.terminate().await;
        assert_eq!(office.page().await, StatusCode::OK);
        office.terminate().await;
        // Nothing was written yet when it turns out that the connection is dead.
        let booking = ask(
            &office.quince.url,
            "2026-12-01T09:00:00Z",
            "a-key-of-this-booking",
        )
        .await;
        assert_eq!(booking.unwrap().status(), StatusCode::NOT_FOUND);
        office.terminate().await;
        assert_eq!(ready(&office.quince).await.0, StatusCode::OK);
    }
}

#[tokio::test]
async fn a_postgres_that_takes_no_writes_is_not_ready() {
    let office = Office::open().await;
    assert_eq!(ready(&office.quince).await.0, StatusCode::OK);
    let mut connection = office.connect().await;
    let read_only = "ALTER DATABASE postgres SET default_transaction_read_only = on";
    sqlx::query(read_only).execute(&mut connection).await.unwrap();
    office.terminate().await;
    becomes(&office.quince, StatusCode::SERVICE_UNAVAILABLE).await;
}

#[tokio::test]
async fn a_postgres_that_is_down_is_not_ready_and_is_found_again() {
    let mut office = Office::open().await;
    office.postgres.stop();
    becomes(&office.quince, StatusCode::SERVICE_UNAVAILABLE).await;
    let page = tokio::spawn(http().get(office.quince.at("setup")).send());
    tokio::time::sleep(Duration::from_millis(500)).await;
    office.postgres.start_again().await;
    let page = page.await.unwrap().unwrap();
    assert_eq!(page.status(), StatusCode::OK, "it waited for the restart");
    becomes(&office.quince, StatusCode::OK).await;
}

/// What waits for a lock, and is ended.
const WAITING: &str = "SELECT count(*) FROM pg_locks WHERE NOT granted";
const CUT: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks WHERE NOT granted";

#[tokio::test]
async fn a_page_whose_connection_is_lost_while_it_is_read_is_read_again() {
    let office = Office::open().await;
    let mut watching = office.connect().await;
    let mut other = office.connect().await;
    let mut in_the_way = other.begin().await.unwrap();
    sqlx::query("LOCK TABLE booking_calendars IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *in_the_way)
        .await
        .unwrap();
    let page = tokio::spawn(http().get(office.quince.at("book/intro-call")).send());
    loop {
        let waiting: i64 = sqlx::query_scalar(WAITING)
            .fetch_one(&mut watching)
            .await
            .unwrap();
        if waiting > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let cut: i64 = sqlx::query_scalar(CUT).fetch_one(&mut watching).await.unwrap();
    assert!(cut > 0);
    in_the_way.rollback().await.unwrap();
    // There is no such booking calendar, which is known only once it was read.
    assert_eq!(page.await.unwrap().unwrap().status(), StatusCode::NOT_FOUND);
}
