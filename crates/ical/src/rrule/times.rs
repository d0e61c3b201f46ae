//! Times of day of a rule (BYHOUR, BYMINUTE, BYSECOND), as far as they can be read.
//!
//! Where only some can be read, the start's own time may be meant as well; where none can, any time within the day, the hour or
//! the minute.

use crate::rrule::frequency::Freq;
use crate::rrule::part_values::readable_bits;
use crate::rrule::rule::{Broken, Repetition, Rule};
use crate::values::date_time::{Moment, moment};
use crate::values::days::DAY;

/// A unit of the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Hour,
    Minute,
    Second,
}

/// The hours, minutes or seconds that a rule names.
#[derive(Debug, Clone, Copy, Default)]
struct Named {
    /// Bit n is number n.
    read: u64,
    /// Numbers that could not be read may be meant as well.
    unread: bool,
}

/// The times of day of a rule.
#[derive(Debug, Default)]
pub(crate) struct Times {
    /// By [`Unit`].
    units: [Named; 3],
    /// The hours are unknown.
    lost: bool,
}

impl Times {
    /// Reads a part that lists hours, minutes or seconds.
    pub(crate) fn list(&mut self, unit: Unit, value: &str) {
        let most = match unit {
            Unit::Hour => 23,
            Unit::Minute => 59,
            // The 60th is the leap second, which no clock here knows: the last one, or what the start has.
            Unit::Second => 60,
        };
        let (mut read, mut all) = readable_bits(value, 0..=most);
        if read & 1 << 60 != 0 {
            (read, all) = (read & !(1 << 60) | 1 << 59, false);
        }
        let named = &mut self.units[unit as usize];
        named.unread |= !all || (named.read != 0 && named.read != read);
        named.read |= read;
    }

