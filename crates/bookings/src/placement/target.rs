//! A start for an appointment.

use jiff::Timestamp;
use scheduling::{Refusal, Slot, StaffId};

use super::on_conflict::OnConflict;
use crate::availability::input::AvailabilityInput;

/// A start for an appointment.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) context: AvailabilityInput,
    pub(crate) start: Timestamp,
    /// Who holds it already and keeps it if they are free.
    pub(crate) preferred: Option<StaffId>,
    /// What a staff member wants who may know what is in the way; nothing for clients.
    pub(crate) staff: Option<OnConflict>,
    /// As it is offered now; else what is in the way.
    pub(crate) offer: Result<Slot, Vec<Refusal>>,
}
