//! Reads durations as text (RFC 5545, section 3.3.6), including those written in other forms.

use crate::values::days::DAY;

/// A DURATION. Days and weeks are nominal, the rest is exact (RFC 5545, section 3.3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub days: i64,
    pub seconds: i64,
}

impl Span {
    /// Returns the length in seconds where no clock changes.
    pub(crate) fn total(self) -> i64 {
        self.days.saturating_mul(DAY).saturating_add(self.seconds)
    }

    /// Returns the same duration in the other direction.
    pub(crate) fn negated(self) -> Self {
        Self {
            days: -self.days,
            seconds: -self.seconds,
        }
    }
}

/// Longest duration that is accepted, in days: about a hundred years. A longer one is a slip, or the work of a faulty program.
pub(crate) const LONGEST: i64 = 36_525;

/// Reads a DURATION of at most [`LONGEST`] days; a negative one has negative parts.
pub(crate) fn duration(text: &str) -> Option<Span> {
    let text = text.trim();
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let rest = rest.strip_prefix(['P', 'p'])?;
    let mut span = Span::default();
    let mut number: Option<i64> = None;
    let mut in_time = false;
    let mut parts = 0;
    for c in rest.chars() {
        if let Some(digit) = c.to_digit(10) {
            number = Some(
                number
                    .unwrap_or(0)
                    .saturating_mul(10)
                    .saturating_add(digit.into()),
            );
            continue;
        }
        if matches!(c, 'T' | 't') && number.is_none() && !in_time {
            in_time = true;
            continue;
        }
        let amount = number.take()?;
        parts += 1;
        let (days, seconds) = match (c.to_ascii_uppercase(), in_time) {
            ('W', _) => (7, 0),
            ('D', _) => (1, 0),
            ('H', true) => (0, 3_600),
            ('M', true) => (0, 60),
            ('S', true) => (0, 1),
            _ => return None,
        };
        span.days = span.days.saturating_add(amount.saturating_mul(days));
        span.seconds = span.seconds.saturating_add(amount.saturating_mul(seconds));
    }
    if number.is_some() || parts == 0 {
        return None;
    }
    (span.total() <= LONGEST * DAY).then(|| Span {
        days: span.days * sign,
        seconds: span.seconds * sign,
    })
}

/// Returns the longest duration that a text can mean which is no valid DURATION: one without its `P` or `T` (`1H`, `P7D12H`),
/// with a number that lacks its unit (`PT2H30`), with a fraction, years or months, a mere number, or a time of day (`01:30`).
/// Never negative.
pub(crate) fn loosely(text: &str) -> Option<Span> {
    let text = text.trim().trim_start_matches(['-', '+']).to_ascii_uppercase();
    let span = if text.contains(':') {
        by_the_clock(text.trim_start_matches(['P', 'T']))?
    } else {
        by_parts(&text)?
    };
    (span.total() <= LONGEST * DAY).then_some(span)
}

/// Reads hours, minutes and perhaps seconds; the first number may exceed 23.
fn by_the_clock(text: &str) -> Option<Span> {
    let mut seconds = 0_i64;
    let mut unit = 3_600;
    for part in text.split(':') {
        let number: u32 = part.trim().parse().ok()?;
        seconds += i64::from(number) * unit;
        unit /= 60;
    }
    Some(Span { days: 0, seconds })
}

