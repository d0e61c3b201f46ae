//! Opening SQLite. A new file appears complete or not at all, and an existing one is checked before anything in it is changed.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};

use crate::error::{FIRST_STEP, StoreError, is_damage, not_migrated};
use crate::secrets::SecretKey;
use crate::sqlite_file::{self, Opened, SqliteFile, sync_folder};

pub(crate) static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// Time limit of the check at start, enough for some 500 MB. The rest of a larger file is not checked.
const QUICK: Duration = Duration::from_secs(3);
/// Older versions of SQLite can lose committed data when the log is reset (quality.md).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// An open database. SQLite has one writer at a time, so writers queue for one connection instead of failing.
pub(crate) struct Sqlite {
    pub(crate) opened: Opened,
    pub(crate) read: SqlitePool,
    pub(crate) write: SqlitePool,
}

/// Connection options. They never create the file: one that disappeared would otherwise come back empty.
fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    Ok(sqlite_file::options(url)?
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10)))
}

/// Opens the file that an address names. A missing one is created.
pub(crate) async fn open(url: &str, key: &SecretKey) -> Result<Sqlite, StoreError> {
    let options = sqlite_options(url)?;
    let Some(file) = SqliteFile::of(url)? else {
        return Err(StoreError::Address(
            "a database in memory is kept by nobody".to_owned(),
        ));
    };
    let mut in_use = file.lock_shared().await?;
    if !file.exists() {
        drop(in_use);
        let alone = file.wait_to_lock_exclusive().await?;
        // Another process may have created it.
        if !file.exists() {
            make(&file, options.clone(), key).await?;
        }
        drop(alone);
        in_use = file.lock_shared().await?;
    }
    // An interrupted first start may have left it. Nobody is creating the database now, since `in_use` is held.
    let _ = std::fs::remove_file(file.unfinished());
    let failed = |error: StoreError| error.or_damaged(file.path());
    check_file(&file, false).await.map_err(failed)?;
    let pool = || {
        SqlitePoolOptions::new()
            // A local file does not go away as a server can, and reopening it might find another file.
            .test_before_acquire(false)
            // When the disk is full, SQLite rolls back by itself. sqlx's ROLLBACK then fails and sqlx counts the transaction as open for
            // ever; such a connection would refuse every further one.
            .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
            .idle_timeout(None)
            .max_lifetime(None)
    };
    let opening = pool().max_connections(1).acquire_timeout(Duration::from_secs(30));
    let write = opening.connect_with(options.clone()).await?;
    migrate(&mut *write.acquire().await?).await.map_err(failed)?;
    // On Postgres the transactions themselves are read-only.
    let reading = options.pragma("query_only", "ON");
    let read = pool().max_connections(readers()).connect_with(reading).await?;
    // The first read creates the log file, which `Opened` looks for.
    sqlx::query("SELECT 1 FROM key_check").execute(&write).await?;
    let opened = Opened::new(file, in_use)?;
    Ok(Sqlite { opened, read, write })
}

/// Creates a database under a temporary name and renames it when it is complete, so that an interrupted start is not mistaken for a
/// database that lost its rows.
async fn make(file: &SqliteFile, options: SqliteConnectOptions, key: &SecretKey) -> Result<(), StoreError> {
    let unfinished = file.unfinished();
    let failed = |cause: std::io::Error| StoreError::file(&unfinished, &cause);
    for ending in [".new", ".new-wal", ".new-shm"] {
        match std::fs::remove_file(file.beside(ending)) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => return Err(failed(cause)),
            _ => {}
        }
    }
    let options = options.filename(&unfinished).create_if_missing(true);
    let mut connection = options.connect().await?;
    check_version(&mut connection).await?;
    migrate(&mut connection).await?;
    sqlx::query("INSERT INTO key_check (id, sealed) VALUES (1, $1)")
        .bind(key.proof()?)
        .execute(&mut connection)
        .await?;
    // Closing the last connection merges the log into the file.
    connection.close().await?;
    let file_itself = std::fs::File::open(&unfinished).map_err(failed)?;
    file_itself.sync_all().map_err(failed)?;
    std::fs::rename(&unfinished, file.path()).map_err(failed)?;
    sync_folder(file.folder()).map_err(failed)
}

