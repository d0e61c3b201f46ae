//! What to do when a staff member's chosen time is not on offer.

/// What to do when a staff member's chosen time is not on offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnConflict {
    /// Refuse with the reasons.
    Refuse,
    /// Book it nevertheless, and record the reasons with the appointment.
    Override,
}
