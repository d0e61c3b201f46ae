//! Opening the database: the schema is migrated, and the key must fit the sealed secrets.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use sqlx::PgPool;

use crate::db::{Backend, ConnectionHandle, ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::link_keys::{self, LinkKeys};
use crate::secrets::SecretKey;
use crate::sqlite::{self, Sqlite};
use crate::{key_check, postgres};

/// How long closing waits for open connections. Containers are killed ten seconds after they are asked to stop.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(800);

/// The open database. Clones share it.
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
                Backend::Sqlite(ConnectionHandle::Transaction(
                    sqlite.write.begin_with("BEGIN IMMEDIATE").await?,
                ))
            }
            Self::Postgres(pool) => {
                Backend::Postgres(ConnectionHandle::Transaction(postgres::begin(pool).await?))
            }
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
    /// Opens the database at `sqlite://PATH` or `postgres://…`, creates or migrates its schema, and checks the key.
    ///
    /// # Errors
    /// An address that cannot be used, the schema of a newer Quince, a key that does not fit, or the database's own failure.
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
        if !key.has_sealed(&proof) {
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

    /// The keys that derive the tokens in links.
    pub fn link_keys(&self) -> &LinkKeys {
        &self.link_keys
    }

    /// Begins a read-only transaction on a snapshot.
    pub async fn read(&self) -> Result<ReadTx, StoreError> {
        Ok(ReadTx::from(match &self.pool {
            Pool::Sqlite(sqlite) => {
                Backend::Sqlite(ConnectionHandle::Transaction(sqlite.read.begin().await?))
            }
            Pool::Postgres(pool) => {
                Backend::Postgres(ConnectionHandle::Transaction(postgres::begin_read(pool).await?))
            }
        }))
    }

    /// Returns a connection for one or two frequent queries. Each sees the newest committed state, which saves the cost of a transaction.
    pub async fn connection(&self) -> Result<ReadTx, StoreError> {
        Ok(ReadTx::from(match &self.pool {
            Pool::Sqlite(sqlite) => {
                Backend::Sqlite(ConnectionHandle::Connection(sqlite.read.acquire().await?))
            }
            Pool::Postgres(pool) => {
                Backend::Postgres(ConnectionHandle::Connection(postgres::alive(pool).await?))
            }
        }))
    }

    /// Begins a transaction that may write. On SQLite there is one at a time.
    pub async fn write(&self) -> Result<WriteTx, StoreError> {
        self.pool.write().await
    }

    /// Checks that SQLite's file is still the one that was opened. Costs two `stat` calls.
    pub fn is_in_place(&self) -> Result<(), StoreError> {
        self.pool.is_in_place()
    }

    /// Closes all connections. SQLite's log is merged into the file and removed.
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
                match tokio::time::timeout(CLOSE_TIMEOUT, all).await {
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
                let _ = tokio::time::timeout(CLOSE_TIMEOUT, pool.close()).await;
            }
        }
    }

    /// Checks that the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.connection().await?.run("SELECT 1").await
    }

    /// Checks that a writer gets its turn and can commit within a time. It writes a row, since nothing less reveals a full or read-only
    /// disk.
    ///
    /// # Errors
    /// [`StoreError::Key`] when the database was resealed meanwhile with a key that this process does not have.
    pub async fn can_write(&self, within: Duration, now: Timestamp) -> Result<(), StoreError> {
        let written = async {
            if let Pool::Sqlite(sqlite) = &self.pool {
                self.is_in_place()?;
                sqlite::probe_tables(sqlite.opened.file.path()).await?;
            }
            let mut tx = self.write().await?;
            key_check::fits(&mut tx, &self.key).await?;
            trial_write(&mut tx, now).await?;
            tx.commit().await
        };
        match tokio::time::timeout(within, written).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StoreError::Database(sqlx::Error::PoolTimedOut)),
        }
    }
}

/// Writes a row that has no other purpose.
pub(crate) async fn trial_write(tx: &mut WriteTx, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO write_check (id, written_at) VALUES (1, $1)
         ON CONFLICT (id) DO UPDATE SET written_at = excluded.written_at",
        ms(now)
    )
    .map(drop)
}
