//! The settings of a booking calendar that decide when it can be booked.

use std::fmt;

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zones::Zone;

use crate::hours::{DateOverride, Hours, WeeklyHours};
use crate::interval::{Interval, union};
use crate::rule_problem::RuleProblem;
use crate::words::text_enum;

text_enum! {
    /// What a booking calendar is (product.md, D1).
    Kind {
        /// One owner, sessions with many seats.
        ClassBooking = "class-booking",
        /// One of several members.
        RoundRobin = "round-robin",
        /// All members together.
        Collective = "collective",
        /// Services from a menu.
        Service = "service",
        /// One member.
        Personal = "personal",
        /// Nobody: it never reads or writes a calendar.
        Simple = "simple",
    }
}

impl Kind {
    /// Whether its appointments are written to iCloud and iCloud's events block it.
    pub fn uses_icloud(self) -> bool {
        self != Self::Simple
    }
}

text_enum! {
    /// How a round robin shares out appointments.
    #[derive(Default)]
    Distribution {
        /// Everybody's times are offered; whoever was booked longest ago is next.
        #[default]
        Availability = "availability",
        /// Everybody gets the same number of appointments a month, by weight.
        Equal = "equal",
    }
}

text_enum! {
    /// How much a member is preferred.
    #[derive(Default)]
    Priority {
        /// Before all others.
        High = "high",
        /// As most.
        #[default]
        Medium = "medium",
        /// After all others.
        Low = "low",
    }
}

text_enum! {
    /// The unit of a [`Span`].
    #[expect(missing_docs, reason = "each name says what it is")]
    Unit {
        Minutes = "minutes",
        Hours = "hours",
        Days = "days",
        Weeks = "weeks",
        Months = "months",
    }
}

impl Unit {
    /// The most that a setting may say.
    fn five_years(self) -> u32 {
        match self {
            Self::Minutes => 5 * 366 * 24 * 60,
            Self::Hours => 5 * 366 * 24,
            Self::Days => 5 * 366,
            Self::Weeks => 5 * 53,
            Self::Months => 60,
        }
    }
}

/// A length of time as people say it. Minutes and hours are elapsed time; days, weeks and months are counted on
/// the calendar, so that a day with 23 hours is still a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: Unit,
}

/// "1 hour", "2 days".
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Minutes => "minute",
            Unit::Hours => "hour",
            Unit::Days => "day",
            Unit::Weeks => "week",
            Unit::Months => "month",
        };
        let end = if self.amount == 1 { "" } else { "s" };
        write!(f, "{} {unit}{end}", self.amount)
    }
}

impl Span {
    /// So many of a unit.
    pub fn new(amount: u32, unit: Unit) -> Self {
        Self { amount, unit }
    }

    fn calendar(self) -> jiff::Span {
        // `Rules::check` refuses more; a larger amount is cut so that no arithmetic can overflow.
        let amount = i64::from(self.amount.min(self.unit.five_years()));
        match self.unit {
            Unit::Minutes => amount.minutes(),
            Unit::Hours => amount.hours(),
            Unit::Days => amount.days(),
            Unit::Weeks => amount.weeks(),
            Unit::Months => amount.months(),
        }
    }

    /// The instant this long after another, counted in a zone.
    pub fn after(self, instant: Timestamp, zone: &Zone) -> Timestamp {
        match self.unit {
            Unit::Minutes | Unit::Hours => instant.saturating_add(self.calendar()).unwrap_or(Timestamp::MAX),
            Unit::Days | Unit::Weeks | Unit::Months => {
                zone.opening(zone.local(instant).saturating_add(self.calendar()))
            }
        }
    }

    /// The instant this long before another, counted in a zone.
    pub fn before(self, instant: Timestamp, zone: &Zone) -> Timestamp {
        match self.unit {
            Unit::Minutes | Unit::Hours => instant.saturating_sub(self.calendar()).unwrap_or(Timestamp::MIN),
            Unit::Days | Unit::Weeks | Unit::Months => {
                zone.opening(zone.local(instant).saturating_sub(self.calendar()))
            }
        }
    }

    fn days_after(self, date: Date, zone: &Zone, now: Timestamp) -> Date {
        match self.unit {
            Unit::Minutes | Unit::Hours => zone.date(self.after(now, zone)),
            Unit::Days | Unit::Weeks | Unit::Months => date.saturating_add(self.calendar()),
        }
    }
}

/// How far ahead can be booked: whole local days, the last one included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateRange {
    /// From today on, so long.
    Rolling(Span),
    /// Between two dates.
    Fixed {
        /// The first date.
        from: Date,
        /// The last date.
        to: Date,
    },
    /// Without an end.
    Unlimited,
}

impl DateRange {
    /// The first and last date that can be booked, as seen at `now`.
    pub fn dates(&self, zone: &Zone, now: Timestamp) -> (Date, Date) {
        let today = zone.date(now);
        match self {
            Self::Rolling(span) => (today, span.days_after(today, zone, now)),
            Self::Fixed { from, to } => (*from, *to),
            Self::Unlimited => (today, Date::MAX),
        }
    }
}

