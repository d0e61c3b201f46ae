//! RRULE as text (RFC 5545, section 3.3.10).
//!
//! A rule that is read wrongly frees time, so reading is strict where it decides which days occur: one value
//! that makes no sense fails the whole rule, and the caller blocks. It is lenient only where leniency adds
//! occurrences: an end that cannot be read is no end, an interval that cannot be read is 1.

use crate::values::{self, Moment};

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Freq {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A rule as written; what it leaves open is taken from the start by the [walk](crate::walk).
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
    pub positions: Vec<i64>,
    /// First day of the week; 0 is Monday.
    pub week_start: u8,
    /// Something was read leniently, so that there may be more occurrences than were meant.
    pub guessed: bool,
}

impl Rule {
    /// Reads a rule; nothing when it cannot be understood.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let parts = parts(text)?;
        let get = |name: &str| {
            parts
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.as_str())
        };
        let mut rule = Self {
            freq: freq(get("FREQ")?)?,
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
            positions: Vec::new(),
            week_start: 0,
            guessed: false,
        };
        for (key, value) in &parts {
            match key.as_str() {
                "FREQ" => {}
                "INTERVAL" => match value.parse::<i64>() {
                    // Longer intervals than the calendar has seconds are all the same: no second occurrence.
                    Ok(number @ 1..) => rule.interval = number.min(1 << 40),
                    _ => rule.guessed = true,
                },
                "COUNT" => match value.parse::<i64>() {
                    Ok(number @ 1..) => rule.count = Some(number),
                    _ => rule.guessed = true,
                },
                "UNTIL" => match values::moment(value) {
                    Ok(moment) => rule.until = Some(moment),
                    Err(Some(day)) => {
                        rule.until = Some(Moment::Date(day));
                        rule.guessed = true;
                    }
                    Err(None) => rule.guessed = true,
                },
                // The 60th second is the leap second, which no clock here knows.
                "BYSECOND" => rule.seconds = bits(value, 0..=60)? & !(1 << 60) | leap_second(value),
                "BYMINUTE" => rule.minutes = bits(value, 0..=59)?,
                "BYHOUR" => rule.hours = u32::try_from(bits(value, 0..=23)?).ok()?,
                "BYMONTH" => rule.months = u16::try_from(bits(value, 1..=12)?).ok()?,
                "BYMONTHDAY" => rule.month_days = signed(value, 31)?,
                "BYYEARDAY" => rule.year_days = signed(value, 366)?,
                "BYWEEKNO" => rule.week_numbers = signed(value, 53)?,
                "BYSETPOS" => rule.positions = signed(value, 366)?,
                "BYDAY" => by_day(value, &mut rule)?,
                "WKST" => rule.week_start = weekday(value)?,
                // RFC 7529: the Gregorian calendar and leaving out dates that do not exist are what is done anyway.
                "RSCALE" if value.eq_ignore_ascii_case("GREGORIAN") => {}
                "SKIP" if value.eq_ignore_ascii_case("OMIT") => {}
                _ => return None,
            }
        }
        rule.settle_contradictions(get("INTERVAL").is_some());
        Some(rule)
    }

    /// The end of a rule that cannot be read otherwise, so that what was over long ago does not block.
    pub(crate) fn end_of(text: &str) -> Option<Moment> {
        let parts = text.split(';').filter_map(|part| part.split_once('='));
        let mut ends = parts.filter(|(key, _)| key.trim().eq_ignore_ascii_case("UNTIL"));
        let (_, end) = ends.next()?;
        if ends.next().is_some() {
            return None;
        }
        values::moment(end).ok()
    }

    fn settle_contradictions(&mut self, has_interval: bool) {
        let interval_guessed = has_interval && self.interval == 1 && self.guessed;
        if interval_guessed {
            // With a shorter interval a count would end too early.
            self.count = None;
        }
        if !self.positions.is_empty() && !self.has_other_parts() {
            // A position within a set of one would drop occurrences that were meant.
            self.positions.clear();
            self.guessed = true;
        }
        self.guessed |= self.count.is_some() && self.until.is_some();
    }

    fn has_other_parts(&self) -> bool {
        self.seconds != 0
            || self.minutes != 0
            || self.hours != 0
            || self.weekdays != 0
            || self.months != 0
            || !self.nth_weekdays.is_empty()
            || !self.month_days.is_empty()
            || !self.year_days.is_empty()
            || !self.week_numbers.is_empty()
    }
}

/// The parts with upper-case names, empty ones left out. A name twice with different values is no rule.
fn parts(text: &str) -> Option<Vec<(String, String)>> {
    let mut parts: Vec<(String, String)> = Vec::new();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=')?;
        let (key, value) = (key.trim().to_ascii_uppercase(), value.trim().to_owned());
        if value.is_empty() {
            continue;
        }
        match parts.iter().find(|(known, _)| *known == key) {
            Some((_, same)) if *same == value => {}
            Some(_) => return None,
            None => parts.push((key, value)),
        }
    }
    Some(parts)
}

