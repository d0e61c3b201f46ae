//! The page of one appointment, with all actions of staff.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

mod actions;
mod cards;

use bookings::Party;
use bookings::versions::Versioned;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::appointments::status_label;
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Badge, Card, FormNotice, Notice, PageHeader, Tone, load_page};
use cards::{CancelCard, DeclineCard, DeleteCard, EditCard, MoveCard, ReassignCard, StatusCard, WritesCard};

/// The page's data.
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
    guests: Vec<String>,
    services: Vec<String>,
    answers: Vec<(String, String)>,
    session: Option<String>,
    cancelled: Option<String>,
    /// The staff member who booked it, if not the client.
    booked_by: Option<String>,
    /// The deadline for the client to confirm by mail, if they have to.
    confirm_until: Option<String>,
    /// The path of the page that undoes all bookings with the client's address, for admins.
    undo: Option<String>,
    /// The reasons that its booking overrode.
    record: Vec<String>,
    /// The sentence about a colliding event, with a next step.
    collision: Option<String>,
    client_zone: String,
    writes: Vec<WriteView>,
    /// Mails about it that were given up: kind and recipient, and the reason.
    mails_given_up: Vec<(String, String)>,
    /// Mails about it that wait for another attempt: kind, and the reason of the last failure.
    mails_waiting: Vec<(String, String)>,
    /// Whether the viewer may send them again.
    may_send_again: bool,
    /// Why it is in no calendar, if so.
    no_writes: String,
    date: String,
    time: String,
    can_change: bool,
    /// Whether the client is informed of a deletion by default; none if there is nothing to inform them of.
    tells_client: Option<bool>,
    /// The hosts who can be replaced: id and name.
    hosts: Vec<(String, String)>,
    /// The members who could replace them.
    others: Vec<(String, String)>,
    /// Whether moving it may change the host.
    may_change_hands: bool,
    steps: Vec<StatusStep>,
    /// The version on which the forms are based.
    version: String,
    flash: FormFlash,
}

/// A status that the appointment can get now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusStep {
    status: String,
    words: String,
    help: String,
}

/// The state of its event in one calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteView {
    state: String,
    words: String,
    /// The server: iCloud, or the host of another one.
    server: String,
    /// Host and calendar: "Jonas Okafor, Work".
    place: String,
    problem: Option<String>,
}

/// Loads an appointment.
#[server(prefix = "/api/fn", endpoint = "appointment-page")]
pub async fn appointment_page(id: String) -> Result<AppointmentDetail, AppError> {
    let me = super::access::me().await?;
    load(&me, &id).await.map_err(crate::context::with_status)
}

async fn load(me: &bookings::accounts::Me, id: &str) -> Result<AppointmentDetail, AppError> {
    let quince = crate::context::quince()?;
    let id = appointment_id(id)?;
    let version = crate::context::version(Versioned::appointment(id)).await?;
    let found = bookings::appointments::get(&quince, me.id, id).await?;
    let flash = crate::context::flash("appointment").await;
    let booked_by = match found.booked_by {
        Party::Staff(by) => Some(bookings::accounts::me(&quince, by).await?.name),
        Party::Client => None,
    };
    // A member who has left the booking calendar keeps the appointment and sees it.
    let calendar = bookings::booking_calendars::get(&quince, me.id, found.calendar)
        .await
        .ok();
    let (hosts, others) = match &calendar {
        Some(calendar) => reassignable(&quince, &found, calendar.kind).await?,
        None => (Vec::new(), Vec::new()),
    };
    let may_change_hands = calendar
        .is_some_and(|calendar| calendar.kind == bookings::Kind::RoundRobin && calendar.members.len() > 1);
    let undo = (me.is_admin() && found.booked_by == Party::Client)
        .then(|| crate::settings::strangers::address_of(&found.email));
    let failed = bookings::mails::failed_about(&quince, found.id).await?;
    let reasons = |mails: Vec<bookings::mails::FailedMail>| -> Vec<(String, String)> {
        let reasons = |mail: bookings::mails::FailedMail| {
            (format!("{} · {}", mail.title, mail.recipient), mail.problem)
        };
        mails.into_iter().map(reasons).collect()
    };
    Ok(AppointmentDetail {
        version,
        booked_by,
        undo,
        mails_given_up: reasons(failed.given_up),
        mails_waiting: reasons(failed.waiting),
        may_send_again: me.is_admin(),
        hosts,
        others,
        may_change_hands,
        ..detail(found, &me.zone, quince.now(), flash)
    })
}

