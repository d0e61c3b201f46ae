//! The puzzle that the visitor's browser solves while they fill in the form, where the booking calendar asks for it. It is worked
//! on in slices, so that the page stays quick. Without script the form counts when it was open for some seconds.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Numbers that are tried without a break: some milliseconds' work.
const SLICE: u32 = 4_000;
/// So long after it was asked for, a challenge counts without a solution: the server's ten seconds, and one for the way.
const DELAY: Duration = Duration::from_secs(11);
/// After so long another challenge is asked for, before the server takes the first one for outdated.
const RENEW: Duration = Duration::from_mins(15);

/// What is shown instead to people without script.
const WITHOUT_SCRIPT: &str =
    "So that programs cannot book, this form counts ten seconds after it was opened.";

/// A puzzle to solve.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeText {
    /// Sent back as it is.
    pub text: String,
    /// How hard it is.
    pub bits: u32,
}

/// What is sent of a puzzle; empty where none is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProofText {
    /// The challenge.
    pub challenge: String,
    /// Its solution.
    pub solution: String,
}

/// A new challenge for the forms of a booking calendar.
#[server(BookingChallenge, prefix = "/api/fn", endpoint = "booking-challenge", input = leptos::server_fn::codec::GetUrl)]
pub async fn booking_challenge(
    /// The booking calendar's address.
    slug: String,
) -> Result<ChallengeText, AppError> {
    crate::public::offer::challenge(&slug, "")
}

/// The puzzle of one form.
#[derive(Debug, Clone, Copy)]
pub struct Puzzle {
    is_asked: bool,
    challenge: RwSignal<String>,
    solution: RwSignal<String>,
    /// The form waits for the solution.
    pub is_busy: RwSignal<bool>,
    /// Of several challenges the last one counts.
    round: StoredValue<u32>,
}

impl Puzzle {
    /// The puzzle that came with the page, if the booking calendar asks for one.
    pub fn new(challenge: Option<ChallengeText>) -> Self {
        Self {
            is_asked: challenge.is_some(),
            challenge: RwSignal::new(challenge.unwrap_or_default().text),
            solution: RwSignal::new(String::new()),
            is_busy: RwSignal::new(false),
            round: StoredValue::new(0),
        }
    }

    /// What can be sent with script: nothing until the puzzle is solved.
    pub fn proof(self) -> Option<ProofText> {
        let solution = self.solution.get();
        (!self.is_asked || !solution.is_empty()).then(|| ProofText {
            challenge: self.challenge.get(),
            solution,
        })
    }

    /// What the form sends of it, and what people without script have to know.
    pub fn fields(self) -> impl IntoView {
        self.is_asked.then(|| {
            view! {
                <input type="hidden" name="challenge" value=move || self.challenge.get()/>
                <input type="hidden" name="solution" value=move || self.solution.get()/>
                <p class="field-help without-script">{WITHOUT_SCRIPT}</p>
            }
        })
    }

    /// Asks for a challenge of its own for this form, and solves it: the page's may have come long before. If none is to be had,
    /// the page's counts by its age.
    pub fn solve(self, slug: String) {
        if !self.is_asked {
            return;
        }
        let round = self.round.get_value().wrapping_add(1);
        self.round.set_value(round);
        self.is_busy.set(true);
        spawn_local(async move {
            let challenge = booking_challenge(slug.clone()).await;
            if self.is_over(round) {
                return;
            }
            let Ok(challenge) = challenge else {
                self.is_busy.set(false);
                return;
            };
            self.solution.set(String::new());
            self.challenge.set(challenge.text.clone());
            let search = puzzle::Search::new(&challenge.text, challenge.bits);
            self.search(search, round);
            self.later(DELAY, round, move || self.is_busy.set(false));
            self.later(RENEW, round, move || self.solve(slug.clone()));
        });
    }

    fn search(self, mut search: puzzle::Search, round: u32) {
        if let Some(number) = search.go_on(SLICE) {
            self.solution.set(number);
            self.is_busy.set(false);
            return;
        }
        self.later(Duration::ZERO, round, move || self.search(search.clone(), round));
    }

    /// Does something later, unless the form is gone or has another challenge by then.
    fn later(self, wait: Duration, round: u32, act: impl Fn() + 'static) {
        set_timeout(
            move || {
                if !self.is_over(round) {
                    act();
                }
            },
            wait,
        );
    }

    fn is_over(self, round: u32) -> bool {
        self.round.try_get_value() != Some(round)
    }
}
