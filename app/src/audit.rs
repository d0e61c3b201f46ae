//! Who came in, who did not, and who tried too often: one line each in the log, by the target `audit`, so that an operator can bar an
//! address, or switch these lines off (`QUINCE_LOG=info,audit=off`).

use crate::limit::{Attempt, Client};

/// Longest account that is logged: anybody can type anything there.
const ACCOUNT: usize = 100;

/// Somebody signed in.
pub fn signed_in(account: &str, client: Option<Client>) {
    tracing::info!(target: "audit", account = shown(account), client = client.map(text), "signed in");
}

/// Somebody did not get in.
pub fn not_signed_in(account: &str, client: Option<Client>) {
    tracing::warn!(target: "audit", account = shown(account), client = client.map(text), "a sign-in was refused");
}

/// Somebody tried too often.
pub fn refused(attempt: Attempt, client: Option<Client>) {
    tracing::warn!(target: "audit", ?attempt, client = client.map(text), "tried too often");
}

fn text(client: Client) -> String {
    client.0.to_string()
}

/// An account as a line of the log may show it: short, and without what would look like another line.
fn shown(account: &str) -> String {
    account
        .chars()
        .filter(|sign| !sign.is_control())
        .take(ACCOUNT)
        .collect()
}
