//! `quince demo`: the app beside a practice iCloud, with a small team that can be booked.
//!
//! The demo runs the code of `quince serve`; only the calendar server's address, the data folder and the clock differ. Its data has a
//! folder of its own, so it can be stopped, started again or reset.

mod people;
mod practice;
mod seed;

use std::path::Path;
use std::sync::Arc;

use bookings::clock::{Clock, ShiftedClock, SystemClock};
use serde_json::json;

use crate::cli;
use crate::commands::{make_folder, say};
use crate::failure::Failure;
use crate::keys::secret_key;
use crate::serve::Server;
use crate::settings::{self, Settings};

pub use people::{OWNER_EMAIL, OWNER_PASSWORD};

/// Runs the demo until it is asked to stop.
pub async fn run(options: cli::Demo) -> Result<(), Failure> {
    if options.reset {
        reset(&options.data_dir)?;
    }
    let settings = settings(&options.data_dir)?;
    if !settings.addr.ip().is_loopback() {
        return Err(Failure::OpenDemo);
    }
    crate::logging::start(&settings.log, settings.log_format)?;
    make_folder(&settings.data_dir)?;
    let clock: Arc<dyn Clock> = match options.now {
        Some(start) => Arc::new(ShiftedClock::starting_at(start)),
        None => Arc::new(SystemClock),
    };

    let ports = (settings.addr.port() != 0).then(|| settings.addr.port().saturating_add(1));
    let practice = practice::start(&settings.data_dir, ports, clock.now()).await?;
    let settings = Settings {
        icloud_url: practice.icloud_url()?,
        ..settings
    };
    let key = secret_key(&settings).await?;
    let server = Server::prepare(settings, key, clock, Some(practice.hint())).await?;
    if bookings::accounts::needs_owner(server.quince()).await? {
        seed::fill(server.quince(), &practice).await?;
    }
    announce(&server, &practice, options.json)?;
    server.run().await
}

/// The operator's settings, except those that would touch a real workspace.
fn settings(data_dir: &Path) -> Result<Settings, Failure> {
    const OWN: [&str; 6] = [
        "QUINCE_DATA_DIR",
        "QUINCE_DATABASE_URL",
        "QUINCE_DATABASE_URL_FILE",
        "QUINCE_ICLOUD_URL",
        "QUINCE_SMTP_URL",
        "QUINCE_SMTP_URL_FILE",
    ];
    let own = [("QUINCE_DATA_DIR".to_owned(), data_dir.display().to_string())];
    settings::of_environment(&OWN, own).map_err(Failure::Settings)
}

/// Deletes the data of an earlier demo. Refuses a folder that holds anything else.
fn reset(data_dir: &Path) -> Result<(), Failure> {
    if !data_dir.exists() {
        return Ok(());
    }
    if !data_dir.join(practice::FILE).exists() {
        return Err(Failure::NotADemo(data_dir.to_owned()));
    }
    std::fs::remove_dir_all(data_dir).map_err(|cause| Failure::folder(data_dir, &cause))
}

fn announce(server: &Server, practice: &practice::Practice, as_json: bool) -> Result<(), Failure> {
    let app = server.url();
    let login = practice.login();
    if as_json {
        let line = json!({
            // Without trailing slash, so that scripts can append a path.
            "app": app.as_str().trim_end_matches('/'),
            "sandbox": practice.entry_url().trim_end_matches('/'),
            "apple_id": login.apple_id,
            "app_password": login.app_password,
            "owner_email": OWNER_EMAIL,
            "owner_password": OWNER_PASSWORD,
        });
        return say(&format!("{line}\n"));
    }
    say(&format!(
        "\nQuince is ready.\n\n  \
         Book as a client      {app}\n  \
         Sign in as staff      {app}sign-in\n    \
           e-mail              {OWNER_EMAIL}\n    \
           password            {OWNER_PASSWORD}\n\n  \
         Practice iCloud       {page}\n    \
           Apple ID            {apple_id}\n    \
           app password        {password}\n\n\
         Press Ctrl+C to stop. The practice data stays in its folder; --reset starts afresh.\n\n",
        page = practice.page_url(),
        apple_id = login.apple_id,
        password = login.app_password,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_a_demo_is_never_removed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("letters.txt"), "dear").unwrap();
        assert!(matches!(reset(folder.path()), Err(Failure::NotADemo(_))));
        assert!(folder.path().join("letters.txt").exists());
    }
}
