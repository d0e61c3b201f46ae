//! One appointment: everything about it, and what staff can do with it.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

mod cards;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use super::appointments::status_words;
use super::frame::Frame;
use crate::error::AppError;
use crate::kept::KeptForm;
use crate::settings::profile::done_of;
use crate::ui::{Badge, Card, FormNotice, Notice, PageHeader, Tone, accepted, load_page};
use cards::{CancelCard, ExchangeCard, MoveCard, StatusCard, WritesCard};

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AppointmentDetail {
    id: String,
    name: String,
    when: String,
    zone: String,
    status: String,
    calendar: String,
    host: String,
    reason: Option<String>,
    email: String,
    phone: String,
    notes: String,
    guests: String,
    services: Vec<String>,
    answers: Vec<(String, String)>,
    session: Option<String>,
    cancelled: Option<String>,
    overridden: Option<String>,
    client_zone: String,
    writes: Vec<WriteView>,
    date: String,
    time: String,
    can_change: bool,
    /// Who takes part and can be exchanged: id and name; empty where nobody can.
    hosts: Vec<(String, String)>,
    /// Who could take part instead.
    others: Vec<(String, String)>,
    steps: Vec<StatusStep>,
    kept: KeptForm,
}

/// A status that the appointment can be given now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusStep {
    status: String,
    words: String,
    help: String,
}

/// How the appointment stands in one calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteView {
    state: String,
    words: String,
    problem: Option<String>,
}

/// Loads an appointment.
#[server(prefix = "/api/fn", endpoint = "appointment-page")]
pub async fn appointment_page(id: String) -> Result<AppointmentDetail, AppError> {
    let me = super::access::me().await?;
    load(&me, &id).await.map_err(crate::context::with_status)
}

#[cfg(feature = "ssr")]
async fn load(me: &bookings::accounts::Me, id: &str) -> Result<AppointmentDetail, AppError> {
    let quince = crate::context::quince()?;
    let found = bookings::appointments::get(&quince, me.id, appointment_id(id)?).await?;
    let kept = crate::context::kept("appointment").await;
    let (hosts, others) = exchangeable(&quince, me, &found).await?;
    Ok(AppointmentDetail {
        hosts,
        others,
        ..detail(found, &me.zone, quince.now(), kept)
    })
}

/// Who takes part in an appointment, and who could instead; nobody where that cannot be changed.
#[cfg(feature = "ssr")]
async fn exchangeable(
    quince: &bookings::Quince,
    me: &bookings::accounts::Me,
    found: &bookings::appointments::AppointmentView,
) -> Result<(Vec<(String, String)>, Vec<(String, String)>), AppError> {
    use bookings::Kind;

    let nobody = (Vec::new(), Vec::new());
    let Ok(calendar) = bookings::calendars::get(quince, me.id, found.calendar).await else {
        // Who has left the booking calendar keeps the appointment, and sees it.
        return Ok(nobody);
    };
    let is_over = found.start <= quince.now() || !is_changeable(found.status);
    if is_over || !matches!(calendar.kind, Kind::RoundRobin | Kind::Collective) {
        return Ok(nobody);
    }
    let team = bookings::accounts::team(quince).await?;
    let taking_part = team.into_iter().filter(|person| found.hosts.contains(&person.id));
    let others = calendar
        .members
        .into_iter()
        .filter(|member| !found.hosts.contains(&member.staff));
    Ok((
        taking_part
            .map(|person| (person.id.to_string(), person.name))
            .collect(),
        others
            .map(|member| (member.staff.to_string(), member.name))
            .collect(),
    ))
}

#[cfg(feature = "ssr")]
fn is_changeable(status: bookings::Status) -> bool {
    matches!(status, bookings::Status::New | bookings::Status::Confirmed)
}

