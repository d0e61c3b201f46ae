//! Values as text and as numbers (RFC 5545, section 3.3): dates, times, durations, lists and names of zones.

pub(crate) mod date_list;
pub(crate) mod date_time;
pub(crate) mod days;
pub(crate) mod duration_text;
mod odd_clock;
pub(crate) mod odd_dates;
pub(crate) mod zone_name;
