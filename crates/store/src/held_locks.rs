//! What can be locked, and what a transaction has locked.

use std::collections::BTreeMap;
use std::fmt;

use scheduling::{AppointmentId, CalendarId, ResourceId, TimeOwner};
use uuid::Uuid;

use crate::words::ChangeSubject;

/// What can be locked, in the order in which everybody locks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lock {
    /// What comes from a network, or with a mail address, which is counted: by their hash.
    Sender(Uuid),
    /// The mails to an address, which are counted: by its hash.
    Recipient(Uuid),
    /// What several people may edit: one saves it at a time.
    Edited(ChangeSubject, Uuid),
    /// What a visitor holds: by the start of the hash that they are known by.
    Visitor(Uuid),
    /// An appointment.
    Appointment(AppointmentId),
    /// What is booked in a booking calendar, where that is counted.
    Count(CalendarId),
    /// Rooms or equipment of one sort: how many there are, and what needs them.
    Resource(ResourceId),
    /// Somebody's time, and what is written to their calendar.
    Owner(TimeOwner),
}

/// By which Postgres knows it.
impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sender(hash) => write!(f, "sender {hash}"),
            Self::Recipient(hash) => write!(f, "recipient {hash}"),
            Self::Edited(subject, id) => write!(f, "edited {} {id}", subject.as_str()),
            Self::Visitor(hash) => write!(f, "visitor {hash}"),
            Self::Appointment(id) => write!(f, "appointment {id}"),
            Self::Count(id) => write!(f, "count {id}"),
            Self::Resource(id) => write!(f, "resource {id}"),
            Self::Owner(owner) => write!(f, "owner {}", owner.uuid()),
        }
    }
}

/// How it is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// Beside others of this mode.
    Shared,
    Alone,
}

/// What a transaction has locked.
#[derive(Debug, Default)]
pub(crate) struct Held(pub(crate) BTreeMap<Lock, Mode>);
