//! The sandbox driven over HTTP, as a client and as a person's browser.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "these are tests, their helpers included"
)]

mod discovery;
mod faults;
mod harness;
mod lifecycle;
mod list;
mod login;
mod odd;
mod page;
mod practice;
mod query;
mod sync;
mod write;
