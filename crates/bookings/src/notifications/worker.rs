//! The worker that sends the mails that are due.

use jiff::SignedDuration;
use store::due::MAX_LEASE;
use store::messages::{self, Message};
use store::staff::Staff;
use store::{
    AppointmentStatus as Status, MessageKind, ReadTx, appointments, booking_calendars, connections, staff,
    workspace,
};

use super::detail::Detail;
use super::facts::AppointmentFacts;
use super::render;
use super::unconfirmed;
use crate::mailer::failure::Failure;
use crate::mailer::outcomes::Outcome;
use crate::mailer::transport::RenderedMail;
use crate::problem::Internal;
use crate::quince::Quince;
use crate::{caldav_messages, links};

/// After this time the mails of a dead worker can be claimed again.
const LEASE: SignedDuration = MAX_LEASE;
/// The most attempts for a mail, which last five to six days: the operator may be away for a long weekend.
const MAX_ATTEMPTS: u32 = 150;

/// Claims up to `limit` of the due mails.
pub(crate) async fn claim(quince: &Quince, limit: u32) -> Result<Vec<Message>, Internal> {
    let mut tx = quince.store().write().await?;
    let at = quince.claims_at(&mut tx).await?;
    let mut claimed = messages::claim_due(&mut tx, at, at.leases + LEASE, limit).await?;
    if quince.limits_mails() {
        let withheld = unconfirmed::withhold(&mut tx, &claimed, at).await?;
        claimed.retain(|message| !withheld.contains(&message.id));
    }
    tx.commit().await?;
    Ok(claimed)
}

/// Attempts to send a claimed mail.
pub(crate) async fn work(quince: &Quince, message: Message) {
    let id = message.id;
    if let Err(error) = send(quince, message).await {
        tracing::error!(mail = %id, cause = %error.cause(), "a mail broke off");
    }
}

async fn send(quince: &Quince, message: Message) -> Result<(), Internal> {
    let rendered = {
        // Rendering is serialised: bookings need the database, too, and mails can wait.
        let _turn = quince.render_lock().await;
        let mut tx = quince.store().read().await?;
        render_mail(quince, &mut tx, &message).await?
    };
    let outcome = match &rendered {
        Some(rendered) => tokio::select! {
            sent = quince.mailer().send(rendered, &message, quince.now()) => outcome(quince, &message, sent),
            () = quince.mails_interrupted() => Outcome::Interrupted,
        },
        // The subject of the mail no longer exists.
        None => Outcome::Moot,
    };
    Ok(quince
        .mail_outcomes()
        .record(quince.store(), message, outcome)
        .await?)
}

fn outcome(quince: &Quince, message: &Message, sent: Result<(), Failure>) -> Outcome {
    let at = quince.now();
    match sent {
        Ok(()) => Outcome::Sent { at },
        Err(error) => {
            let tries = message.attempts + 1;
            let again = !error.concerns_recipient() && tries < MAX_ATTEMPTS;
            tracing::warn!(mail = %message.id, %error, again, "a mail could not be sent");
            Outcome::Failed {
                report_after: error.report_after(),
                problem: error.sentence(),
                next: again.then(|| caldav_messages::back_off(tries, None, message.id.0, at)),
                at,
            }
        }
    }
}

/// Renders the mail from the present state; none if its subject no longer exists, or if the mail has become pointless.
pub(super) async fn render_mail(
    quince: &Quince,
    tx: &mut ReadTx,
    message: &Message,
) -> Result<Option<RenderedMail>, Internal> {
    let Some(kind) = message.kind else {
        return Err(Internal::because("a mail's kind is not known here"));
    };
    let detail: Detail = serde_json::from_str(&message.detail).map_err(Internal::because)?;
    if let Some(rendered) = detail.rendered {
        return Ok(Some(RenderedMail {
            to: message.recipient.clone(),
            ..rendered
        }));
    }
    let addressee = match message.staff_id {
        Some(id) => staff::find(tx, id).await?,
        None => None,
    };
    match kind {
        MessageKind::Waiting | MessageKind::WaitingOver => {
            let over = kind == MessageKind::WaitingOver;
            to_waiting_client(quince, tx, message, &detail, over).await
        }
        MessageKind::SessionCancelled => about_session(quince, tx, message, &detail, addressee).await,
        MessageKind::CalendarUnreadable | MessageKind::CalendarsFailing => {
            about_calendars(quince, tx, message, kind, &detail, addressee).await
        }
        MessageKind::ClientConfirm
        | MessageKind::ClientBooked
        | MessageKind::ClientRescheduled
        | MessageKind::ClientHostChanged
        | MessageKind::ClientCancelled
        | MessageKind::ClientDeclined
        | MessageKind::ClientPromoted
        | MessageKind::ClientReminder
        | MessageKind::HostBooked
        | MessageKind::HostRescheduled
        | MessageKind::HostCancelled
        | MessageKind::HostDeleted
        | MessageKind::HostLeft
        | MessageKind::HostOthersChanged => {
            about_appointment(quince, tx, message, kind, &detail, addressee).await
        }
    }
}

