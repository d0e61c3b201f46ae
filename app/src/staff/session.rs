//! `/sessions/:id`: a session with its attendees and waiting list, and cancelling it.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use super::appointment::Collision;
use super::appointments::status_label;
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Badge, Button, ButtonLink, Card, Field, FormNotice, Look, PageHeader, Tone, load_page};

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionDetail {
    id: String,
    calendar: String,
    host: String,
    when: String,
    zone: String,
    seats: String,
    attendees: Vec<AttendeeRow>,
    waiting: Vec<String>,
    cancelled: Option<String>,
    can_cancel: bool,
    write: String,
    /// The server: iCloud, or the host of another one.
    server: String,
    /// The sentence about a colliding event, with a next step.
    collision: Option<String>,
    flash: FormFlash,
}

/// An attendee.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttendeeRow {
    appointment: String,
    name: String,
    contact: String,
    guests: String,
    status: String,
}

/// Loads a session.
#[server(prefix = "/api/fn", endpoint = "session-page")]
pub async fn session_page(id: String) -> Result<SessionDetail, AppError> {
    let me = super::access::me().await?;
    let quince = crate::context::quince()?;
    let flash = crate::context::flash("session").await;
    let found = bookings::classes::session(&quince, me.id, session_id(&id)?).await;
    found
        .map(|session| detail(session, &me.zone, quince.now(), flash))
        .map_err(|error| crate::context::with_status(error.into()))
}

fn detail(
    session: bookings::classes::SessionView,
    zone: &zones::Zone,
    now: jiff::Timestamp,
    flash: FormFlash,
) -> SessionDetail {
    let attendees = session.attendees.into_iter().map(|attendee| AttendeeRow {
        appointment: attendee.appointment.to_string(),
        name: attendee.name,
        contact: [Some(attendee.email), attendee.phone]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · "),
        guests: attendee.guests.join(", "),
        status: attendee.status.as_str().to_owned(),
    });
    let waiting = session.waiting.into_iter().map(|(_, name, email, seats)| {
        let seats = match seats {
            1 => "1 seat".to_owned(),
            more => format!("{more} seats"),
        };
        format!("{name} · {email} · {seats}")
    });
    SessionDetail {
        id: session.id.to_string(),
        calendar: session.calendar_name,
        host: session.host_name,
        when: super::format::when(session.start, session.end, zone),
        zone: zone.to_string(),
        seats: format!("{} of {} seats taken", session.taken, session.seats),
        attendees: attendees.collect(),
        waiting: waiting.collect(),
        can_cancel: session.called_off.is_none() && now < session.start,
        cancelled: session
            .called_off
            .map(|called_off| match (called_off.by, called_off.reason) {
                (Some(by), Some(reason)) => format!("Cancelled by {by}. Reason: {reason}"),
                (Some(by), None) => format!("Cancelled by {by}."),
                (None, reason) => reason.unwrap_or_default(),
            }),
        write: session.write_sentence,
        server: session.place,
        collision: session.collision,
        flash,
    }
}

fn session_id(id: &str) -> Result<bookings::SessionId, AppError> {
    id.parse()
        .map_err(|_| crate::context::with_status(AppError::NotFound))
}

/// Cancels a session, and informs its attendees and the waiting list.
#[server(prefix = "/api/fn", endpoint = "cancel-session")]
pub async fn cancel_session(id: String, reason: String) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("session").keep("reason", &reason);
    form.stay(
        call_off(&id, &reason).await,
        "Cancelled. All attendees and the waiting list have been notified.",
    )
    .await
}

async fn call_off(id: &str, reason: &str) -> Result<(), AppError> {
    let staff = super::access::signed_in().await?;
    bookings::classes::cancel_session(&crate::context::quince()?, staff, session_id(id)?, reason).await?;
    Ok(())
}

/// `/sessions/{id}`.
#[component]
pub fn SessionPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id").unwrap_or_default());
    load_page(session_page(id), |session| view! { <Shown session/> }.into_any())
}

#[component]
fn Shown(session: SessionDetail) -> impl IntoView {
    let problem = session.flash.problem();
    let done = session.flash.done();
    let reason = session.flash.value("reason");
    let rows = session
        .attendees
        .into_iter()
        .map(|attendee| view! { <Attending attendee/> })
        .collect_view();
    let nobody = rows.is_empty();
    let is_cancelled = session.cancelled.is_some();
    view! {
        <PageHeader title=session.calendar lead=format!("{} ({})", session.when, session.zone.replace('_', " "))>
            {is_cancelled.then(|| view! { <Badge tone=Tone::Bad>"Cancelled"</Badge> })}
        </PageHeader>
        <FormNotice problem done/>
        <Collision sentence=session.collision/>
        <Card title="Who takes part">
            <p>{format!("{}, with {}.", session.seats, session.host)}</p>
            {session.cancelled.map(|sentence| view! { <p>{sentence}</p> })}
            {nobody.then(|| view! { <p class="field-help">"Nobody at present."</p> })}
            <ul class="rows">{rows}</ul>
        </Card>
        {(!session.waiting.is_empty()).then(|| view! {
            <Card title="Waiting list">
                <p class="field-help">"Seats that become free go at once to the first on the list whom they are enough for."</p>
                <ol class="plain-list">{session.waiting.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ol>
            </Card>
        })}
        <Card title=format!("In {}", session.server)><p>{session.write}</p></Card>
        {session.can_cancel.then(|| view! {
            <Card title="Cancel the session">
                <p class="field-help">"All attendees and the waiting list get an email. The session is not offered again."</p>
                <form method="post" action=CancelSession::PATH>
                    <input type="hidden" name="id" value=session.id/>
                    <Field label="Reason" name="reason" value=reason help="The clients will see it." problem/>
                    <div class="form-end"><Button look=Look::Danger>"Cancel session"</Button></div>
                </form>
            </Card>
        })}
        <p><ButtonLink href="/calendar">"Back to the calendar"</ButtonLink></p>
    }
}

#[component]
fn Attending(attendee: AttendeeRow) -> impl IntoView {
    let (words, tone) = status_label(&attendee.status);
    view! {
        <li class="row">
            <div class="row-main">
                <a class="row-title" href=format!("/appointments/{}", attendee.appointment)>{attendee.name}</a>
                <p class="row-detail">{attendee.contact}</p>
                {(!attendee.guests.is_empty()).then(|| view! { <p class="row-detail">{format!("Brings {}", attendee.guests)}</p> })}
            </div>
            <Badge tone>{words}</Badge>
        </li>
    }
}
