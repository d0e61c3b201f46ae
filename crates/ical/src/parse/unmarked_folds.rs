//! Finds values that continue in the next line without the blank that marks folding (RFC 5545, section 3.1).

use memchr::memchr;

use crate::parse::delimiters::outside_quotes;
use crate::parse::line_breaks::begins_line;
use crate::parse::names::{Name, is_made_up, is_of_name};
use crate::rrule::frequency::frequency;
use crate::rrule::parts;
use crate::values::date_list::is_date;
use crate::values::zone_name;

/// Length of the lines that writers fold, in octets.
const FOLDED: std::ops::RangeInclusive<usize> = 70..=78;

/// How much of a value is checked for completeness, in octets.
const LOOKED_AT: usize = 128;

/// Most digits that may be a part of the number before them.
const MOST_DIGITS: usize = 3;

/// The relation of a line to the property of time before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Something else.
    Other,
    /// A part of its value.
    Part,
    /// It could be a part, but the value before it is complete.
    Stray,
    /// The value makes sense with it and without it.
    Either,
}

/// The value of a property of time that may continue in lines without the mark of folding.
pub(crate) struct Unmarked(Name);

impl Unmarked {
    /// `None` for any other property.
    pub(crate) fn after(text: &[u8]) -> Option<Self> {
        if !matches!(
            text.first(),
            Some(b'D' | b'R' | b'E' | b'F' | b'd' | b'r' | b'e' | b'f')
        ) {
            return None;
        }
        let length = text.iter().take(16).take_while(|b| is_of_name(**b)).count();
        Name::of(&text[..length])
            .filter(|name| name.is_of_time())
            .map(Self)
    }

    /// Returns the relation of the first following line. `last` is where the last line of `before` begins, which is a part of the
    /// value.
    pub(crate) fn next(&self, before: &[u8], last: usize, text: &[u8], newline: u8) -> Next {
        // A few empty lines may precede it.
        let blanks = text
            .iter()
            .take(4)
            .take_while(|b| matches!(**b, b'\r' | b'\n'))
            .count();
        let text = &text[blanks..];
        let last_line = before[last..].trim_ascii();
        let is_name = begins_line(text);
        let line = || text[..memchr(newline, text).unwrap_or(text.len())].trim_ascii();
        if last == 0 && last_line.contains(&b';') && outside_quotes(last_line, b':').is_none() {
            return self.next_of_parameters(last_line, line(), is_name);
        }
        let is_rule = matches!(self.0, Name::RRule | Name::ExRule);
        if is_name && !(is_rule && begins_part_of_rule(line())) {
            return Next::Other;
        }
        let line = line();
        let length = line.iter().take_while(|b| is_of_name(**b)).count();
        let (part, begun): (&[u8], &[u8]) = match self.0 {
            Name::RRule | Name::ExRule => (b"=,;:+-", b"=,;"),
            Name::RDate | Name::FreeBusy | Name::Duration => (b"TZtzPWDHMS,;:/+-.", b""),
            _ => (b"TZtz,;:/+-.", b""),
        };
        let is_part = |b: &u8| b.is_ascii_digit() || part.contains(b) || (is_rule && b.is_ascii_alphabetic());
        // A single word may be the beginning of another property, at which the text is cut off.
        let says =
            line.iter().any(|b| b.is_ascii_digit() || begun.contains(b)) || line.eq_ignore_ascii_case(b"Z");
        let goes_on = last_line.last().is_some_and(|last| begun.contains(last));
        let is_like_one = !line.is_empty()
            && line.iter().all(is_part)
            && (says || goes_on)
            && Name::of(&line[..length]).is_none();
        if !is_like_one {
            return Next::Other;
        }
        let value = end_of(before);
        let next = match self.0 {
            Name::RRule | Name::ExRule if is_folded(last_line, newline) => Next::Part,
            Name::RRule => next_of_rule(&value, line),
            Name::ExRule => match next_of_rule(&value, line) {
                Next::Either => Next::Stray,
                next => next,
            },
            Name::Duration => next_of_duration(&value, line),
            _ => self.next_of_dates(&value, line, is_of_days(before)),
        };
        // A line that looks like a property is one where it does not belong to the value.
        if is_name && next != Next::Part {
            Next::Other
        } else {
            next
        }
    }

