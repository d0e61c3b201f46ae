//! Deleting appointments (D3): the row goes at once with all that belongs to it, and the writes that remove its events stay until they
//! are done. What is left is a line in the record of changes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};
use serde::{Deserialize, Serialize};
use store::appointments::{Appointment, CalledOff};
use store::changes::{self, Change};
use store::{
    AppointmentStatus as Status, ChangeDeed, ChangeSubject, ReadTx, StoreError, WriteState, WriteTx,
    appointments, event_writes, staff,
};

use super::change::{Actor, Opened, aware_hosts, calling_off, follow_status};
use crate::accounts::is_admin;
use crate::error::{Deed, Error, Missing};
use crate::notifications;
use crate::outbox::urgency;
use crate::problem::Internal;
use crate::quince::Quince;
use crate::retry::retried_if_lost;

/// Most deleted appointments that a page shows.
const SHOWN: u32 = 100;

/// What the record keeps of an appointment: enough to know which it was, and nothing by which its client can be reached.
#[derive(Debug, Serialize, Deserialize)]
struct Trace {
    client: String,
    calendar: String,
    start: Timestamp,
    end: Timestamp,
}

/// An appointment that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The client's name.
    pub name: String,
    /// The name of the booking calendar.
    pub calendar_name: String,
    /// The meeting's start.
    pub start: Timestamp,
    /// The meeting's end.
    pub end: Timestamp,
    /// Who deleted it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// How the removal of its events stands, where one is not done yet, and why.
    pub still_written: Option<(WriteState, Option<String>)>,
}

/// Deletes an appointment, for its hosts, for the staff member who booked it, and for admins. Its time is given back, whoever waits
/// gets it, and its event is removed. If `tell_client` says so, the client of one that takes place is told that it was cancelled;
/// hosts are told of one to come. Doing it twice is as good as once.
pub async fn delete(quince: &Quince, by: StaffId, id: AppointmentId, tell_client: bool) -> Result<(), Error> {
    retried_if_lost(|| try_to_delete(quince, by, id, tell_client)).await?;
    quince.wake();
    Ok(())
}

async fn try_to_delete(
    quince: &Quince,
    by: StaffId,
    id: AppointmentId,
    tell_client: bool,
) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let actor = Actor::Staff {
        id: by,
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
    if opened.appointment.status != Status::Cancelled {
        call_off(quince, &mut tx, &opened, tell_client, now).await?;
    }
    record(&mut tx, &opened, now).await?;
    notifications::deleted::keep_waiting(quince, &mut tx, id).await?;
    event_writes::forget_texts(&mut tx, id, opened.appointment.session_id).await?;
    appointments::delete(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// Lets it take place no longer, as when it is cancelled. The mails about that hold all they need, as it is gone when they are sent.
async fn call_off(
    quince: &Quince,
    tx: &mut WriteTx,
    opened: &Opened,
    tell_client: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let old = &opened.appointment;
    let called_off = CalledOff {
        by: &opened.by,
        reason: None,
    };
    let (gone, unaware) = follow_status(quince, tx, opened, Status::Cancelled, Some(called_off), now).await?;
    // Of one that does not take place everybody was told, and of one that waits for its client nobody was.
    if !old.status.is_active() || old.is_unconfirmed() {
        return Ok(());
    }
    if tell_client {
        notifications::deleted::enqueue(quince, tx, &gone, calling_off(opened), now).await?;
    }
    if old.ends_at > now
        && let Some(hosts) = aware_hosts(tx, gone.id, &unaware).await?
    {
        notifications::deleted::enqueue_for_hosts(quince, tx, &gone, hosts, opened.staff, now).await?;
    }
    Ok(())
}

async fn record(tx: &mut WriteTx, opened: &Opened, now: Timestamp) -> Result<(), Error> {
    let Appointment {
        id,
        name,
        starts_at,
        ends_at,
        ..
    } = &opened.appointment;
    let trace = Trace {
        client: name.clone(),
        calendar: opened.calendar.name.clone(),
        start: *starts_at,
        end: *ends_at,
    };
    let version = changes::version(tx, ChangeSubject::Appointment, id.0).await? + 1;
    let change = Change {
        subject: ChangeSubject::Appointment,
        subject_id: id.0,
        version,
        deed: ChangeDeed::Deleted,
        staff_id: opened.staff,
        staff_name: opened.by.clone(),
        at: now,
        details: serde_json::to_string(&trace).map_err(Internal::because)?,
    };
    if changes::record(tx, &change).await? {
        // They tell how the client could be reached.
        changes::forget_before_deletion(tx, change.subject, change.subject_id).await?;
        return Ok(());
    }
    Err(Internal::because("a change of an appointment was recorded while it was locked").into())
}

/// The appointments that were deleted last, for owners and admins.
pub async fn deleted_lately(quince: &Quince, viewer: StaffId) -> Result<Vec<Deleted>, Error> {
    let mut tx = quince.store().read().await?;
    let me = staff::find(&mut tx, viewer)
        .await?
        .ok_or(Error::NotAllowed(Deed::Administer))?;
    if !is_admin(me.role) {
        return Err(Error::NotAllowed(Deed::Administer));
    }
    let found = changes::deleted(&mut tx, ChangeSubject::Appointment, SHOWN).await?;
    let mut unsettled = still_written(&mut tx, &found).await?;
    let deleted = |change: Change| {
        let trace: Trace = serde_json::from_str(&change.details).map_err(Internal::because)?;
        Ok(Deleted {
            name: trace.client,
            calendar_name: trace.calendar,
            start: trace.start,
            end: trace.end,
            by: change.staff_name,
            at: change.at,
            still_written: unsettled.remove(&AppointmentId(change.subject_id)),
        })
    };
    found.into_iter().map(deleted).collect()
}

/// Of appointments with events that are still to be removed, the one that most needs looking at.
async fn still_written(
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
