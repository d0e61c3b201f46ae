//! The ways in which an appointment can be held at a start: by whom, and whose time it takes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use scheduling::{Choice, Interval, Kind, Slot, StaffId};
use store::appointment_parts::{NewPart, Part};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::occupancy::Place;
use store::{StoreError, Tx, appointment_parts, appointments, occupancy};

use super::looks::Looks;
use super::why_not;
use crate::services;
use crate::slots::balance;
use crate::slots::context::{Context, in_place_of_a_host};

/// One way to hold an appointment.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Who takes part, and when; nobody in a Simple calendar.
    pub(crate) parts: Vec<NewPart>,
    /// The time that it takes.
    pub(crate) places: Vec<Place>,
    /// Why they, for staff; may be empty.
    pub(crate) reason: String,
    /// Whether the hosts' calendars are looked at before. Later seats of a session only need the session to be live.
    looks: bool,
}

/// What is settled on: when, and how it is held.
#[derive(Debug)]
pub(super) struct Decided {
    pub(super) slot: Slot,
    pub(super) plan: Plan,
    /// The codes of what is in the way, when a staff member wants it all the same.
    pub(super) overridden: Option<String>,
}

impl Plan {
    /// The first of those who take part.
    pub(crate) fn lead(&self) -> Option<StaffId> {
        self.parts.first().map(|part| part.host_id)
    }

    /// Whose calendars have to be free, and when.
    pub(crate) fn to_look_at(&self) -> impl Iterator<Item = (StaffId, Interval)> {
        let hosts: BTreeSet<StaffId> = self.parts.iter().map(|part| part.host_id).collect();
        self.places
            .iter()
            .filter(move |place| self.looks && hosts.contains(&place.host_id))
            .map(|place| (place.host_id, Interval::new(place.from, place.to)))
    }

    /// The same, whatever is there already.
    pub(crate) fn overriding(mut self) -> Self {
        for place in &mut self.places {
            place.overriding = true;
        }
        self.looks = false;
        self
    }
}

/// The plans for a start in the order of choice, without those whom a look found busy. Somebody who holds the appointment
/// already is `preferred` and keeps it if free.
pub(crate) async fn plans(
    tx: &mut Tx,
    context: &Context,
    slot: &Slot,
    looks: &Looks,
    preferred: Option<StaffId>,
    now: Timestamp,
) -> Result<Vec<Plan>, StoreError> {
    let calendar = &context.calendar;
    Ok(match calendar.kind {
        Kind::RoundRobin | Kind::Personal => {
            let span = occupied(calendar, slot);
            let free = slot.hosts.iter().copied();
            let free: BTreeSet<StaffId> = free.filter(|host| !looks.found_busy(*host, span)).collect();
            let choices = choices(tx, context, slot.start, &free, preferred, now).await?;
            choices
                .into_iter()
                .map(|choice| held_by(calendar, slot, &[choice.host], choice.reason))
                .collect()
        }
        Kind::Collective => together(calendar, slot, looks),
        Kind::ClassBooking => {
            let mut plans = together(calendar, slot, looks);
            let live = scheduling::is_live(&context.request(now, true), slot.start);
            for plan in &mut plans {
                plan.looks = !live;
            }
            plans
        }
        Kind::Simple => vec![held_by_nobody(calendar, slot)],
        Kind::Service => {
            let visit = context.visit_at(now, slot.start, |host, work| looks.found_busy(host, work));
            let parts = context
                .visit()
                .zip(visit.ok())
                .map(|(wanted, visit)| wanted.parts(&visit));
            parts.map(|parts| of_parts(calendar, parts)).into_iter().collect()
        }
    })
}

/// Everybody who is offered, or nobody.
fn together(calendar: &BookingCalendar, slot: &Slot, looks: &Looks) -> Vec<Plan> {
    let span = occupied(calendar, slot);
    if slot.hosts.iter().any(|host| looks.found_busy(*host, span)) {
        return Vec::new();
    }
    vec![held_by(calendar, slot, &slot.hosts, String::new())]
}

/// The plan in which exactly these hosts take part, all of them the whole time.
pub(crate) fn held_by(calendar: &BookingCalendar, slot: &Slot, hosts: &[StaffId], reason: String) -> Plan {
    let part = |host: &StaffId| NewPart::of(*host, slot.start, slot.end);
    Plan {
        parts: hosts.iter().map(part).collect(),
        places: hosts.iter().map(|host| place(calendar, slot, *host)).collect(),
        reason,
        looks: true,
    }
}

/// The plan in which nobody takes part.
pub(super) fn held_by_nobody(calendar: &BookingCalendar, slot: &Slot) -> Plan {
    Plan {
        parts: Vec::new(),
        places: vec![place(calendar, slot, in_place_of_a_host(calendar))],
        reason: String::new(),
        looks: false,
    }
}

/// The plan of a visit with these parts.
pub(super) fn of_parts(calendar: &BookingCalendar, parts: Vec<NewPart>) -> Plan {
    let buffers = (calendar.rules.pre_buffer, calendar.rules.post_buffer);
    Plan {
        places: services::places_of_parts(calendar.id, buffers, &parts),
        parts,
        reason: String::new(),
        looks: true,
    }
}

