//! A chosen time is held while its visitor fills in the form. It takes script: no link and no page that is merely looked at
//! may keep a time from others.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use super::puzzle::ProofText;
use crate::error::AppError;
use crate::public::choose::Ask;

/// Ten minutes, after which the page no longer says that a time is held.
const SHOWN: Duration = Duration::from_mins(10);

/// What came of a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldAnswer {
    /// It is held until this time of day, in the visitor's zone and words.
    Until(String),
    /// The visitor was not known yet; they are when they ask again.
    Again,
    /// Somebody else has it.
    Taken,
}

/// Holds a time for the visitor.
#[server(HoldTime, prefix = "/api/fn", endpoint = "hold-time")]
pub async fn hold_time(
    /// The booking calendar's address.
    slug: String,
    /// The chosen instant, RFC 3339.
    start: String,
    /// The visitor's zone.
    zone: String,
    /// The member whom they want; empty for anybody.
    host: String,
    /// What they want from a menu; may be empty.
    visit: String,
    /// The puzzle that the form came with, where one is asked for.
    #[server(default)]
    challenge: String,
    /// Its solution.
    #[server(default)]
    solution: String,
) -> Result<HoldAnswer, AppError> {
    let proof = ProofText { challenge, solution };
    crate::public::offer::hold(slug, &start, &zone, &host, &visit, proof)
        .await
        .map_err(crate::context::with_status)
}

/// What the visitor holds. It lives as long as the page.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    /// Until when, in words.
    pub until: RwSignal<Option<String>>,
    asked: StoredValue<Option<Ask>>,
    taken: Callback<()>,
}

impl Held {
    /// Nothing yet. Somebody else having a time is told to `taken`.
    pub fn new(taken: Callback<()>) -> Self {
        Self {
            until: RwSignal::new(None),
            asked: StoredValue::new(None),
            taken,
        }
    }

    /// Asks for the time that an address names, once. If no hold is to be had, the form works as well.
    pub fn ask(self, slug: String, zone: String, ask: Ask, proof: ProofText) {
        if self.asked.with_value(|asked| asked.as_ref() == Some(&ask)) {
            return;
        }
        self.asked.set_value(Some(ask.clone()));
        self.until.set(None);
        let (start, host) = (
            ask.start.clone().unwrap_or_default(),
            ask.host.clone().unwrap_or_default(),
        );
        let visit = ask.visit.clone().unwrap_or_default();
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
            // Meanwhile another time may be chosen, or the page left.
            let is_asked = self.asked.try_with_value(|asked| asked.as_ref() == Some(&ask));
            match answer {
                _ if is_asked != Some(true) => {}
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