    /// Reads the value of an unknown part whose name mentions times. If it cannot be read, only one that looks like a list (BY…)
    /// makes the times unknown: others state a duration or a time zone.
    pub(crate) fn guess(&mut self, name: &str, value: &str) {
        let unit = if name.contains("HOUR") || name.contains("TIME") {
            Unit::Hour
        } else if name.contains("MINUTE") {
            Unit::Minute
        } else {
            Unit::Second
        };
        let mut unread = value.trim().is_empty();
        for item in value.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let number: Option<u32> = item.parse().ok();
            let of_day = number
                .filter(|_| name.contains("DAY"))
                .and_then(|number| minute_of_day(unit, number));
            let read = time(item).or_else(|| Some((number.filter(|hour| *hour < 24)?, None)));
            if let Some(time) = of_day {
                self.may_be(time);
            }
            match (unit, number) {
                (Unit::Hour, _) if read.is_some() => read.into_iter().for_each(|time| self.may_be(time)),
                (Unit::Minute | Unit::Second, Some(number @ 0..60)) => {
                    let named = &mut self.units[unit as usize];
                    named.read |= 1 << number;
                    named.unread = true;
                }
                _ => unread |= of_day.is_none(),
            }
        }
        if unread && name.starts_with("BY") {
            match unit {
                Unit::Hour => self.lost = true,
                Unit::Minute | Unit::Second => self.units[unit as usize].unread = true,
            }
        }
    }

    /// Adds the times of day in a text that is no part of a rule.
    pub(crate) fn mention(&mut self, text: &str) {
        let words = text.split(|c: char| c == ',' || c.is_whitespace());
        for time in words.filter_map(time) {
            self.may_be(time);
        }
    }

    /// Adds the time of a start that differs from that of the series.
    pub(crate) fn start(&mut self, text: &str) {
        match moment(text) {
            Ok(Moment::Date(_)) => {}
            Ok(Moment::Local(local)) => {
                let bit = |number: i8| u32::try_from(number).unwrap_or(0);
                self.may_be((bit(local.hour()), Some(bit(local.minute()))));
            }
            Ok(Moment::Utc(_)) | Err(_) => self.lost = true,
        }
    }

    /// Marks the times as unknown: there may be several a day, or a frequency of hours or less.
    pub(crate) fn may_be_any(&mut self) {
        self.lost = true;
    }

    fn may_be(&mut self, (hour, minute): (u32, Option<u32>)) {
        let [hours, minutes, _] = &mut self.units;
        hours.read |= 1 << hour;
        hours.unread = true;
        if let Some(minute) = minute {
            minutes.read |= 1 << minute;
            minutes.unread = true;
        }
    }

    pub(crate) fn are_understood(&self) -> bool {
        !self.lost && self.units.iter().all(|unit| !unit.unread)
    }

    /// Writes the times that could be read into a rule.
    pub(crate) fn write(&self, rule: &mut Rule) {
        let [hours, minutes, seconds] = self.units;
        rule.hours = u32::try_from(hours.read).unwrap_or(0);
        (rule.minutes, rule.seconds) = (minutes.read, seconds.read);
    }

    /// Returns everything that a rule of days or longer can mean whose times are not understood.
    pub(crate) fn all_of(mut self, mut rule: Rule) -> Repetition {
        rule.guessed = true;
        if !rule.positions.is_empty() {
            // Which of its times a position chooses is not known.
            rule.positions.clear();
            rule.count = None;
        }
        let unknown = self.units.iter().position(|unit| unit.unread && unit.read == 0);
        let unknown = if self.lost { Some(0) } else { unknown };
        // Of what is not known the smaller units do not matter.
        for unit in self.units.iter_mut().skip(unknown.unwrap_or(3)) {
            *unit = Named::default();
        }
        let mut choices = vec![self.units];
        for at in 0..3 {
            if self.units[at].unread {
                let own = choices.clone().into_iter().map(|mut units| {
                    units[at] = Named::default();
                    units
                });
                choices.extend(own);
            }
        }
        let rules = choices.into_iter().map(|units| {
            let times = Self { units, lost: false };
            let mut rule = rule.clone();
            times.write(&mut rule);
            rule.count = rule.count.and_then(|count| times.covering(count));
            rule
        });
        let seconds = match unknown {
            None => return Repetition::Times(rules.collect()),
            Some(0) => DAY,
            Some(1) => 3_600,
            Some(_) => 60,
        };
        let is_always = rule
            == Rule {
                until: rule.until,
                guessed: true,
                mended: rule.mended,
                ..Rule::every(Freq::Daily)
            };
        if seconds == DAY && is_always {
            return Repetition::Broken(vec![Broken::Always { until: rule.until }]);
        }
        Repetition::Broken(
            rules
                .map(|mut rule| {
                    // The start's own time of day may be later than the end, and others may not.
                    let day_after = |until: Moment| until.date().tomorrow().ok().map(Moment::Date);
                    rule.until = rule.until.and_then(day_after);
                    Broken::Within { rule, seconds }
                })
                .collect(),
        )
    }

    /// Returns a count of these times that reaches as far as `count` unknown times, of which each day has at least one, except
    /// perhaps the first.
    fn covering(&self, count: i64) -> Option<i64> {
        let a_day: i64 = self
            .units
            .iter()
            .map(|unit| i64::from(unit.read.count_ones().max(1)))
            .product();
        count.checked_add(1)?.checked_mul(a_day)
    }
}

/// Returns the hour and minute of a minute or second of the day.
fn minute_of_day(unit: Unit, number: u32) -> Option<(u32, Option<u32>)> {
    let minute = match unit {
        Unit::Hour => return None,
        Unit::Minute => number,
        Unit::Second => number / 60,
    };
    (minute < 24 * 60).then_some((minute / 60, Some(minute % 60)))
}

/// Reads an hour and a minute: `0930`, `9:30`, `9:30:00`, `9AM`.
fn time(word: &str) -> Option<(u32, Option<u32>)> {
    let number = |digits: &str, most: u32| -> Option<u32> {
        let plain = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        plain
            .then(|| digits.parse().ok())?
            .filter(|number| *number <= most)
    };
    let upper = word.to_ascii_uppercase();
    let (clock, noon) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        _ => (upper.as_str(), None),
    };
    let (hour, minute) = match clock.split_once(':') {
        Some((hour, rest)) => (hour, Some(rest.split(':').next().unwrap_or(rest))),
        None if clock.len() == 4 && clock.is_ascii() => (&clock[..2], Some(&clock[2..])),
        None if noon.is_some() => (clock, None),
        None => return None,
    };
    let hour = number(hour, 23)?;
    let minute = minute
        .map(|minute| number(minute, 59).ok_or(()))
        .transpose()
        .ok()?;
    Some((noon.map_or(hour, |noon| hour % 12 + noon), minute))
}
