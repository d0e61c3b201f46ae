//! One way to hold an appointment, and what is settled on.

use std::collections::BTreeSet;

use scheduling::{Interval, Reason, Slot, StaffId};
use store::appointment_parts::NewPart;
use store::occupancy::TimeClaim;

/// One way to hold an appointment.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// Who takes part, and when; nobody in a Simple calendar.
    pub(crate) parts: Vec<NewPart>,
    /// The time that it takes.
    pub(crate) places: Vec<TimeClaim>,
    /// Why they, for staff; may be empty.
    pub(crate) reason: String,
    /// Whether the hosts' calendars are asked before. Later seats of a session only need the session to be live.
    pub(super) is_checked: bool,
}

/// What is settled on: when, and how it is held.
#[derive(Debug)]
pub(crate) struct Placement {
    pub(crate) slot: Slot,
    pub(crate) candidate: Candidate,
    /// The codes of what is in the way, when a staff member wants it in spite of that.
    pub(crate) overridden: Option<Vec<Reason>>,
    /// Somebody was faster before, or holds that ended are in the way.
    pub(crate) is_contended: bool,
}

impl Candidate {
    /// The first of those who take part.
    pub(crate) fn lead(&self) -> Option<StaffId> {
        self.parts.first().map(|part| part.host_id)
    }

    /// Whose calendars have to be free, and when.
    pub(crate) fn to_check(&self) -> impl Iterator<Item = (StaffId, Interval)> {
        let hosts: BTreeSet<StaffId> = self.parts.iter().map(|part| part.host_id).collect();
        self.places
            .iter()
            .filter(|_| self.is_checked)
            .filter_map(move |place| {
                let host = place.owner.staff().filter(|host| hosts.contains(host))?;
                Some((host, Interval::new(place.from, place.to)))
            })
    }

    /// Both at once.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.parts.extend(other.parts);
        self.places.extend(other.places);
        self.is_checked |= other.is_checked;
        self
    }

    /// The same, whatever is there already.
    pub(crate) fn overriding(mut self) -> Self {
        for place in &mut self.places {
            place.overriding = true;
        }
        self.is_checked = false;
        self
    }
}
