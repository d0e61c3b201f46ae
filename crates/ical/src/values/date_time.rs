//! Reads dates, times and offsets as text (RFC 5545, section 3.3) leniently: what is odd but clear is understood, and of an
//! unclear time at least the day is kept.

use jiff::civil::{Date, DateTime, Time};

/// A DATE or DATE-TIME as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A whole day.
    Date(Date),
    /// A local time, of the TZID if there is one, else floating.
    Local(DateTime),
    /// A time in UTC.
    Utc(DateTime),
}

impl Moment {
    /// The date as written.
    pub(crate) fn date(self) -> Date {
        match self {
            Self::Date(date) => date,
            Self::Local(local) | Self::Utc(local) => local.date(),
        }
    }
}

/// Reads a DATE or DATE-TIME. On failure returns the day, if at least that can be read.
pub(crate) fn moment(text: &str) -> Result<Moment, Option<Date>> {
    let text = text.trim();
    // The extended form of ISO 8601 differs only in punctuation; a sign that belongs to an offset stands after the T.
    let (day_text, time_text) = match text.find(['T', 't', ' ']) {
        Some(at) => {
            let time = &text[at + 1..];
            // Before its mark there may be a blank, too.
            let is_blank = text[at..].starts_with(' ');
            let time = if is_blank { time.trim_start() } else { time };
            (
                &text[..at],
                Some(time.strip_prefix(['T', 't']).filter(|_| is_blank).unwrap_or(time)),
            )
        }
        None => (text, None),
    };
    let date = date(day_text).ok_or(None)?;
    match time_text {
        None => Ok(Moment::Date(date)),
        Some(time_text) => time_of_day(date, time_text.trim()).ok_or(Some(date)),
    }
}

/// Returns whether a time of day is followed by text that may be a time zone but is none that is known.
pub(crate) fn has_unknown_zone(text: &str) -> bool {
    let text = text.trim();
    let Some(at) = text.find(['T', 't', ' ']) else {
        return false;
    };
    let time = text[at + 1..].trim_start().trim_start_matches(['T', 't']);
    let end = time.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')));
    let digits = time.bytes().take_while(|b| b.is_ascii_digit() || *b == b':');
    end.is_some_and(|end| {
        let rest = time[end..].trim_start();
        digits.filter(u8::is_ascii_digit).count() >= 4
            && rest.starts_with(|c: char| c.is_alphabetic() || matches!(c, '+' | '-'))
            && !matches!(rest, "Z" | "z")
            && moment(text).is_err()
    })
}

fn date(text: &str) -> Option<Date> {
    let mut digits = [0_i16; 8];
    let mut count = 0;
    for (at, c) in text.char_indices() {
        match c.to_digit(10) {
            Some(digit) if count < 8 => {
                digits[count] = i16::try_from(digit).ok()?;
                count += 1;
            }
            None if c == '-' && (at == 4 || at == 7) => {}
            _ => return None,
        }
    }
    if count != 8 {
        return None;
    }
    let year = digits[..4].iter().fold(0, |sum, digit| sum * 10 + digit);
    let two = |at: usize| i8::try_from(digits[at] * 10 + digits[at + 1]).unwrap_or(0);
    Date::new(year, two(4), two(6)).ok()
}

/// Returns the first day of the next month, for a day that its month does not have, such as 31 November.
pub(crate) fn after_end_of_month(text: &str) -> Option<Date> {
    let text = text.trim().as_bytes();
    let digits = text
        .get(..8)
        .filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    let number = |from: usize, to: usize| {
        digits[from..to]
            .iter()
            .fold(0, |sum, b| sum * 10 + i16::from(b - b'0'))
    };
    let month = Date::new(number(0, 4), i8::try_from(number(4, 6)).ok()?, 1).ok()?;
    let day = number(6, 8);
    (day <= 31 && day > i16::from(month.days_in_month()))
        .then(|| month.last_of_month().tomorrow().ok())
        .flatten()
}

/// Returns what a date or time on a nonexistent day, such as 31 November, can mean: the nearest day of that month, the first day
/// after it, and the day as many days later as it says. Empty for any other text.
pub(crate) fn on_near_days(text: &str) -> Vec<String> {
    let (days, time) = days_near(text);
    days.into_iter()
        .map(|day| format!("{}{time}", day.strftime("%Y%m%d")))
        .collect()
}

