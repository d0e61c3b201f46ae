//! The building blocks of the use cases' errors: problems with a form's fields, and failures that no form caused.

mod accounts;
mod appointments;
mod calendars;
mod kind_change;
mod logins;
mod questions;
mod services;
mod texts;
mod times;

#[cfg(test)]
mod tests;

use scheduling::RuleProblem;
use zones::UnknownZone;

pub use accounts::{AccountProblem, PasswordProblem};
pub use appointments::{GuestProblem, HostProblem, ReassignProblem, VisitProblem};
pub use calendars::CalendarProblem;
pub use kind_change::{KindConsequence, KindProblem};
pub use logins::LoginProblem;
pub use questions::{AnswerProblem, QuestionProblem};
pub use services::{ResourceProblem, ServiceProblem};
pub use texts::{TextName, TextProblem};
pub use times::TimeProblem;

/// A problem with one field of a form. Its text is that of the cause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct FieldProblem {
    /// The field's name in the form.
    pub field: &'static str,
    /// What is wrong.
    pub cause: FieldCause,
}

impl FieldProblem {
    /// Creates a problem with this field.
    pub fn new(field: &'static str, cause: impl Into<FieldCause>) -> Self {
        Self {
            field,
            cause: cause.into(),
        }
    }
}

/// What is wrong with a field. The `Display` text is a sentence for a person, with the next step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldCause {
    /// A text.
    #[error(transparent)]
    Text(#[from] TextProblem),
    /// A time.
    #[error(transparent)]
    Time(#[from] TimeProblem),
    /// A time zone.
    #[error(transparent)]
    Zone(#[from] UnknownZone),
    /// The chosen host.
    #[error(transparent)]
    Host(#[from] HostProblem),
    /// The chosen services.
    #[error(transparent)]
    Visit(#[from] VisitProblem),
    /// The guests.
    #[error(transparent)]
    Guests(#[from] GuestProblem),
    /// The answers to questions.
    #[error(transparent)]
    Answer(#[from] AnswerProblem),
    /// The hosts of a reassignment.
    #[error(transparent)]
    Reassign(#[from] ReassignProblem),
    /// A booking calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarProblem),
    /// A change of a booking calendar's kind.
    #[error(transparent)]
    Kind(#[from] KindProblem),
    /// The rules of a booking calendar.
    #[error(transparent)]
    Rule(#[from] RuleProblem),
    /// The questions of a booking calendar.
    #[error(transparent)]
    Question(#[from] QuestionProblem),
    /// A service.
    #[error(transparent)]
    Service(#[from] ServiceProblem),
    /// Rooms and equipment.
    #[error(transparent)]
    Resource(#[from] ResourceProblem),
    /// A staff account.
    #[error(transparent)]
    Account(#[from] AccountProblem),
    /// A staff member's password.
    #[error(transparent)]
    Password(#[from] PasswordProblem),
    /// The login to a calendar server.
    #[error(transparent)]
    Login(#[from] LoginProblem),
}

impl FieldCause {
    /// Returns the code of the cause, for programs. It stays the same when the sentence changes.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Text(problem) => problem.code(),
            Self::Time(problem) => problem.code(),
            Self::Zone(_) => "unknown_zone",
            Self::Host(problem) => problem.code(),
            Self::Visit(problem) => problem.code(),
            Self::Guests(problem) => problem.code(),
            Self::Answer(problem) => problem.code(),
            Self::Reassign(problem) => problem.code(),
            Self::Calendar(problem) => problem.code(),
            Self::Kind(problem) => problem.code(),
            Self::Rule(problem) => problem.code(),
            Self::Question(problem) => problem.code(),
            Self::Service(problem) => problem.code(),
            Self::Resource(problem) => problem.code(),
            Self::Account(problem) => problem.code(),
            Self::Password(problem) => problem.code(),
            Self::Login(problem) => problem.code(),
        }
    }
}

/// A failure that the form did not cause: of the database, the disk, or the random generator. The `Display` text is for people and does not
/// reveal the cause; the cause is the error's `source`, for logs.
#[derive(Debug, thiserror::Error)]
#[error("Something went wrong on our side. Try again in a moment.")]
pub struct Internal(#[source] pub Box<dyn std::error::Error + Send + Sync>);

impl Internal {
    /// Wraps a cause that has no type of its own.
    pub(crate) fn because(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into())
    }

    /// Returns the cause, for a log.
    pub fn cause(&self) -> String {
        self.0.to_string()
    }
}

impl From<store::StoreError> for Internal {
    fn from(error: store::StoreError) -> Self {
        Self(Box::new(error))
    }
}
