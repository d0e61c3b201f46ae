//! Opening Postgres, and beginning transactions across a restart of the server.

use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Connection, PgPool, Postgres, Transaction};

use crate::error::{FIRST_STEP, StoreError, is_connection_lost, not_migrated};

/// How long beginning a transaction waits for a Postgres that restarts.
const RESTART_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a start waits for a Postgres that is starting.
const START_TIMEOUT: Duration = Duration::from_secs(4);
const RETRY_INTERVAL: Duration = Duration::from_millis(200);
const POSTGRES_CONNECTIONS: u32 = 16;

pub(crate) static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Connects once and returns the options that worked.
///
/// # Errors
/// [`StoreError::Unreachable`] with what to do, within seconds. A pool alone would retry for its whole timeout and hide the reason.
pub(crate) async fn reach(url: &str) -> Result<PgConnectOptions, StoreError> {
    // The error does not quote the URL, since its malformed part may be the password.
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Address("its host, port or options cannot be understood".to_owned()))?;
    let mut last = None;
    let trying = async {
        loop {
            match PgConnection::connect_with(&options).await {
                Ok(connection) => return connection.close().await,
                Err(error) if is_starting(&error) => last = Some(error),
                Err(error) => return Err(error),
            }
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
    };
    let tried = tokio::time::timeout(START_TIMEOUT, trying).await;
    let error = match tried {
        Ok(Ok(())) => return Ok(options),
        Ok(Err(error)) => Some(error),
        Err(_) => last,
    };
    Err(unreachable(&options, error.as_ref()))
}

/// Whether Postgres may accept connections soon: nothing listens yet, or it reports that it starts up.
fn is_starting(error: &sqlx::Error) -> bool {
    const CANNOT_CONNECT_NOW: &str = "57P03";
    match error {
        sqlx::Error::Io(cause) => matches!(
            cause.kind(),
            std::io::ErrorKind::ConnectionRefused | std::io::ErrorKind::NotFound
        ),
        sqlx::Error::Database(error) => error.code().as_deref() == Some(CANNOT_CONNECT_NOW),
        _ => false,
    }
}

/// Builds the error with what to do; without a cause nothing answered.
fn unreachable(options: &PgConnectOptions, error: Option<&sqlx::Error>) -> StoreError {
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    let place = match options.get_socket() {
        Some(socket) => format!("in {}", socket.display()),
        None => format!("at {}:{}", options.get_host(), options.get_port()),
    };
    let cause = error.map_or_else(
        || "it did not answer".to_owned(),
        |error| match error {
            sqlx::Error::Io(cause) => cause.to_string(),
            sqlx::Error::Database(cause) => cause.message().to_owned(),
            other => other.to_string(),
        },
    );
    let code = error
        .and_then(sqlx::Error::as_database_error)
        .and_then(sqlx::error::DatabaseError::code);
    let next = match code.as_deref() {
        Some("28000" | "28P01") => format!("Correct the user and the password there; {user} is asked for."),
        Some("3D000") => format!("Make the database (createdb {database}), or name another there."),
        Some("53300") => "Postgres has no connection left: raise its max_connections.".to_owned(),
        Some(_) => "Look into the log of Postgres.".to_owned(),
        None if matches!(error, Some(sqlx::Error::Protocol(_) | sqlx::Error::Tls(_))) => {
            "Check that it is a Postgres, and what ?sslmode= there asks for.".to_owned()
        }
        None => {
            "Start Postgres, or correct host and port there; see that no firewall is in between.".to_owned()
        }
    };
    StoreError::Unreachable { place, cause, next }
}

/// Opens a pool and migrates the schema.
pub(crate) async fn open(url: &str) -> Result<PgPool, StoreError> {
    let options = reach(url).await?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(Duration::from_secs(30))
        // `begin` and `alive` test connections themselves and retry.
        .test_before_acquire(false)
        .connect_with(options)
        .await?;
    // sqlx takes an advisory lock, so several processes may start at once.
    let Err(error) = POSTGRES.run(&pool).await else {
        return Ok(pool);
    };
    let first_step: Option<Vec<u8>> = sqlx::query_scalar(FIRST_STEP).fetch_optional(&pool).await?;
    Err(not_migrated(error, first_step.as_deref(), &POSTGRES))
}

/// Begins a transaction that may write, skipping dead connections.
pub(crate) async fn begin(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin_with(pool, "BEGIN").await
}

/// Begins a read-only transaction on a snapshot, as SQLite's are.
pub(crate) async fn begin_read(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    begin_with(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await
}

async fn begin_with(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let mut dead = DeadConnections::default();
    loop {
        match pool.begin_with(statement).await {
            Err(error) => dead.pass_over(error).await?,
            begun => return begun,
        }
    }
}

/// Returns a connection that answers, skipping dead ones.
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

/// Counts pooled connections that turn out dead when something begins on them. Nothing was sent on them yet, so it is safe to begin again.
/// After a restart of Postgres every pooled connection is dead.
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
    /// Returns if another attempt is worthwhile, after a pause once the whole pool was dead; otherwise returns the error.
    async fn pass_over(&mut self, error: sqlx::Error) -> Result<(), sqlx::Error> {
        if !is_connection_lost(&error) || self.since.elapsed() >= RESTART_TIMEOUT {
            return Err(error);
        }
        self.count += 1;
        if self.count > POSTGRES_CONNECTIONS {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}
