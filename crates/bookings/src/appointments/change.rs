//! Cancelling appointments, and setting their status. Every change reaches the calendars by the same transaction's outbox (D3).

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};
use store::appointments::Appointment;
use store::{
    AppointmentStatus as Status, Cancellation, MessageKind, Party, ReadTx, StoreError, WriteTx, appointments,
    locks, occupancy,
};

use super::actor::{Actor, OpenedAppointment, check_may, record};
use super::find::{calendar_of, hosts_of};
use super::view::next_statuses;
use crate::error::{Error, Missing, Preserved, Refusal, TakenBy};
use crate::problem::TextName;
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::validate::{NAME_LIMIT, Validator};
use crate::versions::{Differences, Editor};
use crate::{classes, notifications, outbox};

/// Cancels an appointment. Nothing happens if it is cancelled already.
pub async fn cancel(quince: &Quince, actor: &Actor, reason: &str) -> Result<(), Error> {
    cancel_having_seen(quince, actor, None, reason).await
}

/// Like [`cancel`], by a staff member, whose form may show an earlier version.
pub async fn cancel_as_staff(
    quince: &Quince,
    by: impl Into<Editor>,
    id: AppointmentId,
    reason: &str,
) -> Result<(), Error> {
    let Editor { staff, seen } = by.into();
    let actor = Actor::Staff {
        id: staff,
        appointment: id,
    };
    cancel_having_seen(quince, &actor, seen, reason).await
}

async fn cancel_having_seen(
    quince: &Quince,
    actor: &Actor,
    seen: Option<i64>,
    reason: &str,
) -> Result<(), Error> {
    let mut checked = Validator::default();
    let reason = checked.line("reason", TextName::Reason, reason, NAME_LIMIT);
    checked.finish()?;
    retried_if_lost(|| cancel_once(quince, actor, seen, &reason)).await?;
    quince.wake();
    Ok(())
}

async fn cancel_once(quince: &Quince, actor: &Actor, seen: Option<i64>, reason: &str) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = actor.open(&mut tx, now).await?;
    if opened.appointment.status == Status::Cancelled {
        return Ok(());
    }
    opened.compare(&mut tx, seen, now).await?;
    // An unconfirmed booking can always be cancelled, as nobody was informed of it.
    if !opened.appointment.is_unconfirmed() {
        check_may(&opened, opened.calendar.settings.rules.cancel_cutoff, now)?;
    }
    let cancellation = opened.cancellation(reason, now);
    change_status(
        quince,
        &mut tx,
        &opened,
        Status::Cancelled,
        Some(&cancellation),
        Recipients::All,
        now,
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Sets the status of an appointment, for its hosts, for the staff member who booked it, and for admins. Its time is released when the
/// status becomes inactive, and claimed again when it becomes active.
pub async fn set_status(
    quince: &Quince,
    by: impl Into<Editor>,
    id: AppointmentId,
    status: Status,
) -> Result<(), Error> {
    let Editor { staff, seen } = by.into();
    let actor = Actor::Staff {
        id: staff,
        appointment: id,
    };
    if status == Status::Cancelled {
        return cancel_having_seen(quince, &actor, seen, "").await;
    }
    retried_if_lost(|| set_status_once(quince, &actor, seen, status)).await?;
    quince.wake();
    Ok(())
}

async fn set_status_once(
    quince: &Quince,
    actor: &Actor,
    seen: Option<i64>,
    status: Status,
) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = actor.open(&mut tx, now).await?;
    if opened.appointment.status == status {
        return Ok(());
    }
    opened.compare(&mut tx, seen, now).await?;
    if opened.appointment.status == Status::Cancelled {
        return Err(Refusal::Inactive(Status::Cancelled).into());
    }
    let has_begun = opened.appointment.starts_at <= now;
    if !next_statuses(opened.appointment.status, has_begun).contains(&status) {
        return Err(Refusal::StatusNotNow.into());
    }
    change_status(quince, &mut tx, &opened, status, None, Recipients::All, now).await?;
    Ok(tx.commit().await?)
}

/// Cancels a stranger's booking, regardless of the cut-off, and deletes its mails that are not claimed yet. Returns false if the
/// appointment is inactive or has begun.
pub(crate) async fn undo_booking(
    quince: &Quince,
    id: AppointmentId,
    by: StaffId,
    notify_client: bool,
) -> Result<bool, Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let Some(known) = appointments::find(&mut tx, id).await? else {
        return Ok(false);
    };
    tx.lock(classes::locks_of(&known)).await?;
    let Some(appointment) = appointments::find(&mut tx, id).await? else {
        return Ok(false);
    };
    if !appointment.status.is_active() || appointment.starts_at <= now {
        return Ok(false);
    }
    let opened = OpenedAppointment {
        calendar: calendar_of(&mut tx, &appointment).await?,
        appointment,
        by: Party::Staff(by),
    };
    for mail in store::messages::all_unclaimed(&mut tx, id).await? {
        store::messages::delete(&mut tx, mail.id).await?;
    }
    let cancellation = opened.cancellation("", now);
    let recipients = if notify_client {
        Recipients::Client
    } else {
        Recipients::Nobody
    };
    change_status(
        quince,
        &mut tx,
        &opened,
        Status::Cancelled,
        Some(&cancellation),
        recipients,
        now,
    )
    .await?;
    tx.commit().await?;
    Ok(true)
}

/// Who is informed of a change by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Recipients {
    All,
    Client,
    Nobody,
}

