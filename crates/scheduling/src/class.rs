//! Class Booking: a start that nobody has booked needs the owner to be free; one with a live session only needs seats. A
//! session is live while an appointment has a seat of it. Who merely holds a seat opens nothing: that start has fewer seats.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::free_starts::free_starts;
use crate::grid::{Grid, OwnHours, minutes};
use crate::interval::Interval;
use crate::limits::Limits;
use crate::request::{Busy, Cause, Request, Shared, Slot, SlotHosts};
use crate::rules::Kind;

/// The starts with enough seats.
pub(crate) fn slots(request: &Request, limits: &Limits, own: Option<&OwnHours>) -> Vec<Slot> {
    let Some(owner) = request.hosts.first() else {
        return Vec::new();
    };
    let slot = |start: Timestamp, end: Timestamp, left: u32| Slot {
        start,
        end,
        hosts: SlotHosts::from_iter([owner.id]),
        seats_left: Some(left),
    };
    let mut starts: BTreeMap<i64, Slot> = BTreeMap::new();
    if request.seats <= request.rules.seats {
        let grid = Grid::of(request, owner, own);
        let free = |start: i64| {
            let from = Timestamp::from_millisecond(start).ok()?;
            let end = from.checked_add(minutes(request.rules.duration)).ok()?;
            Some((start, slot(from, end, request.rules.seats)))
        };
        let all = free_starts(request, limits, owner, &grid);
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
        if left >= request.seats && limits.allows(start) && limits.is_asked_for(start) {
            // It ends when it was opened to end, whatever the duration is by now.
            starts.insert(start, slot(session.start, session.end, left));
        } else {
            starts.remove(&start);
        }
    }
    starts.into_values().collect()
}

/// The sessions of a Class Booking calendar that start in the window and lack nothing but seats, in order: what clients can
/// wait for.
pub fn full_sessions(request: &Request) -> Vec<Interval> {
    if request.kind != Kind::ClassBooking {
        return Vec::new();
    }
    let limits = Limits::of(request);
    let mut full: Vec<Interval> = live_sessions(request)
        .filter(|session| {
            limits.is_asked_for(session.start.as_millisecond())
                && limits.reasons(session.start).is_empty()
                && seats_left(request, session) < request.seats
        })
        .map(|session| Interval::new(session.start, session.end))
        .collect();
    full.sort_unstable();
    full
}

/// Whether a session of a Class Booking calendar takes place at this start: then whoever comes needs no more than a seat.
pub fn is_live(request: &Request, start: Timestamp) -> bool {
    session_at(request, start).is_some()
}

/// The session that takes place at this very start, if it is a class.
pub(crate) fn session_at(request: &Request, start: Timestamp) -> Option<Shared> {
    (request.kind == Kind::ClassBooking)
        .then(|| live_sessions(request).find(|session| session.start == start))
        .flatten()
}

/// The seats that a session has left.
pub(crate) fn seats_left(request: &Request, session: &Shared) -> u32 {
    request.rules.seats.saturating_sub(session.taken)
}

/// The sessions of the asked booking calendar that take place.
pub(crate) fn live_sessions<'a>(request: &'a Request) -> impl Iterator<Item = Shared> + 'a {
    shares(request, |cause| matches!(cause, Cause::Appointment(_)))
        .filter(|session| session.taken != Shared::CLOSED)
}

/// The starts of the asked booking calendar that the owner has for such a cause.
fn shares<'a>(request: &'a Request, has: impl Fn(Cause) -> bool + 'a) -> impl Iterator<Item = Shared> + 'a {
    let owner = request.hosts.first().into_iter();
    let of_calendar = move |shared: &Shared| shared.calendar == request.calendar;
    owner
        .flat_map(|owner| &owner.busy)
        .filter(move |busy: &&Busy| has(busy.cause))
        .filter_map(|busy| busy.shared)
        .filter(of_calendar)
}
