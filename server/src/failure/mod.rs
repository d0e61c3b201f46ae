//! Every reason why the program exits with an error.

mod backup;
mod keys;

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use bookings::Internal;

use crate::settings::SettingError;

pub use backup::BackupError;
pub use keys::KeyChangeError;

/// Why the program exits. The text is a sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// All settings that cannot be used.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\nquince: "))]
    Settings(Vec<SettingError>),
    /// The log filter cannot be parsed.
    #[error(transparent)]
    Log(#[from] crate::logging::BadFilter),
    /// A folder cannot be used.
    #[error(
        "The folder {path} cannot be used: {cause}. Choose another, or give this user the right to write there."
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The operating system's message.
        cause: String,
    },
    /// The folder to reset holds no demo.
    #[error(
        "{0} holds no demo of Quince, so --reset leaves it alone. Name the demo's folder with --data-dir."
    )]
    NotADemo(PathBuf),
    /// The database or the key cannot be used.
    #[error("{0}")]
    Store(store::StoreError),
    /// The browser files are missing.
    #[error(transparent)]
    Assets(#[from] crate::web::assets::Missing),
    /// The address is in use or not allowed.
    #[error("Quince cannot listen on {addr}: {cause}. Choose another address with QUINCE_ADDR.")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// The operating system's message.
        cause: std::io::Error,
    },
    /// The demo must not be reachable by others, since its password is public.
    #[error(
        "The demo listens on this machine alone, as everybody knows its password. Leave QUINCE_ADDR and QUINCE_BASE_URL out, or run `quince serve`."
    )]
    OpenDemo,
    /// The base URL cannot be derived from the listening address.
    #[error("No address for people follows from {0}. Set QUINCE_BASE_URL.")]
    BaseUrl(SocketAddr),
    /// The server stopped unexpectedly.
    #[error("The server stopped: {0}")]
    Serve(std::io::Error),
    /// The practice iCloud cannot start.
    #[error("The practice iCloud cannot start: {0}")]
    Sandbox(#[from] sandbox::SandboxError),
    /// The saved contents of the practice iCloud cannot be read.
    #[error("The practice data in {0} cannot be read. Start afresh with --reset.")]
    Practice(PathBuf),
    /// A use case refused or failed.
    #[error(transparent)]
    UseCase(#[from] bookings::Error),
    /// The demo's data could not be made.
    #[error("The practice workspace could not be filled: {0}. Start afresh with --reset.")]
    Seed(String),
    /// The password could not be read.
    #[error("The password could not be read from standard input: {0}")]
    Password(std::io::Error),
    /// A key without a database.
    #[error(
        "There is a secret key at {key}, but no database at {database}. Put that file back together with its -wal, or a backup: quince restore DIR. To begin afresh, move the key away."
    )]
    MissingDatabase {
        /// The key's file.
        key: PathBuf,
        /// Where the database is expected.
        database: PathBuf,
    },
    /// The database has disappeared.
    #[error(
        "The database {0} is not there any more, though it was. Put it back together with its -wal, or a backup: quince restore DIR. To begin afresh, remove {lock}.", lock = lock(.0)
    )]
    LostDatabase(PathBuf),
    /// A database without a key.
    #[error(
        "There is a database{database}, but no secret key at {key}. Put that file back, from a backup or from where Quince ran before, or set QUINCE_SECRET_KEY. A new key would not open the stored calendar passwords."
    )]
    MissingKey {
        /// Where the key is expected.
        key: PathBuf,
        /// Where the database is, if it is a file.
        database: String,
    },
    /// A command needs a database, and there is none.
    #[error(
        "There is no database {0}. Run this in the folder where Quince runs, or set QUINCE_DATA_DIR or QUINCE_DATABASE_URL as for `quince serve`. To begin anew here, start `quince serve` first."
    )]
    NoDatabase(String),
    /// A backup was not made, verified or restored.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// No mail server is configured, and there is no folder that would hold mails instead.
    #[error(
        "No mail server is set, and there is no folder {0} for mails. Set QUINCE_SMTP_URL, or run this in the folder where Quince runs."
    )]
    NoMailServer(PathBuf),
    /// The key was not changed.
    #[error(transparent)]
    KeyChange(#[from] KeyChangeError),
    /// The test mail was not sent.
    #[error(transparent)]
    MailTest(#[from] bookings::mails::TestMailError),
    /// A visit without services; the names on the menu.
    #[error("Say with --service what the visit is made of. On the menu: {0}.")]
    NoService(String),
    /// A name that is not on the menu, and the names on the menu.
    #[error("There is no service “{0}” on the menu. Choose from: {1}.")]
    UnknownService(String, String),
    /// A person who does not perform a service: service, person, and the names of those who do.
    #[error("“{0}” does not do “{1}”. Choose from: {2}.")]
    UnknownPerson(String, String, String),
    /// A calendar file cannot be read.
    #[error(
        "The calendar file {path} cannot be read: {cause}. Name an iCalendar file (.ics), or - for standard input."
    )]
    CalendarFile {
        /// The file.
        path: PathBuf,
        /// The operating system's message.
        cause: std::io::Error,
    },
    /// The span of time is empty.
    #[error("--from must be before --to. A date means the start of that day in the zone.")]
    Span,
    /// The output could not be written.
    #[error("The output could not be written: {0}")]
    Output(std::io::Error),
    /// An internal error.
    #[error("{}", .0.cause())]
    Internal(Internal),
}

impl Failure {
    /// The demo's workspace could not be made.
    pub fn seed(error: impl Display) -> Self {
        Self::Seed(error.to_string())
    }

    /// The error for a folder that cannot be used.
    pub fn folder(path: &Path, cause: &std::io::Error) -> Self {
        Self::Folder {
            path: path.to_owned(),
            cause: cause.to_string(),
        }
    }
}

fn lock(database: &Path) -> String {
    format!("{}.lock", database.display())
}

impl From<store::StoreError> for Failure {
    fn from(error: store::StoreError) -> Self {
        Self::Store(error)
    }
}
