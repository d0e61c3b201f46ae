//! Reads content lines: unfolding and splitting (RFC 5545, section 3.1).
//!
//! The reader works on bytes, because servers fold within a UTF-8 sequence, and borrows wherever a line is neither folded nor
//! contains stray characters. Properties that Quince does not use, attachments above all, are skipped without being unfolded or
//! copied.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use crate::parse::ascii::in_ascii;
use crate::parse::delimiters::{before_date, ends_with_own_parameter, has_marks, is_in_time, outside_quotes};
use crate::parse::line_breaks::begins_line;
use crate::parse::names::{Name, is_of_name};
use crate::parse::notes::Notes;
use crate::parse::unmarked_folds::{Next, Unmarked};
use crate::values::date_list::{is_date, items};

/// A line after a property that may be a part of it, although it lacks the blank that marks folding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Behind {
    #[default]
    Nothing,
    /// A line that was not joined.
    Stray,
    /// A line that was joined; the property without it is returned as well.
    Joined,
}

/// One property with its parameters as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub name: Name,
    params: Cow<'a, str>,
    pub value: Cow<'a, str>,
    pub behind: Behind,
    /// It is probably a line of notes that only looks like a property.
    pub of_notes: bool,
}

impl Line<'_> {
    /// Returns the value of a parameter, without its quotes.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.params(name).next()
    }

    /// Returns every value of a parameter, which may occur twice by mistake, without quotes.
    pub(crate) fn params(&self, name: &str) -> impl Iterator<Item = &str> {
        let mut rest = self.params.as_ref();
        std::iter::from_fn(move || {
            while !rest.is_empty() {
                let end = outside_quotes(rest.as_bytes(), b';').unwrap_or(rest.len());
                let one = &rest[..end];
                rest = rest.get(end + 1..).unwrap_or("");
                if let Some((key, value)) = one.split_once('=')
                    && key.trim().eq_ignore_ascii_case(name)
                {
                    return Some(value.trim().trim_matches('"'));
                }
            }
            None
        })
    }

    /// Splits a date after its last colon, when everything before belongs to the zone, as in the unquoted
    /// `TZID=GMT+01:00:20261124T100000`.
    pub(crate) fn zone_with_colon<'t>(&self, date: &'t str) -> Option<(String, &'t str)> {
        let (head, tail) = date.rsplit_once(':')?;
        let zone = self.param("TZID")?;
        Some((format!("{zone}:{head}"), tail))
    }
}

/// Iterates over the known properties of a text.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    newline: u8,
    /// The indentation of the properties of a component, by mistake: such a line is no part of the one before it.
    indentation: usize,
    /// Further meanings of the property that was read last, the last one first.
    others: Vec<Line<'a>>,
    notes: Notes,
}

