//! Mails about a deleted appointment. They are rendered when they are enqueued, as the appointment no longer exists when they are sent.
//! The link to the client's own page in them is no secret: it has become invalid.

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};
use store::appointments::Appointment;
use store::{MessageKind, WriteTx, messages, staff};

use super::detail::Detail;
use super::facts::Gathered;
use super::{message, render, to_be_told, worker};
use crate::mailer::transport::Letter;
use crate::problem::Internal;
use crate::quince::Quince;

/// Enqueues the mail to the client.
pub(crate) async fn enqueue(
    quince: &Quince,
    tx: &mut WriteTx,
    appointment: &Appointment,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), Internal> {
    let gathered = Gathered::load(quince, tx, appointment).await?;
    let letter = render::appointment(kind, &gathered.told(&Detail::default()));
    insert(tx, letter, None, kind, now).await
}

/// Enqueues the mails to these hosts, except to whoever deleted the appointment. If it has no host, the owner and the admins are
/// informed.
pub(crate) async fn enqueue_for_hosts(
    quince: &Quince,
    tx: &mut WriteTx,
    appointment: &Appointment,
    hosts: Vec<StaffId>,
    by: Option<StaffId>,
    now: Timestamp,
) -> Result<(), Internal> {
    let kind = MessageKind::HostDeleted;
    // What the client wrote is deleted with the appointment.
    let appointment = Appointment {
        notes: None,
        answers: Vec::new(),
        ..appointment.clone()
    };
    for host in to_be_told(tx, &appointment, hosts, by).await? {
        let Some(person) = staff::find(tx, host).await? else {
            continue;
        };
        let gathered = Gathered::load(quince, tx, &appointment).await?;
        let gathered = gathered.for_host(Some(person.clone()), None);
        let letter = render::appointment(kind, &gathered.told(&Detail::default()));
        let letter = letter.map(|letter| Letter {
            to: person.account.email,
            ..letter
        });
        insert(tx, letter, Some(host), kind, now).await?;
    }
    Ok(())
}

/// Renders the waiting mails which say that the appointment is cancelled or declined, or that a host left it, and detaches them from
/// the appointment, so that they are still sent.
pub(crate) async fn keep_waiting(
    quince: &Quince,
    tx: &mut WriteTx,
    appointment: AppointmentId,
) -> Result<(), Internal> {
    for mail in messages::all_waiting(tx, appointment).await? {
        let kind = mail.kind;
        let stays = matches!(
            kind,
            Some(
                MessageKind::ClientCancelled
                    | MessageKind::ClientDeclined
                    | MessageKind::HostCancelled
                    | MessageKind::HostLeft
            )
        );
        if stays && let Some(letter) = worker::letter(quince, tx, &mail).await? {
            let detail = Detail {
                letter: Some(letter),
                ..Detail::default()
            };
            messages::detach(tx, mail.id, &detail.to_json()).await?;
        }
    }
    Ok(())
}

async fn insert(
    tx: &mut WriteTx,
    letter: Option<Letter>,
    host: Option<StaffId>,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), Internal> {
    let Some(letter) = letter else { return Ok(()) };
    let recipient = letter.to.clone();
    let detail = Detail {
        letter: Some(letter),
        ..Detail::default()
    };
    let mail = message(None, host, kind, recipient, &detail);
    messages::insert(tx, &[(mail, now)], now).await?;
    Ok(())
}