/// Migrates the schema.
async fn migrate(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let Err(error) = SQLITE.run(&mut *connection).await else {
        return Ok(());
    };
    let first_step: Option<Vec<u8>> = sqlx::query_scalar(FIRST_STEP).fetch_optional(connection).await?;
    Err(not_migrated(error, first_step.as_deref(), &SQLITE))
}

/// Checks a file before anything in it is changed: that it is undamaged, within a time limit, and that Quince made it. Returns whether
/// every page was checked. With `is_unused` nothing is created beside the file.
pub(crate) async fn check_file(file: &SqliteFile, is_unused: bool) -> Result<bool, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(file.path())
        .read_only(true)
        .immutable(is_unused);
    let mut connection = options.connect().await?;
    check_version(&mut connection).await?;
    let end = Instant::now() + QUICK;
    let mut handle = connection.lock_handle().await?;
    handle.set_progress_handler(1000, move || Instant::now() < end);
    drop(handle);
    let found: Result<Option<(String,)>, sqlx::Error> = sqlx::query_as("PRAGMA quick_check(1)")
        .fetch_optional(&mut connection)
        .await;
    connection.lock_handle().await?.remove_progress_handler();
    let is_all = match found {
        Ok(Some((word,))) if word == "ok" => true,
        Ok(word) => {
            return Err(StoreError::Damaged {
                path: file.path().to_owned(),
                problem: word.map_or_else(String::new, |(problem,)| problem.replace('\n', " ")),
            });
        }
        Err(error) if Instant::now() >= end && !is_damage(&error) => {
            tracing::info!(
                seconds = QUICK.as_secs(),
                "the database is too large to be looked through at the start; `quince backup` and `quince verify` do"
            );
            false
        }
        Err(error) => return Err(error.into()),
    };
    // A new database is renamed into place only once it has this row.
    let made: Result<Option<(i64,)>, sqlx::Error> = sqlx::query_as("SELECT id FROM key_check")
        .fetch_optional(&mut connection)
        .await;
    let is_made = match made {
        Ok(row) => row.is_some(),
        Err(error) if is_damage(&error) => return Err(error.into()),
        Err(sqlx::Error::Database(_)) => false,
        Err(error) => return Err(error.into()),
    };
    connection.close().await?;
    if is_made {
        Ok(is_all)
    } else {
        Err(StoreError::Empty(file.path().to_owned()))
    }
}

/// Number of reading connections: one per processor. Queries run in this process, so more of them would only delay each other.
fn readers() -> u32 {
    let processors = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
    u32::try_from(processors).unwrap_or(u32::MAX).max(2)
}

async fn check_version(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let version: (String,) = sqlx::query_as("SELECT sqlite_version()")
        .fetch_one(connection)
        .await?;
    if is_safe(&version.0) {
        Ok(())
    } else {
        Err(StoreError::OldSqlite(version.0))
    }
}

fn is_safe(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST_SQLITE
}

/// Reads the first row of each table through a new connection. Open connections may go on with cached pages that no longer exist in the
/// file.
pub(crate) async fn probe_tables(path: &Path) -> Result<(), StoreError> {
    let failed = |error: sqlx::Error| StoreError::from(error).or_damaged(path);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false);
    let mut connection = options.connect().await.map_err(failed)?;
    let tables: Vec<(String,)> = sqlx::query_as("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .fetch_all(&mut connection)
        .await
        .map_err(failed)?;
    for (table,) in tables {
        let first = format!("SELECT 1 FROM \"{table}\" LIMIT 1");
        sqlx::query(sqlx::AssertSqlSafe(first))
            .fetch_optional(&mut connection)
            .await
            .map_err(failed)?;
    }
    connection.close().await.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn only_a_sqlite_that_cannot_lose_data_is_used() {
        assert!(is_safe("3.51.3") && is_safe("3.52.0") && is_safe("4.0"));
        assert!(!is_safe("3.51.2") && !is_safe("3.9.99") && !is_safe(""));
    }
}