/// Reads numbers with their units, in upper case.
fn by_parts(text: &str) -> Option<Span> {
    let mut rest = text.strip_prefix('P').unwrap_or(text);
    let mut span = Span::default();
    let mut in_time = false;
    let mut previous = None;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('T') {
            (rest, in_time) = (after.trim_start(), true);
            continue;
        }
        let end = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',')));
        let (number, after) = rest.split_at(end.unwrap_or(rest.len()));
        let after = after.trim_start();
        // A unit may be a word. A `T` directly after its letter marks times.
        let letters = after.find(|c: char| !c.is_ascii_alphabetic());
        let is_marked = after.as_bytes().get(1) == Some(&b'T');
        let (unit, after) = after.split_at(if is_marked {
            1
        } else {
            letters.unwrap_or(after.len())
        });
        let (whole, fraction) = match number.split_once(['.', ',']) {
            Some((whole, fraction)) => (whole, fraction),
            None => (number, ""),
        };
        let whole: i64 = whole.parse().ok().filter(|whole| *whole <= 1 << 40)?;
        let unit = match unit.chars().next() {
            Some(unit) => unit,
            None => match previous {
                None => mere_number(whole),
                Some('Y') => 'M',
                Some('W') => 'D',
                Some('D') => 'H',
                Some('H') => 'm',
                Some(_) => 'S',
            },
        };
        // `M` without a `T` before it means minutes unless the number looks like one of months.
        let is_minutes = in_time || previous == Some('H') || whole > 12 || whole % 5 == 0;
        let (unit, days, seconds) = match unit {
            'Y' => ('Y', 366, 0),
            'M' if !is_minutes => ('M', 31, 0),
            'W' => ('W', 7, 0),
            'D' => ('D', 1, 0),
            'H' => ('H', 0, 3_600),
            'M' | 'm' => ('m', 0, 60),
            'S' => ('S', 0, 1),
            _ => return None,
        };
        span.days += whole.saturating_mul(days);
        span.seconds += whole.saturating_mul(seconds);
        // One digit of a fraction is precise enough; the rest is rounded up.
        let tenths = fraction
            .chars()
            .next()
            .and_then(|c| c.to_digit(10))
            .map_or(0, |tenth| i64::from(tenth) + i64::from(fraction.len() > 1));
        span.seconds += tenths * (days * DAY + seconds) / 10;
        previous = Some(unit);
        rest = after.trim_start();
    }
    previous.map(|_| span)
}

/// Returns the unit of a number without one: minutes, or seconds if minutes would be more than a day.
fn mere_number(number: i64) -> char {
    if number <= 24 * 60 { 'm' } else { 'S' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_nonsense_is_not() {
        let span = |days, seconds| Some(Span { days, seconds });
        assert_eq!(duration("PT30M"), span(0, 1_800));
        assert_eq!(duration("P1DT2H"), span(1, 7_200));
        assert_eq!(duration("+P2W"), span(14, 0));
        assert_eq!(duration("-PT15M"), span(0, -900));
        assert_eq!(duration("P0D"), span(0, 0));
        assert_eq!(duration("P36525D"), span(36_525, 0));
        for text in [
            "P36526D",
            "P36525DT1S",
            "-P36526D",
            "PT9999999999S",
            "P99999999999999999999W",
            "P9999999999999999999DT9999999999999999999S",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
        for text in ["", "P", "PT", "1H", "P1", "PT1", "P30M", "P1Y", "PTxM", "30"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_read_as_the_longest_that_it_may_mean() {
        let time = |seconds| Some(Span { days: 0, seconds });
        for (text, minutes) in [
            ("PT2H30", 150),
            ("pt2h30m15", 150),
            ("PT90", 90),
            ("90", 90),
            ("1H", 60),
            ("T1H", 60),
            ("P1H", 60),
            ("P1H30M", 90),
            ("30M", 30),
            ("P30M", 30),
            ("P5M", 5),
            ("1 hour", 60),
            ("30 min", 30),
            ("1h 30min", 90),
            ("PT1.5H", 90),
            ("PT1,5H", 90),
            ("7200", 120),
            ("PT3600", 60),
            ("02:00", 120),
            ("01:30:00", 90),
            ("PT1:30", 90),
            ("-PT2H30", 150),
        ] {
            let read = loosely(text).map(|span| Span {
                seconds: span.seconds / 60 * 60,
                ..span
            });
            assert_eq!(read, time(minutes * 60), "{text}");
        }
        assert_eq!(
            loosely("P7D12H"),
            Some(Span {
                days: 7,
                seconds: 43_200
            })
        );
        assert_eq!(
            loosely("P1Y"),
            Some(Span {
                days: 366,
                seconds: 0
            })
        );
        assert_eq!(loosely("P1M"), Some(Span { days: 31, seconds: 0 }));
        assert_eq!(loosely("P0Y0M0DT1H0M0S"), time(3_600));
        for text in [
            "",
            "P",
            "PT",
            "whenever",
            "one hour",
            "P1X",
            "PTxM",
            "99999999999999999999D",
            "P200Y",
            "1:2:x",
        ] {
            assert_eq!(loosely(text), None, "{text}");
        }
    }
}
