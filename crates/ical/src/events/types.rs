//! The content of an event after reading: its times, its repetition, and what it replaces.

use std::rc::Rc;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::Blocks;
use crate::rrule::rule::{Broken, Rule};
use crate::timezone::clock::{Clock, moved};
use crate::values::date_time::Moment;
use crate::values::duration_text::Span;

/// An event's start, or any other time of it.
#[derive(Debug, Clone)]
pub(crate) struct When {
    /// Local time in naive seconds; midnight for a whole day.
    pub naive: i64,
    /// The zone of the local time; the owner's for whole days and floating times.
    pub clock: Rc<Clock>,
    pub whole_day: bool,
    /// Its zone was named and is known, or none is needed.
    pub certain: bool,
}

/// A time as written, with its zone if one was named.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub moment: Moment,
    /// `None` for a date, a floating time and a time in UTC.
    pub zone: Option<Rc<Clock>>,
    /// The zone was named and is known, or none is needed.
    pub certain: bool,
    /// It is the same instant in every zone that the name can mean.
    pub agreed: bool,
}

/// The length of an event and of each of its occurrences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// Whole days.
    Days(i64),
    /// By DTEND, measured on the first occurrence: in elapsed seconds and in local time. They differ where the clocks change in
    /// between. RFC 5545 (section 3.8.5.3) repeats the elapsed time, most programs the local time; the later end applies.
    Until { elapsed: i64, wall: i64 },
    /// By DURATION: days on the calendar, then elapsed seconds.
    For(Span),
    /// Only the day of the end is known, so many days after the start: to the end of that day, by the event's clock or the
    /// owner's, whichever is later.
    RestOfDay { days: i64 },
}

/// A length, and the time that blocks before the start when the end precedes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub length: Length,
    /// In seconds.
    pub before: i64,
}

/// An additional occurrence.
#[derive(Debug, Clone)]
pub(crate) struct Extra {
    pub start: When,
    /// Its own length, when a PERIOD gave one.
    pub length: Option<Length>,
    /// A date alone can name it, as any other occurrence of the series: it has the same form and zone.
    pub by_day: bool,
}

impl Extra {
    pub(crate) fn with_length(start: When, length: Length) -> Self {
        Self {
            start,
            length: Some(length),
            by_day: false,
        }
    }

    /// Returns the time before a start that blocks, too, if there is any.
    pub(crate) fn before(start: &When, measured: Measured) -> Option<Self> {
        let from = moved(begin(start), -measured.before);
        let start = When {
            naive: start.clock.naive(from),
            ..start.clone()
        };
        let length = Length::Until {
            elapsed: measured.before,
            wall: 0,
        };
        (measured.before > 0).then(|| Self::with_length(start, length))
    }
}

/// The occurrence of a series that an event replaces (RECURRENCE-ID).
#[derive(Debug, Clone)]
pub(crate) struct Replaces {
    /// `None` when it cannot be read.
    pub occurrence: Option<Written>,
    /// `RANGE=THISANDFUTURE`: replaces the later ones, too.
    pub future: bool,
    /// `RANGE=THISANDPRIOR` of RFC 2445, or an unknown range: perhaps replaces the earlier ones, too.
    pub prior: bool,
}

/// A VEVENT, or a part of a VFREEBUSY.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says what another part of the event lacks"
)]
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub uid: Arc<str>,
    pub summary: Arc<str>,
    pub location: Option<Arc<str>>,
    /// `None` when it cannot be read.
    pub sequence: Option<i64>,
    pub start: When,
    /// The start is not stated, but that of the occurrence the event replaces.
    pub start_assumed: bool,
    pub length: Length,
    /// It has an end or a duration.
    pub has_end: bool,
    /// The same change is also there in another reading.
    pub is_reading: bool,
    /// Seconds that block before the start and after the end.
    pub before: i64,
    pub after: i64,
    pub rules: Vec<Rule>,
    /// Rules whose possible times of day are unknown.
    pub broken_rules: Vec<Broken>,
    pub extras: Vec<Extra>,
    pub exceptions: Vec<Written>,
    pub replaces: Option<Replaces>,
    pub blocks: Blocks,
    /// Some part was not understood, so that a blocking event blocks as not understood.
    pub odd: bool,
    /// A rule, or the number of whole days, was not understood, so that more may block than is meant. The kind of blocking stays:
    /// whole days are still subject to the switch for whole days.
    pub unsure: bool,
}

/// Returns the instant at which something begins.
pub(crate) fn begin(when: &When) -> Timestamp {
    if when.whole_day {
        when.clock.start_of_day(crate::values::days::date(when.naive))
    } else {
        when.clock.instant(when.naive)
    }
}
