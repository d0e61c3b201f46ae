//! Where the marks of a content line stand that divide its name, parameters and value (RFC 5545, section 3.1).

use memchr::memrchr;

use crate::parse::names::Name;
use crate::values::date_list::is_date;

/// Where a byte stands first outside double quotes.
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

/// May the marks behind this name be those of another alphabet, with what follows in ASCII?
pub(crate) fn has_marks(name: Name) -> bool {
    name.is_of_time() || matches!(name, Name::Begin | Name::End | Name::Uid)
}

/// Where another mark than a colon stands between the parameters and a time: the first one behind which nothing but dates follows.
pub(crate) fn before_date(name: Name, rest: &[u8]) -> Option<usize> {
    // What is not certain leaves nothing out and replaces nothing.
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

/// Is the last parameter one that belongs to a date? So it is where there is none.
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

/// Does the text end with an hour behind a date, so that a colon behind it belongs to the time of day?
pub(crate) fn is_in_time(text: &[u8]) -> bool {
    matches!(text, [.., day, b'T' | b't' | b' ', a, b]
        if day.is_ascii_digit() && a.is_ascii_digit() && b.is_ascii_digit())
}

/// Most marks that may stand before a date instead of a colon.
const MOST_MARKS: usize = 16;

/// Is a text nothing but dates, with their times or lengths?
fn are_dates(text: &[u8]) -> bool {
    let is_part = |b: &u8| b.is_ascii_digit() || b"TZtzPWDHMS,;:/+-. \t".contains(b);
    is_date(text) && text.iter().all(is_part)
}
