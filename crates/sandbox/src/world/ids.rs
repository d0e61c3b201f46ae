//! What accounts and calendars are known by, and what they are.

use serde::{Deserialize, Serialize};

/// An account of the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountId(pub(crate) u64);

/// A calendar of the sandbox, known by this for as long as the sandbox runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CalendarId(pub(crate) u64);

/// What a calendar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// An ordinary calendar.
    Events,
    /// A calendar that the account has shared with others (`shared-owner`).
    Shared,
    /// Somebody else's calendar that this account may only read.
    SharedReadOnly,
    /// A list of reminders: VTODO only.
    Reminders,
    /// A subscription to a public calendar: the phone fetches it, the server has nothing.
    Subscribed,
}

/// Whether a password opens an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PasswordState {
    /// The app-specific password works.
    Ok,
    /// It has been revoked. This looks exactly like a wrong one.
    Revoked,
}
