//! Opening the database: its schema is brought up to date, and its secrets must fit the key.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgPool, Postgres, SqlitePool, Transaction};

use crate::db::{Handle, Tx, ms};
use crate::error::{StoreError, is_damage};
use crate::fields::Fields;
use crate::secrets::SecretKey;
use crate::sqlite_file::{self, Opened, SqliteFile, sync_folder};

/// A Postgres that is started again answers within this time, for which whoever begins something waits.
const RESTART: Duration = Duration::from_secs(5);

const POSTGRES_CONNECTIONS: u32 = 16;

pub(crate) static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// A file of SQLite is looked through at the start for at most this long: some 500 MB. What lies behind is not looked at then.
const QUICK: Duration = Duration::from_secs(3);
/// A stop waits so long for what still reads or writes: containers are killed ten seconds after they are told to stop.
const CLOSING: Duration = Duration::from_millis(800);

/// SQLite before this version could lose committed data when its log was reset (quality.md).
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// The database, opened. Clones share it.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    key: Arc<SecretKey>,
}

#[derive(Clone)]
enum Pool {
    /// SQLite has one writer at a time, so writers queue for one connection instead of failing.
    Sqlite {
        opened: Arc<Opened>,
        read: SqlitePool,
        write: SqlitePool,
    },
    Postgres(PgPool),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.pool {
            Pool::Sqlite { .. } => "Store(SQLite)",
            Pool::Postgres(_) => "Store(Postgres)",
        })
    }
}

impl Store {
    /// Opens the database at `sqlite://PATH` or `postgres://…`, makes or updates its schema, and checks the key.
    ///
    /// # Errors
    /// An address that cannot be used, a schema of a newer Quince, a key that is not this database's, or the database's
    /// own failure.
    pub async fn open(url: &str, key: SecretKey) -> Result<Self, StoreError> {
        let pool = if url.starts_with("sqlite:") {
            open_sqlite(url, &key).await?
        } else {
            open_postgres(url).await?
        };
        let store = Self {
            pool,
            key: Arc::new(key),
        };
        store.check_key().await?;
        Ok(store)
    }

    /// The key that seals secrets.
    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    /// A transaction that only reads.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        Ok(match &self.pool {
            Pool::Sqlite { read, .. } => Tx::Sqlite(Handle::Transaction(read.begin().await?)),
            Pool::Postgres(pool) => Tx::Postgres(Handle::Transaction(begin(pool).await?)),
        })
    }

    /// For reading where each question is answered by itself: what changes between two of them shows in the later one. That
    /// saves the work of a transaction around one or two questions that are asked over and over.
    pub async fn ask(&self) -> Result<Tx, StoreError> {
        Ok(match &self.pool {
            Pool::Sqlite { read, .. } => Tx::Sqlite(Handle::Connection(read.acquire().await?)),
            Pool::Postgres(pool) => Tx::Postgres(Handle::Connection(alive(pool).await?)),
        })
    }

    /// A transaction that may write. On SQLite it is the only one until it ends.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        Ok(match &self.pool {
            Pool::Sqlite { write, .. } => {
                self.is_in_place()?;
                Tx::Sqlite(Handle::Transaction(write.begin_with("BEGIN IMMEDIATE").await?))
            }
            Pool::Postgres(pool) => Tx::Postgres(Handle::Transaction(begin(pool).await?)),
        })
    }

    /// Whether what is written can be found again: the file of SQLite is still there. Costs two looks into the folder.
    pub fn is_in_place(&self) -> Result<(), StoreError> {
        match &self.pool {
            Pool::Sqlite { opened, .. } if !opened.is_in_place() => {
                Err(StoreError::Vanished(opened.file.path().to_owned()))
            }
            _ => Ok(()),
        }
    }

    /// Ends all connections in order. The file of SQLite is whole by itself then, without a log beside it.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Sqlite { read, write, .. } => {
                let all = async {
                    read.close().await;
                    let moved = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
                        .execute(write)
                        .await;
                    write.close().await;
                    moved
                };
                match tokio::time::timeout(CLOSING, all).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => {
                        tracing::warn!(%error, "the database's log was not moved into its file");
                    }
                    Err(_) => tracing::warn!(
                        "the database was still in use when it was to be closed: its log stays beside it"
                    ),
                }
            }
            Pool::Postgres(pool) => {
                let _ = tokio::time::timeout(CLOSING, pool.close()).await;
            }
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.ask().await?.run("SELECT 1").await
    }

    /// Whether somebody who wants to write gets their turn, and what they write is kept, within a time. A row of its own is
    /// written: a disk that is full or takes no writes shows by nothing less.
    pub async fn can_write(&self, within: Duration, now: Timestamp) -> Result<(), StoreError> {
        let written = async {
            self.look_anew().await?;
            let mut tx = self.write().await?;
            execute!(
                &mut tx,
                "INSERT INTO write_check (id, written_at) VALUES (1, $1)
                 ON CONFLICT (id) DO UPDATE SET written_at = excluded.written_at",
                ms(now)
            )?;
            tx.commit().await
        };
        match tokio::time::timeout(within, written).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StoreError::Database(sqlx::Error::PoolTimedOut)),
        }
    }

    /// Looks at the beginning of each table of SQLite's file by a connection that remembers nothing: the others may go on with
    /// pages that are no longer there.
    async fn look_anew(&self) -> Result<(), StoreError> {
        let Pool::Sqlite { opened, .. } = &self.pool else {
            return Ok(());
        };
        self.is_in_place()?;
        let path = opened.file.path();
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

    /// Proves that the key is the one that sealed this database's secrets, or makes it so for a new database.
    async fn check_key(&self) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let sealed = one!(
            &mut tx,
            |row: &dyn Fields| row.bytes("sealed"),
            "SELECT sealed FROM key_check WHERE id = 1"
        )?;
        if let Some(sealed) = sealed {
            self.key.check(&sealed)?;
            return Ok(());
        }
        let proof = self.key.proof()?;
        // Another process may have been first; then its proof must fit, too.
        execute!(
            &mut tx,
            "INSERT INTO key_check (id, sealed) VALUES (1, $1) ON CONFLICT (id) DO NOTHING",
            proof
        )?;
        let sealed = one!(
            &mut tx,
            |row: &dyn Fields| row.bytes("sealed"),
            "SELECT sealed FROM key_check WHERE id = 1"
        )?;
        self.key.check(&sealed.unwrap_or_default())?;
        tx.commit().await
    }
}

