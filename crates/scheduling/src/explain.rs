//! Every start of the grid with the reasons against it, and the check of one start.

use jiff::Timestamp;

use crate::class;
use crate::engine::{slots, supported};
use crate::free_starts::has_room;
use crate::grid::{Grid, OwnHours, minutes};
use crate::interval::Interval;
use crate::limits::Limits;
use crate::request::{
    Busy, Cause, Position, Reason, Refusal, Request, Schedule, Slot, SlotHosts, UnsupportedKind,
};
use crate::rules::Kind;

/// Every start of the grid in the window, offered or not, with its reasons. Where members have different grids, a start of one of
/// them has the reasons of all.
///
/// # Errors
/// [`UnsupportedKind`] for a Service calendar, whose times depend on what is chosen from its menu.
pub fn explain(request: &Request) -> Result<Vec<Position>, UnsupportedKind> {
    supported(request)?;
    let limits = Limits::of(request);
    let schedules = Prepared::all(request);
    let mut starts: Vec<i64> = Vec::new();
    for schedule in &schedules {
        starts.extend(&schedule.grid.starts);
    }
    if request.kind == Kind::ClassBooking {
        let sessions = class::live_sessions(request).map(|session| session.start.as_millisecond());
        starts.extend(sessions.filter(|start| limits.is_in_window(*start)));
    }
    starts.sort_unstable();
    starts.dedup();
    let shown: Vec<Slot> = slots(request)?;
    let mut positions = Vec::with_capacity(starts.len());
    for start in starts {
        let Ok(start) = Timestamp::from_millisecond(start) else {
            continue;
        };
        let mut position = position(request, &limits, &schedules, start);
        let is_shown = shown.binary_search_by_key(&start, |slot| slot.start).is_ok();
        if position.is_offered && !is_shown {
            position.is_offered = false;
            position.hosts.clear();
            position.refusals.push(Refusal::for_all(Reason::LookBusy));
        }
        positions.push(position);
    }
    Ok(positions)
}

/// The slot at exactly this start. A start that look busy hides from clients is one, too.
///
/// # Errors
/// All reasons against it, also those of members who would not be offered then anyway. For a start that is in nobody's grid,
/// [`Reason::Grid`] for all, unless it lies outside everybody's hours.
pub fn check(request: &Request, start: Timestamp) -> Result<Slot, Vec<Refusal>> {
    let end_of_window = start
        .checked_add(minutes(1))
        .map_err(|_| vec![Refusal::for_all(Reason::TooFar)])?;
    let narrow = Request {
        window: Interval::new(start, end_of_window),
        staff_view: true,
        ..*request
    };
    let found = slots(&narrow)
        .map_err(|_| vec![Refusal::for_all(Reason::Hours)])?
        .into_iter()
        .find(|slot| slot.start == start);
    found.ok_or_else(|| position(&narrow, &Limits::of(&narrow), &Prepared::all(&narrow), start).refusals)
}

/// A schedule, prepared for many starts.
struct Prepared<'a> {
    schedule: &'a Schedule,
    grid: Grid,
    /// Its busy time in the order of the starts, each with the latest end of it and of all before.
    busy: Vec<(&'a Busy, Timestamp)>,
}

impl<'a> Prepared<'a> {
    fn all(request: &Request<'a>) -> Vec<Self> {
        let own = OwnHours::of(request);
        let schedules: &'a [Schedule] = request.schedules;
        let grids = match request.kind {
            Kind::Collective => Grid::together(request, own.as_ref()),
            Kind::ClassBooking | Kind::RoundRobin | Kind::Personal | Kind::Simple | Kind::Service => {
                schedules
                    .iter()
                    .map(|schedule| Grid::of(request, schedule, own.as_ref()))
                    .collect()
            }
        };
        let with_grid = |(schedule, grid): (&'a Schedule, Grid)| {
            let mut busy: Vec<&Busy> = schedule.busy.iter().collect();
            busy.sort_by_key(|busy| busy.interval.start);
            let mut latest = Timestamp::MIN;
            let so_far = |busy: &'a Busy| {
                latest = latest.max(busy.interval.end);
                (busy, latest)
            };
            Self {
                schedule,
                grid,
                busy: busy.into_iter().map(so_far).collect(),
            }
        };
        schedules.iter().zip(grids).map(with_grid).collect()
    }

    fn has_start(&self, start: Timestamp) -> bool {
        self.grid.starts.binary_search(&start.as_millisecond()).is_ok()
    }

    /// The refusals for its busy time within a span.
    fn in_the_way(&self, request: &Request, meeting: &Interval, occupied: &Interval) -> Vec<Refusal> {
        let first = self.busy.partition_point(|(_, latest)| *latest <= occupied.start);
        self.busy[first..]
            .iter()
            .take_while(|(busy, _)| busy.interval.start < occupied.end)
            .filter_map(|(busy, _)| refusal(request, self.schedule, busy, meeting, occupied))
            .collect()
    }
}

