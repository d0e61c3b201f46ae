//! Time zones of a calendar: its own definitions (VTIMEZONE), and the zone that each TZID names (RFC 5545, sections 3.2.19 and 3.6.5).

pub(crate) mod calendar_zone;
pub(crate) mod clock;
mod observance;
mod offset_unit;
pub(crate) mod tzid;
pub(crate) mod vtimezone;
mod vtimezone_readings;
mod zone_lookup;
