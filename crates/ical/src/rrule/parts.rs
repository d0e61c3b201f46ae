//! Splits the text of a rule into its parts (RFC 5545, section 3.3.10) and corrects what is written wrongly but can mean one
//! thing only: a repeated name (`RRULE:RRULE:FREQ=…`), escaped or wrong separators, colons for equals signs.

use std::borrow::Cow;

use crate::rrule::frequency::{frequency, worded};
use crate::rrule::within_a_day::{is_once, may_be_within_a_day};

/// The names of parts that are understood.
const NAMES: [&str; 16] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "WKST",
    "RSCALE",
    "SKIP",
];

/// Returns whether this is the name of a known part, in any letter case.
pub(crate) fn is_name(name: &str) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// What programs write for "does not repeat".
const NOTHING: [&str; 5] = ["NONE", "NULL", "NIL", "UNDEFINED", "NEVER"];

/// The parts of a rule, in their order and without empty ones.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// Names in upper case, with their values. A name has several entries where its values differ.
    pub list: Vec<(String, String)>,
    /// Text that is no part.
    pub strays: Vec<String>,
    /// Something was corrected.
    pub mended: bool,
    /// A name has no value, so that what it said may be missing.
    empty: bool,
}

impl Parts {
    pub(crate) fn of(text: &str) -> Self {
        let (text, mended) = cleaned(text);
        let mut parts = Self {
            mended,
            ..Self::default()
        };
        if is_nothing(&text) {
            return parts;
        }
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let mut rest = part;
            while let Some(at) = next_name(rest) {
                parts.mended = true;
                parts.add(rest[..at].trim_end_matches([',', ' ', '\t']));
                rest = rest[at..].trim_start_matches([',', ' ', '\t']);
            }
            parts.add(rest);
        }
        // An interval or a count of one says nothing beside it.
        let says_nothing = |(name, value): &(String, String)| match name.as_str() {
            "FREQ" => is_nothing(value),
            "INTERVAL" | "COUNT" => value == "1",
            _ => false,
        };
        if parts.get("FREQ").is_some() && parts.list.iter().all(says_nothing) {
            parts.list.clear();
        }
        parts
    }

    /// Returns whether the rule says nothing, so that the event does not repeat.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty() && self.strays.is_empty() && !self.empty
    }

    /// Returns the first value of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.list.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Returns whether a name has different values.
    pub(crate) fn contradicts(&self, name: &str) -> bool {
        self.list.iter().filter(|(known, _)| known == name).count() > 1
    }

    /// Returns whether any part that is not understood may mean hours or less, or several times a day.
    pub(crate) fn may_be_within_a_day(&self) -> bool {
        let unknown = self.list.iter().flat_map(|(name, value)| match name.as_str() {
            "FREQ" => [None, Some(value)],
            // Names of a program's own are about something else.
            known if NAMES.contains(&known) || known.starts_with("X-") => [None, None],
            _ => [Some(name), Some(value)],
        });
        let mut texts = unknown.flatten().chain(&self.strays);
        texts.any(|text| may_be_within_a_day(text))
    }

    fn add(&mut self, part: &str) {
        let Some(at) = part.find('=').or_else(|| part.find(':')) else {
            return self.bare(part);
        };
        let name: String = part[..at].chars().filter(|c| !c.is_whitespace()).collect();
        let value = part[at + 1..].trim_start_matches(['=', ' ']).trim();
        let value = value.trim_matches('"').trim();
        // A prefix that was repeated within the rule.
        let bare_name = name.rsplit(':').next().unwrap_or(&name).to_ascii_uppercase();
        self.mended |= bare_name.len() != name.len() || part[at..].starts_with(':');
        if value.is_empty() {
            self.empty = true;
            return;
        }
        let same =
            |(known, other): &(String, String)| *known == bare_name && other.eq_ignore_ascii_case(value);
        if !self.list.iter().any(same) {
            self.list.push((bare_name, value.to_owned()));
        }
    }

    /// A word without a value.
    fn bare(&mut self, word: &str) {
        let upper = word.to_ascii_uppercase();
        if frequency(word).or_else(|| worded(word)).is_some() || is_once(word) {
            self.mended = true;
            self.list.push(("FREQ".to_owned(), upper));
        } else if NAMES.contains(&upper.as_str()) {
            self.empty = true;
        } else if !word.is_empty() {
            self.strays.push(upper);
        }
    }
}

