//! Finds ambiguous dates of an event, and dates in another form than RFC 5545's.

use jiff::civil::Date;

use crate::ambiguous_dates::date_reading::{DateReading, longest, shortest};
use crate::ambiguous_dates::null_until::{first_start, stands_for_none};
use crate::ambiguous_dates::written_dates::{
    BUDDHIST, BUDDHIST_YEARS, GREGORIAN, Place, has_dates, is_plain, mapped, odd, seconds, year,
};
use crate::parse::components::EventText;
use crate::parse::lines::Line;
use crate::parse::names::Name;
use crate::parse::oddities::Oddities;
use crate::values::days::DAY;
use crate::values::odd_dates::{ORDERS, OddDate, Order};

/// Years of calendars that began even earlier, such as 5787 of the Hebrew one.
const EARLIER: std::ops::RangeInclusive<i16> = 4200..=6100;

impl Oddities {
    pub(crate) fn of(text: &EventText) -> Self {
        let mut found = Self::default();
        let first = first_start(text);
        let is_without_end = |line: &Line| first.is_some_and(|first| stands_for_none(line, first));
        found.null_until = text.all(Name::RRule).any(is_without_end);
        let mut odd_dates: Vec<(Name, OddDate)> = Vec::new();
        for line in text
            .lines
            .iter()
            .filter(|line| has_dates(line.name) && !is_plain(line))
        {
            let is_limit = matches!(line.name, Name::ExDate | Name::RRule);
            let is_after_start = is_limit || line.name == Name::DtEnd;
            mapped(line, &mut |place, date| {
                let odd = odd(line, date);
                let start = match place {
                    Place::End { start, .. } => year(start),
                    _ if is_after_start => first.map(Date::year),
                    _ => None,
                };
                let year = match &odd {
                    Some(odd) => odd.in_order(Order::Day).and_then(|date| year(&date)),
                    None => year(date),
                };
                if let Some(year) = year.filter(|year| BUDDHIST.contains(year)) {
                    // In the other calendar the end would lie before the start.
                    let is_clear = start.is_some_and(|start| start > year - BUDDHIST_YEARS);
                    found.limits |= is_limit && !is_clear;
                    found.buddhist |= !is_limit && !is_clear;
                } else if line.name == Name::DtStart {
                    found.foreign |= year.is_some_and(|year| year < GREGORIAN || EARLIER.contains(&year));
                }
                odd_dates.extend(odd.map(|odd| (line.name, odd)));
                None
            });
        }
        let masks = || odd_dates.iter().map(|(_, odd)| odd.orders());
        let all = |at: usize| !odd_dates.is_empty() && masks().all(|mask| mask[at]);
        let any = |at: usize| masks().any(|mask| mask[at]);
        found.orders = if (0..3).any(all) {
            std::array::from_fn(all)
        } else {
            std::array::from_fn(any)
        };
        let written = found;
        found.drop_long_orders(text);
        for (name, odd) in odd_dates {
            let is_limit = matches!(name, Name::ExDate | Name::RRule);
            let orders = if is_limit { written } else { found };
            if odd.is_one(orders.all_orders()) && !odd.guessed {
                found.mended = true;
            } else if is_limit {
                found.limits = true;
            } else {
                found.several = true;
            }
        }
        found
    }

    /// Drops the orders in which the event would last far longer than in another one, as `01.12.2026` to `02.12.2026` would last
    /// a month. A repetition would block all time.
    fn drop_long_orders(&mut self, text: &EventText) {
        let Some(start) = text.all(Name::DtStart).next() else {
            return;
        };
        let begin = |order: Order| -> String {
            let begin = DateReading::plain(order).date(start, &start.value, Place::Alone);
            begin.unwrap_or_else(|| start.value.to_string())
        };
        let length = |order: Order| -> Option<i64> {
            let begin = begin(order);
            let place = Place::End {
                written: "",
                start: &begin,
            };
            let end = |line: &Line| {
                let end = DateReading::plain(order).date(line, &line.value, place);
                seconds(&begin, end.as_deref().unwrap_or(&line.value))
            };
            text.all(Name::DtEnd).filter_map(end).max()
        };
        let lengths: Vec<(Order, Option<i64>)> =
            self.all_orders().map(|order| (order, length(order))).collect();
        let Some(shortest) = shortest(&lengths) else {
            return;
        };
        let repeats = [Name::RRule, Name::RDate]
            .iter()
            .any(|name| text.all(*name).any(|line| !line.value.is_empty()));
        let mut begins: Vec<String> = lengths.iter().map(|(order, _)| begin(*order)).collect();
        begins.dedup();
        // An end on the day of a clear start is hardly ambiguous.
        let is_near = begins.len() == 1 && shortest <= DAY;
        let most = longest(shortest, repeats || is_near);
        for (order, length) in lengths {
            if length.is_some_and(|length| length > most)
                && let Some(at) = ORDERS.iter().position(|known| *known == order)
            {
                self.by_length |= self.orders[at];
                self.orders[at] = false;
            }
        }
    }
}
