//! iCalendar in and out (RFC 5545): event text to busy instances, appointment to VEVENT.
//!
//! **In.** [`read()`] answers what one calendar resource means for its owner within a horizon. It never calls busy
//! time free: what cannot be understood blocks as far as its time is known, and is reported. A text passes these modules:
//!
//! | module | what it does |
//! |---|---|
//! | `parse` | mends damaged line breaks, unfolds content lines on bytes, passes over attachments, sorts properties into components |
//! | `ambiguous_dates` | rewrites dates in other forms than RFC 5545's, in each way that they can be meant |
//! | `timezone` | reads VTIMEZONE definitions and finds the zone that a TZID names |
//! | `events` | reads one VEVENT or VFREEBUSY: start, duration, additional dates, rules, whether it blocks |
//! | `rrule` | reads one RRULE and expands it on local time |
//! | `recurrence` | combines a series with the changes of its occurrences, and lists the instances in the horizon |
//!
//! Beneath them lie `values` (dates, times, durations and zone names as text) and `problems` (sentences about what was not
//! understood).
//!
//! The line reader and the recurrence core are Quince's own. Published parsers build a tree of everything, drop
//! lines that they do not like, and take text that is already UTF-8; published expanders refuse common input or
//! expand from the first occurrence (docs/decisions.md). Recurrence runs on naive local time, and
//! only results meet a zone; the tests compare it with the `rrule` crate.
//!
//! [`calendar_zone`] reads of a whole calendar what servers say of its zone.
//!
//! **Out.** [`event()`] is what is written to a calendar server, [`download`] what a client downloads, and
//! [`changes`] says what a person changed on the server since.

mod ambiguous_dates;
mod events;
mod model;
mod parse;
mod problems;
mod read;
mod recurrence;
mod rrule;
mod timezone;
mod values;
mod write;

pub use model::{
    Blocks, FreeReason, Horizon, Instance, Owner, Problem, ProblemKind, Reading, RecurrenceId, TEXT_LIMIT,
};
pub use read::{read, read_bytes, uid};
pub use timezone::calendar_zone::calendar_zone;
pub use write::appointment::{Appointment, Organizer, Status, download, event};
pub use write::compare::{Change, changes, same_event};
