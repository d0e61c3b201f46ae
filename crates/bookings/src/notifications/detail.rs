//! What a mail needs beside the appointment, as it is kept with it.

use jiff::Timestamp;
use scheduling::{CalendarId, StaffId};
use serde::{Deserialize, Serialize};
use store::appointment_parts::NewPart;
use store::appointments::Appointment;
use store::{ConnectionId, SessionId, WaitingId};
use zones::Zone;

use crate::mailer::transport::Letter;

/// What a mail needs beside the appointment: its time when the mail was asked for, as a host who lost an appointment wants
/// to know which one it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Detail {
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    /// What the host had to do then.
    pub(super) parts: Vec<OwnPart>,
    /// When it was before it was moved.
    pub(super) before: Vec<OwnPart>,
    /// Why it was called off.
    pub(super) reason: Option<String>,
    /// The names of who left, and of who takes part instead.
    pub(super) exchanged: Option<(String, String)>,
    /// The account that cannot be read.
    pub(super) account: Option<String>,
    pub(super) problem: Option<String>,
    /// Its connection.
    pub(super) connection: Option<ConnectionId>,
    /// The calendars of it that fail.
    pub(super) calendars: Vec<FailingCalendar>,
    /// Somebody on a waiting list.
    pub(super) waiting: Option<OnTheList>,
    /// A session that was called off.
    pub(super) session: Option<CalledOffSession>,
    /// The whole mail, where what it is about was deleted.
    pub(super) letter: Option<Letter>,
}

impl Detail {
    /// As it is kept. A struct of texts and instants always serialises.
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// A calendar that cannot be read or written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FailingCalendar {
    pub(crate) name: String,
    /// It can be read, and not be written to.
    pub(crate) read_only: bool,
    pub(crate) never_read: bool,
    /// Why, in a sentence.
    pub(crate) problem: String,
}

/// What one host has to do in an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnPart {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// The service that it is, in a visit; empty otherwise.
    pub(crate) service: String,
}

impl OwnPart {
    /// A host's parts, in order.
    pub(super) fn of_host(parts: &[NewPart], host: StaffId) -> Vec<Self> {
        let own = parts.iter().filter(|part| part.host_id == host);
        own.map(|part| Self {
            start: part.starts_at,
            end: part.ends_at,
            service: part
                .service
                .as_ref()
                .map(|service| service.name.clone())
                .unwrap_or_default(),
        })
        .collect()
    }
}

/// An appointment before it is moved.
pub(crate) struct Before<'a> {
    pub(crate) appointment: &'a Appointment,
    pub(crate) parts: &'a [NewPart],
}

impl Before<'_> {
    /// What a host had to do; for the client, and where nobody holds it, the whole.
    pub(super) fn of(&self, host: Option<StaffId>) -> Vec<OwnPart> {
        let own = host.map_or_else(Vec::new, |host| OwnPart::of_host(self.parts, host));
        if !own.is_empty() {
            return own;
        }
        vec![OwnPart {
            start: self.appointment.starts_at,
            end: self.appointment.ends_at,
            service: String::new(),
        }]
    }
}

/// A session that was called off, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CalledOffSession {
    pub(super) id: SessionId,
    pub(super) calendar: CalendarId,
    pub(super) by: String,
}

/// A place on a waiting list, as it was: it may be gone when the mail is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OnTheList {
    pub(super) id: WaitingId,
    pub(super) name: String,
    #[serde(deserialize_with = "Zone::deserialize_stored")]
    pub(super) zone: Zone,
    pub(super) calendar: CalendarId,
}
