//! The operator's commands.

use std::fmt::Write as _;
use std::io::{IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;

use bookings::accounts::OwnerForm;
use bookings::clock::{Clock as _, SystemClock};
use bookings::{MailSettings, Quince};
use store::SqliteFile;
use url::Url;

use crate::failure::Failure;
use crate::keys::secret_key;
use crate::logging;
use crate::serve::{Server, mail, open};
use crate::settings::{self, Setting, Settings};

/// The settings, for commands that must not create anything in the data folder.
pub fn settings_alone() -> Result<Settings, Failure> {
    let settings = settings::of_environment(&[], []).map_err(Failure::Settings)?;
    logging::start(&settings.log, settings.log_format)?;
    Ok(settings)
}

fn read_settings() -> Result<Settings, Failure> {
    let settings = settings_alone()?;
    make_folder(&settings.data_dir)?;
    Ok(settings)
}

/// Creates the data folder for this user only. An existing one that others can read is used, with a warning.
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
    say(&format!("Quince is ready: {}\n", server.url()))?;
    let quince = server.quince();
    if let Some(code) = &quince.settings().setup_code
        && bookings::accounts::needs_owner(quince).await?
    {
        say(&format!(
            "Set-up code: {code}\nOpen the address to become its owner; it asks for this code.\n"
        ))?;
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
        // A reader such as `head` may have closed the pipe.
        Err(cause) if cause.kind() != std::io::ErrorKind::BrokenPipe => Err(Failure::Output(cause)),
        _ => Ok(()),
    }
}

/// The settings, for commands that need an existing database and create none.
pub async fn settings_in_use() -> Result<Settings, Failure> {
    let settings = settings_alone()?;
    if !store::backup::is_used(&settings.database_url.0).await? {
        return Err(missing(&settings)?);
    }
    Ok(settings)
}

/// The use cases, for commands that need no server.
pub async fn use_cases() -> Result<Quince, Failure> {
    let settings = settings_in_use().await?;
    let key = secret_key(&settings).await?;
    let url = base_url(&settings)?;
    open(&settings, key, Arc::new(SystemClock), url, None).await
}

/// The error for a missing database, with the path.
fn missing(settings: &Settings) -> Result<Failure, Failure> {
    let Some(file) = SqliteFile::of(&settings.database_url.0)? else {
        return Ok(Failure::NoDatabase("of Quince at QUINCE_DATABASE_URL".to_owned()));
    };
    if settings.secret_key.is_none() && settings.key_file().exists() && !file.unfinished().exists() {
        return Ok(Failure::MissingDatabase {
            key: settings.key_file(),
            database: file.path().to_owned(),
        });
    }
    if file.had_database() {
        return Ok(Failure::LostDatabase(file.path().to_owned()));
    }
    // Shown as an absolute path: a wrong working directory is the usual cause.
    let path = std::path::absolute(file.path()).unwrap_or_else(|_| file.path().to_owned());
    Ok(Failure::NoDatabase(format!("at {}", path.display())))
}

/// The base URL, without a listening server.
pub fn base_url(settings: &Settings) -> Result<Url, Failure> {
    match &settings.base_url {
        Some(url) => Ok(url.clone()),
        None => {
            Url::parse(&format!("http://{}/", settings.addr)).map_err(|_| Failure::BaseUrl(settings.addr))
        }
    }
}

/// `quince mail-test`. Needs no database, so that mail can be tried first.
pub async fn mail_test(address: &str) -> Result<(), Failure> {
    let settings = settings_alone()?;
    if settings.smtp_url.is_none() && !settings.data_dir.exists() {
        return Err(Failure::NoMailServer(settings.data_dir));
    }
    let mail = mail(&settings, &base_url(&settings)?);
    bookings::mails::send_test_mail(&mail, address, SystemClock.now()).await?;
    say(&match mail {
        MailSettings::Smtp { from, .. } => format!(
            "The mail server has taken a mail from {from} to {address}. If it does not arrive, look among the unwanted mails \
             there and into the mail server's log.\n"
        ),
        MailSettings::Folder { path, .. } => format!(
            "No mail server is set, so the mail is a file in {}. Set QUINCE_SMTP_URL to send mails.\n",
            path.display()
        ),
    })
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
        OwnerForm {
            workspace,
            name,
            email,
            password,
            zone,
            // Whoever can run this command can read the setup code.
            code: quince.settings().setup_code.clone().unwrap_or_default(),
        },
    )
    .await;
    quince.store().close().await;
    created?;
    say("The owner is created and can sign in.\n")
}

/// `quince reset-password`.
pub async fn reset_password(email: &str) -> Result<(), Failure> {
    let quince = use_cases().await?;
    let password = password()?;
    let reset = bookings::accounts::reset_password(&quince, email, &password).await;
    quince.store().close().await;
    reset?;
    say(&format!(
        "The new password is set. Every session of {email} has ended.\n"
    ))
}

/// Reads a password from one line of standard input, which keeps it out of the shell's history.
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
pub fn print_settings() -> Result<(), Failure> {
    let mut text = String::new();
    for setting in settings::TABLE {
        let Setting {
            key, default, help, ..
        } = setting;
        let _ = writeln!(text, "{key}\n    {help}\n    default: {default}");
        if setting.secret {
            let _ = writeln!(text, "    or as a file: {key}_FILE");
        }
    }
    say(&text)
}
