//! Claiming a candidate's time, with the rooms and equipment that it needs.

use jiff::Timestamp;
use store::appointments::Appointment;
use store::holds::VisitorId;
use store::occupancy::{self, Holds};
use store::{ReadTx, StoreError, WriteTx, locks};

use super::candidate::Candidate;
use crate::services;

/// Claims the time of a new appointment for a visitor, whose own hold gives way.
///
/// # Errors
/// [`StoreError::SlotTaken`] if some of the time is taken; the transaction must then be abandoned.
pub(crate) async fn claim_new(
    tx: &mut WriteTx,
    candidate: &Candidate,
    appointment: &Appointment,
    now: Timestamp,
    (visitor, holds): (Option<VisitorId>, Holds),
) -> Result<(), StoreError> {
    let (claims, seats) = (&candidate.claims, appointment.seats());
    let locked = occupancy::lock_to_claim(tx, claims, now, (visitor, holds)).await?;
    occupancy::claim_held(tx, &locked, claims, appointment.id, seats, now, visitor).await?;
    check_units_exist(tx, candidate).await
}

/// Claims other time for an appointment, instead of what it has.
///
/// # Errors
/// [`StoreError::SlotTaken`] if some of the time is taken.
pub(crate) async fn claim_instead(
    tx: &mut WriteTx,
    candidate: &Candidate,
    appointment: &Appointment,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (claims, seats) = (&candidate.claims, appointment.seats());
    let locked = occupancy::lock_to_relocate(tx, appointment.id, claims).await?;
    occupancy::relocate(tx, &locked, claims, appointment.id, seats, now).await?;
    check_units_exist(tx, candidate).await
}

/// Claims the time if all of it is free. Returns false if not; the transaction can go on.
pub(crate) async fn claim_if_free(
    tx: &mut WriteTx,
    candidate: &Candidate,
    appointment: &Appointment,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let claims = &candidate.claims;
    let locked = locks::owners(tx, claims.iter().map(|claim| claim.owner)).await?;
    match occupancy::claim(tx, &locked, claims, appointment.id, appointment.seats(), now).await {
        Err(StoreError::SlotTaken) => Ok(false),
        other => other.map(|()| true),
    }
}

/// Checks that the units still exist: rooms and equipment that were removed meanwhile count as taken.
async fn check_units_exist(tx: &mut ReadTx, candidate: &Candidate) -> Result<(), StoreError> {
    if services::resources_exist(tx, &candidate.parts).await? {
        Ok(())
    } else {
        Err(StoreError::SlotTaken)
    }
}
