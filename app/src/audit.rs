//! The audit log: sign-ins, failed sign-ins and refused attempts, one line each under the target `audit`. Operators can bar an address
//! with it, or switch the lines off (`QUINCE_LOG=info,audit=off`).

use crate::limit::{Attempt, Client};

/// Longest account name that is logged, since anything can be typed there.
const ACCOUNT: usize = 100;

/// Logs a sign-in.
pub fn signed_in(account: &str, client: Option<Client>) {
    tracing::info!(target: "audit", account = shown(account), client = client.map(text), "signed in");
}

/// Logs a failed sign-in.
pub fn not_signed_in(account: &str, client: Option<Client>) {
    tracing::warn!(target: "audit", account = shown(account), client = client.map(text), "a sign-in was refused");
}

/// Logs an attempt that a limit refused.
pub fn refused(attempt: Attempt, client: Option<Client>) {
    tracing::warn!(target: "audit", ?attempt, client = client.map(text), "tried too often");
}

fn text(client: Client) -> String {
    client.0.to_string()
}

/// Shortens an account name and removes line breaks, so that it cannot imitate a log line.
fn shown(account: &str) -> String {
    account
        .chars()
        .filter(|sign| !sign.is_control())
        .take(ACCOUNT)
        .collect()
}
