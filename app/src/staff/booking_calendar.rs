//! The editor of a booking calendar. Each setting has its unit, its default and a sentence of help.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

mod form;
mod kind;
mod limits;
mod members;
mod questions;
mod times;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::settings::hours::HoursText;
use crate::ui::field::Problem;
use crate::ui::{
    ButtonLink, Card, DeleteButton, Field, FormNotice, LongText, Look, Notice, PageHeader, SaveButtons, Tone,
    ZoneOption, load, load_page,
};
use kind::{KindCard, KindChangeText};
use limits::LimitsCard;
use members::PriorityText;
use questions::{QuestionText, QuestionsCard};
use times::{LengthCard, WhenCard};

/// A booking calendar as its form shows and posts it. Numbers are texts, so that what was typed can be shown again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CalendarText {
    name: String,
    slug: String,
    description: String,
    location: String,
    color: String,
    kind: String,
    distribution: String,
    kind_change_confirmed: String,
    seats: String,
    members: Vec<String>,
    priorities: Vec<PriorityText>,
    duration: String,
    interval: String,
    pre_buffer: String,
    post_buffer: String,
    notice: String,
    notice_unit: String,
    range_kind: String,
    range: String,
    range_unit: String,
    range_from: String,
    range_to: String,
    per_slot: String,
    per_day: String,
    look_busy_percent: String,
    cancel_cutoff: String,
    cancel_unit: String,
    reschedule_cutoff: String,
    reschedule_unit: String,
    zone: String,
    own_hours: String,
    forget_hours: String,
    hours: HoursText,
    questions: Vec<QuestionText>,
    auto_confirm: String,
    confirm_by_mail: String,
    ask_puzzle: String,
    active: String,
}

/// What the editor shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EditorView {
    id: String,
    form: CalendarText,
    team: Vec<(String, String)>,
    zones: Vec<ZoneOption>,
    changes: Vec<KindChangeText>,
    /// Whether the viewer may change it (owner and admins).
    may_change: bool,
    flash: FormFlash,
    flash_of_delete: FormFlash,
    /// The version on which the form is based.
    version: String,
    newest: String,
    /// Whether it is stored as a Service calendar, whatever is typed.
    is_menu: bool,
    public_page: Option<String>,
    notes: Vec<String>,
}

/// Loads the editor; without id, for a new booking calendar with defaults.
#[server(prefix = "/api/fn", endpoint = "booking-calendar-page")]
pub async fn booking_calendar_page(id: String) -> Result<EditorView, AppError> {
    let me = super::access::me().await?;
    form::view(me, &id).await.map_err(crate::context::with_status)
}

/// Inserts or updates a booking calendar.
#[server(prefix = "/api/fn", endpoint = "save-booking-calendar")]
pub async fn save_booking_calendar(
    id: String,
    calendar: CalendarText,
    #[server(default)] seen: String,
) -> Result<(), AppError> {
    let typed = serde_json::to_string(&calendar).unwrap_or_default();
    let form = crate::context::FormPost::new("booking-calendar")
        .keep("calendar", &typed)
        .keep("id", &id)
        .keep("seen", &seen);
    form.go_with_message(form::save(&seen, &id, calendar).await, "booking-calendars")
        .await
}

/// Deletes a booking calendar that never had an appointment.
#[server(prefix = "/api/fn", endpoint = "delete-booking-calendar")]
pub async fn delete_booking_calendar(id: String, #[server(default)] seen: String) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("delete-booking-calendar").keep("id", &id);
    form.go(form::delete(&seen, &id).await).await
}

/// `/booking-calendars/new`.
#[component]
pub fn NewBookingCalendarPage() -> impl IntoView {
    view! {
        <PageHeader title="New booking calendar"/>
        {load(booking_calendar_page(String::new()), |editor| view! { <Editor editor/> }.into_any())}
    }
}

