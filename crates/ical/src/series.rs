//! The occurrences of one event within a horizon: its start, its rules, its additional dates.

use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::clock::{Clock, moved};
use crate::days::{DAY, naive, naive_date};
use crate::event::Written;
use crate::event::{Event, When};
use crate::length::Length;
use crate::model::Horizon;
use crate::reading::date_for_whole_days;
use crate::rule::Freq;
use crate::values::Moment;
use crate::walk::{Asked, Walked, walk};

/// Most occurrences of one series that are kept one by one.
const MOST_PER_SERIES: usize = 10_000;
/// Most work for one series, in candidate days or times.
const WORK_PER_SERIES: u32 = 500_000;

/// What is left for the whole resource, so that many hostile events cost no more than a few.
#[derive(Debug)]
pub(crate) struct Budget {
    work: u32,
    occurrences: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            work: 6_000_000,
            occurrences: 200_000,
        }
    }
}

/// One occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Occurrence {
    /// The original start, which identifies it.
    pub start: Timestamp,
    /// Local time of the start in the series' zone, in naive seconds.
    pub naive: i64,
    pub length: Length,
    /// A whole day although the series is not.
    pub whole_day: bool,
}

/// What a series comes to.
#[derive(Debug, Default)]
pub(crate) struct Occurrences {
    /// By start, without duplicates.
    pub list: Vec<Occurrence>,
    /// Spans in which further occurrences may lie that are not in the list.
    pub unknown: Vec<(Timestamp, Timestamp)>,
    /// Occurrences were too many to be listed.
    pub too_many: bool,
}

/// How far outside the horizon occurrences matter, beyond their own length: changes that move them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reach {
    /// Seconds that an occurrence can end, or be moved, after its own end.
    pub later: i64,
    /// Seconds that an occurrence can begin, or be moved, before its own start.
    pub earlier: i64,
}

/// Computes the occurrences of an event that may touch the horizon.
pub(crate) fn occurrences(
    event: &Event,
    owner: &Clock,
    horizon: Horizon,
    reach: Reach,
    budget: &mut Budget,
) -> Occurrences {
    let start = &event.start;
    let clock = &*start.clock;
    let most = MOST_PER_SERIES.min(budget.occurrences);
    // Two days more on each side than any offset, so that local and universal time need not be told apart.
    let longest = event.length.at_most();
    let window = Window {
        from: clock
            .naive(horizon.from)
            .saturating_sub(longest + reach.later + 2 * DAY),
        to: clock.naive(horizon.to).saturating_add(reach.earlier + 2 * DAY),
        most,
    };
    let mut found = Occurrences::default();
    let at = |naive: i64, start: Timestamp| Occurrence {
        start,
        naive,
        length: event.length,
        whole_day: event.start.whole_day,
    };
    if window.contains(start.naive) {
        found.list.push(at(start.naive, begin(start)));
    }
    let mut work = WORK_PER_SERIES.min(budget.work);
    let granted = work;
    for rule in &event.rules {
        let until = rule.until.map(|until| until_in(start, until, owner));
        let asked = Asked {
            start: start.naive,
            whole_days: start.whole_day,
            until,
            from: window.from,
            to: window.to,
        };
        let list = &mut found.list;
        let mut previous = i64::MIN;
        let walked = walk(rule, asked, &mut work, &mut |naive| {
            if list.len() >= window.most {
                return ControlFlow::Break(());
            }
            // Several hours of a whole day are one occurrence.
            let naive = if start.whole_day {
                naive.div_euclid(DAY) * DAY
            } else {
                naive
            };
            if naive == previous {
                return ControlFlow::Continue(());
            }
            previous = naive;
            if start.whole_day {
                list.push(at(naive, clock.start_of_day(crate::days::date(naive))));
                return ControlFlow::Continue(());
            }
            let instants = clock.instants(naive);
            list.push(at(naive, instants.meant));
            if let Some(again) = instants.again.filter(|_| rule.freq < Freq::Daily) {
                // Every hour means also the hour that comes twice.
                list.push(at(naive, again));
            }
            ControlFlow::Continue(())
        });
        if let Walked::GaveUpAt(naive) = walked {
            found.too_many = true;
            let end = if rule.count.is_some() { None } else { until };
            found.unknown.extend(unknown_span(event, naive, end, horizon));
        }
    }
    budget.work = budget.work.saturating_sub(granted - work);
    for end in &event.broken_rules {
        let end = end.map(|end| until_in(start, end, owner));
        found
            .unknown
            .extend(unknown_span(event, start.naive, end, horizon));
    }
    extras(event, window, &mut found.list);
    settle(&mut found, event, horizon, most);
    budget.occurrences = budget.occurrences.saturating_sub(found.list.len());
    found
}

