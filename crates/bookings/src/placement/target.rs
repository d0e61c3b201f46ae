//! The target of a placement.

use jiff::Timestamp;
use scheduling::{Refusal, Slot, StaffId};

use super::on_conflict::OnConflict;
use crate::availability::input::AvailabilityInput;

/// The requested start of an appointment, with what determines its availability.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) input: AvailabilityInput,
    pub(crate) start: Timestamp,
    /// The present host, who keeps the appointment if free.
    pub(crate) preferred: Option<StaffId>,
    /// What to do on a conflict, for a staff member; none for clients.
    pub(crate) staff: Option<OnConflict>,
    /// The slot if the start is on offer; otherwise the reasons why not.
    pub(crate) offer: Result<Slot, Vec<Refusal>>,
}
