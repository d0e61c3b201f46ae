//! Finds the delimiters of a content line, between its name, parameters and value (RFC 5545, section 3.1).

use memchr::memrchr;

use crate::parse::names::Name;
use crate::values::date_list::is_date;

/// Returns the position of the first such byte outside double quotes.
pub(crate) fn outside_quotes(text: &[u8], wanted: u8) -> Option<usize> {
    let mut quoted = false;
    for (at, b) in text.iter().enumerate() {
        if *b == b'"' {
            quoted = !quoted;
        } else if *b == wanted && !quoted {
            return Some(at);
        }
    }
    None
}

/// Returns whether the delimiters after this name may be those of another alphabet, with the rest in ASCII.
pub(crate) fn has_marks(name: Name) -> bool {
    name.is_of_time() || matches!(name, Name::Begin | Name::End | Name::Uid)
}

/// Returns where another character than a colon separates the parameters from a time: the first one after which only dates
/// follow.
pub(crate) fn before_date(name: Name, rest: &[u8]) -> Option<usize> {
    // What is uncertain leaves nothing out and replaces nothing.
    if !name.is_of_dates() || matches!(name, Name::ExDate | Name::RecurrenceId) {
        return None;
    }
    if !ends_with_own_parameter(rest) {
        return None;
    }
    let begin = rest.iter().rposition(|b| *b == b'=')?;
    let begin = memrchr(b';', &rest[..begin]).map_or(0, |at| at + 1);
    let is_mark = |at: &usize| matches!(rest[*at], b'=' | b' ' | b'\t');
    (begin..rest.len())
        .filter(is_mark)
        .take(MOST_MARKS)
        .find(|at| are_dates(&rest[at + 1..]))
}

/// Returns whether the last parameter is one that dates have, or there is none.
pub(crate) fn ends_with_own_parameter(rest: &[u8]) -> bool {
    let Some(last) = rest.iter().rposition(|b| *b == b'=') else {
        return true;
    };
    let begin = memrchr(b';', &rest[..last]).map_or(0, |at| at + 1);
    let name = rest[begin..].split(|b| *b == b'=').next();
    let name = name.unwrap_or(rest).trim_ascii();
    [&b"TZID"[..], b"VALUE"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Returns whether the text ends with a date and an hour, so that a colon after it belongs to the time of day.
pub(crate) fn is_in_time(text: &[u8]) -> bool {
    matches!(text, [.., day, b'T' | b't' | b' ', a, b]
        if day.is_ascii_digit() && a.is_ascii_digit() && b.is_ascii_digit())
}

/// Most characters that are tried as the delimiter before a date.
const MOST_MARKS: usize = 16;

/// Returns whether a text is only dates, with their times or durations.
fn are_dates(text: &[u8]) -> bool {
    let is_part = |b: &u8| b.is_ascii_digit() || b"TZtzPWDHMS,;:/+-. \t".contains(b);
    is_date(text) && text.iter().all(is_part)
}
