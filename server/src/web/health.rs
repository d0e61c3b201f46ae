//! For load balancers and service managers.

use axum::extract::State;
use axum::http::StatusCode;
use bookings::Quince;

/// `/livez`: the process answers.
pub async fn live() -> &'static str {
    "ok"
}

/// `/readyz`: the database answers, too.
pub async fn ready(State(quince): State<Quince>) -> (StatusCode, &'static str) {
    match quince.store().ping().await {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
