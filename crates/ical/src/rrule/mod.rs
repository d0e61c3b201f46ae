//! One recurrence rule (RRULE; RFC 5545, section 3.3.10; RFC 7529): reads it, and expands it on local time.

mod by_rules;
pub(crate) mod expand;
mod expand_rscale;
pub(crate) mod frequency;
mod part_values;
pub(crate) mod parts;
mod periods;
mod reader;
mod rscale;
pub(crate) mod rule;
mod times;
mod vcalendar;
mod within_a_day;
