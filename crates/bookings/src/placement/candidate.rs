//! Candidates: ways to hold an appointment; and the placement that is chosen.

use std::collections::BTreeSet;

use scheduling::{Interval, Reason, Slot, StaffId};
use store::AssignmentReason;
use store::appointment_parts::NewPart;
use store::occupancy::TimeClaim;

/// A way to hold an appointment.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The parts of those who take part; none in a Simple calendar.
    pub(crate) parts: Vec<NewPart>,
    /// The time to claim.
    pub(crate) claims: Vec<TimeClaim>,
    /// Why these hosts were chosen, if there was a choice.
    pub(crate) reason: Option<AssignmentReason>,
    /// Whether the hosts' calendars are checked live. Further seats of a live session need no check.
    pub(super) is_checked: bool,
}

/// The chosen slot, and how the appointment is held in it.
#[derive(Debug)]
pub(crate) struct Placement {
    pub(crate) slot: Slot,
    pub(crate) candidate: Candidate,
    /// The reasons why the time is not on offer, if a staff member overrides them.
    pub(crate) overridden: Option<Vec<Reason>>,
    /// Whether an earlier attempt was overtaken, or expired holds may be in the way.
    pub(crate) is_contended: bool,
}

impl Candidate {
    /// The first of the hosts.
    pub(crate) fn lead(&self) -> Option<StaffId> {
        self.parts.first().map(|part| part.host_id)
    }

    /// Returns the hosts whose calendars must be free, and when.
    pub(crate) fn to_check(&self) -> impl Iterator<Item = (StaffId, Interval)> {
        let hosts: BTreeSet<StaffId> = self.parts.iter().map(|part| part.host_id).collect();
        self.claims
            .iter()
            .filter(|_| self.is_checked)
            .filter_map(move |claim| {
                let host = claim.owner.staff().filter(|host| hosts.contains(host))?;
                Some((host, Interval::new(claim.from, claim.to)))
            })
    }

    /// Combines both.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self.claims.extend(other.claims);
        self.is_checked |= other.is_checked;
        self
    }

    /// Returns the same candidate with claims that may overlap others.
    pub(crate) fn overriding(mut self) -> Self {
        for claim in &mut self.claims {
            claim.overriding = true;
        }
        self.is_checked = false;
        self
    }
}
