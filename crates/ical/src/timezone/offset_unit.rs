//! Finds the unit of a definition's offsets. TZOFFSETFROM and TZOFFSETTO are hours and minutes (RFC 5545, section 3.3.14), but
//! some programs write a number of minutes or of seconds, such as `-300` or `-18000`.

use crate::parse::components::ZoneText;
use crate::parse::names::Name;

/// The unit of an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OffsetUnit {
    /// Hours and minutes, as on a clock.
    Clock,
    Minutes,
    Seconds,
}

/// All current offsets are a multiple of this many seconds …
const STEP: i32 = 900;

/// … and at most this many.
const MOST: i32 = 16 * 3_600;

impl OffsetUnit {
    /// Returns the possible units of a definition: all its numbers have the same one, and make sense in it.
    pub(crate) fn of(zone: &ZoneText) -> Vec<Self> {
        let offsets = zone.observances.iter().flatten();
        let offsets = offsets.filter(|line| matches!(line.name, Name::OffsetFrom | Name::OffsetTo));
        let (numbers, others): (Vec<&str>, Vec<&str>) = offsets
            .map(|line| line.value.as_ref())
            .partition(|text| number(text).is_some());
        let is_clock = others.iter().any(|text| zones::offset(text).is_some());
        let says_nothing = numbers
            .iter()
            .all(|text| number(text).is_some_and(|(number, _)| number == 0));
        if is_clock || says_nothing {
            return vec![Self::Clock];
        }
        let fits = |unit: &Self| {
            let makes_sense = |offset: i32| offset % STEP == 0 && offset.abs() <= MOST;
            numbers
                .iter()
                .all(|text| unit.read(text).is_some_and(makes_sense))
        };
        let units: Vec<Self> = [Self::Clock, Self::Minutes, Self::Seconds]
            .into_iter()
            .filter(fits)
            .collect();
        if units.is_empty() {
            vec![Self::Clock]
        } else {
            units
        }
    }

    /// Returns an offset in seconds east of UTC.
    pub(crate) fn read(self, text: &str) -> Option<i32> {
        let scaled = |digits: std::ops::RangeInclusive<usize>, unit: i32| {
            let (number, length) = number(text)?;
            (number == 0 || digits.contains(&length)).then(|| number.checked_mul(unit))?
        };
        match self {
            Self::Clock => zones::offset(text),
            // One digit, and two up to the longest offset, are hours.
            Self::Minutes => scaled(2..=3, 60).filter(|offset| *offset == 0 || offset.abs() > 26 * 60),
            Self::Seconds => scaled(4..=5, 1),
        }
    }
}

/// Reads a number with or without a sign that begins with no zero, and how many digits it has. Zero may be written with any
/// number of digits.
fn number(text: &str) -> Option<(i32, usize)> {
    let text = text.trim();
    let digits = text.strip_prefix(['+', '-', '\u{2212}']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|b| b.is_ascii_digit());
    let number: i32 = digits.parse().ok().filter(|_| plain)?;
    if number != 0 && digits.starts_with('0') {
        return None;
    }
    let sign = if text.starts_with(['-', '\u{2212}']) {
        -1
    } else {
        1
    };
    Some((sign * number, digits.len()))
}
