//! Values that go on in the next line without the blank that marks folding (RFC 5545, section 3.1).

use memchr::memchr;

use crate::breaks::begins_line;
use crate::lines::{Name, is_of_name, outside_quotes};
use crate::lists::is_date;

/// The value of a property of time that may go on in lines which lack the mark of folding, the blank at their start.
pub(crate) struct Unmarked(Name);

impl Unmarked {
    /// Nothing for the text of any other property.
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

    /// Is the first of the lines that follow a part of the value, behind a line which may be the first one of the property?
    pub(crate) fn is_rest(&self, before: &[u8], is_first: bool, text: &[u8], newline: u8) -> bool {
        // There may be a few empty lines before it.
        let blanks = text
            .iter()
            .take(4)
            .take_while(|b| matches!(**b, b'\r' | b'\n'))
            .count();
        let text = &text[blanks..];
        let is_cut = || is_first && before.contains(&b';') && outside_quotes(before, b':').is_none();
        let is_name = begins_line(text);
        if is_name && !is_cut() {
            return false;
        }
        let line = text[..memchr(newline, text).unwrap_or(text.len())].trim_ascii();
        if is_cut() {
            // A parameter was cut, so that its rest may look like the name of a property. That of another one says no time.
            let Some(colon) = line.iter().rposition(|b| *b == b':') else {
                return false;
            };
            return is_date(&line[colon + 1..]) && !(is_name && may_have_a_time(line));
        }
        let length = line.iter().take_while(|b| is_of_name(**b)).count();
        let (part, begun): (&[u8], &[u8]) = match self.0 {
            Name::RRule | Name::ExRule => (b"=,;:+-", b"=,;"),
            Name::RDate | Name::FreeBusy | Name::Duration => (b"TZtzPWDHMS,;:/+-.", b""),
            _ => (b"TZtz,;:/+-.", b""),
        };
        let is_rule = !begun.is_empty();
        let is_part = |b: &u8| b.is_ascii_digit() || part.contains(b) || (is_rule && b.is_ascii_alphabetic());
        // A word alone may be the begin of another property, at which the text is cut off.
        let says =
            line.iter().any(|b| b.is_ascii_digit() || begun.contains(b)) || line.eq_ignore_ascii_case(b"Z");
        let goes_on = before
            .trim_ascii_end()
            .last()
            .is_some_and(|last| begun.contains(last));
        !line.is_empty()
            && line.iter().all(is_part)
            && (says || goes_on)
            && Name::of(&line[..length]).is_none()
    }
}

/// May a property of this name have a time as its value?
fn may_have_a_time(line: &[u8]) -> bool {
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
    let is_own = name
        .get(..2)
        .is_some_and(|begin| begin.eq_ignore_ascii_case(b"X-"));
    is_own || Name::of(name).is_some() || OTHERS.iter().any(|other| other.eq_ignore_ascii_case(name))
}
