//! `/appointments/new`: staff book for a client, at an offered time or, if they say so, at any other.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

mod form;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::visit::{self, VisitLists, VisitService};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::public::booking::questions::{AnswerText, QuestionFields, QuestionView, answers_of};
use crate::ui::field::Problem;
use crate::ui::{
    Button, ButtonLink, Card, Check, Choice, EmptyState, Field, FormNotice, LongText, Look, Notice,
    PageHeader, TimeChoice, TimeGroup, TimeList, Tone, load_page,
};

/// The posted form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientText {
    calendar: String,
    date: String,
    time: String,
    host: String,
    /// The services of a visit, in a Service calendar.
    services: String,
    name: String,
    email: String,
    phone: String,
    notes: String,
    guests: String,
    override_conflicts: String,
    key: String,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BookPage {
    form: ClientText,
    calendars: Vec<(String, String)>,
    hosts: Vec<(String, String)>,
    /// The menu; empty for other kinds than Service.
    menu: Vec<VisitService>,
    /// Whether services have to be chosen first.
    to_choose: bool,
    /// The booking calendar's questions, which staff need not answer.
    questions: Vec<QuestionView>,
    /// Why iCloud plays no part here, if so (D1).
    no_icloud: Option<String>,
    day: String,
    zone: String,
    why_not: String,
    takes_guests: bool,
    free: Vec<TimeChoice>,
    flash: FormFlash,
}

/// Loads the page for a booking calendar (its id, by default the first), a date, a member (id, by default anybody) and services.
#[server(prefix = "/api/fn", endpoint = "book-for-client-page")]
pub async fn book_for_client_page(
    calendar: String,
    date: String,
    time: String,
    host: String,
    visit: String,
) -> Result<BookPage, AppError> {
    let me = super::access::me().await?;
    let query = form::PageQuery {
        calendar: &calendar,
        date: &date,
        time: &time,
        host: &host,
        visit: &visit,
    };
    form::page(me, query).await.map_err(crate::context::with_status)
}

/// Books for a client.
#[server(prefix = "/api/fn", endpoint = "book-for-client")]
pub async fn book_for_client(
    booking: ClientText,
    #[server(default)] answers: Vec<AnswerText>,
) -> Result<(), AppError> {
    let draft = serde_json::to_string(&booking).unwrap_or_default();
    let submitted = crate::context::FormPost::new("book-for-client")
        .keep("booking", &draft)
        .keep("answers", &serde_json::to_string(&answers).unwrap_or_default());
    submitted.go(form::book(booking, answers).await).await
}

/// `/appointments/new?calendar=&date=&time=&host=&visit=`.
#[component]
pub fn BookForClientPage() -> impl IntoView {
    let query = use_query_map();
    let (calendar, date, time, host, visit) = query.with_untracked(|query| {
        let text = |name| query.get(name).unwrap_or_default();
        (
            text("calendar"),
            text("date"),
            text("time"),
            text("host"),
            visit::asked(query),
        )
    });
    let is_elsewhere = query.with_untracked(|query| query.get("booked").is_some());
    let page = book_for_client_page(calendar, date, time, host, visit);
    view! {
        <PageHeader title="Book for a client" lead="The client gets the same mail as after booking themselves."/>
        {is_elsewhere.then(|| view! {
            <Notice tone=Tone::Good>"Booked. It is in your colleague's list, not in yours."</Notice>
        })}
        {load_page(page, |page| view! { <Shown page/> }.into_any())}
    }
}

