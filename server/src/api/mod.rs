//! The JSON API under `/api/v1` (architecture.md, "JSON API"). Errors are problem+json.

mod appointments;
mod calendars;
mod free_slots;

use axum::Router;
use axum::routing::{get, post};
use bookings::Internal;
use bookings::appointments::BookError;
use bookings::availability::SlotsError;

use crate::state::AppState;
use crate::web::problem::Problem;

/// The routes, relative to `/api/v1`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/calendars", get(calendars::list))
        .route("/calendars/{slug}/free-slots", get(free_slots::free_slots))
        .route("/calendars/{slug}/appointments", post(appointments::create))
        .fallback(|| async { Problem::not_found("There is no such address in this API.") })
}

fn fields(problems: Vec<bookings::FieldProblem>) -> Problem {
    problems.into_iter().next().map_or_else(
        || Problem::unusable("The input cannot be used."),
        |problem| Problem::field(problem.field, problem.sentence),
    )
}

fn slots_problem(error: SlotsError) -> Problem {
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

fn book_problem(error: BookError) -> Problem {
    let sentence = error.to_string();
    match error {
        BookError::Fields(problems) => fields(problems),
        BookError::CalendarNotFound => Problem::not_found(sentence),
        BookError::SlotTaken | BookError::InTheWay(_) => Problem::conflict(sentence),
        BookError::NotOffered(_) => Problem::field("start", sentence),
        BookError::Deleted => Problem::gone(
            "This key was used before, and what was booked by it has been deleted since. To book anew, use another Idempotency-Key.",
        ),
        BookError::KeyReused => Problem::field("Idempotency-Key", sentence),
        BookError::TooMany(too_many) => {
            Problem::enough(too_many.wait().as_secs().max(1).unsigned_abs(), sentence)
        }
        BookError::NotProven(_) => Problem::unusable(sentence),
        BookError::Internal(cause) => internal(&cause),
    }
}

fn internal(cause: &Internal) -> Problem {
    tracing::error!(cause = cause.cause(), "an API request failed");
    Problem::internal()
}

/// An instant as a local time with its offset, such as `2026-11-24T10:00:00-05:00`.
fn rfc3339(instant: jiff::Timestamp, zone: &zones::Zone) -> String {
    let offset = zone.rules().to_offset(instant);
    instant.display_with_offset(offset).to_string()
}
