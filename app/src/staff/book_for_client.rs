//! `/appointments/new`: staff book for a client, at a time that is on offer, or at another one if they say so.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::visit::{self, VisitLists, VisitService};
use crate::error::AppError;
use crate::kept::KeptForm;
use crate::ui::field::Problem;
use crate::ui::{
    Button, ButtonLink, Card, Check, Choice, EmptyState, Field, FormNotice, LongText, Look, PageHeader,
    TimeChoice, TimeGroup, TimeList, load_page, problem_of,
};

/// What the form sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientText {
    calendar: String,
    date: String,
    time: String,
    host: String,
    /// What a visit is made of; empty in other kinds than Service.
    services: String,
    name: String,
    email: String,
    phone: String,
    notes: String,
    guests: String,
    all_the_same: String,
    key: String,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BookPage {
    form: ClientText,
    calendars: Vec<(String, String)>,
    hosts: Vec<(String, String)>,
    /// What a visit can be made of; nothing in other kinds than Service.
    menu: Vec<VisitService>,
    /// A visit is to be put together first.
    to_choose: bool,
    day: String,
    zone: String,
    why_not: String,
    takes_guests: bool,
    free: Vec<TimeChoice>,
    kept: KeptForm,
}

/// Loads the page for a booking calendar (by its id; else the first), a date and a visit of these services.
#[server(prefix = "/api/fn", endpoint = "book-for-client-page")]
pub async fn book_for_client_page(
    calendar: String,
    date: String,
    time: String,
    visit: String,
) -> Result<BookPage, AppError> {
    let me = super::access::me().await?;
    form::page(me, &calendar, &date, &time, &visit)
        .await
        .map_err(crate::context::with_status)
}

/// Books for a client.
#[server(prefix = "/api/fn", endpoint = "book-for-client")]
pub async fn book_for_client(booking: ClientText) -> Result<(), AppError> {
    let typed = serde_json::to_string(&booking).unwrap_or_default();
    let submitted = crate::context::Submitted::new("book-for-client").keep("booking", &typed);
    submitted.go(form::book(booking).await).await
}

/// What was typed about the client. It lives as long as the page, so choosing another time loses nothing.
#[derive(Debug, Clone, Copy, Default)]
struct Typed {
    name: RwSignal<String>,
    email: RwSignal<String>,
    phone: RwSignal<String>,
    notes: RwSignal<String>,
    guests: RwSignal<String>,
}

impl Typed {
    /// Takes over what the server kept of a form that was sent without script.
    fn take(self, form: &ClientText) {
        for (signal, kept) in [
            (self.name, &form.name),
            (self.email, &form.email),
            (self.phone, &form.phone),
            (self.notes, &form.notes),
            (self.guests, &form.guests),
        ] {
            if signal.get_untracked().is_empty() && !kept.is_empty() {
                signal.set(kept.clone());
            }
        }
    }
}

/// `/appointments/new?calendar=&date=&time=&visit=`.
#[component]
pub fn BookForClientPage() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|query| {
            let text = |name| query.get(name).unwrap_or_default();
            (text("calendar"), text("date"), text("time"), visit::asked(query))
        })
    });
    let page = Resource::new(
        move || asked.get(),
        |(calendar, date, time, visit)| book_for_client_page(calendar, date, time, visit),
    );
    let typed = Typed::default();
    view! {
        <PageHeader title="Book for a client" lead="The client gets the same mail as after booking themselves."/>
        {load_page(page, move |page| {
            typed.take(&page.form);
            view! { <Shown page typed/> }.into_any()
        })}
    }
}

#[component]
fn Shown(page: BookPage, typed: Typed) -> AnyView {
    if page.calendars.is_empty() {
        return view! {
            <EmptyState title="Nothing can be booked">
                <p>"You are not a member of a booking calendar that is switched on."</p>
            </EmptyState>
        }
        .into_any();
    }
    let action = ServerAction::<BookForClient>::new();
    let problem = problem_of(action, &page.kept);
    let none = page.free.is_empty();
    let groups = (!none).then(|| TimeGroup {
        name: "Free".to_owned(),
        times: page.free.clone(),
    });
    let groups = groups.into_iter().collect();
    let (calendar, date) = (page.form.calendar.clone(), page.form.date.clone());
    let (calendars, day, why_not) = (page.calendars.clone(), page.day.clone(), page.why_not.clone());
    let zone = page.zone.replace('_', " ");
    let (menu, to_choose) = (page.menu.clone(), page.to_choose);
    let nothing = if to_choose {
        "Choose what the visit is made of first."
    } else {
        "No free times on this day."
    };
    view! {
        <Card title="What and when">
            <Form method="GET" action="" attr:class="day-form">
                <div class="field-row">
                    <Choice label="Booking calendar" name="calendar" options=calendars value=calendar/>
                    <Field label="Date" name="date" kind="date" value=date required=true/>
                </div>
                <VisitLists menu/>
                <div class="form-end"><Button>"Show free times"</Button></div>
            </Form>
            <h3>{day}</h3>
            <p class="field-help">{format!("Times in {zone}.")}</p>
            {none.then(|| view! { <p>{nothing}</p> })}
            <TimeList groups/>
            <p><a href=why_not>"Why are other times not free?"</a></p>
        </Card>
        <FormNotice problem/>
        <ClientForm page typed action problem/>
    }
    .into_any()
}

