//! The demo's practice iCloud. Its contents are saved in the demo's folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use sandbox::{Control, Login, Options, Sandbox, Seed};
use serde::{Deserialize, Serialize};
use url::Url;
use zones::Zone;

use super::people::{SECOND, THIRD, ZONE};
use crate::failure::Failure;

/// File name of the saved contents, which also marks the folder as a demo's.
pub const FILE: &str = "practice-icloud.json";
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// A running practice iCloud.
pub struct Practice {
    sandbox: Sandbox,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    entry_port: u16,
    partition_port: u16,
    saved: String,
}

/// Starts the practice iCloud with the saved contents at the same ports, else with some weeks of generated events.
pub async fn start(folder: &Path, ports: Option<u16>, now: Timestamp) -> Result<Practice, Failure> {
    let file = folder.join(FILE);
    let options = Options::default()
        .now(now)
        .zone(Zone::named(ZONE).unwrap_or_else(|_| Zone::utc()));
    let options = if let Ok(text) = std::fs::read_to_string(&file) {
        let kept: Kept = serde_json::from_str(&text).map_err(|_| Failure::Practice(file.clone()))?;
        Options {
            seed: Seed::Saved(kept.saved),
            ..options.ports(kept.entry_port, kept.partition_port)
        }
    } else {
        let mut accounts = options.accounts.clone();
        accounts.extend(
            [SECOND, THIRD].map(|person| Login::new(person.apple_id, person.app_password, person.name)),
        );
        let (entry, partition) = ports.map_or((0, 0), |first| (first, first + 1));
        Options {
            seed: Seed::Practice,
            ..options.accounts(accounts).ports(entry, partition)
        }
    };
    let sandbox = Sandbox::start(options).await?;
    let keeper = Keeper {
        control: sandbox.control(),
        entry: port(&sandbox.entry_url()),
        partition: port(&sandbox.partition_url()),
        file,
    };
    keeper.save(&mut String::new())?;
    tokio::spawn(keeper.run());
    Ok(Practice { sandbox })
}

fn port(url: &str) -> u16 {
    Url::parse(url).ok().and_then(|url| url.port()).unwrap_or(0)
}

/// Saves the contents whenever they change.
struct Keeper {
    control: Control,
    entry: u16,
    partition: u16,
    file: PathBuf,
}

impl Keeper {
    async fn run(self) {
        let mut last = String::new();
        loop {
            tokio::time::sleep(SAVE_EVERY).await;
            if let Err(error) = self.save(&mut last) {
                tracing::warn!(%error, "the practice calendars could not be kept");
            }
        }
    }

    fn save(&self, last: &mut String) -> Result<(), Failure> {
        let unusable = |_| Failure::Practice(self.file.clone());
        let saved = self.control.save().map_err(unusable)?;
        if saved == *last {
            return Ok(());
        }
        let kept = Kept {
            entry_port: self.entry,
            partition_port: self.partition,
            saved,
        };
        let text = serde_json::to_string(&kept).map_err(unusable)?;
        // Written to a temporary file and renamed, so that the old file survives an interruption.
        let beside = self.file.with_extension("new");
        std::fs::write(&beside, text)
            .and_then(|()| std::fs::rename(&beside, &self.file))
            .map_err(|cause| Failure::folder(&self.file, &cause))?;
        *last = kept.saved;
        Ok(())
    }
}

impl Practice {
    /// The URL that the app uses as iCloud.
    pub fn icloud_url(&self) -> Result<Url, Failure> {
        let url = self.entry_url();
        Url::parse(&url).map_err(|_| Failure::Practice(PathBuf::from(url)))
    }

    /// The URL that serves the calendars to the app, and their page to a person.
    pub fn entry_url(&self) -> String {
        self.sandbox.entry_url()
    }

    /// The URL of the page that shows the calendars.
    pub fn page_url(&self) -> String {
        self.sandbox.page_url()
    }

    /// The login for the person who tries it.
    pub fn login(&self) -> Login {
        self.sandbox.control().default_account()
    }

    /// What the wizard shows of it.
    pub fn hint(&self) -> bookings::Practice {
        let login = self.login();
        bookings::Practice {
            apple_id: login.apple_id,
            app_password: login.app_password,
            page_url: self.page_url(),
        }
    }
}
