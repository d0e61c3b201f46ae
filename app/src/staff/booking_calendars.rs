//! The list of booking calendars.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::ui::{Badge, ButtonLink, EmptyState, Look, Notice, PageHeader, Picture, Tone, load_page};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarsView {
    rows: Vec<CalendarRow>,
    /// Whether the viewer may create one (owner and admins).
    may_change: bool,
    /// What was just done, if anything.
    done: Option<String>,
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarRow {
    id: String,
    name: String,
    kind: String,
    color: String,
    duration: String,
    members: String,
    slug: String,
    active: bool,
    notes: Vec<String>,
}

/// Loads the list.
#[server(prefix = "/api/fn", endpoint = "booking-calendars-page")]
pub async fn booking_calendars_page() -> Result<CalendarsView, AppError> {
    let me = super::access::me().await?;
    let calendars = bookings::booking_calendars::list(&crate::context::quince()?, me.id).await?;
    Ok(CalendarsView {
        rows: calendars.into_iter().map(row).collect(),
        may_change: me.is_admin(),
        done: crate::context::flash("booking-calendars").await.done,
    })
}

fn row(calendar: bookings::booking_calendars::Calendar) -> CalendarRow {
    CalendarRow {
        id: calendar.id.to_string(),
        kind: kind_label(calendar.kind).to_owned(),
        duration: if calendar.kind == bookings::Kind::Service {
            "menu".to_owned()
        } else {
            format!("{} min", calendar.rules.duration)
        },
        color: calendar.color,
        members: calendar
            .members
            .iter()
            .map(|member| member.name.clone())
            .collect::<Vec<_>>()
            .join(", "),
        name: calendar.name,
        slug: calendar.slug,
        active: calendar.active && calendar.problem.is_none(),
        notes: calendar.notes,
    }
}

/// The name of a kind (product.md).
pub fn kind_label(kind: bookings::Kind) -> &'static str {
    match kind {
        bookings::Kind::ClassBooking => "Class Booking",
        bookings::Kind::RoundRobin => "Round Robin",
        bookings::Kind::Collective => "Collective",
        bookings::Kind::Service => "Service",
        bookings::Kind::Personal => "Personal",
        bookings::Kind::Simple => "Simple",
    }
}

/// `/booking-calendars`.
#[component]
pub fn BookingCalendarsPage() -> impl IntoView {
    load_page(booking_calendars_page(), |view| {
        let CalendarsView {
            rows,
            may_change,
            done,
        } = view;
        let list = if !rows.is_empty() {
            view! { <ul class="rows">{rows.into_iter().map(|row| view! { <Row row/> }).collect_view()}</ul> }
                .into_any()
        } else if may_change {
            view! {
                <EmptyState title="Nothing can be booked yet">
                    <p>"Create a booking calendar: a name, how long it takes, and who it is with."</p>
                    <ButtonLink href="/booking-calendars/new" look=Look::Primary>"Create the first one"</ButtonLink>
                </EmptyState>
            }
            .into_any()
        } else {
            view! {
                <EmptyState title="You are not in a booking calendar yet">
                    <p>"Ask the owner or an admin to add you to one."</p>
                </EmptyState>
            }
            .into_any()
        };
        view! {
            <PageHeader title="Booking calendars" lead="Each has a page where clients book.">
                {may_change.then(|| view! {
                    <ButtonLink href="/booking-calendars/new" look=Look::Primary icon=Picture::Plus>"New booking calendar"</ButtonLink>
                })}
            </PageHeader>
            {done.map(|text| view! { <Notice tone=Tone::Good>{text}</Notice> })}
            {list}
        }
        .into_any()
    })
}

#[component]
fn Row(row: CalendarRow) -> impl IntoView {
    let page = format!("/book/{}", row.slug);
    view! {
        <li class="row">
            <div class="row-main">
                <svg class="row-dot" viewBox="0 0 12 12" aria-hidden="true"><circle cx="6" cy="6" r="6" fill=row.color/></svg>
                <a class="row-title" href=format!("/booking-calendars/{}", row.id)>{row.name}</a>
                <p class="row-detail">{[row.kind, row.duration, row.members].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")}</p>
                {row.notes.into_iter().map(|note| view! { <p class="row-detail"><Badge tone=Tone::Warn>"Note"</Badge>" "{note}</p> }).collect_view()}
            </div>
            {(!row.active).then(|| view! { <Badge tone=Tone::Warn>"Not bookable"</Badge> })}
            {row.active.then(|| view! { <a class="row-link" href=page.clone()>{page.clone()}</a> })}
        </li>
    }
}
