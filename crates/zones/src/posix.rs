//! Zones by the offset that they name in another way than with its sign alone: the TZ variable of POSIX, such as
//! `EST5EDT,M3.2.0,M11.1.0`, and names such as `Etc/UTC-5`.
//!
//! POSIX counts offsets westwards, and people eastwards: where either may be meant, both are given.

use jiff::tz::TimeZone;

use crate::label::abbreviated;
use crate::offset::{exactly, zero};
use crate::zone::Zone;

/// All that a text may mean: offsets that hold all the year round, in seconds east of UTC, and zones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Possible {
    /// In seconds east of UTC.
    pub offsets: Vec<i32>,
    /// Their names need not be IANA's: a zone that POSIX describes is called by its description.
    pub zones: Vec<Zone>,
}

impl Possible {
    fn offsets(offsets: &[i32]) -> Self {
        let mut offsets = offsets.to_vec();
        offsets.sort_unstable();
        offsets.dedup();
        Self {
            offsets,
            zones: Vec::new(),
        }
    }
}

/// Longest text that is looked at, in bytes.
const LONGEST: usize = 100;

/// What a name with an offset in it may mean that is no label: `EST5EDT,M3.2.0,M11.1.0`, `CET-1CEST`, `<-03>3`, `Etc/UTC-5`.
pub fn by_offset(text: &str) -> Option<Possible> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    // Some write semicolons to keep the text apart from lists.
    of_no_place(text)
        .or_else(|| of_two(text))
        .or_else(|| posix(&text.replace(';', ",")))
}

/// Both offsets of a name such as `GMT -0800 (Standard) / GMT -0700 (Daylight)`: when it is summer there is not said.
fn of_two(text: &str) -> Option<Possible> {
    const WORDS: [&str; 11] = [
        "gmt", "utc", "standard", "daylight", "std", "dst", "summer", "winter", "time", "saving", "savings",
    ];
    // POSIX writes abbreviations made of signs in such brackets.
    if text.contains('<') {
        return None;
    }
    let is_sign = |c: char| matches!(c, '+' | '-' | '\u{2212}');
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.');
    let mut offsets = Vec::new();
    let mut words = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        let length = after.find(|c| !is_number(c)).unwrap_or(after.len());
        if is_sign(first) && after.starts_with(|c: char| c.is_ascii_digit()) {
            let end = first.len_utf8() + length;
            offsets.push(exactly(&rest[..end], false)?);
            rest = &rest[end..];
        } else {
            words.push(first.to_ascii_lowercase());
            rest = after;
        }
    }
    let mut words = words
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let [one, other] = offsets.as_slice() else {
        return None;
    };
    let is_pair = one != other && (one - other).abs() <= 2 * 3_600;
    (is_pair && words.all(|word| WORDS.contains(&word))).then(|| Possible::offsets(&offsets))
}

/// A name such as `Etc/UTC-5`. IANA's own `Etc/GMT-5` is east of UTC, and what is written in its way may be either.
fn of_no_place(text: &str) -> Option<Possible> {
    let text = text.replace("%2B", "+").replace("%2b", "+");
    let rest = text
        .get(..3)
        .filter(|area| area.eq_ignore_ascii_case("Etc"))
        .map(|_| &text[3..])?;
    let name = rest.strip_prefix(['/', '-', '_', '.', ' '])?.trim();
    let (name, offset) = name.split_at_checked(3)?;
    let is_zero = zero(name).is_some() || name.eq_ignore_ascii_case("UCT");
    let offset = exactly(offset, true).filter(|_| is_zero)?;
    Some(Possible::offsets(&[offset, -offset]))
}

fn posix(text: &str) -> Option<Possible> {
    let (standard, rest) = abbreviation(text)?;
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | '-' | ':')))
        .unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    let west = exactly(number, true).filter(|_| !number.ends_with(':'))?;
    let offset = -west;
    let Some((summer, rules)) = abbreviation(rest) else {
        return rest
            .is_empty()
            .then(|| without_summer(standard, number, offset))?;
    };
    if let Some(zone) = described(text) {
        return Some(Possible {
            offsets: Vec::new(),
            zones: vec![zone],
        });
    }
    let is_summer = |zone: &Zone| {
        let known = abbreviated(summer);
        known.is_empty() || known.iter().any(|(_, other)| other == zone)
    };
    let zones: Vec<Zone> = abbreviated(standard)
        .into_iter()
        .filter(|(known, zone)| *known == offset && is_summer(zone))
        .map(|(_, zone)| zone)
        .collect();
    let is_offset = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | ':');
    if !rules.trim_start_matches(is_offset).is_empty() && !rules.contains(',') {
        return None;
    }
    if zones.is_empty() {
        // When it is summer there is not said.
        return Some(Possible::offsets(&[offset, offset + 3_600]));
    }
    Some(Possible {
        offsets: Vec::new(),
        zones,
    })
}

