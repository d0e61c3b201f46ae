//! Collective: a start is offered when all members are free.

use jiff::Timestamp;

use crate::free_starts::free_starts;
use crate::grid::{Grid, OwnHours, minutes};
use crate::limits::Limits;
use crate::request::{Request, Schedule, Slot, SlotHosts};

/// The starts at which every host is free.
pub(crate) fn slots(request: &Request, limits: &Limits, own: Option<&OwnHours>) -> Vec<Slot> {
    let grids = Grid::together(request, own);
    let mut free = request
        .schedules
        .iter()
        .zip(&grids)
        .map(|(schedule, grid)| free_starts(request, limits, schedule, grid));
    let Some(mut common) = free.next() else {
        return Vec::new();
    };
    for starts in free {
        common.retain(|start| starts.binary_search(start).is_ok());
    }
    let hosts: SlotHosts = request.schedules.iter().filter_map(Schedule::host).collect();
    let slot = |start: i64| {
        let start = Timestamp::from_millisecond(start).ok()?;
        Some(Slot {
            start,
            end: start.checked_add(minutes(request.rules.duration)).ok()?,
            hosts: hosts.clone(),
            seats_left: None,
        })
    };
    common.into_iter().filter_map(slot).collect()
}
