//! The specification of scheduling: its cases by name, each asked of every kind that it holds for (`cases`); sentences by
//! area that need more than a row; and a minute-by-minute oracle on generated questions.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails, as it should"
)]

mod assignment;
mod balance;
mod busy;
mod cases;
mod class;
mod collective;
mod explain;
mod grid;
mod hours;
mod known_bugs;
mod limits;
mod look_busy;
mod oracle;
mod scene;
mod settings;
mod sharing;
mod simple;
mod visits;
