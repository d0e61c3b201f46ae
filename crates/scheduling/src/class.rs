//! Class Booking: a start that nobody has booked needs the class's host to be free; a start with a live session only needs seats. A
//! session is live while an appointment has a seat of it. A hold does not make it live, but takes a seat of the start.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::free_starts::free_starts;
use crate::grid::{Grid, OwnHours, minutes};
use crate::limits::Limits;
use crate::request::{Busy, Cause, Request, Schedule, Shared, Slot, SlotHosts};
use crate::rules::Kind;

/// The starts with enough seats.
pub(crate) fn slots(request: &Request, limits: &Limits, own: Option<&OwnHours>) -> Vec<Slot> {
    let Some(schedule) = schedule_of(request) else {
        return Vec::new();
    };
    let slot = |start: Timestamp, end: Timestamp, left: u32| Slot {
        start,
        end,
        hosts: SlotHosts::from_iter(schedule.host()),
        seats_left: Some(left),
    };
    let mut starts: BTreeMap<i64, Slot> = BTreeMap::new();
    if request.seats <= request.rules.seats {
        let grid = Grid::of(request, schedule, own);
        let free = |start: i64| {
            let from = Timestamp::from_millisecond(start).ok()?;
            let end = from.checked_add(minutes(request.rules.duration)).ok()?;
            Some((start, slot(from, end, request.rules.seats)))
        };
        let all = free_starts(request, limits, schedule, &grid);
        starts.extend(all.into_iter().filter_map(free));
        for held in shares(request, |cause| cause == Cause::Hold) {
            let start = starts.get_mut(&held.start.as_millisecond());
            if let Some(left) = start.and_then(|slot| slot.seats_left.as_mut()) {
                *left = left.saturating_sub(held.taken);
            }
        }
    }
    for session in live_sessions(request) {
        let start = session.start.as_millisecond();
        let left = seats_left(request, &session);
        if left >= request.seats && limits.allows(start) && limits.is_in_window(start) {
            // A session keeps its end when the duration of the rules changes.
            starts.insert(start, slot(session.start, session.end, left));
        } else {
            starts.remove(&start);
        }
    }
    starts.into_values().collect()
}

/// The sessions of a Class Booking calendar that start in the window and are refused for their seats alone, in order: clients can
/// wait for a seat of them.
pub fn full_sessions(request: &Request) -> Vec<Slot> {
    if request.kind != Kind::ClassBooking {
        return Vec::new();
    }
    let limits = Limits::of(request);
    let hosts: SlotHosts = schedule_of(request)
        .and_then(Schedule::host)
        .into_iter()
        .collect();
    let mut full: Vec<Slot> = live_sessions(request)
        .filter(|session| {
            limits.is_in_window(session.start.as_millisecond())
                && limits.reasons(session.start).is_empty()
                && seats_left(request, session) < request.seats
        })
        .map(|session| Slot {
            start: session.start,
            end: session.end,
            hosts: hosts.clone(),
            seats_left: Some(seats_left(request, &session)),
        })
        .collect();
    full.sort_unstable_by_key(|session| (session.start, session.end));
    full
}

/// Whether a session of a Class Booking calendar takes place at this start, so that a further client only needs a seat.
pub fn is_live(request: &Request, start: Timestamp) -> bool {
    session_at(request, start).is_some()
}

/// The session of a Class Booking calendar that takes place at this start, if one does.
pub(crate) fn session_at(request: &Request, start: Timestamp) -> Option<Shared> {
    (request.kind == Kind::ClassBooking)
        .then(|| live_sessions(request).find(|session| session.start == start))
        .flatten()
}

/// The seats that a session has left.
pub(crate) fn seats_left(request: &Request, session: &Shared) -> u32 {
    request.rules.seats.saturating_sub(session.taken)
}

/// The sessions of the requested booking calendar that take place.
pub(crate) fn live_sessions<'a>(request: &'a Request) -> impl Iterator<Item = Shared> + 'a {
    shares(request, |cause| matches!(cause, Cause::Appointment(_)))
        .filter(|session| session.taken != Shared::CLOSED)
}

/// The schedule of the member who holds the class.
fn schedule_of<'a>(request: &Request<'a>) -> Option<&'a Schedule> {
    request.schedules.first()
}

/// The starts of the requested booking calendar that are busy for such a cause.
fn shares<'a>(request: &'a Request, has: impl Fn(Cause) -> bool + 'a) -> impl Iterator<Item = Shared> + 'a {
    let of_calendar = move |shared: &Shared| shared.calendar == request.calendar;
    schedule_of(request)
        .into_iter()
        .flat_map(|schedule| &schedule.busy)
        .filter(move |busy: &&Busy| has(busy.cause))
        .filter_map(|busy| busy.shared)
        .filter(of_calendar)
}