#[component]
fn Shown(page: BookPage) -> AnyView {
    if page.calendars.is_empty() {
        return view! {
            <EmptyState title="Nothing can be booked">
                <p>"You are not a member of a booking calendar that is switched on."</p>
            </EmptyState>
        }
        .into_any();
    }
    let problem = page.flash.problem();
    let none = page.free.is_empty();
    let groups = (!none).then(|| TimeGroup {
        name: "Free".to_owned(),
        times: page.free.clone(),
    });
    let groups = groups.into_iter().collect();
    let (calendar, date) = (page.form.calendar.clone(), page.form.date.clone());
    let (calendars, day, why_not) = (page.calendars.clone(), page.day.clone(), page.why_not.clone());
    let (hosts, host) = (page.hosts.clone(), page.form.host.clone());
    let no_icloud = page.no_icloud.clone();
    let zone = page.zone.replace('_', " ");
    let (menu, to_choose) = (page.menu.clone(), page.to_choose);
    let nothing = if to_choose {
        "Choose the services first."
    } else {
        "No free times on this day."
    };
    view! {
        <Card title="What and when">
            <form method="get" action="/appointments/new" class="day-form">
                <div class="field-row">
                    <Choice label="Booking calendar" name="calendar" options=calendars value=calendar/>
                    <Field label="Date" name="date" kind="date" value=date required=true/>
                </div>
                {(hosts.len() > 1).then(|| view! { <Choice label="With" name="host" options=hosts value=host/> })}
                <VisitLists menu/>
                <div class="form-end"><Button>"Show free times"</Button></div>
            </form>
            {no_icloud.map(|sentence| view! { <Notice>{sentence}</Notice> })}
            <h3>{day}</h3>
            <p class="field-help">{format!("Times in {zone}.")}</p>
            {none.then(|| view! { <p>{nothing}</p> })}
            <TimeList groups/>
            <p><a href=why_not>"Why are other times not free?"</a></p>
        </Card>
        <FormNotice problem/>
        <ClientForm page problem/>
    }
    .into_any()
}

#[component]
fn ClientForm(page: BookPage, problem: Problem) -> impl IntoView {
    let form = page.form;
    let why_not = page.why_not;
    let refused = move || match problem.get() {
        Some(AppError::SlotTaken(sentence) | AppError::Refused(sentence)) => Some(sentence),
        _ => None,
    };
    let name = |field: &str| format!("booking[{field}]");
    view! {
        <Card title="The client">
            <form method="post" action=BookForClient::PATH data-draft="book for a client">
                <input type="hidden" name=name("calendar") value=form.calendar/>
                <input type="hidden" name=name("key") value=form.key/>
                <input type="hidden" name=name("services") value=form.services/>
                <div class="field-row">
                    <Field label="Date" id="booking-date" name=name("date") kind="date" value=form.date required=true problem/>
                    <Field label="Time" name=name("time") kind="time" value=form.time required=true help="Choose a free one above, or type another." problem/>
                </div>
                {(page.hosts.len() > 1).then(|| view! {
                    <Choice label="With" id="booking-host" name=name("host") options=page.hosts value=form.host problem/>
                })}
                <Field label="Name" name=name("name") value=form.name required=true problem/>
                <Field label="Email" name=name("email") kind="email" value=form.email required=true help="The confirmation is sent to this address." problem/>
                <Field label="Phone" name=name("phone") kind="tel" value=form.phone maxlength=40 problem/>
                {page.takes_guests.then(|| view! {
                    <LongText label="Who is coming with them" name=name("guests") value=form.guests rows=2 help="One name per line. Each person takes a seat." problem/>
                })}
                <QuestionFields questions=page.questions answers=answers_of(&page.flash)/>
                <LongText label="Notes" name=name("notes") value=form.notes rows=3 problem/>
                {move || refused().map(|sentence| {
                    let why_not = why_not.clone();
                    view! {
                        <Notice tone=Tone::Warn title="Why it was not booked">
                            <p>{sentence} " " <a href=why_not>"What is in the way on this day"</a></p>
                        </Notice>
                    }
                })}
                <Check
                    attr:data-undrafted=""
                    label="Book it even if the time is not free"
                    name=name("override_conflicts")
                    checked=form.override_conflicts == "true"
                    help="Hours, other appointments and events are then ignored, and the appointment says so. A class never gets more seats."
                />
                <div class="form-end">
                    <Button look=Look::Primary>"Book"</Button>
                    <ButtonLink href="/appointments">"Cancel"</ButtonLink>
                </div>
            </form>
        </Card>
    }
}
