//! One event (VEVENT) or list of busy times (VFREEBUSY), from its properties to typed times (RFC 5545, section 3.6).

mod date_doubts;
mod dtstart;
mod duration;
pub(crate) mod event_times;
mod rdate;
pub(crate) mod types;
pub(crate) mod until;
pub(crate) mod vevent;
pub(crate) mod vfreebusy;
