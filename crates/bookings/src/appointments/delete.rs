//! Deleting appointments (D3): the row and all that belongs to it are deleted at once, and the writes that remove its events stay until
//! they are done. An entry in the change log remains.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};
use serde::{Deserialize, Serialize};
use store::appointments::Appointment;
use store::changes::{self, Change};
use store::locks::Lock;
use store::{
    AppointmentStatus as Status, ChangeSubject, ReadTx, StoreError, WriteAction, WriteState, WriteTx,
    appointments, event_writes, staff,
};

use super::actor::{Actor, OpenedAppointment};
use super::change::{apply_status, cancellation_kind, hosts_to_notify};
use crate::accounts::is_admin;
use crate::error::{Error, Missing, Permission, Refusal};
use crate::notifications;
use crate::outbox::urgency;
use crate::people::names;
use crate::problem::Internal;
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::versions::{self, Editor, Versioned};

/// Maximum number of deleted appointments on a page.
const LIST_LIMIT: u32 = 100;

/// What the change log keeps of a deleted appointment: enough to identify it, and no contact data of its client.
#[derive(Debug, Serialize, Deserialize)]
struct DeletionRecord {
    client: String,
    calendar: String,
    start: Timestamp,
    end: Timestamp,
}

/// An appointment that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The appointment.
    pub id: AppointmentId,
    /// The client's name.
    pub name: String,
    /// The name of the booking calendar.
    pub calendar_name: String,
    /// The meeting's start.
    pub start: Timestamp,
    /// The meeting's end.
    pub end: Timestamp,
    /// The name of who deleted it.
    pub by: String,
    /// When it was deleted.
    pub at: Timestamp,
    /// State and problem of the removal of its events, if one is not done yet.
    pub pending_removal: Option<(WriteState, Option<String>)>,
}

/// Deletes an appointment, for its hosts, for the staff member who booked it, and for admins. Its time is released and offered to the
/// waiting list, and its events are removed. With `notify_client`, the client of an active one is informed that it was cancelled; the hosts
/// are informed if it has not ended. Nothing happens if it is deleted already.
///
/// # Errors
/// [`Error::Conflict`] if somebody changed it since its page was loaded.
pub async fn delete(
    quince: &Quince,
    by: impl Into<Editor>,
    id: AppointmentId,
    notify_client: bool,
) -> Result<(), Error> {
    let by = by.into();
    retried_if_lost(|| delete_once(quince, by, id, notify_client)).await?;
    quince.wake();
    Ok(())
}

async fn delete_once(
    quince: &Quince,
    by: Editor,
    id: AppointmentId,
    notify_client: bool,
) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let actor = Actor::Staff {
        id: by.staff,
        appointment: id,
    };
    let opened = match actor.open(&mut tx, now).await {
        Err(Error::NotFound(Missing::Appointment))
            if changes::is_deleted(&mut tx, ChangeSubject::Appointment, id.0).await? =>
        {
            return Ok(());
        }
        other => other?,
    };
    record(&mut tx, &opened, by.seen, now).await?;
    if opened.appointment.status != Status::Cancelled {
        end_appointment(quince, &mut tx, &opened, notify_client, now).await?;
    }
    notifications::deleted::detach_waiting(quince, &mut tx, id).await?;
    event_writes::forget_texts(&mut tx, id, opened.appointment.session_id).await?;
    appointments::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// Ends an appointment like a cancellation. The mails about it hold all they need, because the row is gone when they are sent.
async fn end_appointment(
    quince: &Quince,
    tx: &mut WriteTx,
    opened: &OpenedAppointment,
    notify_client: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let old = &opened.appointment;
    let cancellation = opened.cancellation("", now);
    let (gone, unnotified) =
        apply_status(quince, tx, opened, Status::Cancelled, Some(&cancellation), now).await?;
    // Everybody knows that an inactive one does not take place, and nobody was informed of one that waits for its client.
    if !old.status.is_active() || old.is_unconfirmed() {
        return Ok(());
    }
    if notify_client {
        notifications::deleted::enqueue(quince, tx, &gone, cancellation_kind(opened), now).await?;
    }
    if old.ends_at > now
        && let Some(hosts) = hosts_to_notify(tx, gone.id, &unnotified).await?
    {
        notifications::deleted::enqueue_for_hosts(quince, tx, &gone, hosts, opened.by.staff(), now).await?;
    }
    Ok(())
}

