//! What a path names.

use crate::path;
use crate::world::{Account, AccountId, CalendarId};

/// Something of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) account: AccountId,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Root,
    Principal,
    Home,
    Inbox,
    Outbox,
    Notification,
    Calendar(CalendarId),
    /// An object that is there or could be.
    Object(CalendarId, String),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    Here(Target),
    /// It belongs to another account.
    Foreign,
    Nothing,
}

impl Target {
    /// What a path names for this account.
    pub(super) fn of(account: &Account, path: &str) -> Found {
        let here = |what| {
            Found::Here(Self {
                account: account.id,
                what,
            })
        };
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let (owner, rest) = match parts.split_first() {
            None => return here(What::Root),
            Some((first, [])) if *first == "principal" => return here(What::Principal),
            Some(found) => found,
        };
        if owner.parse() != Ok(account.id.0) {
            let number = owner.bytes().all(|byte| byte.is_ascii_digit());
            return if number { Found::Foreign } else { Found::Nothing };
        }
        match rest {
            ["principal"] => here(What::Principal),
            ["calendars"] => here(What::Home),
            ["calendars", "inbox"] => here(What::Inbox),
            ["calendars", "outbox"] => here(What::Outbox),
            ["calendars", "notification"] => here(What::Notification),
            ["calendars", segment] => match calendar(account, segment) {
                Some(id) => here(What::Calendar(id)),
                None => Found::Nothing,
            },
            ["calendars", segment, name] => match (calendar(account, segment), path::decode(name)) {
                (Some(id), Some(name)) => here(What::Object(id, name)),
                _ => Found::Nothing,
            },
            _ => Found::Nothing,
        }
    }
}

fn calendar(account: &Account, segment: &str) -> Option<CalendarId> {
    let segment = path::decode(segment)?;
    account.at_segment(&segment).map(|calendar| calendar.id)
}
