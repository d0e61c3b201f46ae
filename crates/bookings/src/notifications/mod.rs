//! Mails to clients and staff. They are enqueued in the transaction of the change itself, and rendered when they are sent, from the
//! appointment's state at that time.

pub(crate) mod changes;
pub(crate) mod deleted;
mod detail;
pub(crate) mod facts;
mod render;
pub(crate) mod unconfirmed;
mod worker;

use jiff::{SignedDuration, Timestamp};
use scheduling::StaffId;
use store::appointment_parts::{NewPart, Part};
use store::appointments::Appointment;
use store::class_sessions::Session;
use store::connections::Connection;
use store::messages::{self, NewMessage};
use store::remote_calendars::RemoteCalendar;
use store::staff::Staff;
use store::waiting_list::Waiting;
use store::{Cancellation, MessageKind, ReadTx, StoreError, WriteTx, appointment_parts, staff};

use crate::accounts::is_admin;
use crate::servers::{CalendarState, server_name, trouble};
use changes::{Change, Recipient};
pub(crate) use detail::BeforeMove;
use detail::{CancelledSession, Detail, FailingCalendar, HostPart, WaitingEntry};
pub(crate) use worker::{claim, work};

/// Enqueues all mails about a new appointment: to the client one of this kind and the reminders, and to each of its hosts, except to
/// whoever booked it. `hosts` are the hosts of `parts`; without any, the owner and the admins are informed.
pub(crate) async fn enqueue_booked(
    tx: &mut WriteTx,
    appointment: &Appointment,
    parts: &[NewPart],
    (hosts, by): (&[Staff], Option<StaffId>),
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut mails = vec![(to_client(appointment, kind), now)];
    mails.extend(reminders(appointment, now));
    let mut recipients = hosts.to_vec();
    if recipients.is_empty() && appointment.host_id.is_none() {
        recipients = admins(tx).await?;
    }
    for person in recipients.iter().filter(|person| by != Some(person.id)) {
        let detail = host_detail(appointment, parts, person, Vec::new());
        let (id, address) = (Some(person.id), person.account.email.clone());
        let mail = message(Some(appointment), id, MessageKind::HostBooked, address, &detail);
        mails.push((mail, now));
    }
    messages::insert(tx, &mails, now).await.map(drop)
}

/// Enqueues a mail to the client about an appointment.
pub(crate) async fn enqueue(
    tx: &mut WriteTx,
    appointment: &Appointment,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    if kind.is_change() {
        let detail = times(appointment);
        return changes::enqueue(tx, client_of(appointment), Change { kind, detail }, now).await;
    }
    insert(tx, to_client(appointment, kind), now).await
}

fn client_of(appointment: &Appointment) -> Recipient {
    Recipient {
        appointment: appointment.id,
        staff: None,
        address: appointment.email.clone(),
    }
}

fn to_client(appointment: &Appointment, kind: MessageKind) -> NewMessage {
    let email = appointment.email.clone();
    message(Some(appointment), None, kind, email, &times(appointment))
}

/// Enqueues the mails about an appointment that was moved: to the client, and to the hosts in `stayed`, who had it before, too.
pub(crate) async fn enqueue_moved(
    tx: &mut WriteTx,
    moved: &Appointment,
    before: &BeforeMove<'_>,
    stayed: Option<Vec<StaffId>>,
    by: Option<StaffId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let detail = Detail {
        before: before.of(None),
        ..times(moved)
    };
    let change = Change {
        kind: MessageKind::ClientRescheduled,
        detail,
    };
    changes::enqueue(tx, client_of(moved), change, now).await?;
    let Some(stayed) = stayed else { return Ok(()) };
    for host in staff_to_notify(tx, moved, stayed, by).await? {
        let was = before.of(Some(host));
        insert_for_host(tx, moved, host, MessageKind::HostRescheduled, was, now).await?;
    }
    Ok(())
}

/// How long before an appointment its reminders are sent.
const REMINDERS: [SignedDuration; 2] = [SignedDuration::from_hours(24), SignedDuration::from_hours(1)];

/// Replaces the waiting reminders of an appointment that was moved or got another status.
pub(crate) async fn replace_reminders(
    tx: &mut WriteTx,
    appointment: &Appointment,
    now: Timestamp,
) -> Result<(), StoreError> {
    messages::delete_waiting(tx, appointment.id, MessageKind::ClientReminder).await?;
    let reminders: Vec<_> = reminders(appointment, now).collect();
    messages::insert(tx, &reminders, now).await.map(drop)
}

