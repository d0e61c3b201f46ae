//! The outbox of calendar writes (D2, D3). A write is enqueued in the transaction of the change itself, and attempted afterwards until
//! it succeeds or is given up. It always carries the current state of the appointment.

mod content;
mod deliver;
mod uid;
mod view;
mod worker;

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};
use store::appointment_parts::NewPart;
use store::appointments::Appointment;
use store::event_writes::{self, EventWrite, NewEventWrite, Subject};
use store::locks::Lock;
use store::{
    AppointmentStatus as Status, ConnectionId, ConnectionState, ReadTx, RemoteCalendarId, SessionId,
    StoreError, WriteAction, WriteState, WriteTx, appointment_parts, appointments, class_sessions,
    connections, remote_calendars,
};
use uid::fresh_uid;

pub(crate) use deliver::Target;
pub use view::WriteView;
pub(crate) use view::{urgency, write_sentence};
pub(crate) use worker::{claim, work};

/// Whether an appointment of this status has an event. A no-show keeps its event.
fn has_event(status: Status) -> bool {
    !matches!(status, Status::Cancelled | Status::Invalid)
}

/// Enqueues the events of an appointment whose time was just claimed.
pub(crate) async fn create_events(
    tx: &mut WriteTx,
    appointment: &Appointment,
    parts: &[NewPart],
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(session) = appointment.session_id {
        return sync_session_event(tx, session, now).await;
    }
    for (position, part) in (0..).zip(parts) {
        let subject = Subject::Part(appointment.id, position);
        enqueue_new(tx, subject, part.host_id, now).await?;
    }
    Ok(())
}

/// Enqueues the writes that bring the hosts' calendars up to date with a changed appointment, or with the session of its seats.
pub(crate) async fn sync_events(
    tx: &mut WriteTx,
    appointment: &Appointment,
    now: Timestamp,
) -> Result<(), StoreError> {
    if let Some(session) = appointment.session_id {
        return sync_session_event(tx, session, now).await;
    }
    let mut parts = appointment_parts::list(tx, &[appointment.id]).await?;
    tx.lock(parts.iter().map(|part| Lock::Owner(part.host_id.into())))
        .await?;
    if !has_event(appointment.status) || appointment.is_unconfirmed() {
        parts.clear();
    }
    let mut live = event_writes::live_of_appointment(tx, appointment.id).await?;
    for part in parts {
        let subject = Subject::Part(appointment.id, part.position);
        let present = live.iter().position(|write| write.subject == subject);
        let present = present.map(|at| live.swap_remove(at));
        enqueue_put(tx, subject, part.host_id, present, now).await?;
    }
    for write in live {
        enqueue_removal(tx, &write, now).await?;
    }
    Ok(())
}

/// Enqueues the write that brings the host's calendar up to date after a session's participants changed or the session was cancelled.
pub(crate) async fn sync_session_event(
    tx: &mut WriteTx,
    id: SessionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(session) = class_sessions::find(tx, id).await? else {
        return Ok(());
    };
    tx.lock([Lock::Owner(session.host_id.into())]).await?;
    class_sessions::touch(tx, id, now).await?;
    let present = event_writes::live_of_session(tx, id).await?;
    let roster = appointments::roster_of_session(tx, id).await?;
    if session.cancellation.is_some() || roster.iter().all(Appointment::is_unconfirmed) {
        return match present {
            Some(write) => enqueue_removal(tx, &write, now).await,
            None => Ok(()),
        };
    }
    enqueue_put(tx, Subject::Session(id), session.host_id, present, now).await
}

/// Enqueues the subject's event: an update of the present event if that can be updated and is in the right calendar, otherwise a new
/// one.
async fn enqueue_put(
    tx: &mut WriteTx,
    subject: Subject,
    host: StaffId,
    present: Option<EventWrite>,
    now: Timestamp,
) -> Result<(), StoreError> {
    match present {
        Some(write)
            if write.host_id == host && is_usable(tx, &write).await? && !has_moved_on(tx, &write).await? =>
        {
            event_writes::enqueue(tx, write.id, WriteAction::Put, now).await
        }
        Some(write) => {
            retire(tx, &write, now).await?;
            enqueue_new(tx, subject, host, now).await
        }
        None => enqueue_new(tx, subject, host, now).await,
    }
}

