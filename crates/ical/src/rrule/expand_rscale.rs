//! Expands monthly and yearly rules that count in another calendar or have SKIP (RFC 7529).
//!
//! The order is that of RFC 7529, section 4.1: leap months that a year does not have (SKIP), days that a month or year does not
//! have (SKIP again), weekdays, positions.

use crate::rrule::expand::{Expansion, Stop};
use crate::rrule::rscale::{Month, Scale, Skip, Year};
use crate::rrule::rule::{Freq, Rule, Scaled};
use crate::values::days::{DAY, weekday};

/// Work that finding the months of a year costs, in candidate days.
const YEAR_COSTS: u32 = 20;

/// The day parts of a rule, completed from the start.
struct Parts<'r> {
    rule: &'r Rule,
    skip: Skip,
    months: u16,
    leap_months: u16,
    month_days: Vec<i64>,
}

impl<'r> Parts<'r> {
    fn of(rule: &'r Rule, skip: Skip, month: Month, start: i64) -> Self {
        let mut parts = Self {
            rule,
            skip,
            months: rule.months,
            leap_months: rule.leap_months,
            month_days: rule.month_days.clone(),
        };
        let by_weekday = rule.weekdays != 0 || !rule.nth_weekdays.is_empty();
        if !by_weekday && rule.month_days.is_empty() && rule.year_days.is_empty() {
            parts.month_days = vec![start - month.first + 1];
            if rule.freq == Freq::Yearly && rule.months == 0 && rule.leap_months == 0 {
                if month.leap {
                    parts.leap_months = 1 << month.number;
                } else {
                    parts.months = 1 << month.number;
                }
            }
        }
        parts
    }

    /// Returns the months of a year that the rule names. A leap month that the year does not have becomes another one, or none.
    fn months_of(&self, year: &Year) -> Vec<Month> {
        if self.months == 0 && self.leap_months == 0 {
            return year.months.clone();
        }
        let has_leap = |number: u8| {
            year.months
                .iter()
                .any(|month| month.leap && month.number == number)
        };
        let instead = |number: u8| self.leap_months & (1 << number) != 0 && !has_leap(number);
        let meant = |month: &&Month| {
            if month.leap {
                return self.leap_months & (1 << month.number) != 0;
            }
            self.months & (1 << month.number) != 0
                || match self.skip {
                    Skip::Omit => false,
                    Skip::Backward => instead(month.number),
                    Skip::Forward => month.number > 1 && instead(month.number - 1),
                }
        };
        year.months.iter().filter(meant).copied().collect()
    }

    /// Returns the day numbers of the nth days of a span, negative ones counted from its end. A day that the span does not have
    /// becomes the day after or before it, or none.
    fn nth_days(&self, numbers: &[i64], first: i64, length: i64, days: &mut Vec<i64>) {
        for number in numbers {
            let at = if *number > 0 { number - 1 } else { length + number };
            let outside = !(0..length).contains(&at);
            match self.skip {
                Skip::Omit if outside => {}
                Skip::Forward if outside => days.push(first + if at < 0 { 0 } else { length }),
                Skip::Backward if outside => days.push(first + if at < 0 { -1 } else { length - 1 }),
                _ => days.push(first + at),
            }
        }
    }

    /// Returns the days of some months of a year, in order.
    fn days(&self, year: &Year, months: &[Month]) -> Vec<i64> {
        let mut days = Vec::new();
        let yearly = self.rule.freq == Freq::Yearly;
        let by_year_day = !self.rule.year_days.is_empty();
        if by_year_day {
            self.nth_days(&self.rule.year_days, year.first(), year.length(), &mut days);
        }
        if !self.month_days.is_empty() {
            let mut by_month = Vec::new();
            for month in months {
                self.nth_days(&self.month_days, month.first, month.length, &mut by_month);
            }
            if by_year_day {
                days.retain(|day| by_month.contains(day));
            } else {
                days = by_month;
            }
        } else if by_year_day {
            let anywhere = yearly && self.months == 0 && self.leap_months == 0;
            let within = |day: &i64| {
                let has = |month: &Month| (month.first..month.first + month.length).contains(day);
                anywhere || months.iter().any(has)
            };
            days.retain(within);
        } else {
            for month in months {
                days.extend(month.first..month.first + month.length);
            }
        }
        days.retain(|day| self.weekday_matches(*day, year));
        days.sort_unstable();
        days.dedup();
        days
    }

