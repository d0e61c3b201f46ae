//! Refusals by a rule or by another system.

use std::fmt;

use scheduling::{Span, UnsupportedKind};
use store::AppointmentStatus as Status;

use super::connecting::ConnectProblem;
use super::taken::seats_left;
use crate::reasons::ExplainedReason;
use crate::strangers::{NotProven, TooMany};
use crate::validate::YEARS;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The time has passed.
    #[error("This time has passed already. Choose a later one.")]
    Past,
    /// The time is sooner than the minimum notice.
    #[error("This time is too soon. Choose a later one.")]
    TooSoon,
    /// The day is outside the booking calendar's date range.
    #[error("This day cannot be booked. Choose another day.")]
    DayNotBookable,
    /// No slot starts at this time.
    #[error("Appointments do not start at this time. Choose one of the times on the booking page.")]
    NoStart,
    /// The time is not on offer for another reason.
    #[error("This time is not on offer. Choose one of the times on the booking page.")]
    NotOffered,
    /// The time is not on offer. Staff see all reasons, and may be able to override them.
    #[error(transparent)]
    SchedulingConflict(#[from] SchedulingConflict),
    /// The member who should take over an appointment is busy.
    #[error("This person is not free then. Choose somebody else.")]
    PersonNotFree,
    /// The last day of a query is before its first.
    #[error("The last day is before the first. Ask for at least one day.")]
    LastDayBeforeFirst,
    /// A query names a day outside the supported years.
    #[error("Ask for days between {} and {}.", YEARS.start(), YEARS.end())]
    YearOutOfRange,
    /// A query covers too many days.
    #[error("Ask for at most {max} days at a time.")]
    TooManyDays {
        /// Maximum number of days.
        max: i32,
    },
    /// The kind of booking calendar has no slots.
    #[error(transparent)]
    Unsupported(#[from] UnsupportedKind),
    /// The idempotency key was used with a different request.
    #[error("This request was sent before with other details. Send it again as a new one.")]
    KeyReused,
    /// The idempotency key was used, and the booking that it made is deleted.
    #[error("This booking was made before, and it has been deleted since. Load the page again to book anew.")]
    DeletedSince,
    /// A rate limit for anonymous visitors is exceeded.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The booking calendar requires a proof of work, which is missing or invalid.
    #[error(transparent)]
    NotProven(#[from] NotProven),

    /// The appointment is cancelled, marked as not attended, or invalid.
    #[error("This appointment {}, so it cannot be changed. Book a new one.", inactive(*.0))]
    Inactive(Status),
    /// The appointment has begun.
    #[error("This appointment has begun or is over, so it cannot be changed any more.")]
    Begun,
    /// The cut-off for changes by the client has passed.
    #[error(
        "It is too late to change this appointment here: that was possible until {cutoff} before it. Please contact us."
    )]
    TooLate {
        /// How long before the start a change is allowed.
        cutoff: Span,
    },
    /// The client has to confirm the booking by mail first.
    #[error(
        "This booking is not confirmed yet. Confirm it by the link in the mail that was sent to its address first."
    )]
    NotConfirmed,
    /// The same, with a sentence for staff.
    #[error(
        "The client has not confirmed this booking by mail yet. Confirm it yourself first, or decline it."
    )]
    WaitsForClient,
    /// The client did not confirm the booking in time.
    #[error("This booking was not confirmed in time, so its time is free again. Book it anew.")]
    NotConfirmedInTime,
    /// The status cannot be set now.
    #[error(
        "An appointment cannot be given this status now. Whether the client came is known when it has begun."
    )]
    StatusNotNow,

    /// There are too few seats for further guests.
    #[error("{}", seats_for_guests(*.left))]
    NoSeatsForGuests {
        /// The number of free seats.
        left: u32,
    },
    /// The limit of the day leaves no seats for further guests.
    #[error("This day has as many seats as it may have. Bring fewer guests.")]
    NoSeatsOfDay,
    /// The session is cancelled.
    #[error("This session was cancelled, so nobody can take part in it. Book another one.")]
    SessionCancelled,
    /// The session has begun.
    #[error("This session has begun or is over, so it cannot be cancelled any more.")]
    SessionBegun,
    /// The session has free seats, so nobody has to wait.
    #[error("There are free seats now. Book them instead of waiting.")]
    SeatsFree,
    /// There is no full session to wait for at this time.
    #[error("There is no full session at this time to wait for. Choose another one.")]
    NothingToWaitFor,
    /// The group is larger than a whole session.
    #[error("A session has {seats} seats in all. Bring fewer guests.")]
    LargerThanSession {
        /// Its seats.
        seats: u32,
    },
    /// The address is already on the waiting list.
    #[error("This address is on the waiting list of this session already.")]
    AlreadyWaiting,
    /// The address already has a seat.
    #[error("This address has a seat in this session already. For more seats, please contact us.")]
    AlreadyHasSeat,

    /// The deleted appointment has no events to delete.
    #[error("Nothing of this appointment is left to be removed. Load the page again.")]
    NothingToRemove,
    /// The blocked-off time was released.
    #[error("This time was unblocked. Block it off anew.")]
    Unblocked,

    /// The booking calendar has appointments, which deleting it would delete.
    #[error("This booking calendar has appointments, so it cannot be deleted. Switch it off instead.")]
    HasAppointments,

    /// The address or the password is wrong; the text does not say which.
    #[error("This email address and password do not belong together. Check both, then try again.")]
    WrongLogin,
    /// The workspace already has an owner.
    #[error("This workspace has an owner already. Sign in instead.")]
    OwnerExists,
    /// The mail does not exist or is not given up.
    #[error("This mail is under way again, or what it was about is gone. Look at the list as it is now.")]
    MailNotGivenUp,

    /// A problem with a calendar server.
    #[error(transparent)]
    Connecting(#[from] ConnectProblem),
    /// The calendar is read-only.
    #[error(
        "{server_name} lets you only read this calendar, so appointments cannot be written to it. Choose one of your own."
    )]
    ReadOnlyCalendar {
        /// The name of its server.
        server_name: String,
    },
    /// The calendar was deleted on its server.
    #[error("This calendar was deleted in {server_name}. Choose another one.")]
    DeletedCalendar {
        /// The name of its server.
        server_name: String,
    },
    /// The calendar's events cannot be read.
    #[error("The events of this calendar cannot be read, so it can block nothing. Choose another one.")]
    UnreadableCalendar,
}

