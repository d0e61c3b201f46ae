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

/// `/readyz`: the database answers, and can be written to. That mails do not go out is said, too.
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
    // People can book all the same, so that this is no reason to take their requests elsewhere.
    match bookings::mails::trouble(&quince).await {
        Ok(None) => (StatusCode::OK, "ok"),
        Ok(Some(_)) => (
            StatusCode::OK,
            "ok, but mails are not being sent: the log says why",
        ),
        Err(error) => {
            tracing::error!(cause = %error.cause(), "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer")
        }
    }
}
