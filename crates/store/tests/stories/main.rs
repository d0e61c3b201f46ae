//! What is kept, told as stories that run on SQLite and on Postgres.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers included")]

mod claims;
mod database;
mod frozen;
mod growth;
mod invariants;
mod key_files;
mod occupancy;
mod opening;
mod people;
mod remote;
mod reseal;
mod secrets;
mod words;
