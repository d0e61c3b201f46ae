//! Expands a rule on naive local time (RFC 5545, section 3.3.10).
//!
//! An expansion visits only the periods (years, months, weeks, days, or single hours, minutes, seconds) that lie in
//! the window: without COUNT the index of a period follows from its time, so a rule that began decades
//! ago costs no more than one that began today. With COUNT it starts at the beginning and counts. Work is
//! limited; an expansion that gives up says from when on nothing is known, and the caller blocks that.

use std::ops::ControlFlow;

use crate::rrule::by_rules::ByRules;
use crate::rrule::periods::{period_of, period_start, times_of_day, times_within};
use crate::rrule::rule::{Freq, Rule};
use crate::values::days::{DAY, Day, days_in, number_of, small};

/// The part of a rule's occurrences to visit, in naive seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RuleQuery {
    /// The start of the series.
    pub start: i64,
    /// The start is a whole day: parts of a rule about the time of day are ignored (section 3.3.10).
    pub whole_days: bool,
    /// The latest time of the last occurrence, if the rule has UNTIL.
    pub until: Option<i64>,
    /// Occurrences from here on are visited …
    pub from: i64,
    /// … up to here, exclusive.
    pub to: i64,
}

/// How an expansion ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expanded {
    /// Every occurrence in the window was visited.
    All,
    /// The budget ran out; from here on nothing is known.
    GaveUpAt(i64),
}

/// Last second of the year 9999, the end of the calendar.
const END_OF_TIME: i64 = 253_402_300_799;

/// Visits the occurrences in the window in ascending order until `visit` breaks. Every unit of work is taken from
/// `budget`.
pub(crate) fn expand(
    rule: &Rule,
    query: RuleQuery,
    budget: &mut u32,
    visit: &mut dyn FnMut(i64) -> ControlFlow<()>,
) -> Expanded {
    let mut query = query;
    query.to = query.to.min(END_OF_TIME);
    // A rule with both ends contradicts itself; the later end errs on the safe side.
    if rule.count.is_none() {
        query.to = query
            .to
            .min(query.until.map_or(i64::MAX, |until| until.saturating_add(1)));
    }
    let mut expansion = Expansion {
        rule,
        by_rules: ByRules::new(rule, query.start),
        times: Vec::new(),
        count: rule.count,
        query,
        counted: 0,
        budget,
        visit,
    };
    let end = if rule.freq < Freq::Daily && !query.whole_days {
        expansion.short_periods()
    } else {
        expansion.times = times_of_day(rule, query.start, query.whole_days);
        match rule.scaled {
            Some(scaled) => expansion.scaled_periods(scaled),
            None => expansion.long_periods(),
        }
    };
    match end {
        Stop::Done => Expanded::All,
        Stop::OutOfBudget(at) => Expanded::GaveUpAt(at.max(query.from).max(query.start)),
    }
}

/// Returns the first and the last occurrence in the window, and the seconds from each to the next, of a rule that names only a
/// number of hours, minutes or seconds. `None` for any other rule, and for one without an occurrence there.
pub(crate) fn steady(rule: &Rule, query: RuleQuery) -> Option<(i64, i64, i64)> {
    let unit = short_unit(rule.freq).filter(|_| !query.whole_days)?;
    if rule.has_other_parts() || !rule.positions.is_empty() {
        return None;
    }
    let step = rule.interval.saturating_mul(unit);
    let counted = rule.count.map(|count| last_of(query.start, step, count));
    let last = match (counted, query.until) {
        (Some(counted), Some(until)) => counted.max(until),
        (Some(end), None) | (None, Some(end)) => end,
        (None, None) => i64::MAX,
    };
    let last = last.min(query.to - 1).min(END_OF_TIME);
    let from = (query.from - query.start).max(0);
    let first = query.start + (from + step - 1).div_euclid(step).saturating_mul(step);
    let last = query.start + (last - query.start).div_euclid(step) * step;
    (first <= last).then_some((first, last, step))
}

/// Returns the seconds of an hour, minute or second.
fn short_unit(freq: Freq) -> Option<i64> {
    match freq {
        Freq::Hourly => Some(3_600),
        Freq::Minutely => Some(60),
        Freq::Secondly => Some(1),
        _ => None,
    }
}