/// Sets the status of an appointment, and updates its occupancy, events and reminders. No mail about the change itself is enqueued.
/// Returns the changed appointment, and the hosts who need no mail about a cancellation because they do not know of the appointment yet.
pub(super) async fn apply_status(
    quince: &Quince,
    tx: &mut WriteTx,
    opened: &OpenedAppointment,
    status: Status,
    cancellation: Option<&Cancellation>,
    now: Timestamp,
) -> Result<(Appointment, Vec<StaffId>), Error> {
    let old = &opened.appointment;
    // The row is updated first: on Postgres, a concurrent move then ends before the time is released.
    appointments::set_status(tx, old.id, status, cancellation, now).await?;
    let changed = appointments::find(tx, old.id)
        .await?
        .ok_or(Error::NotFound(Missing::Appointment))?;
    match (old.status.is_active(), status.is_active()) {
        (true, false) => {
            let locked = occupancy::lock_to_release(tx, changed.id).await?;
            occupancy::release(tx, &locked, changed.id).await?;
            if let Some(session) = changed.session_id {
                // Before the event is synced, so that a session's event stays when only clients from the waiting list come.
                classes::promote(quince, tx, session, now).await?;
            }
        }
        (false, true) => {
            let claims = classes::claims_again(tx, &opened.calendar, &changed).await?;
            let locked = locks::owners(tx, claims.iter().map(|claim| claim.owner)).await?;
            match occupancy::claim(tx, &locked, &claims, changed.id, changed.seats(), now).await {
                Err(StoreError::SlotTaken) => return Err(reclaim_error(tx, opened, &changed, now).await?),
                other => other?,
            }
        }
        _ => {}
    }
    outbox::sync_events(tx, &changed, now).await?;
    let mut unnotified = Vec::new();
    if old.status.is_active() != status.is_active() {
        notifications::replace_reminders(tx, &changed, now).await?;
        unnotified = notifications::changes::withdraw(tx, changed.id, now).await?;
    }
    Ok((changed, unnotified))
}

/// Returns the error for an appointment whose time cannot be claimed again.
async fn reclaim_error(
    tx: &mut ReadTx,
    opened: &OpenedAppointment,
    changed: &Appointment,
    now: Timestamp,
) -> Result<Error, StoreError> {
    let left = match changed.session_id {
        Some(_) => classes::free_seats(tx, &opened.calendar, changed, now).await?,
        None => u32::MAX,
    };
    let by = if left < changed.seats() {
        TakenBy::Seats { left }
    } else {
        TakenBy::Host
    };
    Ok(Error::SlotTaken {
        by,
        preserved: Preserved::Appointment,
    })
}

/// Returns the hosts to inform of a cancellation; none if all hosts are unaware of the appointment.
pub(super) async fn hosts_to_notify(
    tx: &mut ReadTx,
    id: AppointmentId,
    unnotified: &[StaffId],
) -> Result<Option<Vec<StaffId>>, StoreError> {
    let mut hosts = hosts_of(tx, id).await?;
    if !hosts.is_empty() && hosts.iter().all(|host| unnotified.contains(host)) {
        return Ok(None);
    }
    hosts.retain(|host| !unnotified.contains(host));
    Ok(Some(hosts))
}

/// Returns the kind of mail by which the client is informed of a cancellation.
pub(super) fn cancellation_kind(opened: &OpenedAppointment) -> MessageKind {
    if opened.appointment.status == Status::New && opened.by != Party::Client {
        MessageKind::ClientDeclined
    } else {
        MessageKind::ClientCancelled
    }
}

async fn change_status(
    quince: &Quince,
    tx: &mut WriteTx,
    opened: &OpenedAppointment,
    status: Status,
    cancellation: Option<&Cancellation>,
    recipients: Recipients,
    now: Timestamp,
) -> Result<(), Error> {
    let old = &opened.appointment;
    let differences = Differences::status(old.status, status);
    record(tx, old.id, opened.author(None), &differences, now).await?;
    let (changed, unnotified) = apply_status(quince, tx, opened, status, cancellation, now).await?;
    if old.is_unconfirmed() {
        return match status {
            Status::Confirmed => super::unconfirmed::notify(tx, old.id, opened.by.staff(), now).await,
            _ => Ok(()),
        };
    }
    if recipients == Recipients::Nobody {
        return Ok(());
    }
    match (old.status, status) {
        (_, Status::Cancelled) => {
            notifications::enqueue(tx, &changed, cancellation_kind(opened), now).await?;
            if recipients == Recipients::Client {
                return Ok(());
            }
            let Some(hosts) = hosts_to_notify(tx, changed.id, &unnotified).await? else {
                return Ok(());
            };
            notifications::enqueue_for_hosts(
                tx,
                &changed,
                hosts,
                opened.by.staff(),
                MessageKind::HostCancelled,
                now,
            )
            .await?;
        }
        // An invalid appointment is shown as cancelled on the client's page, and may never have been confirmed.
        (Status::New | Status::Invalid, Status::Confirmed) => {
            notifications::enqueue(tx, &changed, MessageKind::ClientBooked, now).await?;
        }
        _ => {}
    }
    Ok(())
}

/// Enqueues the write of an appointment's events again after one was changed or deleted in iCloud, or a write failed (D4).
pub async fn write_again(quince: &Quince, by: StaffId, id: AppointmentId) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = Actor::Staff {
        id: by,
        appointment: id,
    }
    .open(&mut tx, now)
    .await?;
    if !opened.appointment.status.is_active() {
        return Err(Refusal::Inactive(opened.appointment.status).into());
    }
    outbox::sync_events(&mut tx, &opened.appointment, now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}
