//! How appointments are shown: to the client who booked, and to staff.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, Kind, Reason, StaffId};
use store::questions::Answer;
use store::{AppointmentStatus as Status, Party, SessionId};
use zones::Zone;

use crate::error::Refusal;
use crate::outbox::WriteView;
use crate::people::CalledOffView;

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
    /// Until when the client has to confirm it by a mail's link, if they have to.
    pub confirm_until: Option<Timestamp>,
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

/// One service of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePart {
    /// Its name when it was booked.
    pub name: String,
    /// Who does it.
    pub host_name: String,
    /// When their work begins.
    pub start: Timestamp,
    /// When it ends.
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
    /// What the booking page says.
    pub description: String,
    /// Where it takes place.
    pub location: String,
    /// The kind of the booking calendar.
    pub kind: Kind,
    /// Who holds it, or the first of those who do.
    pub host: Option<StaffId>,
    /// Their names; empty when nobody holds it.
    pub host_name: String,
    /// The names of those whom the client brings.
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
    /// What the client answered to the booking calendar's questions.
    pub answers: Vec<Answer>,
    /// Where it stands.
    pub status: Status,
    /// Until when the client has to confirm it by a mail's link, if they have to.
    pub confirm_until: Option<Timestamp>,
    /// They did not confirm it in time.
    pub has_expired: bool,
    /// Until when the client may move it.
    pub movable_until: Timestamp,
    /// Until when the client may cancel it.
    pub cancellable_until: Timestamp,
    /// Whether the client may move it now, else why not.
    pub may_reschedule: Result<(), Refusal>,
    /// Whether the client may cancel it now, else why not.
    pub may_cancel: Result<(), Refusal>,
    /// Why it was called off, if somebody gave a reason.
    pub cancel_reason: Option<String>,
}

impl AppointmentView {
    /// The statuses that staff can give it now, besides calling it off.
    pub fn next_statuses(&self, now: Timestamp) -> &'static [Status] {
        next_statuses(self.status, self.start <= now)
    }
}

/// The statuses that staff can give an appointment besides calling it off. Whether somebody came is known when it has begun.
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
    /// Who holds it, or the first of those who do.
    pub host: Option<StaffId>,
    /// All who hold it, in order.
    pub hosts: Vec<StaffId>,
    /// Their names; empty when nobody holds it.
    pub host_name: String,
    /// The class session it has seats of.
    pub session: Option<SessionId>,
    /// The names of those whom the client brings.
    pub guests: Vec<String>,
    /// The services of a visit, in order.
    pub services: Vec<ServicePart>,
    /// The reasons against its time, if a staff member booked it all the same.
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
    /// What the client answered to the booking calendar's questions.
    pub answers: Vec<Answer>,
    /// Where it stands.
    pub status: Status,
    /// Why this host: "fewest this month: 3, others 4".
    pub assignment_reason: Option<String>,
    /// Who booked it.
    pub booked_by: Party,
    /// Until when its client has to confirm it by a mail's link, if they have to.
    pub confirm_until: Option<Timestamp>,
    /// When it was booked.
    pub created_at: Timestamp,
    /// That it was called off.
    pub called_off: Option<CalledOffView>,
    /// How its event in the host's calendar stands, of several the one that most needs looking at; nothing when it has none.
    pub write: Option<WriteView>,
    /// How each of its events stands, one for each host's part.
    pub writes: Vec<WriteView>,
    /// The same in a sentence for each host.
    pub write_sentence: String,
    /// That an event in a host's calendar collides with it, in a sentence with a next step; nothing of one that is over or called off.
    pub collision: Option<String>,
}
