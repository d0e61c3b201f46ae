//! A chosen time is held while the visitor fills in the form. Holds need script: a link that is merely opened must not keep a time from
//! others.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use super::puzzle::ProofText;
use crate::error::AppError;
use crate::public::slot_picker::PickerQuery;

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
    let proof = ProofText { challenge, solution };
    super::visitor::hold(slug, &start, &zone, &host, &visit, proof)
        .await
        .map_err(crate::context::with_status)
}

/// The visitor's hold. It lives as long as the page.
#[derive(Debug, Clone, Copy)]
pub struct HoldStatus {
    /// The local time until which it lasts, formatted.
    pub until: RwSignal<Option<String>>,
    requested: StoredValue<Option<PickerQuery>>,
    taken: Callback<()>,
}

impl HoldStatus {
    /// No hold. `taken` is called when somebody else has the requested time.
    pub fn new(taken: Callback<()>) -> Self {
        Self {
            until: RwSignal::new(None),
            requested: StoredValue::new(None),
            taken,
        }
    }

    /// Requests a hold of the time in the address, once per time. The form also works without a hold.
    pub fn request(self, slug: String, zone: String, query: PickerQuery, proof: ProofText) {
        if self
            .requested
            .with_value(|requested| requested.as_ref() == Some(&query))
        {
            return;
        }
        self.requested.set_value(Some(query.clone()));
        self.until.set(None);
        let (start, host) = (
            query.start.clone().unwrap_or_default(),
            query.host.clone().unwrap_or_default(),
        );
        let visit = query.visit.clone().unwrap_or_default();
        spawn_local(async move {
            let hold = || {
                hold_time(
                    slug.clone(),
                    start.clone(),
                    zone.clone(),
                    host.clone(),
                    visit.clone(),
                    proof.challenge.clone(),
                    proof.solution.clone(),
                )
            };
            let answer = match hold().await {
                Ok(HoldAnswer::Again) => hold().await,
                answer => answer,
            };
            // Another time may have been chosen meanwhile, or the page closed.
            let is_current = self
                .requested
                .try_with_value(|requested| requested.as_ref() == Some(&query));
            match answer {
                _ if is_current != Some(true) => {}
                Ok(HoldAnswer::Until(until)) => {
                    self.until.set(Some(until));
                    set_timeout(move || drop(self.until.try_set(None)), SHOWN);
                }
                Ok(HoldAnswer::Taken) => self.taken.run(()),
                Ok(HoldAnswer::Again) | Err(_) => {}
            }
        });
    }
}
