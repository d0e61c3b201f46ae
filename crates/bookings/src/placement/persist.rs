//! Storing a new appointment.

use store::appointments::{self, Appointment};
use store::strangers::Sender;
use store::{WriteTx, appointment_parts};

use super::candidate::Candidate;
use crate::links;
use crate::problem::Internal;
use crate::quince::Quince;

/// Stores an appointment whose time is claimed, with its parts. Returns the secret of the client's manage link.
pub(crate) async fn insert(
    quince: &Quince,
    tx: &mut WriteTx,
    appointment: &Appointment,
    candidate: &Candidate,
    sender: Option<&Sender>,
) -> Result<String, Internal> {
    let secret = links::manage(quince, appointment.id)?;
    appointments::insert(tx, appointment, &links::hash(&secret), sender).await?;
    appointment_parts::insert(tx, appointment.id, &candidate.parts).await?;
    Ok(secret)
}
