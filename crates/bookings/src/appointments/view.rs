//! Views of appointments, for the client and for staff.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, Kind, Reason, StaffId};
use store::questions::Answer;
use store::{AppointmentStatus as Status, AssignmentReason, Party, SessionId};
use zones::Zone;

use crate::error::Refusal;
use crate::outbox::WriteView;
use crate::people::CancellationView;

/// The answer to a booking.
#[derive(Clone, PartialEq, Eq)]
pub struct Booked {
    /// The appointment.
    pub id: AppointmentId,
    /// The secret of the client's manage link. Show it to the client only.
    pub manage_token: String,
    /// Name of the booking calendar.
    pub calendar_name: String,
    /// The names of the hosts; empty if there are none.
    pub host_name: String,
    /// Start of the meeting.
    pub start: Timestamp,
    /// End of the meeting.
    pub end: Timestamp,
    /// The client's zone.
    pub zone: Zone,
    /// Confirmed, or new if staff have to confirm it.
    pub status: Status,
    /// The deadline for the client to confirm it by a mail's link, if they have to.
    pub confirm_until: Option<Timestamp>,
}

/// Omits the secret.
impl std::fmt::Debug for Booked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Booked")
            .field("id", &self.id)
            .field("start", &self.start)
            .finish_non_exhaustive()
    }
}

/// One service of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePart {
    /// Its name when it was booked.
    pub name: String,
    /// The name of its host.
    pub host_name: String,
    /// When the work begins.
    pub start: Timestamp,
    /// When the work ends.
    pub end: Timestamp,
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
    /// The text of the booking page.
    pub description: String,
    /// Where it takes place.
    pub location: String,
    /// The kind of the booking calendar.
    pub kind: Kind,
    /// The host, or the first of several.
    pub host: Option<StaffId>,
    /// The names of the hosts; empty if there are none.
    pub host_name: String,
    /// The names of the client's guests.
    pub guests: Vec<String>,
    /// The services of a visit, in order.
    pub services: Vec<ServicePart>,
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
    /// The client's answers to the booking calendar's questions.
    pub answers: Vec<Answer>,
    /// Its status.
    pub status: Status,
    /// The deadline for the client to confirm it by a mail's link, if they have to.
    pub confirm_until: Option<Timestamp>,
    /// Whether it was cancelled because the client did not confirm it in time.
    pub has_expired: bool,
    /// The last instant at which the client may move it.
    pub movable_until: Timestamp,
    /// The last instant at which the client may cancel it.
    pub cancellable_until: Timestamp,
    /// Whether the client may move it now; otherwise why not.
    pub may_reschedule: Result<(), Refusal>,
    /// Whether the client may cancel it now; otherwise why not.
    pub may_cancel: Result<(), Refusal>,
    /// Why it was cancelled, if a reason was given.
    pub cancel_reason: Option<String>,
}

impl AppointmentView {
    /// The statuses that staff can set now, besides cancelling it.
    pub fn next_statuses(&self, now: Timestamp) -> &'static [Status] {
        next_statuses(self.status, self.start <= now)
    }
}

/// The statuses that staff can set, besides cancelling. Attendance can be recorded once the appointment has begun.
pub(crate) fn next_statuses(status: Status, has_begun: bool) -> &'static [Status] {
    match (status, has_begun) {
        (Status::New, false) => &[Status::Confirmed, Status::Invalid],
        (Status::New | Status::Confirmed, true) => &[Status::Showed, Status::NoShow, Status::Invalid],
        (Status::Confirmed, false) => &[Status::Invalid],
        (Status::Showed, _) => &[Status::NoShow, Status::Confirmed],
        (Status::NoShow, _) => &[Status::Showed, Status::Confirmed],
        (Status::Invalid, _) => &[Status::Confirmed],
        (Status::Cancelled, _) => &[],
    }
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
    /// The host, or the first of several.
    pub host: Option<StaffId>,
    /// All hosts, in order.
    pub hosts: Vec<StaffId>,
    /// The names of the hosts; empty if there are none.
    pub host_name: String,
    /// The class session whose seats it takes.
    pub session: Option<SessionId>,
    /// The names of the client's guests.
    pub guests: Vec<String>,
    /// The services of a visit, in order.
    pub services: Vec<ServicePart>,
    /// Why the time was not on offer, if a staff member overrode that.
    pub overridden: Option<Vec<Reason>>,
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
    /// The client's answers to the booking calendar's questions.
    pub answers: Vec<Answer>,
    /// Its status.
    pub status: Status,
    /// Why this host was chosen.
    pub assignment_reason: Option<AssignmentReason>,
    /// Who booked it.
    pub booked_by: Party,
    /// The deadline for the client to confirm it by a mail's link, if they have to.
    pub confirm_until: Option<Timestamp>,
    /// When it was booked.
    pub created_at: Timestamp,
    /// When, by whom and why it was cancelled, if it was.
    pub cancellation: Option<CancellationView>,
    /// The state of its event in the host's calendar; of several, the most urgent. None if it has no event.
    pub write: Option<WriteView>,
    /// The state of each of its events, one per host's part.
    pub writes: Vec<WriteView>,
    /// The states of the events, as a sentence for each host.
    pub write_sentence: String,
    /// A sentence about a collision with an event in a host's calendar, with a next step; none if there is none, or the appointment is over
    /// or cancelled.
    pub collision: Option<String>,
}
