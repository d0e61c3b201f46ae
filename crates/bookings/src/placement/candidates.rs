//! The candidates for a start: who holds the appointment, and whose time it takes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use scheduling::{Interval, Kind, Slot, StaffId, TimeOwner};
use store::appointment_parts::{NewPart, Part};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::locks::Lock;
use store::occupancy::TimeClaim;
use store::{AssignmentReason, ReadTx, StoreError, WriteTx, appointment_parts, appointments, busy_time};

use super::candidate::Candidate;
use super::live_check::LiveCheck;
use super::refusals;
use super::target::Target;
use crate::availability::balance;
use crate::availability::input::AvailabilityInput;
use crate::error::{Error, Preserved, TakenBy};
use crate::services;

/// Returns the first choice for the slot of a target, without hosts whom a live check found busy. The preferred host comes first if free.
pub(crate) async fn first_choice(
    tx: &mut ReadTx,
    target: &Target,
    slot: &Slot,
    check: &LiveCheck,
    now: Timestamp,
) -> Result<Option<Candidate>, StoreError> {
    let input = &target.input;
    let calendar = &input.calendar;
    Ok(match calendar.settings.kind {
        Kind::RoundRobin | Kind::Personal => {
            let span = occupied(calendar, slot);
            let free = slot.hosts.iter().copied();
            let free: BTreeSet<StaffId> = free.filter(|host| !check.found_busy(*host, span)).collect();
            let choice = choose(tx, input, slot.start, &free, target.preferred).await?;
            choice.map(|(host, reason)| held_by(calendar, slot, &[host], reason))
        }
        Kind::Collective => with_all_hosts(calendar, slot, check),
        Kind::ClassBooking => {
            let is_live = scheduling::is_live(&input.request(now, true), slot.start);
            with_all_hosts(calendar, slot, check).map(|candidate| Candidate {
                is_checked: !is_live,
                ..candidate
            })
        }
        Kind::Simple => Some(held_by_nobody(calendar, slot)),
        Kind::Service => {
            let visit = input.visit_at(now, slot.start, |host, work| check.found_busy(host, work));
            let requested = input.visit().zip(visit.ok());
            requested.map(|(requested, visit)| of_parts(calendar, requested.parts(&visit)))
        }
    })
}

/// Returns a candidate with all hosts of the slot, or none if one of them was found busy.
fn with_all_hosts(calendar: &BookingCalendar, slot: &Slot, check: &LiveCheck) -> Option<Candidate> {
    let span = occupied(calendar, slot);
    let is_somebody_busy = slot.hosts.iter().any(|host| check.found_busy(*host, span));
    (!is_somebody_busy).then(|| held_by(calendar, slot, &slot.hosts, None))
}

/// Returns a candidate in which all these hosts take part the whole time.
pub(crate) fn held_by(
    calendar: &BookingCalendar,
    slot: &Slot,
    hosts: &[StaffId],
    reason: Option<AssignmentReason>,
) -> Candidate {
    let part = |host: &StaffId| NewPart::of(*host, slot.start, slot.end);
    Candidate {
        parts: hosts.iter().map(part).collect(),
        claims: hosts
            .iter()
            .map(|host| claim(calendar, slot, (*host).into()))
            .collect(),
        reason,
        is_checked: true,
    }
}

/// Returns a candidate for a seat of an existing session, which needs no live check.
pub(crate) fn seat_with(host: StaffId, appointment: &Appointment, claims: Vec<TimeClaim>) -> Candidate {
    Candidate {
        parts: vec![NewPart::of(host, appointment.starts_at, appointment.ends_at)],
        claims,
        reason: None,
        is_checked: false,
    }
}

/// Returns a candidate without hosts.
pub(crate) fn held_by_nobody(calendar: &BookingCalendar, slot: &Slot) -> Candidate {
    Candidate {
        parts: Vec::new(),
        claims: vec![claim(calendar, slot, calendar.id.into())],
        reason: None,
        is_checked: false,
    }
}

/// Returns a candidate for a visit with these parts.
pub(crate) fn of_parts(calendar: &BookingCalendar, parts: Vec<NewPart>) -> Candidate {
    let buffers = (
        calendar.settings.rules.pre_buffer,
        calendar.settings.rules.post_buffer,
    );
    Candidate {
        claims: services::claims_of_parts(calendar.id, buffers, &parts),
        parts,
        reason: None,
        is_checked: true,
    }
}

/// Chooses among the `free` members of a round robin: the preferred one, or the one whose turn it is, with the reason.
pub(super) async fn choose(
    tx: &mut ReadTx,
    input: &AvailabilityInput,
    start: Timestamp,
    free: &BTreeSet<StaffId>,
    preferred: Option<StaffId>,
) -> Result<Option<(StaffId, Option<AssignmentReason>)>, StoreError> {
    if let Some(host) = preferred.filter(|host| free.contains(host)) {
        return Ok(Some((host, None)));
    }
    let ids: Vec<StaffId> = input.members.iter().map(|(_, person)| person.id).collect();
    // The last bookings matter only when there is a choice.
    let last: BTreeMap<StaffId, Timestamp> = if free.len() > 1 {
        let last = appointments::last_booked(tx, input.calendar.id, &ids).await?;
        last.into_iter().collect()
    } else {
        BTreeMap::new()
    };
    let date = input.calendar.settings.rules.zone.date(start);
    let team = balance::team(input, date, &last);
    let ranked = scheduling::rank(input.calendar.settings.distribution, &team, free);
    let first = ranked.into_iter().next();
    Ok(first.map(|choice| (choice.host, Some(AssignmentReason::Turn(choice.reason)))))
}

