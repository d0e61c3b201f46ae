//! Viewing a session as its owner, and cancelling it.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, StaffId};
use store::appointments::Appointment;
use store::class_sessions::{self, Session};
use store::{
    AppointmentStatus as Status, Cancellation, MessageKind, Party, ReadTx, SessionId, WaitingId,
    appointments, booking_calendars, event_writes, locks, occupancy, remote_calendars, staff, waiting_list,
};

use crate::accounts::is_admin;
use crate::collisions::{self, Collisions};
use crate::error::{Error, Missing, Permission, Refusal};
use crate::outbox::{WriteView, write_sentence};
use crate::people::{CancellationView, names};
use crate::problem::{Internal, TextName};
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::servers::{server_name_of, server_names};
use crate::validate::{NAME_LIMIT, Validator};
use crate::versions::{self, Author, Differences, Versioned};
use crate::{notifications, outbox};

/// A session with its attendees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// The session.
    pub id: SessionId,
    /// Its booking calendar.
    pub calendar: CalendarId,
    /// The name of the booking calendar.
    pub calendar_name: String,
    /// Its host.
    pub host: StaffId,
    /// The host's name.
    pub host_name: String,
    /// Its start.
    pub start: Timestamp,
    /// Its end.
    pub end: Timestamp,
    /// Its number of seats.
    pub seats: u32,
    /// The number of seats that are taken.
    pub taken: u32,
    /// The attendees, in the order of booking.
    pub attendees: Vec<Attendee>,
    /// The waiting list in order: id, name, address and number of seats.
    pub waiting: Vec<(WaitingId, String, String, u32)>,
    /// When, by whom and why it was cancelled, if it was.
    pub cancellation: Option<CancellationView>,
    /// The state of its event in the host's calendar, as a sentence.
    pub write_sentence: String,
    /// The server of its event: iCloud, or the host name of another one.
    pub server_name: String,
    /// A sentence about a collision with an event in its host's calendar, with a next step.
    pub collision: Option<String>,
}

/// An attendee of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    /// Their appointment.
    pub appointment: AppointmentId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their telephone number.
    pub phone: Option<String>,
    /// The names of their guests.
    pub guests: Vec<String>,
    /// The status of their appointment.
    pub status: Status,
}

/// Returns a session, for its host and for admins.
pub async fn session(quince: &Quince, viewer: StaffId, id: SessionId) -> Result<SessionView, Error> {
    let mut tx = quince.store().read().await?;
    let (session, _) = open(&mut tx, viewer, id).await?;
    let calendar = booking_calendars::find(&mut tx, session.calendar_id)
        .await?
        .ok_or_else(|| Internal::because("a session has no booking calendar"))?;
    let host = staff::find(&mut tx, session.host_id).await?;
    let roster = appointments::roster_of_session(&mut tx, id).await?;
    let waiting = waiting_list::list(&mut tx, id).await?;
    let ids: Vec<AppointmentId> = roster.iter().map(|found| found.id).collect();
    let collisions = Collisions::of(&mut tx, &ids, quince.now()).await?;
    let cancellation = match session.cancellation {
        Some(cancellation) => {
            let by = cancellation.by.and_then(Party::staff);
            let people = staff::list_of(&mut tx, by.as_slice()).await?;
            Some(CancellationView::of(cancellation, &names(people)))
        }
        None => None,
    };
    let host_name = host.map(|host| host.profile.name).unwrap_or_default();
    let collision = ids.iter().flat_map(|id| collisions.hosts(*id)).next();
    let collision = collision.and_then(|_| collisions::sentence(&host_name));
    let write = match event_writes::live_of_session(&mut tx, id).await? {
        Some(write) => {
            let remote = match write.remote_calendar_id {
                Some(remote) => remote_calendars::find(&mut tx, remote).await?,
                None => None,
            };
            let server_names = server_names(&mut tx, std::slice::from_ref(&write)).await?;
            Some(WriteView::of(
                &write,
                remote.map(|remote| remote.name),
                server_name_of(&server_names, &write),
                String::new(),
            ))
        }
        None => None,
    };
    Ok(SessionView {
        id,
        calendar: calendar.id,
        calendar_name: calendar.settings.name,
        host: session.host_id,
        host_name,
        collision,
        start: session.starts_at,
        end: session.ends_at,
        seats: calendar.settings.rules.seats,
        taken: roster
            .iter()
            .filter(|found| found.status.is_active())
            .map(Appointment::seats)
            .sum(),
        attendees: roster
            .into_iter()
            .map(|found| Attendee {
                appointment: found.id,
                name: found.name,
                email: found.email,
                phone: found.phone,
                guests: found.guests,
                status: found.status,
            })
            .collect(),
        waiting: waiting
            .into_iter()
            .map(|found| {
                let seats = found.client.seats();
                (found.id, found.client.name, found.client.email, seats)
            })
            .collect(),
        cancellation,
        write_sentence: write_sentence(write.as_slice(), true),
        server_name: write.map_or_else(|| "iCloud".to_owned(), |write| write.server_name),
    })
}

