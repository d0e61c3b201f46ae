//! Mails to clients and staff: asked for in the transaction of the change itself, rendered when they are sent, from the
//! appointment as it is then.

pub(crate) mod kinds;
mod render;
pub(crate) mod told;
pub(crate) mod transport;
mod worker;

use jiff::{SignedDuration, Timestamp};
use scheduling::{CalendarId, StaffId};
use serde::{Deserialize, Serialize};
use store::appointment_parts::Part;
use store::appointments::Appointment;
use store::class_sessions::Session;
use store::connections::Connection;
use store::messages::{self, NewMessage};
use store::waiting_list::Waiting;
use store::{SessionId, StoreError, Tx, WaitingId, appointment_parts, staff};
use zones::Zone;

use crate::accounts::is_admin;
use crate::appointments::is_active;
use kinds::MessageKind;
pub(crate) use worker::{claim, work};

/// What a mail needs beside the appointment: its time when the mail was asked for, as a host who lost an appointment wants
/// to know which one it was.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Detail {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    /// What the host had to do then.
    parts: Vec<OwnPart>,
    /// Why it was called off.
    reason: Option<String>,
    /// The names of who left, and of who takes part instead.
    exchanged: Option<(String, String)>,
    /// The account that cannot be read.
    account: Option<String>,
    problem: Option<String>,
    /// Somebody on a waiting list.
    waiting: Option<OnTheList>,
    /// A session that was called off.
    session: Option<CalledOffSession>,
}

/// What one host has to do in an appointment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnPart {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    /// The service that it is, in a visit; empty otherwise.
    pub(crate) service: String,
}

impl OwnPart {
    /// A host's parts, in order.
    fn of_host(parts: &[Part], host: StaffId) -> Vec<Self> {
        let own = parts.iter().filter(|part| part.host_id == host);
        own.map(|part| Self {
            start: part.starts_at,
            end: part.ends_at,
            service: part
                .service
                .as_ref()
                .map(|service| service.name.clone())
                .unwrap_or_default(),
        })
        .collect()
    }
}

/// A session that was called off, and by whom.
#[derive(Debug, Serialize, Deserialize)]
struct CalledOffSession {
    id: SessionId,
    calendar: CalendarId,
    by: String,
}

/// A place on a waiting list, as it was: it may be gone when the mail is sent.
#[derive(Debug, Serialize, Deserialize)]
struct OnTheList {
    id: WaitingId,
    name: String,
    zone: Zone,
    calendar: CalendarId,
}

/// Asks for a mail to the client about an appointment.
pub(crate) async fn ask(
    tx: &mut Tx,
    appointment: &Appointment,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let recipient = appointment.email.clone();
    insert(
        tx,
        Some(appointment),
        None,
        kind,
        recipient,
        &times(appointment),
        now,
    )
    .await
}

/// How long before an appointment its client is reminded of it.
const REMINDERS: [SignedDuration; 2] = [SignedDuration::from_hours(24), SignedDuration::from_hours(1)];

/// Makes the reminders of an appointment follow it, after it was made, moved, or given another status: those for a time that
/// has passed already are not made, and one that does not take place has none.
pub(crate) async fn remind(tx: &mut Tx, appointment: &Appointment, now: Timestamp) -> Result<(), StoreError> {
    let kind = MessageKind::ClientReminder;
    messages::take_back(tx, appointment.id, kind.as_str()).await?;
    if !is_active(appointment.status) {
        return Ok(());
    }
    for before in REMINDERS {
        let due = appointment.starts_at.checked_sub(before);
        if let Some(due) = due.ok().filter(|due| *due > now) {
            let email = appointment.email.clone();
            let message = message(Some(appointment), None, kind, email, &times(appointment));
            messages::insert_due(tx, &message, due, now).await?;
        }
    }
    Ok(())
}

/// Asks for a mail to each of these hosts about an appointment, but not to who made the change. Where nobody holds it, the
/// owner and the admins are told.
pub(crate) async fn ask_hosts(
    tx: &mut Tx,
    appointment: &Appointment,
    hosts: impl IntoIterator<Item = StaffId>,
    by: Option<StaffId>,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut told: Vec<StaffId> = Vec::new();
    for host in hosts {
        if !told.contains(&host) {
            told.push(host);
        }
    }
    if told.is_empty() && appointment.host_id.is_none() {
        let team = staff::list(tx).await?.into_iter();
        told.extend(
            team.filter(|person| is_admin(person.role))
                .map(|person| person.id),
        );
    }
    for host in told.into_iter().filter(|host| by != Some(*host)) {
        ask_host(tx, appointment, host, kind, now).await?;
    }
    Ok(())
}

