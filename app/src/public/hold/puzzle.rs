//! The puzzle that the browser solves while the visitor fills in the form. It runs in slices that keep the page responsive. Without script
//! the form is accepted once it is some seconds old.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Numbers tried in one slice, which takes some milliseconds.
const SLICE: u32 = 4_000;
/// The age at which a puzzle is accepted without a solution: the server's ten seconds, and one for transmission.
const DELAY: Duration = Duration::from_secs(11);
/// The age at which a new puzzle is requested, before the server rejects the old one.
const RENEW: Duration = Duration::from_mins(15);

/// A puzzle to solve.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChallengeText {
    /// The opaque text that is sent back.
    pub text: String,
    /// Its difficulty in bits.
    pub bits: u32,
}

/// A puzzle and its solution, as posted; both empty when none is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProofText {
    /// The puzzle.
    pub challenge: String,
    /// Its solution.
    pub solution: String,
}

/// Makes a new puzzle for the forms of a booking calendar.
#[server(BookingChallenge, prefix = "/api/fn", endpoint = "booking-challenge", input = leptos::server_fn::codec::GetUrl)]
pub async fn booking_challenge(
    /// The booking calendar's slug.
    slug: String,
) -> Result<ChallengeText, AppError> {
    super::visitor::challenge(&slug, "")
}

/// The state of one form's puzzle.
#[derive(Debug, Clone, Copy)]
pub struct Puzzle {
    is_asked: bool,
    challenge: RwSignal<String>,
    solution: RwSignal<String>,
    /// Whether the form waits for the solution.
    is_busy: RwSignal<bool>,
    /// Counts the puzzles of this form; results for earlier ones are dropped.
    round: StoredValue<u32>,
}

impl Puzzle {
    /// The puzzle from the page, if there is one.
    pub fn new(challenge: Option<ChallengeText>) -> Self {
        let is_asked = challenge.is_some();
        Self {
            is_asked,
            challenge: RwSignal::new(challenge.unwrap_or_default().text),
            solution: RwSignal::new(String::new()),
            is_busy: RwSignal::new(is_asked),
            round: StoredValue::new(0),
        }
    }

    /// What can be posted with script; none until the puzzle is solved.
    pub fn proof(self) -> Option<ProofText> {
        let solution = self.solution.get();
        (!self.is_asked || !solution.is_empty()).then(|| ProofText {
            challenge: self.challenge.get(),
            solution,
        })
    }

    /// The hidden fields of the form with this id. The form waits while one of them is marked as busy.
    pub fn fields(self, form: String) -> impl IntoView {
        let is_busy = move || self.is_busy.get().then_some("true");
        self.is_asked.then(|| {
            view! {
                <input type="hidden" name="challenge" form=form.clone() value=move || self.challenge.get()/>
                <input type="hidden" name="solution" form=form data-busy=is_busy value=move || self.solution.get()/>
            }
        })
    }

    /// Requests a new puzzle for this form and solves it, since the page may have been loaded long ago. If that fails, the page's puzzle
    /// counts by its age.
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

    /// Runs `act` later, unless the form is gone or has another puzzle by then.
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
