//! The operator's commands, and every reason why the program gives up.

use std::io::{IsTerminal, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bookings::accounts::{AccountError, NewOwner};
use bookings::clock::{Clock as _, SystemClock};
use bookings::{Internal, Mail, Quince};
use url::Url;

use crate::logging;
use crate::serve::{Server, mail, open, secret_key};
use crate::settings::{self, SettingError, Settings};

/// Why the program gives up, as a sentence with a next step.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Settings that cannot be used; all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\nquince: "))]
    Settings(Vec<SettingError>),
    /// The log filter cannot be understood.
    #[error(transparent)]
    Log(#[from] logging::BadFilter),
    /// A folder cannot be used.
    #[error(
        "The folder {path} cannot be used: {cause}. Choose another, or give this user the right to write there."
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The operating system's word.
        cause: String,
    },
    /// A folder to reset is not a demo's.
    #[error(
        "{0} holds no demo of Quince, so --reset leaves it alone. Name the demo's folder with --data-dir."
    )]
    NotADemo(PathBuf),
    /// The database or the key cannot be used.
    #[error("{0}")]
    Store(store::StoreError),
    /// The browser's files are missing.
    #[error(transparent)]
    Assets(#[from] crate::web::assets::Missing),
    /// The address is taken or not allowed.
    #[error("Quince cannot listen on {addr}: {cause}. Choose another address with QUINCE_ADDR.")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// The operating system's word.
        cause: std::io::Error,
    },
    /// The demo's password is known to everybody.
    #[error(
        "The demo listens on this machine alone, as everybody knows its password. Leave QUINCE_ADDR and QUINCE_BASE_URL out, or run `quince serve`."
    )]
    OpenDemo,
    /// No address for people follows from the one listened on.
    #[error("No address for people follows from {0}. Set QUINCE_BASE_URL.")]
    BaseUrl(SocketAddr),
    /// The server ended by itself.
    #[error("The server stopped: {0}")]
    Serve(std::io::Error),
    /// The practice iCloud cannot start.
    #[error("The practice iCloud cannot start: {0}")]
    Sandbox(#[from] sandbox::SandboxError),
    /// What the practice iCloud kept cannot be read.
    #[error("The practice data in {0} cannot be read. Start afresh with --reset.")]
    Practice(PathBuf),
    /// An account's command was refused.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Filling the practice workspace failed.
    #[error("The practice workspace could not be filled: {0}. Start afresh with --reset.")]
    Seed(String),
    /// The password could not be read.
    #[error("The password could not be read from standard input: {0}")]
    Password(std::io::Error),
    /// There is a key, and nothing that it opens.
    #[error(
        "There is a secret key at {key}, but no database at {database}. Put that file back together with its -wal, or a backup: quince restore DIR. To begin afresh, move the key away."
    )]
    MissingDatabase {
        /// The key's file.
        key: PathBuf,
        /// Where the database should be.
        database: PathBuf,
    },
    /// There was a database.
    #[error(
        "The database {0} is not there any more, though it was. Put it back together with its -wal, or a backup: quince restore DIR. To begin afresh, remove {lock}.", lock = lock(.0)
    )]
    LostDatabase(PathBuf),
    /// There is a database, and nothing that opens its passwords.
    #[error(
        "There is a database{database}, but no secret key at {key}. Put that file back, from a backup or from where Quince ran before, or set QUINCE_SECRET_KEY. A new key would not open the stored calendar passwords."
    )]
    MissingKey {
        /// Where the key should be.
        key: PathBuf,
        /// Where the database is, if it is a file.
        database: String,
    },
    /// There is no backup, or it was not put back.
    #[error(transparent)]
    Backup(#[from] crate::backup::BackupError),
    /// A mail for trial was not sent.
    #[error(transparent)]
    MailTest(#[from] bookings::mails::TrialError),
    /// The free times cannot be told.
    #[error(transparent)]
    Slots(#[from] bookings::slots::SlotsError),
    /// The menu cannot be read.
    #[error(transparent)]
    Menu(#[from] bookings::services::MenuError),
    /// A visit of nothing; the names are those of the menu.
    #[error("Say with --service what the visit is made of. On the menu: {0}.")]
    NoService(String),
    /// A name that is not on the menu.
    #[error("There is no service “{0}” on the menu. Choose from: {1}.")]
    UnknownService(String, String),
    /// Somebody who does not do a service; the names are those who do.
    #[error("“{0}” does not do “{1}”. Choose from: {2}.")]
    UnknownPerson(String, String, String),
    /// A calendar file cannot be read.
    #[error(
        "The calendar file {path} cannot be read: {cause}. Name an iCalendar file (.ics), or - for standard input."
    )]
    CalendarFile {
        /// The file.
        path: PathBuf,
        /// The operating system's word.
        cause: std::io::Error,
    },
    /// A span of time without length.
    #[error("--from must be before --to. A date means the start of that day in the zone.")]
    Span,
    /// The output could not be written.
    #[error("The output could not be written: {0}")]
    Output(std::io::Error),
    /// Something broke inside.
    #[error("{}", .0.cause())]
    Internal(Internal),
}

impl Failure {
    /// A folder that cannot be used.
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

/// The settings, for commands that make nothing in the data folder by the way.
pub fn settings_alone() -> Result<Settings, Failure> {
    let settings = settings::read(std::env::vars()).map_err(Failure::Settings)?;
    logging::start(&settings.log, settings.log_format)?;
    Ok(settings)
}

fn read_settings() -> Result<Settings, Failure> {
    let settings = settings_alone()?;
    make_folder(&settings.data_dir)?;
    Ok(settings)
}

/// Makes the folder in which everything is kept, for this user alone. One that others can read is used, and said.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|cause| Failure::folder(path, &cause))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let others = std::fs::metadata(path).is_ok_and(|kept| kept.permissions().mode() & 0o077 != 0);
        if others {
            let path = path.display();
            tracing::warn!(
                "other users of this machine can open {path}, where passwords and clients are kept: chmod 700 {path}"
            );
        }
    }
    Ok(())
}

