//! Accounts and their calendars.

use super::Control;
use crate::options::Login;
use crate::world::{Account, AccountId, Calendar, CalendarId, Kind, PasswordState};

/// A calendar to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCalendar {
    /// The name that people see.
    pub name: String,
    /// `#RRGGBBAA`
    pub color: String,
    /// Whether its owner may write.
    pub writable: bool,
    /// What it is.
    pub kind: Kind,
}

impl NewCalendar {
    /// A writable calendar of events.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            color: "#1BADF8FF".to_owned(),
            writable: true,
            kind: Kind::Events,
        }
    }

    /// Of this kind.
    #[must_use]
    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// In this color, `#RRGGBBAA`.
    #[must_use]
    pub fn color(mut self, color: &str) -> Self {
        color.clone_into(&mut self.color);
        self
    }

    /// Not to be written to.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.writable = false;
        self
    }
}

/// A calendar as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarInfo {
    /// Its handle.
    pub id: CalendarId,
    /// The name that people see.
    pub name: String,
    /// `#RRGGBBAA`
    pub color: String,
    /// Whether its owner may write.
    pub writable: bool,
    /// What it is.
    pub kind: Kind,
    /// Its path on both hosts, with a slash at its end.
    pub href: String,
}

impl Control {
    /// The login of the first account. Both texts are empty when there is no account.
    pub fn default_account(&self) -> Login {
        self.logins()
            .into_iter()
            .next()
            .unwrap_or_else(|| Login::new("", "", ""))
    }

    /// The logins of all accounts, in the order in which they were made.
    pub fn logins(&self) -> Vec<Login> {
        let world = self.shared.lock();
        let login = |account: &Account| Login::new(&account.apple_id, &account.password, &account.me_name);
        world.accounts.iter().map(login).collect()
    }

    /// All accounts, in the order in which they were made.
    pub fn accounts(&self) -> Vec<AccountId> {
        self.shared
            .lock()
            .accounts
            .iter()
            .map(|account| account.id)
            .collect()
    }

    /// The account of this Apple ID.
    pub fn account(&self, apple_id: &str) -> Option<AccountId> {
        let world = self.shared.lock();
        let mut all = world.accounts.iter();
        all.find(|account| account.apple_id.eq_ignore_ascii_case(apple_id))
            .map(|account| account.id)
    }

    /// Adds an account without calendars.
    pub fn add_account(&self, apple_id: &str, password: &str, me_name: &str) -> AccountId {
        self.shared.lock().add_account(apple_id, password, me_name)
    }

    /// Adds an address under which the account's person is invited, beside the Apple ID.
    pub fn add_alias(&self, account: AccountId, address: &str) {
        if let Some(account) = self.shared.lock().account_mut(account) {
            account.aliases.push(address.to_owned());
        }
    }

    /// Revokes the account's password, or lets it work again.
    pub fn set_password_state(&self, account: AccountId, state: PasswordState) {
        if let Some(account) = self.shared.lock().account_mut(account) {
            account.state = state;
        }
    }

    /// Gives the account another app-specific password.
    pub fn set_password(&self, account: AccountId, password: &str) {
        if let Some(account) = self.shared.lock().account_mut(account) {
            password.clone_into(&mut account.password);
        }
    }

    /// Adds a calendar.
    ///
    /// # Panics
    /// When the account is not of this sandbox.
    #[expect(
        clippy::expect_used,
        reason = "an account's handle stays valid for as long as the sandbox runs"
    )]
    pub fn add_calendar(&self, account: AccountId, new: NewCalendar) -> CalendarId {
        let calendar = Calendar::new(new.name, new.color, new.kind, new.writable);
        let id = self.shared.lock().add_calendar(account, calendar);
        id.expect("the account must belong to this sandbox")
    }

    /// The account's calendars, of every kind.
    pub fn calendars(&self, account: AccountId) -> Vec<CalendarInfo> {
        let world = self.shared.lock();
        let Some(account) = world.account(account) else {
            return Vec::new();
        };
        let info = |calendar: &Calendar| CalendarInfo {
            id: calendar.id,
            name: calendar.name.clone(),
            color: calendar.color.clone(),
            writable: calendar.writable,
            kind: calendar.kind,
            href: account.calendar_path(calendar),
        };
        account.calendars.iter().map(info).collect()
    }

    /// The account's first calendar of this name.
    pub fn calendar_named(&self, account: AccountId, name: &str) -> Option<CalendarId> {
        let all = self.calendars(account);
        all.into_iter()
            .find(|calendar| calendar.name == name)
            .map(|calendar| calendar.id)
    }

    /// Gives a calendar another name. Its path stays.
    pub fn rename_calendar(&self, calendar: CalendarId, name: &str) {
        if let Some(calendar) = self.shared.lock().calendar_mut(calendar) {
            name.clone_into(&mut calendar.name);
        }
    }

    /// Deletes a calendar with everything in it.
    pub fn delete_calendar(&self, calendar: CalendarId) {
        self.shared.lock().remove_calendar(calendar);
    }

    /// Makes something else of a calendar, as when its owner shares it in another way.
    pub fn set_kind(&self, calendar: CalendarId, kind: Kind) {
        if let Some(calendar) = self.shared.lock().calendar_mut(calendar) {
            calendar.kind = kind;
        }
    }

    /// Allows or forbids the owner to write.
    pub fn set_writable(&self, calendar: CalendarId, writable: bool) {
        if let Some(calendar) = self.shared.lock().calendar_mut(calendar) {
            calendar.writable = writable;
        }
    }

    /// All accounts and calendars as JSON, for [`Seed::Saved`](crate::Seed::Saved). It holds the passwords of the
    /// practice accounts. Tokens and `ETag`s are not kept: a client of the restored sandbox must sync anew.
    pub fn save(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(&self.shared.lock().accounts)
    }
}