/// An offset all the year round. Behind a known abbreviation it may be the very one that this stands for.
fn without_summer(standard: &str, number: &str, offset: i32) -> Option<Possible> {
    if offset == 0 {
        return Some(Possible::offsets(&[0]));
    }
    let has_sign = number.starts_with(['+', '-']);
    if zero(standard).is_some() {
        // `UTC-5` is what people write.
        return (!has_sign).then(|| Possible::offsets(&[offset, -offset]));
    }
    let known = abbreviated(standard);
    if standard.starts_with('<') || known.iter().any(|(known, _)| *known == offset) {
        return Some(Possible::offsets(&[offset]));
    }
    let also = known.into_iter().filter(|(known, _)| *known == -offset);
    Some(Possible {
        zones: also.map(|(_, zone)| zone).collect(),
        ..Possible::offsets(&[offset, -offset])
    })
}

/// Three letters or more, or anything in angle brackets, and what follows.
fn abbreviation(text: &str) -> Option<(&str, &str)> {
    let end = if text.starts_with('<') {
        text.find('>')? + 1
    } else {
        text.find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(text.len())
    };
    let (name, rest) = text.split_at(end);
    (name.len() >= 3).then_some((name, rest))
}

/// A zone whose rules are all said.
fn described(text: &str) -> Option<Zone> {
    let rules = TimeZone::posix(text).ok().filter(|_| text.contains(','))?;
    Some(Zone {
        name: text.to_owned(),
        rules,
        known: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i32 = 3_600;

    #[test]
    fn offsets_of_posix_are_west_and_those_that_may_be_either_are_both() {
        for (text, offsets, zones) in [
            ("<-03>3", &[-3][..], &[][..]),
            ("EST5", &[-5], &[]),
            ("UTC0", &[0], &[]),
            ("GMT0", &[0], &[]),
            ("UTC5", &[-5, 5], &[]),
            ("EST-5", &[-5, 5], &["America/New_York"]),
            ("CET-1CEST", &[], &["Europe/Berlin"]),
            ("EST+5EDT", &[], &["America/New_York"]),
            ("XXX5YYY", &[-5, -4], &[]),
            ("CET-1CEST,M3.5.0,M10.5.0/3", &[], &["CET-1CEST,M3.5.0,M10.5.0/3"]),
            ("CET-1CEST,what", &[], &["Europe/Berlin"]),
            ("Etc/UTC-5", &[-5, 5], &[]),
            ("etc/gmt+15", &[-15, 15], &[]),
            ("Etc/UTC-05:00", &[-5, 5], &[]),
            ("Etc/GMT5", &[-5, 5], &[]),
            ("Etc-UTC 5", &[-5, 5], &[]),
            ("Etc/GMT%2B5", &[-5, 5], &[]),
            ("GMT-05.00/-04.00", &[-5, -4], &[]),
            ("GMT -0800 (Standard) / GMT -0700 (Daylight)", &[-8, -7], &[]),
            ("UTC+01:00/UTC+02:00", &[1, 2], &[]),
            ("EST5EDT;M3.2.0;M11.1.0", &[], &["EST5EDT,M3.2.0,M11.1.0"]),
        ] {
            let possible = by_offset(text).unwrap_or_else(|| panic!("{text} says nothing"));
            let names: Vec<&str> = possible.zones.iter().map(Zone::name).collect();
            let hours: Vec<i32> = offsets.iter().map(|hours| hours * HOUR).collect();
            assert_eq!((possible.offsets, names.as_slice()), (hours, zones), "{text}");
        }
        for text in [
            "",
            "EST",
            "UTC-5",
            "GMT+1",
            "EST5EDT2x",
            "AB5",
            "EST5:",
            "Etc/UTC",
            "Etc/Office-5",
            "Europe/UTC-5",
            "5EST",
            "<x",
            "Room 12",
            "Room +01/+02",
            "GMT-05:00/+09:00",
            "GMT+1/+1",
            "GMT+1/+2/+3",
            "Zone5 of the city",
            "é5",
        ] {
            assert_eq!(by_offset(text), None, "{text}");
        }
    }

    #[test]
    fn rules_of_posix_are_followed() {
        let possible = by_offset("EST5EDT,M3.2.0,M11.1.0").unwrap();
        let offset = |at: &str| possible.zones[0].offset_seconds(at.parse().unwrap());
        assert_eq!(offset("2026-12-07T12:00:00Z"), -5 * HOUR);
        assert_eq!(offset("2026-07-06T12:00:00Z"), -4 * HOUR);
    }
}
