//! Why a time is not offered, in a client's words. Nothing of a host's calendar shows.

use std::collections::BTreeSet;

use scheduling::{Reason, Refusal, StaffId};
use store::appointments::Appointment;

/// Whether the time was taken, rather than never on offer.
pub(crate) fn is_taken(refusals: &[Refusal]) -> bool {
    let taken = |reason| {
        matches!(
            reason,
            Reason::Booked
                | Reason::Held
                | Reason::Blocked
                | Reason::Conflict
                | Reason::Stale
                | Reason::Buffer
                | Reason::NoSeats
                | Reason::Collective
                | Reason::RoundRobin
                | Reason::Resource
                | Reason::DayLimit
        )
    };
    // A time that has passed, say, was never on offer, whatever was there.
    let never = |refusal: &Refusal| match refusal.reason {
        Reason::Past | Reason::Notice => true,
        Reason::Grid | Reason::TooFar => refusal.host.is_none(),
        _ => false,
    };
    // Nor was it by somebody who was not to be had then, whatever they did.
    let is_away = |reason| matches!(reason, Reason::Hours | Reason::Grid | Reason::TooFar);
    let away: BTreeSet<StaffId> = refusals
        .iter()
        .filter(|refusal| is_away(refusal.reason))
        .filter_map(|refusal| refusal.host)
        .collect();
    let is_there = |refusal: &Refusal| refusal.host.is_none_or(|host| !away.contains(&host));
    refusals
        .iter()
        .any(|refusal| taken(refusal.reason) && is_there(refusal))
        && !refusals.iter().any(never)
}

/// Whether a staff member booked an appointment over something else.
pub(crate) fn overlaps(appointment: &Appointment) -> bool {
    let codes = appointment.overridden.as_deref().unwrap_or_default();
    let overlap = [Reason::Booked, Reason::Buffer, Reason::Resource].map(Reason::as_str);
    codes.split(", ").any(|code| overlap.contains(&code))
}

/// The codes of the reasons, each once, to be kept with an appointment that was booked all the same.
pub(crate) fn codes(refusals: &[Refusal]) -> String {
    let codes: BTreeSet<Reason> = refusals.iter().map(|refusal| refusal.reason).collect();
    let codes: Vec<&str> = codes.into_iter().map(Reason::as_str).collect();
    codes.join(", ")
}

/// The sentence for a time that was never on offer.
pub(crate) fn sentence(refusals: &[Refusal]) -> String {
    let has = |reason| refusals.iter().any(|refusal| refusal.reason == reason);
    let text = if has(Reason::Past) {
        "This time has passed already. Choose a later one."
    } else if has(Reason::Notice) {
        "This time is too soon. Choose a later one."
    } else if has(Reason::TooFar) {
        "This day cannot be booked. Choose another day."
    } else if has(Reason::Grid) {
        "Appointments do not start at this time. Choose one of the times on the booking page."
    } else {
        "This time is not on offer. Choose one of the times on the booking page."
    };
    text.to_owned()
}