#[component]
fn ClientForm(
    page: BookPage,
    typed: Typed,
    action: ServerAction<BookForClient>,
    problem: Problem,
) -> impl IntoView {
    let form = page.form;
    let name = |field: &str| format!("booking[{field}]");
    view! {
        <Card title="The client">
            <ActionForm action=action>
                <input type="hidden" name=name("calendar") value=form.calendar/>
                <input type="hidden" name=name("key") value=form.key/>
                <input type="hidden" name=name("services") value=form.services/>
                <div class="field-row">
                    <Field label="Date" id="booking-date" name=name("date") kind="date" value=form.date required=true problem/>
                    <Field label="Time" name=name("time") kind="time" value=form.time required=true help="Choose a free one above, or type another." problem/>
                </div>
                {(page.hosts.len() > 1).then(|| view! {
                    <Choice label="With" name=name("host") options=page.hosts value=form.host problem/>
                })}
                <Field label="Name" name=name("name") bind=typed.name required=true problem/>
                <Field label="Email" name=name("email") kind="email" bind=typed.email required=true help="The confirmation goes there." problem/>
                <Field label="Phone" name=name("phone") kind="tel" bind=typed.phone maxlength=40 problem/>
                {page.takes_guests.then(|| view! {
                    <LongText label="Who comes with them" name=name("guests") bind=typed.guests rows=2 help="One name a line. Each takes a seat of their own." problem/>
                })}
                <LongText label="Notes" name=name("notes") bind=typed.notes rows=3 problem/>
                <Check
                    label="Book it even if the time is not free"
                    name=name("all_the_same")
                    checked=form.all_the_same == "true"
                    help="Hours, other appointments and events are then overlooked, and the appointment says so. A class has no more seats than it has."
                />
                <div class="form-end">
                    <Button look=Look::Primary busy=action.pending()>"Book"</Button>
                    <ButtonLink href="/appointments">"Cancel"</ButtonLink>
                </div>
            </ActionForm>
        </Card>
    }
}

#[cfg(feature = "ssr")]
mod form {
    use bookings::Kind;
    use bookings::accounts::Me;
    use bookings::appointments::{Booking, IfTaken};
    use bookings::calendars::Calendar;
    use jiff::civil::{Date, Time};

    use super::super::format::{clock, long_date};
    use super::super::visit::menu;
    use super::{BookPage, ClientText, TimeChoice};
    use crate::context::{kept_until_accepted, quince};
    use crate::error::{AppError, FieldProblem};

    pub async fn page(me: Me, id: &str, date: &str, time: &str, visit: &str) -> Result<BookPage, AppError> {
        let quince = quince()?;
        let kept = kept_until_accepted("book-for-client").await;
        let typed: ClientText = serde_json::from_str(&kept.value("booking")).unwrap_or_default();
        let mut calendars = bookings::calendars::list(&quince, me.id).await?;
        calendars.retain(|calendar| calendar.active);
        // Right after a refusal the page shows what was sent; later, what its address asks for.
        let refused = kept.problem.is_some();
        let first = |asked: &str, typed: &str| {
            let (one, other) = if refused { (typed, asked) } else { (asked, typed) };
            if one.is_empty() {
                other.to_owned()
            } else {
                one.to_owned()
            }
        };
        let (id, date, time, services) = (
            first(id, &typed.calendar),
            first(date, &typed.date),
            first(time, &typed.time),
            first(visit, &typed.services),
        );
        let chosen = calendars.iter().find(|calendar| calendar.id.to_string() == id);
        let chosen = chosen.or_else(|| calendars.first()).cloned();
        let today = me.zone.date(quince.now());
        let day = date.parse::<Date>().unwrap_or(today);
        let (menu, services) = match &chosen {
            Some(calendar) => menu::load(&quince, &me, calendar.id, &services).await?,
            None => (Vec::new(), Vec::new()),
        };
        let to_choose = !menu.is_empty() && services.is_empty();
        let form = ClientText {
            services: menu::text(&services),
            calendar: chosen
                .as_ref()
                .map(|calendar| calendar.id.to_string())
                .unwrap_or_default(),
            date: day.to_string(),
            time,
            key: uuid::Uuid::new_v4().to_string(),
            ..typed
        };
        let free = match &chosen {
            Some(calendar) if !to_choose => free(&me, calendar, day, &form).await?,
            _ => Vec::new(),
        };
        Ok(BookPage {
            hosts: chosen.as_ref().map(hosts).unwrap_or_default(),
            takes_guests: chosen
                .as_ref()
                .is_some_and(|calendar| calendar.kind == Kind::ClassBooking),
            why_not: format!(
                "/booking-calendars/{}/why-not?date={day}{}",
                form.calendar,
                menu::query(&form.services)
            ),
            calendars: calendars
                .into_iter()
                .map(|calendar| (calendar.id.to_string(), calendar.name))
                .collect(),
            menu,
            to_choose,
            day: long_date(day),
            zone: me.zone.name().to_owned(),
            form,
            free,
            kept,
        })
    }

