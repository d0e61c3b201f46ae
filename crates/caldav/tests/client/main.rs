//! The client against real servers, against the practice iCloud and against servers that misbehave on purpose.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test may fail, and may ask a server past the client"
)]

mod another_question;
mod discovery;
mod failures;
mod finding;
mod habits;
mod icloud;
mod probing;
mod reading;
mod redirects;
mod servers;
mod streaming;
mod support;
mod syncing;
mod versions;
mod writing;