/// Returns the claims of an appointment that takes place again, as it was booked. It may again overlap what it was booked over, and what
/// was booked over it.
///
/// # Errors
/// [`Error::SlotTaken`] if one of its rooms or its equipment does not exist any more.
pub(crate) async fn claims_again(
    tx: &mut WriteTx,
    calendar: &BookingCalendar,
    appointment: &Appointment,
) -> Result<Vec<TimeClaim>, Error> {
    let parts = appointment_parts::list(tx, &[appointment.id]).await?;
    let mut claims = claims_of_booked(calendar, appointment, &parts);
    tx.lock(claims.iter().map(|claim| Lock::Owner(claim.owner)))
        .await?;
    let parts: Vec<NewPart> = parts.iter().map(Part::to_new).collect();
    if !services::resources_exist(tx, &parts).await? {
        return Err(Error::SlotTaken {
            by: TakenBy::Resource,
            preserved: Preserved::Appointment,
        });
    }
    for claim in &mut claims {
        claim.overriding = is_known_to_overlap(tx, appointment, claim).await?;
    }
    Ok(claims)
}

/// Returns the claims of an appointment with these parts, at its present time.
pub(crate) fn claims_of_booked(
    calendar: &BookingCalendar,
    appointment: &Appointment,
    parts: &[Part],
) -> Vec<TimeClaim> {
    if parts.iter().any(|part| part.service.is_some()) {
        let parts: Vec<NewPart> = parts.iter().map(Part::to_new).collect();
        let buffers = (appointment.pre_buffer, appointment.post_buffer);
        return services::claims_of_parts(calendar.id, buffers, &parts);
    }
    let hosts: Vec<StaffId> = parts.iter().map(|part| part.host_id).collect();
    claims_of(calendar, appointment, &hosts)
}

/// Returns the candidate that describes how an appointment is held at its present time.
pub(crate) fn of_booked(calendar: &BookingCalendar, appointment: &Appointment, parts: &[Part]) -> Candidate {
    Candidate {
        claims: claims_of_booked(calendar, appointment, parts),
        parts: parts.iter().map(Part::to_new).collect(),
        reason: None,
        is_checked: false,
    }
}

/// Whether something overlaps this claim of an appointment, and a staff member allowed each such overlap: the other was booked over the
/// appointment, or the appointment over it.
pub(crate) async fn is_known_to_overlap(
    tx: &mut ReadTx,
    appointment: &Appointment,
    claim: &TimeClaim,
) -> Result<bool, StoreError> {
    // The appointment has just been updated, so this is the current time.
    let now = appointment.updated_at;
    let there = busy_time::taken_between(tx, &[claim.owner], claim.from, claim.to, now, None).await?;
    let mut overlaps = false;
    for taken in there {
        let other = match taken.appointment_id {
            Some(own) if own == appointment.id => continue,
            Some(other) => appointments::find(tx, other).await?,
            None => None,
        };
        overlaps = true;
        let is_known = other.is_some_and(|other| {
            refusals::overlaps(&other)
                || (refusals::overlaps(appointment) && other.created_at < appointment.created_at)
        });
        if !is_known {
            return Ok(false);
        }
    }
    Ok(overlaps)
}

/// Returns the claims of an appointment that these hosts hold together; of the booking calendar itself if there are no hosts.
pub(crate) fn claims_of(
    calendar: &BookingCalendar,
    appointment: &Appointment,
    hosts: &[StaffId],
) -> Vec<TimeClaim> {
    let minutes = |amount: u32| SignedDuration::from_mins(i64::from(amount));
    let mut owners: Vec<TimeOwner> = hosts.iter().copied().map(TimeOwner::Staff).collect();
    if owners.is_empty() {
        owners.push(calendar.id.into());
    }
    let claim = |owner: TimeOwner| TimeClaim {
        owner,
        calendar_id: appointment.calendar_id,
        meeting_start: appointment.starts_at,
        from: earlier(appointment.starts_at, minutes(appointment.pre_buffer)),
        to: later(appointment.ends_at, minutes(appointment.post_buffer)),
        capacity: capacity(calendar),
        overriding: false,
    };
    owners.into_iter().map(claim).collect()
}

/// Returns the time that an appointment in this slot occupies, buffers included.
fn occupied(calendar: &BookingCalendar, slot: &Slot) -> Interval {
    let minutes = |amount: u32| SignedDuration::from_mins(i64::from(amount));
    Interval {
        start: earlier(slot.start, minutes(calendar.settings.rules.pre_buffer)),
        end: later(slot.end, minutes(calendar.settings.rules.post_buffer)),
    }
}

/// Returns the claim of an appointment in this slot on an owner's time.
fn claim(calendar: &BookingCalendar, slot: &Slot, owner: TimeOwner) -> TimeClaim {
    let occupied = occupied(calendar, slot);
    TimeClaim {
        owner,
        calendar_id: calendar.id,
        meeting_start: slot.start,
        from: occupied.start,
        to: occupied.end,
        capacity: capacity(calendar),
        overriding: false,
    }
}

/// Returns how many seats appointments with identical start share.
fn capacity(calendar: &BookingCalendar) -> u32 {
    match calendar.settings.kind {
        Kind::ClassBooking => calendar.settings.rules.seats,
        Kind::Collective | Kind::Service => 1,
        Kind::RoundRobin | Kind::Personal | Kind::Simple => calendar.settings.rules.per_slot,
    }
}

fn earlier(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.checked_sub(by).unwrap_or(Timestamp::MIN)
}

fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// Returns the window that contains only this start.
pub(crate) fn window(start: Timestamp) -> Interval {
    let end = later(start, SignedDuration::from_millis(1));
    Interval { start, end }
}