/// How SQLite is used. A file is never made by the way: one that went away would come back empty.
fn sqlite_options(url: &str) -> Result<SqliteConnectOptions, StoreError> {
    Ok(sqlite_file::options(url)?
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10)))
}

async fn open_sqlite(url: &str, key: &SecretKey) -> Result<Pool, StoreError> {
    let options = sqlite_options(url)?;
    let Some(file) = SqliteFile::of(url)? else {
        return Err(StoreError::Address(
            "a database in memory is kept by nobody".to_owned(),
        ));
    };
    let mut in_use = file.use_beside_others().await?;
    if !file.exists() {
        drop(in_use);
        let alone = file.wait_to_use_alone().await?;
        // Another process may have been first.
        if !file.exists() {
            make(&file, options.clone(), key).await?;
        }
        drop(alone);
        in_use = file.use_beside_others().await?;
    }
    // Left by a first start that broke off; whoever makes a database keeps others away.
    let _ = std::fs::remove_file(file.unfinished());
    let failed = |error: StoreError| error.or_damaged(file.path());
    check_file(&file, &options).await.map_err(failed)?;
    let pool = || {
        SqlitePoolOptions::new()
            // A file in this process does not go away as a server can, and whoever would open it anew may find another.
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
    };
    let opening = pool().max_connections(1).acquire_timeout(Duration::from_secs(30));
    let write = opening.connect_with(options.clone()).await?;
    migrate(SQLITE.run(&write).await).map_err(failed)?;
    let read = pool().max_connections(readers()).connect_with(options).await?;
    // A log is there from the first look at the rows on.
    sqlx::query("SELECT 1 FROM key_check").execute(&write).await?;
    let opened = Arc::new(Opened::new(file, in_use)?);
    Ok(Pool::Sqlite { opened, read, write })
}

/// Makes a database under another name, and gives it its own when it is whole: one that breaks off is never taken for one that
/// lost its rows.
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
    let version: (String,) = sqlx::query_as("SELECT sqlite_version()")
        .fetch_one(&mut connection)
        .await?;
    if !is_safe(&version.0) {
        return Err(StoreError::OldSqlite(version.0));
    }
    migrate(SQLITE.run(&mut connection).await)?;
    sqlx::query("INSERT INTO key_check (id, sealed) VALUES (1, $1)")
        .bind(key.proof()?)
        .execute(&mut connection)
        .await?;
    // The last connection moves all that was written into the file itself.
    connection.close().await?;
    let file_itself = std::fs::File::open(&unfinished).map_err(failed)?;
    file_itself.sync_all().map_err(failed)?;
    std::fs::rename(&unfinished, file.path()).map_err(failed)?;
    sync_folder(file.folder()).map_err(failed)
}

