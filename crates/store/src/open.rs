//! Opening the database: its schema is brought up to date, and its secrets must fit the key.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::PgPool;

use crate::db::{Backend, Handle, ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::link_keys::{self, LinkKeys};
use crate::secrets::SecretKey;
use crate::sqlite::{self, Sqlite};
use crate::{key_check, postgres};

/// A stop waits so long for what still reads or writes: containers are killed ten seconds after they are told to stop.
const CLOSING: Duration = Duration::from_millis(800);

/// The database, opened. Clones share it.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
    key: Arc<SecretKey>,
    link_keys: Arc<LinkKeys>,
}

#[derive(Clone)]
enum Pool {
    Sqlite(Arc<Sqlite>),
    Postgres(PgPool),
}

impl Pool {
    async fn write(&self) -> Result<WriteTx, StoreError> {
        let backend = match self {
            Self::Sqlite(sqlite) => {
                self.is_in_place()?;
                Backend::Sqlite(Handle::Transaction(
                    sqlite.write.begin_with("BEGIN IMMEDIATE").await?,
                ))
            }
            Self::Postgres(pool) => Backend::Postgres(Handle::Transaction(postgres::begin(pool).await?)),
        };
        Ok(backend.into())
    }

    fn is_in_place(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) if !sqlite.opened.is_in_place() => {
                Err(StoreError::Vanished(sqlite.opened.file.path().to_owned()))
            }
            _ => Ok(()),
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.pool {
            Pool::Sqlite(_) => "Store(SQLite)",
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
            Pool::Sqlite(Arc::new(sqlite::open(url, &key).await?))
        } else {
            Pool::Postgres(postgres::open(url).await?)
        };
        let mut tx = pool.write().await?;
        let proof = key_check::check_or_make(&mut tx, &key).await?;
        let link_keys = link_keys::open(&mut tx, &key, &proof).await?;
        tx.commit().await?;
        if !key.made(&proof) {
            tracing::info!(
                key = %key.id(),
                "the secret key was changed: `quince reseal` says when the one before can go"
            );
        }
        Ok(Self {
            pool,
            key: Arc::new(key),
            link_keys: Arc::new(link_keys),
        })
    }

    /// The key that seals secrets.
    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    /// The keys that the tokens of links are derived with.
    pub fn link_keys(&self) -> &LinkKeys {
        &self.link_keys
    }

    /// A transaction that only reads. What it sees does not change while it lasts.
    pub async fn read(&self) -> Result<ReadTx, StoreError> {
        Ok(ReadTx::from(match &self.pool {
            Pool::Sqlite(sqlite) => Backend::Sqlite(Handle::Transaction(sqlite.read.begin().await?)),
            Pool::Postgres(pool) => Backend::Postgres(Handle::Transaction(postgres::begin_read(pool).await?)),
        }))
    }

    /// For reading where each question is answered by itself: what changes between two of them shows in the later one. That
    /// saves the work of a transaction around one or two questions that are asked over and over.
    pub async fn connection(&self) -> Result<ReadTx, StoreError> {
        Ok(ReadTx::from(match &self.pool {
            Pool::Sqlite(sqlite) => Backend::Sqlite(Handle::Connection(sqlite.read.acquire().await?)),
            Pool::Postgres(pool) => Backend::Postgres(Handle::Connection(postgres::alive(pool).await?)),
        }))
    }

    /// A transaction that may write. On SQLite it is the only one until it ends.
    pub async fn write(&self) -> Result<WriteTx, StoreError> {
        self.pool.write().await
    }

    /// Whether what is written can be found again: the file of SQLite is still there. Costs two looks into the folder.
    pub fn is_in_place(&self) -> Result<(), StoreError> {
        self.pool.is_in_place()
    }

    /// Ends all connections in order. The file of SQLite is whole by itself then, without a log beside it.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Sqlite(sqlite) => {
                let Sqlite { read, write, .. } = &**sqlite;
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
        self.connection().await?.run("SELECT 1").await
    }

    /// Whether somebody who wants to write gets their turn, and what they write is kept, within a time. A row of its own is
    /// written: a disk that is full or takes no writes shows by nothing less.
    ///
    /// # Errors
    /// [`StoreError::Key`] when the database was sealed anew meanwhile with a key that this process was not given.
    pub async fn can_write(&self, within: Duration, now: Timestamp) -> Result<(), StoreError> {
        let written = async {
            if let Pool::Sqlite(sqlite) = &self.pool {
                self.is_in_place()?;
                sqlite::look_anew(sqlite.opened.file.path()).await?;
            }
            let mut tx = self.write().await?;
            key_check::fits(&mut tx, &self.key).await?;
            write_for_trial(&mut tx, now).await?;
            tx.commit().await
        };
        match tokio::time::timeout(within, written).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StoreError::Database(sqlx::Error::PoolTimedOut)),
        }
    }
}

/// Writes a row that is there to be written.
pub(crate) async fn write_for_trial(tx: &mut WriteTx, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO write_check (id, written_at) VALUES (1, $1)
         ON CONFLICT (id) DO UPDATE SET written_at = excluded.written_at",
        ms(now)
    )
    .map(drop)
}
