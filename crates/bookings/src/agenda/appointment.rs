//! An appointment in the calendar view.

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};
use store::{AppointmentStatus as Status, SessionId, WriteState};

/// An appointment in the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaAppointment {
    /// The appointment; of a class session the first.
    pub id: AppointmentId,
    /// The class session that this stands for, with all who take part.
    pub session: Option<SessionId>,
    /// Start of the meeting, or of a host's part of a visit.
    pub start: Timestamp,
    /// End of the same.
    pub end: Timestamp,
    /// The client's name; of a class session its seats, as in “3 of 8”.
    pub title: String,
    /// The service, where this is a host's part of a visit.
    pub service: Option<String>,
    /// Name of the booking calendar.
    pub calendar_name: String,
    /// Who holds it, or the first of those who do.
    pub host: Option<StaffId>,
    /// The names of all who hold it; empty when nobody does.
    pub host_name: String,
    /// `#rrggbb` of the booking calendar.
    pub color: String,
    /// Where it stands.
    pub status: Status,
    /// How its event stands in the calendars of those who are shown, of several the one that most needs looking at.
    pub write: Option<WriteState>,
    /// The server of that event: iCloud, or the host of another one.
    pub write_place: String,
    /// An event in the calendar of its host, or of one of them, collides with it.
    pub collides: bool,
}