/// A logical line, still folded.
struct Logical<'a> {
    raw: &'a [u8],
    folded: bool,
    /// Its end without the doubtful lines, and whether it is then folded.
    short: Option<(usize, bool)>,
    /// The next line could be a part of it, but the value is already complete.
    has_stray: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a [u8]) -> Self {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        // A return alone ends a line only in texts that have no other line break: elsewhere it is soiling.
        let newline = if memchr(b'\n', text).is_some() {
            b'\n'
        } else {
            b'\r'
        };
        Self {
            rest: text,
            newline,
            indentation: 0,
            others: Vec::new(),
            notes: Notes::default(),
        }
    }

    /// Returns the next logical line.
    fn logical(&mut self) -> Option<Logical<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let text = self.rest;
        let mut end = 0;
        let mut folded = false;
        if !matches!(text[0], b' ' | b'\t') {
            self.indentation = 0;
        }
        let begins_component = is_bracket(text, self.newline);
        let unmarked = Unmarked::after(text);
        // The start of the last line that is certainly a part of it.
        let mut goes_on = 0;
        let mut short = None;
        loop {
            match memchr(self.newline, &text[end..]) {
                None => {
                    self.rest = &[];
                    return Some(Logical {
                        raw: text,
                        folded,
                        short,
                        has_stray: false,
                    });
                }
                Some(at) => {
                    let next = end + at + 1;
                    let indentation = indentation(&text[next..]);
                    if indentation > 0 && begins_component && end == 0 {
                        // Such a line is never folded.
                        self.indentation = self.indentation.max(indentation);
                    }
                    if indentation > 0
                        && !is_bracket(&text[next..], self.newline)
                        && !(indentation <= self.indentation && begins_line(&text[next + indentation..]))
                    {
                        folded = true;
                        end = next;
                        continue;
                    }
                    let follows = match &unmarked {
                        Some(unmarked) if indentation == 0 => {
                            unmarked.next(&text[..next], goes_on, &text[next..], self.newline)
                        }
                        _ => Next::Other,
                    };
                    let is_part = follows == Next::Part || (follows == Next::Either && short.is_none());
                    if !is_part {
                        self.rest = &text[next..];
                        return Some(Logical {
                            raw: &text[..next - 1],
                            folded,
                            short,
                            has_stray: follows != Next::Other,
                        });
                    }
                    let is_empty = matches!(text[next..].first(), Some(b'\r' | b'\n'));
                    if follows == Next::Either && !is_empty {
                        short = Some((next - 1, folded));
                    }
                    folded = true;
                    end = next;
                    if !is_empty {
                        goes_on = next;
                    }
                }
            }
        }
    }

    fn unfolded(&self, raw: &'a [u8], folded: bool) -> Cow<'a, [u8]> {
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        let soiled = |b: &u8| (*b < b' ' && *b != b'\t') || *b == 0x7F;
        if !folded && !raw.iter().any(soiled) {
            return Cow::Borrowed(raw);
        }
        let mut clean = Vec::with_capacity(raw.len());
        // The one white space after a break is the mark of folding, behind the indentation of the line.
        let mut mark = 0;
        for (at, b) in raw.iter().enumerate() {
            if *b == self.newline {
                mark = 1 + self.indentation;
                // Without the mark of folding, each line of a list may be a date of its own.
                if matches!(clean.last(), Some(b'0'..=b'9' | b'Z' | b'z')) && is_date(&raw[at + 1..]) {
                    clean.push(b' ');
                }
            } else if mark > 0 && matches!(*b, b' ' | b'\t') {
                mark -= 1;
            } else if !soiled(b) {
                mark = 0;
                clean.push(*b);
            }
        }
        Cow::Owned(clean)
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        if let Some(other) = self.others.pop() {
            return Some(other);
        }
        loop {
            let logical = self.logical()?;
            let raw = logical.raw;
            let of_notes = self.notes.is_one(raw);
            // Only the first physical line is needed to pass over an attachment.
            if let Some(end) = memchr2(b':', b';', raw)
                && !raw[..end].contains(&self.newline)
                && raw[..end].iter().all(|b| is_of_name(*b))
                && Name::of(&raw[..end]).is_none()
            {
                continue;
            }
            let Some(mut line) = split(self.unfolded(raw, logical.folded)) else {
                continue;
            };
            line.of_notes = of_notes;
            if logical.has_stray {
                line.behind = Behind::Stray;
            }
            let short = logical
                .short
                .and_then(|(end, folded)| split(self.unfolded(&raw[..end], folded)));
            if let Some(short) = short {
                line.behind = Behind::Joined;
                self.others.push(line);
                return Some(short);
            }
            self.others = starts(&line);
            return self.others.pop().or(Some(line));
        }
    }
}

/// Length of a date without a time.
const DATE_OCTETS: usize = 8;

/// Most starts that one property may list.
const MOST_STARTS: usize = 16;

/// Splits a start with several dates into a property for each, the last one first.
fn starts<'a>(line: &Line<'a>) -> Vec<Line<'a>> {
    let is_list = line.name == Name::DtStart && line.value.len() > DATE_OCTETS;
    let dates: Vec<&str> = items(&line.value)
        .take(if is_list { MOST_STARTS } else { 0 })
        .collect();
    if dates.len() < 2 || !dates.iter().all(|date| is_date(date.as_bytes())) {
        return Vec::new();
    }
    let start = |date: &&str| Line {
        value: Cow::Owned((*date).to_owned()),
        ..line.clone()
    };
    dates.iter().rev().map(start).collect()
}

/// Returns the number of blanks that a text begins with.
fn indentation(text: &[u8]) -> usize {
    text.iter().take_while(|b| matches!(**b, b' ' | b'\t')).count()
}

