//! The input and the result of reading a calendar resource.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zones::Zone;

/// Longest title and place, in characters.
pub const TEXT_LIMIT: usize = 500;

/// The person whose calendar is read.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// Zone of whole days and of floating times: the remote calendar's, else the person's. A text that names a zone of its own
    /// (X-WR-TIMEZONE) goes before it for floating times, never for whole days.
    pub zone: &'a Zone,
    /// Every address that means "me" (`calendar-user-address-set`), compared without regard to case and
    /// with or without `mailto:`. My own declined invitations do not block.
    pub addresses: &'a [String],
}

/// The span of time to read, half-open: `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// First instant.
    pub from: Timestamp,
    /// First instant after the span.
    pub to: Timestamp,
}

impl Horizon {
    /// Returns whether `[start, end)` overlaps the span. An event without length counts at its instant.
    pub(crate) fn touches(self, start: Timestamp, end: Timestamp) -> bool {
        start < self.to && (end > self.from || (start == end && start >= self.from))
    }
}

/// What one calendar resource means within a horizon.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reading {
    /// UID of the resource: that of its first event, empty when there is none.
    pub uid: String,
    /// Every instance that touches the horizon, blocking or not, by start, end and UID.
    pub instances: Vec<Instance>,
    /// What could not be understood, for the person and the operator.
    pub problems: Vec<Problem>,
}

/// One occurrence of an event. Its texts are shared by all occurrences of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// First blocked instant; travel time before the event is part of it.
    pub start: Timestamp,
    /// First free instant; travel time after the event is part of it. Equal to `start` for an event without length.
    pub end: Timestamp,
    /// First day and first day after, for an event of whole days.
    pub all_day: Option<(Date, Date)>,
    /// The title as plain text, at most [`TEXT_LIMIT`] characters.
    pub summary: Arc<str>,
    /// UID of the event; may be empty when the event has none.
    pub uid: Arc<str>,
    /// Which occurrence of a series this is. `None` for an event that happens once.
    pub recurrence_id: Option<RecurrenceId>,
    /// Whether it blocks, and why.
    pub blocks: Blocks,
    /// The place as plain text, at most [`TEXT_LIMIT`] characters.
    pub location: Option<Arc<str>>,
}

/// Which occurrence of a series is meant (RFC 5545, section 3.8.4.4): its *original* start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecurrenceId {
    /// An instant, written `20261124T140000Z`.
    At(Timestamp),
    /// A whole day, written `20261124`.
    On(Date),
}

impl fmt::Display for RecurrenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => write!(f, "{}", at.strftime("%Y%m%dT%H%M%SZ")),
            Self::On(day) => write!(f, "{}", day.strftime("%Y%m%d")),
        }
    }
}

/// Whether an instance takes time, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocks {
    /// An ordinary event.
    Busy,
    /// The event, or my answer to the invitation, is tentative: blocks.
    Tentative,
    /// A whole-day event that says nothing about transparency: blocks unless the calendar's switch is off.
    AllDayDefault,
    /// Some part of the event could not be understood, so its known span blocks.
    NotUnderstood,
    /// Takes no time.
    Free(FreeReason),
}

impl Blocks {
    /// Returns whether it blocks. `all_day_default` is the calendar's switch for whole-day events without TRANSP.
    pub fn takes_time(self, all_day_default: bool) -> bool {
        match self {
            Self::Busy | Self::Tentative | Self::NotUnderstood => true,
            Self::AllDayDefault => all_day_default,
            Self::Free(_) => false,
        }
    }

    /// Returns one stable word for it: the `reason` of `quince busy`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Tentative => "tentative",
            Self::AllDayDefault => "all-day",
            Self::NotUnderstood => "not-understood",
            Self::Free(FreeReason::Transparent) => "transparent",
            Self::Free(FreeReason::Cancelled) => "cancelled",
            Self::Free(FreeReason::Declined) => "declined",
        }
    }
}

/// Why an instance takes no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FreeReason {
    /// `TRANSP:TRANSPARENT`.
    Transparent,
    /// `STATUS:CANCELLED`, of the event or of this occurrence.
    Cancelled,
    /// I declined the invitation.
    Declined,
}

/// Something in a resource that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What it is about.
    pub kind: ProblemKind,
    /// One sentence for people.
    pub sentence: String,
    /// UID of the event, empty when it has none or the problem is about the whole text.
    pub uid: String,
    /// True when time that may be busy is in no instance, because the text gives no span that could be blocked:
    /// whoever reads must show it.
    pub unplaced: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

/// What a [`Problem`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The text is no iCalendar text at all.
    NotACalendar,
    /// The text ends within an event.
    Truncated,
    /// The start is missing or cannot be read.
    Start,
    /// The end or duration cannot be read or precedes the start.
    End,
    /// A recurrence rule cannot be read, or more than one reading is possible.
    Rule,
    /// More occurrences than are listed one by one; they block joined, what is too much even so as one span.
    TooMany,
    /// Something is written wrongly, but what it means is clear: nothing blocks or is free for it.
    Mended,
    /// A component that is no event.
    Component,
    /// A zone is known neither by name nor by definition, so that the owner's was taken, or it can be meant in more than one
    /// way, or its definition is incomplete.
    Zone,
    /// An exception or additional date cannot be read.
    Date,
    /// The occurrence that a change belongs to cannot be read.
    Occurrence,
    /// A property occurs more than once with different values.
    Contradiction,
}
