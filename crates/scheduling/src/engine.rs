//! The slots of a booking calendar: every host's grid is swept once against sorted hours and busy time.

use jiff::Timestamp;

use crate::grid::{Grid, OwnHours, minutes};
use crate::interval::{Interval, ceil, union};
use crate::limits::Limits;
use crate::look_busy;
use crate::request::{Busy, Host, Request, Slot, SlotHosts, UnsupportedKind};
use crate::rules::Kind;
use crate::{class, collective};

/// Refuses the kinds that this engine does not know.
pub(crate) fn supported(request: &Request) -> Result<(), UnsupportedKind> {
    match request.kind {
        Kind::Service => Err(UnsupportedKind(Kind::Service)),
        _ => Ok(()),
    }
}

/// Whether some of the times are hidden from whoever asks.
fn looks_busy(request: &Request) -> bool {
    request.rules.look_busy_percent > 0 && !request.staff_view && request.kind != Kind::ClassBooking
}

/// The starts that are offered, in order, each with every member who is free then.
///
/// # Errors
/// [`UnsupportedKind`] for a Service calendar, whose times depend on what is chosen from its menu.
pub fn slots(request: &Request) -> Result<Vec<Slot>, UnsupportedKind> {
    supported(request)?;
    let limits = Limits::of(request);
    if !looks_busy(request) {
        return Ok(free_slots(request, &limits));
    }
    // Which times of a day are shown must not depend on how much of the day is asked for.
    let whole = Request {
        window: request.rules.whole_days(request.window),
        ..*request
    };
    let mut slots = free_slots(&whole, &limits);
    look_busy::hide(&whole, &limits, &mut slots);
    slots.retain(|slot| request.window.start <= slot.start && slot.start < request.window.end);
    Ok(slots)
}

/// Everything that can be booked, in order.
fn free_slots(request: &Request, limits: &Limits) -> Vec<Slot> {
    let own = OwnHours::of(request);
    let mut slots = match request.kind {
        Kind::Collective => collective::slots(request, limits, own.as_ref()),
        Kind::ClassBooking => class::slots(request, limits, own.as_ref()),
        _ => any_host(request, limits, own.as_ref()),
    };
    limits.drop_full_days(&mut slots, |slot| slot.start);
    slots
}

/// The starts at which at least one host is free.
fn any_host(request: &Request, limits: &Limits, own: Option<&OwnHours>) -> Vec<Slot> {
    let mut merged: Vec<Slot> = Vec::new();
    for host in request.hosts {
        let grid = Grid::of(request, host, own);
        let mut free = free_starts(request, limits, host, &grid);
        limits.drop_held_back(&mut free, host.id);
        merge(&mut merged, host, &free, request);
    }
    merged
}

/// The starts of a grid, in milliseconds, at which a host is free and no limit of time forbids.
pub(crate) fn free_starts(request: &Request, limits: &Limits, host: &Host, grid: &Grid) -> Vec<i64> {
    let busy = BusyTime::of(request, host);
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

/// A host's busy time, sorted for a sweep.
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

/// Whether a busy span is a start of the asked booking calendar with room for what is asked for.
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
    fn of(request: &Request, host: &Host) -> Self {
        let mut solid: Vec<Interval> = Vec::with_capacity(host.busy.len());
        let mut shareable: Vec<Shareable> = Vec::new();
        for busy in host.busy.iter().filter(|busy| !busy.interval.is_empty()) {
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

/// Adds a host's starts to those of the hosts before. Both are sorted.
fn merge(merged: &mut Vec<Slot>, host: &Host, free: &[i64], request: &Request) {
    let duration = minutes(request.rules.duration);
    let mut next = 0;
    let mut new = Vec::with_capacity(if merged.is_empty() { free.len() } else { 0 });
    for &start in free {
        let Ok(start) = Timestamp::from_millisecond(start) else {
            continue;
        };
        while merged.get(next).is_some_and(|slot| slot.start < start) {
            next += 1;
        }
        match merged.get_mut(next) {
            Some(same) if same.start == start => same.hosts.push(host.id),
            _ => {
                let Ok(end) = start.checked_add(duration) else {
                    continue;
                };
                let mut hosts = SlotHosts::with_capacity(request.hosts.len());
                hosts.push(host.id);
                new.push(Slot {
                    start,
                    end,
                    hosts,
                    seats_left: None,
                });
            }
        }
    }
    if merged.is_empty() {
        *merged = new;
    } else if !new.is_empty() {
        merged.append(&mut new);
        merged.sort_by_key(|slot| slot.start);
    }
}
