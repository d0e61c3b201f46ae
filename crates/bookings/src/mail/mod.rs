//! Mails to clients and staff: asked for in the transaction of the change itself, rendered when they are sent, from the
//! appointment as it is then.

pub(crate) mod kinds;
mod render;
pub(crate) mod told;
pub(crate) mod transport;
mod worker;

use jiff::Timestamp;
use scheduling::StaffId;
use serde::{Deserialize, Serialize};
use store::appointments::Appointment;
use store::connections::Connection;
use store::messages::{self, NewMessage};
use store::{StoreError, Tx, staff};

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
}

/// Asks for a mail about an appointment. A mail to a host goes to who holds the appointment as it is given.
pub(crate) async fn ask(
    tx: &mut Tx,
    appointment: &Appointment,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let host = if kind.is_for_host() {
        appointment.host_id
    } else {
        None
    };
    let recipient = match (kind.is_for_host(), host) {
        (false, _) => appointment.email.clone(),
        (true, Some(host)) => match staff::find(tx, host).await? {
            Some(person) => person.email,
            None => return Ok(()),
        },
        (true, None) => return Ok(()),
    };
    let detail = Detail {
        start: Some(appointment.starts_at),
        end: Some(appointment.ends_at),
        ..Detail::default()
    };
    insert(tx, Some(appointment), host, kind, recipient, &detail, now).await
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
