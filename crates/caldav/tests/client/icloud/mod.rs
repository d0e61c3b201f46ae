//! The client against the practice iCloud: its habits, its uncertain sides in every position, its failures.

mod discovery;
mod failing;
mod journey;
mod reading;
mod writing;
