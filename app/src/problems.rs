//! Maps the use cases' error to that of the pages. Its sentences are written for people and shown as they are; internal causes go to
//! the log.

use bookings::strangers::NotProven;
use bookings::versions::ChangedMeanwhile;
use bookings::{Error, FieldProblem, Internal, Refusal};

use crate::context::internal;
use crate::error::{self, AppError};

impl From<Error> for AppError {
    fn from(error: Error) -> Self {
        let sentence = error.to_string();
        match error {
            Error::Fields(problems) => fields(problems),
            Error::NotFound(_) => Self::NotFound,
            Error::NotAllowed(_) => Self::NotAllowed,
            Error::SlotTaken { .. } => Self::SlotTaken(sentence),
            Error::Refused(Refusal::TooMany(_)) => Self::Enough(sentence),
            Error::Refused(Refusal::NotProven(NotProven::Outdated)) => Self::FormOutdated(sentence),
            Error::Refused(_) => Self::Refused(sentence),
            Error::Conflict(changes) => changed(&changes),
            Error::Internal(cause) => cause.into(),
        }
    }
}

impl From<Internal> for AppError {
    fn from(error: Internal) -> Self {
        internal(&error.cause())
    }
}

fn fields(problems: Vec<FieldProblem>) -> AppError {
    let problems = problems.into_iter();
    AppError::Fields(
        problems
            .map(|problem| error::FieldProblem::new(problem.field, problem.cause))
            .collect(),
    )
}

fn changed(changes: &ChangedMeanwhile) -> AppError {
    AppError::ChangedMeanwhile(error::ChangedMeanwhile {
        sentences: changes.sentences(),
        newest: changes.newest,
        form: String::new(),
    })
}