    /// Whom the client can be given to; empty where there is no choice.
    fn hosts(calendar: &Calendar) -> Vec<(String, String)> {
        if calendar.kind != Kind::RoundRobin {
            return Vec::new();
        }
        let anybody = (String::new(), "Whoever is free".to_owned());
        let members = calendar.members.iter();
        let members = members.map(|member| (member.staff.to_string(), member.name.clone()));
        std::iter::once(anybody).chain(members).collect()
    }

    async fn free(
        me: &Me,
        calendar: &Calendar,
        day: Date,
        form: &ClientText,
    ) -> Result<Vec<TimeChoice>, AppError> {
        let services = menu::chosen(&form.services)?;
        let free =
            bookings::slots::free_for_staff(&quince()?, me.id, calendar.id, &services, day, &me.zone).await?;
        Ok(free
            .into_iter()
            .map(|start| {
                let time = me.zone.local(start.start).time();
                let sent = time.strftime("%H:%M").to_string();
                TimeChoice {
                    label: clock(time),
                    note: match start.seats_left {
                        None => String::new(),
                        Some(1) => "1 seat left".to_owned(),
                        Some(left) => format!("{left} seats left"),
                    },
                    start: start.start.to_string(),
                    href: format!(
                        "/appointments/new?calendar={}&date={day}&time={sent}{}",
                        calendar.id,
                        menu::query(&form.services)
                    ),
                    chosen: sent == form.time,
                }
            })
            .collect())
    }

    pub async fn book(text: ClientText) -> Result<String, AppError> {
        let me = super::super::access::me().await?;
        let quince = quince()?;
        let id = text.calendar.parse().map_err(|_| AppError::NotFound)?;
        let calendar = bookings::calendars::get(&quince, me.id, id).await?;
        let date: Date = text
            .date
            .parse()
            .map_err(|_| AppError::field("booking[date]", "Choose a date."))?;
        let time: Time = text
            .time
            .parse()
            .map_err(|_| AppError::field("booking[time]", "Enter a time such as 14:30."))?;
        let host = match text.host.as_str() {
            "" => None,
            host => Some(host.parse().map_err(|_| AppError::NotFound)?),
        };
        let guests = text.guests.lines().map(str::trim);
        let booking = Booking {
            slug: calendar.slug,
            start: me.zone.opening(date.to_datetime(time)),
            zone: calendar.rules.zone,
            name: text.name,
            email: text.email,
            phone: text.phone,
            notes: text.notes,
            guests: guests
                .filter(|guest| !guest.is_empty())
                .map(str::to_owned)
                .collect(),
            answers: Vec::new(),
            services: menu::chosen(&text.services)?,
            host,
            holder: None,
            idempotency_key: text.key,
        };
        let if_taken = if text.all_the_same == "true" {
            IfTaken::BookAllTheSame
        } else {
            IfTaken::Refuse
        };
        let booked = bookings::appointments::book_as_staff(&quince, me.id, booking, if_taken).await;
        let booked = booked.map_err(|error| named(error.into()))?;
        Ok(format!("/appointments/{}", booked.id))
    }

    /// The problems at the fields of this form.
    fn named(error: AppError) -> AppError {
        let AppError::Fields(problems) = error else {
            return error;
        };
        let problems = problems.into_iter().map(|problem| FieldProblem {
            field: format!("booking[{}]", problem.field),
            sentence: problem.sentence,
        });
        AppError::Fields(problems.collect())
    }
}
