//! The recurrence set of one UID (RFC 5545, section 3.8.5): its series, what changes single occurrences, and the instances of both.

mod changes;
mod dense;
mod incomplete_changes;
mod occurrence_key;
pub(crate) mod recurrence_set;
pub(crate) mod series;
mod this_and_future;
