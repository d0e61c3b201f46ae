//! The outbox of calendar writes (D2, D3): asked for in the transaction of the change itself, worked off afterwards, again
//! and again until it is done. A write always carries the appointment as it is at that moment.

mod content;
mod deliver;
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

pub(crate) use deliver::Target;
pub use view::WriteView;
pub(crate) use view::{urgency, write_sentence};
pub(crate) use worker::{claim, work};

/// A UID that nobody has used: deleted ones may stay taken (icloud.md, rule 7).
fn fresh_uid() -> String {
    store::random_id().to_string()
}

/// Whether an appointment of this status has an event. One that the client missed stays in the calendar.
fn has_event(status: Status) -> bool {
    !matches!(status, Status::Cancelled | Status::Invalid)
}

/// Asks for the events of an appointment whose time was just claimed.
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
        start(tx, subject, part.host_id, now).await?;
    }
    Ok(())
}

/// Makes the hosts' calendars follow an appointment that was changed, or the session that it has seats of.
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
        put(tx, subject, part.host_id, present, now).await?;
    }
    for write in live {
        remove(tx, &write, now).await?;
    }
    Ok(())
}

/// Makes the host's calendar follow a session: who takes part has changed, or whether it takes place.
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
    if session.called_off.is_some() || roster.iter().all(Appointment::is_unconfirmed) {
        return match present {
            Some(write) => remove(tx, &write, now).await,
            None => Ok(()),
        };
    }
    put(tx, Subject::Session(id), session.host_id, present, now).await
}

/// Asks for the subject's event in the host's calendar: as a change of the present one, if that can be changed where it is and
/// belongs there.
async fn put(
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
            start(tx, subject, host, now).await
        }
        None => start(tx, subject, host, now).await,
    }
}

/// Whether the event can be changed where it is: then it stays there.
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

/// Whether the host writes to another calendar by now. An event that was over when they chose that, be it by a clock that was ahead,
/// stayed behind; it moves when its appointment changes.
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

/// Asks for an event in the host's primary calendar, or notes that there is none.
async fn start(tx: &mut WriteTx, subject: Subject, host: StaffId, now: Timestamp) -> Result<(), StoreError> {
    let write = NewEventWrite {
        subject,
        host_id: host,
        uid: fresh_uid(),
    };
    event_writes::insert(tx, &write, now).await.map(drop)
}

/// Removes the subject's event; the write stays its present one and says so.
async fn remove(tx: &mut WriteTx, write: &EventWrite, now: Timestamp) -> Result<(), StoreError> {
    if write.action == WriteAction::Delete {
        return Ok(());
    }
    if write.remote_calendar_id.is_some() && is_connected(tx, write.connection_id).await? {
        event_writes::enqueue(tx, write.id, WriteAction::Delete, now).await
    } else {
        event_writes::set_state(tx, write.id, WriteState::Removed, None, now).await
    }
}

/// As [`remove`], and the subject gets another event.
async fn retire(tx: &mut WriteTx, write: &EventWrite, now: Timestamp) -> Result<(), StoreError> {
    event_writes::retire(tx, write.id, now).await?;
    remove(tx, write, now).await
}

/// After a host chose another primary calendar: the events of all appointments and sessions to come move there. iCloud has
/// no move, so they are removed and written anew.
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
    for (subject, write) in to_come(tx, host, now).await? {
        let Some(write) = write else {
            start(tx, subject, host, now).await?;
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
            // The same calendar by another login: the event is there already and is found by its UID.
            event_writes::set_target(tx, write.id, Some(connection), Some(primary), &write.uid, now).await?;
            event_writes::enqueue(tx, write.id, WriteAction::Put, now).await?;
            continue;
        }
        retire(tx, &write, now).await?;
        start(tx, subject, host, now).await?;
    }
    Ok(())
}

/// All that is to have an event in a host's calendar from now on, with its present write.
async fn to_come(
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

/// As everybody does who changes what is to be written for a host, from appointments as well as from calendars: of two at once
/// neither must act on what the other has just changed.
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

/// After a connection ended: what still waited for it cannot be done any more.
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

/// After a connection works again: everything that waited for it or was given up is tried at once.
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

/// After a calendar was found to be gone: what waited to be written there is given up, and its events are gone with it.
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

/// After a calendar can be written to again: everything that was given up there is tried at once.
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
