//! Dates that can be read in more than one way, such as `03/04/2026`, or that count years in the Buddhist calendar.

mod date_reading;
pub(crate) mod date_readings;
mod detect;
mod null_until;
mod written_dates;