    /// Returns the relation of a line to parameters without a value: it may be the rest of one of them and look like another
    /// property. What belongs to another property is no time, and an uncertain date is not left out.
    fn next_of_parameters(&self, before: &[u8], line: &[u8], is_name: bool) -> Next {
        let colon = line.iter().rposition(|b| *b == b':');
        let Some(colon) = colon.filter(|colon| is_date(&line[colon + 1..])) else {
            return Next::Other;
        };
        let frees = matches!(self.0, Name::ExDate | Name::RecurrenceId);
        let may_be_another = is_name || line[..colon].contains(&b' ');
        let is_part = !may_be_another || (!frees && !is_known(line) && completes(before, &line[..colon]));
        if is_part { Next::Part } else { Next::Stray }
    }

    /// Returns the relation of a line to dates that end with `value`.
    fn next_of_dates(&self, value: &[u8], line: &[u8], of_days: bool) -> Next {
        let is_list = matches!(self.0, Name::RDate | Name::FreeBusy);
        let first = line[0];
        let of_period = value.rsplit(|b| *b == b'/').next().unwrap_or(value);
        let is_duration = is_list
            && of_period.len() < value.len()
            && matches!(
                of_period,
                [b'P' | b'p'] | [b'P' | b'p', b'T' | b't' | b'0'..=b'9', ..]
            );
        let (is_part, is_complete) = if is_duration {
            let is_part = next_of_duration(value, line) == Next::Part;
            (is_part, value.last().is_some_and(u8::is_ascii_alphabetic))
        } else {
            next_of_date(value, first, of_days, is_list)
        };
        let adds = is_list && !is_duration && is_complete && is_date(line);
        let goes_on = matches!(first, b',' | b';') || (is_list && first == b'/');
        if goes_on || adds || (is_part && !(is_complete && is_date(line))) {
            Next::Part
        } else {
            Next::Stray
        }
    }
}

/// Returns whether the last line of a value is as long as folded lines are.
fn is_folded(value: &[u8], newline: u8) -> bool {
    let last = value.rsplit(|b| *b == newline).next().unwrap_or(value);
    FOLDED.contains(&last.trim_ascii().len())
}

/// Returns whether a line is the rest of a word of a rule and what follows it, such as `T225959Z;BYDAY=TU`.
fn begins_part_of_rule(line: &[u8]) -> bool {
    let mut parts = line.splitn(3, |b| *b == b';');
    let (_, Some(next)) = (parts.next(), parts.next()) else {
        return false;
    };
    let name = next.split(|b| *b == b'=').next().unwrap_or(next).trim_ascii();
    let is_known = next.contains(&b'=') && str::from_utf8(name).is_ok_and(parts::is_name);
    !line.contains(&b':') && (next.is_empty() || is_known)
}