/// `/booking-calendars/{id}`.
#[component]
pub fn BookingCalendarPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id").unwrap_or_default());
    load_page(booking_calendar_page(id), |editor| {
        let title = editor.form.name.clone();
        let public_page = editor.public_page.clone();
        let id = editor.id.clone();
        let notes = editor.notes.clone();
        let may_change = editor.may_change;
        let is_menu = editor.is_menu && may_change;
        let (flash_of_delete, newest) = (editor.flash_of_delete.clone(), editor.newest.clone());
        let why_not = format!("/booking-calendars/{id}/why-not");
        let services = format!("/booking-calendars/{id}/services");
        view! {
            <PageHeader title>
                <div class="button-row">
                    {is_menu.then(|| view! { <ButtonLink href=services look=Look::Primary>"Services"</ButtonLink> })}
                    <ButtonLink href=why_not>"Why not?"</ButtonLink>
                    {public_page.map(|href| view! { <ButtonLink href>"Open its page"</ButtonLink> })}
                </div>
            </PageHeader>
            {notes.into_iter().map(|note| view! { <Notice tone=Tone::Warn>{note}</Notice> }).collect_view()}
            <Editor editor/>
            {may_change.then(|| view! { <DeleteCard id version=newest flash=flash_of_delete/> })}
        }
        .into_any()
    })
}

#[component]
fn Editor(editor: EditorView) -> impl IntoView {
    let problem = editor.flash.problem();
    let EditorView {
        id,
        form,
        team,
        zones,
        changes,
        may_change,
        version,
        ..
    } = editor;
    let is_new = id.is_empty();
    let save = if is_new { "Create booking calendar" } else { "Save" };
    view! {
        <FormNotice problem/>
        {(!may_change).then(|| view! {
            <Notice tone=Tone::Info>"Only the owner or an admin can change this booking calendar. Ask one of them."</Notice>
        })}
        <form method="post" action=SaveBookingCalendar::PATH class="editor">
            <fieldset class="cards" disabled=!may_change>
                <legend class="visually-hidden">"Settings"</legend>
                <input type="hidden" name="id" value=id/>
                <AboutCard form=form.clone() is_new problem/>
                <KindCard form=form.clone() team changes problem/>
                <LengthCard form=form.clone() problem/>
                <WhenCard form=form.clone() zones problem/>
                <LimitsCard form=form.clone() problem/>
                <QuestionsCard questions=form.questions problem/>
            </fieldset>
            {may_change.then(|| view! {
                <div class="button-row">
                    <SaveButtons version problem words=save/>
                    <ButtonLink href="/booking-calendars">"Cancel"</ButtonLink>
                </div>
            })}
        </form>
    }
}

/// The card "What is booked".
#[component]
fn AboutCard(form: CalendarText, is_new: bool, problem: Problem) -> impl IntoView {
    let address = "The end of its page's address: lower-case letters, digits and hyphens. Usually empty: made from the name.";
    let address = if is_new {
        address.to_owned()
    } else {
        format!("{address} When it changes, links to the old address stop working.")
    };
    view! {
        <Card title="What is booked">
            <Field label="Name" name=name("name") value=form.name required=true help="Clients read it, for example Intro call. Events in the hosts' calendars are called by it, those to come as soon as it changes." problem/>
            <Field label="Address" name=name("slug") value=form.slug help=address problem/>
            <LongText label="Description" name=name("description") value=form.description help="What the client should know before booking. Usually a sentence or two; it may be empty." problem/>
            <Field label="Location" name=name("location") value=form.location maxlength=300 help="Where it takes place, for example an address or By phone. Everybody can read it on the booking page, so do not put a private meeting link here. Mails and events have it, too; events to come follow a change. Usually empty." problem/>
            <Field label="Colour" name=name("color") kind="color" value=form.color required=true help="It marks its appointments in the calendar view, and its name in the list of booking calendars. Usually quince yellow." problem/>
        </Card>
    }
}

/// The posted name of a field.
fn name(field: &str) -> String {
    format!("calendar[{field}]")
}

/// An option: value and label.
pub fn pair((value, label): (&str, &str)) -> (String, String) {
    (value.to_owned(), label.to_owned())
}

#[component]
fn DeleteCard(id: String, version: String, flash: FormFlash) -> impl IntoView {
    let problem = flash.problem();
    view! {
        <details class="more" open=flash.problem.is_some()>
            <summary>"Delete this booking calendar"</summary>
            <Card>
                <p>"Its page disappears. It can be deleted as long as nobody ever booked it. Otherwise switch it off above: its appointments stay, and nobody can book it."</p>
                <FormNotice problem/>
                <form method="post" action=DeleteBookingCalendar::PATH>
                    <input type="hidden" name="id" value=id/>
                    <DeleteButton version problem/>
                </form>
            </Card>
        </details>
    }
}
