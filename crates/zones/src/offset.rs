//! Offsets from UTC as people and programs write them.

/// Longest offset that is believed, in seconds.
const LONGEST: i32 = 26 * 3_600;

/// Reads an offset in seconds east of UTC: `+0100` as RFC 5545 writes it (section 3.3.14), and what is meant by `0100`, `+1`,
/// `+01:00`, `1.00`, `UTC-5`, `(GMT+05:30)` and `Z`.
pub fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    if let Some(offset) = zero(text) {
        return Some(offset);
    }
    let (offset, rest) = leading(text, true)?;
    // What follows may explain the offset, but must not belong to the number.
    (!rest.starts_with(|c: char| c.is_alphanumeric())).then_some(offset)
}

/// Names of no offset.
pub(crate) fn zero(text: &str) -> Option<i32> {
    let is_zero = ["Z", "UTC", "GMT"]
        .iter()
        .any(|zero| text.eq_ignore_ascii_case(zero));
    is_zero.then_some(0)
}

/// The offset at the beginning of a name such as `(UTC-05:00) Eastern Time`, and the rest of it. Without brackets a sign is
/// needed: `GMT Standard Time` says no offset.
pub(crate) fn leading(text: &str, sign_optional: bool) -> Option<(i32, &str)> {
    let text = text.trim();
    if let Some((inner, rest)) = text.strip_prefix('(').and_then(|text| text.split_once(')')) {
        let inner = inner.trim();
        let offset = zero(inner).or_else(|| exactly(without_utc(inner), sign_optional))?;
        return Some((offset, rest.trim()));
    }
    let text = without_utc(text);
    let number = text
        .char_indices()
        .find(|(at, c)| {
            !(c.is_ascii_digit()
                || matches!(c, ':' | '.')
                || (*at == 0 && sign(*c).is_some())
                || *c == ' ' && *at < 2)
        })
        .map_or(text.len(), |(at, _)| at);
    let (number, rest) = text.split_at(number);
    // Whatever else follows the number may be a damaged part of it.
    let is_apart = number.ends_with(' ') || rest.is_empty() || rest.starts_with([' ', '(', ',', ';']);
    Some((exactly(number, sign_optional)?, rest.trim())).filter(|_| is_apart)
}

fn without_utc(text: &str) -> &str {
    match text.get(..3) {
        Some(utc) if utc.eq_ignore_ascii_case("UTC") || utc.eq_ignore_ascii_case("GMT") => text[3..].trim(),
        _ => text,
    }
}

fn sign(c: char) -> Option<i32> {
    match c {
        '+' => Some(1),
        // Besides the hyphen, typographic minus signs.
        '-' | '\u{2212}' | '\u{2013}' => Some(-1),
        _ => None,
    }
}

/// A sign and a number, and nothing else.
pub(crate) fn exactly(text: &str, sign_optional: bool) -> Option<i32> {
    let text = text.trim().trim_end_matches(['.', ':']);
    let (sign, number) = match text.chars().next().and_then(|c| Some((sign(c)?, c.len_utf8()))) {
        Some((sign, length)) => (sign, text[length..].trim()),
        None if sign_optional => (1, text),
        None => return None,
    };
    let digits = |text: &str| -> Option<i32> {
        let plain = !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| text.parse().ok())?
    };
    let mut parts = number.split([':', '.']);
    let first = parts.next()?;
    let (hours, minutes, seconds) = match (first.len(), parts.next()) {
        (1 | 2, None) => (first, "0", "0"),
        (1 | 2, Some(minutes)) => (first, minutes, parts.next().unwrap_or("0")),
        (3, None) => (first.get(..1)?, first.get(1..)?, "0"),
        (4, None) => (first.get(..2)?, first.get(2..)?, "0"),
        (6, None) => (first.get(..2)?, first.get(2..4)?, first.get(4..)?),
        _ => return None,
    };
    if parts.next().is_some() {
        return None;
    }
    let (hours, minutes, seconds) = (digits(hours)?, digits(minutes)?, digits(seconds)?);
    if minutes > 59 || seconds > 59 {
        return None;
    }
    let total = hours * 3_600 + minutes * 60 + seconds;
    (total <= LONGEST).then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_read_however_it_is_written() {
        for (text, hours, minutes) in [
            ("+0100", 1, 0),
            (" +0100 ", 1, 0),
            ("0100", 1, 0),
            ("+1", 1, 0),
            ("1", 1, 0),
            ("+01", 1, 0),
            ("+100", 1, 0),
            ("1:00", 1, 0),
            ("+01:00", 1, 0),
            ("+ 01:00", 1, 0),
            ("+01.00", 1, 0),
            ("+01:00:00", 1, 0),
            ("+010000", 1, 0),
            ("UTC+1", 1, 0),
            ("GMT +01:00", 1, 0),
            ("(UTC+01:00)", 1, 0),
            ("+0100 (CET)", 1, 0),
            ("-0330", -3, -30),
            ("\u{2212}03:30", -3, -30),
            ("GMT-0330", -3, -30),
            ("+5.30", 5, 30),
            ("Z", 0, 0),
            ("utc", 0, 0),
            ("-0000", 0, 0),
        ] {
            assert_eq!(offset(text), Some(hours * 3_600 + minutes * 60), "{text}");
        }
        for text in [
            "",
            "+",
            "one",
            "+9900",
            "+0190",
            "-xx00",
            "+01000",
            "+0100x",
            "+0?00",
            "+01?0",
            "+0100?",
            "GMT Standard Time",
            "1:2:3:4",
            "+٠١٠٠",
        ] {
            assert_eq!(offset(text), None, "{text}");
        }
    }

    #[test]
    fn a_name_may_begin_with_an_offset() {
        assert_eq!(
            leading("(UTC-05:00) Eastern Time", false),
            Some((-18_000, "Eastern Time"))
        );
        assert_eq!(leading("(GMT) Dublin", false), Some((0, "Dublin")));
        assert_eq!(leading("(GMT+0100) Paris", false), Some((3_600, "Paris")));
        assert_eq!(leading("UTC+07:00 Bangkok", false), Some((25_200, "Bangkok")));
        assert_eq!(leading("GMT Standard Time", false), None);
        assert_eq!(leading("4th office", false), None);
        assert_eq!(leading("(Mexico) Central", false), None);
    }
}