/// Looks at a file before anything in it is changed: that it is whole, as far as can be seen in a few seconds, and that Quince
/// made it.
async fn check_file(file: &SqliteFile, options: &SqliteConnectOptions) -> Result<(), StoreError> {
    let mut connection = options.connect().await?;
    let version: (String,) = sqlx::query_as("SELECT sqlite_version()")
        .fetch_one(&mut connection)
        .await?;
    if !is_safe(&version.0) {
        return Err(StoreError::OldSqlite(version.0));
    }
    let end = Instant::now() + QUICK;
    let mut handle = connection.lock_handle().await?;
    handle.set_progress_handler(1000, move || Instant::now() < end);
    drop(handle);
    let found: Result<Option<(String,)>, sqlx::Error> = sqlx::query_as("PRAGMA quick_check(1)")
        .fetch_optional(&mut connection)
        .await;
    connection.lock_handle().await?.remove_progress_handler();
    match found {
        Ok(Some((word,))) if word == "ok" => {}
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
        }
        Err(error) => return Err(error.into()),
    }
    // A database is given its name when it has this row.
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
        Ok(())
    } else {
        Err(StoreError::Empty(file.path().to_owned()))
    }
}

/// How many read at once: as many as there are processors, as all work is done in this process. Whoever comes later waits for
/// their turn; to begin everything at once would only end all of it late.
fn readers() -> u32 {
    let processors = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
    u32::try_from(processors).unwrap_or(u32::MAX).max(2)
}

fn is_safe(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= OLDEST_SQLITE
}

async fn open_postgres(url: &str) -> Result<Pool, StoreError> {
    let options = PgConnectOptions::from_str(url).map_err(|error| StoreError::Address(error.to_string()))?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(Duration::from_secs(30))
        // Whatever begins is the test, and is tried again.
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    // sqlx holds an advisory lock meanwhile, so that several processes may start at once.
    migrate(POSTGRES.run(&pool).await)?;
    Ok(Pool::Postgres(pool))
}

/// A transaction on a connection that lives.
async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let mut dead = DeadConnections::default();
    loop {
        match pool.begin().await {
            Err(error) => dead.pass_over(error).await?,
            begun => return begun,
        }
    }
}

/// A connection that lives.
async fn alive(pool: &PgPool) -> Result<PoolConnection<Postgres>, sqlx::Error> {
    let mut dead = DeadConnections::default();
    loop {
        let mut connection = match pool.acquire().await {
            Err(error) => {
                dead.pass_over(error).await?;
                continue;
            }
            Ok(connection) => connection,
        };
        match connection.ping().await {
            Err(error) => dead.pass_over(error).await?,
            Ok(()) => return Ok(connection),
        }
    }
}

/// Connections that turn out to be dead when something begins on them, for which nothing was asked yet, so that it can begin
/// again. After a restart of Postgres all that are kept are.
struct DeadConnections {
    since: Instant,
    count: u32,
}

impl Default for DeadConnections {
    fn default() -> Self {
        Self {
            since: Instant::now(),
            count: 0,
        }
    }
}

impl DeadConnections {
    /// Waits until the next try, if it is worth one.
    async fn pass_over(&mut self, error: sqlx::Error) -> Result<(), sqlx::Error> {
        if !is_connection_lost(&error) || self.since.elapsed() >= RESTART {
            return Err(error);
        }
        self.count += 1;
        if self.count > POSTGRES_CONNECTIONS {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

/// Whether the server went away, or sends everybody away.
fn is_connection_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
        // Told to stop, crashed, not ready yet; class 08 is the connection's own trouble.
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| ["57P01", "57P02", "57P03"].contains(&&*code) || code.starts_with("08")),
        _ => false,
    }
}

fn migrate(result: Result<(), MigrateError>) -> Result<(), StoreError> {
    result.map_err(|error| match error {
        MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
            StoreError::NewerSchema(version)
        }
        other => StoreError::Migration(other.to_string()),
    })
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
