//! The list of appointments.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::ui::{Badge, EmptyState, PageHeader, Tone, load};

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentRow {
    id: String,
    name: String,
    when: String,
    detail: String,
    status: String,
    note: Option<String>,
}

/// Loads the appointments to come, or the past ones.
#[server(prefix = "/api/fn", endpoint = "appointments-page")]
pub async fn appointments_page(past: bool) -> Result<Vec<AppointmentRow>, AppError> {
    let me = super::access::me().await?;
    let quince = crate::context::quince()?;
    let filter = bookings::appointments::Filter {
        upcoming: !past,
        host: None,
        search: String::new(),
        limit: 200,
    };
    let found = bookings::appointments::list(&quince, me.id, &filter).await?;
    Ok(found
        .into_iter()
        .map(|appointment| row(appointment, &me.zone))
        .collect())
}

#[cfg(feature = "ssr")]
fn row(appointment: bookings::appointments::AppointmentView, zone: &zones::Zone) -> AppointmentRow {
    AppointmentRow {
        id: appointment.id.to_string(),
        when: super::format::when(appointment.start, appointment.end, zone),
        detail: format!("{} · {}", appointment.calendar_name, appointment.host_name),
        status: appointment.status.as_str().to_owned(),
        note: appointment
            .write
            .as_ref()
            .filter(|write| write.can_write_again)
            .map(|write| super::appointment::write_words(write.state).to_owned()),
        name: appointment.name,
    }
}

/// What a status is called, and how it looks.
pub fn status_words(status: &str) -> (&'static str, Tone) {
    match status {
        "new" => ("Waiting for confirmation", Tone::Warn),
        "confirmed" => ("Confirmed", Tone::Good),
        "cancelled" => ("Cancelled", Tone::Bad),
        "showed" => ("Showed", Tone::Good),
        "no-show" => ("No-show", Tone::Warn),
        _ => ("Invalid", Tone::Info),
    }
}

/// `/appointments`.
#[component]
pub fn AppointmentsPage() -> impl IntoView {
    let query = use_query_map();
    let past = Memo::new(move |_| query.with(|query| query.get("show").as_deref() == Some("past")));
    let page = Resource::new(move || past.get(), appointments_page);
    let tab = move |href: &'static str, words: &'static str, is_past: bool| {
        view! { <li><a href=href aria-current=move || (past.get() == is_past).then_some("page")>{words}</a></li> }
    };
    view! {
        <PageHeader title="Appointments"/>
        <nav class="tabs" aria-label="Which appointments">
            <ul>{tab("/appointments", "Coming", false)} {tab("/appointments?show=past", "Past", true)}</ul>
        </nav>
        {load(page, move |rows| {
            if rows.is_empty() {
                let text = if past.get_untracked() {
                    "Appointments move here when they are over."
                } else {
                    "When a client books, the appointment appears here and in the primary calendar of its host."
                };
                return view! { <EmptyState title="No appointments"><p>{text}</p></EmptyState> }.into_any();
            }
            view! { <ul class="rows">{rows.into_iter().map(|row| view! { <Row row/> }).collect_view()}</ul> }.into_any()
        })}
    }
}

#[component]
fn Row(row: AppointmentRow) -> impl IntoView {
    let (status, tone) = status_words(&row.status);
    view! {
        <li class="row">
            <div class="row-main">
                <a class="row-title" href=format!("/appointments/{}", row.id)>{row.name}</a>
                <p class="row-detail">{row.when}</p>
                <p class="row-detail">{row.detail}</p>
            </div>
            <Badge tone>{status}</Badge>
            {row.note.map(|note| view! { <Badge tone=Tone::Warn>{note}</Badge> })}
        </li>
    }
}
