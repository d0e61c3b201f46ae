//! One appointment: everything about it, and what staff can do with it.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use super::appointments::status_words;
use crate::error::AppError;
use crate::kept::KeptForm;
use crate::settings::profile::done_of;
use crate::ui::field::Problem;
use crate::ui::{
    Badge, Button, Card, Field, FormNotice, Look, Notice, PageHeader, Tone, accepted, load_page,
};

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
    answers: Vec<(String, String)>,
    session: Option<String>,
    overridden: Option<String>,
    client_zone: String,
    writes: Vec<WriteView>,
    date: String,
    time: String,
    can_change: bool,
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
    let found = bookings::appointments::get(&crate::context::quince()?, me.id, appointment_id(&id)?).await;
    let kept = crate::context::kept("appointment").await;
    let now = crate::context::quince()?.now();
    found
        .map(|appointment| detail(appointment, &me.zone, now, kept))
        .map_err(|error| crate::context::with_status(error.into()))
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
        can_change: matches!(
            appointment.status,
            bookings::Status::New | bookings::Status::Confirmed
        ),
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
        answers: appointment
            .answers
            .into_iter()
            .map(|answer| (answer.label, answer.text))
            .collect(),
        session: appointment.session.map(|session| session.to_string()),
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

/// `/appointments/{id}`.
#[component]
pub fn AppointmentPage() -> impl IntoView {
    let params = use_params_map();
    let again = ServerAction::<WriteAgain>::new();
    let reschedule = ServerAction::<StaffReschedule>::new();
    let cancel = ServerAction::<StaffCancel>::new();
    let status = ServerAction::<SetStatus>::new();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let accepted = (
        accepted(again),
        accepted(reschedule),
        accepted(cancel),
        accepted(status),
    );
    let changes = move || accepted.0.get() + accepted.1.get() + accepted.2.get() + accepted.3.get();
    let page = Resource::new(move || (id.get(), changes()), |(id, _)| appointment_page(id));
    load_page(page, move |detail| {
        view! { <Shown detail again reschedule cancel status/> }.into_any()
    })
}

#[component]
fn Shown(
    detail: AppointmentDetail,
    again: ServerAction<WriteAgain>,
    reschedule: ServerAction<StaffReschedule>,
    cancel: ServerAction<StaffCancel>,
    status: ServerAction<SetStatus>,
) -> impl IntoView {
    let (standing, tone) = status_words(&detail.status);
    let kept = detail.kept.clone();
    let problem = Signal::derive(move || {
        let of = |value: Option<Result<String, AppError>>| value.and_then(Result::err);
        of(again.value().get())
            .or_else(|| of(reschedule.value().get()))
            .or_else(|| of(cancel.value().get()))
            .or_else(|| of(status.value().get()))
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
                {detail.reason.map(|reason| view! { <dt>"Why this host"</dt><dd>{reason}</dd> })}
                <dt>"Email"</dt><dd><a href=format!("mailto:{}", detail.email)>{detail.email.clone()}</a></dd>
                {(!detail.phone.is_empty()).then(|| view! { <dt>"Phone"</dt><dd>{detail.phone.clone()}</dd> })}
                {(!detail.guests.is_empty()).then(|| view! { <dt>"Guests"</dt><dd>{detail.guests.clone()}</dd> })}
                {detail.answers.into_iter().map(|(question, answer)| view! { <dt>{question}</dt><dd class="pre-line">{answer}</dd> }).collect_view()}
                {(!detail.notes.is_empty()).then(|| view! { <dt>"Notes"</dt><dd class="pre-line">{detail.notes.clone()}</dd> })}
                <dt>"Client's time zone"</dt><dd>{detail.client_zone.replace('_', " ")}</dd>
            </dl>
            {detail.session.map(|session| view! { <p><a href=format!("/sessions/{session}")>"The whole session"</a></p> })}
        </Card>
        <StatusCard id=detail.id.clone() steps=detail.steps pending=detail.status == "new" action=status/>
        <Writes writes=detail.writes id=detail.id.clone() again/>
        {detail.can_change.then(|| view! {
            <MoveCard id=detail.id.clone() date=detail.kept.value_or("date", &detail.date) time=detail.kept.value_or("time", &detail.time) action=reschedule problem/>
            <CancelCard id=detail.id.clone() reason=detail.kept.value("reason") action=cancel problem/>
        })}
    }
}

#[component]
fn StatusCard(
    id: String,
    steps: Vec<StatusStep>,
    pending: bool,
    action: ServerAction<SetStatus>,
) -> impl IntoView {
    let first = if pending { Look::Primary } else { Look::Quiet };
    let rows = steps
        .into_iter()
        .enumerate()
        .map(|(row, step)| {
            let look = if row == 0 { first } else { Look::Quiet };
            let id = id.clone();
            view! {
                <li class="status-step">
                    <ActionForm action=action>
                        <input type="hidden" name="id" value=id/>
                        <input type="hidden" name="status" value=step.status/>
                        <Button look busy=action.pending()>{step.words}</Button>
                    </ActionForm>
                    <p class="field-help">{step.help}</p>
                </li>
            }
        })
        .collect_view();
    (!rows.is_empty()).then(|| view! {
        <Card title="Where it stands">
            {pending.then(|| view! { <p>"It waits for your confirmation; its time is taken meanwhile. To decline it, cancel it below."</p> })}
            <ul class="plain-list">{rows}</ul>
        </Card>
    })
}

#[component]
fn MoveCard(
    id: String,
    date: String,
    time: String,
    action: ServerAction<StaffReschedule>,
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="Move it">
            <ActionForm action=action>
                <input type="hidden" name="id" value=id/>
                <div class="field-row">
                    <Field label="Date" name="date" kind="date" value=date required=true problem/>
                    <Field label="Time" name="time" kind="time" value=time required=true problem/>
                </div>
                <Button busy=action.pending()>"Move appointment"</Button>
            </ActionForm>
        </Card>
    }
}

#[component]
fn CancelCard(
    id: String,
    reason: String,
    action: ServerAction<StaffCancel>,
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="Cancel it">
            <ActionForm action=action>
                <input type="hidden" name="id" value=id/>
                <Field label="Reason" name="reason" value=reason help="The client reads it." problem/>
                <Button look=Look::Danger busy=action.pending()>"Cancel appointment"</Button>
            </ActionForm>
        </Card>
    }
}

#[component]
fn Writes(writes: Vec<WriteView>, id: String, again: ServerAction<WriteAgain>) -> impl IntoView {
    let offers = writes
        .iter()
        .any(|write| matches!(write.state.as_str(), "failed" | "changed-in-icloud"));
    let changed = writes.iter().any(|write| write.state == "changed-in-icloud");
    let rows = writes
        .into_iter()
        .map(|write| {
            let tone = match write.state.as_str() {
                "written" => Tone::Good,
                "failed" => Tone::Bad,
                "changed-in-icloud" => Tone::Warn,
                _ => Tone::Info,
            };
            view! { <li><Badge tone>{write.words}</Badge>{write.problem.map(|problem| view! { <p class="field-help">{problem}</p> })}</li> }
        })
        .collect_view();
    view! {
        <Card title="In iCloud">
            <ul class="plain-list">{rows}</ul>
            {changed.then(|| view! {
                <Notice tone=Tone::Warn>"The event was changed in iCloud. The appointment here stays as it is, and the client knows of no change."</Notice>
            })}
            {offers.then(|| view! {
                <ActionForm action=again>
                    <input type="hidden" name="id" value=id/>
                    <Button busy=again.pending()>"Write again"</Button>
                </ActionForm>
            })}
        </Card>
    }
}