impl Refusal {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Past => "past",
            Self::TooSoon => "too_soon",
            Self::DayNotBookable => "day_not_bookable",
            Self::NoStart => "no_start",
            Self::NotOffered => "not_offered",
            Self::SchedulingConflict(_) => "in_the_way",
            Self::PersonNotFree => "person_not_free",
            Self::LastDayBeforeFirst => "last_day_first",
            Self::YearOutOfRange => "year_out_of_range",
            Self::TooManyDays { .. } => "too_many_days",
            Self::Unsupported(_) => "unsupported_kind",
            Self::KeyReused => "key_reused",
            Self::DeletedSince => "deleted_since",
            Self::TooMany(_) => "too_many",
            Self::NotProven(_) => "proof_of_work",
            Self::Inactive(_) => "over",
            Self::Begun => "begun",
            Self::TooLate { .. } => "too_late",
            Self::NotConfirmed | Self::WaitsForClient => "not_confirmed",
            Self::NotConfirmedInTime => "not_confirmed_in_time",
            Self::StatusNotNow => "status_not_now",
            Self::NoSeatsForGuests { .. } => "no_seats_for_guests",
            Self::NoSeatsOfDay => "no_seats_of_day",
            Self::SessionCancelled => "session_called_off",
            Self::SessionBegun => "session_begun",
            Self::SeatsFree => "seats_free",
            Self::NothingToWaitFor => "nothing_to_wait_for",
            Self::LargerThanSession { .. } => "larger_than_session",
            Self::AlreadyWaiting => "waits_already",
            Self::AlreadyHasSeat => "has_seat",
            Self::NothingToRemove => "nothing_to_remove",
            Self::Unblocked => "given_back",
            Self::HasAppointments => "has_appointments",
            Self::WrongLogin => "wrong_login",
            Self::OwnerExists => "owner_exists",
            Self::MailNotGivenUp => "mail_not_given_up",
            Self::Connecting(problem) => problem.code(),
            Self::ReadOnlyCalendar { .. } => "calendar_read_only",
            Self::DeletedCalendar { .. } => "calendar_deleted",
            Self::UnreadableCalendar => "calendar_unreadable",
        }
    }
}

fn inactive(status: Status) -> &'static str {
    match status {
        Status::Cancelled => "was cancelled",
        Status::NoShow => "is marked as not attended",
        _ => "is marked as invalid",
    }
}

fn seats_for_guests(left: u32) -> String {
    match left {
        0 => "No more seats are left in this session. Bring no further guests.".to_owned(),
        left => format!("{} in this session. Bring fewer guests.", seats_left(left)),
    }
}

/// The reasons why a time is not on offer to a staff member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedulingConflict {
    /// All reasons, of all hosts or of some.
    pub reasons: Vec<ExplainedReason>,
    /// Whether the staff member can override them.
    pub can_be_overridden: bool,
}

impl std::error::Error for SchedulingConflict {}

/// Formats as "This time is not on offer (Maya: has an appointment; Jonas: blocked off). …".
impl fmt::Display for SchedulingConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("This time is not on offer")?;
        for (number, why) in self.reasons.iter().enumerate() {
            f.write_str(if number == 0 { " (" } else { "; " })?;
            if let Some(host) = &why.host {
                write!(f, "{host}: ")?;
            }
            f.write_str(&why.sentence)?;
        }
        f.write_str(if self.reasons.is_empty() { "." } else { ")." })?;
        f.write_str(if self.can_be_overridden {
            " Choose another one, or take it all the same."
        } else {
            " Choose another one."
        })
    }
}
