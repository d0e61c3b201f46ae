//! iCalendar in and out (RFC 5545): event text to busy instances, appointment to VEVENT.
//!
//! **In.** [`read()`] answers what one calendar resource means for its owner within a horizon. It never calls busy
//! time free: what cannot be understood blocks as far as its time is known, and is reported.
//! The way of a text is, module by module: `breaks` (damaged line breaks) → `lines` (unfolding, on bytes, also without its mark:
//! `unmarked`; attachments are passed over; `signs` writes times in ASCII) → `parse` (into `components`) → `dates` (`odd_dates` in
//! the form of RFC 5545, by each way that they may be meant) → `event` (one VEVENT, with `start`, `values`, `durations`, `length`,
//! `repetition` and the zones of `resolve` and `vtimezone`) → `group`
//! (a series with its `changes`) → `series` → `walk` (the rule's occurrences in the window), or `dense` for too many of them.
//!
//! The line reader and the recurrence core are Quince's own. Published parsers build a tree of everything, drop
//! lines that they do not like, and take text that is already UTF-8; published expanders refuse common input or
//! walk from the first occurrence (architecture.md, "Recurrence"). Recurrence runs on naive local time, and
//! only results meet a zone; the tests compare it with the `rrule` crate.
//!
//! [`calendar_zone`] reads of a whole calendar what servers say of its zone.
//!
//! **Out.** [`event()`] is what is written to a calendar server, [`download`] what a client downloads, and
//! [`changes`] says what a person changed on the server since.

mod breaks;
mod calendar_zone;
mod changes;
mod clock;
mod compare;
mod components;
mod dates;
mod days;
mod dense;
mod durations;
mod event;
mod extras;
mod filter;
mod fold;
mod free_busy;
mod frequency;
mod from_here;
mod group;
mod keys;
mod length;
mod lines;
mod lists;
mod marks;
mod meant;
mod model;
mod names;
mod notes;
mod null_until;
mod observance;
mod observed;
mod odd_clock;
mod odd_dates;
mod oddities;
mod offset_unit;
mod parse;
mod parts;
mod periods;
mod problems;
mod read;
mod reading;
mod repetition;
mod resolve;
mod rule;
mod rule_times;
mod rule_values;
mod scale;
mod scaled;
mod series;
mod signs;
mod start;
mod unmarked;
mod values;
mod vcalendar;
mod versions;
mod vtimezone;
mod walk;
mod way;
mod ways;
mod within_a_day;
mod write;
mod written;
mod written_dates;
mod zone_name;

pub use calendar_zone::calendar_zone;
pub use compare::{Change, changes, same_event};
pub use model::{
    Blocks, FreeReason, Horizon, Instance, Owner, Problem, ProblemKind, Reading, RecurrenceId, TEXT_LIMIT,
};
pub use read::{read, read_bytes, uid};
pub use write::{Appointment, Organizer, Status, download, event};