/// `quince serve`.
pub async fn serve() -> Result<(), Failure> {
    let settings = read_settings()?;
    let key = secret_key(&settings).await?;
    let server = Server::prepare(settings, key, Arc::new(SystemClock), None).await?;
    println!("Quince is ready: {}", server.url());
    let quince = server.quince();
    if let Some(code) = &quince.settings().setup_code
        && bookings::accounts::needs_owner(quince).await?
    {
        println!("Set-up code: {code}\nOpen the address to become its owner; it asks for this code.");
    }
    server.run().await
}

/// Prints one line of JSON per value.
pub fn print(lines: impl Iterator<Item = serde_json::Value>) -> Result<(), Failure> {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line.to_string());
        text.push('\n');
    }
    say(&text)
}

/// Prints a text.
pub fn say(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        // Whoever reads the output may have seen enough.
        Err(cause) if cause.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::Output(cause)),
        _ => Ok(()),
    }
}

/// The use cases with the settings of the environment, for commands that need no server.
pub async fn use_cases() -> Result<Quince, Failure> {
    let settings = read_settings()?;
    let key = secret_key(&settings).await?;
    let url = base_url(&settings)?;
    open(&settings, key, Arc::new(SystemClock), url, None).await
}

/// The address that people use, without a server that listens.
fn base_url(settings: &Settings) -> Result<Url, Failure> {
    match &settings.base_url {
        Some(url) => Ok(url.clone()),
        None => {
            Url::parse(&format!("http://{}/", settings.addr)).map_err(|_| Failure::BaseUrl(settings.addr))
        }
    }
}

/// `quince mail-test`. Needs no database, so that a mail server can be tried before anything else is there.
pub async fn mail_test(address: &str) -> Result<(), Failure> {
    let settings = read_settings()?;
    let mail = mail(&settings, &base_url(&settings)?);
    bookings::mails::send_for_trial(&mail, address, SystemClock.now()).await?;
    match mail {
        Mail::Smtp { from, .. } => println!(
            "The mail server has taken a mail from {from} to {address}. If it does not arrive, look among the unwanted mails \
             there and into the mail server's log."
        ),
        Mail::Folder { path, .. } => println!(
            "No mail server is set, so the mail is a file in {}. Set QUINCE_SMTP_URL to send mails.",
            path.display()
        ),
    }
    Ok(())
}

/// `quince create-owner`.
pub async fn create_owner(
    workspace: String,
    name: String,
    email: String,
    zone: String,
) -> Result<(), Failure> {
    let quince = use_cases().await?;
    let password = password()?;
    let created = bookings::accounts::create_owner(
        &quince,
        NewOwner {
            workspace,
            name,
            email,
            password,
            zone,
            // Whoever runs the command has the key.
            code: quince.settings().setup_code.clone().unwrap_or_default(),
        },
    )
    .await;
    quince.store().close().await;
    created?;
    println!("The owner is created and can sign in.");
    Ok(())
}

/// `quince reset-password`.
pub async fn reset_password(email: &str) -> Result<(), Failure> {
    let quince = use_cases().await?;
    let password = password()?;
    let reset = bookings::accounts::reset_password(&quince, email, &password).await;
    quince.store().close().await;
    reset?;
    println!("The new password is set. Every session of {email} has ended.");
    Ok(())
}

/// Reads a password from standard input: one line, so that it is never in the shell's history.
fn password() -> Result<String, Failure> {
    let stdin = std::io::stdin();
    let mut text = String::new();
    if stdin.is_terminal() {
        print!("New password (it is shown while you type): ");
        std::io::stdout().flush().map_err(Failure::Password)?;
        stdin.read_line(&mut text).map_err(Failure::Password)?;
    } else {
        stdin
            .lock()
            .read_to_string(&mut text)
            .map_err(Failure::Password)?;
    }
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

/// `quince settings`.
pub fn print_settings() {
    for setting in settings::TABLE {
        println!("{}", setting.key);
        println!("    {}", setting.help);
        println!("    default: {}", setting.default);
        if setting.secret {
            println!("    or as a file: {}_FILE", setting.key);
        }
    }
}
