//! The starts at which one schedule is free, by one sweep over the grid, the open hours and the busy time.

use jiff::Timestamp;

use crate::grid::{Grid, minutes};
use crate::interval::{Interval, ceil, union};
use crate::limits::Limits;
use crate::request::{Busy, Request, Schedule};
use crate::rules::Kind;

/// The starts of a grid, in milliseconds since 1970, at which a schedule is free and which no limit of time forbids.
pub(crate) fn free_starts(request: &Request, limits: &Limits, schedule: &Schedule, grid: &Grid) -> Vec<i64> {
    let busy = BusyTime::of(request, schedule);
    let (pre, post) = (
        millis(request.rules.pre_buffer),
        millis(request.rules.post_buffer),
    );
    let duration = millis(request.rules.duration);
    let (mut open, mut solid, mut shared) = (0, 0, 0);
    let mut free = Vec::with_capacity(grid.starts.len());
    for &start in &grid.starts {
        let end = start + duration;
        if !limits.allows(start) {
            continue;
        }
        while grid
            .open
            .get(open)
            .is_some_and(|span| span.end.as_millisecond() < end)
        {
            open += 1;
        }
        if grid
            .open
            .get(open)
            .is_none_or(|span| span.start.as_millisecond() > start)
        {
            continue;
        }
        let (from, to) = (start - pre, end + post);
        while busy.solid.get(solid).is_some_and(|span| span.1 <= from) {
            solid += 1;
        }
        if busy.solid.get(solid).is_some_and(|span| span.0 < to) {
            continue;
        }
        // Spans that start in order may still end out of order, so only those are passed that all later starts pass.
        while busy
            .shareable
            .get(shared)
            .is_some_and(|span| span.longest_end <= from)
        {
            shared += 1;
        }
        let blocked = busy.shareable[shared..]
            .iter()
            .take_while(|span| span.from < to)
            .any(|span| span.to > from && span.start != start);
        if !blocked {
            free.push(start);
        }
    }
    free
}

/// A whole number of minutes in milliseconds.
pub(crate) fn millis(minutes_: u32) -> i64 {
    i64::try_from(minutes(minutes_).as_millis()).unwrap_or(i64::MAX)
}

/// A schedule's busy time, sorted for a sweep.
struct BusyTime {
    /// Spans that block every meeting, joined.
    solid: Vec<(i64, i64)>,
    /// Starts of this booking calendar that have room for more.
    shareable: Vec<Shareable>,
}

struct Shareable {
    from: i64,
    to: i64,
    start: i64,
    longest_end: i64,
}

/// The start of the meeting, if a busy span is a start of the requested booking calendar with room for the requested seats.
pub(crate) fn has_room(request: &Request, busy: &Busy) -> Option<Timestamp> {
    let shared = busy.shared?;
    let capacity = match request.kind {
        Kind::ClassBooking => request.rules.seats,
        Kind::Collective | Kind::Service => 1,
        Kind::RoundRobin | Kind::Personal | Kind::Simple => request.rules.per_slot,
    };
    let fits = shared.taken.saturating_add(request.seats) <= capacity;
    (shared.calendar == request.calendar && fits).then_some(shared.start)
}

impl BusyTime {
    fn of(request: &Request, schedule: &Schedule) -> Self {
        let mut solid: Vec<Interval> = Vec::with_capacity(schedule.busy.len());
        let mut shareable: Vec<Shareable> = Vec::new();
        for busy in schedule.busy.iter().filter(|busy| !busy.interval.is_empty()) {
            match has_room(request, busy) {
                None => solid.push(busy.interval),
                Some(start) => shareable.push(Shareable {
                    from: busy.interval.start.as_millisecond(),
                    to: ceil(busy.interval.end),
                    start: start.as_millisecond(),
                    longest_end: 0,
                }),
            }
        }
        shareable.sort_unstable_by_key(|span| span.from);
        let mut longest = i64::MIN;
        for span in &mut shareable {
            longest = longest.max(span.to);
            span.longest_end = longest;
        }
        let solid = union(solid)
            .into_iter()
            .map(|span| (span.start.as_millisecond(), ceil(span.end)))
            .collect();
        Self { solid, shareable }
    }
}
