//! Backups of SQLite: copies a database in use and checks that a copy is complete.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, Row};

use crate::connections::SEALED_FOR;
use crate::error::{StoreError, is_unreleased};
use crate::ids::ConnectionId;
use crate::link_keys;
use crate::postgres::reach;
use crate::secrets::{KeyError, SecretKey};
use crate::sqlite::SQLITE;
use crate::sqlite_file::SqliteFile;

/// Copies the committed state into a new file while others read and write. The copy needs no log beside it.
pub async fn copy(from: &SqliteFile, to: &Path) -> Result<(), StoreError> {
    let _in_use = from.lock_shared().await?;
    let failed = |error: sqlx::Error| StoreError::from(error).or_damaged(from.path());
    let options = SqliteConnectOptions::new()
        .filename(from.path())
        .busy_timeout(Duration::from_secs(30));
    let mut connection = options.connect().await.map_err(failed)?;
    sqlx::query("VACUUM INTO $1")
        .bind(to.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await
        .map_err(failed)?;
    connection.close().await.map_err(failed)
}

/// A summary of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contents {
    /// Schema version.
    pub schema: i64,
    /// Number of appointments.
    pub appointments: i64,
    /// Number of accounts that can sign in.
    pub accounts: i64,
    /// Number of stored calendar passwords.
    pub passwords: i64,
    /// How many of those the key does not open.
    pub lost_passwords: i64,
}

/// Why a copy cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NotWhole {
    /// Pages or indexes are damaged; SQLite's message.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// Foreign keys point at missing rows.
    #[error("{count} rows of it, the first in the table {table}, speak of rows that are not there")]
    Torn {
        /// The referring table.
        table: String,
        /// Number of such rows.
        count: usize,
    },
    /// It is not a Quince database.
    #[error("it is no database of Quince")]
    NotOurs,
    /// It was made before there was a release.
    #[error("a development version of Quince from before 0.1.0 made it; use the version that made it")]
    Unreleased,
    /// A newer Quince wrote it; its schema version.
    #[error("a newer version of Quince made it (schema {0}); use that version")]
    Newer(i64),
    /// Its passwords are sealed with another key.
    #[error(
        "the secret key is not the one that it was made with; if the key was changed since, give the one of before in QUINCE_PREVIOUS_SECRET_KEYS"
    )]
    OtherKey,
    /// SQLite cannot read it.
    #[error("it cannot be read: {0}")]
    Unreadable(#[source] sqlx::Error),
}

/// Checks a copy that nobody uses, read-only: every page, index and foreign key, and whether the key fits.
pub async fn check(copy: &Path, key: &SecretKey) -> Result<Contents, NotWhole> {
    // Immutable: a log file beside the copy does not belong to it.
    let options = SqliteConnectOptions::new()
        .filename(copy)
        .read_only(true)
        .immutable(true);
    let mut connection = options.connect().await.map_err(unreadable)?;
    let outcome = check_all(&mut connection, key).await;
    let _ = connection.close().await;
    outcome
}

async fn check_all(connection: &mut SqliteConnection, key: &SecretKey) -> Result<Contents, NotWhole> {
    let found: (String,) = sqlx::query_as("PRAGMA integrity_check(1)")
        .fetch_one(&mut *connection)
        .await
        .map_err(unreadable)?;
    if found.0 != "ok" {
        return Err(NotWhole::Damaged(found.0.replace('\n', " ")));
    }
    let schema = schema(connection).await?;
    let torn = sqlx::query("PRAGMA foreign_key_check")
        .fetch_all(&mut *connection)
        .await
        .map_err(unreadable)?;
    if let Some(first) = torn.first() {
        let table = first.try_get("table").map_err(unreadable)?;
        return Err(NotWhole::Torn {
            table,
            count: torn.len(),
        });
    }
    let proof: Option<(Vec<u8>,)> = sqlx::query_as("SELECT sealed FROM key_check WHERE id = 1")
        .fetch_optional(&mut *connection)
        .await
        .map_err(unreadable)?;
    let (proof,) = proof.ok_or(NotWhole::NotOurs)?;
    key.check(&proof).map_err(|_: KeyError| NotWhole::OtherKey)?;
    check_link_keys(connection, key).await?;
    let sealed: Vec<(uuid::Uuid, Vec<u8>)> =
        sqlx::query_as("SELECT id, password_sealed FROM connections WHERE password_sealed IS NOT NULL")
            .fetch_all(&mut *connection)
            .await
            .map_err(unreadable)?;
    let is_lost = |(id, sealed): &&(uuid::Uuid, Vec<u8>)| {
        let (table, column) = SEALED_FOR;
        key.open(table, &ConnectionId(*id).to_string(), column, sealed)
            .is_err()
    };
    let lost = sealed.iter().filter(is_lost).count();
    let counts: (i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM appointments), (SELECT count(*) FROM staff)")
            .fetch_one(&mut *connection)
            .await
            .map_err(unreadable)?;
    Ok(Contents {
        schema,
        appointments: counts.0,
        accounts: counts.1,
        passwords: as_count(sealed.len()),
        lost_passwords: as_count(lost),
    })
}

