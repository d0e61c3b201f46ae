//! Recognises dates in UNTIL that programs write for "no end", such as the first day of 1970.

use jiff::civil::Date;

use crate::ambiguous_dates::written_dates::{BUDDHIST, BUDDHIST_YEARS, day, odd};
use crate::parse::components::EventText;
use crate::parse::lines::Line;
use crate::parse::names::Name;
use crate::rrule::parts::is_until;
use crate::values::odd_dates::ORDERS;

/// A UNTIL that means "no end" lies at least this many days before the start. Programs that split a series let it end shortly
/// before its start.
const LONG_BEFORE: i32 = 366;

/// The epochs of programs, which they write for "no date": year and day of the year.
const FIRST_DAYS: [(i16, i16); 7] = [
    (1899, 364),
    (1900, 1),
    (1904, 1),
    (1970, 1),
    (1980, 1),
    (2000, 1),
    (2001, 1),
];
/// The latest year in which no repetition ends.
const FIRST_YEAR: i16 = 1601;

/// Returns whether the UNTIL of a rule means "no end", for an event that begins on this day at the earliest.
pub(crate) fn stands_for_none(rule: &Line, first: Date) -> bool {
    until_days(rule).is_some_and(|until| is_null(until, first))
}

/// Returns the first day on which an event may begin; `None` where one of its starts cannot be read.
pub(crate) fn first_start(text: &EventText) -> Option<Date> {
    let mut first: Option<Date> = None;
    for line in text.all(Name::DtStart) {
        let of_line = match odd(line, &line.value) {
            Some(odd) => {
                let days = ORDERS.into_iter().filter_map(|order| odd.in_order(order));
                days.filter_map(|date| day(&date)).min()
            }
            None => day(&line.value),
        };
        let of_line = of_line?;
        first = Some(first.map_or(of_line, |first| first.min(of_line)));
    }
    first.map(|first| {
        let is_buddhist = BUDDHIST.contains(&first.year());
        let years = jiff::Span::new().years(if is_buddhist { BUDDHIST_YEARS } else { 0 });
        first.checked_sub(years).unwrap_or(first)
    })
}

/// Returns the last day on which a rule may end.
fn until_days(line: &Line) -> Option<Date> {
    let untils = line.value.split(';').filter(|part| is_until(part));
    let days = untils.filter_map(|part| {
        let (_, date) = part.split_once('=')?;
        match odd(line, date) {
            Some(odd) => {
                let days = ORDERS.into_iter().filter_map(|order| odd.in_order(order));
                days.filter_map(|date| day(&date)).max()
            }
            None => day(date),
        }
    });
    days.max()
}

/// Returns whether a date is long before a start, and an epoch or the day beside it (in another zone).
fn is_null(until: Date, start: Date) -> bool {
    let is_near = |(year, day): &(i16, i16)| {
        let first = Date::new(*year, 1, 1).map(|first| (until - first).get_days() - i32::from(*day - 1));
        first.is_ok_and(|days| days.abs() <= 1)
    };
    let is_first = until.year() <= FIRST_YEAR || FIRST_DAYS.iter().any(is_near);
    is_first && (start - until).get_days() > LONG_BEFORE
}
