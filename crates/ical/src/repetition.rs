//! Reads what a RRULE says (RFC 5545, section 3.3.10; RFC 7529 for other calendars).
//!
//! A rule that is read wrongly frees time, so reading is strict where it decides which days occur, and lenient only where
//! leniency adds occurrences: an end that cannot be read is no end, an interval that cannot be read is 1. Where a part about
//! days makes no sense, the time of day is still known: unless a rule is about hours or less, it can occur at that time of
//! each day and at no other.

use crate::parts::Parts;
use crate::rule::{Freq, Repetition, Rule, Scaled, frequency};
use crate::rule_values::{bits, by_day, leap_second, months, signed, skip, weekday};
use crate::scale::{Scale, Skip};
use crate::values::{self, Moment};
use crate::vcalendar;

impl Repetition {
    /// Reads the rule of a series; `whole_days` says that it is one of whole days, for which times of day mean nothing.
    /// `is_start` knows the series' start, which some programs write into the rule as well.
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
        let Some(freq) = frequency(written)
            .or(lunar)
            .filter(|_| !parts.contradicts("FREQ"))
        else {
            let until = until(&parts).0;
            let by_day = |name: &str| frequency(name).map_or(names_days(name), |freq| freq >= Freq::Daily);
            let mut frequencies = parts.list.iter().filter(|(name, _)| name == "FREQ");
            let of_days =
                !written.is_empty() && frequencies.all(|(_, value)| by_day(value)) && !says_time(&parts);
            if whole_days || of_days {
                return Self::EachDay(Rule {
                    until,
                    ..Rule::every(Freq::Daily)
                });
            }
            return Self::Unknown { until };
        };
        let mut reader = Reader::new(freq, &parts, whole_days);
        if lunar.is_some() {
            reader.scale = Some((Scale::Chinese, false));
            reader.rule.guessed = true;
        }
        for (name, value) in &parts.list {
            if name == "DTSTART" && values::moment(value).is_ok_and(is_start) {
                reader.rule.mended = true;
            } else {
                reader.part(name, value);
            }
        }
        reader.finish(&parts)
    }
}