/// The hosts who can be replaced, and the members who could replace them; empty if that is not possible.
async fn reassignable(
    quince: &bookings::Quince,
    found: &bookings::appointments::AppointmentView,
    kind: bookings::Kind,
) -> Result<(Vec<(String, String)>, Vec<(String, String)>), AppError> {
    use bookings::Kind;

    let is_over = found.start <= quince.now() || !is_changeable(found.status);
    if is_over || matches!(kind, Kind::ClassBooking | Kind::Simple) {
        return Ok((Vec::new(), Vec::new()));
    }
    let team = bookings::accounts::team(quince).await?;
    let (taking_part, others): (Vec<_>, Vec<_>) = team
        .into_iter()
        .map(|person| (person.id, (person.id.to_string(), person.name)))
        .partition(|(id, _)| found.hosts.contains(id));
    let named = |people: Vec<(_, (String, String))>| people.into_iter().map(|(_, named)| named).collect();
    Ok((named(taking_part), named(others)))
}

fn client_zone(zone: &zones::Zone) -> String {
    if zone.is_known() {
        zone.name().replace('_', " ")
    } else {
        format!("“{}”, which is not known here", zone.name())
    }
}

fn is_changeable(status: bookings::Status) -> bool {
    matches!(status, bookings::Status::New | bookings::Status::Confirmed)
}

fn detail(
    appointment: bookings::appointments::AppointmentView,
    zone: &zones::Zone,
    now: jiff::Timestamp,
    flash: FormFlash,
) -> AppointmentDetail {
    let local = zone.local(appointment.start);
    let writes: Vec<WriteView> = appointment.writes.iter().map(write_view).collect();
    let record = appointment.overridden.as_deref().unwrap_or_default();
    let steps = appointment.next_statuses(now).iter();
    let steps = steps.map(|next| step(appointment.status, *next)).collect();
    AppointmentDetail {
        id: appointment.id.to_string(),
        when: super::format::when(appointment.start, appointment.end, zone),
        zone: zone.to_string(),
        status: super::appointments::status_text(&appointment),
        can_change: is_changeable(appointment.status),
        tells_client: (appointment.status.is_active() && appointment.confirm_until.is_none())
            .then_some(appointment.end > now),
        hosts: Vec::new(),
        others: Vec::new(),
        may_change_hands: false,
        date: local.date().to_string(),
        time: local.strftime("%H:%M").to_string(),
        client_zone: client_zone(&appointment.client_zone),
        no_writes: if writes.is_empty() {
            appointment.write_sentence
        } else {
            String::new()
        },
        writes,
        booked_by: None,
        undo: None,
        mails_given_up: Vec::new(),
        mails_waiting: Vec::new(),
        may_send_again: false,
        confirm_until: appointment
            .confirm_until
            .map(|until| super::format::clock(zone.local(until).time())),
        record: bookings::availability::record_in_words(record),
        collision: appointment.collision,
        name: appointment.name,
        calendar: appointment.calendar_name,
        host: appointment.host_name,
        reason: appointment.assignment_reason,
        email: appointment.email,
        phone: appointment.phone.unwrap_or_default(),
        notes: appointment.notes.unwrap_or_default(),
        guests: appointment.guests,
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
        cancelled: appointment
            .called_off
            .map(|called_off| match (called_off.by, called_off.reason) {
                (Some(by), Some(reason)) => format!("By {by}. Reason: {reason}"),
                (Some(by), None) => format!("By {by}."),
                (None, reason) => reason.unwrap_or_default(),
            }),
        steps,
        version: String::new(),
        flash,
    }
}

fn write_view(write: &bookings::appointments::WriteView) -> WriteView {
    let names = [Some(write.host_name.as_str()), write.calendar_name.as_deref()];
    let names: Vec<&str> = names
        .into_iter()
        .flatten()
        .filter(|name| !name.is_empty())
        .collect();
    WriteView {
        state: write.state.as_str().to_owned(),
        words: write_label(write.state, &write.place),
        server: write.place.clone(),
        place: names.join(", "),
        problem: write.problem.clone(),
    }
}