/// Those of a round robin who are `free`, in the order in which the appointment is offered to them.
pub(super) async fn choices(
    tx: &mut Tx,
    context: &Context,
    start: Timestamp,
    free: &BTreeSet<StaffId>,
    preferred: Option<StaffId>,
    now: Timestamp,
) -> Result<Vec<Choice>, StoreError> {
    let ids: Vec<StaffId> = context.members.iter().map(|(_, person)| person.id).collect();
    let last: BTreeMap<StaffId, Timestamp> = appointments::last_booked(tx, context.calendar.id, &ids)
        .await?
        .into_iter()
        .collect();
    let date = context.calendar.rules.zone.date(start);
    let team = balance::team(context, date, &last, now);
    let mut ranked = scheduling::rank(context.calendar.distribution, &team, free);
    if let Some(kept) = preferred.filter(|host| free.contains(host)) {
        ranked.retain(|choice| choice.host != kept);
        ranked.insert(
            0,
            Choice {
                host: kept,
                reason: String::new(),
            },
        );
    }
    Ok(ranked)
}

/// The places that an appointment takes as it was booked, when it takes place again after all: also over what it was booked
/// over, and beside what was booked over it.
///
/// # Errors
/// [`StoreError::SlotTaken`] when a room that it had is not there any more.
pub(crate) async fn places_again(
    tx: &mut Tx,
    calendar: &BookingCalendar,
    appointment: &Appointment,
) -> Result<Vec<Place>, StoreError> {
    let parts = appointment_parts::list(tx, &[appointment.id]).await?;
    let mut places = places_of_booked(calendar, appointment, &parts);
    let hosts: Vec<StaffId> = places.iter().map(|place| place.host_id).collect();
    occupancy::queue_for(tx, &hosts).await?;
    let parts: Vec<NewPart> = parts.iter().map(Part::to_new).collect();
    if !services::are_there(tx, &parts).await? {
        return Err(StoreError::SlotTaken);
    }
    for place in &mut places {
        place.overriding = is_known_to_overlap(tx, appointment, place).await?;
    }
    Ok(places)
}

/// The places of an appointment with these parts, in the time that it has.
pub(super) fn places_of_booked(
    calendar: &BookingCalendar,
    appointment: &Appointment,
    parts: &[Part],
) -> Vec<Place> {
    if parts.iter().any(|part| part.service.is_some()) {
        let parts: Vec<NewPart> = parts.iter().map(Part::to_new).collect();
        let buffers = (appointment.pre_buffer, appointment.post_buffer);
        return services::places_of_parts(calendar.id, buffers, &parts);
    }
    let hosts: Vec<StaffId> = parts.iter().map(|part| part.host_id).collect();
    places_of(calendar, appointment, &hosts)
}

/// Whether something is in this place of an appointment, and all of it is there because a staff member wanted the overlap:
/// it was booked over the appointment, or the appointment over it.
pub(super) async fn is_known_to_overlap(
    tx: &mut Tx,
    appointment: &Appointment,
    place: &Place,
) -> Result<bool, StoreError> {
    // The appointment has just been changed, so this is the present.
    let now = appointment.updated_at;
    let there = occupancy::between(tx, &[place.host_id], place.from, place.to, now, None).await?;
    let mut overlaps = false;
    for taken in there {
        let other = match taken.appointment_id {
            Some(own) if own == appointment.id => continue,
            Some(other) => appointments::find(tx, other).await?,
            None => None,
        };
        overlaps = true;
        let is_known = other.is_some_and(|other| {
            why_not::overlaps(&other)
                || (why_not::overlaps(appointment) && other.created_at < appointment.created_at)
        });
        if !is_known {
            return Ok(false);
        }
    }
    Ok(overlaps)
}

/// The places that an appointment takes which these hosts hold together.
pub(crate) fn places_of(
    calendar: &BookingCalendar,
    appointment: &Appointment,
    hosts: &[StaffId],
) -> Vec<Place> {
    let minutes = |amount: u32| SignedDuration::from_mins(i64::from(amount));
    let nobody = [in_place_of_a_host(calendar)];
    let hosts = if hosts.is_empty() { &nobody[..] } else { hosts };
    let place = |host: &StaffId| Place {
        host_id: *host,
        calendar_id: appointment.calendar_id,
        meeting_start: appointment.starts_at,
        from: earlier(appointment.starts_at, minutes(appointment.pre_buffer)),
        to: later(appointment.ends_at, minutes(appointment.post_buffer)),
        capacity: capacity(calendar),
        overriding: false,
    };
    hosts.iter().map(place).collect()
}

/// What an appointment of this booking calendar occupies at a start, with buffers.
fn occupied(calendar: &BookingCalendar, slot: &Slot) -> Interval {
    let minutes = |amount: u32| SignedDuration::from_mins(i64::from(amount));
    Interval {
        start: earlier(slot.start, minutes(calendar.rules.pre_buffer)),
        end: later(slot.end, minutes(calendar.rules.post_buffer)),
    }
}

/// The place in a host's time that such an appointment takes.
fn place(calendar: &BookingCalendar, slot: &Slot, host: StaffId) -> Place {
    let occupied = occupied(calendar, slot);
    Place {
        host_id: host,
        calendar_id: calendar.id,
        meeting_start: slot.start,
        from: occupied.start,
        to: occupied.end,
        capacity: capacity(calendar),
        overriding: false,
    }
}

/// How many seats an identical start has.
fn capacity(calendar: &BookingCalendar) -> u32 {
    match calendar.kind {
        Kind::ClassBooking => calendar.rules.seats,
        Kind::Collective | Kind::Service => 1,
        Kind::RoundRobin | Kind::Personal | Kind::Simple => calendar.rules.per_slot,
    }
}

fn earlier(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.checked_sub(by).unwrap_or(Timestamp::MIN)
}

fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// The window that holds this one start.
pub(crate) fn window(start: Timestamp) -> Interval {
    let end = later(start, SignedDuration::from_millis(1));
    Interval { start, end }
}
