//! The running program, driven from outside as people and programs do: over HTTP and by its command line.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "these are tests, their helpers included"
)]

mod access;
mod api;
mod appointments;
mod backup;
mod banners;
mod busy;
mod causes;
mod configuration;
mod crash;
mod doctor;
mod doors;
mod key_change;
mod lost_files;
#[expect(dead_code, reason = "the stories ask it for more")]
#[path = "../../../crates/bookings/tests/stories/mail_server/mod.rs"]
mod mail_server;
mod mails;
mod puzzles;
mod readiness;
mod readme;
mod scale_out;
mod sessions;
mod settings;
mod site;
mod slots;
mod start_up;
mod statements;
mod strangers;
mod studio;
mod support;
mod unreadable;
mod versions;
mod whole;
