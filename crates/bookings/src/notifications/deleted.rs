//! Mails about a deleted appointment. They are rendered when they are enqueued, as the appointment no longer exists when they are sent.
//! The link to the client's own page in them is no secret: it has become invalid.

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};
use store::appointments::Appointment;
use store::{MessageKind, WriteTx, messages, staff};

use super::detail::Detail;
use super::facts::AppointmentFacts;
use super::{message, render, staff_to_notify, worker};
use crate::mailer::transport::RenderedMail;
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
    let facts = AppointmentFacts::load(quince, tx, appointment).await?;
    let rendered = render::appointment(kind, &facts.context(&Detail::default()));
    insert(tx, rendered, None, kind, now).await
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
    for host in staff_to_notify(tx, &appointment, hosts, by).await? {
        let Some(person) = staff::find(tx, host).await? else {
            continue;
        };
        let facts = AppointmentFacts::load(quince, tx, &appointment).await?;
        let facts = facts.for_host(Some(person.clone()), None);
        let rendered = render::appointment(kind, &facts.context(&Detail::default()));
        let rendered = rendered.map(|rendered| RenderedMail {
            to: person.account.email,
            ..rendered
        });
        insert(tx, rendered, Some(host), kind, now).await?;
    }
    Ok(())
}

/// Renders the waiting mails which say that the appointment is cancelled or declined, or that a host left it, and detaches them from
/// the appointment, so that they are still sent.
pub(crate) async fn detach_waiting(
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
        if stays && let Some(rendered) = worker::render_mail(quince, tx, &mail).await? {
            let detail = Detail {
                rendered: Some(rendered),
                ..Detail::default()
            };
            messages::detach(tx, mail.id, &detail.to_json()).await?;
        }
    }
    Ok(())
}

async fn insert(
    tx: &mut WriteTx,
    rendered: Option<RenderedMail>,
    host: Option<StaffId>,
    kind: MessageKind,
    now: Timestamp,
) -> Result<(), Internal> {
    let Some(rendered) = rendered else { return Ok(()) };
    let recipient = rendered.to.clone();
    let detail = Detail {
        rendered: Some(rendered),
        ..Detail::default()
    };
    let mail = message(None, host, kind, recipient, &detail);
    messages::insert(tx, &[(mail, now)], now).await?;
    Ok(())
}
