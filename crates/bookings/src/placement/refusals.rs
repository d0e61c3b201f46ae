//! Interprets the reasons against a time for clients.

use std::collections::BTreeSet;

use scheduling::{Reason, Refusal, TimeOwner};
use store::appointments::Appointment;

use crate::error::{self, TakenBy};

/// Whether the time was taken, rather than never on offer.
pub(crate) fn is_taken(refusals: &[Refusal]) -> bool {
    taken_by(refusals).is_some()
}

/// Returns what takes a time that would be offered otherwise; none if it was never on offer. Reasons that concern everybody come before
/// those of a host, and these before rooms and equipment. External events come after a host's other reasons, as they are private.
pub(crate) fn taken_by(refusals: &[Refusal]) -> Option<TakenBy> {
    // A time in the past, for example, was never on offer, whatever occupied it.
    let never = |refusal: &Refusal| match refusal.reason {
        Reason::Past | Reason::Notice => true,
        Reason::Grid | Reason::TooFar => refusal.owner.is_none(),
        _ => false,
    };
    if refusals.iter().any(never) {
        return None;
    }
    // Nor was a time offered by a host who does not work then, however busy.
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
        TakenBy::Seats { left: 0 }
    } else if has(&[Reason::DayLimit]) {
        TakenBy::Day
    } else if has(&[
        Reason::Booked,
        Reason::Held,
        Reason::Blocked,
        Reason::Buffer,
        Reason::RoundRobin,
    ]) {
        TakenBy::Host
    } else if has(&[Reason::Conflict]) {
        TakenBy::Event
    } else if has(&[Reason::Stale]) {
        TakenBy::Unread
    } else if has(&[Reason::Resource]) {
        TakenBy::Resource
    } else if has(&[Reason::Collective]) {
        TakenBy::Host
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

/// Returns the reasons, each once, to be stored with an appointment that overrides them.
pub(crate) fn reasons(refusals: &[Refusal]) -> Vec<Reason> {
    let reasons: BTreeSet<Reason> = refusals.iter().map(|refusal| refusal.reason).collect();
    reasons.into_iter().collect()
}

/// Returns why a time was never on offer.
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