/// Whether the event can be updated in place.
async fn is_usable(tx: &mut ReadTx, write: &EventWrite) -> Result<bool, StoreError> {
    if write.action != WriteAction::Put || !is_connected(tx, write.connection_id).await? {
        return Ok(false);
    }
    is_writable(tx, write.remote_calendar_id).await
}

async fn is_writable(tx: &mut ReadTx, calendar: Option<RemoteCalendarId>) -> Result<bool, StoreError> {
    let Some(id) = calendar else { return Ok(false) };
    let calendar = remote_calendars::find(tx, id).await?;
    Ok(calendar.is_some_and(|calendar| calendar.vanished_at.is_none() && calendar.writable))
}

/// Whether the host has chosen another primary calendar since. Events that were over at that time were left in the old calendar; they
/// move when their appointment changes.
async fn has_moved_on(tx: &mut ReadTx, write: &EventWrite) -> Result<bool, StoreError> {
    match remote_calendars::connected_primary(tx, write.host_id).await? {
        Some((_, primary)) if write.remote_calendar_id != Some(primary) => {
            is_writable(tx, Some(primary)).await
        }
        _ => Ok(false),
    }
}

async fn is_connected(tx: &mut ReadTx, connection: Option<ConnectionId>) -> Result<bool, StoreError> {
    let Some(id) = connection else { return Ok(false) };
    let found = connections::find(tx, id).await?;
    Ok(found.is_some_and(|connection| connection.state != ConnectionState::Disconnected))
}

/// Enqueues a new event in the host's primary calendar, or records that there is none.
async fn enqueue_new(
    tx: &mut WriteTx,
    subject: Subject,
    host: StaffId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let write = NewEventWrite {
        subject,
        host_id: host,
        uid: fresh_uid(),
    };
    event_writes::insert(tx, &write, now).await.map(drop)
}

/// Enqueues the removal of the subject's event. The write remains the subject's present one and shows that state.
async fn enqueue_removal(tx: &mut WriteTx, write: &EventWrite, now: Timestamp) -> Result<(), StoreError> {
    if write.action == WriteAction::Delete {
        return Ok(());
    }
    if write.remote_calendar_id.is_some() && is_connected(tx, write.connection_id).await? {
        event_writes::enqueue(tx, write.id, WriteAction::Delete, now).await
    } else {
        event_writes::set_state(tx, write.id, WriteState::Removed, None, now).await
    }
}

/// Like [`enqueue_removal`], but the write is replaced by another one for the same subject.
async fn retire(tx: &mut WriteTx, write: &EventWrite, now: Timestamp) -> Result<(), StoreError> {
    event_writes::retire(tx, write.id, now).await?;
    enqueue_removal(tx, write, now).await
}

/// Moves the events of all future appointments and sessions after a host chose another primary calendar. iCloud has no move, so they
/// are removed and written anew.
pub(crate) async fn primary_changed(
    tx: &mut WriteTx,
    host: StaffId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.lock([Lock::Owner(host.into())]).await?;
    let Some((connection, primary)) = remote_calendars::connected_primary(tx, host).await? else {
        return Ok(());
    };
    let primary_url = remote_calendars::find(tx, primary)
        .await?
        .map(|calendar| calendar.url);
    for (subject, write) in upcoming(tx, host, now).await? {
        let Some(write) = write else {
            enqueue_new(tx, subject, host, now).await?;
            continue;
        };
        if write.remote_calendar_id == Some(primary) {
            if write.state != WriteState::Written {
                event_writes::enqueue(tx, write.id, WriteAction::Put, now).await?;
            }
            continue;
        }
        let old_url = match write.remote_calendar_id {
            Some(old) => remote_calendars::find(tx, old)
                .await?
                .map(|calendar| calendar.url),
            None => None,
        };
        if old_url.is_some() && old_url == primary_url {
            // The same calendar through another connection: the event exists already and is found by its UID.
            event_writes::set_target(tx, write.id, Some(connection), Some(primary), &write.uid, now).await?;
            event_writes::enqueue(tx, write.id, WriteAction::Put, now).await?;
            continue;
        }
        retire(tx, &write, now).await?;
        enqueue_new(tx, subject, host, now).await?;
    }
    Ok(())
}

