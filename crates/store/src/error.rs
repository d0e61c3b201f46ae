//! What can go wrong with what is kept.

use sqlx::error::DatabaseError;

use crate::secrets::KeyError;

/// Why the database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else has this time already, or the last seat of it.
    #[error("This time is taken.")]
    SlotTaken,
    /// A row of this key exists already.
    #[error("This exists already.")]
    AlreadyExists,
    /// A row that should be changed is not there.
    #[error("The {0} is not there any more.")]
    Gone(&'static str),
    /// A row holds something that no version of Quince writes.
    #[error("The database holds something inconsistent in column {column}: {problem}")]
    Inconsistent {
        /// The column.
        column: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The database was made by a newer Quince.
    #[error(
        "This database was made by a newer version of Quince (schema {0}). Install that version, or restore a backup."
    )]
    NewerSchema(i64),
    /// The schema could not be brought up to date.
    #[error("The database's schema could not be brought up to date: {0}")]
    Migration(String),
    /// The address of the database cannot be understood.
    #[error(
        "The database's address cannot be used: {0}. Write sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE."
    )]
    Address(String),
    /// The SQLite in this build is too old to be safe.
    #[error("This build holds SQLite {0}, which can lose data. Build with 3.51.3 or newer.")]
    OldSqlite(String),
    /// The secret key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database failed.
    #[error("The database failed: {0}")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    /// As the outcome of taking time: a seat that two took at once is as taken as the whole span.
    pub(crate) fn into_taken(self) -> Self {
        match self {
            Self::AlreadyExists => Self::SlotTaken,
            error => error,
        }
    }
}

/// A message that the triggers of both databases raise.
const SLOT_TAKEN: &str = "slot-taken";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().map(kind) {
            Some(Broken::Overlap) => Self::SlotTaken,
            Some(Broken::Unique) => Self::AlreadyExists,
            _ => Self::Database(error),
        }
    }
}

enum Broken {
    Overlap,
    Unique,
    Other,
}

fn kind(error: &dyn DatabaseError) -> Broken {
    // Two bookings that wait for each other are broken up by Postgres; the one that lost has lost the slot.
    const DEADLOCK: &str = "40P01";
    const EXCLUSION: &str = "23P01";
    let code = error.code();
    if matches!(code.as_deref(), Some(EXCLUSION | DEADLOCK)) || error.message().contains(SLOT_TAKEN) {
        Broken::Overlap
    } else if error.is_unique_violation() {
        Broken::Unique
    } else {
        Broken::Other
    }
}
