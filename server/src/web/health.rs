//! For load balancers and service managers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use bookings::Quince;
use store::StoreError;
use tokio::sync::Mutex;

type Answer = (StatusCode, &'static str);

/// `/livez`: the process answers.
pub async fn live() -> &'static str {
    "ok"
}

/// Whoever wants to write gets their turn within this time, or nobody can book.
const TURN: Duration = Duration::from_millis(1200);
/// Load balancers are answered within two seconds.
const WHOLE: Duration = Duration::from_millis(1600);
/// However many ask, the database is asked once in this time.
const AGAIN: Duration = Duration::from_secs(1);

/// What was found when somebody asked last, and when.
#[derive(Clone, Default)]
pub struct Readiness(Arc<Mutex<Option<(Instant, Answer)>>>);

/// `/readyz`: the database answers, and takes what is written. That mails do not go out is said, too.
pub async fn ready(State(quince): State<Quince>, State(readiness): State<Readiness>) -> Answer {
    const LATE: Answer = (
        StatusCode::SERVICE_UNAVAILABLE,
        "the database does not answer in time",
    );
    // One looks while the others wait; whoever hangs up does not stop the look.
    let looked = tokio::spawn(async move {
        let mut last = readiness.0.lock_owned().await;
        if let Some((when, answer)) = *last
            && when.elapsed() < AGAIN
        {
            return answer;
        }
        let answer = tokio::time::timeout(WHOLE, look(&quince))
            .await
            .unwrap_or_else(|_| {
                tracing::error!("the database does not answer in time");
                LATE
            });
        *last = Some((Instant::now(), answer));
        answer
    });
    looked.await.unwrap_or(LATE)
}

async fn look(quince: &Quince) -> Answer {
    if let Err(error) = quince.store().can_write(TURN, quince.now()).await {
        let words = match error {
            StoreError::Key(_) => "the secret key was changed: restart this process with the new one",
            _ => "the database cannot be written to",
        };
        tracing::error!(%error, "{words}");
        return (StatusCode::SERVICE_UNAVAILABLE, words);
    }
    // People can book all the same, so that this is no reason to take their requests elsewhere.
    match bookings::mails::trouble(quince).await {
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