/// Returns the last of `count` occurrences at equal distances.
fn last_of(start: i64, step: i64, count: i64) -> i64 {
    start.saturating_add(step.saturating_mul(count - 1))
}

/// Why an expansion stopped.
pub(crate) enum Stop {
    Done,
    OutOfBudget(i64),
}

/// The state of an expansion.
pub(crate) struct Expansion<'a> {
    pub(crate) rule: &'a Rule,
    by_rules: ByRules,
    /// The seconds of the day at which matching days occur.
    pub(crate) times: Vec<i64>,
    pub(crate) query: RuleQuery,
    /// The number of occurrences, when they have to be counted.
    pub(crate) count: Option<i64>,
    counted: i64,
    budget: &'a mut u32,
    visit: &'a mut dyn FnMut(i64) -> ControlFlow<()>,
}

impl Expansion<'_> {
    /// Visits periods of days and longer: candidates are days, each with the same times of day.
    fn long_periods(&mut self) -> Stop {
        let origin = Day::of(self.query.start.div_euclid(DAY));
        // An hourly rule on whole days is one on days: several hours of a day are the same day.
        let freq = self.rule.freq.max(Freq::Daily);
        let interval = if self.rule.freq < Freq::Daily {
            1
        } else {
            self.rule.interval
        };
        let first = period_of(freq, self.rule.week_start, origin);
        let mut index = if self.count.is_some() {
            0
        } else {
            let wanted = Day::of(self.query.from.max(self.query.start).div_euclid(DAY));
            (period_of(freq, self.rule.week_start, wanted) - first) / interval
        };
        let mut set = Vec::new();
        loop {
            let period = first.saturating_add(index.saturating_mul(interval));
            let Some(begins) = period_start(freq, self.rule.week_start, period) else {
                return Stop::Done;
            };
            if begins.saturating_mul(DAY) >= self.query.to {
                return Stop::Done;
            }
            if let Err(stop) = self.one_long_period(freq, period, begins, &mut set) {
                return stop;
            }
            index += 1;
        }
    }

    fn one_long_period(
        &mut self,
        freq: Freq,
        period: i64,
        begins: i64,
        set: &mut Vec<i64>,
    ) -> Result<(), Stop> {
        let by_position = !self.rule.positions.is_empty();
        set.clear();
        match freq {
            Freq::Yearly => {
                let year: i32 = small(period);
                for month in 1..=12 {
                    if self.by_rules.month(month) {
                        self.month(year, month, by_position, set)?;
                    } else {
                        self.spend(1, begins * DAY)?;
                    }
                }
            }
            Freq::Monthly => {
                let (year, month) = (
                    small(period.div_euclid(12)),
                    small::<u8>(period.rem_euclid(12)) + 1,
                );
                if self.by_rules.month(month) {
                    self.month(year, month, by_position, set)?;
                } else {
                    self.spend(1, begins * DAY)?;
                }
            }
            Freq::Weekly => {
                for number in begins..begins + 7 {
                    self.day(Day::of(number), by_position, set)?;
                }
            }
            _ => self.day(Day::of(begins), by_position, set)?,
        }
        self.positions(set)
    }

    fn month(&mut self, year: i32, month: u8, by_position: bool, set: &mut Vec<i64>) -> Result<(), Stop> {
        let first = number_of(year, month, 1);
        if let Some(day) = self.by_rules.only_day_of_month() {
            // The common case, a fixed day of the month, needs no search.
            if day <= i64::from(days_in(year, month)) {
                let day = Day {
                    number: first + day - 1,
                    year,
                    month,
                    of_month: small(day),
                };
                return self.day(day, by_position, set);
            }
            return self.spend(1, first * DAY);
        }
        for offset in 0..days_in(year, month) {
            let day = Day {
                number: first + i64::from(offset),
                year,
                month,
                of_month: offset + 1,
            };
            self.day(day, by_position, set)?;
        }
        Ok(())
    }

    fn day(&mut self, day: Day, by_position: bool, set: &mut Vec<i64>) -> Result<(), Stop> {
        self.spend(1, day.number * DAY)?;
        if !self.by_rules.matches(day) {
            return Ok(());
        }
        for at in 0..self.times.len() {
            let naive = day.number * DAY + self.times[at];
            if by_position {
                self.spend(1, naive)?;
                set.push(naive);
            } else {
                self.occurrence(naive)?;
            }
        }
        Ok(())
    }

    /// Applies BYSETPOS to the set of one period.
    fn positions(&mut self, set: &[i64]) -> Result<(), Stop> {
        self.chosen(set)
            .into_iter()
            .try_for_each(|naive| self.occurrence(naive))
    }

    /// Returns the members of a set that BYSETPOS chooses, in order.
    pub(crate) fn chosen(&self, set: &[i64]) -> Vec<i64> {
        let length = i64::try_from(set.len()).unwrap_or(i64::MAX);
        let mut chosen: Vec<i64> = self
            .rule
            .positions
            .iter()
            .map(|position| {
                if *position > 0 {
                    position - 1
                } else {
                    length + position
                }
            })
            .filter_map(|at| usize::try_from(at).ok().and_then(|at| set.get(at)).copied())
            .collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    /// Visits hours, minutes and seconds: candidates are single periods of that length, and whole days, hours and minutes that
    /// cannot match are skipped.
    fn short_periods(&mut self) -> Stop {
        let rule = self.rule;
        let unit = short_unit(rule.freq).unwrap_or(1);
        let first = self.query.start.div_euclid(unit) * unit;
        let step = rule.interval.saturating_mul(unit);
        // Index of the first period at or after a time.
        let index_at = |time: i64| ((time - first).max(0) + step - 1).div_euclid(step);
        let inner = times_within(rule, unit, self.query.start - first);
        let times = u64::from(rule.hours) | rule.minutes | rule.seconds;
        let plain = times == 0 && rule.positions.is_empty() && !self.by_rules.restricts();
        if plain && let Some(count) = self.count.take() {
            // Every period occurs, so the last one is known without counting.
            let last = last_of(self.query.start, step, count);
            let until = self.query.until.map_or(last, |until| until.max(last));
            self.query.to = self.query.to.min(until.saturating_add(1));
        }
        let mut index = match self.count {
            Some(_) => 0,
            None => index_at(self.query.from.max(first) - unit),
        };
        let mut set = Vec::new();
        loop {
            let begins = first.saturating_add(index.saturating_mul(step));
            if begins >= self.query.to {
                return Stop::Done;
            }
            if let Err(stop) = self.spend(1, begins) {
                return stop;
            }
            let next = if !self.by_rules.matches(Day::of(begins.div_euclid(DAY))) {
                Some((begins.div_euclid(DAY) + 1) * DAY)
            } else if rule.hours != 0 && rule.hours & (1 << (begins.rem_euclid(DAY) / 3_600)) == 0 {
                Some((begins.div_euclid(3_600) + 1) * 3_600)
            } else if unit < 3_600
                && rule.minutes != 0
                && rule.minutes & (1 << (begins.rem_euclid(3_600) / 60)) == 0
            {
                Some((begins.div_euclid(60) + 1) * 60)
            } else if unit == 1 && rule.seconds != 0 && rule.seconds & (1 << begins.rem_euclid(60)) == 0 {
                Some(begins + 1)
            } else {
                None
            };
            if let Some(next) = next {
                index = index_at(next);
                continue;
            }
            set.clear();
            set.extend(inner.iter().map(|offset| begins + offset));
            let end = if rule.positions.is_empty() {
                set.iter().try_for_each(|naive| self.occurrence(*naive))
            } else {
                self.positions(&set)
            };
            if let Err(stop) = end {
                return stop;
            }
            index += 1;
        }
    }

    /// Takes work from the budget; stops at `at` when too little is left.
    pub(crate) fn spend(&mut self, work: u32, at: i64) -> Result<(), Stop> {
        *self.budget = self.budget.checked_sub(work).ok_or(Stop::OutOfBudget(at))?;
        Ok(())
    }

    /// Counts an occurrence of the rule, and visits it when it lies in the window.
    pub(crate) fn occurrence(&mut self, naive: i64) -> Result<(), Stop> {
        if naive < self.query.start {
            return Ok(());
        }
        self.spend(1, naive)?;
        if let Some(count) = self.count {
            self.counted += 1;
            if self.counted > count && self.query.until.is_none_or(|until| naive > until) {
                return Err(Stop::Done);
            }
        }
        if naive >= self.query.to {
            return Err(Stop::Done);
        }
        if naive >= self.query.from && (self.visit)(naive).is_break() {
            return Err(Stop::OutOfBudget(naive));
        }
        Ok(())
    }
}
