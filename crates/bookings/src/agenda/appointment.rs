//! An appointment in the calendar view.

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};
use store::{AppointmentStatus as Status, SessionId, WriteState};

/// An appointment in the calendar view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaAppointment {
    /// The appointment; for a class session the first one.
    pub id: AppointmentId,
    /// The class session, which is shown instead of its appointments.
    pub session: Option<SessionId>,
    /// Start of the meeting, or of a host's part of a visit.
    pub start: Timestamp,
    /// End of the meeting, or of the part.
    pub end: Timestamp,
    /// The client's name; for a class session its seats, such as “3 of 8”.
    pub title: String,
    /// The service, if this is a host's part of a visit.
    pub service: Option<String>,
    /// Name of the booking calendar.
    pub calendar_name: String,
    /// The host, or the first of several.
    pub host: Option<StaffId>,
    /// The names of all hosts; empty if there are none.
    pub host_name: String,
    /// The color of the booking calendar, as `#rrggbb`.
    pub color: String,
    /// Its status.
    pub status: Status,
    /// The state of its event in the calendars of the people who are shown; of several, the most urgent.
    pub write: Option<WriteState>,
    /// The server of that event: iCloud, or the host name of another one.
    pub write_server_name: String,
    /// Whether an event in the calendar of one of its hosts collides with it.
    pub collides: bool,
}
