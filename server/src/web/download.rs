//! The client's appointment as a calendar file.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bookings::{Error, Quince};

/// Handles `/manage/{token}/appointment.ics`.
pub async fn appointment(State(quince): State<Quince>, Path(token): Path<String>) -> Response {
    match bookings::appointments::ics(&quince, &token).await {
        Ok(text) => {
            let headers = [
                (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
                (
                    header::CONTENT_DISPOSITION,
                    "attachment; filename=\"appointment.ics\"",
                ),
            ];
            (headers, text).into_response()
        }
        Err(Error::Internal(cause)) => {
            tracing::error!(cause = cause.cause(), "a calendar file could not be made");
            (
                StatusCode::INTERNAL_SERVER_ERROR,
                "The file could not be made. Try again in a moment.",
            )
                .into_response()
        }
        Err(error) => (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    }
}