/// Checks that the key opens the link keys.
async fn check_link_keys(connection: &mut SqliteConnection, key: &SecretKey) -> Result<(), NotWhole> {
    let stored: Vec<(String, Vec<u8>)> = sqlx::query_as("SELECT purpose, sealed FROM link_keys")
        .fetch_all(connection)
        .await
        .map_err(unreadable)?;
    let (table, column) = link_keys::SEALED_FOR;
    for (purpose, sealed) in stored {
        match key.open(table, &purpose, column, &sealed) {
            Ok(_) => {}
            Err(KeyError::Unknown(_)) => return Err(NotWhole::OtherKey),
            Err(_) => {
                return Err(NotWhole::Damaged(
                    "a key of links in mails cannot be opened".to_owned(),
                ));
            }
        }
    }
    Ok(())
}

/// Returns the schema version, which this Quince must know.
async fn schema(connection: &mut SqliteConnection) -> Result<i64, NotWhole> {
    let applied: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations ORDER BY version")
            .fetch_all(connection)
            .await
            .map_err(|error| match error {
                sqlx::Error::Database(_) if !crate::error::is_damage(&error) => NotWhole::NotOurs,
                error => unreadable(error),
            })?;
    for (version, checksum) in &applied {
        if *version == 1 && is_unreleased(checksum, &SQLITE) {
            return Err(NotWhole::Unreleased);
        }
        if !SQLITE.iter().any(|known| known.version == *version) {
            return Err(NotWhole::Newer(*version));
        }
    }
    applied
        .last()
        .map(|(version, _)| *version)
        .ok_or(NotWhole::NotOurs)
}

fn unreadable(error: sqlx::Error) -> NotWhole {
    if crate::error::is_damage(&error) {
        NotWhole::Damaged(error.to_string())
    } else {
        NotWhole::Unreadable(error)
    }
}

fn as_count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Connection parameters of a Postgres database, without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresPlace {
    /// Host name, address, or socket folder.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The role that connects.
    pub user: String,
    /// The database's name.
    pub database: String,
}

impl PostgresPlace {
    /// Parses a Postgres URL.
    pub fn of(url: &str) -> Result<Self, StoreError> {
        // The error does not quote the URL, since its malformed part may be the password.
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| StoreError::Address("it is no address of a Postgres".to_owned()))?;
        let host = match options.get_socket() {
            Some(folder) => folder.display().to_string(),
            None => options.get_host().to_owned(),
        };
        let user = options.get_username().to_owned();
        Ok(Self {
            host,
            port: options.get_port(),
            database: options.get_database().unwrap_or(&user).to_owned(),
            user,
        })
    }
}

/// Whether the address names a database that already holds Quince's data. If so, its key must not be generated anew.
pub async fn is_used(url: &str) -> Result<bool, StoreError> {
    if let Some(file) = SqliteFile::of(url)? {
        return Ok(file.exists());
    }
    let mut connection = PgConnection::connect_with(&reach(url).await?).await?;
    let (is_made,): (bool,) = sqlx::query_as("SELECT to_regclass('key_check') IS NOT NULL")
        .fetch_one(&mut connection)
        .await?;
    let is_used = is_made
        && sqlx::query("SELECT id FROM key_check")
            .fetch_optional(&mut connection)
            .await?
            .is_some();
    connection.close().await?;
    Ok(is_used)
}