/// Returns everything from `now` on that has an event in a host's calendar, each with its present write.
async fn upcoming(
    tx: &mut ReadTx,
    host: StaffId,
    now: Timestamp,
) -> Result<Vec<(Subject, Option<EventWrite>)>, StoreError> {
    let mut subjects = Vec::new();
    let mut booked = appointments::future_of_host(tx, host, now).await?;
    booked.retain(|appointment| !appointment.is_unconfirmed());
    let ids: Vec<AppointmentId> = booked.iter().map(|appointment| appointment.id).collect();
    let mut writes = event_writes::list_for_appointments(tx, &ids).await?;
    for part in appointment_parts::list(tx, &ids).await? {
        if part.host_id == host {
            subjects.push(Subject::Part(part.appointment_id, part.position));
        }
    }
    for session in class_sessions::future_of_host(tx, host, now).await? {
        let attending = appointments::of_session(tx, session.id).await?;
        if !attending.iter().all(Appointment::is_unconfirmed) {
            subjects.push(Subject::Session(session.id));
            writes.extend(event_writes::live_of_session(tx, session.id).await?);
        }
    }
    let with_write = |subject: Subject| {
        let write = writes.iter().rev().find(|write| write.subject == subject);
        (subject, write.cloned())
    };
    Ok(subjects.into_iter().map(with_write).collect())
}

/// Takes the lock on the host's writes. Every change of them takes it, from appointments as well as from calendars, so that no
/// transaction acts on writes that another one is changing.
async fn lock_owner(tx: &mut WriteTx, connection: ConnectionId) -> Result<(), StoreError> {
    match connections::find(tx, connection).await? {
        Some(connection) => tx.lock([Lock::Owner(connection.staff_id.into())]).await,
        None => Ok(()),
    }
}

async fn lock_owner_of(tx: &mut WriteTx, calendar: RemoteCalendarId) -> Result<(), StoreError> {
    match remote_calendars::find(tx, calendar).await? {
        Some(calendar) => lock_owner(tx, calendar.connection_id).await,
        None => Ok(()),
    }
}

/// Fails the waiting writes of a connection that has ended.
pub(crate) async fn connection_ended(
    tx: &mut WriteTx,
    connection: ConnectionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    const ENDED: &str = "The connection was ended before this was written.";
    lock_owner(tx, connection).await?;
    for calendar in remote_calendars::list_for_connections(tx, &[connection]).await? {
        for write in event_writes::unsettled_of(tx, calendar.id).await? {
            if write.state == WriteState::Waiting {
                event_writes::set_state(tx, write.id, WriteState::Failed, Some(ENDED), now).await?;
            }
        }
    }
    Ok(())
}

/// Makes all waiting and failed writes of a connection due at once, after it works again.
pub(crate) async fn connection_works(
    tx: &mut WriteTx,
    connection: ConnectionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    lock_owner(tx, connection).await?;
    event_writes::make_due(tx, connection, now).await?;
    for calendar in remote_calendars::list_for_connections(tx, &[connection]).await? {
        calendar_works(tx, calendar.id, now).await?;
    }
    Ok(())
}

/// Settles the writes of a calendar that is gone: waiting events fail, and removals count as done.
pub(crate) async fn calendar_gone(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    problem: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    lock_owner_of(tx, calendar).await?;
    for write in event_writes::unsettled_of(tx, calendar).await? {
        let (state, problem) = match (write.state, write.action) {
            (WriteState::Waiting | WriteState::Failed, WriteAction::Delete) => (WriteState::Removed, None),
            (WriteState::Waiting, WriteAction::Put) => (WriteState::Failed, Some(problem)),
            _ => continue,
        };
        event_writes::set_state(tx, write.id, state, problem, now).await?;
    }
    Ok(())
}

/// Enqueues the failed writes of a calendar again, after it has become writable.
pub(crate) async fn calendar_works(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    now: Timestamp,
) -> Result<(), StoreError> {
    lock_owner_of(tx, calendar).await?;
    for write in event_writes::unsettled_of(tx, calendar).await? {
        if write.state == WriteState::Failed {
            event_writes::enqueue(tx, write.id, write.action, now).await?;
        }
    }
    Ok(())
}