/// Returns the reminders of an appointment with their times. Times in the past are left out, and so are appointments that do not take
/// place.
fn reminders(appointment: &Appointment, now: Timestamp) -> impl Iterator<Item = (NewMessage, Timestamp)> {
    REMINDERS
        .iter()
        .filter(|_| appointment.status.is_active())
        .filter_map(|before| appointment.starts_at.checked_sub(*before).ok())
        .filter(move |due| *due > now)
        .map(|due| (to_client(appointment, MessageKind::ClientReminder), due))
}

/// Enqueues the mails to hosts who have joined through a change, except to whoever made it.
pub(crate) async fn enqueue_joined(
    tx: &mut WriteTx,
    appointment: &Appointment,
    hosts: impl IntoIterator<Item = StaffId>,
    by: Option<StaffId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for host in staff_to_notify(tx, appointment, hosts, by).await? {
        let Some((person, detail)) = of_host(tx, appointment, host, Vec::new()).await? else {
            continue;
        };
        let change = Change {
            kind: MessageKind::HostBooked,
            detail,
        };
        changes::enqueue(tx, host_of(appointment, &person), change, now).await?;
    }
    Ok(())
}

/// Enqueues a mail to each of these hosts, except to whoever made the change. If the appointment has no host, the owner and the admins
/// are informed.
pub(crate) async fn enqueue_for_hosts(
    tx: &mut WriteTx,
    appointment: &Appointment,
    hosts: impl IntoIterator<Item = StaffId>,
    by: Option<StaffId>,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    for host in staff_to_notify(tx, appointment, hosts, by).await? {
        enqueue_for_host(tx, appointment, host, kind, now).await?;
    }
    Ok(())
}

/// Returns the staff to inform, each once: these hosts, or the owner and the admins if the appointment has none, without whoever made
/// the change.
async fn staff_to_notify(
    tx: &mut ReadTx,
    appointment: &Appointment,
    hosts: impl IntoIterator<Item = StaffId>,
    by: Option<StaffId>,
) -> Result<Vec<StaffId>, StoreError> {
    let mut recipients: Vec<StaffId> = Vec::new();
    for host in hosts {
        if !recipients.contains(&host) {
            recipients.push(host);
        }
    }
    if recipients.is_empty() && appointment.host_id.is_none() {
        recipients.extend(admins(tx).await?.iter().map(|person| person.id));
    }
    recipients.retain(|host| by != Some(*host));
    Ok(recipients)
}

/// Returns the owner and the admins.
async fn admins(tx: &mut ReadTx) -> Result<Vec<Staff>, StoreError> {
    let mut team = staff::list(tx).await?;
    team.retain(|person| is_admin(person.account.role));
    Ok(team)
}

