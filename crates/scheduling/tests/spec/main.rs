//! The specification of scheduling, one module for each area of docs/scheduling.md. A rule is a row of a table, asked of every
//! kind that it holds for (`table`, `kinds`), or a test where more than starts and reasons is said. `oracle` compares the
//! engine with a look at every minute in questions by chance; `dice` says how such a question is asked again.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics fails, as it should"
)]

mod dice;
mod kinds;
mod oracle;
mod scene;
mod table;

mod busy;
mod class;
mod clocks;
mod collective;
mod grid;
mod hours;
mod look_busy;
mod members;
mod notice;
mod per_day;
mod presence;
mod range;
mod reasons;
mod round_robin;
mod settings;
mod sharing;
mod visits;
