//! A recurrence rule as it is understood (RFC 5545, section 3.3.10; RFC 7529 for other calendars).

pub(crate) use crate::rrule::frequency::Freq;
use crate::rrule::rscale::{Scale, Skip};
use crate::values::date_time::Moment;

/// A rule as written; what it leaves open is taken from the start by the [walk](crate::rrule::expand).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    pub freq: Freq,
    /// At least 1.
    pub interval: i64,
    pub count: Option<i64>,
    pub until: Option<Moment>,
    /// Bit n is second n.
    pub seconds: u64,
    /// Bit n is minute n.
    pub minutes: u64,
    /// Bit n is hour n.
    pub hours: u32,
    /// Weekdays without a number; bit 0 is Monday.
    pub weekdays: u8,
    /// Weekdays with a number, such as `-1FR`; 0 is Monday.
    pub nth_weekdays: Vec<(i64, u8)>,
    pub month_days: Vec<i64>,
    pub year_days: Vec<i64>,
    pub week_numbers: Vec<i64>,
    /// Bit n is month n.
    pub months: u16,
    /// Bit n is the leap month after month n.
    pub leap_months: u16,
    pub positions: Vec<i64>,
    /// First day of the week; 0 is Monday.
    pub week_start: u8,
    /// Counted in a calendar, or with a treatment of dates that do not exist, that the plain walk does not know.
    pub scaled: Option<Scaled>,
    /// Something was read leniently, so that there may be more occurrences than were meant.
    pub guessed: bool,
    /// Something was written wrongly, but what it means is clear.
    pub mended: bool,
}

/// How the dates of a monthly or yearly rule are found (RFC 7529).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scaled {
    pub scale: Scale,
    pub skip: Skip,
    /// Days may be one earlier or later than they are found.
    pub nearly: bool,
}

/// What a RRULE says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repetition {
    /// Nothing: the event happens once.
    None,
    /// Understood.
    Rule(Rule),
    /// Which days are meant is not understood; the rule is one of every day at the times of day that are.
    EachDay(Rule),
    /// At which times of its days it occurs is not understood: at any of those of these rules.
    Times(Vec<Rule>),
    /// Not even that is known.
    Broken(Vec<Broken>),
}

/// A rule that does not say at which times something occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// At any time up to its end, if that is known.
    Always { until: Option<Moment> },
    /// At some time within the day, hour or minute, in seconds, of each of its dates.
    Within { rule: Rule, seconds: i64 },
}

impl Rule {
    /// Reads a rule; nothing when it cannot be understood.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match Repetition::read(text, false, &|_| false) {
            Repetition::Rule(rule) => Some(rule),
            _ => None,
        }
    }

    /// A rule without anything but its frequency.
    pub(crate) fn every(freq: Freq) -> Self {
        Self {
            freq,
            interval: 1,
            count: None,
            until: None,
            seconds: 0,
            minutes: 0,
            hours: 0,
            weekdays: 0,
            nth_weekdays: Vec::new(),
            month_days: Vec::new(),
            year_days: Vec::new(),
            week_numbers: Vec::new(),
            months: 0,
            leap_months: 0,
            positions: Vec::new(),
            week_start: 0,
            scaled: None,
            guessed: false,
            mended: false,
        }
    }

    /// Is any day named, or left out, in another way than by its weekday?
    pub(crate) fn names_dates(&self) -> bool {
        self.months != 0
            || self.leap_months != 0
            || !self.month_days.is_empty()
            || !self.year_days.is_empty()
            || !self.week_numbers.is_empty()
    }

    /// Does it say anything beside how often, from when and until when?
    pub(crate) fn has_other_parts(&self) -> bool {
        self.seconds != 0
            || self.minutes != 0
            || self.hours != 0
            || self.weekdays != 0
            || !self.nth_weekdays.is_empty()
            || self.names_dates()
    }
}
