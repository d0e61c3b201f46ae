//! Bookings that the client has to confirm by a mail's link. Until then the time is kept for some minutes, nobody is informed, and no event
//! is written.

use crate::error::{Error, Missing, Refusal};
use jiff::{SignedDuration, Timestamp};
use scheduling::{AppointmentId, StaffId};
use store::appointment_parts::{NewPart, Part};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::{
    AppointmentStatus as Status, Cancellation, MessageKind, WriteTx, appointment_parts, appointments,
    occupancy, staff, strangers,
};

use super::actor::{Actor, record};
use super::find::{hosts_of, is_mailed};
use crate::problem::Internal;
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::versions::Differences;
use crate::{classes, notifications, outbox};

/// How long the time of an unconfirmed booking is kept, in minutes.
pub const CONFIRM_MINUTES: i64 = 15;

/// Returns the deadline for confirming a booking that is made now.
pub(super) fn confirmation_deadline(now: Timestamp) -> Timestamp {
    now.checked_add(SignedDuration::from_mins(CONFIRM_MINUTES))
        .unwrap_or(now)
}

/// Confirms a booking with the proof from its mail's link. Nothing happens if it is confirmed already.
pub async fn confirm_by_mail(quince: &Quince, token: &str, proof: &str) -> Result<(), Error> {
    retried_if_lost(|| confirm_once(quince, token, proof)).await
}

async fn confirm_once(quince: &Quince, token: &str, proof: &str) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let actor = Actor::Client {
        token: token.to_owned(),
    };
    let opened = actor.open(&mut tx, now).await?;
    let booked = &opened.appointment;
    if !is_mailed(quince, booked, proof)? {
        return Err(Error::NotFound(Missing::Appointment));
    }
    match booked.unconfirmed_until {
        None if booked.status.is_active() => return Ok(()),
        Some(until) if booked.is_unconfirmed() && now < until => {}
        Some(_) if booked.is_unconfirmed() || has_expired(booked) => {
            return Err(Refusal::NotConfirmedInTime.into());
        }
        _ => return Err(Refusal::Inactive(booked.status).into()),
    }
    let status = status_of(&opened.calendar);
    let differences = Differences::status(booked.status, status);
    record(&mut tx, booked.id, opened.author(None), &differences, now).await?;
    appointments::set_status(&mut tx, booked.id, status, None, now).await?;
    notify(&mut tx, booked.id, None, now).await?;
    // Last, so that two bookings with one address do not wait for each other's remaining work.
    strangers::confirm_address(&mut tx, &booked.email, now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}

fn status_of(calendar: &BookingCalendar) -> Status {
    if calendar.settings.auto_confirm {
        Status::Confirmed
    } else {
        Status::New
    }
}

/// Enqueues event writes and mails for a booking that was just confirmed, as for a new one.
pub(super) async fn notify(
    tx: &mut WriteTx,
    id: AppointmentId,
    by: Option<StaffId>,
    now: Timestamp,
) -> Result<(), Error> {
    let booked = appointments::find(tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::Appointment))?;
    outbox::sync_events(tx, &booked, now).await?;
    let parts = appointment_parts::list(tx, &[id]).await?;
    let parts: Vec<NewPart> = parts.iter().map(Part::to_new).collect();
    let hosts = hosts_of(tx, id).await?;
    let hosts = staff::list_of(tx, &hosts).await?;
    Ok(
        notifications::enqueue_booked(tx, &booked, &parts, (&hosts, by), MessageKind::ClientBooked, now)
            .await?,
    )
}

/// Cancels a booking whose confirmation is overdue, or whose deadline is later than `longest`, and releases its time.
pub(crate) async fn expire(quince: &Quince, id: AppointmentId, longest: Timestamp) -> Result<(), Internal> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let Some(known) = appointments::find(&mut tx, id).await? else {
        return Ok(());
    };
    tx.lock(classes::locks_of(&known)).await?;
    let found: Option<Appointment> = appointments::find(&mut tx, id).await?;
    let is_over = |until: Timestamp| until <= now || until > longest;
    let Some(booked) =
        found.filter(|found| found.is_unconfirmed() && found.unconfirmed_until.is_some_and(is_over))
    else {
        return Ok(());
    };
    let cancellation = Cancellation {
        at: now,
        by: None,
        reason: Some("It was not confirmed by mail in time.".to_owned()),
    };
    appointments::set_status(&mut tx, id, Status::Cancelled, Some(&cancellation), now).await?;
    let locked = occupancy::lock_to_release(&mut tx, id).await?;
    occupancy::release(&mut tx, &locked, id).await?;
    if let Some(session) = booked.session_id {
        classes::promote(quince, &mut tx, session, now).await?;
    }
    tx.commit().await?;
    quince.wake();
    Ok(())
}

/// Whether the appointment was cancelled because it was not confirmed in time.
pub(super) fn has_expired(appointment: &Appointment) -> bool {
    appointment.status == Status::Cancelled
        && appointment.unconfirmed_until.is_some()
        && appointment
            .cancellation
            .as_ref()
            .is_some_and(|cancellation| cancellation.by.is_none())
}