fn is_nothing(text: &str) -> bool {
    is_once(text) || NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Returns the text without escapes, quotes, and the name of the property before it, and whether it had any.
fn cleaned(text: &str) -> (Cow<'_, str>, bool) {
    if text.contains('\\') {
        let clean = unescaped(text);
        return (Cow::Owned(bare(&clean).0.to_owned()), true);
    }
    let (bare, mended) = bare(text);
    (Cow::Borrowed(bare), mended)
}

fn unescaped(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            clean.push(c);
            continue;
        }
        // What was escaped twice has two backslashes.
        match chars.by_ref().find(|c| *c != '\\') {
            // An escaped line break can only separate.
            Some('n' | 'N' | 'r' | 'R') => clean.push(';'),
            Some(escaped) => clean.push(escaped),
            None => {}
        }
    }
    clean
}

/// Returns a rule without the text around it, and whether there was any.
fn bare(text: &str) -> (&str, bool) {
    let mut rest = text.trim();
    let mut mended = false;
    loop {
        let before = rest.len();
        rest = rest.trim_matches('"').trim();
        rest = rest.trim_start_matches([':', '=', ';', ' ']);
        if let Some(prefix) = rest.get(..5)
            && prefix.eq_ignore_ascii_case("RRULE")
            && rest[5..].trim_start().starts_with([':', '=', ';'])
        {
            rest = rest[5..].trim_start();
        }
        if rest.len() == before {
            return (rest, mended);
        }
        mended = true;
    }
}

/// Returns where within a part another one begins after a comma or a space instead of a semicolon.
fn next_name(part: &str) -> Option<usize> {
    // Nearly every part is just one.
    let first = part.find('=')?;
    part[first + 1..].find('=')?;
    part.match_indices([',', ' ', '\t']).map(|(at, _)| at).find(|at| {
        let rest = part[*at..].trim_start_matches([',', ' ', '\t']);
        let name = rest.split(['=', ':', ',', ';']).next().unwrap_or("").trim_end();
        let followed = rest[name.len()..].trim_start().starts_with('=');
        followed && is_name(name)
    })
}

/// Returns whether a part of a rule, such as `UNTIL=20261124`, is its UNTIL.
pub(crate) fn is_until(part: &str) -> bool {
    let part = part.trim_start();
    part.get(..5)
        .is_some_and(|name| name.eq_ignore_ascii_case("UNTIL"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        let list = Parts::of(text).list;
        list.into_iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    #[test]
    fn wrong_separators_and_repeated_names_are_put_right() {
        for text in [
            "FREQ=DAILY;COUNT=3",
            "FREQ=DAILY\\;COUNT=3",
            "FREQ=DAILY\\\\;COUNT=3",
            "RRULE:FREQ=DAILY;COUNT=3",
            "rrule:RRULE = FREQ=DAILY;COUNT=3",
            "=FREQ=DAILY;COUNT=3",
            "FREQ=DAILY;RRULE:COUNT=3",
            "\"FREQ=DAILY;COUNT=3\"",
            "FREQ:DAILY;COUNT:3",
            "FREQ==DAILY;;COUNT= 3 ;",
            "FREQ=DAILY,COUNT=3",
            "FREQ=DAILY COUNT=3",
            "FREQ=DAILY\\nCOUNT=3\\n",
            "DAILY;COUNT=3;COUNT=3",
            "freq = DAILY; COUNT=3",
        ] {
            assert_eq!(list(text), ["FREQ=DAILY", "COUNT=3"], "{text}");
        }
        assert_eq!(
            list("FREQ=WEEKLY,BYDAY=MO,TU, WE"),
            ["FREQ=WEEKLY", "BYDAY=MO,TU, WE"]
        );
        assert_eq!(list("BYDAY=MO\\,TU"), ["BYDAY=MO,TU"]);
        assert_eq!(
            list("UNTIL=2026-11-30T10:00:00Z;COUNT=1;COUNT=2"),
            ["UNTIL=2026-11-30T10:00:00Z", "COUNT=1", "COUNT=2"]
        );
        assert_eq!(Parts::of("FREQ=DAILY;every odd day").strays, ["EVERY ODD DAY"]);
    }

    #[test]
    fn what_is_as_it_should_be_is_not_put_right() {
        for text in ["FREQ=DAILY", "freq=daily;", "FREQ=WEEKLY; BYDAY=MO, TU;WKST=SU"] {
            assert!(!Parts::of(text).mended, "{text}");
        }
    }

    #[test]
    fn an_empty_text_says_nothing_and_a_name_without_a_value_might_have() {
        for text in [
            "",
            " ",
            ";",
            "RRULE:",
            ":",
            "\\n",
            "NONE",
            "null",
            "FREQ=NONE",
            "FREQ=ONE_TIME",
            "FREQ=once;INTERVAL=1;COUNT=1",
            "1 mal",
            "\"\"",
        ] {
            assert!(Parts::of(text).is_empty(), "{text}");
        }
        for text in ["FREQ=", "FREQ", "FREQ=;COUNT=", "é", "FREQ=NONE;COUNT=2"] {
            assert!(!Parts::of(text).is_empty(), "{text}");
        }
    }
}
