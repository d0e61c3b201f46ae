//! The lock hierarchy, and the locks that a transaction holds.

use std::collections::BTreeMap;
use std::fmt;

use scheduling::{AppointmentId, CalendarId, ResourceId, TimeOwner};
use uuid::Uuid;

use crate::words::ChangeSubject;

/// What can be locked. The order of the variants is the order in which all transactions lock, so that they cannot deadlock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lock {
    /// The counters of a network or of a mail address, by hash.
    Sender(Uuid),
    /// The counter of mails to an address, by hash.
    Recipient(Uuid),
    /// Something that several people may edit: one saves it at a time.
    Edited(ChangeSubject, Uuid),
    /// A visitor's holds, by the start of the visitor's hash.
    Visitor(Uuid),
    /// One appointment.
    Appointment(AppointmentId),
    /// The number of bookings of a booking calendar, where a limit counts them.
    Count(CalendarId),
    /// Rooms or equipment of one sort: their quantity and the services that need them.
    Resource(ResourceId),
    /// An owner's time, and the writes to their calendar.
    Owner(TimeOwner),
}

/// The text that Postgres hashes to the key of an advisory lock.
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

/// How a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    /// Together with other holders of this mode.
    Shared,
    Alone,
}

/// The locks that a transaction holds, with their modes.
#[derive(Debug, Default)]
pub(crate) struct Held(pub(crate) BTreeMap<Lock, Mode>);