/// What becomes of a rule while its parts are read.
#[expect(
    clippy::struct_excessive_bools,
    reason = "what was not understood of a rule is a matter of several yes or no"
)]
struct Reader {
    rule: Rule,
    scale: Option<(Scale, bool)>,
    skip: Skip,
    /// Which days are meant is not known …
    days_unread: bool,
    /// … but for weekdays everything was read.
    all_but_weekdays: bool,
    /// At which times of day is not known.
    times_unread: bool,
    whole_days: bool,
    /// There may be more occurrences than were meant, so that a count would end too early.
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
            times_unread: false,
            whole_days,
            count_lost: false,
        }
    }

    /// One part. Of a name with different values each is one.
    fn part(&mut self, name: &str, value: &str) {
        match name {
            "FREQ" | "RSCALE" | "UNTIL" => {}
            "INTERVAL" => self.interval(value),
            "COUNT" => match value.parse::<i64>() {
                Ok(number @ 1..) => self.rule.count = self.rule.count.max(Some(number)),
                _ => self.rule.guessed = true,
            },
            // The 60th second is the leap second, which no clock here knows.
            "BYSECOND" => match bits(value, 0..=60) {
                Some(seconds) if self.rule.seconds == 0 => {
                    self.rule.seconds = seconds & !(1 << 60) | leap_second(value);
                }
                _ => self.times_unread = true,
            },
            "BYMINUTE" => match bits(value, 0..=59) {
                Some(minutes) if self.rule.minutes == 0 => self.rule.minutes = minutes,
                _ => self.times_unread = true,
            },
            "BYHOUR" => match bits(value, 0..=23).and_then(|hours| u32::try_from(hours).ok()) {
                Some(hours) if self.rule.hours == 0 => self.rule.hours = hours,
                _ => self.times_unread = true,
            },
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

    /// A part about dates, each of which may stand once.
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
            // What a part of an unknown name says of times of day is not known either.
            self.times_unread |= about_time(name);
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
        if self.times_unread && !self.whole_days {
            return Repetition::Unknown {
                until: self.rule.until,
            };
        }
        self.count_in_scale();
        if self.days_unread {
            if self.rule.freq < Freq::Daily && !self.whole_days {
                return Repetition::Unknown {
                    until: self.rule.until,
                };
            }
            return Repetition::EachDay(self.each_day());
        }
        let rule = &mut self.rule;
        if !rule.positions.is_empty() && !rule.has_other_parts() {
            // A position within a set of one would drop occurrences that were meant.
            rule.positions.clear();
            rule.guessed = true;
        }
        rule.guessed |= rule.count.is_some() && rule.until.is_some();
        Repetition::Rule(self.rule)
    }

    /// Decides whether the rule needs another walk than the plain one (RFC 7529). Rules of days and weeks are the same in every
    /// calendar unless they name its dates, and only parts of months and years bring up dates that do not exist.
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

    /// The rule of every day that has all that this one may mean.
    fn each_day(self) -> Rule {
        let rule = self.rule;
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

/// `LUNAR_YEARLY` and the like, which calendars of Chinese phones write for RSCALE=CHINESE.
fn lunar_frequency(text: &str) -> Option<Freq> {
    let head = text.get(..5)?;
    let rest = text[5..].trim_start_matches(['_', '-', ' ']);
    frequency(rest).filter(|freq| head.eq_ignore_ascii_case("LUNAR") && *freq >= Freq::Monthly)
}

/// Does an unknown frequency speak of days or longer, such as `FORTNIGHTLY`, or of a misspelt one of these, such as `WEKLY`?
fn names_days(text: &str) -> bool {
    let text = text.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["HOUR", "MIN", "SEC", "TIME", "TWICE", "THRICE"]) {
        return false;
    }
    let nearest = |words: &[&str]| words.iter().map(|word| typing_errors(&text, word)).min();
    has(&["DAY", "DAI", "WEEK", "NIGHT", "MONTH", "QUARTER", "YEAR", "ANNU"])
        || (nearest(&["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]) <= Some(2)
            && nearest(&["HOURLY", "MINUTELY", "SECONDLY"]) > Some(2))
}

/// How many letters have to be put in, left out or changed to make one word of the other (Levenshtein's distance). Words that
/// are much longer than any frequency are not compared.
fn typing_errors(text: &str, word: &str) -> usize {
    let letters: Vec<char> = text.chars().take(16).collect();
    let mut row: Vec<usize> = (0..=letters.len()).collect();
    for (above, wanted) in word.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for at in 1..row.len() {
            let changed = diagonal + usize::from(letters[at - 1] != wanted);
            diagonal = row[at];
            row[at] = changed.min(row[at] + 1).min(row[at - 1] + 1);
        }
    }
    row[letters.len()]
}

/// Is anything said about times of day?
fn says_time(parts: &Parts) -> bool {
    parts.list.iter().any(|(name, _)| about_time(name))
}

/// The end, the latest of several, and whether it was guessed.
fn until(parts: &Parts) -> (Option<Moment>, bool) {
    let mut latest: Option<Moment> = None;
    let mut guessed = false;
    for (_, value) in parts.list.iter().filter(|(name, _)| name == "UNTIL") {
        let end = match values::moment(value) {
            Ok(moment) => moment,
            Err(day) => {
                guessed = true;
                match day.or_else(|| values::after_end_of_month(value)) {
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

/// Is there a count that cannot be read?
fn count_unread(parts: &Parts) -> bool {
    let mut counts = parts.list.iter().filter(|(name, _)| name == "COUNT");
    counts.any(|(_, value)| !matches!(value.parse::<i64>(), Ok(1..)))
}

/// Does a part of this name speak of times of day?
fn about_time(name: &str) -> bool {
    let words = ["HOUR", "MINUTE", "SECOND", "TIME", "DTSTART"];
    words.iter().any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Repetition {
        Repetition::read(text, false, &|_| false)
    }

    fn each_day(text: &str) -> Rule {
        match read(text) {
            Repetition::EachDay(rule) => rule,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_misspelt_frequency_is_one_of_days_unless_it_may_be_a_shorter_one() {
        for word in [
            "DIALY", "DALIY", "WEKLY", "WEELKY", "MOTHLY", "MONHTLY", "YEALRY", "YRLY",
        ] {
            assert_eq!(
                each_day(&format!("FREQ={word};BYDAY=MO")).freq,
                Freq::Daily,
                "{word}"
            );
        }
        for word in [
            "HURLY",
            "HORLY",
            "MNUTELY",
            "SCONDLY",
            "OURLY",
            "FOO",
            "D",
            "M",
            &"X".repeat(10_000),
        ] {
            let rule = read(&format!("FREQ={word};BYDAY=MO"));
            assert!(matches!(rule, Repetition::Unknown { .. }), "{word}: {rule:?}");
        }
    }

    #[test]
    fn the_parts_of_a_rule_are_read_in_any_order_and_case() {
        let rule = Rule::parse("interval=2;BYDAY=mo,-1FR;FREQ=monthly;wkst=SU;BYMONTH=3,12;").unwrap();
        assert_eq!((rule.freq, rule.interval, rule.week_start), (Freq::Monthly, 2, 6));
        assert_eq!(
            (rule.weekdays, rule.nth_weekdays.as_slice()),
            (1, [(-1, 4)].as_slice())
        );
        assert_eq!(rule.months, (1 << 3) | (1 << 12));
        assert!(!rule.guessed && !rule.mended);
    }

    #[test]
    fn what_is_written_wrongly_but_clearly_is_what_it_means() {
        for (wrong, right) in [
            ("RRULE:FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO"),
            ("FREQ=DAILY\\;COUNT=10", "FREQ=DAILY;COUNT=10"),
            ("FREQ=WEEKLY;BYDAY=MO\\,TU", "FREQ=WEEKLY;BYDAY=MO,TU"),
            ("FREQ=WEEKLY;BYDAY=Monday,TUE,Weds.", "FREQ=WEEKLY;BYDAY=MO,TU,XX"),
            (
                "FREQ=WEEKLY;BYDAY=Monday,TUE,thurs.",
                "FREQ=WEEKLY;BYDAY=MO,TU,TH",
            ),
            ("FREQ=MONTHLY;BYDAY=0MO,+0TU,2WE", "FREQ=MONTHLY;BYDAY=MO,TU,2WE"),
            (
                "FREQ=MONTHLY;BYDAY=-1FRIDAY;WKST=SUNDAY",
                "FREQ=MONTHLY;BYDAY=-1FR;WKST=SU",
            ),
            ("FREQ=DAILY;WKST=0", "FREQ=DAILY"),
        ] {
            let plain = |text| match Rule::parse(text) {
                Some(rule) => Repetition::Rule(Rule {
                    mended: false,
                    ..rule
                }),
                None => read(text),
            };
            assert_eq!(plain(wrong), plain(right), "{wrong}");
            assert!(
                Rule::parse(wrong).is_none_or(|rule| rule.mended && !rule.guessed),
                "{wrong}"
            );
        }
    }

    #[test]
    fn where_days_make_no_sense_each_day_is_meant_at_the_same_time() {
        for text in [
            "FREQ=FORTNIGHTLY",
            "FREQ=DAILY;FREQ=WEEKLY",
            "FREQ=DAILY;BYDAY=XX",
            "FREQ=DAILY;BYDAY=é",
            "FREQ=MONTHLY;BYMONTHDAY=32",
            "FREQ=MONTHLY;BYMONTHDAY=,",
            "FREQ=MONTHLY;BYDAY=MO1",
            "FREQ=DAILY;X-WHAT=1",
            "FREQ=YEARLY;BYEASTER=1",
            "FREQ=WEEKLY;WKST=1",
            "FREQ=MONTHLY;RSCALE=MARTIAN",
            "FREQ=MONTHLY;SKIP=YES",
            "FREQ=MONTHLY;BYMONTH=5L",
            "FREQ=WEEKLY;RSCALE=HEBREW;BYMONTH=5",
            "FREQ=WEEKLY;BYDAY=MO;BYDAY=TU",
            "FREQ=WEEKLY;every second week",
        ] {
            assert_eq!(each_day(text), Rule::every(Freq::Daily), "{text}");
        }
        let rule = each_day("FREQ=WEEKLY;BYDAY=XX;BYHOUR=9,14;COUNT=3;UNTIL=20261201");
        assert_eq!((rule.hours, rule.count), ((1 << 9) | (1 << 14), None));
        assert!(rule.until.is_some());
    }

    #[test]
    fn a_rule_of_vcalendar_1_occurs_at_its_times_on_any_day() {
        let daily = Rule::every(Freq::Daily);
        for (text, count) in [
            ("D3 #50", Some(153)),
            ("D1 #0", None),
            ("D1", None),
            ("W2 TU TH #27", Some(392)),
            ("w1 mo$ #1", Some(14)),
            ("MP3 2- FR #17", None),
            ("MP1 1+ MO 2- FR LD #17", None),
            ("MD3 20", None),
            ("MD1 1- 15+ LD #3", None),
            ("YM2 5 #13", None),
            ("YD1 141", None),
            ("YM1 6 7 MP1 1+ MO #5", None),
            ("RRULE:D1 #9223372036854775807", None),
        ] {
            assert_eq!(
                each_day(text),
                Rule {
                    count,
                    ..daily.clone()
                },
                "{text}"
            );
        }
        let rule = each_day("W2 MO WE FR 20270630T000000 #3");
        let end = Some(Moment::Date(jiff::civil::date(2027, 7, 1)));
        assert_eq!((rule.until, rule.count), (end, None));
        let rule = each_day("D2 0900 1430$ #5");
        assert_eq!((rule.hours, rule.minutes), ((1 << 9) | (1 << 14), 1 | (1 << 30)));
        // By minutes, and what is no such rule.
        for text in [
            "M5 #3",
            "D1 0900 #5 M30",
            "D1 2500",
            "D0",
            "D",
            "D1 whatever",
            "D1 99999999",
            "W1 #x",
            "X1 #2",
            "é1",
        ] {
            assert_eq!(read(text), Repetition::Unknown { until: None }, "{text}");
        }
    }

    #[test]
    fn a_count_bounds_the_days_where_a_weekday_alone_is_not_understood() {
        assert_eq!(
            each_day("FREQ=WEEKLY;BYDAY=XX;COUNT=3;INTERVAL=2").count,
            Some(49)
        );
        for text in [
            "FREQ=WEEKLY;BYDAY=XX;COUNT=0",
            "FREQ=WEEKLY;BYDAY=XX;COUNT=3;X-FOO=1",
            "FREQ=WEEKLY;BYDAY=XX;COUNT=3;INTERVAL=0",
            "FREQ=WEEKLY;BYDAY=XX;COUNT=3;BYMONTH=2",
            "FREQ=MONTHLY;BYDAY=XX;COUNT=3",
            "FREQ=DAILY;BYDAY=XX;COUNT=9999999999999999",
        ] {
            assert_eq!(
                each_day(text).count.filter(|count| *count < 1 << 50),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn where_times_of_day_make_no_sense_nothing_is_known() {
        for text in [
            "BYDAY=MO",
            "FREQ",
            "FREQ=",
            "FREQ=SOMETIMES",
            "FREQ=DAILY;FREQ=HOURLY",
            "FREQ=DAILY;BYHOUR=24",
            "FREQ=DAILY;BYHOUR=9;BYHOUR=10",
            "FREQ=TWICE A DAY",
            "FREQ=FORTNIGHTLY;BYHOUR=9",
            "FREQ=HOURLY;BYDAY=XX",
            "FREQ=DAILY;X-BYTIME=9",
        ] {
            assert_eq!(read(text), Repetition::Unknown { until: None }, "{text}");
            // Whole days have no time of day.
            assert!(
                !matches!(
                    Repetition::read(text, true, &|_| false),
                    Repetition::Unknown { .. }
                ),
                "{text}"
            );
        }
        let end = read("FREQ=HOURLY;BYDAY=XX;UNTIL=20261201");
        assert!(matches!(end, Repetition::Unknown { until: Some(_) }));
    }

    #[test]
    fn what_is_read_leniently_only_adds_occurrences() {
        let rule = Rule::parse("FREQ=DAILY;INTERVAL=0;COUNT=3").unwrap();
        assert_eq!((rule.interval, rule.count, rule.guessed), (1, None, true));
        let rule = Rule::parse("FREQ=DAILY;INTERVAL=2;INTERVAL=3;COUNT=3").unwrap();
        assert_eq!((rule.interval, rule.count, rule.guessed), (1, None, true));
        let rule = Rule::parse("FREQ=DAILY;COUNT=-1;UNTIL=never").unwrap();
        assert_eq!((rule.count, rule.until, rule.guessed), (None, None, true));
        let rule = Rule::parse("FREQ=DAILY;BYSETPOS=2").unwrap();
        assert!(rule.positions.is_empty() && rule.guessed);
        let rule = Rule::parse("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0;COUNT=3").unwrap();
        assert_eq!((rule.positions.len(), rule.count, rule.guessed), (0, None, true));
        let rule = Rule::parse("FREQ=DAILY;COUNT=;BYDAY=").unwrap();
        assert_eq!((rule.count, rule.weekdays), (None, 0));
        let rule = Rule::parse("FREQ=DAILY;COUNT=3;COUNT=5;UNTIL=20261201;UNTIL=20261101").unwrap();
        assert_eq!((rule.count, rule.guessed), (Some(5), true));
        assert_eq!(rule.until, Some(Moment::Date(jiff::civil::date(2026, 12, 1))));
        // A day that its month does not have ends no later than the month.
        let rule = Rule::parse("FREQ=DAILY;UNTIL=20261131T100000Z").unwrap();
        assert_eq!(rule.until, Some(Moment::Date(jiff::civil::date(2026, 12, 1))));
    }

    #[test]
    fn other_calendars_are_walked_only_where_they_differ() {
        for text in [
            "FREQ=YEARLY;RSCALE=GREGORIAN",
            "FREQ=WEEKLY;RSCALE=CHINESE;BYDAY=MO",
            "FREQ=DAILY;RSCALE=GREGORIAN;SKIP=FORWARD",
            "FREQ=YEARLY;SKIP=FORWARD;BYWEEKNO=53;BYDAY=MO",
            "FREQ=YEARLY;RSCALE=BUDDHIST",
        ] {
            assert_eq!(Rule::parse(text).unwrap().scaled, None, "{text}");
        }
        let rule = Rule::parse("RSCALE=hebrew;FREQ=YEARLY;BYMONTH=5L,6;SKIP=FORWARD").unwrap();
        assert_eq!((rule.months, rule.leap_months), (1 << 6, 1 << 5));
        let scaled = rule.scaled.unwrap();
        assert_eq!(
            (scaled.scale, scaled.skip, scaled.nearly),
            (Scale::Hebrew, Skip::Forward, false)
        );
        let lunar = Rule::parse("FREQ=LUNAR_YEARLY;BYMONTH=10;COUNT=3").unwrap();
        assert!(lunar.guessed && lunar.count.is_none() && lunar.scaled.is_some_and(|scaled| scaled.nearly));
    }

    #[test]
    fn the_start_within_a_rule_says_nothing_new() {
        let start = Moment::Utc(jiff::civil::datetime(2026, 11, 2, 9, 0, 0, 0));
        let text = "DTSTART:20261102T090000Z;FREQ=WEEKLY;COUNT=3";
        let rule = Repetition::read(text, false, &|moment| moment == start);
        assert!(matches!(rule, Repetition::Rule(rule) if rule.mended && rule.count == Some(3)));
        assert_eq!(read(text), Repetition::Unknown { until: None });
    }
}
