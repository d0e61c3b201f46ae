//! Reads a RRULE (RFC 5545, section 3.3.10; RFC 7529 for other calendars).
//!
//! A rule that is read wrongly frees time, so reading is strict where it decides which days occur, and lenient only where
//! leniency adds occurrences: an end that cannot be read is no end, an interval that cannot be read is 1. Where a part about
//! days makes no sense, the time of day is still known: unless a rule is about hours or less, it can occur at that time of
//! each day and at no other.

use crate::rrule::frequency::{Freq, frequency, lunar_frequency, worded};
use crate::rrule::part_values::{by_day, months, signed, skip, weekday};
use crate::rrule::parts::Parts;
use crate::rrule::rscale::{Scale, Skip};
use crate::rrule::rule::{Broken, Repetition, Rule, Scaled};
use crate::rrule::times::{Times, Unit};
use crate::rrule::vcalendar;
use crate::rrule::within_a_day::{is_once, may_add_times, may_be_within_a_day};
use crate::values::date_time::{self, Moment};

impl Repetition {
    /// Reads the rule of a series. `whole_days` says that its events are whole days, for which times of day mean nothing.
    /// `is_start` recognises the start of the series, which some programs write into the rule as well.
    pub(crate) fn read(text: &str, whole_days: bool, is_start: &dyn Fn(Moment) -> bool) -> Self {
        let parts = Parts::of(text);
        if parts.is_empty() {
            return Self::None;
        }
        if let ([], [only]) = (parts.list.as_slice(), parts.strays.as_slice())
            && let Some(rule) = vcalendar::each_day(only)
        {
            return Self::EachDay(rule);
        }
        let written = parts.get("FREQ").unwrap_or("");
        let lunar = lunar_frequency(written);
        let named = frequency(written).or(lunar);
        let known = named
            .or_else(|| worded(written))
            .filter(|_| !parts.contradicts("FREQ"));
        // A rule that says "once" occurs at most once a day.
        let is_short = || !is_once(written) && parts.may_be_within_a_day();
        if known.is_none() && !whole_days && is_short() {
            return Self::always(until(&parts).0);
        }
        let mut reader = Reader::new(known.unwrap_or(Freq::Daily), &parts, whole_days);
        if known.is_none() {
            (reader.days_unread, reader.all_but_weekdays) = (true, false);
        }
        reader.rule.mended |= named.is_none();
        if lunar.is_some() {
            reader.scale = Some((Scale::Chinese, false));
            reader.rule.guessed = true;
        }
        for (name, value) in &parts.list {
            if name == "DTSTART" && date_time::moment(value).is_ok_and(is_start) {
                reader.rule.mended = true;
            } else {
                reader.part(name, value);
            }
        }
        for stray in &parts.strays {
            reader.times.mention(stray);
            let adds_times = if known.is_some() {
                may_add_times(stray)
            } else {
                may_be_within_a_day(stray)
            };
            if adds_times {
                reader.times.may_be_any();
            }
        }
        reader.finish(&parts)
    }

    /// Returns a repetition at any time up to the end, if one is known.
    fn always(until: Option<Moment>) -> Self {
        Self::Broken(vec![Broken::Always { until }])
    }
}

/// A rule while its parts are read.
#[expect(
    clippy::struct_excessive_bools,
    reason = "what was not understood of a rule is a matter of several yes or no"
)]
struct Reader {
    rule: Rule,
    scale: Option<(Scale, bool)>,
    skip: Skip,
    /// The days cannot be read …
    days_unread: bool,
    /// … except for weekdays, which were all read.
    all_but_weekdays: bool,
    times: Times,
    whole_days: bool,
    /// More occurrences may be found than were meant, so that a count would end too early.
    count_lost: bool,
}

impl Reader {
    fn new(freq: Freq, parts: &Parts, whole_days: bool) -> Self {
        let mut rule = Rule::every(freq);
        rule.mended = parts.mended;
        let (until, guessed) = until(parts);
        rule.until = until;
        rule.guessed = guessed;
        let scale = parts.get("RSCALE").map(Scale::named);
        Self {
            rule,
            days_unread: !parts.strays.is_empty() || scale == Some(None),
            all_but_weekdays: parts.strays.is_empty() && scale.is_none(),
            scale: scale.flatten(),
            skip: Skip::Omit,
            times: Times::default(),
            whole_days,
            count_lost: false,
        }
    }