/// Enqueues the mail to a host who stays while another host is replaced.
pub(crate) async fn enqueue_host_replaced(
    tx: &mut WriteTx,
    appointment: &Appointment,
    host: StaffId,
    (from, to): (StaffId, StaffId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let team = staff::list(tx).await?;
    let person = |id| team.iter().find(|person| person.id == id);
    let (Some(host), Some(from), Some(to)) = (person(host), person(from), person(to)) else {
        return Ok(());
    };
    let detail = Detail {
        replacement: Some((from.profile.name.clone(), to.profile.name.clone())),
        ..times(appointment)
    };
    let change = Change {
        kind: MessageKind::HostOthersChanged,
        detail,
    };
    changes::enqueue(tx, host_of(appointment, host), change, now).await
}

fn host_of(appointment: &Appointment, host: &Staff) -> Recipient {
    Recipient {
        appointment: appointment.id,
        staff: Some(host.id),
        address: host.account.email.clone(),
    }
}

/// Enqueues the mail to the owner of a session that an admin cancelled.
pub(crate) async fn enqueue_session_cancelled(
    tx: &mut WriteTx,
    session: &Session,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(person) = staff::find(tx, session.host_id).await? else {
        return Ok(());
    };
    let detail = Detail {
        start: Some(session.starts_at),
        end: Some(session.ends_at),
        reason: reason_of(session.cancellation.as_ref()),
        session: Some(CancelledSession {
            id: session.id,
            calendar: session.calendar_id,
            by: by.to_owned(),
        }),
        ..Detail::default()
    };
    let message = message(
        None,
        Some(person.id),
        MessageKind::SessionCancelled,
        person.account.email,
        &detail,
    );
    insert(tx, message, now).await
}

/// Enqueues a mail to one of the hosts about an appointment.
pub(crate) async fn enqueue_for_host(
    tx: &mut WriteTx,
    appointment: &Appointment,
    host: StaffId,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    insert_for_host(tx, appointment, host, kind, Vec::new(), now).await
}

async fn insert_for_host(
    tx: &mut WriteTx,
    appointment: &Appointment,
    host: StaffId,
    kind: MessageKind,
    before: Vec<HostPart>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some((person, detail)) = of_host(tx, appointment, host, before).await? else {
        return Ok(());
    };
    if kind.is_change() {
        return changes::enqueue(tx, host_of(appointment, &person), Change { kind, detail }, now).await;
    }
    let recipient = person.account.email;
    let message = message(Some(appointment), Some(person.id), kind, recipient, &detail);
    insert(tx, message, now).await
}

/// Returns a host with the data of a mail to them; none if they were deleted.
async fn of_host(
    tx: &mut ReadTx,
    appointment: &Appointment,
    host: StaffId,
    before: Vec<HostPart>,
) -> Result<Option<(Staff, Detail)>, StoreError> {
    let Some(person) = staff::find(tx, host).await? else {
        return Ok(None);
    };
    let parts = appointment_parts::list(tx, &[appointment.id]).await?;
    let parts: Vec<NewPart> = parts.iter().map(Part::to_new).collect();
    let detail = host_detail(appointment, &parts, &person, before);
    Ok(Some((person, detail)))
}

fn host_detail(
    appointment: &Appointment,
    parts: &[NewPart],
    person: &Staff,
    before: Vec<HostPart>,
) -> Detail {
    Detail {
        parts: HostPart::of_host(parts, person.id),
        before,
        ..times(appointment)
    }
}

/// Enqueues a mail to a client on a session's waiting list.
pub(crate) async fn enqueue_waiting(
    tx: &mut WriteTx,
    session: &Session,
    waiting: &Waiting,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), StoreError> {
    let detail = Detail {
        start: Some(session.starts_at),
        end: Some(session.ends_at),
        reason: reason_of(session.cancellation.as_ref()),
        waiting: Some(WaitingEntry {
            id: waiting.id,
            name: waiting.client.name.clone(),
            zone: waiting.client.zone.clone(),
            calendar: session.calendar_id,
        }),
        ..Detail::default()
    };
    let recipient = waiting.client.email.clone();
    insert(tx, message(None, None, kind, recipient, &detail), now).await
}

fn reason_of(cancellation: Option<&Cancellation>) -> Option<String> {
    cancellation?.reason.clone()
}

fn times(appointment: &Appointment) -> Detail {
    Detail {
        start: Some(appointment.starts_at),
        end: Some(appointment.ends_at),
        reason: reason_of(appointment.cancellation.as_ref()),
        ..Detail::default()
    }
}

/// Enqueues the mail about a connection that cannot be read.
pub(crate) async fn enqueue_outage(
    tx: &mut WriteTx,
    connection: &Connection,
    problem: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(person) = staff::find(tx, connection.staff_id).await? else {
        return Ok(());
    };
    let detail = Detail {
        account: Some(connection.account.username.clone()),
        problem: Some(problem.to_owned()),
        ..Detail::default()
    };
    let message = message(
        None,
        Some(person.id),
        MessageKind::CalendarUnreadable,
        person.account.email,
        &detail,
    );
    insert(tx, message, now).await
}

/// Enqueues the mail about calendars that fail while their connection works.
pub(crate) async fn enqueue_failing_calendars(
    tx: &mut WriteTx,
    connection: &Connection,
    failing: &[(&RemoteCalendar, CalendarState)],
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(person) = staff::find(tx, connection.staff_id).await? else {
        return Ok(());
    };
    let calendars = failing.iter().map(|(calendar, state)| FailingCalendar {
        name: calendar.name.clone(),
        read_only: *state == CalendarState::ReadOnly,
        never_read: calendar.synced_at.is_none(),
        problem: trouble::sentence(calendar, *state),
    });
    let detail = Detail {
        account: Some(format!(
            "{} ({})",
            connection.account.username,
            server_name(connection)
        )),
        connection: Some(connection.id),
        calendars: calendars.collect(),
        ..Detail::default()
    };
    let message = message(
        None,
        Some(person.id),
        MessageKind::CalendarsFailing,
        person.account.email,
        &detail,
    );
    insert(tx, message, now).await
}

async fn insert(tx: &mut WriteTx, message: NewMessage, now: Timestamp) -> Result<(), StoreError> {
    messages::insert(tx, &[(message, now)], now).await.map(drop)
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
        kind,
        recipient,
        detail: detail.to_json(),
    }
}
