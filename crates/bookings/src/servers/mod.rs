//! Calendar servers and what is known of their calendars: how sentences call them, logins, and whether what was read is still good.

pub(crate) mod calendar_state;
pub(crate) mod freshness;
pub(crate) mod login;
mod names;
pub(crate) mod trouble;

pub use calendar_state::CalendarState;
pub(crate) use names::{place, place_of, places, vanished};
