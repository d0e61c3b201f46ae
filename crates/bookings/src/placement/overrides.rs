//! Overrides: whether and how staff can book a time that is not on offer.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use scheduling::{Kind, Reason, Refusal, Slot, StaffId};
use store::{AssignmentReason, ReadTx, StoreError};

use super::candidate::Placement;
use super::candidates;
use super::refusals;
use super::target::Target;
use crate::availability::in_words;
use crate::availability::input::AvailabilityInput;
use crate::error::SchedulingConflict;

/// Whether staff can override conflicts at this start. Times in the past and seats of a class cannot be overridden.
pub(super) fn can_be_overridden(input: &AvailabilityInput, start: Timestamp, now: Timestamp) -> bool {
    start >= now && input.calendar.settings.kind != Kind::ClassBooking && input.calendar.is_readable()
}

/// Returns the refusal of a time to a staff member, with all reasons.
pub(super) fn scheduling_conflict(
    input: &AvailabilityInput,
    refusals: &[Refusal],
    start: Timestamp,
    now: Timestamp,
) -> SchedulingConflict {
    SchedulingConflict {
        reasons: in_words(input, refusals),
        can_be_overridden: can_be_overridden(input, start, now),
    }
}

/// Returns the placement that overrides these refusals: with a host who is free if there is one, and among equals with the preferred host.
/// None if nobody could hold it.
pub(super) async fn override_conflicts(
    tx: &mut ReadTx,
    target: &Target,
    refusals: &[Refusal],
    now: Timestamp,
) -> Result<Option<Placement>, StoreError> {
    let (input, start, preferred) = (&target.input, target.start, target.preferred);
    let calendar = &input.calendar;
    let members: Vec<StaffId> = input.members.iter().map(|(_, person)| person.id).collect();
    let length = SignedDuration::from_mins(i64::from(calendar.settings.rules.duration));
    let slot = Slot {
        start,
        end: start.saturating_add(length).unwrap_or(Timestamp::MAX),
        hosts: members.into(),
        seats_left: None,
    };
    let (candidate, refusals) = match calendar.settings.kind {
        Kind::ClassBooking => return Ok(None),
        Kind::Simple => (candidates::held_by_nobody(calendar, &slot), refusals.to_vec()),
        Kind::Collective if slot.hosts.is_empty() => return Ok(None),
        Kind::Collective => (
            candidates::held_by(calendar, &slot, &slot.hosts, None),
            refusals.to_vec(),
        ),
        Kind::Service => {
            let visit = input.visit().zip(input.override_visit(now, start));
            let Some((requested, (visit, against))) = visit else {
                return Ok(None);
            };
            // What a live check found is not known to the rules yet.
            let against = if against.is_empty() {
                refusals.to_vec()
            } else {
                against
            };
            (candidates::of_parts(calendar, requested.parts(&visit)), against)
        }
        Kind::RoundRobin | Kind::Personal => {
            let Some((host, reason)) = host(tx, input, &slot, refusals, preferred).await? else {
                return Ok(None);
            };
            let of_host = |refusal: &&Refusal| refusal.owner.is_none_or(|owner| owner == host.into());
            (
                candidates::held_by(calendar, &slot, &[host], reason),
                refusals.iter().filter(of_host).copied().collect(),
            )
        }
    };
    Ok(Some(Placement {
        slot,
        candidate: candidate.overriding(),
        overridden: Some(refusals::reasons(&refusals)),
        is_contended: true,
    }))
}

/// How strongly a host is hindered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum HostConflict {
    /// By nothing that concerns the host in particular.
    None,
    /// They do not work then, or have had their share of appointments.
    NotOffered,
    /// They are busy.
    Busy,
}

/// Chooses the least hindered member of a round robin, by turn among equals, with the reason.
async fn host(
    tx: &mut ReadTx,
    input: &AvailabilityInput,
    slot: &Slot,
    refusals: &[Refusal],
    preferred: Option<StaffId>,
) -> Result<Option<(StaffId, Option<AssignmentReason>)>, StoreError> {
    let of = |host: StaffId| {
        let own = refusals.iter().filter(|refusal| refusal.host() == Some(host));
        let conflict = own.map(|refusal| match refusal.reason {
            Reason::Grid => HostConflict::None,
            Reason::Hours | Reason::RoundRobin => HostConflict::NotOffered,
            _ => HostConflict::Busy,
        });
        conflict.max().unwrap_or(HostConflict::None)
    };
    let Some(least) = slot.hosts.iter().map(|host| of(*host)).min() else {
        return Ok(None);
    };
    let candidates: BTreeSet<StaffId> = slot
        .hosts
        .iter()
        .copied()
        .filter(|host| of(*host) == least)
        .collect();
    let choice = candidates::choose(tx, input, slot.start, &candidates, preferred).await?;
    // A member who has had their share is not a choice of the round robin.
    let any = || slot.hosts.iter().copied().find(|host| candidates.contains(host));
    Ok(match choice {
        Some(choice) if least == HostConflict::None => Some(choice),
        Some((host, _)) => Some((host, Some(AssignmentReason::NobodyOnOffer))),
        None => any().map(|host| (host, Some(AssignmentReason::NobodyOnOffer))),
    })
}