/// Returns the days of [`on_near_days`], and the text after the day.
pub(crate) fn days_near(text: &str) -> (Vec<Date>, &str) {
    let text = text.trim();
    let end = text.find(['T', 't', ' ']).unwrap_or(text.len());
    let (day_text, time) = text.split_at(end);
    (near_days(day_text).unwrap_or_default(), time)
}

fn near_days(text: &str) -> Option<Vec<Date>> {
    let digits: Vec<i16> = text
        .char_indices()
        .filter(|(at, c)| !(*c == '-' && (*at == 4 || *at == 7)))
        .map(|(_, c)| c.to_digit(10).and_then(|digit| i16::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    if digits.len() != 8 {
        return None;
    }
    let number = |digits: &[i16]| digits.iter().fold(0, |sum, digit| sum * 10 + digit);
    let (year, month, day) = (number(&digits[..4]), number(&digits[4..6]), number(&digits[6..]));
    let small = |number: i16| i8::try_from(number).ok();
    if Date::new(year, small(month)?, small(day)?).is_ok() {
        return None;
    }
    let nearest = Date::new(year, small(month.clamp(1, 12))?, 1).ok()?;
    let of_month = day.clamp(1, nearest.days_in_month().into());
    let begin = Date::new(year, 1, 1).ok()?;
    let later = begin.checked_add(jiff::Span::new().months(month - 1).days(0));
    let later = later.and_then(|first| first.checked_add(jiff::Span::new().days(day - 1)));
    let mut days = vec![Date::new(year, nearest.month(), small(of_month)?).ok()?];
    days.extend(later);
    if day > of_month {
        days.extend(nearest.last_of_month().tomorrow());
    }
    days.sort_unstable();
    days.dedup();
    Some(days)
}

fn time_of_day(date: Date, text: &str) -> Option<Moment> {
    let clock_end = text
        .find(|c: char| !(c.is_ascii_digit() || c == ':'))
        .unwrap_or(text.len());
    let (clock, suffix) = text.split_at(clock_end);
    let digits: Vec<i8> = clock
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|b| i8::try_from(b - b'0').unwrap_or(0))
        .collect();
    if digits.len() != 4 && digits.len() != 6 {
        return None;
    }
    let two = |at: usize| digits.get(at).map_or(0, |tens| tens * 10) + digits.get(at + 1).unwrap_or(&0);
    if two(4) > 60 {
        return None;
    }
    // Midnight is also the end of a day.
    let (date, hour) = match (two(0), two(2), two(4)) {
        (24, 0, 0) => (date.tomorrow().ok()?, 0),
        (hour, ..) => (date, hour),
    };
    // A leap second is the last second of its minute.
    let time = Time::new(hour, two(2), two(4).min(59), 0).ok()?;
    let local = DateTime::from_parts(date, time);
    let suffix = suffix.trim_start();
    // Fractions of a second occur in texts that are not quite iCalendar.
    let suffix = match suffix.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => suffix,
    };
    match suffix {
        "" => Some(Moment::Local(local)),
        "Z" | "z" => Some(Moment::Utc(local)),
        offset => {
            let seconds = offset_behind(offset, (local, digits.len() == 6))?;
            let utc = local
                .checked_sub(jiff::SignedDuration::from_secs(seconds.into()))
                .ok()?;
            Some(Moment::Utc(utc))
        }
    }
}

/// Reads an offset after a time of day, also as `GMT-8` or `-8`, in seconds east of UTC.
fn offset_behind(text: &str, (local, has_seconds): (DateTime, bool)) -> Option<i32> {
    let word = text.get(..3).unwrap_or("");
    let is_named = word.eq_ignore_ascii_case("GMT") || word.eq_ignore_ascii_case("UTC");
    let offset = if is_named { text[3..].trim() } else { text };
    if is_named && offset.is_empty() {
        return Some(0);
    }
    let is_short = offset.len() == 2 && offset.ends_with(|c: char| c.is_ascii_digit());
    let seconds = if is_short && (is_named || has_seconds) {
        utc_offset(&format!("{}0{}", &offset[..1], &offset[1..]))?
    } else {
        utc_offset(offset)?
    };
    // `10:00-12:00` is a span, as are two times with seconds.
    let of_day = local.time().duration_since(Time::midnight()).as_secs();
    let is_span =
        !is_named && seconds < 0 && i64::from(-seconds) > of_day && (offset.contains(':') || !has_seconds);
    let has_own_seconds = offset.bytes().filter(u8::is_ascii_digit).count() == 6;
    (!is_span && (seconds >= 0 || !has_own_seconds)).then_some(seconds)
}

