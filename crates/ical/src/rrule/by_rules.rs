//! Decides on which days a rule can occur, by its BY parts about days, completed from the start (RFC 5545, section 3.3.10).
//!
//! Within a period every such part is a question about a single day. "Expanding" parts of the RFC's table are
//! the same question asked of each day of the period.

use crate::rrule::rule::{Freq, Rule};
use crate::values::days::{Day, days_in, number_of, weekday, year_length};

/// The span within which a numbered weekday is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Month,
    Year,
}

/// The day parts of a rule.
#[derive(Debug)]
pub(crate) struct ByRules {
    months: u16,
    weekdays: u8,
    nth_weekdays: Vec<(i64, u8)>,
    scope: Scope,
    month_days: Vec<i64>,
    year_days: Vec<i64>,
    week_numbers: Vec<i64>,
    week_start: u8,
}

impl ByRules {
    /// Takes the day parts of a rule. What the rule leaves open is taken from `start`, in naive seconds.
    pub(crate) fn new(rule: &Rule, start: i64) -> Self {
        let start = Day::of(start.div_euclid(crate::values::days::DAY));
        let mut by_rules = Self {
            months: rule.months,
            weekdays: rule.weekdays,
            nth_weekdays: rule.nth_weekdays.clone(),
            // With BYMONTH, a yearly "second Monday" is that of the month.
            scope: if rule.freq == Freq::Yearly && rule.months == 0 {
                Scope::Year
            } else {
                Scope::Month
            },
            month_days: rule.month_days.clone(),
            year_days: rule.year_days.clone(),
            week_numbers: rule.week_numbers.clone(),
            week_start: rule.week_start,
        };
        if rule.freq < Freq::Monthly || !rule.week_numbers.is_empty() {
            // Numbers mean nothing here (the RFC forbids them); every such weekday errs on the safe side.
            for (_, day) in by_rules.nth_weekdays.drain(..) {
                by_rules.weekdays |= 1 << day;
            }
        }
        let by_weekday = by_rules.weekdays != 0 || !by_rules.nth_weekdays.is_empty();
        let by_number = !by_rules.month_days.is_empty() || !by_rules.year_days.is_empty();
        if !by_weekday && !by_number {
            let by_week = !by_rules.week_numbers.is_empty();
            match rule.freq {
                Freq::Yearly if by_week => by_rules.weekdays = 1 << start.weekday(),
                Freq::Yearly => {
                    if by_rules.months == 0 {
                        by_rules.months = 1 << start.month;
                    }
                    by_rules.month_days = vec![start.of_month.into()];
                }
                Freq::Monthly if !by_week => by_rules.month_days = vec![start.of_month.into()],
                Freq::Weekly if !by_week => by_rules.weekdays = 1 << start.weekday(),
                _ => {}
            }
        }
        by_rules
    }

    /// Returns whether any day can be excluded.
    pub(crate) fn restricts(&self) -> bool {
        self.months != 0
            || self.weekdays != 0
            || !self.nth_weekdays.is_empty()
            || !self.month_days.is_empty()
            || !self.year_days.is_empty()
            || !self.week_numbers.is_empty()
    }

    /// Returns whether days of this month can occur.
    pub(crate) fn month(&self, month: u8) -> bool {
        self.months == 0 || self.months & (1 << month) != 0
    }

    /// Returns the only day of a month that can occur, when nothing else decides.
    pub(crate) fn only_day_of_month(&self) -> Option<i64> {
        let nothing_else = self.weekdays == 0
            && self.nth_weekdays.is_empty()
            && self.year_days.is_empty()
            && self.week_numbers.is_empty();
        match self.month_days.as_slice() {
            [day] if nothing_else && *day > 0 => Some(*day),
            _ => None,
        }
    }

    /// Returns whether this day can occur.
    pub(crate) fn matches(&self, day: Day) -> bool {
        self.month(day.month)
            && self.month_day_matches(day)
            && self.year_day_matches(day)
            && self.week_matches(day)
            && self.weekday_matches(day)
    }

    fn month_day_matches(&self, day: Day) -> bool {
        let from_end = i64::from(day.of_month) - i64::from(days_in(day.year, day.month)) - 1;
        self.month_days.is_empty()
            || self
                .month_days
                .iter()
                .any(|n| *n == i64::from(day.of_month) || *n == from_end)
    }

    fn year_day_matches(&self, day: Day) -> bool {
        if self.year_days.is_empty() {
            return true;
        }
        let number = day.number - number_of(day.year, 1, 1) + 1;
        let from_end = number - year_length(day.year) - 1;
        self.year_days.iter().any(|n| *n == number || *n == from_end)
    }

    fn week_matches(&self, day: Day) -> bool {
        if self.week_numbers.is_empty() {
            return true;
        }
        let (week, weeks) = week_number(day, self.week_start);
        self.week_numbers
            .iter()
            .any(|n| *n == week || *n == week - weeks - 1)
    }

    fn weekday_matches(&self, day: Day) -> bool {
        if self.weekdays == 0 && self.nth_weekdays.is_empty() {
            return true;
        }
        let weekday = day.weekday();
        if self.weekdays & (1 << weekday) != 0 {
            return true;
        }
        if !self.nth_weekdays.iter().any(|(_, wanted)| *wanted == weekday) {
            return false;
        }
        let (before, after) = match self.scope {
            Scope::Month => (
                i64::from(day.of_month) - 1,
                i64::from(days_in(day.year, day.month)) - i64::from(day.of_month),
            ),
            Scope::Year => {
                let before = day.number - number_of(day.year, 1, 1);
                (before, year_length(day.year) - before - 1)
            }
        };
        let (nth, from_end) = (before / 7 + 1, -(after / 7 + 1));
        self.nth_weekdays
            .iter()
            .any(|(n, wanted)| *wanted == weekday && (*n == nth || *n == from_end))
    }
}

/// Returns the number of a day's week, and how many weeks that week's year has. The first week of a year is the first with at
/// least four days in it (RFC 5545, section 3.3.10, BYWEEKNO).
fn week_number(day: Day, week_start: u8) -> (i64, i64) {
    let into_week = (i64::from(day.weekday()) - i64::from(week_start)).rem_euclid(7);
    // The fourth day of a week lies in the year that the week belongs to.
    let fourth = Day::of(day.number - into_week + 3);
    let january = number_of(fourth.year, 1, 1);
    let first_fourth = (i64::from(week_start) + 3 - i64::from(weekday(january))).rem_euclid(7);
    let weeks = (year_length(fourth.year) - 1 - first_fourth) / 7 + 1;
    ((fourth.number - january) / 7 + 1, weeks)
}