async fn about_appointment(
    quince: &Quince,
    tx: &mut ReadTx,
    message: &Message,
    kind: MessageKind,
    detail: &Detail,
    addressee: Option<Staff>,
) -> Result<Option<RenderedMail>, Internal> {
    let Some(appointment) = message.appointment_id else {
        return Ok(None);
    };
    let Some(appointment) = appointments::find(tx, appointment).await? else {
        return Ok(None);
    };
    // A request that is not confirmed has no reminder, and a late reminder is useless.
    if kind == MessageKind::ClientReminder
        && (appointment.status != Status::Confirmed || appointment.starts_at <= quince.now())
    {
        return Ok(None);
    }
    if kind == MessageKind::ClientConfirm
        && !(appointment.is_unconfirmed() && appointment.unconfirmed_until > Some(quince.now()))
    {
        return Ok(None);
    }
    // The recipient has not been informed of an appointment that was cancelled meanwhile, and need not be.
    if (kind.is_change() || kind == MessageKind::HostBooked)
        && kind != MessageKind::HostLeft
        && !appointment.status.is_active()
    {
        return Ok(None);
    }
    let facts = AppointmentFacts::load(quince, tx, &appointment).await?;
    let facts = facts.with_links_for(quince, &message.recipient)?;
    let facts = if kind.is_for_host() {
        facts.for_host(addressee, kind.is_about_the_past().then_some(detail))
    } else {
        facts
    };
    let rendered = render::appointment(kind, &facts.context(detail));
    Ok(rendered.map(|rendered| RenderedMail {
        to: message.recipient.clone(),
        ..rendered
    }))
}

async fn about_calendars(
    quince: &Quince,
    tx: &mut ReadTx,
    message: &Message,
    kind: MessageKind,
    detail: &Detail,
    addressee: Option<Staff>,
) -> Result<Option<RenderedMail>, Internal> {
    let Some(person) = addressee else { return Ok(None) };
    let settings = quince.page("settings/integrations");
    let to = (person.profile.name.as_str(), message.recipient.as_str());
    let account = detail.account.as_deref().unwrap_or_default();
    if kind == MessageKind::CalendarsFailing {
        let connection = match detail.connection {
            Some(id) => connections::find(tx, id).await?,
            None => None,
        };
        let when_stale = connection.map(|connection| connection.policies.when_stale);
        return Ok(Some(render::failing(
            to,
            account,
            &detail.calendars,
            when_stale,
            &settings,
        )));
    }
    let problem = detail.problem.as_deref().unwrap_or_default();
    Ok(Some(render::outage(to, account, problem, &settings)))
}

async fn about_session(
    quince: &Quince,
    tx: &mut ReadTx,
    message: &Message,
    detail: &Detail,
    owner: Option<Staff>,
) -> Result<Option<RenderedMail>, Internal> {
    let (Some(session), Some(owner)) = (&detail.session, owner) else {
        return Ok(None);
    };
    let calendar = booking_calendars::find(tx, session.calendar).await?;
    let when = match (detail.start, detail.end) {
        (Some(start), Some(end)) => render::when(start, end, &owner.profile.zone),
        _ => String::new(),
    };
    Ok(Some(render::session_cancelled(
        &session.by,
        detail.reason.as_deref().unwrap_or_default(),
        &render::SessionContext {
            to: (&owner.profile.name, &message.recipient),
            business: "",
            calendar: calendar.as_ref().map_or("", |calendar| &calendar.settings.name),
            when: &when,
            page: &quince.page(&format!("sessions/{}", session.id)),
        },
    )))
}

async fn to_waiting_client(
    quince: &Quince,
    tx: &mut ReadTx,
    message: &Message,
    detail: &Detail,
    over: bool,
) -> Result<Option<RenderedMail>, Internal> {
    let Some(waiting) = &detail.waiting else {
        return Ok(None);
    };
    let calendar = booking_calendars::find(tx, waiting.calendar).await?;
    let business = workspace::find(tx).await?;
    let when = match (detail.start, detail.end) {
        (Some(start), Some(end)) => render::when(start, end, &waiting.zone),
        _ => String::new(),
    };
    let secret = links::waiting(quince, waiting.id)?;
    Ok(Some(render::waiting(
        over,
        detail.reason.as_deref().unwrap_or_default(),
        &render::SessionContext {
            to: (&waiting.name, &message.recipient),
            business: business.as_ref().map_or("", |business| &business.name),
            calendar: calendar.as_ref().map_or("", |calendar| &calendar.settings.name),
            when: &when,
            page: &quince.page(&format!("waiting/{secret}")),
        },
    )))
}