/// Asks for the mail to a host who stays: one of the others takes part in another one's place.
pub(crate) async fn ask_about_exchange(
    tx: &mut Tx,
    appointment: &Appointment,
    host: StaffId,
    (leaves, joins): (StaffId, StaffId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let team = staff::list(tx).await?;
    let person = |id| team.iter().find(|person| person.id == id);
    let (Some(host), Some(leaves), Some(joins)) = (person(host), person(leaves), person(joins)) else {
        return Ok(());
    };
    let detail = Detail {
        exchanged: Some((leaves.name.clone(), joins.name.clone())),
        ..times(appointment)
    };
    insert(
        tx,
        Some(appointment),
        Some(host.id),
        MessageKind::HostOthersChanged,
        host.email.clone(),
        &detail,
        now,
    )
    .await
}

/// Asks for the mail to the owner of a session that an admin called off.
pub(crate) async fn ask_about_session(
    tx: &mut Tx,
    session: &Session,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(person) = staff::find(tx, session.host_id).await? else {
        return Ok(());
    };
    let detail = Detail {
        start: Some(session.starts_at),
        end: Some(session.ends_at),
        reason: session.cancel_reason.clone(),
        session: Some(CalledOffSession {
            id: session.id,
            calendar: session.calendar_id,
            by: session.cancelled_by.clone().unwrap_or_default(),
        }),
        ..Detail::default()
    };
    insert(
        tx,
        None,
        Some(person.id),
        MessageKind::SessionCancelled,
        person.email,
        &detail,
        now,
    )
    .await
}

/// Asks for a mail to one of the hosts about an appointment.
pub(crate) async fn ask_host(
    tx: &mut Tx,
    appointment: &Appointment,
    host: StaffId,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(person) = staff::find(tx, host).await? else {
        return Ok(());
    };
    let parts = appointment_parts::list(tx, &[appointment.id]).await?;
    let detail = Detail {
        parts: OwnPart::of_host(&parts, host),
        ..times(appointment)
    };
    insert(
        tx,
        Some(appointment),
        Some(host),
        kind,
        person.email,
        &detail,
        now,
    )
    .await
}

/// Asks for a mail to somebody who waits for a seat of a session.
pub(crate) async fn ask_waiting(
    tx: &mut Tx,
    session: &Session,
    waiting: &Waiting,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let detail = Detail {
        start: Some(session.starts_at),
        end: Some(session.ends_at),
        reason: session.cancel_reason.clone(),
        waiting: Some(OnTheList {
            id: waiting.id,
            name: waiting.client.name.clone(),
            zone: waiting.client.zone.clone(),
            calendar: session.calendar_id,
        }),
        ..Detail::default()
    };
    let recipient = waiting.client.email.clone();
    insert(tx, None, None, kind, recipient, &detail, now).await
}

fn times(appointment: &Appointment) -> Detail {
    Detail {
        start: Some(appointment.starts_at),
        end: Some(appointment.ends_at),
        reason: appointment.cancel_reason.clone(),
        ..Detail::default()
    }
}

/// Asks for the mail about a connection that cannot be read.
pub(crate) async fn ask_about_outage(
    tx: &mut Tx,
    connection: &Connection,
    problem: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(person) = staff::find(tx, connection.staff_id).await? else {
        return Ok(());
    };
    let detail = Detail {
        account: Some(connection.username.clone()),
        problem: Some(problem.to_owned()),
        ..Detail::default()
    };
    insert(
        tx,
        None,
        Some(person.id),
        MessageKind::CalendarUnreadable,
        person.email,
        &detail,
        now,
    )
    .await
}

async fn insert(
    tx: &mut Tx,
    appointment: Option<&Appointment>,
    staff_id: Option<StaffId>,
    kind: MessageKind,
    recipient: String,
    detail: &Detail,
    now: Timestamp,
) -> Result<(), StoreError> {
    let message = message(appointment, staff_id, kind, recipient, detail);
    messages::insert(tx, &message, now).await.map(drop)
}

fn message(
    appointment: Option<&Appointment>,
    staff_id: Option<StaffId>,
    kind: MessageKind,
    recipient: String,
    detail: &Detail,
) -> NewMessage {
    NewMessage {
        appointment_id: appointment.map(|appointment| appointment.id),
        staff_id,
        kind: kind.as_str().to_owned(),
        recipient,
        // A struct of texts and instants always serialises.
        detail: serde_json::to_string(detail).unwrap_or_else(|_| "{}".to_owned()),
    }
}
