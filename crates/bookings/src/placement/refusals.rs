//! Why a time is not offered, as far as it concerns a client.

use std::collections::BTreeSet;

use scheduling::{Reason, Refusal, TimeOwner};
use store::appointments::Appointment;

use crate::error::{self, Taken};

/// Whether the time was taken, rather than never on offer.
pub(crate) fn is_taken(refusals: &[Refusal]) -> bool {
    taken_by(refusals).is_some()
}

/// What takes a time that would be offered otherwise; none when it was never on offer. What concerns everybody goes before what
/// keeps a host, and that before rooms and equipment. Of a host who is busy with several things their events come last, as those
/// are nobody else's business.
pub(crate) fn taken_by(refusals: &[Refusal]) -> Option<Taken> {
    // A time that has passed, say, was never on offer, whatever was there.
    let never = |refusal: &Refusal| match refusal.reason {
        Reason::Past | Reason::Notice => true,
        Reason::Grid | Reason::TooFar => refusal.owner.is_none(),
        _ => false,
    };
    if refusals.iter().any(never) {
        return None;
    }
    // Nor was it offered in the time of somebody who does not work then, whatever they have to do.
    let is_away = |reason| matches!(reason, Reason::Hours | Reason::Grid | Reason::TooFar);
    let away: BTreeSet<TimeOwner> = refusals
        .iter()
        .filter(|refusal| is_away(refusal.reason))
        .filter_map(|refusal| refusal.owner)
        .collect();
    let is_there = |refusal: &&Refusal| refusal.owner.is_none_or(|owner| !away.contains(&owner));
    let there: BTreeSet<Reason> = refusals
        .iter()
        .filter(is_there)
        .map(|refusal| refusal.reason)
        .collect();
    let has = |reasons: &[Reason]| reasons.iter().any(|reason| there.contains(reason));
    Some(if has(&[Reason::NoSeats]) {
        Taken::Seats { left: 0 }
    } else if has(&[Reason::DayLimit]) {
        Taken::Day
    } else if has(&[
        Reason::Booked,
        Reason::Held,
        Reason::Blocked,
        Reason::Buffer,
        Reason::RoundRobin,
    ]) {
        Taken::Host
    } else if has(&[Reason::Conflict]) {
        Taken::Event
    } else if has(&[Reason::Stale]) {
        Taken::Unread
    } else if has(&[Reason::Resource]) {
        Taken::Resource
    } else if has(&[Reason::Collective]) {
        Taken::Host
    } else {
        return None;
    })
}

/// Whether a staff member booked an appointment over something else.
pub(crate) fn overlaps(appointment: &Appointment) -> bool {
    let reasons = appointment.overridden.as_deref().unwrap_or_default();
    let overlap = |reason| matches!(reason, Reason::Booked | Reason::Buffer | Reason::Resource);
    reasons.iter().copied().any(overlap)
}

/// The reasons, each once, to be kept with an appointment that was booked all the same.
pub(crate) fn reasons(refusals: &[Refusal]) -> Vec<Reason> {
    let reasons: BTreeSet<Reason> = refusals.iter().map(|refusal| refusal.reason).collect();
    reasons.into_iter().collect()
}

/// Why a time was never on offer.
pub(crate) fn never_offered(refusals: &[Refusal]) -> error::Refusal {
    let has = |reason| refusals.iter().any(|refusal| refusal.reason == reason);
    if has(Reason::Past) {
        error::Refusal::Past
    } else if has(Reason::Notice) {
        error::Refusal::TooSoon
    } else if has(Reason::TooFar) {
        error::Refusal::DayNotBookable
    } else if has(Reason::Grid) {
        error::Refusal::NoStart
    } else {
        error::Refusal::NotOffered
    }
}
