//! How appointments are shown: to the client who booked, and to staff.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, Kind, StaffId};
use store::event_writes::EventWrite;
use store::questions::Answer;
use store::{AppointmentStatus as Status, SessionId, WriteState};
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
    pub may_reschedule: Result<(), String>,
    /// Whether the client may cancel it now, else why not.
    pub may_cancel: Result<(), String>,
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
    /// The codes of the reasons against its time, if a staff member booked it all the same.
    pub overridden: Option<String>,
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
    /// Which staff member booked it, if not the client.
    pub booked_by: Option<StaffId>,
    /// Until when its client has to confirm it by a mail's link, if they have to.
    pub confirm_until: Option<Timestamp>,
    /// When it was booked.
    pub created_at: Timestamp,
    /// When it was called off.
    pub cancelled_at: Option<Timestamp>,
    /// By whom: `client`, or a staff member's name.
    pub cancelled_by: Option<String>,
    /// Why it was called off, if they gave a reason.
    pub cancel_reason: Option<String>,
    /// How its event in the host's calendar stands, of several the one that most needs looking at; nothing when it has none.
    pub write: Option<WriteView>,
    /// How each of its events stands, one for each host's part.
    pub writes: Vec<WriteView>,
    /// The same in a sentence for each host.
    pub write_sentence: String,
}

/// How an appointment's event in the host's calendar stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteView {
    /// Whose calendar.
    pub host_name: String,
    /// Waiting, written, failed, changed in iCloud …
    pub state: WriteState,
    /// What is wrong, in a sentence.
    pub problem: Option<String>,
    /// The remote calendar.
    pub calendar_name: Option<String>,
    /// iCloud, or the host of another server.
    pub place: String,
    /// Whether "write again" makes sense now.
    pub can_write_again: bool,
    /// When the state last changed.
    pub updated_at: Timestamp,
}

impl WriteView {
    /// A write with the names of its remote calendar and of its server, and of its host, where there are several.
    pub(crate) fn of(
        write: &EventWrite,
        calendar_name: Option<String>,
        place: String,
        host_name: String,
    ) -> Self {
        Self {
            host_name,
            state: write.state,
            problem: write.problem.clone(),
            calendar_name,
            place,
            can_write_again: matches!(
                write.state,
                WriteState::Failed | WriteState::ChangedInIcloud | WriteState::NoCalendar
            ),
            updated_at: write.updated_at,
        }
    }
}

/// What most needs looking at is largest.
pub(crate) fn urgency(state: WriteState) -> u8 {
    match state {
        WriteState::Removed => 0,
        WriteState::Written => 1,
        WriteState::Waiting => 2,
        WriteState::NoCalendar => 3,
        WriteState::ChangedInIcloud => 4,
        WriteState::Failed => 5,
    }
}

/// The sentences for how writes stand (D1, D2, D4).
pub(crate) fn write_sentence(writes: &[WriteView], has_host: bool) -> String {
    match writes {
        [] if has_host => "This appointment is in nobody's calendar.".to_owned(),
        [] => "A Simple calendar has no assigned member, so it does not use iCloud.".to_owned(),
        [write] => sentence(write),
        several => {
            let of_host = |write: &WriteView| format!("{}: {}", write.host_name, sentence(write));
            several.iter().map(of_host).collect::<Vec<_>>().join(" ")
        }
    }
}

fn sentence(write: &WriteView) -> String {
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
            "Changed in {}: the event in {calendar} no longer matches.{problem} The appointment here is unchanged; \
             “Write again” puts it back.",
            write.place
        ),
        WriteState::Removed => format!("Removed from {calendar}."),
        WriteState::NoCalendar => {
            format!("Not in any calendar: the host has not chosen a primary calendar.{problem}")
        }
    }
}
