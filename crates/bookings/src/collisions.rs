//! Future appointments that collide with an event in a host's calendar. Quince does not change them: people decide whether to move the
//! appointment or the event.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};
use store::{ReadTx, StoreError, collisions};

use crate::busy_status;

/// The colliding appointments among some, each with the host whose event it is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collisions(BTreeSet<(AppointmentId, StaffId)>);

impl Collisions {
    pub(crate) async fn of(
        tx: &mut ReadTx,
        appointments: &[AppointmentId],
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        if appointments.is_empty() {
            return Ok(Self::default());
        }
        collisions::of(tx, appointments, busy_status::FREE, now)
            .await
            .map(Self)
    }

    /// Returns the hosts of an appointment who have a colliding event.
    pub(crate) fn hosts(&self, appointment: AppointmentId) -> impl Iterator<Item = StaffId> {
        let of_it = self.0.iter().filter(move |(id, _)| *id == appointment);
        of_it.map(|(_, host)| *host)
    }
}

/// Returns the sentence about an appointment whose hosts of these names, separated by commas, have a colliding event. Returns `None` if
/// `names` is empty.
pub(crate) fn sentence(names: &str) -> Option<String> {
    let have = if names.contains(", ") { "have" } else { "has" };
    (!names.is_empty()).then(|| {
        format!(
            "{names} {have} an event in a calendar at this time. The appointment stands, and its client knows nothing of it. Move one \
             of the two, or show the event as free in its calendar if it takes no time."
        )
    })
}
