//! The slots of a booking calendar. Each schedule's grid is swept once against its sorted hours and busy time.

use jiff::Timestamp;

use crate::free_starts::free_starts;
use crate::grid::{Grid, OwnHours, minutes};
use crate::limits::Limits;
use crate::look_busy;
use crate::request::{Request, Schedule, Slot, SlotHosts, UnsupportedKind};
use crate::rules::Kind;
use crate::{class, collective};

/// Refuses the kind whose times depend on more than the booking calendar.
pub(crate) fn supported(request: &Request) -> Result<(), UnsupportedKind> {
    match request.kind {
        Kind::Service => Err(UnsupportedKind(Kind::Service)),
        Kind::ClassBooking | Kind::RoundRobin | Kind::Collective | Kind::Personal | Kind::Simple => Ok(()),
    }
}

/// Whether a part of the slots is hidden from whoever asks.
fn hides_slots(request: &Request) -> bool {
    request.rules.look_busy_percent > 0 && !request.staff_view && request.kind != Kind::ClassBooking
}

/// The starts that are offered, in order, each with every member who is free then.
///
/// # Errors
/// [`UnsupportedKind`] for a Service calendar, whose times depend on what is chosen from its menu.
pub fn slots(request: &Request) -> Result<Vec<Slot>, UnsupportedKind> {
    supported(request)?;
    let limits = Limits::of(request);
    if !hides_slots(request) {
        return Ok(bookable_slots(request, &limits));
    }
    // The shown times of a day must not depend on how much of the day is requested.
    let whole = Request {
        window: request.rules.whole_days(request.window),
        ..*request
    };
    let mut slots = bookable_slots(&whole, &limits);
    look_busy::hide(&whole, &limits, &mut slots);
    slots.retain(|slot| request.window.start <= slot.start && slot.start < request.window.end);
    Ok(slots)
}

/// Every start that can be booked, hidden ones included, in order.
fn bookable_slots(request: &Request, limits: &Limits) -> Vec<Slot> {
    let own = OwnHours::of(request);
    let mut slots = match request.kind {
        Kind::Collective => collective::slots(request, limits, own.as_ref()),
        Kind::ClassBooking => class::slots(request, limits, own.as_ref()),
        Kind::RoundRobin | Kind::Personal | Kind::Simple | Kind::Service => {
            with_any(request, limits, own.as_ref())
        }
    };
    limits.drop_full_days(&mut slots, |slot| slot.start);
    slots
}

/// The starts at which at least one of the schedules is free.
fn with_any(request: &Request, limits: &Limits, own: Option<&OwnHours>) -> Vec<Slot> {
    let mut merged: Vec<Slot> = Vec::new();
    for schedule in request.schedules {
        let grid = Grid::of(request, schedule, own);
        let mut free = free_starts(request, limits, schedule, &grid);
        limits.drop_held_back(&mut free, schedule.owner);
        merge(&mut merged, schedule, &free, request);
    }
    merged
}

/// Adds the free starts of a schedule to those of the schedules before it. Both are sorted.
fn merge(merged: &mut Vec<Slot>, schedule: &Schedule, free: &[i64], request: &Request) {
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
            Some(same) if same.start == start => same.hosts.extend(schedule.host()),
            _ => {
                let Ok(end) = start.checked_add(duration) else {
                    continue;
                };
                let mut hosts = SlotHosts::with_capacity(request.schedules.len());
                hosts.extend(schedule.host());
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
