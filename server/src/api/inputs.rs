//! Inputs of the API that cannot be read.

use bookings::services::InvalidChoice;
use zones::UnknownZone;

use crate::web::problem::Problem;

/// Why an input cannot be read. The text is a sentence with the next step.
#[derive(Debug, thiserror::Error)]
pub(super) enum InputProblem {
    /// The `Idempotency-Key` is missing or too short.
    #[error(
        "Send an Idempotency-Key header of at least {least} characters, such as a new UUID, so that a repeated request books \
         once."
    )]
    ShortKey {
        /// Minimum number of characters.
        least: usize,
    },
    /// The zone is unknown.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    /// The start is not an instant.
    #[error("start must be an instant such as 2026-11-24T10:00:00-05:00.")]
    NotAnInstant,
    /// A day is neither a date nor an instant.
    #[error("{0} must be a date such as 2026-11-24, or milliseconds since 1970.")]
    NotADay(&'static str),
    /// The member is not an id.
    #[error("userId is not the id of a staff member.")]
    NotAMember,
    /// The same of a query, where the member can be left out.
    #[error("userId is not the id of a staff member. Leave it out to ask for everybody.")]
    NotAMemberToAsk,
    /// A chosen service is not written as one.
    #[error(transparent)]
    Service(#[from] InvalidChoice),
}

impl InputProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::ShortKey { .. } => "short_key",
            Self::Zone(_) => "unknown_zone",
            Self::NotAnInstant => "not_an_instant",
            Self::NotADay(_) => "not_a_day",
            Self::NotAMember | Self::NotAMemberToAsk => "not_a_staff_id",
            Self::Service(_) => "not_a_service_choice",
        }
    }

    /// The answer that names the input.
    pub(super) fn at(self, field: &'static str) -> Problem {
        Problem::field(field, self.to_string()).coded(self.code())
    }
}
