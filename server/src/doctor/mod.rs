//! `quince doctor`: checks everything that an operator sets up, while Quince runs or not, and says for each part whether it is well, else
//! what to do. It changes nothing.

mod addresses;
mod clocks;
mod database;
mod finding;
mod folder;
mod mail;
mod zone_data;

use bookings::clock::{Clock as _, SystemClock};
use tokio::task::JoinHandle;

use crate::commands::{base_url, say, settings_alone};
use crate::failure::Failure;
use crate::serve::for_use_cases;
use finding::{Finding, State};

/// `quince doctor`. The process ends here, with exit code 1 if something is wrong.
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
    // Exits at once instead of waiting for a lookup of a host name that still runs.
    std::process::exit(i32::from(is_wrong))
}

type Part = JoinHandle<Vec<Finding>>;

/// All checks. They run concurrently and are reported in this order.
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