fn step(from: bookings::Status, to: bookings::Status) -> StatusStep {
    use bookings::Status;

    let (words, help) = match (from, to) {
        (Status::New, Status::Confirmed) => ("Confirm", "The client is notified that it will take place."),
        (_, Status::Showed) => ("Showed", "The client came."),
        (_, Status::NoShow) => ("No-show", "The client did not come. The time becomes free again."),
        (_, Status::Invalid) => (
            "Invalid",
            "A mistake or spam. The time becomes free again, and nobody is notified.",
        ),
        (Status::Invalid, Status::Confirmed) => (
            "Back to confirmed",
            "Its time must still be free. The client is notified that it will take place.",
        ),
        _ => ("Back to confirmed", "Its time must still be free."),
    };
    StatusStep {
        status: to.as_str().to_owned(),
        words: words.to_owned(),
        help: help.to_owned(),
    }
}

/// A label for the state of a calendar write. `place` is the server.
pub fn write_label(state: bookings::WriteState, place: &str) -> String {
    use bookings::WriteState;

    match state {
        WriteState::Waiting => format!("Waiting to be written to {place}"),
        WriteState::Written => format!("Written to {place}"),
        WriteState::Failed => format!("Could not be written to {place}"),
        WriteState::ChangedInIcloud => format!("Changed in {place}"),
        WriteState::Removed => format!("Removed from {place}"),
        WriteState::NoCalendar => "Not in a calendar: no primary calendar is chosen".to_owned(),
    }
}

fn appointment_id(id: &str) -> Result<bookings::AppointmentId, AppError> {
    id.parse()
        .map_err(|_| crate::context::with_status(AppError::NotFound))
}

/// `/appointments/{id}`.
#[component]
pub fn AppointmentPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id").unwrap_or_default());
    load_page(appointment_page(id), |detail| {
        view! { <Shown detail/> }.into_any()
    })
}

#[component]
fn Shown(detail: AppointmentDetail) -> impl IntoView {
    let (status_text, tone) = status_label(&detail.status);
    let (problem, done) = (detail.flash.problem(), detail.flash.done());
    let waits_for_client = detail.confirm_until.is_some();
    let pending = detail.status == "new" || waits_for_client;
    let (id, flash, can_change) = (detail.id.clone(), detail.flash.clone(), detail.can_change);
    let version = detail.version.clone();
    let decline = (pending && can_change).then(|| {
        view! { <DeclineCard id=id.clone() version=version.clone() reason=flash.value("reason") is_told=!waits_for_client problem/> }
    });
    let cancel = (!pending && can_change).then(|| {
        view! { <CancelCard id=id.clone() version=version.clone() reason=flash.value("reason") problem/> }
    });
    let event = detail.writes.first().map(|write| match &detail.session {
        Some(_) => format!("the session's event in {} follows", write.server),
        None => format!("its event is removed from {}", write.server),
    });
    let delete = view! {
        <DeleteCard
            id=id.clone()
            tells_client=detail.tells_client
            event
            version=version.clone()
            problem
        />
    };
    let edit = can_change.then(|| view! { <EditCard detail=detail.clone() problem/> });
    view! {
        <PageHeader title=detail.name.clone() lead=format!("{} ({})", detail.when, detail.zone.replace('_', " "))>
            <Badge tone>{status_text}</Badge>
        </PageHeader>
        <FormNotice problem done/>
        {detail.confirm_until.clone().map(|until| view! {
            <Notice title="The client has not confirmed it yet">
                <p>{format!("A link was sent to the client by email. The time is reserved until {until}. You can also confirm it for the client.")}</p>
            </Notice>
        })}
        <MailsGivenUp mails=detail.mails_given_up.clone() may_send_again=detail.may_send_again/>
        <MailsWaiting mails=detail.mails_waiting.clone()/>
        <Collision sentence=detail.collision.clone()/>
        <Record by=detail.booked_by.clone() record=detail.record.clone()/>
        <FactsCard detail=detail.clone()/>
        <StatusCard id=id.clone() version=version.clone() steps=detail.steps pending waits_for_client problem/>
        {decline}
        <WritesCard writes=detail.writes nothing=detail.no_writes id=id.clone()/>
        {edit}
        {can_change.then(|| view! {
            <MoveCard
                id=id.clone()
                version=version.clone()
                date=flash.value_or("date", &detail.date)
                time=flash.value_or("time", &detail.time)
                others=detail.may_change_hands
                problem
            />
            <ReassignCard id version hosts=detail.hosts others=detail.others problem/>
        })}
        {cancel}
        {delete}
    }
}