#[cfg(feature = "ssr")]
fn detail(
    appointment: bookings::appointments::AppointmentView,
    zone: &zones::Zone,
    now: jiff::Timestamp,
    kept: KeptForm,
) -> AppointmentDetail {
    let local = zone.local(appointment.start);
    let writes = appointment
        .write
        .iter()
        .map(|write| WriteView {
            state: write.state.as_str().to_owned(),
            words: write_words(write.state).to_owned(),
            problem: write.problem.clone(),
        })
        .collect();
    let steps = appointment.next_statuses(now).iter();
    let steps = steps.map(|next| step(appointment.status, *next)).collect();
    AppointmentDetail {
        id: appointment.id.to_string(),
        when: super::format::when(appointment.start, appointment.end, zone),
        zone: zone.name().to_owned(),
        status: appointment.status.as_str().to_owned(),
        can_change: is_changeable(appointment.status),
        hosts: Vec::new(),
        others: Vec::new(),
        date: local.date().to_string(),
        time: local.strftime("%H:%M").to_string(),
        client_zone: appointment.client_zone.name().to_owned(),
        writes,
        name: appointment.name,
        calendar: appointment.calendar_name,
        host: appointment.host_name,
        reason: appointment.assignment_reason,
        email: appointment.email,
        phone: appointment.phone.unwrap_or_default(),
        notes: appointment.notes.unwrap_or_default(),
        guests: appointment.guests.join(", "),
        services: appointment
            .services
            .iter()
            .map(|part| {
                let time = super::format::span(part.start, part.end, zone);
                format!("{time}, {}, {}", part.name, part.host_name)
            })
            .collect(),
        answers: appointment
            .answers
            .into_iter()
            .map(|answer| (answer.label, answer.text))
            .collect(),
        session: appointment.session.map(|session| session.to_string()),
        cancelled: appointment.cancelled_by.map(|by| {
            let by = if by == "client" {
                "the client".to_owned()
            } else {
                by
            };
            match appointment.cancel_reason {
                Some(reason) => format!("By {by}. Reason: {reason}"),
                None => format!("By {by}."),
            }
        }),
        overridden: appointment.overridden,
        steps,
        kept,
    }
}

#[cfg(feature = "ssr")]
fn step(from: bookings::Status, to: bookings::Status) -> StatusStep {
    use bookings::Status;

    let (words, help) = match (from, to) {
        (Status::New, Status::Confirmed) => ("Confirm", "The client is told that it takes place."),
        (_, Status::Showed) => ("Showed", "The client came."),
        (_, Status::NoShow) => ("No-show", "The client did not come. Its time is given back."),
        (_, Status::Invalid) => (
            "Invalid",
            "A mistake or spam. Its time is given back, and nobody is told.",
        ),
        (Status::Invalid, Status::Confirmed) => (
            "Back to confirmed",
            "Its time must still be free. The client is told that it takes place.",
        ),
        _ => ("Back to confirmed", "Its time must still be free."),
    };
    StatusStep {
        status: to.as_str().to_owned(),
        words: words.to_owned(),
        help: help.to_owned(),
    }
}

#[cfg(feature = "ssr")]
pub fn write_words(state: bookings::WriteState) -> &'static str {
    use bookings::WriteState;

    match state {
        WriteState::Waiting => "Waiting to be written to iCloud",
        WriteState::Written => "Written to iCloud",
        WriteState::Failed => "Could not be written to iCloud",
        WriteState::ChangedInIcloud => "Changed in iCloud",
        WriteState::Removed => "Removed from iCloud",
        WriteState::NoCalendar => "Not in iCloud: no primary calendar",
    }
}

#[cfg(feature = "ssr")]
fn appointment_id(id: &str) -> Result<bookings::AppointmentId, AppError> {
    id.parse()
        .map_err(|_| crate::context::with_status(AppError::NotFound))
}

/// Writes the appointment to iCloud again, as Quince has it (D4).
#[server(prefix = "/api/fn", endpoint = "write-again")]
pub async fn write_again(id: String) -> Result<String, AppError> {
    let form = crate::context::Submitted::new("appointment");
    form.stay(
        again(&id).await,
        "It will be written to iCloud again in a moment.",
    )
    .await
}

#[cfg(feature = "ssr")]
async fn again(id: &str) -> Result<(), AppError> {
    let staff = super::access::signed_in().await?;
    bookings::appointments::write_again(&crate::context::quince()?, staff, appointment_id(id)?).await?;
    Ok(())
}

