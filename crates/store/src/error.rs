//! Errors of the store.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::error::DatabaseError;
use sqlx::migrate::{MigrateError, Migrator};

use crate::secrets::KeyError;

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The time, or the last seat of it, is taken.
    #[error("This time is taken.")]
    SlotTaken,
    /// A row with this key exists already.
    #[error("This exists already.")]
    AlreadyExists,
    /// Another transaction changed the same rows and the database let it win. Nothing was written; it can be tried again.
    #[error("The database let others go first: {0}")]
    Contended(#[source] sqlx::Error),
    /// A lock that had to be taken earlier in the order is held by somebody else. Nothing was written; it can be tried again.
    #[error("The database let others go first.")]
    OutOfTurn,
    /// Time was to be claimed without its lock. A bug in Quince.
    #[error("Time is claimed that was not locked.")]
    NotLocked,
    /// The connection was lost, for example because Postgres was stopped. A commit under way may or may not have succeeded.
    #[error("The connection to the database was lost: {0}")]
    Disconnected(#[source] sqlx::Error),
    /// The row to change does not exist.
    #[error("The {0} is not there any more.")]
    Gone(&'static str),
    /// A row holds a value that no version of Quince writes.
    #[error("The database holds something inconsistent in column {column}: {problem}")]
    Inconsistent {
        /// The column.
        column: String,
        /// What is wrong with the value.
        problem: String,
    },
    /// The database was made by a newer Quince.
    #[error(
        "This database was made by a newer version of Quince (schema {0}). Install that version, or restore a backup."
    )]
    NewerSchema(i64),
    /// The database was made before there was a release.
    #[error(
        "This database was made by a development version of Quince from before 0.1.0, and this version cannot read it. Nothing in it was \
         changed. Keep it and run the version that made it, or start afresh: with an empty folder in QUINCE_DATA_DIR, another database \
         in QUINCE_DATABASE_URL, or of a demo with --reset."
    )]
    Unreleased,
    /// The schema could not be brought up to date.
    #[error("The database could not be brought up to date: {0}")]
    Migration(String),
    /// The address of the database cannot be understood.
    #[error(
        "QUINCE_DATABASE_URL cannot be used: {0}. Write sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE."
    )]
    Address(String),
    /// Postgres refuses the connection or does not answer.
    #[error("QUINCE_DATABASE_URL: Postgres {place} cannot be used: {cause}. {next}")]
    Unreachable {
        /// The address without its password.
        place: String,
        /// The message of Postgres or of the operating system.
        cause: String,
        /// What the operator can do.
        next: String,
    },
    /// The SQLite of this build is older than the first safe version.
    #[error("This build holds SQLite {0}, which can lose data. Build with 3.51.3 or newer.")]
    OldSqlite(String),
    /// The database file is damaged.
    #[error(
        "The database {path} is damaged ({problem}). Keep the file, stop Quince, and put the newest whole backup back: quince restore DIR --replace."
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// SQLite's message.
        problem: String,
    },
    /// The database file holds nothing that Quince made.
    #[error(
        "The file {0} holds no database of Quince. It may have been cut off, or copied without {file}-wal beside it, where the newest rows may lie. Put a backup back (quince restore DIR --replace), or move the file away.", file = .0.display()
    )]
    Empty(PathBuf),
    /// The database file disappeared while Quince ran.
    #[error(
        "The database {0}, or its log {file}-wal, was deleted, moved or replaced while Quince ran, so Quince stops: nothing that it would write could be found again. Put both back, or a backup: quince restore DIR.", file = .0.display()
    )]
    Vanished(PathBuf),
    /// Another process uses the database, or is restoring it.
    #[error("The database {0} is in use by another Quince. Stop that one first.")]
    InUse(PathBuf),
    /// A file of the database cannot be used.
    #[error(
        "The file {path} cannot be used: {cause}. Give this user the right to write there, and free space on the disk."
    )]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's message.
        cause: String,
    },
    /// The secret key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database failed.
    #[error("The database failed: {0}")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    /// Treats a conflict on the unique keys of seats as [`StoreError::SlotTaken`]: two claimed the same seat at the same moment.
    pub(crate) fn into_taken(self) -> Self {
        match self {
            Self::AlreadyExists => Self::SlotTaken,
            error => error,
        }
    }

    pub(crate) fn file(path: &Path, cause: &std::io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            cause: cause.to_string(),
        }
    }

    /// Converts SQLite's errors for a damaged file into [`StoreError::Damaged`].
    pub(crate) fn or_damaged(self, path: &Path) -> Self {
        match self {
            Self::Database(error) if is_damage(&error) => Self::Damaged {
                path: path.to_owned(),
                problem: error.to_string(),
            },
            error => error,
        }
    }
}

