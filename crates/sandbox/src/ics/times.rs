//! Date and time values, and what is known of the instants they stand for.

use std::ops::Range;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use zones::Zone;

use super::lines::Line;

/// A date or time as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum When {
    /// In UTC, as in `20261201T090000Z`.
    Utc(DateTime),
    /// A clock time in the zone that a TZID names.
    ZonedDateTime(DateTime, String),
    /// A floating time: the same clock time wherever the owner is.
    Floating(DateTime),
    /// A whole day.
    Day(Date),
}

impl When {
    /// The value of a property that holds one date or time.
    pub(crate) fn of(line: &Line) -> Option<Self> {
        Self::parse(line.value.trim(), line.param("TZID"))
    }

    pub(crate) fn parse(text: &str, tzid: Option<&str>) -> Option<Self> {
        let date = |text: &str| -> Option<Date> {
            let number = |range: Range<usize>| -> Option<i16> { text.get(range)?.parse().ok() };
            let month = i8::try_from(number(4..6)?).ok()?;
            let day = i8::try_from(number(6..8)?).ok()?;
            Date::new(number(0..4)?, month, day).ok()
        };
        if text.len() == 8 {
            return date(text).map(Self::Day);
        }
        let utc = text.len() == 16 && text.ends_with('Z');
        if text.as_bytes().get(8) != Some(&b'T') || !(utc || text.len() == 15) {
            return None;
        }
        let number = |range: Range<usize>| -> Option<i8> { text.get(range)?.parse().ok() };
        let local = date(text)?.at(number(9..11)?, number(11..13)?, number(13..15)?.min(59), 0);
        Some(match tzid {
            _ if utc => Self::Utc(local),
            Some(tzid) => Self::ZonedDateTime(local, tzid.to_owned()),
            None => Self::Floating(local),
        })
    }

    /// The date and clock time as written; midnight for a whole day.
    pub(crate) fn local(&self) -> DateTime {
        match self {
            Self::Utc(local) | Self::ZonedDateTime(local, _) | Self::Floating(local) => *local,
            Self::Day(date) => date.at(0, 0, 0, 0),
        }
    }

    /// The best guess at the instant, floating times and unknown zones read in the owner's zone.
    pub(crate) fn instant(&self, owner: &Zone) -> Timestamp {
        match self {
            Self::Utc(local) => utc(*local),
            Self::ZonedDateTime(local, tzid) => {
                Zone::named(tzid).map_or_else(|_| owner.opening(*local), |zone| zone.opening(*local))
            }
            Self::Floating(local) => owner.opening(*local),
            Self::Day(date) => owner.opening(date.at(0, 0, 0, 0)),
        }
    }

    /// The earliest and the latest instant that this can be: one when the zone is known, else every offset that
    /// exists on earth.
    pub(crate) fn bounds(&self) -> (Timestamp, Timestamp) {
        let anywhere = |local: DateTime| {
            let middle = utc(local);
            (shifted(middle, -16 * HOUR), shifted(middle, 16 * HOUR))
        };
        match self {
            Self::Utc(local) => (utc(*local), utc(*local)),
            Self::ZonedDateTime(local, tzid) => Zone::named(tzid).map_or_else(
                |_| anywhere(*local),
                |zone| (zone.opening(*local), zone.closing(*local)),
            ),
            Self::Floating(local) => anywhere(*local),
            Self::Day(date) => anywhere(date.at(0, 0, 0, 0)),
        }
    }

    /// The same value with its clock time moved by whole seconds; whole days move by whole days.
    pub(crate) fn moved(&self, seconds: i64) -> Self {
        let by = |local: DateTime| local.saturating_add(SignedDuration::from_secs(seconds));
        match self {
            Self::Utc(local) => Self::Utc(by(*local)),
            Self::ZonedDateTime(local, tzid) => Self::ZonedDateTime(by(*local), tzid.clone()),
            Self::Floating(local) => Self::Floating(by(*local)),
            Self::Day(date) => Self::Day(by(date.at(12, 0, 0, 0)).date()),
        }
    }

    /// The value as written, without parameters.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Utc(local) => local.strftime("%Y%m%dT%H%M%SZ").to_string(),
            Self::ZonedDateTime(local, _) | Self::Floating(local) => {
                local.strftime("%Y%m%dT%H%M%S").to_string()
            }
            Self::Day(date) => date.strftime("%Y%m%d").to_string(),
        }
    }
}

/// Seconds.
pub(crate) const HOUR: i64 = 3_600;
/// Seconds.
pub(crate) const DAY: i64 = 24 * HOUR;

/// The instant whose UTC clock shows this.
pub(crate) fn utc(local: DateTime) -> Timestamp {
    TimeZone::UTC.to_timestamp(local).unwrap_or(if local.year() < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

/// An instant moved by seconds, held inside what can be represented.
pub(crate) fn shifted(instant: Timestamp, seconds: i64) -> Timestamp {
    instant
        .saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(instant)
}

/// An instant as an iCalendar UTC value.
pub(crate) fn utc_text(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The seconds of a DURATION value (RFC 5545, section 3.3.6), negative ones included.
pub(crate) fn duration(text: &str) -> Option<i64> {
    let text = text.trim();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut total = 0_i64;
    let mut number = String::new();
    for character in rest.strip_prefix('P')?.chars() {
        let unit = match character {
            '0'..='9' => {
                number.push(character);
                continue;
            }
            'T' => continue,
            'W' => 7 * DAY,
            'D' => DAY,
            'H' => HOUR,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        let amount: i64 = std::mem::take(&mut number).parse().ok()?;
        total = total.checked_add(amount.checked_mul(unit)?)?;
    }
    number.is_empty().then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_of_a_time_is_told_apart() {
        let at = |text, tzid| When::parse(text, tzid).unwrap();
        assert_eq!(at("20261123", None), When::Day(jiff::civil::date(2026, 11, 23)));
        assert!(matches!(
            at("20261123T090000Z", Some("Europe/Berlin")),
            When::Utc(_)
        ));
        assert!(matches!(
            at("20261123T090000", Some("Europe/Berlin")),
            When::ZonedDateTime(..)
        ));
        assert!(matches!(at("20261123T090000", None), When::Floating(_)));
        for text in [
            "",
            "2026",
            "20261399",
            "20261123T0900",
            "20261123 090000",
            "2026112äT090000",
        ] {
            assert_eq!(When::parse(text, None), None, "{text}");
        }
    }

    #[test]
    fn a_known_zone_gives_one_instant_and_an_unknown_one_a_span() {
        let known = When::parse("20261123T090000", Some("America/New_York")).unwrap();
        let instant: Timestamp = "2026-11-23T14:00:00Z".parse().unwrap();
        assert_eq!(known.bounds(), (instant, instant));
        let (early, late) = When::parse("20261123T090000", Some("Nowhere")).unwrap().bounds();
        assert!(early < instant && instant < late);
    }

    #[test]
    fn durations_are_read_in_all_units() {
        assert_eq!(duration("PT30M"), Some(1_800));
        assert_eq!(duration("-P1DT2H"), Some(-(DAY + 2 * HOUR)));
        assert_eq!(duration("P2W"), Some(14 * DAY));
        for text in ["", "30M", "PX", "P5", "PT99999999999999999H"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }
}