/// Returns whether its first line is only the begin or end of a component. Such a line is indented by mistake, not part of a
/// text.
fn is_bracket(text: &[u8], newline: u8) -> bool {
    const NAMES: [&[u8]; 9] = [
        b"VEVENT",
        b"VCALENDAR",
        b"VTIMEZONE",
        b"VFREEBUSY",
        b"VALARM",
        b"VTODO",
        b"VJOURNAL",
        b"STANDARD",
        b"DAYLIGHT",
    ];
    let text = &text[indentation(text)..];
    if !matches!(text.first(), Some(b'B' | b'b' | b'E' | b'e')) {
        return false;
    }
    let line = &text[..memchr(newline, text).unwrap_or(text.len())];
    let Some(colon) = memchr(b':', line) else {
        return false;
    };
    let (name, component) = (&line[..colon], line[colon + 1..].trim_ascii());
    (name.eq_ignore_ascii_case(b"BEGIN") || name.eq_ignore_ascii_case(b"END"))
        && NAMES.iter().any(|known| known.eq_ignore_ascii_case(component))
}

/// Splits an unfolded line. A known property without a colon gets everything after its name as its value: the value will not make
/// sense, so the event is not taken for one without the property.
fn split(line: Cow<[u8]>) -> Option<Line> {
    let lead = line.iter().take_while(|b| b.is_ascii_whitespace()).count();
    let name_end = line[lead..]
        .iter()
        .position(|b| !is_of_name(*b))
        .map_or(line.len(), |at| lead + at);
    // A name may have a group before it, as in vCard.
    let (lead, name_end) = match line.get(name_end) {
        Some(b'.') => {
            let name = name_end + 1;
            let letters = line[name..].iter().take_while(|b| is_of_name(**b)).count();
            (name, name + letters)
        }
        _ => (lead, name_end),
    };
    let name = Name::of(&line[lead..name_end])?;
    let gap = line[name_end..]
        .iter()
        .take_while(|b| b.is_ascii_whitespace())
        .count();
    let after = name_end + gap;
    let (params, value) = match line.get(after) {
        Some(b':') => (after..after, after + 1),
        Some(b';') => {
            let rest = &line[after..];
            // A quote that is never closed must not swallow the value.
            let colon = outside_quotes(rest, b':').or_else(|| memchr(b':', rest));
            let colon = colon.filter(|colon| !is_in_time(&rest[..*colon]));
            let mark = colon.or_else(|| before_date(name, rest));
            match mark.or_else(|| memchr(b':', rest)) {
                Some(colon) => (after + 1..after + colon, after + colon + 1),
                // The value of another parameter is no time.
                None if matches!(name, Name::DtStart | Name::DtEnd) && !ends_with_own_parameter(rest) => {
                    (after + 1..line.len(), line.len())
                }
                None => (after..after, after),
            }
        }
        Some(b'=') if name == Name::Duration => (after..after, after + 1),
        Some(mark) if !mark.is_ascii() && has_marks(name) => {
            let rest = in_ascii(String::from_utf8_lossy(&line[after..]));
            if rest.starts_with([':', ';', '=']) {
                return split(Cow::Owned([&line[lead..name_end], rest.as_bytes()].concat()));
            }
            (after..after, after)
        }
        _ => (after..after, after),
    };
    let mut split = match line {
        Cow::Borrowed(bytes) => Line {
            name,
            params: String::from_utf8_lossy(&bytes[params]),
            value: trimmed(String::from_utf8_lossy(&bytes[value..])),
            behind: Behind::Nothing,
            of_notes: false,
        },
        Cow::Owned(bytes) => Line {
            name,
            params: Cow::Owned(String::from_utf8_lossy(&bytes[params]).into_owned()),
            value: Cow::Owned(String::from_utf8_lossy(&bytes[value..]).trim().to_owned()),
            behind: Behind::Nothing,
            of_notes: false,
        },
    };
    if name.is_of_time() {
        split.value = in_ascii(split.value);
    }
    Some(split)
}

fn trimmed(value: Cow<str>) -> Cow<str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// Returns TEXT without its escapes, as one line without control characters, at most `limit` characters.
pub(crate) fn plain_text(value: &str, limit: usize) -> String {
    let mut out = String::new();
    let mut chars = value.chars();
    let mut kept = 0;
    while let Some(c) = chars.next() {
        if kept == limit {
            break;
        }
        let c = match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => '\n',
                Some(escaped) => escaped,
                None => break,
            },
            other => other,
        };
        if c == '\n' || c == '\t' {
            out.push(' ');
        } else if c.is_control() {
            continue;
        } else {
            out.push(c);
        }
        kept += 1;
    }
    out
}
