//! The grid: where meetings may start. Steps are elapsed time from the start of each opening window, so that the grid
//! is never shifted by what is busy, and never by a change of the clocks in the middle of a window.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::hours::Hours;
use crate::interval::{Interval, ceil, difference, intersection, union};
use crate::request::{Request, Schedule};

/// A whole number of minutes as elapsed time.
pub(crate) fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(count) * 60)
}

/// The first and last date whose windows can matter for starts in the requested window: yesterday's may pass midnight, and the last
/// meeting may run into tomorrow's.
fn dates(hours: &Hours, request: &Request) -> (Date, Date) {
    let first = hours.zone.date(request.window.start).saturating_sub(1.day());
    let end = request
        .window
        .end
        .saturating_add(minutes(request.rules.duration))
        .unwrap_or(Timestamp::MAX);
    (first, hours.zone.date(end))
}

/// Starts of one grid in a window, and the time in which meetings must lie.
pub(crate) struct Grid {
    /// Possible starts in milliseconds since 1970, sorted, each once.
    pub starts: Vec<i64>,
    /// When meetings may take place, as a union.
    pub open: Vec<Interval>,
}

/// The booking calendar's own hours over a window, if it has some.
pub(crate) struct OwnHours {
    /// Possible starts in milliseconds since 1970, sorted, each once.
    pub starts: Vec<i64>,
    open: Vec<Interval>,
}

impl OwnHours {
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let openings = openings(&request.rules.own_hours()?, request);
        Some(Self {
            starts: starts(request, &openings),
            open: union(openings),
        })
    }
}

impl Grid {
    /// The grid on which a schedule is offered: the booking calendar's if it has hours of its own, else that of the schedule's hours.
    pub(crate) fn of(request: &Request, schedule: &Schedule, own: Option<&OwnHours>) -> Self {
        let openings = openings(&schedule.hours, request);
        match own {
            Some(own) => Self {
                starts: own.starts.clone(),
                open: intersection(&union(openings), &own.open),
            },
            None => Self {
                starts: starts(request, &openings),
                open: open(request, openings),
            },
        }
    }

    /// Whether a meeting lies in the time in which meetings may take place.
    pub(crate) fn is_open(&self, meeting: &Interval) -> bool {
        let after = self.open.partition_point(|open| open.start <= meeting.start);
        after > 0 && self.open[after - 1].contains(meeting)
    }

    /// The grids of hosts who take part together: all have the same starts. Where the booking calendar has no hours of its own,
    /// the starts are counted from when the last of them opens.
    pub(crate) fn together(request: &Request, own: Option<&OwnHours>) -> Vec<Self> {
        if own.is_some() {
            let schedules = request.schedules.iter();
            return schedules
                .map(|schedule| Self::of(request, schedule, own))
                .collect();
        }
        let openings: Vec<Vec<Interval>> = request
            .schedules
            .iter()
            .map(|schedule| openings(&schedule.hours, request))
            .collect();
        let common = openings
            .iter()
            .map(|openings| cut_at_openings(openings))
            .reduce(|common, next| intersection(&common, &next))
            .unwrap_or_default();
        let starts = starts(request, &common);
        openings
            .into_iter()
            .map(|openings| Self {
                starts: starts.clone(),
                open: open(request, openings),
            })
            .collect()
    }
}

/// The windows that can matter to a request, in order.
fn openings(hours: &Hours, request: &Request) -> Vec<Interval> {
    let (first, last) = dates(hours, request);
    let openings = hours.open(first, last);
    openings.into_iter().map(|opening| opening.interval).collect()
}

/// Opening windows as a union, without the dates on which a booking calendar without hours of its own is closed. The grid does not
/// depend on these dates.
fn open(request: &Request, openings: Vec<Interval>) -> Vec<Interval> {
    let open = union(openings);
    match request.rules.closed() {
        closed if closed.is_empty() => open,
        closed => difference(&open, &closed),
    }
}

/// Opening windows cut where the next one opens, because the grid starts anew there.
fn cut_at_openings(openings: &[Interval]) -> Vec<Interval> {
    let mut close = Timestamp::MIN;
    let mut cut = Vec::with_capacity(openings.len());
    for (index, opening) in openings.iter().enumerate() {
        close = close.max(opening.end);
        let next = openings.get(index + 1).map_or(Timestamp::MAX, |next| next.start);
        cut.push(Interval::new(opening.start, close.min(next)));
    }
    cut
}

/// The starts that the opening windows give in the requested window. Where a window opens while an earlier day's is still
/// open, both are one window whose grid starts anew there.
fn starts(request: &Request, openings: &[Interval]) -> Vec<i64> {
    let step = i64::from(request.rules.interval.max(1)) * 60_000;
    let (from, to) = (ceil(request.window.start), ceil(request.window.end));
    let mut starts = Vec::new();
    for opening in cut_at_openings(openings) {
        let open = opening.start.as_millisecond();
        let skipped = ((from - open).max(0) + step - 1) / step;
        let mut start = open + skipped * step;
        while start < opening.end.as_millisecond().min(to) {
            starts.push(start);
            start += step;
        }
    }
    starts
}
