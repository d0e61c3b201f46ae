//! What the use cases' errors are to programs.

use bookings::Internal;
use bookings::appointments::BookError;
use bookings::availability::SlotsError;

use crate::web::problem::Problem;

fn fields(problems: Vec<bookings::FieldProblem>) -> Problem {
    problems.into_iter().next().map_or_else(
        || Problem::unusable("The input cannot be used."),
        |problem| Problem::field(problem.field, problem.sentence),
    )
}

pub(super) fn slots_problem(error: SlotsError) -> Problem {
    let sentence = error.to_string();
    match error {
        SlotsError::CalendarNotFound => Problem::not_found(sentence),
        SlotsError::Host(_) => Problem::field("userId", sentence),
        SlotsError::Unsupported(_) => Problem::unusable(sentence),
        SlotsError::NotAllowed => Problem::forbidden(sentence),
        SlotsError::Range(_) => Problem::field("startDate", sentence),
        SlotsError::Internal(cause) => internal(&cause),
    }
}

pub(super) fn book_problem(error: BookError) -> Problem {
    let sentence = error.to_string();
    match error {
        BookError::Fields(problems) => fields(problems),
        BookError::CalendarNotFound => Problem::not_found(sentence),
        BookError::SlotTaken | BookError::InTheWay(_) => Problem::conflict(sentence),
        BookError::NotOffered(_) => Problem::field("start", sentence),
        BookError::KeyReused => Problem::field("Idempotency-Key", sentence),
        BookError::TooMany(too_many) => {
            Problem::enough(too_many.wait().as_secs().max(1).unsigned_abs(), sentence)
        }
        BookError::NotProven(_) => Problem::unusable(sentence),
        BookError::Internal(cause) => internal(&cause),
    }
}

pub(super) fn internal(cause: &Internal) -> Problem {
    tracing::error!(cause = cause.cause(), "an API request failed");
    Problem::internal()
}
