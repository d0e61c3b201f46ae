//! Appointments to come that an event in a host's calendar collides with. Quince leaves them as they are: whether the appointment
//! moves or the event does is for people to say.

use std::collections::BTreeSet;

use ical::{Blocks, FreeReason};
use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};
use store::collisions::{self, FreeWords};
use store::{ReadTx, StoreError};

/// Which events take no time, in the words that are stored for them.
pub(crate) fn free_words() -> FreeWords {
    let always = [
        Blocks::Free(FreeReason::Transparent),
        Blocks::Free(FreeReason::Cancelled),
        Blocks::Free(FreeReason::Declined),
    ];
    FreeWords {
        always: always.map(Blocks::word),
        all_day: Blocks::AllDayDefault.word(),
    }
}

/// Those of these appointments that are collided with, each with the host who has the event.
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
        collisions::of(tx, appointments, free_words(), now)
            .await
            .map(Self)
    }

    /// The hosts of an appointment who have an event then.
    pub(crate) fn hosts(&self, appointment: AppointmentId) -> impl Iterator<Item = StaffId> {
        let of_it = self.0.iter().filter(move |(id, _)| *id == appointment);
        of_it.map(|(_, host)| *host)
    }
}

/// What is said of an appointment whose hosts of these names have an event then; nothing when nobody has.
pub(crate) fn sentence(names: &str) -> Option<String> {
    let have = if names.contains(", ") { "have" } else { "has" };
    (!names.is_empty()).then(|| {
        format!(
            "{names} {have} an event in a calendar at this time. The appointment stands, and its client knows nothing of it. Move one \
             of the two, or show the event as free in its calendar if it takes no time."
        )
    })
}