#[derive(Debug, Clone, Copy)]
struct Window {
    from: i64,
    to: i64,
    most: usize,
}

impl Window {
    fn contains(self, naive: i64) -> bool {
        (self.from..self.to).contains(&naive)
    }
}

/// The instant at which something begins.
pub(crate) fn begin(when: &When) -> Timestamp {
    if when.whole_day {
        when.clock.start_of_day(crate::days::date(when.naive))
    } else {
        when.clock.instant(when.naive)
    }
}

fn extras(event: &Event, window: Window, list: &mut Vec<Occurrence>) {
    for extra in &event.extras {
        let start = begin(&extra.start);
        let naive = event.start.clock.naive(start);
        let length = extra.length.unwrap_or(event.length);
        // Its own length may reach farther than the series'.
        let reaches = extra.length.map_or(0, Length::at_most);
        if naive < window.to && naive >= window.from.saturating_sub(reaches) {
            list.push(Occurrence {
                start,
                naive,
                length,
                whole_day: extra.start.whole_day,
            });
        }
    }
}

/// Sorts, removes duplicates, and turns what is too much into one span.
fn settle(found: &mut Occurrences, event: &Event, horizon: Horizon, most: usize) {
    // Of two that start together the longer one is first and is kept.
    found
        .list
        .sort_unstable_by_key(|o| (o.start, std::cmp::Reverse(o.length.at_most())));
    found.list.dedup_by_key(|o| o.start);
    if found.list.len() <= most {
        return;
    }
    let clock = &event.start.clock;
    let spans = found.list.split_off(most).into_iter().map(|o| {
        let end = o.length.end(clock, o.naive, o.start);
        (moved(o.start, -event.before), moved(end, event.after))
    });
    let rest: Vec<_> = spans.filter(|(from, to)| horizon.touches(*from, *to)).collect();
    let from = rest.iter().map(|(from, _)| *from).min();
    let to = rest.iter().map(|(_, to)| *to).max();
    if let (Some(from), Some(to)) = (from, to) {
        found.unknown.push((from.max(horizon.from), to.min(horizon.to)));
        found.too_many = true;
    }
}

/// The part of the horizon in which occurrences from `naive` up to `end` may lie.
fn unknown_span(
    event: &Event,
    naive: i64,
    end: Option<i64>,
    horizon: Horizon,
) -> Option<(Timestamp, Timestamp)> {
    let clock = &event.start.clock;
    let from = moved(clock.instant(naive), -event.before).max(horizon.from);
    let to = end.map_or(horizon.to, |end| {
        let last = clock.instant(end);
        moved(event.length.end(clock, end, last), event.after).min(horizon.to)
    });
    (from < to).then_some((from, to))
}

/// UNTIL as the last naive second at which an occurrence can start. A date includes its whole day.
fn until_in(start: &When, until: Moment, owner: &Clock) -> i64 {
    let end_of_day = |date| naive_date(date) + DAY - 1;
    match until {
        Moment::Date(date) => end_of_day(date),
        // Programs disagree on which day a time in UTC is for whole days; the later one errs on the safe side.
        _ if start.whole_day => {
            let written = Written {
                moment: until,
                zone: None,
            };
            end_of_day(date_for_whole_days(&written, owner).max(until.date()))
        }
        Moment::Local(local) => naive(local),
        Moment::Utc(utc) => start.clock.naive(Clock::Fixed(0).instant(naive(utc))),
    }
}
