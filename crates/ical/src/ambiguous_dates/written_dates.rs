//! Finds and replaces the dates in a property's value.

use jiff::civil::Date;

use crate::parse::lines::Line;
use crate::parse::names::Name;
use crate::rrule::parts::is_until;
use crate::values::date_list::{items, period};
use crate::values::date_time::{Moment, days_near, moment};
use crate::values::days::{naive, naive_date};
use crate::values::odd_dates::OddDate;

/// Years that are most likely those of the Buddhist calendar, which begins 543 years earlier.
pub(crate) const BUDDHIST: std::ops::RangeInclusive<i16> = 2400..=2800;
pub(crate) const BUDDHIST_YEARS: i16 = 543;

/// The first whole year of the Gregorian calendar.
pub(crate) const GREGORIAN: i16 = 1583;

/// The position of a date in a value.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    Alone,
    /// The start of a period with this end.
    Start {
        end: &'a str,
    },
    /// The end of a period with this start, which means `start`.
    End {
        written: &'a str,
        start: &'a str,
    },
}

/// Returns whether a property of this name holds dates that are read.
pub(crate) fn has_dates(name: Name) -> bool {
    name.is_of_time() && !matches!(name, Name::Duration | Name::ExRule)
}

/// Returns whether all dates of a line are in the form of RFC 5545, in years that can hardly be of another calendar.
pub(crate) fn is_plain(line: &Line) -> bool {
    let value = line.value.as_ref();
    match line.name {
        Name::DtStart | Name::DtEnd | Name::RecurrenceId => is_plain_date(value),
        Name::RRule => !value
            .split(';')
            .any(|part| is_until(part) && !part.get(6..).is_some_and(is_plain_date)),
        _ => value
            .split([',', '/'])
            .all(|date| date.starts_with('P') || is_plain_date(date)),
    }
}

pub(crate) fn is_plain_date(date: &str) -> bool {
    let has_digits = date.bytes().take(8).all(|b| b.is_ascii_digit());
    let year = year(date).filter(|_| has_digits && matches!(date.as_bytes().get(8), None | Some(b'T')));
    year.is_some_and(|year| (GREGORIAN..*BUDDHIST.start()).contains(&year))
}

/// Returns a line's value with its dates replaced by what `by` returns for them; `None` when it replaces none.
pub(crate) fn mapped(line: &Line, by: &mut dyn FnMut(Place, &str) -> Option<String>) -> Option<String> {
    let mut is_new = false;
    let mut new = |place: Place, date: &str| {
        let by = by(place, date);
        is_new |= by.is_some();
        by.unwrap_or_else(|| date.to_owned())
    };
    let value = match line.name {
        Name::DtStart | Name::DtEnd | Name::RecurrenceId => new(Place::Alone, &line.value),
        Name::RRule => {
            let part = |part: &str| match part.split_once('=') {
                Some((name, date)) if name.trim().eq_ignore_ascii_case("UNTIL") => {
                    format!("{name}={}", new(Place::Alone, date))
                }
                _ => part.to_owned(),
            };
            line.value.split(';').map(part).collect::<Vec<_>>().join(";")
        }
        _ => {
            let item = |item: &str| match period(item) {
                (start, None) => new(Place::Alone, start),
                (start, Some(end)) => {
                    let written = start;
                    let start = new(Place::Start { end }, written);
                    let place = Place::End {
                        written,
                        start: &start,
                    };
                    format!("{start}/{}", new(place, end))
                }
            };
            items(&line.value).map(item).collect::<Vec<_>>().join(",")
        }
    };
    is_new.then_some(value)
}

/// Returns a date that is legible, but in none of the forms of [`moment`].
pub(crate) fn odd(line: &Line, text: &str) -> Option<OddDate> {
    if is_readable(text) {
        return None;
    }
    // Its first part may belong to the zone.
    let tail = text.rsplit_once(':').filter(|_| !line.value.starts_with(':'));
    if tail.is_some_and(|(_, tail)| is_readable(tail)) && line.param("TZID").is_some() {
        return None;
    }
    let near = days_near(text).0;
    if near
        .iter()
        .any(|day| (GREGORIAN..=*BUDDHIST.end()).contains(&day.year()))
    {
        return None;
    }
    let is_date = line
        .param("VALUE")
        .is_some_and(|value| value.eq_ignore_ascii_case("DATE"));
    let odd = OddDate::read(text)?;
    Some(if is_date { odd.of_a_date() } else { odd })
}

/// Returns whether [`moment`] can read at least the day.
pub(crate) fn is_readable(text: &str) -> bool {
    moment(text).map_or_else(|day| day.is_some(), |_| true)
}

/// Returns the day of a date or time, if that can be read.
pub(crate) fn day(text: &str) -> Option<Date> {
    moment(text).map_or_else(|day| day, |moment| Some(moment.date()))
}

/// Returns the year of a date in the form of RFC 5545 or ISO 8601, whether the date exists or not.
pub(crate) fn year(text: &str) -> Option<i16> {
    let text = text.trim();
    let digits = text.bytes().take(9).take_while(u8::is_ascii_digit).count();
    let is_date = digits == 8 || (digits == 4 && text[4..].starts_with('-'));
    text.get(..4).filter(|_| is_date)?.parse().ok()
}

/// Returns the seconds from a date or time to another one, ignoring their zones.
pub(crate) fn seconds(start: &str, end: &str) -> Option<i64> {
    let at = |text: &str| match moment(text) {
        Ok(Moment::Local(time) | Moment::Utc(time)) => Some(naive(time)),
        Ok(Moment::Date(day)) => Some(naive_date(day)),
        Err(day) => day.map(naive_date),
    };
    Some(at(end)? - at(start)?)
}