fn freq(text: &str) -> Option<Freq> {
    Some(match text.to_ascii_uppercase().as_str() {
        "SECONDLY" => Freq::Secondly,
        "MINUTELY" => Freq::Minutely,
        "HOURLY" => Freq::Hourly,
        "DAILY" => Freq::Daily,
        "WEEKLY" => Freq::Weekly,
        "MONTHLY" => Freq::Monthly,
        "YEARLY" => Freq::Yearly,
        _ => return None,
    })
}

fn weekday(text: &str) -> Option<u8> {
    let name = text.trim().to_ascii_uppercase();
    let at = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
        .iter()
        .position(|day| *day == name)?;
    u8::try_from(at).ok()
}

fn numbers(text: &str) -> impl Iterator<Item = Option<i64>> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| item.strip_prefix('+').unwrap_or(item).parse().ok())
}

/// A list of numbers as bits; at least one, all of them in range.
fn bits(text: &str, range: std::ops::RangeInclusive<i64>) -> Option<u64> {
    let mut bits = 0;
    for number in numbers(text) {
        let number = number.filter(|n| range.contains(n))?;
        bits |= 1_u64 << number;
    }
    (bits != 0).then_some(bits)
}

fn leap_second(text: &str) -> u64 {
    if numbers(text).any(|n| n == Some(60)) {
        1 << 59
    } else {
        0
    }
}

/// A list of numbers from 1 to `most` that may count from the end; at least one.
fn signed(text: &str, most: i64) -> Option<Vec<i64>> {
    let mut list: Vec<i64> = numbers(text)
        .map(|number| number.filter(|n| *n != 0 && n.abs() <= most))
        .collect::<Option<_>>()?;
    list.sort_unstable();
    list.dedup();
    (!list.is_empty()).then_some(list)
}

fn by_day(text: &str, rule: &mut Rule) -> Option<()> {
    for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let name_at = item
            .len()
            .checked_sub(2)
            .filter(|at| item.is_char_boundary(*at))?;
        let (number, name) = item.split_at(name_at);
        let day = weekday(name)?;
        if number.is_empty() {
            rule.weekdays |= 1 << day;
        } else {
            let number = numbers(number).next()??;
            if number == 0 || number.abs() > 53 {
                return None;
            }
            rule.nth_weekdays.push((number, day));
        }
    }
    rule.nth_weekdays.sort_unstable();
    rule.nth_weekdays.dedup();
    (rule.weekdays != 0 || !rule.nth_weekdays.is_empty()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_rule_are_read_in_any_order_and_case() {
        let rule = Rule::parse("interval=2;BYDAY=mo,-1FR;FREQ=monthly;wkst=SU;BYMONTH=3,12;").unwrap();
        assert_eq!((rule.freq, rule.interval, rule.week_start), (Freq::Monthly, 2, 6));
        assert_eq!(
            (rule.weekdays, rule.nth_weekdays.as_slice()),
            (1, [(-1, 4)].as_slice())
        );
        assert_eq!(rule.months, (1 << 3) | (1 << 12));
        assert!(!rule.guessed);
    }

    #[test]
    fn a_rule_with_a_part_that_makes_no_sense_is_no_rule() {
        for text in [
            "",
            "BYDAY=MO",
            "FREQ=FORTNIGHTLY",
            "FREQ",
            "FREQ=DAILY;BYDAY=XX",
            "FREQ=DAILY;BYDAY=é",
            "FREQ=MONTHLY;BYDAY=0MO",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=MONTHLY;BYMONTHDAY=,",
            "FREQ=DAILY;BYHOUR=24",
            "FREQ=DAILY;FREQ=WEEKLY",
            "FREQ=DAILY;X-WHAT=1",
            "FREQ=MONTHLY;RSCALE=HEBREW",
            "FREQ=MONTHLY;SKIP=FORWARD",
            "FREQ=WEEKLY;WKST=1",
        ] {
            assert_eq!(Rule::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_read_leniently_only_adds_occurrences() {
        let rule = Rule::parse("FREQ=DAILY;INTERVAL=0;COUNT=3").unwrap();
        assert_eq!((rule.interval, rule.count, rule.guessed), (1, None, true));
        let rule = Rule::parse("FREQ=DAILY;COUNT=-1;UNTIL=never").unwrap();
        assert_eq!((rule.count, rule.until, rule.guessed), (None, None, true));
        let rule = Rule::parse("FREQ=DAILY;BYSETPOS=2").unwrap();
        assert!(rule.positions.is_empty() && rule.guessed);
        let rule = Rule::parse("FREQ=DAILY;COUNT=;BYDAY=").unwrap();
        assert_eq!((rule.count, rule.weekdays), (None, 0));
    }
}
