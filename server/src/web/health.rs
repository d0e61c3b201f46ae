//! For load balancers and service managers.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use bookings::Quince;

/// `/livez`: the process answers.
pub async fn live() -> &'static str {
    "ok"
}

/// Whoever wants to write gets their turn within this time, or nobody can book.
const TURN: Duration = Duration::from_secs(2);

/// `/readyz`: the database answers, and can be written to.
pub async fn ready(State(quince): State<Quince>) -> (StatusCode, &'static str) {
    if let Err(error) = quince.store().ping().await {
        tracing::error!(%error, "the database does not answer");
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer");
    }
    if let Err(error) = quince.store().can_write(TURN).await {
        tracing::error!(%error, "the database cannot be written to");
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database cannot be written to",
        );
    }
    (StatusCode::OK, "ok")
}
