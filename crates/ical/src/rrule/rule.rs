//! A recurrence rule after reading (RFC 5545, section 3.3.10; RFC 7529 for other calendars).

pub(crate) use crate::rrule::frequency::Freq;
use crate::rrule::rscale::{Scale, Skip};
use crate::values::date_time::Moment;

/// A rule as written. [`expand`](crate::rrule::expand) takes what it leaves open from the start.
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
    /// Set when the rule counts in another calendar or says how to handle dates that do not exist (RFC 7529).
    pub scaled: Option<Scaled>,
    /// Read leniently, so that there may be more occurrences than were meant.
    pub guessed: bool,
    /// Written wrongly, but what it means is clear.
    pub mended: bool,
}

/// How the dates of a monthly or yearly rule are found (RFC 7529).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scaled {
    pub scale: Scale,
    pub skip: Skip,
    /// Each day may be one earlier or later than computed.
    pub nearly: bool,
}

/// The result of reading a RRULE.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Repetition {
    /// The event happens once.
    None,
    /// The rule is understood.
    Rule(Rule),
    /// The days are not understood; the rule is a daily one at the times of day that are.
    EachDay(Rule),
    /// The times of day are not understood: any of the times of these rules may be meant.
    Times(Vec<Rule>),
    /// Not even the possible times are known.
    Broken(Vec<Broken>),
}

/// A rule whose times of day are unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Any time up to its end, if that is known.
    Always { until: Option<Moment> },
    /// Some time within the day, hour or minute, in seconds, of each of its dates.
    Within { rule: Rule, seconds: i64 },
}

impl Rule {
    /// Reads a rule; `None` when it cannot be understood.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match Repetition::read(text, false, &|_| false) {
            Repetition::Rule(rule) => Some(rule),
            _ => None,
        }
    }

    /// Returns a rule with only a frequency.
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

    /// Returns whether days are named or left out in another way than by weekday.
    pub(crate) fn names_dates(&self) -> bool {
        self.months != 0
            || self.leap_months != 0
            || !self.month_days.is_empty()
            || !self.year_days.is_empty()
            || !self.week_numbers.is_empty()
    }

    /// Returns whether the rule has parts beside its frequency, interval, count and until.
    pub(crate) fn has_other_parts(&self) -> bool {
        self.seconds != 0
            || self.minutes != 0
            || self.hours != 0
            || self.weekdays != 0
            || !self.nth_weekdays.is_empty()
            || self.names_dates()
    }
}