/// A list of mails with the reason of each.
fn mail_list(mails: Vec<(String, String)>) -> impl IntoView {
    let rows = mails
        .into_iter()
        .map(|(what, problem)| view! { <li><strong>{what}</strong>". "{problem}</li> })
        .collect_view();
    view! { <ul>{rows}</ul> }
}

/// Mails that did not reach their recipient, who may not know what they say.
#[component]
fn MailsGivenUp(mails: Vec<(String, String)>, may_send_again: bool) -> impl IntoView {
    (!mails.is_empty()).then(|| {
        view! {
            <Notice tone=Tone::Warn title="Mails about this appointment were not delivered">
                {mail_list(mails)}
                {if may_send_again {
                    view! { <p><a href="/settings/mails">"See the mails that were given up"</a></p> }.into_any()
                } else {
                    view! { <p>"An admin can send them again under Settings, Mails."</p> }.into_any()
                }}
            </Notice>
        }
    })
}

/// Mails that have not reached their recipient yet.
#[component]
fn MailsWaiting(mails: Vec<(String, String)>) -> impl IntoView {
    (!mails.is_empty()).then(|| {
        view! {
            <Notice tone=Tone::Warn title="Mails about this appointment have not been sent yet">
                {mail_list(mails)}
                <p>"They are retried automatically."</p>
            </Notice>
        }
    })
}

/// What the booking overrode.
#[component]
fn Record(by: Option<String>, record: Vec<String>) -> impl IntoView {
    (!record.is_empty()).then(|| {
        let by = by.unwrap_or_else(|| "staff".to_owned());
        view! {
            <Notice tone=Tone::Warn title=format!("Booked by {by} although the time was not on offer")>
                <ul>{record.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            </Notice>
        }
    })
}

/// The notice that an event in a host's calendar collides with it.
#[component]
pub fn Collision(sentence: Option<String>) -> impl IntoView {
    sentence.map(|sentence| {
        view! { <Notice tone=Tone::Warn title=super::appointments::COLLIDES><p>{sentence}</p></Notice> }
    })
}

/// A `mailto:` link. Characters that would start a subject or further recipients are escaped (RFC 6068, section 2).
fn mailto(address: &str) -> String {
    const IN_ADDRESS: AsciiSet = NON_ALPHANUMERIC
        .remove(b'@')
        .remove(b'.')
        .remove(b'-')
        .remove(b'_')
        .remove(b'+');
    format!("mailto:{}", utf8_percent_encode(address, &IN_ADDRESS))
}

#[component]
fn FactsCard(detail: AppointmentDetail) -> impl IntoView {
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    let pair =
        |name: &'static str, text: Option<String>| text.map(|text| view! { <dt>{name}</dt><dd>{text}</dd> });
    view! {
        <Card title="Appointment">
            <dl class="pairs">
                {pair("Booking calendar", Some(detail.calendar))}
                {pair("Host", filled(detail.host))}
                {pair("Cancelled", detail.cancelled)}
                {pair("Why this host", detail.reason)}
                {pair("Booked by", detail.booked_by)}
                <dt>"Email"</dt><dd><a href=mailto(&detail.email)>{detail.email.clone()}</a></dd>
                {pair("Phone", filled(detail.phone))}
                {pair("Guests", filled(detail.guests.join(", ")))}
                {detail.services.into_iter().map(|service| pair("Service", Some(service))).collect_view()}
                {detail.answers.into_iter().map(|(question, answer)| view! { <dt>{question}</dt><dd class="pre-line">{answer}</dd> }).collect_view()}
                {pair("Notes", filled(detail.notes))}
                {pair("Client's time zone", Some(detail.client_zone))}
            </dl>
            {detail.undo.map(|href| view! { <p class="small"><a href=href>"Undo all bookings with this address"</a></p> })}
            {detail.session.map(|session| view! { <p><a href=format!("/sessions/{session}")>"The whole session"</a></p> })}
        </Card>
    }
}

#[cfg(test)]
mod tests {
    use super::mailto;

    #[test]
    fn an_address_writes_to_itself_alone() {
        assert_eq!(
            mailto("ada+work@client.example"),
            "mailto:ada+work@client.example"
        );
        assert_eq!(
            mailto("ada?bcc=eve&body=x#@client.example"),
            "mailto:ada%3Fbcc%3Deve%26body%3Dx%23@client.example"
        );
    }
}
