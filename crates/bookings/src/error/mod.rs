//! The error type of the use cases. Each cause is a type with its values, created where it arises. Its `Display` text is the sentence for a
//! person, with a next step; its code is for programs and stays the same when the sentence changes.

mod connecting;
mod refusal;
mod taken;

use scheduling::UnsupportedKind;
use store::StoreError;

use crate::differences::ChangedMeanwhile;
use crate::problem::{FieldCause, FieldProblem, HostProblem, Internal, VisitProblem};
use crate::retry::Transient;
use crate::strangers::{NotProven, TooMany};

pub use connecting::{ConnectProblem, Forbidden, Unreachable};
pub use refusal::{Refusal, SchedulingConflict};
pub use taken::{Preserved, TakenBy};

/// Why a use case did not do what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields of the form are invalid.
    #[error("{}", first_of(.0))]
    Fields(Vec<FieldProblem>),
    /// Something does not exist.
    #[error(transparent)]
    NotFound(#[from] Missing),
    /// The person lacks the permission.
    #[error(transparent)]
    NotAllowed(#[from] Permission),
    /// The time would be on offer, but something else takes it.
    #[error("{}", taken::sentence(*by, *preserved))]
    SlotTaken {
        /// What takes it.
        by: TakenBy,
        /// What was kept.
        preserved: Preserved,
    },
    /// A rule or another system refuses it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Somebody else changed it after the form was loaded.
    #[error(transparent)]
    Conflict(#[from] ChangedMeanwhile),
    /// An internal failure.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl Error {
    /// Creates the error for one invalid field.
    pub(crate) fn field(field: &'static str, cause: impl Into<FieldCause>) -> Self {
        Self::Fields(vec![FieldProblem::new(field, cause)])
    }

    /// Returns the code of the cause, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Fields(_) => "unusable_input",
            Self::NotFound(missing) => missing.code(),
            Self::NotAllowed(deed) => deed.code(),
            Self::SlotTaken { by, .. } => by.code(),
            Self::Refused(refusal) => refusal.code(),
            Self::Conflict(_) => "changed_meanwhile",
            Self::Internal(_) => "internal",
        }
    }
}

impl Transient for Error {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Internal(cause) if cause.is_contention())
    }

    fn is_disconnection(&self) -> bool {
        matches!(self, Self::Internal(cause) if cause.is_disconnection())
    }
}

/// Whoever claims time handles [`StoreError::SlotTaken`] itself, as only there it is known what was preserved. A transaction that the
/// database aborts is retried, and never reported as a taken time.
impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<Vec<FieldProblem>> for Error {
    fn from(problems: Vec<FieldProblem>) -> Self {
        Self::Fields(problems)
    }
}

impl From<HostProblem> for Error {
    fn from(problem: HostProblem) -> Self {
        Self::field("host", problem)
    }
}

impl From<VisitProblem> for Error {
    fn from(problem: VisitProblem) -> Self {
        Self::field("services", problem)
    }
}

impl From<UnsupportedKind> for Error {
    fn from(kind: UnsupportedKind) -> Self {
        Self::Refused(kind.into())
    }
}

impl From<SchedulingConflict> for Error {
    fn from(scheduling_conflict: SchedulingConflict) -> Self {
        Self::Refused(scheduling_conflict.into())
    }
}

impl From<TooMany> for Error {
    fn from(too_many: TooMany) -> Self {
        Self::Refused(too_many.into())
    }
}

impl From<NotProven> for Error {
    fn from(why: NotProven) -> Self {
        Self::Refused(why.into())
    }
}

impl From<ConnectProblem> for Error {
    fn from(problem: ConnectProblem) -> Self {
        Self::Refused(problem.into())
    }
}

/// Returns the first problem's sentence, for a place that shows only one.
fn first_of(problems: &[FieldProblem]) -> String {
    problems
        .first()
        .map_or_else(|| "Please check the form.".to_owned(), FieldProblem::to_string)
}

/// What does not exist, or is hidden from whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// A booking calendar, or an active one.
    #[error("This booking calendar does not exist, or it takes no bookings at the moment.")]
    BookingCalendar,
    /// An appointment, or a valid link to one.
    #[error(
        "This appointment does not exist, or the link has expired. Check that the whole link was copied."
    )]
    Appointment,
    /// A session of a class.
    #[error("This session does not exist any more. Look at the calendar as it is now.")]
    Session,
    /// A place on a waiting list, or a valid link to one.
    #[error(
        "This place on the waiting list does not exist any more. It may have become a seat: look into your mails."
    )]
    WaitingPlace,
    /// Blocked-off time.
    #[error("This blocked-off time does not exist any more. Look at the calendar as it is now.")]
    BlockedTime,
    /// An external event.
    #[error("This event does not exist any more. Look at the calendar as it is now.")]
    Event,
    /// The menu of a Service calendar.
    #[error("This menu does not exist any more.")]
    Menu,
    /// A service of a menu.
    #[error("This service is not on the menu any more. Look at the menu as it is now.")]
    Service,
    /// A staff member.
    #[error("There is no such staff member.")]
    StaffMember,
    /// An address that a staff member signs in with.
    #[error("There is no staff member with this address.")]
    Address,
    /// The workspace.
    #[error("Nobody has set this workspace up yet. Open Quince in a browser and do that first.")]
    Workspace,
    /// A connection.
    #[error("This connection does not exist any more.")]
    Connection,
    /// A calendar of a connection.
    #[error("This calendar is no longer connected. Reload the page and choose another one.")]
    RemoteCalendar,
}

impl Missing {
    fn code(self) -> &'static str {
        match self {
            Self::BookingCalendar => "no_booking_calendar",
            Self::Appointment => "no_appointment",
            Self::Session => "no_session",
            Self::WaitingPlace => "no_waiting_place",
            Self::BlockedTime => "no_blocked_time",
            Self::Event => "no_event",
            Self::Menu => "no_menu",
            Self::Service => "no_service",
            Self::StaffMember => "no_staff_member",
            Self::Address => "no_address",
            Self::Workspace => "no_workspace",
            Self::Connection => "no_connection",
            Self::RemoteCalendar => "no_remote_calendar",
        }
    }
}

/// An action that needs a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Permission {
    /// An action of the owner and admins.
    #[error("Only the owner or an admin may do this. Ask one of them.")]
    Administer,
    /// An action of the team.
    #[error("Only people of the team may do this. Ask the owner or an admin.")]
    ActAsStaff,
    /// To view or change an appointment or a session.
    #[error("This is another person's appointment. Ask them, or an admin of your team.")]
    HandleAppointment,
    /// To view a staff member's time, or to block it off.
    #[error("This is another person's time. Ask them, or an admin of your team.")]
    HandleTime,
    /// To view the inside of a booking calendar.
    #[error("Only members of this booking calendar and admins may look into it.")]
    ViewCalendar,
}

impl Permission {
    fn code(self) -> &'static str {
        match self {
            Self::Administer => "admins_only",
            Self::ActAsStaff => "team_only",
            Self::HandleAppointment => "another_persons_appointment",
            Self::HandleTime => "another_persons_time",
            Self::ViewCalendar => "members_only",
        }
    }
}
