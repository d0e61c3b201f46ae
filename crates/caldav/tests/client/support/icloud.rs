//! The practice iCloud, in the position in which a person would connect to it.

use caldav::Credentials;
use sandbox::{AccountId, CalendarId, Control, Options, Sandbox};
use url::Url;

use super::{Practice, client};

/// A practice iCloud with the hand that plays the person and the network.
pub struct Icloud {
    pub practice: Practice,
    pub control: Control,
    pub account: AccountId,
    pub partition: Url,
}

impl Icloud {
    /// Empty calendars "Home" and "Work".
    pub async fn start() -> Self {
        Self::start_with(Options::default()).await
    }

    pub async fn start_with(options: Options) -> Self {
        let sandbox = Sandbox::start(options).await.unwrap();
        let control = sandbox.control();
        let entry = Url::parse(&sandbox.entry_url()).unwrap();
        let partition = Url::parse(&sandbox.partition_url()).unwrap();
        let login = control.default_account();
        let account = control.account(&login.apple_id).unwrap();
        let practice = Practice {
            client: client(&entry),
            entry,
            login: Credentials::new(login.apple_id, login.app_password),
            _running: Box::new(sandbox),
        };
        Self {
            practice,
            control,
            account,
            partition,
        }
    }

    /// The address of a calendar on the partition host.
    pub fn url_of(&self, calendar: CalendarId) -> Url {
        let all = self.control.calendars(self.account);
        let href = all.into_iter().find(|known| known.id == calendar).unwrap().href;
        self.partition.join(&href).unwrap()
    }

    pub fn calendar(&self, name: &str) -> (CalendarId, Url) {
        let id = self.control.calendar_named(self.account, name).unwrap();
        (id, self.url_of(id))
    }
}

/// For the suite that every server is told.
pub async fn icloud() -> Practice {
    Icloud::start().await.practice
}
