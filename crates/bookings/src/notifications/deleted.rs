//! Mails about an appointment that is deleted. It is gone when they are sent, so they are rendered when they are asked for. What they
//! hold of the link of the client's own page is no secret any more: it leads nowhere.

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};
use store::appointments::Appointment;
use store::{MessageKind, WriteTx, messages, staff};

use super::facts::Gathered;
use super::{Detail, message, render, to_be_told, worker};
use crate::mailer::transport::Letter;
use crate::problem::Internal;
use crate::quince::Quince;

/// Asks for the mail to the client.
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

/// Asks for the mails to these hosts, but not to who deleted it. Where nobody holds it, the owner and the admins are told.
pub(crate) async fn enqueue_for_hosts(
    quince: &Quince,
    tx: &mut WriteTx,
    appointment: &Appointment,
    hosts: Vec<StaffId>,
    by: Option<StaffId>,
    now: Timestamp,
) -> Result<(), Internal> {
    let kind = MessageKind::HostDeleted;
    // What the client wrote goes with the appointment.
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
            to: person.email,
            ..letter
        });
        insert(tx, letter, Some(host), kind, now).await?;
    }
    Ok(())
}

/// Mails that wait to tell that it does not take place, or that somebody has nothing to do with it any more, are sent all the same:
/// whoever was promised one gets it.
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
