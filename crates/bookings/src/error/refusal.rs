//! What is refused by a rule or by another system.

use std::fmt;

use scheduling::{Span, UnsupportedKind};
use store::AppointmentStatus as Status;

use super::connecting::ConnectProblem;
use super::taken::seats_left;
use crate::reasons::Why;
use crate::strangers::{NotProven, TooMany};
use crate::validate::YEARS;

/// Why something is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The time has passed.
    #[error("This time has passed already. Choose a later one.")]
    Past,
    /// The time is sooner than the minimum notice.
    #[error("This time is too soon. Choose a later one.")]
    TooSoon,
    /// The day is outside the dates that can be booked.
    #[error("This day cannot be booked. Choose another day.")]
    DayNotBookable,
    /// The grid has no such start.
    #[error("Appointments do not start at this time. Choose one of the times on the booking page.")]
    NoStart,
    /// The time is not one that is offered, for another reason.
    #[error("This time is not on offer. Choose one of the times on the booking page.")]
    NotOffered,
    /// A staff member may know everything that is in the way, and may be able to have the time all the same.
    #[error(transparent)]
    InTheWay(#[from] InTheWay),
    /// The member who is to take an appointment over has something else to do.
    #[error("This person is not free then. Choose somebody else.")]
    PersonNotFree,
    /// A question for days whose last is before their first.
    #[error("The last day is before the first. Ask for at least one day.")]
    LastDayFirst,
    /// A question for too many days, or for days too far away.
    #[error("Ask for at most {most} days at a time, between {} and {}.", YEARS.start(), YEARS.end())]
    TooManyDays {
        /// So many can be asked for.
        most: i32,
    },
    /// A kind of booking calendar that has no times.
    #[error(transparent)]
    Unsupported(#[from] UnsupportedKind),
    /// The idempotency key came before with another request.
    #[error("This request was sent before with other details. Send it again as a new one.")]
    KeyReused,
    /// The idempotency key came before, and what was booked by it is deleted.
    #[error("This booking was made before, and it has been deleted since. Load the page again to book anew.")]
    DeletedSince,
    /// Too much came from where this comes from.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The booking calendar asks strangers for the solution of a puzzle.
    #[error(transparent)]
    NotProven(#[from] NotProven),

    /// The appointment does not take place.
    #[error("This appointment {}, so it cannot be changed. Book a new one.", over(*.0))]
    Over(Status),
    /// The appointment has begun.
    #[error("This appointment has begun or is over, so it cannot be changed any more.")]
    Begun,
    /// The cut-off for changes has passed.
    #[error(
        "It is too late to change this appointment here: that was possible until {cutoff} before it. Please contact us."
    )]
    TooLate {
        /// So long before it a change was possible.
        cutoff: Span,
    },
    /// The client has to confirm it first.
    #[error(
        "This booking is not confirmed yet. Confirm it by the link in the mail that was sent to its address first."
    )]
    NotConfirmed,
    /// The same, told to staff.
    #[error(
        "The client has not confirmed this booking by mail yet. Confirm it yourself first, or decline it."
    )]
    WaitsForClient,
    /// It was not confirmed in time.
    #[error("This booking was not confirmed in time, so its time is free again. Book it anew.")]
    NotConfirmedInTime,
    /// The status does not follow the present one.
    #[error(
        "An appointment cannot be given this status now. Whether the client came is known when it has begun."
    )]
    StatusNotNow,

    /// There are too few seats for further guests.
    #[error("{}", seats_for_guests(*.left))]
    NoSeatsForGuests {
        /// The seats that are left.
        left: u32,
    },
    /// The day has too few seats for further guests.
    #[error("This day has as many seats as it may have. Bring fewer guests.")]
    NoSeatsOfDay,
    /// The session was called off.
    #[error("This session was called off, so nobody can take part in it. Book another one.")]
    SessionCalledOff,
    /// The session has begun.
    #[error("This session has begun or is over, so it cannot be called off any more.")]
    SessionBegun,
    /// Nobody has to wait.
    #[error("There are free seats now. Book them instead of waiting.")]
    SeatsFree,
    /// No full session to wait for.
    #[error("There is no full session at this time to wait for. Choose another one.")]
    NothingToWaitFor,
    /// The group is larger than a session.
    #[error("A session has {seats} seats in all. Bring fewer guests.")]
    LargerThanSession {
        /// Its seats.
        seats: u32,
    },
    /// The address waits.
    #[error("This address is on the waiting list of this session already.")]
    WaitsAlready,
    /// The address has a seat.
    #[error("This address has a seat in this session already. For more seats, please contact us.")]
    HasSeat,

    /// Of a deleted appointment no event is left.
    #[error("Nothing of this appointment is left to be removed. Load the page again.")]
    NothingToRemove,
    /// Blocked-off time is not blocked off any more.
    #[error("This time was given back, so it is not blocked off any more. Block it off anew.")]
    GivenBack,

    /// The booking calendar has appointments, which would go with it.
    #[error("This booking calendar has appointments, so it cannot be deleted. Switch it off instead.")]
    HasAppointments,

    /// Address or password is wrong; which of both is not said.
    #[error("This email address and password do not belong together. Check both, then try again.")]
    WrongLogin,
    /// The first visit is over.
    #[error("This workspace has an owner already. Sign in instead.")]
    OwnerExists,
    /// The mail is none, or none any more, that was given up.
    #[error("This mail is under way again, or what it was about is gone. Look at the list as it is now.")]
    MailNotGivenUp,

    /// The calendar server did not do what it was asked for.
    #[error(transparent)]
    Connecting(#[from] ConnectProblem),
    /// Appointments cannot be written to the calendar.
    #[error(
        "{place} lets you only read this calendar, so appointments cannot be written to it. Choose one of your own."
    )]
    ReadOnlyCalendar {
        /// How its server is called.
        place: String,
    },
    /// The calendar was deleted on its server.
    #[error("This calendar was deleted in {place}. Choose another one.")]
    DeletedCalendar {
        /// How its server is called.
        place: String,
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
            Self::InTheWay(_) => "in_the_way",
            Self::PersonNotFree => "person_not_free",
            Self::LastDayFirst => "last_day_first",
            Self::TooManyDays { .. } => "too_many_days",
            Self::Unsupported(_) => "unsupported_kind",
            Self::KeyReused => "key_reused",
            Self::DeletedSince => "deleted_since",
            Self::TooMany(_) => "too_many",
            Self::NotProven(_) => "proof_of_work",
            Self::Over(_) => "over",
            Self::Begun => "begun",
            Self::TooLate { .. } => "too_late",
            Self::NotConfirmed | Self::WaitsForClient => "not_confirmed",
            Self::NotConfirmedInTime => "not_confirmed_in_time",
            Self::StatusNotNow => "status_not_now",
            Self::NoSeatsForGuests { .. } => "no_seats_for_guests",
            Self::NoSeatsOfDay => "no_seats_of_day",
            Self::SessionCalledOff => "session_called_off",
            Self::SessionBegun => "session_begun",
            Self::SeatsFree => "seats_free",
            Self::NothingToWaitFor => "nothing_to_wait_for",
            Self::LargerThanSession { .. } => "larger_than_session",
            Self::WaitsAlready => "waits_already",
            Self::HasSeat => "has_seat",
            Self::NothingToRemove => "nothing_to_remove",
            Self::GivenBack => "given_back",
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

fn over(status: Status) -> &'static str {
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

/// Why a person cannot be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HostProblem {
    /// They are no member of the booking calendar.
    #[error("This person cannot be booked here any more. Choose somebody else, or anybody.")]
    NoMember,
    /// The kind of the booking calendar decides who takes part.
    #[error("Who takes part cannot be chosen in this booking calendar. Leave the person out.")]
    NoChoice,
}

/// Why a visit cannot be made of what was chosen from a menu.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VisitProblem {
    /// Nothing was chosen.
    #[error("Choose at least one service first.")]
    Nothing,
    /// Too much was chosen.
    #[error("Choose at most {most} services for one visit.")]
    TooMany {
        /// So much can be chosen.
        most: usize,
    },
    /// A service is not on the menu.
    #[error("A service that you chose is not offered any more. Choose again.")]
    NotOnTheMenu,
    /// The person who was chosen for a service does not do it.
    #[error("“{service}” is not done by the person you chose any more. Choose somebody else, or anyone.")]
    NotDoneByThem {
        /// Its name.
        service: String,
    },
}

/// A time that a staff member wants is not on offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InTheWay {
    /// Everything that is in the way, of all or of some.
    pub reasons: Vec<Why>,
    /// Whether they can have it all the same.
    pub can_be_overridden: bool,
}

impl std::error::Error for InTheWay {}

/// "This time is not on offer (Maya: has an appointment; Jonas: blocked off). …"
impl fmt::Display for InTheWay {
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
