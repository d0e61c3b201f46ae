//! Health checks for load balancers and service managers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::StatusCode;
use bookings::Quince;
use store::StoreError;
use tokio::sync::Mutex;

type Answer = (StatusCode, &'static str);

/// `/livez`: the process responds.
pub async fn live() -> &'static str {
    "ok"
}

/// Within this time a writer must get its turn; otherwise nobody can book.
const TURN: Duration = Duration::from_millis(1200);
/// Time limit of the whole check. Load balancers usually wait for two seconds.
const WHOLE: Duration = Duration::from_millis(1600);
/// The database is checked at most once in this time, however many requests come.
const AGAIN: Duration = Duration::from_secs(1);

/// The last result, with its time.
#[derive(Clone, Default)]
pub struct Readiness(Arc<Mutex<Option<(Instant, Answer)>>>);

/// `/readyz`: the database responds and accepts writes. Failing mail is reported, too.
pub async fn ready(State(quince): State<Quince>, State(readiness): State<Readiness>) -> Answer {
    const LATE: Answer = (
        StatusCode::SERVICE_UNAVAILABLE,
        "the database does not answer in time",
    );
    // Concurrent requests wait for one check, which goes on if its client disconnects.
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
    // Failing mail does not stop bookings, so it is no reason to take this server out of rotation.
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
