//! From the use cases' errors to the one error of the pages. Their sentences are written for people, so they are shown as
//! they are; what broke on our side goes to the log.

use bookings::appointments::{BookError, ChangeError};
use bookings::availability::SlotsError;
use bookings::classes::WaitError;
use bookings::mails::MailError;
use bookings::services::MenuError;
use bookings::strangers::NotProven;
use bookings::undo::UndoError;
use bookings::versions::ChangedMeanwhile;
use bookings::{FieldProblem, Internal};

use crate::context::internal;
use crate::error::{self, AppError};

/// What is wrong with the fields of a form.
pub(crate) fn fields(problems: Vec<FieldProblem>) -> AppError {
    let problems = problems.into_iter();
    AppError::Fields(
        problems
            .map(|problem| error::FieldProblem {
                field: problem.field.to_owned(),
                sentence: problem.sentence,
            })
            .collect(),
    )
}

impl From<Internal> for AppError {
    fn from(error: Internal) -> Self {
        internal(&error.cause())
    }
}

impl From<ChangedMeanwhile> for AppError {
    fn from(error: ChangedMeanwhile) -> Self {
        Self::ChangedMeanwhile(error::ChangedMeanwhile {
            sentences: error.sentences(),
            newest: error.newest,
            form: String::new(),
        })
    }
}

impl From<BookError> for AppError {
    fn from(error: BookError) -> Self {
        let sentence = error.to_string();
        match error {
            BookError::Fields(problems) => fields(problems),
            BookError::CalendarNotFound => Self::NotFound,
            BookError::SlotTaken => Self::SlotTaken(sentence),
            BookError::NotOffered(_) | BookError::InTheWay(_) | BookError::KeyReused | BookError::Deleted => {
                Self::Refused(sentence)
            }
            BookError::TooMany(_) => Self::Enough(sentence),
            BookError::NotProven(why) => why.into(),
            BookError::Internal(cause) => cause.into(),
        }
    }
}

impl From<NotProven> for AppError {
    fn from(why: NotProven) -> Self {
        match why {
            NotProven::TooEarly { .. } => Self::Refused(why.to_string()),
            NotProven::Outdated => Self::FormOutdated(why.to_string()),
        }
    }
}

impl From<MenuError> for AppError {
    fn from(error: MenuError) -> Self {
        match error {
            MenuError::Fields(problems) => fields(problems),
            MenuError::NotFound => Self::NotFound,
            MenuError::NotAllowed => Self::NotAllowed,
            MenuError::ChangedMeanwhile(changes) => changes.into(),
            MenuError::Internal(cause) => cause.into(),
        }
    }
}

impl From<MailError> for AppError {
    fn from(error: MailError) -> Self {
        match error {
            MailError::NotAllowed => Self::NotAllowed,
            MailError::NotFound => Self::Refused(error.to_string()),
            MailError::Internal(cause) => cause.into(),
        }
    }
}

impl From<UndoError> for AppError {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::NotAllowed => Self::NotAllowed,
            UndoError::Internal(cause) => cause.into(),
        }
    }
}

impl From<WaitError> for AppError {
    fn from(error: WaitError) -> Self {
        let sentence = error.to_string();
        match error {
            WaitError::Fields(problems) => fields(problems),
            WaitError::NotFull | WaitError::AlreadyWaiting | WaitError::NotOffered(_) => {
                Self::Refused(sentence)
            }
            WaitError::TooMany(_) => Self::Enough(sentence),
            WaitError::NotProven(why) => why.into(),
            WaitError::Internal(cause) => cause.into(),
        }
    }
}

impl From<ChangeError> for AppError {
    fn from(error: ChangeError) -> Self {
        let sentence = error.to_string();
        match error {
            ChangeError::Fields(problems) => fields(problems),
            ChangeError::NotFound => Self::NotFound,
            ChangeError::NotAllowed => Self::NotAllowed,
            ChangeError::SlotTaken => Self::SlotTaken(sentence),
            ChangeError::NotOffered(_)
            | ChangeError::InTheWay(_)
            | ChangeError::TooLate(_)
            | ChangeError::AlreadyOver(_) => Self::Refused(sentence),
            ChangeError::ChangedMeanwhile(changes) => changes.into(),
            ChangeError::Internal(cause) => cause.into(),
        }
    }
}

impl From<SlotsError> for AppError {
    fn from(error: SlotsError) -> Self {
        let sentence = error.to_string();
        match error {
            SlotsError::CalendarNotFound => Self::NotFound,
            SlotsError::NotAllowed => Self::NotAllowed,
            SlotsError::Host(_) | SlotsError::Range(_) | SlotsError::Unsupported(_) => {
                Self::Refused(sentence)
            }
            SlotsError::Internal(cause) => cause.into(),
        }
    }
}