async fn record(
    tx: &mut WriteTx,
    opened: &OpenedAppointment,
    seen: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    let Appointment {
        id,
        name,
        starts_at,
        ends_at,
        ..
    } = &opened.appointment;
    let deletion = DeletionRecord {
        client: name.clone(),
        calendar: opened.calendar.settings.name.clone(),
        start: *starts_at,
        end: *ends_at,
    };
    let deletion = serde_json::to_string(&deletion).map_err(Internal::because)?;
    let of = Versioned::appointment(*id);
    versions::delete(tx, of, opened.author(seen), Some(deletion), now).await?;
    // These entries may hold contact data of the client.
    Ok(changes::forget_before_deletion(tx, ChangeSubject::Appointment, id.0).await?)
}

/// What to do about an event whose removal was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovalDecision {
    /// Try again to remove it.
    Retry,
    /// Somebody removed it by hand.
    RemovedByHand,
}

/// Settles the removals that were given up for a deleted appointment, for owners and admins. Nothing happens if they are settled already.
pub async fn settle_removal(
    quince: &Quince,
    by: StaffId,
    id: AppointmentId,
    decision: RemovalDecision,
) -> Result<(), Error> {
    retried_if_lost(|| settle_removal_once(quince, by, id, decision)).await?;
    quince.wake();
    Ok(())
}

async fn settle_removal_once(
    quince: &Quince,
    by: StaffId,
    id: AppointmentId,
    decision: RemovalDecision,
) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    check_admin(&mut tx, by).await?;
    if !changes::is_deleted(&mut tx, ChangeSubject::Appointment, id.0).await? {
        return Err(Refusal::NothingToRemove.into());
    }
    let writes = event_writes::all_of_appointments(&mut tx, &[id]).await?;
    tx.lock(writes.iter().map(|write| Lock::Owner(write.host_id.into())))
        .await?;
    for write in event_writes::all_of_appointments(&mut tx, &[id]).await? {
        match decision {
            _ if write.state != WriteState::Failed => {}
            RemovalDecision::Retry => {
                event_writes::enqueue(&mut tx, write.id, WriteAction::Delete, now).await?;
            }
            RemovalDecision::RemovedByHand => {
                event_writes::set_state(&mut tx, write.id, WriteState::Removed, None, now).await?;
            }
        }
    }
    Ok(tx.commit().await?)
}

async fn check_admin(tx: &mut ReadTx, who: StaffId) -> Result<(), Error> {
    match staff::find(tx, who).await? {
        Some(me) if is_admin(me.account.role) => Ok(()),
        _ => Err(Permission::Administer.into()),
    }
}

/// Returns the most recently deleted appointments, and earlier ones whose events are not removed yet, for owners and admins.
pub async fn deleted_lately(quince: &Quince, viewer: StaffId) -> Result<Vec<Deleted>, Error> {
    let mut tx = quince.store().read().await?;
    check_admin(&mut tx, viewer).await?;
    let mut found = changes::deleted(&mut tx, ChangeSubject::Appointment, LIST_LIMIT).await?;
    let unsettled = changes::deleted_but_written(&mut tx, LIST_LIMIT).await?;
    let earlier = unsettled
        .into_iter()
        .filter(|change| !found.iter().any(|shown| shown.subject_id == change.subject_id));
    let earlier: Vec<Change> = earlier.collect();
    found.extend(earlier);
    let mut unsettled = pending_removal(&mut tx, &found).await?;
    let people: Vec<StaffId> = found.iter().filter_map(|change| change.by.staff()).collect();
    let names = names(staff::list_of(&mut tx, &people).await?);
    let deleted = |change: Change| {
        let deletion: DeletionRecord = serde_json::from_str(&change.details).map_err(Internal::because)?;
        Ok(Deleted {
            id: AppointmentId(change.subject_id),
            name: deletion.client,
            calendar_name: deletion.calendar,
            start: deletion.start,
            end: deletion.end,
            by: change
                .by
                .staff()
                .and_then(|id| names.get(&id).cloned())
                .unwrap_or_default(),
            at: change.at,
            pending_removal: unsettled.remove(&AppointmentId(change.subject_id)),
        })
    };
    found.into_iter().map(deleted).collect()
}

/// Returns the removal that is not done yet for each appointment; of several, the most urgent.
async fn pending_removal(
    tx: &mut ReadTx,
    deleted: &[Change],
) -> Result<BTreeMap<AppointmentId, (WriteState, Option<String>)>, StoreError> {
    let ids: Vec<AppointmentId> = deleted
        .iter()
        .map(|change| AppointmentId(change.subject_id))
        .collect();
    let mut writes = event_writes::all_of_appointments(tx, &ids).await?;
    writes.retain(|write| matches!(write.state, WriteState::Waiting | WriteState::Failed));
    writes.sort_by_key(|write| urgency(write.state));
    let of_appointment = writes.into_iter().filter_map(|write| {
        let id = write.subject.appointment_id()?;
        Some((id, (write.state, write.problem)))
    });
    Ok(of_appointment.collect())
}
