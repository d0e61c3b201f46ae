//! Calendar servers and the state of their calendars: names for sentences, logins, and whether the stored events are recent enough.

pub(crate) mod calendar_state;
pub(crate) mod freshness;
pub(crate) mod login;
mod names;
pub(crate) mod trouble;

pub use calendar_state::CalendarState;
pub(crate) use names::{server_name, server_name_of, server_names, vanished};
