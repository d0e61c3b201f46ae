//! What the use cases' errors mean for a page.

use bookings::accounts::AccountError;
use bookings::booking_calendars::CalendarError;
use bookings::configuration::ConfigurationError;
use bookings::connections::ConnectError;
use bookings::profile::ProfileError;

use crate::error::{AppError, FieldProblem};
use crate::problems::fields;

impl From<AccountError> for AppError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Fields(problems) => fields(problems),
            AccountError::NotAllowed => Self::NotAllowed,
            AccountError::NotFound => Self::NotFound,
            AccountError::ChangedMeanwhile(changes) => changes.into(),
            AccountError::Internal(cause) => cause.into(),
            AccountError::WrongPassword => Self::field("current", error.to_string()),
            AccountError::WrongLogin | AccountError::OwnerExists => Self::Refused(error.to_string()),
        }
    }
}

impl From<ProfileError> for AppError {
    fn from(error: ProfileError) -> Self {
        match error {
            ProfileError::Fields(problems) => fields(problems),
            ProfileError::NotFound => Self::NotFound,
            ProfileError::ChangedMeanwhile(changes) => changes.into(),
            ProfileError::Internal(cause) => cause.into(),
        }
    }
}

impl From<ConnectError> for AppError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Fields(problems) => fields(problems),
            ConnectError::NotFound => Self::NotFound,
            ConnectError::Internal(cause) => cause.into(),
            // A sentence about the login as a whole stands above the form, once.
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<ConfigurationError> for AppError {
    fn from(error: ConfigurationError) -> Self {
        match error {
            ConfigurationError::Fields(problems) => fields(problems),
            ConfigurationError::NotFound => Self::NotFound,
            ConfigurationError::Internal(cause) => cause.into(),
            other => Self::Refused(other.to_string()),
        }
    }
}

impl From<CalendarError> for AppError {
    fn from(error: CalendarError) -> Self {
        match error {
            // The editor's fields are members of one argument.
            CalendarError::Fields(problems) => Self::Fields(
                problems
                    .into_iter()
                    .map(|problem| FieldProblem {
                        field: format!("calendar[{}]", problem.field),
                        sentence: problem.sentence,
                    })
                    .collect(),
            ),
            CalendarError::NotFound => Self::NotFound,
            CalendarError::NotAllowed => Self::NotAllowed,
            CalendarError::ChangedMeanwhile(changes) => changes.into(),
            CalendarError::HasAppointments => Self::Refused(error.to_string()),
            CalendarError::Internal(cause) => cause.into(),
        }
    }
}