/// Reads a UTC offset such as `-0500`, `+01:00` or `+053000`, in seconds east of UTC; at most 26 hours.
pub(crate) fn utc_offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let (sign, rest) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let digits: Vec<i32> = rest
        .chars()
        .filter(|c| *c != ':')
        .map(|c| c.to_digit(10).and_then(|d| i32::try_from(d).ok()))
        .collect::<Option<_>>()?;
    let two = |at: usize| digits[at] * 10 + digits[at + 1];
    let seconds = match digits.len() {
        2 => two(0) * 3_600,
        4 => two(0) * 3_600 + two(2) * 60,
        6 => two(0) * 3_600 + two(2) * 60 + two(4),
        _ => return None,
    };
    (seconds <= 26 * 3_600).then_some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    #[test]
    fn moments_are_read_in_every_form_that_is_clear() {
        let local = datetime(2026, 11, 24, 10, 0, 0, 0);
        assert_eq!(moment("20261124"), Ok(Moment::Date(date(2026, 11, 24))));
        assert_eq!(moment("2026-11-24"), Ok(Moment::Date(date(2026, 11, 24))));
        assert_eq!(moment(" 20261124T100000 "), Ok(Moment::Local(local)));
        assert_eq!(moment("20261124t1000"), Ok(Moment::Local(local)));
        assert_eq!(moment("20261124T100000Z"), Ok(Moment::Utc(local)));
        assert_eq!(moment("2026-11-24T10:00:00.000z"), Ok(Moment::Utc(local)));
        assert_eq!(moment("20261124T050000-0500"), Ok(Moment::Utc(local)));
        assert_eq!(
            moment("20261124T100060"),
            Ok(Moment::Local(datetime(2026, 11, 24, 10, 0, 59, 0)))
        );
    }

    #[test]
    fn of_a_bad_time_the_day_is_kept_and_of_a_bad_day_nothing() {
        let day = Some(date(2026, 11, 24));
        for text in [
            "20261124T250000",
            "20261124T",
            "20261124Tten",
            "20261124T10",
            "20261124T100000X",
        ] {
            assert_eq!(moment(text), Err(day), "{text}");
        }
        for text in [
            "",
            "T100000",
            "20261324",
            "20260229T100000",
            "2026112",
            "202611244",
            "٢٠٢٦١١٢٤x",
            "tomorrow",
        ] {
            assert_eq!(moment(text), Err(None), "{text}");
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_one_of_those_near_it() {
        assert_eq!(
            on_near_days("20261131T100000Z"),
            ["20261130T100000Z", "20261201T100000Z"]
        );
        assert_eq!(on_near_days("2026-11-31"), ["20261130", "20261201"]);
        assert_eq!(on_near_days("20260230"), ["20260228", "20260301", "20260302"]);
        assert_eq!(on_near_days("20261300"), ["20261201", "20261231"]);
        assert_eq!(on_near_days("20261301T9"), ["20261201T9", "20270101T9"]);
        assert_eq!(on_near_days("99991232"), ["99991231"]);
        for text in ["", "20261130", "2026113", "202611311", "2026x131", "00001131x"] {
            assert!(on_near_days(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn offsets_are_read_with_and_without_colons() {
        assert_eq!(utc_offset("-0500"), Some(-18_000));
        assert_eq!(utc_offset("+05:30"), Some(19_800));
        assert_eq!(utc_offset("+003120"), Some(1_880));
        for text in ["", "0500", "+5", "+9900", "-xx00"] {
            assert_eq!(utc_offset(text), None, "{text}");
        }
    }
}