/// Moves the appointment; the client is told.
#[server(prefix = "/api/fn", endpoint = "staff-reschedule")]
pub async fn staff_reschedule(id: String, date: String, time: String) -> Result<String, AppError> {
    let form = crate::context::Submitted::new("appointment")
        .keep("date", &date)
        .keep("time", &time);
    form.stay(
        move_to(&id, &date, &time).await,
        "Moved. The client has been told.",
    )
    .await
}

#[cfg(feature = "ssr")]
async fn move_to(id: &str, date: &str, time: &str) -> Result<(), AppError> {
    let me = super::access::me().await?;
    let date: jiff::civil::Date = date
        .parse()
        .map_err(|_| AppError::field("date", "Choose a date."))?;
    let time: jiff::civil::Time = time
        .parse()
        .map_err(|_| AppError::field("time", "Enter a time such as 14:30."))?;
    let start = me.zone.opening(date.to_datetime(time));
    let actor = bookings::appointments::Actor::Staff {
        id: me.id,
        appointment: appointment_id(id)?,
    };
    bookings::appointments::reschedule(&crate::context::quince()?, &actor, start).await?;
    Ok(())
}

/// Cancels the appointment; the client is told.
#[server(prefix = "/api/fn", endpoint = "staff-cancel")]
pub async fn staff_cancel(id: String, reason: String) -> Result<String, AppError> {
    let form = crate::context::Submitted::new("appointment").keep("reason", &reason);
    form.stay(cancel(&id, &reason).await, "Cancelled. The client has been told.")
        .await
}

#[cfg(feature = "ssr")]
async fn cancel(id: &str, reason: &str) -> Result<(), AppError> {
    let staff = super::access::signed_in().await?;
    let actor = bookings::appointments::Actor::Staff {
        id: staff,
        appointment: appointment_id(id)?,
    };
    bookings::appointments::cancel(&crate::context::quince()?, &actor, reason).await?;
    Ok(())
}

/// Sets where the appointment stands.
#[server(prefix = "/api/fn", endpoint = "set-status")]
pub async fn set_status(id: String, status: String) -> Result<String, AppError> {
    let form = crate::context::Submitted::new("appointment");
    form.stay(give_status(&id, &status).await, "Saved.").await
}

#[cfg(feature = "ssr")]
async fn give_status(id: &str, status: &str) -> Result<(), AppError> {
    let staff = super::access::signed_in().await?;
    let status = status
        .parse()
        .map_err(|_| AppError::Refused("Choose one of the statuses shown.".to_owned()))?;
    bookings::appointments::set_status(&crate::context::quince()?, staff, appointment_id(id)?, status)
        .await?;
    Ok(())
}

/// Gives a member's part in the appointment to another member.
#[server(prefix = "/api/fn", endpoint = "exchange-host")]
pub async fn exchange_host(id: String, leaves: String, joins: String) -> Result<String, AppError> {
    let form = crate::context::Submitted::new("appointment")
        .keep("leaves", &leaves)
        .keep("joins", &joins);
    form.stay(
        exchange(&id, &leaves, &joins).await,
        "Exchanged. Everybody concerned has been told.",
    )
    .await
}

#[cfg(feature = "ssr")]
async fn exchange(id: &str, leaves: &str, joins: &str) -> Result<(), AppError> {
    let staff = super::access::signed_in().await?;
    let person = |field: &str, id: &str| {
        id.parse::<bookings::StaffId>()
            .map_err(|_| AppError::field(field, "Choose somebody."))
    };
    let (leaves, joins) = (person("leaves", leaves)?, person("joins", joins)?);
    let quince = crate::context::quince()?;
    bookings::appointments::exchange(&quince, staff, appointment_id(id)?, leaves, joins).await?;
    Ok(())
}

/// `/appointments/{id}`.
#[component]
pub fn AppointmentPage() -> impl IntoView {
    let params = use_params_map();
    let again = ServerAction::<WriteAgain>::new();
    let reschedule = ServerAction::<StaffReschedule>::new();
    let cancel = ServerAction::<StaffCancel>::new();
    let status = ServerAction::<SetStatus>::new();
    let exchange = ServerAction::<ExchangeHost>::new();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let accepted = [
        accepted(again),
        accepted(reschedule),
        accepted(cancel),
        accepted(status),
        accepted(exchange),
    ];
    let changes = move || accepted.iter().map(Memo::get).sum::<usize>();
    let page = Resource::new(move || (id.get(), changes()), |(id, _)| appointment_page(id));
    let frame = use_context::<Frame>();
    Effect::new(move |_| {
        if let (Some(frame), true) = (frame, changes() > 0) {
            frame.to_confirm.refetch();
        }
    });
    load_page(page, move |detail| {
        view! { <Shown detail again reschedule cancel status exchange/> }.into_any()
    })
}

