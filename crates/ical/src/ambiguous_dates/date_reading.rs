//! One way to read the dates of an event: the order of their numbers, and the calendar of their years.

use std::borrow::Cow;

use crate::ambiguous_dates::null_until::stands_for_none;
use crate::ambiguous_dates::written_dates::{
    BUDDHIST, BUDDHIST_YEARS, Place, day, has_dates, is_plain, mapped, odd, seconds, year,
};
use crate::parse::components::EventText;
use crate::parse::lines::Line;
use crate::parse::names::Name;
use crate::rrule::parts::is_until;
use crate::values::days::DAY;
use crate::values::odd_dates::{ORDERS, OddDate, Order};

/// Longest time that an event without other dates lasts in one order of its numbers if it is much shorter in another one, in
/// seconds.
const LONGEST_ONCE: i64 = 62 * DAY;

/// One way to read dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateReading {
    pub order: Order,
    pub buddhist: bool,
    /// The order is only the most likely one.
    pub by_length: bool,
}

impl DateReading {
    /// Reads years as written.
    pub(crate) fn plain(order: Order) -> Self {
        Self {
            order,
            buddhist: false,
            by_length: false,
        }
    }

    /// Returns an event with its dates read this way.
    pub(crate) fn of<'e, 't>(self, text: &'e EventText<'t>) -> Cow<'e, EventText<'t>> {
        let odd = text.oddities;
        if !odd.mended && !odd.is_of_several() && !odd.by_length && !odd.null_until {
            return Cow::Borrowed(text);
        }
        let own = odd.all_orders().find(|order| *order == self.order);
        let reading = Self {
            order: own.or_else(|| odd.all_orders().next()).unwrap_or(self.order),
            by_length: odd.by_length,
            ..self
        };
        let mut text = text.clone();
        let start = text.all(Name::DtStart).next();
        let start = start.map(|line| {
            reading
                .date(line, &line.value, Place::Alone)
                .unwrap_or_else(|| line.value.to_string())
        });
        for line in text
            .lines
            .iter_mut()
            .filter(|line| has_dates(line.name) && !is_plain(line))
        {
            let of_event = start.as_deref().filter(|_| line.name == Name::DtEnd);
            let value = mapped(line, &mut |place, date| match (place, of_event) {
                (Place::Alone, Some(start)) => reading.date(line, date, Place::End { written: "", start }),
                (Place::Start { end }, _) => reading.of_period(line, date, end).date(line, date, place),
                (Place::End { written, .. }, _) => {
                    reading.of_period(line, written, date).date(line, date, place)
                }
                _ => reading.date(line, date, place),
            });
            if let Some(value) = value {
                line.value = Cow::Owned(value);
            }
        }
        if let Some(start) = start.as_deref().and_then(day).filter(|_| odd.null_until) {
            let rules = text.lines.iter_mut().filter(|line| line.name == Name::RRule);
            for line in rules {
                if stands_for_none(line, start) {
                    let kept: Vec<&str> = line.value.split(';').filter(|part| !is_until(part)).collect();
                    line.value = Cow::Owned(kept.join(";"));
                }
            }
        }
        Cow::Owned(text)
    }

    /// Returns the way to read a period with these dates: another one, if in this one it would last far longer.
    fn of_period(self, line: &Line, start: &str, end: &str) -> Self {
        let dates = [odd(line, start), odd(line, end)];
        if dates.iter().flatten().all(|odd| odd.is_one(ORDERS.into_iter())) {
            return self;
        }
        let by = |date: &Option<OddDate>, written: &str, order| {
            let odd = date.as_ref().and_then(|odd| odd.in_order(order));
            odd.unwrap_or_else(|| written.to_owned())
        };
        let is_meant = |at: usize| dates.iter().flatten().all(|odd| odd.orders()[at]);
        let length = |(at, order): (usize, Order)| {
            is_meant(at).then(|| {
                (
                    order,
                    seconds(&by(&dates[0], start, order), &by(&dates[1], end, order)),
                )
            })
        };
        let lengths: Vec<_> = ORDERS.into_iter().enumerate().filter_map(length).collect();
        let Some(shortest) = shortest(&lengths) else {
            return self;
        };
        let most = longest(shortest, dates[0].is_none() && shortest <= DAY);
        let is_short = |length: &Option<i64>| length.is_none_or(|length| length <= most);
        let short = || lengths.iter().filter(|(_, length)| is_short(length));
        let own = short().find(|(order, _)| *order == self.order);
        let order = own
            .or_else(|| short().next())
            .map_or(self.order, |(order, _)| *order);
        Self { order, ..self }
    }

    /// Returns a date read this way, if that differs from what is written.
    pub(crate) fn date(self, line: &Line, text: &str, place: Place) -> Option<String> {
        // A guess never removes busy time.
        let is_limit = matches!(line.name, Name::ExDate | Name::RRule | Name::RecurrenceId);
        let is_guessed = |odd: &OddDate| odd.guessed || (self.by_length && !odd.is_one(ORDERS.into_iter()));
        let odd = odd(line, text).filter(|odd| !(is_limit && is_guessed(odd)));
        let end = odd
            .as_ref()
            .filter(|odd| odd.unsure && matches!(place, Place::End { .. }));
        let clear = match end {
            Some(end) => end.rest_of_day(self.order),
            None => odd.and_then(|odd| odd.in_order(self.order)),
        };
        let text = clear.as_deref().unwrap_or(text).trim();
        let is_of_start = |year| matches!(place, Place::End { start, .. } if is_later_start(start, year));
        match year(text).filter(|year| BUDDHIST.contains(year)) {
            Some(year) if self.buddhist || is_of_start(year) => {
                Some(format!("{:04}{}", year - BUDDHIST_YEARS, &text[4..]))
            }
            _ => clear,
        }
    }
}

/// Returns the longest time that is believed of an event in one order of its numbers, if this is the shortest in any of them, in
/// seconds. For an event that repeats, or whose start is clear, it is less.
pub(crate) fn longest(shortest: i64, is_doubted: bool) -> i64 {
    let least = if is_doubted { 2 * DAY } else { LONGEST_ONCE };
    least.max(shortest.saturating_mul(2))
}

/// Returns the shortest length that is not negative.
pub(crate) fn shortest(lengths: &[(Order, Option<i64>)]) -> Option<i64> {
    let lengths = lengths.iter().filter_map(|(_, length)| *length);
    lengths.filter(|length| *length >= 0).min()
}

/// Returns whether an end in a Buddhist year is one of the Gregorian calendar, because its start is: otherwise it would last
/// centuries.
fn is_later_start(start: &str, end: i16) -> bool {
    let start = year(start.trim());
    start.is_some_and(|start| start <= end - BUDDHIST_YEARS)
}
