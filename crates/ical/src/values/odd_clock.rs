//! Reads times of day after dates that are in none of the forms of RFC 5545.

use crate::values::date_time::moment;

/// Returns the text after a day as a time in the form of RFC 5545: empty where there is none, and `T` alone where it cannot be
/// read.
pub(crate) fn time(text: &str) -> String {
    let text = text.trim_matches(|c: char| c.is_ascii_whitespace() || "\"'`()[]{}<>.,;".contains(c));
    if text.is_empty() {
        return String::new();
    }
    time_of_day(text).unwrap_or_else(|| "T".to_owned())
}

fn time_of_day(text: &str) -> Option<String> {
    let first = text.find(|c: char| c.is_ascii_digit())?;
    let before = &text[..first];
    let word = before.trim_matches(|c: char| "-_:/@, ".contains(c));
    if !["", "T", "at", "um"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(word))
    {
        return None;
    }
    let mut rest = &text[first..];
    let hour = digits(&mut rest);
    let (hour, mut minutes) = match hour.len() {
        1 | 2 => (hour, String::new()),
        4 | 6 => (&hour[..2], hour[2..].to_owned()),
        _ => return None,
    };
    if minutes.is_empty() {
        let marks = if word.eq_ignore_ascii_case("T") {
            &[':', '.', 'h', '_', ' '][..]
        } else {
            &[':', '.', 'h', '_']
        };
        // Another mark is that of a span, such as `10-12` or `10:00-12.00`.
        let mark = rest.chars().next().filter(|mark| marks.contains(mark));
        while let Some(mark) = mark.filter(|_| minutes.len() < 4)
            && let Some(mut after) = rest.strip_prefix(mark)
        {
            let part = digits(&mut after);
            if part.len() != 2 {
                break;
            }
            minutes.push_str(part);
            rest = after;
        }
        // Three numbers may be those of a second date, and two hours with blanks between them a span.
        let may_be_date = minutes.len() == 4 && (1..=12).contains(&minutes[..2].parse().unwrap_or(0));
        match mark {
            Some('.' | '_' | 'h') if before.contains(['-', '/', '.']) => return None,
            Some('.') if may_be_date => return None,
            Some(' ') if minutes.len() != 4 => return None,
            _ => {}
        }
    }
    let has_seconds = minutes.len() >= 4;
    if let Some(fraction) = rest.strip_prefix(['.', ',']).filter(|_| has_seconds) {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let rest = rest.trim();
    let (hour, rest, is_half) = half(hour.parse().ok()?, rest)?;
    if minutes.is_empty() && !is_half {
        return None;
    }
    let minutes = if minutes.is_empty() {
        "00".to_owned()
    } else {
        minutes
    };
    let clock = format!("T{hour:02}{minutes}");
    Some(match zone(rest, &clock, has_seconds) {
        Some(zone) => format!("{clock}{zone}"),
        // The day is kept by its name wherever that is.
        None if rest.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            let name = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-')));
            format!("{clock} {}", &rest[..name.unwrap_or(rest.len())])
        }
        None => return None,
    })
}

/// Returns the hour of a twelve-hour clock, if the text after it (`am`, `pm`) says so.
fn half(hour: i8, rest: &str) -> Option<(i8, &str, bool)> {
    let word: String = rest.chars().take(4).filter(|c| *c != '.').collect();
    let is = |half: &str| word.get(..2).is_some_and(|word| word.eq_ignore_ascii_case(half));
    if !is("am") && !is("pm") {
        return Some((hour, rest, false));
    }
    let end = rest.find(['m', 'M'])? + 1;
    let rest = rest[end..].trim_start_matches('.').trim_start();
    let hour = (1..=12).contains(&hour).then_some(hour % 12)?;
    Some((if is("pm") { hour + 12 } else { hour }, rest, true))
}

/// Reads the mark of UTC, or an offset from UTC, after a time of day.
fn zone(text: &str, clock: &str, has_seconds: bool) -> Option<String> {
    let end = text.find(['[', '(']).unwrap_or(text.len());
    let (said, comment) = (text[..end].trim(), &text[end..]);
    let is_utc = |word: &str| {
        ["Z", "UTC", "GMT"]
            .iter()
            .any(|utc| utc.eq_ignore_ascii_case(word))
    };
    if said.is_empty() {
        return comment.is_empty().then(String::new);
    }
    if is_utc(said) {
        return Some("Z".to_owned());
    }
    let is_moment = || moment(&format!("20000102{clock}{said}")).is_ok();
    if said.get(..3).is_some_and(is_utc) {
        return is_moment().then(|| said.to_owned());
    }
    // Without seconds, what follows may be the end of a span.
    let is_offset = has_seconds || said.starts_with('+');
    (is_offset && is_moment()).then(|| said.to_owned())
}

/// Takes the digits at the start of a text.
pub(crate) fn digits<'t>(rest: &mut &'t str) -> &'t str {
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    *rest = after;
    digits
}
