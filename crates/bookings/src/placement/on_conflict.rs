//! What a staff member wants to happen at a time that is not on offer.

/// What a staff member wants to happen at a time that is not on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConflict {
    /// It is refused with the reason.
    Refuse,
    /// It is booked all the same, and the reason is recorded with the appointment.
    Override,
}
