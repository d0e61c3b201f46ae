//! Mapping the use cases' errors to problems of the API.

use bookings::{Error, Internal, Refusal};

use crate::web::problem::Problem;

/// What an error of a use case is to whoever asked, who is not known: nobody learns what a host does when they are busy.
pub(super) fn problem(error: Error) -> Problem {
    let (sentence, cause) = (error.to_string(), error.code());
    match error {
        Error::Fields(problems) => problems.into_iter().next().map_or_else(
            || Problem::unusable(sentence),
            |problem| Problem::field(input(problem.field), problem.to_string()).coded(problem.cause.code()),
        ),
        Error::NotFound(_) => Problem::not_found(sentence).because(cause),
        Error::NotAllowed(_) => Problem::forbidden(sentence).because(cause),
        Error::SlotTaken { by, preserved } => {
            let told = Error::SlotTaken {
                by: by.to_strangers(),
                preserved,
            };
            Problem::conflict(sentence).because(told.code())
        }
        Error::Refused(refusal) => refused(&refusal, sentence).because(cause),
        Error::Conflict(_) => Problem::conflict(sentence).because(cause),
        Error::Internal(cause) => internal(&cause),
    }
}

/// A rule says no: with the input that it is about, if it is about one.
fn refused(refusal: &Refusal, sentence: String) -> Problem {
    match refusal {
        Refusal::TooMany(too_many) => {
            Problem::enough(too_many.wait().as_secs().max(1).unsigned_abs(), sentence)
        }
        Refusal::DeletedSince => Problem::gone(
            "This key was used before, and what was booked by it has been deleted since. To book anew, use another Idempotency-Key.",
        ),
        Refusal::KeyReused => Problem::field("Idempotency-Key", sentence),
        Refusal::Past
        | Refusal::TooSoon
        | Refusal::DayNotBookable
        | Refusal::NoStart
        | Refusal::NotOffered => Problem::field("start", sentence),
        Refusal::YearOutOfRange => Problem::field("startDate", sentence),
        Refusal::LastDayBeforeFirst | Refusal::TooManyDays { .. } => Problem::field("endDate", sentence),
        Refusal::Unsupported(_) => Problem::field("services", sentence),
        Refusal::SchedulingConflict(_) => Problem::conflict(sentence),
        _ => Problem::unusable(sentence),
    }
}

/// How this API calls what a use case calls so.
fn input(field: &'static str) -> &'static str {
    match field {
        "host" => "userId",
        "idempotency_key" => "Idempotency-Key",
        other => other,
    }
}

pub(super) fn internal(cause: &Internal) -> Problem {
    tracing::error!(cause = cause.cause(), "an API request failed");
    Problem::internal()
}
