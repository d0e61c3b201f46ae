//! Mails to clients and staff: asked for in the transaction of the change itself, rendered when they are sent, from the
//! appointment as it is then.

pub(crate) mod kinds;
mod render;
pub(crate) mod told;
pub(crate) mod transport;
mod worker;

use jiff::Timestamp;
use scheduling::{CalendarId, StaffId};
use serde::{Deserialize, Serialize};
use store::appointments::Appointment;
use store::class_sessions::Session;
use store::connections::Connection;
use store::messages::{self, NewMessage};
use store::waiting_list::Waiting;
use store::{StoreError, Tx, WaitingId, staff};
use zones::Zone;

use kinds::MessageKind;
pub(crate) use worker::{claim, work};

/// What a mail needs beside the appointment: its time when the mail was asked for, as a host who lost an appointment wants
/// to know which one it was.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Detail {
    #[serde(default)]
    start: Option<Timestamp>,
    #[serde(default)]
    end: Option<Timestamp>,
    /// The account that cannot be read.
    #[serde(default)]
    account: Option<String>,
    #[serde(default)]
    problem: Option<String>,
    /// Somebody on a waiting list.
    #[serde(default)]
    waiting: Option<OnTheList>,
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
    let detail = times(appointment);
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
    let message = NewMessage {
        appointment_id: appointment.map(|appointment| appointment.id),
        staff_id,
        kind: kind.as_str().to_owned(),
        recipient,
        // A struct of texts and instants always serialises.
        detail: serde_json::to_string(detail).unwrap_or_else(|_| "{}".to_owned()),
    };
    messages::insert(tx, &message, now).await.map(drop)
}