/// A start with the reasons of all schedules, whether or not it is one of the grid. Look busy is not considered.
fn position(request: &Request, limits: &Limits, schedules: &[Prepared], start: Timestamp) -> Position {
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
    let mut refusals: Vec<Refusal> = limited.map(Refusal::for_all).collect();
    if let Some(session) = class::session_at(request, start) {
        if class::seats_left(request, &session) < request.seats {
            refusals.push(Refusal::for_all(Reason::NoSeats));
        }
        let is_offered = refusals.is_empty();
        let schedule = request.schedules.first().filter(|_| is_offered);
        return Position {
            start,
            end: session.end,
            is_offered,
            hosts: schedule.and_then(Schedule::host).into_iter().collect(),
            refusals,
        };
    }
    if request.kind == Kind::ClassBooking && request.seats > rules.seats {
        refusals.push(Refusal::for_all(Reason::NoSeats));
    }
    let on_grid = schedules.iter().any(|schedule| schedule.has_start(start));
    if !on_grid {
        refusals.extend(off_grid(request, schedules, &meeting).map(Refusal::for_all));
    }
    let forbidden = !refusals.is_empty();
    let mut free: Vec<&Schedule> = Vec::new();
    for prepared in schedules {
        let owner = prepared.schedule.owner;
        let before = refusals.len();
        if !prepared.grid.is_open(&meeting) {
            refusals.push(Refusal::of(owner, Reason::Hours));
        } else if on_grid && !prepared.has_start(start) {
            refusals.push(Refusal::of(owner, Reason::Grid));
        }
        refusals.extend(prepared.in_the_way(request, &meeting, &occupied));
        if limits.is_held_back(start, owner) {
            refusals.push(Refusal::of(owner, Reason::RoundRobin));
        }
        if refusals.len() == before && on_grid && !forbidden {
            free.push(prepared.schedule);
        }
    }
    if request.kind == Kind::Collective && !free.is_empty() && free.len() < schedules.len() {
        free.clear();
        refusals.push(Refusal::for_all(Reason::Collective));
    }
    let hosts: SlotHosts = free.iter().filter_map(|schedule| schedule.host()).collect();
    Position {
        start,
        end,
        is_offered: !free.is_empty(),
        hosts,
        refusals,
    }
}

/// The reason for all against a start that is in nobody's grid. Nothing where it is outside the hours, which is a reason of each
/// schedule.
fn off_grid(request: &Request, schedules: &[Prepared], meeting: &Interval) -> Option<Reason> {
    let mut open = schedules.iter().map(|schedule| schedule.grid.is_open(meeting));
    let could_take_place = match request.kind {
        Kind::Collective => open.all(|open| open),
        Kind::ClassBooking | Kind::RoundRobin | Kind::Personal | Kind::Simple | Kind::Service => {
            open.any(|open| open)
        }
    };
    match (schedules.is_empty(), could_take_place) {
        (true, _) => Some(Reason::Hours),
        (false, true) => Some(Reason::Grid),
        (false, false) => None,
    }
}

/// The refusals for the busy time of a schedule within a span.
pub(crate) fn in_the_way(
    request: &Request,
    schedule: &Schedule,
    meeting: &Interval,
    occupied: &Interval,
) -> Vec<Refusal> {
    schedule
        .busy
        .iter()
        .filter_map(|busy| refusal(request, schedule, busy, meeting, occupied))
        .collect()
}

/// The refusal for one busy span of a schedule, if it is in the way.
fn refusal(
    request: &Request,
    schedule: &Schedule,
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
        owner: Some(schedule.owner),
        busy: Some(*busy),
    })
}
