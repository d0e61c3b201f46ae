//! Class Booking: a start that nobody has booked needs the owner to be free; one with a live session only needs seats.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::engine::free_starts;
use crate::grid::{Grid, OwnHours, minutes};
use crate::limits::Limits;
use crate::request::{Request, Shared, Slot, SlotHosts};

/// The seats that are taken of a session that was called off.
const CALLED_OFF: u32 = u32::MAX;

/// The starts with enough seats.
pub(crate) fn slots(request: &Request, limits: &Limits, own: Option<&OwnHours>) -> Vec<Slot> {
    let Some(owner) = request.hosts.first() else {
        return Vec::new();
    };
    // What a session has left, by its start; of those that take place.
    let sessions: BTreeMap<i64, u32> = live_sessions(request)
        .map(|session| {
            let left = request.rules.seats.saturating_sub(session.taken);
            (session.start.as_millisecond(), left)
        })
        .collect();
    let mut starts: BTreeMap<i64, u32> = BTreeMap::new();
    if request.seats <= request.rules.seats {
        let grid = Grid::of(request, owner, own);
        let free = free_starts(request, limits, owner, &grid);
        starts.extend(free.into_iter().map(|start| (start, request.rules.seats)));
    }
    for (start, left) in sessions {
        if left >= request.seats && limits.allows(start) && limits.is_asked_for(start) {
            starts.insert(start, left);
        } else {
            starts.remove(&start);
        }
    }
    let slot = |(start, left): (i64, u32)| {
        let start = Timestamp::from_millisecond(start).ok()?;
        Some(Slot {
            start,
            end: start.checked_add(minutes(request.rules.duration)).ok()?,
            hosts: SlotHosts::from_iter([owner.id]),
            seats_left: Some(left),
        })
    };
    starts.into_iter().filter_map(slot).collect()
}

/// The sessions of the asked booking calendar that take place.
pub(crate) fn live_sessions<'a>(request: &'a Request) -> impl Iterator<Item = Shared> + 'a {
    let owner = request.hosts.first().into_iter();
    owner
        .flat_map(|owner| &owner.busy)
        .filter_map(|busy| busy.shared)
        .filter(|shared| shared.calendar == request.calendar && shared.taken != CALLED_OFF)
}
