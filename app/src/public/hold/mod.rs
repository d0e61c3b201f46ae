//! A chosen time is held while the visitor fills in the form. Holds need script: a link that is merely opened must not keep a time from
//! others. Where the booking calendar asks for it, a puzzle is solved first, whose solution the form sends, too.

mod puzzle;
#[cfg(feature = "ssr")]
pub mod visitor;

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use puzzle::Puzzle;
pub use puzzle::{ChallengeText, ProofText};

use crate::error::AppError;

/// How long the page shows a hold; the server's hold lasts as long.
const SHOWN: Duration = Duration::from_mins(10);

/// The outcome of a request to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldAnswer {
    /// Held until this local time, formatted.
    Until(String),
    /// The visitor had no session. It exists now, so the request can be repeated.
    Again,
    /// Somebody else has the time.
    Taken,
}

/// The time that is to be held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeToHold {
    /// The booking calendar's slug.
    pub slug: String,
    /// The chosen start (RFC 3339).
    pub start: String,
    /// The visitor's zone.
    pub zone: String,
    /// The member that they want; empty for anybody.
    pub host: String,
    /// The services that they want; may be empty.
    pub visit: String,
}

/// Holds a time for the visitor.
#[server(HoldTime, prefix = "/api/fn", endpoint = "hold-time")]
pub async fn hold_time(
    /// The booking calendar's slug.
    slug: String,
    /// The chosen start (RFC 3339).
    start: String,
    /// The visitor's zone.
    zone: String,
    /// The member that they want; empty for anybody.
    host: String,
    /// The services that they want; may be empty.
    visit: String,
    /// The puzzle of the form, if there is one.
    #[server(default)]
    challenge: String,
    /// The puzzle's solution.
    #[server(default)]
    solution: String,
) -> Result<HoldAnswer, AppError> {
    let time = TimeToHold {
        slug,
        start,
        zone,
        host,
        visit,
    };
    visitor::hold(time, ProofText { challenge, solution })
        .await
        .map_err(crate::context::with_status)
}

/// Until when the time is held, and the hidden fields of the form's puzzle.
#[island]
pub fn Hold(
    /// The chosen time.
    time: TimeToHold,
    /// The puzzle of the form, if the booking calendar asks for one.
    challenge: Option<ChallengeText>,
    /// Whether the time can be held: a full session has only a waiting list.
    is_free: bool,
    /// The id of the form that books.
    form: String,
) -> impl IntoView {
    let until = RwSignal::new(None::<String>);
    let puzzle = Puzzle::new(challenge);
    let slug = time.slug.clone();
    Effect::new(move |_| puzzle.solve(slug.clone()));
    Effect::new(move |is_asked: Option<bool>| {
        let proof = puzzle.proof().filter(|_| is_free && is_asked != Some(true));
        let Some(proof) = proof else {
            return is_asked == Some(true);
        };
        let time = time.clone();
        spawn_local(async move {
            match ask(&time, &proof).await {
                Ok(HoldAnswer::Until(local)) => {
                    until.set(Some(local));
                    set_timeout(move || until.set(None), SHOWN);
                }
                // The page then says so, and offers other times.
                Ok(HoldAnswer::Taken) => drop(window().location().reload()),
                // The form also works without a hold.
                Ok(HoldAnswer::Again) | Err(_) => {}
            }
        });
        true
    });
    view! {
        <p class="held small" role="status">
            {move || until.get().map(|until| format!("Held for you until {until}"))}
        </p>
        {puzzle.fields(form)}
    }
}

async fn ask(time: &TimeToHold, proof: &ProofText) -> Result<HoldAnswer, AppError> {
    let hold = || {
        let (time, proof) = (time.clone(), proof.clone());
        hold_time(
            time.slug,
            time.start,
            time.zone,
            time.host,
            time.visit,
            proof.challenge,
            proof.solution,
        )
    };
    match hold().await {
        Ok(HoldAnswer::Again) => hold().await,
        answer => answer,
    }
}