    /// Reads one part. Each value of a repeated name is one.
    fn part(&mut self, name: &str, value: &str) {
        match name {
            "FREQ" | "RSCALE" | "UNTIL" => {}
            "INTERVAL" => self.interval(value),
            "COUNT" => match value.parse::<i64>() {
                Ok(number @ 1..) => self.rule.count = self.rule.count.max(Some(number)),
                _ => self.rule.guessed = true,
            },
            "BYSECOND" => self.times.list(Unit::Second, value),
            "BYMINUTE" => self.times.list(Unit::Minute, value),
            "BYHOUR" => self.times.list(Unit::Hour, value),
            "BYSETPOS" => match signed(value, 366) {
                Some(positions) if self.rule.positions.is_empty() => self.rule.positions = positions,
                // Positions only choose among days that are known.
                _ => self.without_positions(),
            },
            "BYDAY" => {
                if self.rule.weekdays != 0
                    || !self.rule.nth_weekdays.is_empty()
                    || by_day(value, &mut self.rule).is_none()
                {
                    self.days_unread = true;
                }
            }
            "WKST" => match weekday(value) {
                Some((day, short)) => {
                    self.rule.week_start = day;
                    self.rule.mended |= !short;
                }
                None if self.rule.freq == Freq::Weekly || self.rule.freq == Freq::Yearly => {
                    self.days_unread = true;
                }
                None => self.rule.mended = true,
            },
            _ => self.date_part(name, value),
        }
    }

    /// Reads a part about dates; each may occur once.
    fn date_part(&mut self, name: &str, value: &str) {
        let other = self.scale.is_some();
        let rule = &mut self.rule;
        let read = match name {
            "BYMONTH" if rule.months == 0 && rule.leap_months == 0 => {
                months(value, other).map(|(plain, leap)| {
                    (rule.months, rule.leap_months) = (plain, leap);
                })
            }
            "BYMONTHDAY" if rule.month_days.is_empty() => {
                signed(value, 32 - i64::from(!other)).map(|days| rule.month_days = days)
            }
            "BYYEARDAY" if rule.year_days.is_empty() => {
                let most = if other { 385 } else { 366 };
                signed(value, most).map(|days| rule.year_days = days)
            }
            "BYWEEKNO" if rule.week_numbers.is_empty() => {
                signed(value, 53).map(|weeks| rule.week_numbers = weeks)
            }
            "SKIP" => skip(value).map(|skip| self.skip = skip),
            _ => None,
        };
        if read.is_none() {
            self.days_unread = true;
            self.all_but_weekdays = false;
            // The times of day in a part with an unknown name are not known either.
            if name == "DTSTART" {
                self.times.start(value);
            } else if about_time(name) {
                self.times.guess(name, value);
            }
        }
    }

    fn interval(&mut self, value: &str) {
        match value.parse::<i64>() {
            // Longer intervals than the calendar has seconds are all the same: no second occurrence.
            Ok(number @ 1..) if self.rule.interval == 1 => self.rule.interval = number.min(1 << 40),
            _ => {
                self.rule.interval = 1;
                self.count_lost = true;
                self.rule.guessed = true;
            }
        }
    }

    fn without_positions(&mut self) {
        self.rule.positions.clear();
        self.count_lost = true;
        self.rule.guessed = true;
    }

    fn finish(mut self, parts: &Parts) -> Repetition {
        if parts.contradicts("UNTIL") || parts.contradicts("COUNT") {
            self.rule.guessed = true;
        }
        if parts.contradicts("INTERVAL") {
            self.rule.interval = 1;
            self.count_lost = true;
        }
        if parts.contradicts("RSCALE") || parts.contradicts("SKIP") || parts.contradicts("WKST") {
            self.days_unread = true;
            self.all_but_weekdays = false;
        }
        if parts.contradicts("BYSETPOS") {
            self.without_positions();
        }
        // An end that is not known is no end.
        if self.count_lost || count_unread(parts) {
            self.rule.count = None;
        }
        self.times.write(&mut self.rule);
        let times_known = self.whole_days || self.times.are_understood();
        self.count_in_scale();
        self.days_unread |= self.names_forbidden_days();
        let by_day = self.rule.freq >= Freq::Daily || self.whole_days;
        if !(by_day || times_known && !self.days_unread) {
            return Repetition::always(self.rule.until);
        }
        if self.days_unread {
            let rule = self.each_day();
            return if times_known {
                Repetition::EachDay(rule)
            } else {
                self.times.all_of(rule)
            };
        }
        let rule = &mut self.rule;
        if !rule.positions.is_empty() && !rule.has_other_parts() {
            // A position within a set of one would drop occurrences that were meant.
            rule.positions.clear();
            rule.guessed = true;
        }
        rule.guessed |= rule.count.is_some() && rule.until.is_some();
        if times_known {
            Repetition::Rule(self.rule)
        } else {
            self.times.all_of(self.rule)
        }
    }