/// Returns the relation of a line to a rule that ends with `value`.
fn next_of_rule(value: &[u8], line: &[u8]) -> Next {
    let first = line[0];
    let is_open = value
        .last()
        .is_none_or(|b| matches!(b, b'=' | b',' | b';' | b':' | b'+' | b'-'));
    if is_open || matches!(first, b'=' | b',' | b';') {
        return Next::Part;
    }
    let part = value.rsplit(|b| matches!(b, b';' | b':')).next().unwrap_or(value);
    let word = line.split(|b| !b.is_ascii_alphanumeric()).next().unwrap_or(line);
    let part_if = |is_part: bool| if is_part { Next::Part } else { Next::Stray };
    let equals = memchr(b'=', part);
    if equals.is_none() && part.len() < value.len() {
        // The name of a part was cut.
        return part_if(line.contains(&b'='));
    }
    let (name, item) = match equals {
        Some(at) => (part[..at].trim_ascii(), &part[at + 1..]),
        None => (&b""[..], part),
    };
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    if is("UNTIL") {
        return part_if(next_of_date(value, first, false, false).0);
    }
    let upper = String::from_utf8_lossy(name).to_ascii_uppercase();
    if let Some(is_whole) = is_word(&upper, &[item, word].concat()) {
        return part_if(is_whole && is_word(&upper, item) == Some(false));
    }
    if is("RSCALE") {
        return part_if(first.is_ascii_alphabetic() && line.contains(&b';'));
    }
    let item = item.rsplit(|b| *b == b',').next().unwrap_or(item).trim_ascii();
    let letters = item.iter().filter(|b| b.is_ascii_alphabetic()).count();
    if is("BYDAY") || letters > 0 {
        let is_cut = letters < 2 && word.iter().any(u8::is_ascii_alphabetic);
        return part_if(is_cut);
    }
    let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits > 0 && line.contains(&b'=') {
        Next::Part
    } else if (1..=MOST_DIGITS).contains(&digits) {
        Next::Either
    } else {
        Next::Stray
    }
}

/// Returns whether it is one of the few words that this part of a rule can have; `None` for a part with other values.
fn is_word(part: &str, text: &[u8]) -> Option<bool> {
    let is_one_of = |words: &[&str]| {
        words
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(text))
    };
    Some(match part {
        "FREQ" => str::from_utf8(text).is_ok_and(|text| frequency(text).is_some()),
        "SKIP" => is_one_of(&["OMIT", "BACKWARD", "FORWARD"]),
        "WKST" => is_one_of(&["MO", "TU", "WE", "TH", "FR", "SA", "SU"]),
        _ => return None,
    })
}

/// Returns the relation of a line to a duration: after a unit, a part of it is another number with its unit.
fn next_of_duration(value: &[u8], line: &[u8]) -> Next {
    let is_unit = |b: &u8| matches!(b.to_ascii_uppercase(), b'W' | b'D' | b'H' | b'M' | b'S');
    let is_complete = value.last().is_some_and(is_unit);
    let item = line.split(|b| *b == b',').next().unwrap_or(line);
    if !is_complete || (item.last().is_some_and(is_unit) && !is_unit(&item[0])) {
        Next::Part
    } else {
        Next::Stray
    }
}

/// Returns whether a date that ends with `value` can continue with this byte, and whether it ends with a whole date, perhaps with
/// its time.
fn next_of_date(value: &[u8], next: u8, of_days: bool, is_list: bool) -> (bool, bool) {
    const FORMS: [&[u8]; 2] = [b"ddddddddTddddddZ", b"dddd-dd-ddTdd:dd:ddZ"];
    let fits = |form: u8, b: u8| match form {
        b'd' => b.is_ascii_digit(),
        _ => form.eq_ignore_ascii_case(&b),
    };
    // The length of the date pattern that the value ends with, after a character that begins a date.
    let length = |form: &[u8]| {
        (0..=form.len()).rev().find(|length| {
            let Some(begin) = value.len().checked_sub(*length) else {
                return false;
            };
            let is_begun = match &value[..begin] {
                [] => true,
                // A colon within a time of day begins none.
                [.., c, a, b, b':'] if *length <= 2 && matches!(c, b'T' | b't' | b' ' | b':') => {
                    !(a.is_ascii_digit() && b.is_ascii_digit())
                }
                [.., b] => matches!(b, b':' | b',' | b';' | b'=' | b' ' | b'"') || (is_list && *b == b'/'),
            };
            is_begun && form.iter().zip(&value[begin..]).all(|(form, b)| fits(*form, *b))
        })
    };
    let lengths = FORMS.map(length);
    let longest = lengths.into_iter().flatten().max();
    let mut found = (false, false);
    for (form, _) in FORMS
        .into_iter()
        .zip(lengths)
        .filter(|(_, length)| *length == longest)
    {
        let Some(length) = longest else {
            break;
        };
        let date = memchr(b'T', form).unwrap_or(form.len());
        let rest = form.get(length).copied();
        let is_fraction = length + 1 == form.len() && next == b'.';
        found.0 |= is_fraction || rest.is_some_and(|rest| fits(rest, next) && !(of_days && length >= date));
        found.1 |= length == date || length + 1 >= form.len();
    }
    // The text begins with a period's duration.
    found.0 |= is_list && matches!(value.last(), Some(b'/')) && matches!(next, b'P' | b'p' | b'+' | b'-');
    found
}