/// When a booking calendar can be booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// The zone of its days and of its own hours. One that is not known leaves nothing that can be said of either.
    #[serde(deserialize_with = "Zone::deserialize_stored")]
    pub zone: Zone,
    /// Length of a meeting, minutes.
    pub duration: u32,
    /// Step of the grid, minutes.
    pub interval: u32,
    /// Kept free before a meeting, minutes.
    pub pre_buffer: u32,
    /// Kept free after a meeting, minutes.
    pub post_buffer: u32,
    /// A start must be at least this far ahead.
    pub notice: Span,
    /// How far ahead can be booked.
    pub range: DateRange,
    /// Appointments that may share one start with one member.
    pub per_slot: u32,
    /// Seats of a session, in a Class Booking calendar.
    #[serde(default = "one_seat")]
    pub seats: u32,
    /// Appointments a day, by local start date; none: as many as fit.
    pub per_day: Option<u32>,
    /// How many percent of a day's times are hidden from clients.
    pub look_busy_percent: u8,
    /// Weekly hours of its own, beside the members'.
    pub hours: Option<WeeklyHours>,
    /// Dates that differ from its own hours. Without such hours dates can only be closed.
    pub overrides: Vec<DateOverride>,
    /// Clients may cancel until this long before the start.
    pub cancel_cutoff: Span,
    /// Clients may reschedule until this long before the start.
    pub reschedule_cutoff: Span,
}

fn one_seat() -> u32 {
    1
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            zone: Zone::utc(),
            duration: 30,
            interval: 30,
            pre_buffer: 0,
            post_buffer: 0,
            notice: Span::new(2, Unit::Hours),
            range: DateRange::Rolling(Span::new(60, Unit::Days)),
            per_slot: 1,
            seats: one_seat(),
            per_day: None,
            look_busy_percent: 0,
            hours: None,
            overrides: Vec::new(),
            cancel_cutoff: Span::new(0, Unit::Hours),
            reschedule_cutoff: Span::new(0, Unit::Hours),
        }
    }
}

impl Rules {
    /// The booking calendar's own hours, if it has some.
    pub fn own_hours(&self) -> Option<Hours> {
        self.hours.as_ref().map(|weekly| Hours {
            zone: self.zone.clone(),
            weekly: weekly.clone(),
            overrides: self.overrides.clone(),
        })
    }

    /// When the booking calendar is closed although it has no hours of its own: whole local days.
    pub(crate) fn closed(&self) -> Vec<Interval> {
        let closed = self.overrides.iter().filter(|day| day.windows.is_empty());
        match self.hours {
            Some(_) => Vec::new(),
            None => union(closed.map(|day| self.day(day.date)).collect()),
        }
    }

    /// The least span of whole local days that covers another.
    pub fn whole_days(&self, span: Interval) -> Interval {
        let last = span.end.saturating_sub(1.millisecond()).unwrap_or(span.end);
        Interval {
            start: self.day(self.zone.date(span.start)).start,
            end: self.day(self.zone.date(last.max(span.start))).end,
        }
    }

    /// A local day.
    pub(crate) fn day(&self, date: Date) -> Interval {
        let next = date.checked_add(1.day());
        Interval {
            start: self.zone.start_of_day(date),
            end: next.map_or(Timestamp::MAX, |next| self.zone.start_of_day(next)),
        }
    }

    /// Every setting that cannot be used.
    pub fn check(&self) -> Vec<RuleProblem> {
        const DAY: u32 = 24 * 60;
        let mut problems = Vec::new();
        let mut expect = |good: bool, problem: RuleProblem| {
            if !good {
                problems.push(problem);
            }
        };
        expect((1..=DAY).contains(&self.duration), RuleProblem::Duration);
        expect((5..=DAY).contains(&self.interval), RuleProblem::Interval);
        expect(self.pre_buffer <= DAY, RuleProblem::PreBuffer);
        expect(self.post_buffer <= DAY, RuleProblem::PostBuffer);
        expect(self.notice.is_sane(), RuleProblem::Notice);
        expect((1..=9999).contains(&self.per_slot), RuleProblem::PerSlot);
        expect((1..=9999).contains(&self.seats), RuleProblem::Seats);
        expect(self.per_day != Some(0), RuleProblem::PerDay);
        expect(self.look_busy_percent <= 100, RuleProblem::LookBusy);
        expect(self.cancel_cutoff.is_sane(), RuleProblem::CancelCutoff);
        expect(self.reschedule_cutoff.is_sane(), RuleProblem::RescheduleCutoff);
        match &self.range {
            DateRange::Rolling(span) => expect(span.amount > 0 && span.is_sane(), RuleProblem::Range),
            DateRange::Fixed { from, to } => expect(from <= to, RuleProblem::LastDateFirst),
            DateRange::Unlimited => {}
        }
        expect(
            self.hours.is_some() || self.overrides.iter().all(|day| day.windows.is_empty()),
            RuleProblem::OverrideWithoutHours,
        );
        problems
    }
}

impl Span {
    fn is_sane(self) -> bool {
        self.amount <= self.unit.five_years()
    }
}
