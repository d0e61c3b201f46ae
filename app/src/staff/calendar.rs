//! The calendar view: a week or a day of appointments and external events, of one person or the team (D5).

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

mod agenda;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::week_grid::{ColorStripe, GridDay, Mark, WeekGrid};
use crate::error::AppError;
use crate::ui::{ButtonLink, Icon, Look, Notice, PageHeader, Picture, Tone, load_page};

/// What the calendar view shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CalendarView {
    title: String,
    zone: String,
    days: Vec<GridDay>,
    first_hour: u8,
    last_hour: u8,
    previous: String,
    next: String,
    today: String,
    as_day: String,
    as_week: String,
    block_off: String,
    book: String,
    one_day: bool,
    people: Vec<PersonChoice>,
    warnings: Vec<String>,
    connected: bool,
    /// The servers whose events are shown, for a sentence.
    servers: String,
    /// The booking calendars whose appointments are shown: name and colour.
    colors: Vec<(String, String)>,
    /// The marks to explain in the legend.
    marks: Vec<Mark>,
}

/// A link to the calendar of one person, or of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonChoice {
    name: String,
    href: String,
    chosen: bool,
}

/// Loads the calendar view of a date. `who` is empty for oneself, `team`, or a person's id.
#[server(prefix = "/api/fn", endpoint = "calendar-page")]
pub async fn calendar_page(date: String, days: u8, who: String) -> Result<CalendarView, AppError> {
    let me = super::access::me().await?;
    agenda::load(me, &date, days, &who)
        .await
        .map_err(crate::context::with_status)
}

/// `/calendar?date=&view=&who=`.
#[component]
pub fn CalendarPage() -> impl IntoView {
    let (date, days, who) = use_query_map().with_untracked(|query| {
        let text = |name| query.get(name).unwrap_or_default();
        let days: u8 = if text("view") == "day" { 1 } else { 7 };
        (text("date"), days, text("who"))
    });
    load_page(calendar_page(date, days, who), |view| {
        view! { <CalendarShown view/> }.into_any()
    })
}

#[component]
fn CalendarShown(view: CalendarView) -> impl IntoView {
    let people = view
        .people
        .iter()
        .map(|person| view! {
            <li><a class="chip" href=person.href.clone() aria-current=person.chosen.then_some("true")>{person.name.clone()}</a></li>
        })
        .collect_view();
    view! {
        <PageHeader title=view.title lead=format!("Times in {}", view.zone.replace('_', " "))>
            <div class="button-row calendar-steps">
                <a class="month-step" href=view.previous aria-label="Earlier"><Icon picture=Picture::ChevronLeft/></a>
                <ButtonLink href=view.today>"Today"</ButtonLink>
                <a class="month-step" href=view.next aria-label="Later"><Icon picture=Picture::ChevronRight/></a>
                {if view.one_day {
                    view! { <ButtonLink href=view.as_week>"Week"</ButtonLink> }.into_any()
                } else {
                    view! { <ButtonLink href=view.as_day>"Day"</ButtonLink> }.into_any()
                }}
            </div>
            <div class="button-row">
                <ButtonLink href=view.block_off>"Block off time"</ButtonLink>
                <ButtonLink href=view.book look=Look::Primary icon=Picture::Plus>"Book for a client"</ButtonLink>
            </div>
        </PageHeader>
        {view.warnings.into_iter().map(|text| view! { <Notice tone=Tone::Warn>{text}</Notice> }).collect_view()}
        {(!view.connected).then(|| view! {
            <Notice title="Your iCloud is not connected">
                <p>"Appointments are kept only here, and your iCloud events do not block your time."</p>
                <ButtonLink href="/connect-icloud" look=Look::Primary icon=Picture::Cloud>"Connect iCloud"</ButtonLink>
            </Notice>
        })}
        {(view.people.len() > 1).then(|| view! { <nav aria-label="Whose calendar"><ul class="chips">{people}</ul></nav> })}
        <WeekGrid days=view.days first_hour=view.first_hour last_hour=view.last_hour/>
        <ul class="legend" aria-label="Legend">
            <li><span class="swatch" data-kind="appointment"></span>"Appointment"</li>
            {view.colors.into_iter().map(|(name, color)| view! { <li><ColorStripe color/>{name}</li> }).collect_view()}
            {view.marks.into_iter().map(|mark| view! { <li><span class="block-mark" aria-hidden="true">{mark.sign()}</span>{mark.words()}</li> }).collect_view()}
            <li><span class="swatch" data-kind="blocked"></span>"Blocked off, or a holiday"</li>
            <li><span class="swatch" data-kind="external"></span>{format!("Event from {}, blocks", view.servers)}</li>
            <li><span class="swatch" data-kind="free"></span>{format!("Event from {}, does not block", view.servers)}</li>
        </ul>
    }
}
