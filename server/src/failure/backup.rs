//! Failures of `quince backup`, `quince verify` and `quince restore`.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use store::StoreError;
use store::backup::NotWhole;

/// Why a backup was not made, verified or restored. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The name is in use.
    #[error("{0} exists already, and no backup is written over. Name a folder that does not exist.")]
    Taken(PathBuf),
    /// A backup of this name is under way, or was interrupted.
    #[error(
        "{0} is there: a backup of this name is being made, or one broke off. If none is running, remove that folder."
    )]
    Unfinished(PathBuf),
    /// There is no database to back up.
    #[error(
        "There is no database at {0}. Run this in the folder where Quince runs, or set QUINCE_DATA_DIR or QUINCE_DATABASE_URL as for `quince serve`."
    )]
    NoDatabase(PathBuf),
    /// There is no key file.
    #[error(
        "There is no secret key at {0}, and a copy without it opens no stored password. Set QUINCE_DATA_DIR or QUINCE_SECRET_KEY as for `quince serve`."
    )]
    NoKey(PathBuf),
    /// The database is damaged.
    #[error(
        "No backup was made of {0}: {1}. Keep the earlier backups; `quince restore DIR --replace` puts one back."
    )]
    Source(PathBuf, NotWhole),
    /// The folder is no backup.
    #[error("{0} holds no whole backup: backup.json is missing. Name a folder that `quince backup` made.")]
    NoBackup(PathBuf),
    /// A part differs from what was written.
    #[error("The backup {folder} is not whole. {problem}. Use another one.")]
    Broken {
        /// The backup's folder.
        folder: PathBuf,
        /// What differs.
        problem: String,
    },
    /// The key does not open the backup.
    #[error(
        "The secret key that is given does not open the backup {0}, which was made with another one. Set QUINCE_SECRET_KEY to that; if it was changed since, give the one of before in QUINCE_PREVIOUS_SECRET_KEYS."
    )]
    OtherKey(PathBuf),
    /// The backup has no key, as a setting gave it.
    #[error(
        "The secret key is not in {0}, as it was given by a setting when the backup was made. Set QUINCE_SECRET_KEY to that key."
    )]
    KeyElsewhere(PathBuf),
    /// Some passwords cannot be opened.
    #[error(
        "The backup {folder} is whole, but {lost} of its {all} stored calendar passwords cannot be opened. Enter these again in Quince, and make another."
    )]
    LostPasswords {
        /// The backup's folder.
        folder: PathBuf,
        /// How many passwords.
        lost: i64,
        /// Number of passwords in all.
        all: i64,
    },
    /// A backup of Postgres without the output of `pg_dump`.
    #[error("{folder} holds no dump of the database. It is made with: {command}")]
    NoDump {
        /// The backup's folder.
        folder: PathBuf,
        /// The command to run.
        command: String,
    },
    /// Postgres is restored with its own programs.
    #[error(
        "Postgres puts its database back by itself. Stop Quince, then put the database back with: {command}{key}"
    )]
    RestorePostgres {
        /// The command to run.
        command: String,
        /// The sentence about the key.
        key: String,
    },
    /// The settings name another kind of database.
    #[error("{0} is a backup of another kind of database than QUINCE_DATABASE_URL names.")]
    OtherDatabase(PathBuf),
    /// The database exists already.
    #[error(
        "{0} exists already. To put the backup in its place, add --replace: what is there is kept beside it under a dated name."
    )]
    Occupied(PathBuf),
    /// A file cannot be used.
    #[error(
        "{path} cannot be used: {cause}. Give this user the right to write there, and free space on the disk."
    )]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's message.
        cause: String,
    },
    /// The data folder cannot be used.
    #[error("{0}")]
    Folder(String),
    /// The database or the key cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl BackupError {
    pub fn file(path: &Path, cause: &std::io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            cause: cause.to_string(),
        }
    }

    pub fn broken(folder: &Path, problem: String) -> Self {
        Self::Broken {
            folder: folder.to_owned(),
            problem,
        }
    }

    pub fn folder(failure: impl Display) -> Self {
        Self::Folder(failure.to_string())
    }
}