    fn weekday_matches(&self, day: i64, year: &Year) -> bool {
        let rule = self.rule;
        if rule.weekdays == 0 && rule.nth_weekdays.is_empty() {
            return true;
        }
        let name = weekday(day);
        if rule.weekdays & (1 << name) != 0 {
            return true;
        }
        let in_year = rule.freq == Freq::Yearly && rule.months == 0 && rule.leap_months == 0;
        let span = if in_year {
            Some((year.first(), year.length()))
        } else {
            year.month_of(day).map(|month| (month.first, month.length))
        };
        let mut numbered = rule.nth_weekdays.iter().filter(|(_, wanted)| *wanted == name);
        // A day that was moved out of its year has no number there; it counts, to be safe.
        let Some((first, length)) = span.filter(|(first, length)| (*first..first + length).contains(&day))
        else {
            return numbered.next().is_some();
        };
        let (before, after) = (day - first, first + length - 1 - day);
        let (nth, from_end) = (before / 7 + 1, -(after / 7 + 1));
        numbered.any(|(n, _)| *n == nth || *n == from_end)
    }
}

impl Expansion<'_> {
    /// Visits months and years of a calendar.
    pub(crate) fn scaled_periods(&mut self, scaled: Scaled) -> Stop {
        let start = self.query.start.div_euclid(DAY);
        let origin = scaled.scale.year_of(start);
        let Some(first_year) = scaled.scale.year(origin) else {
            return Stop::Done;
        };
        let Some(month) = first_year.month_of(start) else {
            return Stop::Done;
        };
        let parts = Parts::of(self.rule, scaled.skip, month, start);
        let wanted = self.query.from.max(self.query.start).div_euclid(DAY);
        // A day of the year before can have been moved into this one.
        let near = i64::from(scaled.scale.year_of(wanted)) - 1 - i64::from(origin);
        let end = match self.rule.freq {
            Freq::Yearly => self.scaled_years(&parts, scaled, origin, near),
            _ => self.scaled_months(&parts, scaled, origin, near, month),
        };
        match end {
            Ok(()) => Stop::Done,
            Err(stop) => stop,
        }
    }

    /// Returns a year, if it begins before the end of the window.
    fn scaled_year(&mut self, scale: Scale, number: i64) -> Result<Option<Year>, Stop> {
        let year = i32::try_from(number).ok().and_then(|number| scale.year(number));
        let Some(year) = year else {
            return Ok(None);
        };
        let begins = year.first() * DAY;
        self.spend(YEAR_COSTS, begins)?;
        // A day that was moved back can lie before its year.
        Ok((begins - 40 * DAY < self.query.to).then_some(year))
    }

    fn scaled_years(&mut self, parts: &Parts, scaled: Scaled, origin: i32, near: i64) -> Result<(), Stop> {
        let interval = self.rule.interval;
        let mut index = match self.count {
            Some(_) => 0,
            None => (near / interval).max(0),
        };
        let mut last = i64::MIN;
        while let Some(number) = index
            .checked_mul(interval)
            .and_then(|years| years.checked_add(origin.into()))
            && let Some(year) = self.scaled_year(scaled.scale, number)?
        {
            let months = parts.months_of(&year);
            self.scaled_days(scaled, parts.days(&year, &months), year.first(), &mut last)?;
            index += 1;
        }
        Ok(())
    }

    fn scaled_months(
        &mut self,
        parts: &Parts,
        scaled: Scaled,
        origin: i32,
        near: i64,
        start: Month,
    ) -> Result<(), Stop> {
        let interval = self.rule.interval;
        // Years differ in how many months they have, so an interval is counted from the start.
        let skipped = if self.count.is_some() || interval > 1 {
            0
        } else {
            near.max(0)
        };
        let mut number = i64::from(origin) + skipped;
        let mut index = 0;
        let mut last = i64::MIN;
        while let Some(year) = self.scaled_year(scaled.scale, number)? {
            let meant = parts.months_of(&year);
            for month in year.months.iter().filter(|month| month.first >= start.first) {
                if index % interval == 0 && meant.contains(month) {
                    self.scaled_days(scaled, parts.days(&year, &[*month]), month.first, &mut last)?;
                }
                index += 1;
            }
            number += 1;
        }
        Ok(())
    }

    /// Visits the occurrences of one period.
    fn scaled_days(
        &mut self,
        scaled: Scaled,
        mut days: Vec<i64>,
        begins: i64,
        last: &mut i64,
    ) -> Result<(), Stop> {
        self.spend(
            u32::try_from(days.len()).unwrap_or(u32::MAX).saturating_add(1),
            begins * DAY,
        )?;
        if scaled.nearly {
            days = days.iter().flat_map(|day| [day - 1, *day, day + 1]).collect();
            days.sort_unstable();
            days.dedup();
        }
        let times = std::mem::take(&mut self.times);
        let set: Vec<i64> = days
            .iter()
            .flat_map(|day| times.iter().map(move |time| day * DAY + time))
            .collect();
        self.times = times;
        let chosen = if self.rule.positions.is_empty() {
            set
        } else {
            self.chosen(&set)
        };
        for naive in chosen {
            // Two dates that do not exist can become the same one.
            if naive > *last {
                *last = naive;
                self.occurrence(naive)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::rrule::expand::{Expanded, RuleQuery, expand};
    use crate::values::days::number_of;

    fn days(rule: &Rule, start: i64, from: i64, to: i64) -> Vec<i64> {
        let query = RuleQuery {
            start: start * DAY,
            whole_days: true,
            until: None,
            from: from * DAY,
            to: to * DAY,
        };
        let mut found = Vec::new();
        let expanded = expand(rule, query, &mut 5_000_000, &mut |naive| {
            found.push(naive / DAY);
            ControlFlow::Continue(())
        });
        assert_eq!(expanded, Expanded::All);
        found
    }

    #[test]
    fn in_the_gregorian_calendar_both_walks_find_the_same_days() {
        for text in [
            "FREQ=YEARLY",
            "FREQ=YEARLY;INTERVAL=3;COUNT=7",
            "FREQ=YEARLY;BYMONTH=2,12",
            "FREQ=YEARLY;BYMONTHDAY=-31,30,1",
            "FREQ=YEARLY;BYYEARDAY=366,-366,-1,60",
            "FREQ=YEARLY;BYYEARDAY=60,200;BYMONTH=2,3",
            "FREQ=YEARLY;BYYEARDAY=60,200;BYMONTHDAY=1",
            "FREQ=YEARLY;BYDAY=2MO,-1FR",
            "FREQ=YEARLY;BYDAY=2MO,TU;BYMONTH=5",
            "FREQ=YEARLY;BYMONTHDAY=13;BYDAY=FR",
            "FREQ=YEARLY;BYDAY=MO;BYSETPOS=2,-1",
            "FREQ=MONTHLY",
            "FREQ=MONTHLY;INTERVAL=5;COUNT=20",
            "FREQ=MONTHLY;BYMONTHDAY=31,-30",
            "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=28,29",
            "FREQ=MONTHLY;BYDAY=1MO,-1SU;INTERVAL=2",
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "FREQ=MONTHLY;BYMONTHDAY=1,2,3,4,5,6,7;BYDAY=SA",
        ] {
            let plain = Rule::parse(text).unwrap();
            let scaled = Rule {
                scaled: Some(Scaled {
                    scale: Scale::Gregorian,
                    skip: Skip::Omit,
                    nearly: false,
                }),
                ..plain.clone()
            };
            for start in [
                number_of(2019, 1, 31),
                number_of(2020, 2, 29),
                number_of(2021, 12, 5),
            ] {
                for from in [start, number_of(2024, 7, 3)] {
                    let to = number_of(2030, 3, 1);
                    assert_eq!(
                        days(&scaled, start, from, to),
                        days(&plain, start, from, to),
                        "{text}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_walk_from_the_middle_finds_what_one_from_the_start_does() {
        for scale in [
            "CHINESE",
            "HEBREW",
            "ETHIOPIC",
            "ISLAMIC-CIVIL",
            "GREGORIAN",
            "ISLAMIC",
        ] {
            for skip in ["OMIT", "FORWARD", "BACKWARD"] {
                for rule in [
                    "FREQ=YEARLY",
                    "FREQ=YEARLY;INTERVAL=2;BYMONTHDAY=-31,30,31",
                    "FREQ=YEARLY;BYYEARDAY=-385,-1,355,385",
                    "FREQ=MONTHLY;BYMONTHDAY=30,31,1",
                    "FREQ=MONTHLY;INTERVAL=7",
                    "FREQ=MONTHLY;BYDAY=-1MO",
                ] {
                    // Day 385 is none of a Gregorian year.
                    let text = format!("{rule};RSCALE={scale};SKIP={skip}");
                    let Some(rule) = Rule::parse(&text) else { continue };
                    let start = number_of(2001, 12, 30);
                    let all = days(&rule, start, start, number_of(2030, 1, 1));
                    assert!(all.len() > 1 && all.is_sorted(), "{text}");
                    for from in (number_of(2019, 1, 1)..number_of(2020, 6, 1)).step_by(17) {
                        let expected: Vec<i64> = all.iter().copied().filter(|day| *day >= from).collect();
                        assert_eq!(
                            days(&rule, start, from, number_of(2030, 1, 1)),
                            expected,
                            "{text}"
                        );
                    }
                }
            }
        }
    }
}