    /// Returns whether days are named in a way that RFC 5545 forbids for the frequency. Programs interpret these differently.
    fn names_forbidden_days(&self) -> bool {
        let rule = &self.rule;
        let by_week_number = !rule.week_numbers.is_empty() && rule.freq != Freq::Yearly;
        let by_year_day =
            !rule.year_days.is_empty() && matches!(rule.freq, Freq::Daily | Freq::Weekly | Freq::Monthly);
        by_week_number || by_year_day || (!rule.month_days.is_empty() && rule.freq == Freq::Weekly)
    }

    /// Decides whether the rule needs the expansion of RFC 7529. Rules of days and weeks are the same in every calendar unless
    /// they name its dates, and only parts about months and years produce dates that do not exist.
    fn count_in_scale(&mut self) {
        let (scale, certain) = self.scale.unwrap_or((Scale::Gregorian, true));
        let rule = &mut self.rule;
        if rule.freq < Freq::Monthly {
            self.days_unread |= scale != Scale::Gregorian && rule.names_dates();
            return;
        }
        if scale == Scale::Gregorian && self.skip == Skip::Omit {
            self.days_unread |= rule.leap_months != 0 || rule.months >> 13 != 0;
            return;
        }
        if !rule.week_numbers.is_empty() {
            // Weeks are counted in Gregorian years only, and always exist there.
            self.days_unread |=
                scale != Scale::Gregorian || !rule.month_days.is_empty() || !rule.year_days.is_empty();
            return;
        }
        if !certain {
            rule.count = None;
            rule.guessed = true;
        }
        rule.scaled = Some(Scaled {
            scale,
            skip: self.skip,
            nearly: !certain,
        });
    }

    /// Returns the daily rule that includes everything that this one can mean.
    fn each_day(&self) -> Rule {
        let rule = &self.rule;
        let one_a_day = rule.hours == 0 && rule.minutes == 0 && rule.seconds == 0;
        let by_week = matches!(rule.freq, Freq::Daily | Freq::Weekly)
            && self.all_but_weekdays
            && rule.positions.is_empty()
            && !rule.names_dates();
        // Whatever weekdays are meant, at least one of them comes in so many weeks.
        let days = |count: i64| count.checked_mul(rule.interval)?.checked_mul(7)?.checked_add(7);
        Rule {
            count: rule.count.filter(|_| by_week && one_a_day).and_then(days),
            until: rule.until,
            seconds: rule.seconds,
            minutes: rule.minutes,
            hours: rule.hours,
            ..Rule::every(Freq::Daily)
        }
    }
}

/// Returns the latest UNTIL, and whether it was guessed.
fn until(parts: &Parts) -> (Option<Moment>, bool) {
    let mut latest: Option<Moment> = None;
    let mut guessed = false;
    for (_, value) in parts.list.iter().filter(|(name, _)| name == "UNTIL") {
        let end = match date_time::moment(value) {
            Ok(moment) => moment,
            Err(day) => {
                guessed = true;
                match day.or_else(|| date_time::after_end_of_month(value)) {
                    Some(day) => Moment::Date(day),
                    None => return (None, true),
                }
            }
        };
        latest = Some(match latest {
            Some(known) if known.date() == end.date() => Moment::Date(end.date()),
            Some(known) if known.date() > end.date() => known,
            None | Some(_) => end,
        });
    }
    (latest, guessed)
}

/// Returns whether a COUNT cannot be read.
fn count_unread(parts: &Parts) -> bool {
    let mut counts = parts.list.iter().filter(|(name, _)| name == "COUNT");
    counts.any(|(_, value)| !matches!(value.parse::<i64>(), Ok(1..)))
}

/// Returns whether a part of this name is about times of day. Names of a program's own (`X-…`) are not.
fn about_time(name: &str) -> bool {
    let words = ["HOUR", "MINUTE", "SECOND", "TIME"];
    !name.starts_with("X-") && words.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests;
