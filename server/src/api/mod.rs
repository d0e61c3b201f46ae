//! The JSON API under `/api/v1` (README, "For programs"). Errors are problem+json.

mod appointments;
mod calendars;
mod free_slots;
mod inputs;
mod instants;
mod problems;

use axum::Router;
use axum::routing::{get, post};

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
