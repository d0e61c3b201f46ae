//! Opening the database: its schema is brought up to date, and its secrets must fit the key.

use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgPool, SqlitePool};

use crate::db::{Handle, Tx};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::secrets::SecretKey;

/// Whether a connection that nobody used for longer than this still works is asked before it is used again.
const IDLE: Duration = Duration::from_secs(1);

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

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
            open_sqlite(url).await?
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
            Pool::Postgres(pool) => Tx::Postgres(Handle::Transaction(pool.begin().await?)),
        })
    }

    /// For reading where each question is answered by itself: what changes between two of them shows in the later one. That
    /// saves the work of a transaction around one or two questions that are asked over and over.
    pub async fn ask(&self) -> Result<Tx, StoreError> {
        Ok(match &self.pool {
            Pool::Sqlite { read, .. } => Tx::Sqlite(Handle::Connection(read.acquire().await?)),
            Pool::Postgres(pool) => Tx::Postgres(Handle::Connection(pool.acquire().await?)),
        })
    }

    /// A transaction that may write. On SQLite it is the only one until it ends.
    pub async fn write(&self) -> Result<Tx, StoreError> {
        Ok(match &self.pool {
            Pool::Sqlite { write, .. } => {
                Tx::Sqlite(Handle::Transaction(write.begin_with("BEGIN IMMEDIATE").await?))
            }
            Pool::Postgres(pool) => Tx::Postgres(Handle::Transaction(pool.begin().await?)),
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.ask().await?.run("SELECT 1").await
    }

    /// Whether somebody who wants to write gets their turn within a time.
    pub async fn can_write(&self, within: Duration) -> Result<(), StoreError> {
        let turn = async { self.write().await?.run("SELECT 1").await };
        match tokio::time::timeout(within, turn).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StoreError::Database(sqlx::Error::PoolTimedOut)),
        }
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

async fn open_sqlite(url: &str) -> Result<Pool, StoreError> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| StoreError::Address(error.to_string()))?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10));
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(30))
        .connect_with(options.clone())
        .await?;
    let version: (String,) = sqlx::query_as("SELECT sqlite_version()")
        .fetch_one(&write)
        .await?;
    if !is_safe(&version.0) {
        return Err(StoreError::OldSqlite(version.0));
    }
    migrate(SQLITE.run(&write).await)?;
    let read = SqlitePoolOptions::new()
        .max_connections(readers())
        // A file in this process does not go away as a server can.
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    Ok(Pool::Sqlite { read, write })
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
        .max_connections(16)
        .acquire_timeout(Duration::from_secs(30))
        // One that was used a moment ago is still there, or the statement says so.
        .test_before_acquire(false)
        .before_acquire(|connection, used| {
            Box::pin(async move {
                if used.idle_for > IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await?;
    // sqlx holds an advisory lock meanwhile, so that several processes may start at once.
    migrate(POSTGRES.run(&pool).await)?;
    Ok(Pool::Postgres(pool))
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
