//! `quince doctor`: looks at everything that an operator sets up, while Quince runs or not, and says of each part whether it is well
//! and else what to do. It makes nothing and changes nothing.

mod addresses;
mod clocks;
mod database;
mod folder;
mod mail;
mod zone_data;

use std::time::Duration;

use bookings::clock::{Clock as _, SystemClock};
use tokio::task::JoinHandle;

use crate::commands::{base_url, say, settings_alone};
use crate::failure::Failure;
use crate::serve::for_use_cases;

/// One look takes at most this long.
const LONGEST: Duration = Duration::from_secs(5);

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    /// It works, but not as it should for long or for everybody.
    Warning,
    /// Quince does not start so, or something of it does not work.
    Wrong,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
        }
    }
}

/// What was found of one part.
#[derive(Debug)]
struct Finding {
    part: &'static str,
    state: State,
    sentence: String,
}

impl Finding {
    fn new(state: State, part: &'static str, sentence: impl Into<String>) -> Self {
        // What servers and systems say may have lines of its own.
        let sentence = sentence.into().replace(char::is_control, " ");
        Self {
            part,
            state,
            sentence,
        }
    }

    fn ok(part: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(State::Ok, part, sentence)
    }

    fn warning(part: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(State::Warning, part, sentence)
    }

    fn wrong(part: &'static str, sentence: impl Into<String>) -> Self {
        Self::new(State::Wrong, part, sentence)
    }

    fn line(&self) -> String {
        format!("{:<8}{:<10}{}\n", self.state.word(), self.part, self.sentence)
    }
}

/// `quince doctor`. The process ends here, with exit code 1 when something is wrong.
pub async fn run() -> Result<(), Failure> {
    let mut is_wrong = false;
    for part in parts()? {
        let found = part
            .await
            .unwrap_or_else(|error| vec![Finding::wrong("doctor", format!("A look broke off: {error}."))]);
        for finding in found {
            is_wrong |= finding.state == State::Wrong;
            say(&finding.line())?;
        }
    }
    // A name that the system still looks up must not keep whoever waits.
    std::process::exit(i32::from(is_wrong))
}

type Part = JoinHandle<Vec<Finding>>;

/// All parts, which are looked at at the same time, in the order in which they are told.
fn parts() -> Result<Vec<Part>, Failure> {
    let settings = match settings_alone() {
        Ok(settings) => settings,
        Err(Failure::Settings(problems)) => {
            return Ok(vec![
                tokio::spawn(async move {
                    let wrong = problems
                        .iter()
                        .map(|problem| Finding::wrong("settings", problem.to_string()));
                    wrong.collect()
                }),
                tokio::spawn(async { vec![zone_data::look()] }),
            ]);
        }
        Err(failure) => return Err(failure),
    };
    let address = base_url(&settings)?;
    let known = for_use_cases(&settings, address.clone(), None, None);
    let now = || SystemClock.now();
    let (kept, used, called) = (settings.clone(), settings.clone(), settings);
    let mails = known.mail.clone();
    Ok(vec![
        tokio::spawn(async { vec![Finding::ok("settings", "They can all be used.")] }),
        tokio::spawn(async move { folder::look(&kept) }),
        tokio::spawn(async move { database::look(&used, now).await }),
        tokio::spawn(async move { vec![mail::look(&mails).await] }),
        tokio::spawn(async move { clocks::icloud(&known, now).await }),
        tokio::spawn(async move { addresses::look(&called, &address).await }),
        tokio::spawn(async { vec![zone_data::look()] }),
    ])
}
