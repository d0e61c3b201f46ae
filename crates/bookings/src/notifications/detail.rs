//! Further data of a mail, stored with it.

use jiff::Timestamp;
use scheduling::{CalendarId, StaffId};
use serde::{Deserialize, Serialize};
use store::appointment_parts::NewPart;
use store::appointments::Appointment;
use store::{ConnectionId, SessionId, WaitingId};
use zones::Zone;

use crate::mailer::transport::RenderedMail;

/// Further data of a mail, such as the appointment's time when the mail was enqueued: a host who lost an appointment wants to know
/// which one it was.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Detail {
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    /// The host's parts at that time.
    pub(super) parts: Vec<HostPart>,
    /// The times before the appointment was moved.
    pub(super) before: Vec<HostPart>,
    /// The reason for the cancellation.
    pub(super) reason: Option<String>,
    /// The names of the host who left and of the one who replaced them.
    #[serde(rename = "exchanged")]
    pub(super) replacement: Option<(String, String)>,
    /// The account whose calendars fail.
    pub(super) account: Option<String>,
    pub(super) problem: Option<String>,
    /// The connection to that account.
    pub(super) connection: Option<ConnectionId>,
    /// The failing calendars of that connection.
    pub(super) calendars: Vec<FailingCalendar>,
    /// The entry on a waiting list.
    pub(super) waiting: Option<WaitingEntry>,
    /// A cancelled session.
    pub(super) session: Option<CancelledSession>,
    /// The rendered mail, if its subject was deleted.
    #[serde(rename = "letter")]
    pub(super) rendered: Option<RenderedMail>,
}

impl Detail {
    /// Serialises it for the database. A struct of texts and instants always serialises.
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

/// A calendar that cannot be read or written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FailingCalendar {
    pub(crate) name: String,
    /// Whether it can be read, but not written to.
    pub(crate) read_only: bool,
    pub(crate) never_read: bool,
    /// Why, in a sentence.
    pub(crate) problem: String,
}

/// The part of one host in an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HostPart {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// The service of this part, in a visit; empty otherwise.
    pub(crate) service: String,
}

impl HostPart {
    /// Returns a host's parts, in order.
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

/// An appointment as it is before a move.
pub(crate) struct BeforeMove<'a> {
    pub(crate) appointment: &'a Appointment,
    pub(crate) parts: &'a [NewPart],
}

impl BeforeMove<'_> {
    /// Returns a host's parts; for the client, and for an appointment without hosts, the whole.
    pub(super) fn of(&self, host: Option<StaffId>) -> Vec<HostPart> {
        let own = host.map_or_else(Vec::new, |host| HostPart::of_host(self.parts, host));
        if !own.is_empty() {
            return own;
        }
        vec![HostPart {
            start: self.appointment.starts_at,
            end: self.appointment.ends_at,
            service: String::new(),
        }]
    }
}

/// A cancelled session, and who cancelled it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CancelledSession {
    pub(super) id: SessionId,
    pub(super) calendar: CalendarId,
    pub(super) by: String,
}

/// A copy of an entry on a waiting list, as the entry may be deleted when the mail is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct WaitingEntry {
    pub(super) id: WaitingId,
    pub(super) name: String,
    #[serde(deserialize_with = "Zone::deserialize_stored")]
    pub(super) zone: Zone,
    pub(super) calendar: CalendarId,
}
