//! Finding an appointment, and who belongs to it.

use jiff::{SignedDuration, Timestamp};
use scheduling::{AppointmentId, StaffId};
use store::appointments::{self, Appointment};
use store::booking_calendars::{self, BookingCalendar};
use store::{Party, ReadTx, StoreError, appointment_parts, staff};

use crate::accounts::is_admin;
use crate::error::{Deed, Error, Missing};
use crate::links;
use crate::problem::Internal;
use crate::quince::Quince;

/// A manage link works until this long after the appointment.
const LINK_LIVES: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(crate) async fn check_viewer(
    tx: &mut ReadTx,
    viewer: StaffId,
    appointment: &Appointment,
) -> Result<(), Error> {
    let me = staff::find(tx, viewer)
        .await?
        .ok_or(Error::NotAllowed(Deed::HandleAppointment))?;
    // Who booked it for a colleague can undo it.
    let own = appointment.booked_by == Party::Staff(viewer)
        || hosts_of(tx, appointment.id).await?.contains(&viewer);
    if !is_admin(me.role) && !own {
        return Err(Error::NotAllowed(Deed::HandleAppointment));
    }
    Ok(())
}

/// The appointment of a link that has not expired.
pub(crate) async fn of_token(tx: &mut ReadTx, secret: &str, now: Timestamp) -> Result<Appointment, Error> {
    let found = appointments::find_by_token_hash(tx, &links::hash(secret.trim())).await?;
    let lives = |appointment: &Appointment| now.duration_since(appointment.ends_at) <= LINK_LIVES;
    found.filter(lives).ok_or(Error::NotFound(Missing::Appointment))
}

pub(crate) async fn calendar_of(
    tx: &mut ReadTx,
    appointment: &Appointment,
) -> Result<BookingCalendar, Internal> {
    let found = booking_calendars::find(tx, appointment.calendar_id).await?;
    found.ok_or_else(|| Internal::because("an appointment has no booking calendar"))
}

/// The hosts of an appointment, each once, in order.
pub(crate) async fn hosts_of(tx: &mut ReadTx, id: AppointmentId) -> Result<Vec<StaffId>, StoreError> {
    let mut hosts = Vec::new();
    for part in appointment_parts::list(tx, &[id]).await? {
        if !hosts.contains(&part.host_id) {
            hosts.push(part.host_id);
        }
    }
    Ok(hosts)
}

/// Whether this is the proof that was sent to the client of an appointment.
pub(super) fn is_mailed(quince: &Quince, appointment: &Appointment, proof: &str) -> Result<bool, Internal> {
    let right = links::mailed(quince, appointment.id, &appointment.email)?;
    // By their hashes, so that how long it takes tells nothing.
    Ok(links::hash(proof.trim()) == links::hash(&right))
}
