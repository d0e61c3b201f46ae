//! Why something could not be booked or changed.

use crate::availability::HostProblem;
use crate::placement::PlacementError;
use crate::placement::overrides::InTheWay;
use crate::problem::{FieldProblem, Internal, first_sentence};
use crate::retry::passing_by_internal;
use crate::strangers::{NotProven, TooMany};
use crate::versions::ChangedMeanwhile;

/// Why a booking was not made.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// Something in the form is not right.
    #[error("{}", first_sentence(.0))]
    Fields(Vec<FieldProblem>),
    /// No active booking calendar has this address.
    #[error("This booking page does not exist, or it takes no bookings at the moment.")]
    CalendarNotFound,
    /// Somebody else, or an event in the host's calendar, took the time meanwhile.
    #[error("This time was taken just now. Choose another one; what you typed is kept.")]
    SlotTaken,
    /// The time is not one that is offered; the sentence says why.
    #[error("{0}")]
    NotOffered(String),
    /// The same for a staff member, who may know everything that is in the way, and may be able to have it all the same.
    #[error(transparent)]
    InTheWay(#[from] InTheWay),
    /// The idempotency key came before with another request.
    #[error("This request was sent before with other details. Send it again as a new one.")]
    KeyReused,
    /// The idempotency key came before, and what was booked by it is deleted.
    #[error("This booking was made before, and it has been deleted since. Load the page again to book anew.")]
    Deleted,
    /// Too much came from where this comes from.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// The booking calendar asks strangers for the solution of a puzzle.
    #[error(transparent)]
    NotProven(#[from] NotProven),
    /// Something broke on our side.
    #[error(transparent)]
    Internal(#[from] Internal),
}

/// Why an appointment could not be shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Something in the form is not right.
    #[error("{}", first_sentence(.0))]
    Fields(Vec<FieldProblem>),
    /// There is no such appointment, or the link is wrong or has expired.
    #[error(
        "This appointment does not exist, or the link has expired. Check that the whole link was copied."
    )]
    NotFound,
    /// It is another staff member's appointment.
    #[error("This is another person's appointment. Ask them, or an admin of your team.")]
    NotAllowed,
    /// Somebody else, or an event in the host's calendar, took the time meanwhile.
    #[error("This time was taken just now. Choose another one; your appointment is unchanged.")]
    SlotTaken,
    /// The time is not one that is offered; the sentence says why.
    #[error("{0}")]
    NotOffered(String),
    /// The same for a staff member, who may know everything that is in the way, and may be able to have it all the same.
    #[error(transparent)]
    InTheWay(#[from] InTheWay),
    /// The cut-off for changes has passed.
    #[error("{0}")]
    TooLate(String),
    /// The appointment's status does not allow the change.
    #[error("{0}")]
    AlreadyOver(String),
    /// Somebody changed it since its form was made.
    #[error(transparent)]
    ChangedMeanwhile(#[from] ChangedMeanwhile),
    /// Something broke on our side.
    #[error(transparent)]
    Internal(#[from] Internal),
}

passing_by_internal!(BookError, ChangeError);

impl PlacementError for BookError {
    fn taken() -> Self {
        Self::SlotTaken
    }

    fn not_offered(sentence: String) -> Self {
        Self::NotOffered(sentence)
    }

    fn is_taken(&self) -> bool {
        matches!(self, Self::SlotTaken)
    }
}

impl PlacementError for ChangeError {
    fn taken() -> Self {
        Self::SlotTaken
    }

    fn not_offered(sentence: String) -> Self {
        Self::NotOffered(sentence)
    }

    fn is_taken(&self) -> bool {
        matches!(self, Self::SlotTaken)
    }
}

impl From<store::StoreError> for BookError {
    fn from(error: store::StoreError) -> Self {
        match error {
            store::StoreError::SlotTaken => Self::SlotTaken,
            other => Self::Internal(other.into()),
        }
    }
}

impl From<store::StoreError> for ChangeError {
    fn from(error: store::StoreError) -> Self {
        match error {
            store::StoreError::SlotTaken => Self::SlotTaken,
            other => Self::Internal(other.into()),
        }
    }
}

impl From<HostProblem> for BookError {
    fn from(problem: HostProblem) -> Self {
        Self::Fields(vec![FieldProblem::new("host", problem.to_string())])
    }
}

impl From<Vec<FieldProblem>> for BookError {
    fn from(problems: Vec<FieldProblem>) -> Self {
        Self::Fields(problems)
    }
}

impl From<Vec<FieldProblem>> for ChangeError {
    fn from(problems: Vec<FieldProblem>) -> Self {
        Self::Fields(problems)
    }
}
