//! One Apple ID.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::ids::{AccountId, CalendarId, PasswordState};
use crate::path;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) apple_id: String,
    pub(crate) password: String,
    pub(crate) state: PasswordState,
    pub(crate) me_name: String,
    /// Further addresses of the person, beside the Apple ID.
    pub(crate) aliases: Vec<String>,
    pub(crate) calendars: Vec<Calendar>,
    pub(crate) deleted_uids: BTreeSet<String>,
}

impl Account {
    pub(crate) fn new(id: AccountId, apple_id: &str, password: &str, me_name: &str) -> Self {
        Self {
            id,
            apple_id: apple_id.to_owned(),
            password: password.to_owned(),
            state: PasswordState::Ok,
            me_name: me_name.to_owned(),
            aliases: Vec::new(),
            calendars: Vec::new(),
            deleted_uids: BTreeSet::new(),
        }
    }

    /// Whether this login opens the account. Apple IDs are compared without regard to case.
    pub(crate) fn opens(&self, apple_id: &str, password: &str) -> bool {
        self.state == PasswordState::Ok
            && self.apple_id.eq_ignore_ascii_case(apple_id.trim())
            && self.password == password
    }

    pub(crate) fn principal_path(&self) -> String {
        format!("/{}/principal/", self.id.0)
    }

    pub(crate) fn home_path(&self) -> String {
        format!("/{}/calendars/", self.id.0)
    }

    pub(crate) fn calendar_path(&self, calendar: &Calendar) -> String {
        format!("{}{}/", self.home_path(), path::encode(&calendar.segment))
    }

    pub(crate) fn object_path(&self, calendar: &Calendar, name: &str) -> String {
        format!("{}{}", self.calendar_path(calendar), path::encode(name))
    }

    pub(crate) fn at_segment(&self, segment: &str) -> Option<&Calendar> {
        self.calendars.iter().find(|calendar| calendar.segment == segment)
    }

    /// Where a UID is stored, other than in this place.
    pub(crate) fn other_place_of(&self, uid: &str, calendar: CalendarId, name: &str) -> Option<CalendarId> {
        let elsewhere = |held: &&Calendar| {
            held.name_of_uid(uid)
                .is_some_and(|stored| !(held.id == calendar && stored == name))
        };
        self.calendars.iter().find(elsewhere).map(|held| held.id)
    }
}

/// Without the password.
impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("apple_id", &self.apple_id)
            .field("calendars", &self.calendars.len())
            .finish_non_exhaustive()
    }
}
