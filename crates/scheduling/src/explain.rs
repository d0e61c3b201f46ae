//! Why (not)? Every start of the grid with the reasons against it, for staff; and the check of one start.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::class;
use crate::engine::{has_room, slots, supported};
use crate::grid::{Grid, OwnHours, minutes};
use crate::interval::Interval;
use crate::limits::Limits;
use crate::request::{Cause, Host, Position, Reason, Refusal, Request, Slot, UnsupportedKind};
use crate::rules::Kind;

/// Every start of the grid in the window, offered or not, with its reasons.
///
/// # Errors
/// [`UnsupportedKind`] for a Service calendar, whose times depend on what is chosen from its menu.
pub fn explain(request: &Request) -> Result<Vec<Position>, UnsupportedKind> {
    supported(request)?;
    let limits = Limits::of(request);
    let own = OwnHours::of(request);
    let grids = grids(request, own.as_ref());
    let mut on_grid: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for (index, grid) in grids.iter().enumerate() {
        for start in &grid.starts {
            on_grid.entry(*start).or_default().push(index);
        }
    }
    if request.kind == Kind::ClassBooking {
        let starts = class::live_sessions(request).map(|session| session.start.as_millisecond());
        for start in starts.filter(|start| limits.is_asked_for(*start)) {
            on_grid.insert(start, vec![0]);
        }
    }
    let shown: Vec<Slot> = slots(request)?;
    let mut positions = Vec::with_capacity(on_grid.len());
    for (start, hosts) in on_grid {
        let Ok(start) = Timestamp::from_millisecond(start) else {
            continue;
        };
        let mut position = position(request, &limits, &grids, start, &hosts);
        let offered = shown.binary_search_by_key(&start, |slot| slot.start).is_ok();
        if !position.hosts.is_empty() && !offered {
            position.hosts.clear();
            position.refusals.push(Refusal::of_calendar(Reason::LookBusy));
        }
        positions.push(position);
    }
    Ok(positions)
}

/// Whether exactly this start is on offer. What only looks busy is on offer.
///
/// # Errors
/// The reasons against it: for a start that is no start of the grid, [`Reason::Hours`] or [`Reason::Grid`].
pub fn check(request: &Request, start: Timestamp) -> Result<Slot, Vec<Refusal>> {
    let unsupported = |_| vec![Refusal::of_calendar(Reason::Hours)];
    let end_of_window = start
        .checked_add(minutes(1))
        .map_err(|_| vec![Refusal::of_calendar(Reason::TooFar)])?;
    let narrow = Request {
        window: Interval::new(start, end_of_window),
        staff_view: true,
        ..*request
    };
    let found = slots(&narrow)
        .map_err(unsupported)?
        .into_iter()
        .find(|slot| slot.start == start);
    if let Some(slot) = found {
        return Ok(slot);
    }
    let position = explain(&narrow)
        .map_err(unsupported)?
        .into_iter()
        .find(|position| position.start == start);
    Err(match position {
        Some(position) => position.refusals,
        None => off_grid(&narrow, start),
    })
}

fn grids(request: &Request, own: Option<&OwnHours>) -> Vec<Grid> {
    match request.kind {
        Kind::Collective => Grid::together(request, own),
        _ => request
            .hosts
            .iter()
            .map(|host| Grid::of(request, host, own))
            .collect(),
    }
}

fn off_grid(request: &Request, start: Timestamp) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = Limits::of(request)
        .reasons(start)
        .into_iter()
        .map(Refusal::of_calendar)
        .collect();
    let own = OwnHours::of(request);
    let meeting = Interval::new(
        start,
        start
            .saturating_add(minutes(request.rules.duration))
            .unwrap_or(Timestamp::MAX),
    );
    let is_open = |grid: &Grid| grid.open.iter().any(|span| span.contains(&meeting));
    let grids = grids(request, own.as_ref());
    let open = match request.kind {
        Kind::Collective => !grids.is_empty() && grids.iter().all(is_open),
        _ => grids.iter().any(is_open),
    };
    refusals.push(Refusal::of_calendar(if open {
        Reason::Grid
    } else {
        Reason::Hours
    }));
    refusals
}

fn position(
    request: &Request,
    limits: &Limits,
    grids: &[Grid],
    start: Timestamp,
    on_grid: &[usize],
) -> Position {
    let rules = request.rules;
    let end = start
        .saturating_add(minutes(rules.duration))
        .unwrap_or(Timestamp::MAX);
    let meeting = Interval::new(start, end);
    let occupied = Interval::new(
        start
            .saturating_sub(minutes(rules.pre_buffer))
            .unwrap_or(Timestamp::MIN),
        end.saturating_add(minutes(rules.post_buffer))
            .unwrap_or(Timestamp::MAX),
    );
    let mut refusals: Vec<Refusal> = limits
        .reasons(start)
        .into_iter()
        .map(Refusal::of_calendar)
        .collect();
    let forbidden = !refusals.is_empty();
    let mut hosts = Vec::new();
    if let Some(session) = class::session_at(request, start) {
        if class::seats_left(request, &session) < request.seats {
            refusals.push(Refusal::of_calendar(Reason::NoSeats));
        } else if !forbidden {
            hosts.extend(request.hosts.first().map(|owner| owner.id));
        }
        return Position {
            start,
            end: session.end,
            hosts,
            refusals,
        };
    }
    if request.kind == Kind::ClassBooking && request.seats > request.rules.seats {
        refusals.push(Refusal::of_calendar(Reason::NoSeats));
    }
    let forbidden = !refusals.is_empty();
    for (host, grid) in on_grid
        .iter()
        .filter_map(|index| Some((request.hosts.get(*index)?, grids.get(*index)?)))
    {
        if !grid.open.iter().any(|span| span.contains(&meeting)) {
            refusals.push(Refusal::of_host(Reason::Hours, host.id));
            continue;
        }
        let mut against = in_the_way(request, host, &meeting, &occupied);
        if limits.is_held_back(start, host.id) {
            against.push(Refusal::of_host(Reason::RoundRobin, host.id));
        }
        if against.is_empty() && !forbidden {
            hosts.push(host.id);
        }
        refusals.extend(against);
    }
    if request.kind == Kind::Collective && !hosts.is_empty() && hosts.len() < request.hosts.len() {
        hosts.clear();
        refusals.push(Refusal::of_calendar(Reason::Collective));
    }
    Position {
        start,
        end,
        hosts,
        refusals,
    }
}

/// What a host has to do within a span, by reason.
pub(crate) fn in_the_way(
    request: &Request,
    host: &Host,
    meeting: &Interval,
    occupied: &Interval,
) -> Vec<Refusal> {
    host.busy
        .iter()
        .filter(|busy| busy.interval.overlaps(occupied) && has_room(request, busy) != Some(meeting.start))
        .map(|busy| {
            let reason = match busy.cause {
                _ if !busy.meeting().overlaps(meeting) => Reason::Buffer,
                Cause::Appointment(_) => Reason::Booked,
                Cause::Hold => Reason::Held,
                Cause::Blocked => Reason::Blocked,
                Cause::External(_) => Reason::Conflict,
                Cause::Unreadable => Reason::Stale,
            };
            Refusal {
                reason,
                host: Some(host.id),
                busy: Some(busy.cause),
            }
        })
        .collect()
}
