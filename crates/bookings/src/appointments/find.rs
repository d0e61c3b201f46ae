//! Finding an appointment, and checking who may access it.

use jiff::{SignedDuration, Timestamp};
use scheduling::{AppointmentId, StaffId};
use store::appointments::{self, Appointment};
use store::booking_calendars::{self, BookingCalendar};
use store::{Party, ReadTx, StoreError, appointment_parts, staff};

use crate::accounts::is_admin;
use crate::error::{Error, Missing, Permission};
use crate::links;
use crate::problem::Internal;
use crate::quince::Quince;

/// How long a manage link works after the end of the appointment.
const LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(crate) async fn check_viewer(
    tx: &mut ReadTx,
    viewer: StaffId,
    appointment: &Appointment,
) -> Result<(), Error> {
    let me = staff::find(tx, viewer)
        .await?
        .ok_or(Error::NotAllowed(Permission::HandleAppointment))?;
    // A staff member who booked for a colleague can undo it.
    let own = appointment.booked_by == Party::Staff(viewer)
        || hosts_of(tx, appointment.id).await?.contains(&viewer);
    if !is_admin(me.account.role) && !own {
        return Err(Error::NotAllowed(Permission::HandleAppointment));
    }
    Ok(())
}

/// Finds the appointment of a manage link that has not expired.
pub(crate) async fn of_token(tx: &mut ReadTx, secret: &str, now: Timestamp) -> Result<Appointment, Error> {
    let found = appointments::find_by_token_hash(tx, &links::hash(secret.trim())).await?;
    let lives = |appointment: &Appointment| now.duration_since(appointment.ends_at) <= LINK_LIFETIME;
    found.filter(lives).ok_or(Error::NotFound(Missing::Appointment))
}

pub(crate) async fn calendar_of(
    tx: &mut ReadTx,
    appointment: &Appointment,
) -> Result<BookingCalendar, Internal> {
    let found = booking_calendars::find(tx, appointment.calendar_id).await?;
    found.ok_or_else(|| Internal::because("an appointment has no booking calendar"))
}

/// Returns the hosts of an appointment, each once, in order.
pub(crate) async fn hosts_of(tx: &mut ReadTx, id: AppointmentId) -> Result<Vec<StaffId>, StoreError> {
    let mut hosts = Vec::new();
    for part in appointment_parts::list(tx, &[id]).await? {
        if !hosts.contains(&part.host_id) {
            hosts.push(part.host_id);
        }
    }
    Ok(hosts)
}

/// Whether this is the proof that was mailed to the appointment's client.
pub(super) fn is_mailed(quince: &Quince, appointment: &Appointment, proof: &str) -> Result<bool, Internal> {
    let right = links::mailed(quince, appointment.id, &appointment.email)?;
    // Comparing hashes reveals nothing by the time that it takes.
    Ok(links::hash(proof.trim()) == links::hash(&right))
}