/// Cancels a session, for its host and for admins. Everybody who has a seat or waits for one is informed, and the session is not offered
/// again. Nothing happens if it is cancelled already.
pub async fn cancel_session(quince: &Quince, by: StaffId, id: SessionId, reason: &str) -> Result<(), Error> {
    let mut checked = Validator::default();
    let reason = checked.line("reason", TextName::Reason, reason, NAME_LIMIT);
    checked.finish()?;
    retried_if_lost(|| cancel_session_once(quince, by, id, &reason)).await?;
    quince.wake();
    Ok(())
}

async fn cancel_session_once(quince: &Quince, by: StaffId, id: SessionId, reason: &str) -> Result<(), Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let (session, _) = open(&mut tx, by, id).await?;
    let locked = locks::owners(&mut tx, [session.host_id]).await?;
    let (session, name) = open(&mut tx, by, id).await?;
    if session.cancellation.is_some() {
        return Ok(());
    }
    if now >= session.starts_at {
        return Err(Refusal::SessionBegun.into());
    }
    let cancellation = Cancellation {
        at: now,
        by: Some(Party::Staff(by)),
        reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
    };
    class_sessions::cancel(&mut tx, id, &cancellation).await?;
    let session = class_sessions::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::Session))?;
    for mut attending in appointments::of_session(&mut tx, id).await? {
        let status = Status::Cancelled;
        let differences = Differences::status(attending.status, status);
        let of = Versioned::appointment(attending.id);
        versions::save(&mut tx, of, Author::from(by), &differences, now).await?;
        appointments::set_status(&mut tx, attending.id, status, Some(&cancellation), now).await?;
        occupancy::release(&mut tx, &locked, attending.id).await?;
        attending.cancellation = Some(cancellation.clone());
        attending.status = status;
        notifications::replace_reminders(&mut tx, &attending, now).await?;
        notifications::enqueue(&mut tx, &attending, MessageKind::ClientCancelled, now).await?;
    }
    for waiting in waiting_list::list(&mut tx, id).await? {
        notifications::enqueue_waiting(&mut tx, &session, &waiting, MessageKind::WaitingOver, now).await?;
        waiting_list::delete(&mut tx, waiting.id).await?;
    }
    if session.host_id != by {
        notifications::enqueue_session_cancelled(&mut tx, &session, &name, now).await?;
    }
    outbox::sync_session_event(&mut tx, id, now).await?;
    Ok(tx.commit().await?)
}

/// Finds a session, and the name of the staff member if they may access it.
async fn open(tx: &mut ReadTx, by: StaffId, id: SessionId) -> Result<(Session, String), Error> {
    let session = class_sessions::find(tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::Session))?;
    let me = staff::find(tx, by)
        .await?
        .ok_or(Error::NotAllowed(Permission::HandleAppointment))?;
    if session.host_id != by && !is_admin(me.account.role) {
        return Err(Error::NotAllowed(Permission::HandleAppointment));
    }
    Ok((session, me.profile.name))
}
