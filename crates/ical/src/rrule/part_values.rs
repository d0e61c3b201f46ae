//! Reads the values of a rule's parts: numbers, months, weekdays. A list that is not understood as a whole is not used.

use crate::rrule::rscale::Skip;
use crate::rrule::rule::Rule;

/// Reads SKIP (RFC 7529, section 4.1).
pub(crate) fn skip(text: &str) -> Option<Skip> {
    Some(match text.to_ascii_uppercase().as_str() {
        "OMIT" => Skip::Omit,
        "FORWARD" => Skip::Forward,
        "BACKWARD" => Skip::Backward,
        _ => return None,
    })
}

/// Reads a weekday by its English name or the beginning of it, and returns whether that is the two letters of RFC 5545.
pub(crate) fn weekday(text: &str) -> Option<(u8, bool)> {
    const NAMES: [&str; 7] = [
        "MONDAYS",
        "TUESDAYS",
        "WEDNESDAYS",
        "THURSDAYS",
        "FRIDAYS",
        "SATURDAYS",
        "SUNDAYS",
    ];
    let name = text.trim().trim_end_matches('.').to_ascii_uppercase();
    let at = NAMES
        .iter()
        .position(|day| name.len() >= 2 && day.starts_with(name.as_str()))?;
    Some((u8::try_from(at).ok()?, name.len() == 2))
}

fn numbers(text: &str) -> impl Iterator<Item = Option<i64>> {
    text.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| item.strip_prefix('+').unwrap_or(item).parse().ok())
}

/// Returns a list of numbers as bits; at least one, all of them in range.
pub(crate) fn bits(text: &str, range: std::ops::RangeInclusive<i64>) -> Option<u64> {
    let mut bits = 0;
    for number in numbers(text) {
        let number = number.filter(|n| range.contains(n))?;
        bits |= 1_u64 << number;
    }
    (bits != 0).then_some(bits)
}

/// Returns the numbers of a list that can be read and are in range, as bits, and whether those are all of them.
pub(crate) fn readable_bits(text: &str, range: std::ops::RangeInclusive<i64>) -> (u64, bool) {
    let (mut bits, mut all) = (0, true);
    for number in numbers(text) {
        match number.filter(|n| range.contains(n)) {
            Some(number) => bits |= 1_u64 << number,
            None => all = false,
        }
    }
    (bits, all && bits != 0)
}

/// Returns months as bits, plain and leap ones such as `5L`. Other calendars than the Gregorian have up to 13.
pub(crate) fn months(text: &str, other_calendar: bool) -> Option<(u16, u16)> {
    let most = if other_calendar { 13 } else { 12 };
    let (mut plain, mut leap) = (0, 0);
    for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let (number, bits) = match item.strip_suffix(['L', 'l']) {
            Some(number) if other_calendar => (number, &mut leap),
            _ => (item, &mut plain),
        };
        let number: u8 = number.trim().parse().ok().filter(|n| (1..=most).contains(n))?;
        *bits |= 1_u16 << number;
    }
    (plain != 0 || leap != 0).then_some((plain, leap))
}

/// Returns a list of numbers from 1 to `most` that may count from the end; at least one.
pub(crate) fn signed(text: &str, most: i64) -> Option<Vec<i64>> {
    let mut list: Vec<i64> = numbers(text)
        .map(|number| number.filter(|n| *n != 0 && n.abs() <= most))
        .collect::<Option<_>>()?;
    list.sort_unstable();
    list.dedup();
    (!list.is_empty()).then_some(list)
}

/// Reads weekdays, with and without numbers, into a rule.
pub(crate) fn by_day(text: &str, rule: &mut Rule) -> Option<()> {
    for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
        let name_at = item.find(|c: char| c.is_ascii_alphabetic())?;
        let (number, name) = item.split_at(name_at);
        let (day, short) = weekday(name)?;
        rule.mended |= !short;
        if number.trim().is_empty() {
            rule.weekdays |= 1 << day;
            continue;
        }
        let number = numbers(number).next()??;
        if number == 0 {
            // Some programs write 0 for no number.
            rule.weekdays |= 1 << day;
            rule.mended = true;
        } else if number.abs() > 53 {
            return None;
        } else {
            rule.nth_weekdays.push((number, day));
        }
    }
    rule.nth_weekdays.sort_unstable();
    rule.nth_weekdays.dedup();
    (rule.weekdays != 0 || !rule.nth_weekdays.is_empty()).then_some(())
}
