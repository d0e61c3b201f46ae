//! How appointments are shown: to the client who booked, and to staff.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, StaffId};
use store::{AppointmentStatus as Status, WriteState};
use zones::Zone;

/// An answer to a booking.
#[derive(Clone, PartialEq, Eq)]
pub struct Booked {
    /// The appointment.
    pub id: AppointmentId,
    /// The secret of the client's own page. Show it to the client alone.
    pub manage_token: String,
    /// Name of the booking calendar.
    pub calendar_name: String,
    /// Who holds it; empty when nobody does.
    pub host_name: String,
    /// Start of the meeting.
    pub start: Timestamp,
    /// End of the meeting.
    pub end: Timestamp,
    /// The client's zone.
    pub zone: Zone,
    /// Confirmed, or new when somebody has yet to confirm it.
    pub status: Status,
}

/// Without the secret.
impl std::fmt::Debug for Booked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Booked")
            .field("id", &self.id)
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

/// An appointment as its client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientView {
    /// The appointment.
    pub id: AppointmentId,
    /// Address of the booking calendar.
    pub slug: String,
    /// Name of the booking calendar.
    pub calendar_name: String,
    /// Whether the booking calendar takes bookings now.
    pub calendar_active: bool,
    /// What the booking page says.
    pub description: String,
    /// Where it takes place.
    pub location: String,
    /// Who holds it; empty when nobody does.
    pub host_name: String,
    /// Start of the meeting.
    pub start: Timestamp,
    /// End of the meeting.
    pub end: Timestamp,
    /// The client's zone.
    pub zone: Zone,
    /// The client's name.
    pub name: String,
    /// The client's address.
    pub email: String,
    /// The client's telephone number; may be empty.
    pub phone: String,
    /// The client's notes; may be empty.
    pub notes: String,
    /// Where it stands.
    pub status: Status,
    /// Whether the client may move it now, else why not.
    pub may_reschedule: Result<(), String>,
    /// Whether the client may cancel it now, else why not.
    pub may_cancel: Result<(), String>,
}

/// An appointment as staff see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentView {
    /// The appointment.
    pub id: AppointmentId,
    /// Its booking calendar.
    pub calendar: CalendarId,
    /// Address of the booking calendar.
    pub calendar_slug: String,
    /// Name of the booking calendar.
    pub calendar_name: String,
    /// Where it takes place.
    pub location: String,
    /// Who holds it.
    pub host: Option<StaffId>,
    /// Who holds it; empty when nobody does.
    pub host_name: String,
    /// Start of the meeting.
    pub start: Timestamp,
    /// End of the meeting.
    pub end: Timestamp,
    /// The client's zone.
    pub client_zone: Zone,
    /// The client's name.
    pub name: String,
    /// The client's address.
    pub email: String,
    /// The client's telephone number.
    pub phone: Option<String>,
    /// The client's notes.
    pub notes: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// Why this host: "fewest this month: 3, others 4".
    pub assignment_reason: Option<String>,
    /// Which staff member booked it, if not the client.
    pub booked_by: Option<StaffId>,
    /// When it was booked.
    pub created_at: Timestamp,
    /// When it was called off.
    pub cancelled_at: Option<Timestamp>,
    /// By whom: `client`, or a staff member's name.
    pub cancelled_by: Option<String>,
    /// How its event in the host's calendar stands; nothing when it has none.
    pub write: Option<WriteView>,
    /// The same in one sentence.
    pub write_sentence: String,
}

/// How an appointment's event in the host's calendar stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteView {
    /// Waiting, written, failed, changed in iCloud …
    pub state: WriteState,
    /// What is wrong, in a sentence.
    pub problem: Option<String>,
    /// The remote calendar.
    pub calendar_name: Option<String>,
    /// Whether "write again" makes sense now.
    pub can_write_again: bool,
    /// When the state last changed.
    pub updated_at: Timestamp,
}

/// The sentence for how a write stands (D1, D2, D4).
pub(crate) fn write_sentence(write: Option<&WriteView>, has_host: bool) -> String {
    let Some(write) = write else {
        return if has_host {
            "This appointment is in no iCloud calendar.".to_owned()
        } else {
            "A Simple calendar has no assigned member, so it does not use iCloud.".to_owned()
        };
    };
    let calendar = write.calendar_name.as_deref().map_or_else(
        || "the primary calendar".to_owned(),
        |name| format!("the calendar “{name}”"),
    );
    let problem = write
        .problem
        .as_deref()
        .map(|text| format!(" {text}"))
        .unwrap_or_default();
    match write.state {
        WriteState::Waiting => format!("Waiting to be written to {calendar}.{problem}"),
        WriteState::Written => format!("Written to {calendar}."),
        WriteState::Failed => format!("Could not be written to {calendar}.{problem}"),
        WriteState::ChangedInIcloud => format!(
            "Changed in iCloud: the event in {calendar} no longer matches.{problem} The appointment here is unchanged; \
             “Write again” puts it back."
        ),
        WriteState::Removed => format!("Removed from {calendar}."),
        WriteState::NoCalendar => {
            format!("Not in any iCloud calendar: the host has not chosen a primary calendar.{problem}")
        }
    }
}