/// Returns the end of a value, without breaks.
fn end_of(value: &[u8]) -> Vec<u8> {
    let mut end: Vec<u8> = value
        .iter()
        .rev()
        .filter(|b| !matches!(**b, b'\r' | b'\n'))
        .take(LOOKED_AT)
        .copied()
        .collect();
    end.reverse();
    end.truncate(end.trim_ascii_end().len());
    end
}

/// Returns whether a property says that its dates are whole days.
fn is_of_days(text: &[u8]) -> bool {
    const VALUE: &[u8] = b"VALUE=DATE";
    text.get(..LOOKED_AT.min(text.len()))
        .unwrap_or(text)
        .windows(VALUE.len() + 1)
        .any(|part| {
            let (value, mark) = part.split_at(VALUE.len());
            value.eq_ignore_ascii_case(VALUE) && matches!(mark, [b':' | b';'])
        })
}

/// Returns whether the text before the colon of a line completes the last parameter before it: a known zone, or a type of value.
fn completes(before: &[u8], line: &[u8]) -> bool {
    let last = before.rsplit(|b| *b == b';').next().unwrap_or(before);
    let Some(equals) = memchr(b'=', last) else {
        // The name of a parameter, or nothing behind its mark.
        return memchr(b'=', line)
            .is_some_and(|at| !line[..at].contains(&b';') && !line[..at].contains(&b':'));
    };
    let (name, begun) = (last[..equals].trim_ascii(), &last[equals + 1..]);
    let rest = line.split(|b| *b == b';').next().unwrap_or(line);
    let is = |end: &[u8]| {
        let at = name.len().checked_sub(end.len());
        at.is_some_and(|at| name[at..].eq_ignore_ascii_case(end))
    };
    let whole = [begun, rest].concat();
    if is(b"VALUE") {
        const FORMS: [&[u8]; 3] = [b"DATE", b"DATE-TIME", b"PERIOD"];
        return FORMS.iter().any(|form| form.eq_ignore_ascii_case(&whole));
    }
    if !is(b"TZID") {
        return false;
    }
    // A name that cannot end there goes on, but not with a word in the letters of a property's name.
    let is_open = begun.last().is_some_and(|b| b"/_- ".contains(b));
    let is_mixed = rest.iter().any(u8::is_ascii_lowercase) && rest[0].is_ascii_uppercase();
    (is_open && is_mixed) || zone_name::named(&String::from_utf8_lossy(&whole)).is_some()
}

/// Returns whether a line begins with the name of a known property whose value can be a time.
fn is_known(line: &[u8]) -> bool {
    const OTHERS: [&[u8]; 7] = [
        b"DTSTAMP",
        b"CREATED",
        b"LAST-MODIFIED",
        b"COMPLETED",
        b"DUE",
        b"TRIGGER",
        b"ACKNOWLEDGED",
    ];
    let name = &line[..line.iter().take_while(|b| is_of_name(**b)).count()];
    is_made_up(name)
        || Name::of(name).is_some()
        || OTHERS.iter().any(|other| other.eq_ignore_ascii_case(name))
}
