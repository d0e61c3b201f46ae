//! Just enough iCalendar (RFC 5545) for a server: reading lines, checking what is stored, finding what a query
//! may want, and editing as a person with a phone does. Written for this crate alone, so that a mistake in the
//! client's reading is not repeated here.

pub(crate) mod check;
pub(crate) mod edit;
pub(crate) mod lines;
pub(crate) mod range;
pub(crate) mod series;
pub(crate) mod times;
