//! Collects the ways to read the dates of a resource's events. Where dates are ambiguous the events are read once in each way,
//! with all dates in the same form; what blocks in any of them blocks.

use std::collections::HashSet;

use jiff::civil::Date;

use crate::ambiguous_dates::date_reading::DateReading;
use crate::ambiguous_dates::written_dates::day;
use crate::parse::components::{CalendarText, EventText};
use crate::parse::names::Name;
use crate::parse::oddities::Oddities;
use crate::values::odd_dates::Order;

/// Most dates of a resource that are read again in other ways.
const MOST_READ_AGAIN: usize = 10_000;

/// The ways to read a resource.
pub(crate) struct DateReadings {
    /// The first way applies to the whole resource.
    all: Vec<DateReading>,
    /// The UIDs of the events to which the others apply.
    several: HashSet<String>,
    /// There are more ways than are considered.
    is_cut: bool,
}

impl DateReadings {
    /// Finds the ways to read a resource, and notes what is odd about the dates of its events.
    pub(crate) fn of(calendar: &mut CalendarText) -> Self {
        let mut orders: Vec<Order> = Vec::new();
        let mut several = HashSet::new();
        let mut is_buddhist = false;
        for text in calendar.events.iter_mut().chain(&mut calendar.free_busy) {
            let found = Oddities::of(text);
            if found.is_of_several() {
                is_buddhist |= found.buddhist || found.limits;
                let new = found.all_orders().filter(|order| !orders.contains(order));
                orders.extend(new.collect::<Vec<_>>());
                several.insert(text.first(Name::Uid).unwrap_or("").to_owned());
            }
            text.oddities = found;
        }
        if orders.is_empty() {
            orders.push(Order::Day);
        }
        let calendars = if is_buddhist { &[false, true][..] } else { &[false] };
        let by = |buddhist: bool| {
            move |order: &Order| DateReading {
                order: *order,
                buddhist,
                by_length: false,
            }
        };
        let all = calendars
            .iter()
            .flat_map(|buddhist| orders.iter().map(by(*buddhist)));
        let mut readings = Self {
            all: all.collect(),
            several,
            is_cut: false,
        };
        let texts = calendar.events.iter().chain(&calendar.free_busy);
        let dates: usize = texts
            .filter(|text| readings.has(1, text))
            .map(dates_at_most)
            .sum();
        let again = (readings.all.len() - 1) * dates;
        if again > MOST_READ_AGAIN {
            readings.all.truncate(1);
            readings.is_cut = true;
        }
        readings
    }

    /// Returns whether there are more ways than are considered.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.is_cut
    }

    /// Returns the ways to read an event: all of them where it, or another one with its UID, is ambiguous.
    pub(crate) fn all(&self) -> &[DateReading] {
        &self.all
    }

    /// Returns whether an event is read in the way with this index.
    pub(crate) fn has(&self, place: usize, text: &EventText) -> bool {
        place == 0 || self.several.contains(text.first(Name::Uid).unwrap_or(""))
    }

    /// Returns the days on which an event may begin; empty for a start that cannot be read.
    pub(crate) fn starts(&self, text: &EventText) -> Vec<Option<Date>> {
        let of = |reading: &DateReading| -> Vec<Option<Date>> {
            let text = reading.of(text);
            text.all(Name::DtStart).map(|line| day(&line.value)).collect()
        };
        let readings = if text.oddities.is_of_several() {
            &self.all[..]
        } else {
            &self.all[..1]
        };
        readings.iter().flat_map(of).collect()
    }
}

/// Returns an upper bound of the number of an event's dates, at least one.
fn dates_at_most(text: &EventText) -> usize {
    const SHORTEST: usize = "20261201,".len();
    let lists = text.lines.iter().filter(|line| {
        matches!(
            line.name,
            Name::RDate | Name::ExDate | Name::FreeBusy | Name::DtStart
        )
    });
    let dates: usize = lists.map(|line| line.value.len() / SHORTEST).sum();
    dates.max(1)
}