#[component]
fn Shown(
    detail: AppointmentDetail,
    again: ServerAction<WriteAgain>,
    reschedule: ServerAction<StaffReschedule>,
    cancel: ServerAction<StaffCancel>,
    status: ServerAction<SetStatus>,
    exchange: ServerAction<ExchangeHost>,
) -> impl IntoView {
    let (standing, tone) = status_words(&detail.status);
    let kept = detail.kept.clone();
    let problem = Signal::derive(move || {
        let of = |value: Option<Result<String, AppError>>| value.and_then(Result::err);
        of(again.value().get())
            .or_else(|| of(reschedule.value().get()))
            .or_else(|| of(cancel.value().get()))
            .or_else(|| of(status.value().get()))
            .or_else(|| of(exchange.value().get()))
            .or_else(|| kept.problem.clone())
    });
    let kept = detail.kept.clone();
    let done = Signal::derive(move || {
        if problem.read().is_some() {
            return None;
        }
        let latest = [
            done_of(cancel, &kept),
            done_of(reschedule, &kept),
            done_of(again, &kept),
            done_of(status, &kept),
            done_of(exchange, &kept),
        ];
        latest.into_iter().find_map(|done| done.get())
    });
    view! {
        <PageHeader title=detail.name.clone() lead=format!("{} ({})", detail.when, detail.zone.replace('_', " "))>
            <Badge tone>{standing}</Badge>
        </PageHeader>
        <FormNotice problem done/>
        {detail.overridden.map(|codes| view! {
            <Notice tone=Tone::Warn>{format!("Booked by staff although the time was not on offer: {codes}.")}</Notice>
        })}
        <Card title="Appointment">
            <dl class="pairs">
                <dt>"Booking calendar"</dt><dd>{detail.calendar}</dd>
                <dt>"Host"</dt><dd>{detail.host}</dd>
                {detail.cancelled.map(|sentence| view! { <dt>"Cancelled"</dt><dd>{sentence}</dd> })}
                {detail.reason.map(|reason| view! { <dt>"Why this host"</dt><dd>{reason}</dd> })}
                <dt>"Email"</dt><dd><a href=format!("mailto:{}", detail.email)>{detail.email.clone()}</a></dd>
                {(!detail.phone.is_empty()).then(|| view! { <dt>"Phone"</dt><dd>{detail.phone.clone()}</dd> })}
                {(!detail.guests.is_empty()).then(|| view! { <dt>"Guests"</dt><dd>{detail.guests.clone()}</dd> })}
                {detail.services.into_iter().map(|service| view! { <dt>"Service"</dt><dd>{service}</dd> }).collect_view()}
                {detail.answers.into_iter().map(|(question, answer)| view! { <dt>{question}</dt><dd class="pre-line">{answer}</dd> }).collect_view()}
                {(!detail.notes.is_empty()).then(|| view! { <dt>"Notes"</dt><dd class="pre-line">{detail.notes.clone()}</dd> })}
                <dt>"Client's time zone"</dt><dd>{detail.client_zone.replace('_', " ")}</dd>
            </dl>
            {detail.session.map(|session| view! { <p><a href=format!("/sessions/{session}")>"The whole session"</a></p> })}
        </Card>
        <StatusCard id=detail.id.clone() steps=detail.steps pending=detail.status == "new" action=status/>
        <WritesCard writes=detail.writes id=detail.id.clone() again/>
        {detail.can_change.then(|| view! {
            <MoveCard id=detail.id.clone() date=detail.kept.value_or("date", &detail.date) time=detail.kept.value_or("time", &detail.time) action=reschedule problem/>
            <ExchangeCard id=detail.id.clone() hosts=detail.hosts others=detail.others action=exchange problem/>
            <CancelCard id=detail.id.clone() reason=detail.kept.value("reason") action=cancel problem/>
        })}
    }
}
