//! Why (not)? Every start of the grid with the reasons against it, for staff; and the check of one start.

use jiff::Timestamp;

use crate::class;
use crate::engine::{slots, supported};
use crate::free_starts::has_room;
use crate::grid::{Grid, OwnHours, minutes};
use crate::interval::Interval;
use crate::limits::Limits;
use crate::request::{Busy, Cause, Host, Position, Reason, Refusal, Request, Slot, UnsupportedKind};
use crate::rules::Kind;

/// Every start of the grid in the window, offered or not, with its reasons. Where members have grids of their own, a start of
/// one of them is told of all.
///
/// # Errors
/// [`UnsupportedKind`] for a Service calendar, whose times depend on what is chosen from its menu.
pub fn explain(request: &Request) -> Result<Vec<Position>, UnsupportedKind> {
    supported(request)?;
    let limits = Limits::of(request);
    let members = Member::all(request);
    let mut starts: Vec<i64> = Vec::new();
    for member in &members {
        starts.extend(&member.grid.starts);
    }
    if request.kind == Kind::ClassBooking {
        let sessions = class::live_sessions(request).map(|session| session.start.as_millisecond());
        starts.extend(sessions.filter(|start| limits.is_asked_for(*start)));
    }
    starts.sort_unstable();
    starts.dedup();
    let shown: Vec<Slot> = slots(request)?;
    let mut positions = Vec::with_capacity(starts.len());
    for start in starts {
        let Ok(start) = Timestamp::from_millisecond(start) else {
            continue;
        };
        let mut position = position(request, &limits, &members, start);
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
/// All reasons against it, also of members who would not be offered then anyway. One that is no start of anybody's grid is
/// [`Reason::Grid`], of nobody in particular, unless it lies outside all hours.
pub fn check(request: &Request, start: Timestamp) -> Result<Slot, Vec<Refusal>> {
    let end_of_window = start
        .checked_add(minutes(1))
        .map_err(|_| vec![Refusal::of_calendar(Reason::TooFar)])?;
    let narrow = Request {
        window: Interval::new(start, end_of_window),
        staff_view: true,
        ..*request
    };
    let found = slots(&narrow)
        .map_err(|_| vec![Refusal::of_calendar(Reason::Hours)])?
        .into_iter()
        .find(|slot| slot.start == start);
    found.ok_or_else(|| position(&narrow, &Limits::of(&narrow), &Member::all(&narrow), start).refusals)
}

/// A host with what every start asks about, prepared once.
struct Member<'a> {
    host: &'a Host,
    grid: Grid,
    /// When they are busy, in the order of the starts, each with the latest end of it and of all before.
    busy: Vec<(&'a Busy, Timestamp)>,
}

impl<'a> Member<'a> {
    fn all(request: &Request<'a>) -> Vec<Self> {
        let own = OwnHours::of(request);
        let hosts: &'a [Host] = request.hosts;
        let grids = match request.kind {
            Kind::Collective => Grid::together(request, own.as_ref()),
            _ => hosts
                .iter()
                .map(|host| Grid::of(request, host, own.as_ref()))
                .collect(),
        };
        let with_grid = |(host, grid): (&'a Host, Grid)| {
            let mut busy: Vec<&Busy> = host.busy.iter().collect();
            busy.sort_by_key(|busy| busy.interval.start);
            let mut latest = Timestamp::MIN;
            let so_far = |busy: &'a Busy| {
                latest = latest.max(busy.interval.end);
                (busy, latest)
            };
            Self {
                host,
                grid,
                busy: busy.into_iter().map(so_far).collect(),
            }
        };
        hosts.iter().zip(grids).map(with_grid).collect()
    }

    fn has_start(&self, start: Timestamp) -> bool {
        self.grid.starts.binary_search(&start.as_millisecond()).is_ok()
    }

    /// What they have to do within a span, by reason.
    fn in_the_way(&self, request: &Request, meeting: &Interval, occupied: &Interval) -> Vec<Refusal> {
        let first = self.busy.partition_point(|(_, latest)| *latest <= occupied.start);
        self.busy[first..]
            .iter()
            .take_while(|(busy, _)| busy.interval.start < occupied.end)
            .filter_map(|(busy, _)| against(request, self.host, busy, meeting, occupied))
            .collect()
    }
}

/// A start as it is for everybody, whether or not it is one of the grid.
fn position(request: &Request, limits: &Limits, members: &[Member], start: Timestamp) -> Position {
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
    let limited = limits.reasons(start).into_iter();
    let mut refusals: Vec<Refusal> = limited.map(Refusal::of_calendar).collect();
    let mut hosts = Vec::new();
    if let Some(session) = class::session_at(request, start) {
        if class::seats_left(request, &session) < request.seats {
            refusals.push(Refusal::of_calendar(Reason::NoSeats));
        } else if refusals.is_empty() {
            hosts.extend(request.hosts.first().map(|owner| owner.id));
        }
        return Position {
            start,
            end: session.end,
            hosts,
            refusals,
        };
    }
    if request.kind == Kind::ClassBooking && request.seats > rules.seats {
        refusals.push(Refusal::of_calendar(Reason::NoSeats));
    }
    let on_grid = members.iter().any(|member| member.has_start(start));
    if !on_grid {
        refusals.extend(off_grid(request, members, &meeting).map(Refusal::of_calendar));
    }
    let forbidden = !refusals.is_empty();
    for member in members {
        let host = member.host.id;
        let before = refusals.len();
        if !member.grid.is_open(&meeting) {
            refusals.push(Refusal::of_host(Reason::Hours, host));
        } else if on_grid && !member.has_start(start) {
            refusals.push(Refusal::of_host(Reason::Grid, host));
        }
        refusals.extend(member.in_the_way(request, &meeting, &occupied));
        if limits.is_held_back(start, host) {
            refusals.push(Refusal::of_host(Reason::RoundRobin, host));
        }
        if refusals.len() == before && on_grid && !forbidden {
            hosts.push(host);
        }
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

/// What is wrong with a start that nobody's grid has, unless that is told of each member.
fn off_grid(request: &Request, members: &[Member], meeting: &Interval) -> Option<Reason> {
    let mut open = members.iter().map(|member| member.grid.is_open(meeting));
    let could_take_place = match request.kind {
        Kind::Collective => open.all(|open| open),
        _ => open.any(|open| open),
    };
    match (members.is_empty(), could_take_place) {
        (true, _) => Some(Reason::Hours),
        (false, true) => Some(Reason::Grid),
        (false, false) => None,
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
        .filter_map(|busy| against(request, host, busy, meeting, occupied))
        .collect()
}

/// Why a busy time of a host is in the way, if it is.
fn against(
    request: &Request,
    host: &Host,
    busy: &Busy,
    meeting: &Interval,
    occupied: &Interval,
) -> Option<Refusal> {
    if !busy.interval.overlaps(occupied) || has_room(request, busy) == Some(meeting.start) {
        return None;
    }
    let reason = match busy.cause {
        Cause::NotRead => Reason::TooFar,
        _ if !busy.meeting().overlaps(meeting) => Reason::Buffer,
        Cause::Appointment(_) => Reason::Booked,
        Cause::Hold => Reason::Held,
        Cause::Blocked => Reason::Blocked,
        Cause::External => Reason::Conflict,
        Cause::Unreadable => Reason::Stale,
    };
    Some(Refusal {
        reason,
        host: Some(host.id),
        busy: Some(*busy),
    })
}