/// Whether SQLite reports a damaged file, or one that is no database.
pub(crate) fn is_damage(error: &sqlx::Error) -> bool {
    const CORRUPT: i32 = 11;
    const NOT_A_DATABASE: i32 = 26;
    // The lowest byte of an extended result code is the primary code.
    let code = error.as_database_error().and_then(DatabaseError::code);
    let code = code
        .and_then(|code| code.parse::<i32>().ok())
        .map(|code| code & 0xff);
    matches!(code, Some(CORRUPT | NOT_A_DATABASE))
}

/// The checksum of a schema's first step, which is the same in all releases.
pub(crate) const FIRST_STEP: &str = "SELECT checksum FROM _sqlx_migrations WHERE version = 1";

/// Whether a schema with this first step is none that a release made.
pub(crate) fn is_unreleased(first_step: &[u8], migrator: &Migrator) -> bool {
    let known = migrator.iter().find(|known| known.version == 1);
    known.is_some_and(|known| *known.checksum != *first_step)
}

/// Why a schema with this first step could not be brought up to date.
pub(crate) fn not_migrated(
    error: MigrateError,
    first_step: Option<&[u8]>,
    migrator: &Migrator,
) -> StoreError {
    if first_step.is_some_and(|first| is_unreleased(first, migrator)) {
        return StoreError::Unreleased;
    }
    match error {
        MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
            StoreError::NewerSchema(version)
        }
        MigrateError::Dirty(version) => StoreError::Migration(format!(
            "step {version} was begun and not finished. Stop every Quince on it, put the backup from before the update back \
             (quince restore DIR --replace; on Postgres with pg_restore), and start again."
        )),
        MigrateError::VersionMismatch(version) => StoreError::Migration(format!(
            "step {version} is not as this Quince knows it, so another build made this database. Run that one, or put a backup \
             of this one back: quince restore DIR --replace."
        )),
        other => StoreError::Migration(format!(
            "{other}. What was there before is as it was; free space on the disk, or put the version from before back, and \
             report this."
        )),
    }
}

/// The message that the triggers of both databases raise.
const SLOT_TAKEN: &str = "slot-taken";

static LOST_CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// How often a connection to the database was lost in use since this process started.
pub fn lost_connections() -> u64 {
    LOST_CONNECTIONS.load(Ordering::Relaxed)
}

/// Whether the server went away or shuts its connections down.
pub(crate) fn is_connection_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
        // `57P01` admin shutdown, `57P02` crash, `57P03` cannot connect now; class 08 is connection exceptions.
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| ["57P01", "57P02", "57P03"].contains(&&*code) || code.starts_with("08")),
        _ => false,
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().map(kind) {
            Some(Broken::Overlap) => Self::SlotTaken,
            Some(Broken::Unique) => Self::AlreadyExists,
            Some(Broken::Contended) => Self::Contended(error),
            _ if is_connection_lost(&error) => {
                LOST_CONNECTIONS.fetch_add(1, Ordering::Relaxed);
                Self::Disconnected(error)
            }
            _ => Self::Database(error),
        }
    }
}

enum Broken {
    Overlap,
    Unique,
    Contended,
    Other,
}

fn kind(error: &dyn DatabaseError) -> Broken {
    const EXCLUSION: &str = "23P01";
    const SERIALIZATION_FAILURE: &str = "40001";
    const DEADLOCK: &str = "40P01";
    let code = error.code();
    if code.as_deref() == Some(EXCLUSION) || error.message().contains(SLOT_TAKEN) {
        Broken::Overlap
    } else if matches!(code.as_deref(), Some(SERIALIZATION_FAILURE | DEADLOCK)) {
        Broken::Contended
    } else if error.is_unique_violation() {
        Broken::Unique
    } else {
        Broken::Other
    }
}
