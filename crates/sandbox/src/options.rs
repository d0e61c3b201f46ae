//! How a sandbox starts.

use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use zones::Zone;

/// How to start a [`Sandbox`](crate::Sandbox). The default takes free ports on 127.0.0.1 and has one account with
/// empty calendars “Home” and “Work”.
#[derive(Debug, Clone)]
pub struct Options {
    /// A loopback address; the sandbox refuses any other.
    pub address: IpAddr,
    /// The port of the entry host; 0 takes any free one.
    pub entry_port: u16,
    /// The port of the partition host; 0 takes any free one.
    pub partition_port: u16,
    /// What lies in the calendars.
    pub seed: Seed,
    /// When the sandbox's time starts. It passes from there.
    pub now: Timestamp,
    /// The owners' zone: of the seeded events and of the page.
    pub zone: Zone,
    /// The accounts, the default one first. When empty, there is none until one is added.
    pub accounts: Vec<Login>,
}

/// What the accounts' calendars hold at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seed {
    /// “Home” and “Work”, both empty.
    Empty,
    /// Six calendars with some weeks of believable events around `now`.
    Practice,
    /// “Home” with an event of each oddity ([`oddities`](crate::oddities)) and one with a 20 MB attachment; “Work”, empty.
    Odd,
    /// What [`Control::save`](crate::Control::save) returned. The options' accounts are not used then.
    Saved(String),
}

/// An account: its name, Apple ID and app-specific password.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The e-mail address to sign in with.
    pub apple_id: String,
    /// The app-specific password.
    pub app_password: String,
    /// The person's name.
    pub me_name: String,
}

impl Login {
    /// An account that the sandbox starts with.
    pub fn new(apple_id: &str, app_password: &str, me_name: &str) -> Self {
        Self {
            apple_id: apple_id.to_owned(),
            app_password: app_password.to_owned(),
            me_name: me_name.to_owned(),
        }
    }
}

/// Without the password.
impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("apple_id", &self.apple_id)
            .field("me_name", &self.me_name)
            .finish_non_exhaustive()
    }
}

impl Default for Options {
    #[expect(
        clippy::disallowed_methods,
        reason = "a practice iCloud shows the machine's time unless it is given another; nothing else here reads it"
    )]
    fn default() -> Self {
        Self {
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            entry_port: 0,
            partition_port: 0,
            seed: Seed::Empty,
            now: Timestamp::now(),
            zone: Zone::named("America/New_York").unwrap_or_else(|_| Zone::utc()),
            accounts: vec![Login::new(
                "maya@icloud.example",
                "quin-ceis-prac-tice",
                "Maya Lopez",
            )],
        }
    }
}

impl Options {
    /// The default with some weeks of practice events.
    pub fn practice() -> Self {
        Self {
            seed: Seed::Practice,
            ..Self::default()
        }
    }

    /// Takes these ports; 0 takes any free one.
    #[must_use]
    pub fn ports(mut self, entry: u16, partition: u16) -> Self {
        self.entry_port = entry;
        self.partition_port = partition;
        self
    }

    /// Starts at this instant.
    #[must_use]
    pub fn now(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// Puts the owners into this zone.
    #[must_use]
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// Has exactly these accounts, the default one first.
    #[must_use]
    pub fn accounts(mut self, accounts: Vec<Login>) -> Self {
        self.accounts = accounts;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        let options = Options::default();
        let password = options.accounts[0].app_password.clone();
        assert!(!format!("{options:?}").contains(&password));
    }
}
