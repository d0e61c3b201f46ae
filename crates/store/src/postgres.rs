//! Opening Postgres, and beginning on it although it was started again meanwhile.

use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgPool, Postgres, Transaction};

use crate::error::{StoreError, is_connection_lost, migrated};

/// A Postgres that is started again answers within this time, for which whoever begins something waits.
const RESTART: Duration = Duration::from_secs(5);
const POSTGRES_CONNECTIONS: u32 = 16;

static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Opens the database at an address.
pub(crate) async fn open(url: &str) -> Result<PgPool, StoreError> {
    let options = PgConnectOptions::from_str(url).map_err(|error| StoreError::Address(error.to_string()))?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(Duration::from_secs(30))
        // Whatever begins is the test, and is tried again.
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    // sqlx holds an advisory lock meanwhile, so that several processes may start at once.
    migrated(POSTGRES.run(&pool).await)?;
    Ok(pool)
}

/// A transaction on a connection that lives.
pub(crate) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let mut dead = DeadConnections::default();
    loop {
        match pool.begin().await {
            Err(error) => dead.pass_over(error).await?,
            begun => return begun,
        }
    }
}

/// A connection that lives.
pub(crate) async fn alive(pool: &PgPool) -> Result<PoolConnection<Postgres>, sqlx::Error> {
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
