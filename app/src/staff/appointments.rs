//! The list of appointments.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::frame::ToConfirmCount;
use crate::error::AppError;
use crate::ui::{Badge, ButtonLink, EmptyState, Look, Notice, PageHeader, Picture, Tone, load};

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentRow {
    id: String,
    name: String,
    when: String,
    detail: String,
    status: String,
    /// Short notices, such as a collision.
    notes: Vec<String>,
}

/// A page of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentsView {
    rows: Vec<AppointmentRow>,
    /// The page with earlier ones.
    earlier: Option<String>,
    /// The page with later ones.
    later: Option<String>,
    /// Whether deleted appointments may be seen (owner and admins).
    may_see_deleted: bool,
    /// What was just done, if anything.
    done: Option<String>,
}

/// Loads a page of future appointments, of `past` ones, or of future ones that are `pending` or `colliding`: the first page, or the one
/// just `before` or `after` a position.
#[server(prefix = "/api/fn", endpoint = "appointments-page")]
pub async fn appointments_page(
    show: String,
    #[server(default)] before: String,
    #[server(default)] after: String,
) -> Result<AppointmentsView, AppError> {
    use bookings::appointments::{Cursor, Filter};

    let me = super::access::me().await?;
    let quince = crate::context::quince()?;
    // An invalid position leads to the first page.
    let before = before.parse().ok().map(Cursor::Before);
    let filter = Filter {
        upcoming: show != "past",
        host: None,
        to_confirm: show == "pending",
        colliding: show == "colliding",
        search: String::new(),
        cursor: before.or_else(|| after.parse().ok().map(Cursor::After)),
        limit: 50,
    };
    let page = bookings::appointments::list(&quince, me.id, &filter).await?;
    let address_of = |cursor: Cursor| {
        let first = address(&show);
        let mark = if first.contains('?') { '&' } else { '?' };
        match cursor {
            Cursor::Before(place) => format!("{first}{mark}before={place}"),
            Cursor::After(place) => format!("{first}{mark}after={place}"),
        }
    };
    Ok(AppointmentsView {
        earlier: page.earlier.map(address_of),
        later: page.later.map(address_of),
        may_see_deleted: me.is_admin(),
        done: crate::context::flash("appointments").await.done,
        rows: page
            .appointments
            .into_iter()
            .map(|appointment| row(appointment, &me.zone))
            .collect(),
    })
}

fn row(appointment: bookings::appointments::AppointmentView, zone: &zones::Zone) -> AppointmentRow {
    AppointmentRow {
        id: appointment.id.to_string(),
        when: super::format::when(appointment.start, appointment.end, zone),
        detail: format!("{} · {}", appointment.calendar_name, appointment.host_name),
        status: status_text(&appointment),
        notes: {
            let write = appointment.write.as_ref().filter(|write| write.can_write_again);
            let write = write.map(|write| super::appointment::write_label(write.state, &write.place));
            let collision = appointment.collision.as_ref().map(|_| COLLIDES.to_owned());
            collision.into_iter().chain(write).collect()
        },
        name: appointment.name,
    }
}

/// A label for the status, or for a missing confirmation by the client.
pub fn status_text(appointment: &bookings::appointments::AppointmentView) -> String {
    match appointment.confirm_until {
        Some(_) => "unconfirmed".to_owned(),
        None => appointment.status.as_str().to_owned(),
    }
}

/// The label of an appointment that an event collides with.
pub const COLLIDES: &str = "Collides with calendar";

/// Label and tone of a status.
pub fn status_label(status: &str) -> (&'static str, Tone) {
    match status {
        "new" => ("Waiting for confirmation", Tone::Warn),
        "unconfirmed" => ("Waiting for the client", Tone::Warn),
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
    let of = |key: &'static str| query.with_untracked(|query| query.get(key).unwrap_or_default());
    let (show, before, after) = (of("show"), of("before"), of("after"));
    let is_first = before.is_empty() && after.is_empty();
    let page = appointments_page(show.clone(), before, after);
    let shown = show.clone();
    let tab = move |key: &'static str, words: &'static str| {
        let href = address(key);
        let count = (key == "pending").then(|| view! { <ToConfirmCount/> });
        view! { <li><a href=href aria-current=(shown == key).then_some("page")>{words}{count}</a></li> }
    };
    view! {
        <PageHeader title="Appointments">
            <ButtonLink href="/appointments/new" look=Look::Primary icon=Picture::Plus>"Book for a client"</ButtonLink>
        </PageHeader>
        <nav class="tabs" aria-label="Which appointments">
            <ul>{tab("", "Coming")} {tab("pending", "To confirm")} {tab("colliding", COLLIDES)} {tab("past", "Past")}</ul>
        </nav>
        {load(page, move |AppointmentsView { rows, earlier, later, may_see_deleted, done }| {
            let done = done.map(|text| view! { <Notice tone=Tone::Good>{text}</Notice> });
            let deleted = may_see_deleted.then(|| view! {
                <p class="small"><a href="/appointments/deleted">"Recently deleted"</a></p>
            });
            if rows.is_empty() && !is_first {
                return view! {
                    <EmptyState title="No more appointments">
                        <p><a href=address(&show)>"Back to the first page"</a></p>
                    </EmptyState>
                }
                .into_any();
            }
            if rows.is_empty() {
                let text = match show.as_str() {
                    "past" => "Appointments move here when they are over.",
                    "colliding" => "When an event in a host's calendar overlaps a future appointment, the appointment appears here.",
                    "pending" => "Appointments that need your confirmation appear here.",
                    _ => "When a client books, the appointment appears here and in the primary calendar of its host.",
                };
                return view! { {done} <EmptyState title="No appointments"><p>{text}</p></EmptyState> {deleted} }.into_any();
            }
            view! {
                {done}
                <ul class="rows">{rows.into_iter().map(|row| view! { <Row row/> }).collect_view()}</ul>
                <Pager earlier later/>
                {deleted}
            }
            .into_any()
        })}
    }
}

/// The path of the first page.
fn address(show: &str) -> String {
    match show {
        "past" | "pending" | "colliding" => format!("/appointments?show={show}"),
        _ => "/appointments".to_owned(),
    }
}

/// Links to the previous and next page.
#[component]
fn Pager(earlier: Option<String>, later: Option<String>) -> impl IntoView {
    let way = |href: Option<String>, words: &'static str| {
        href.map(|href| view! { <ButtonLink href>{words}</ButtonLink> })
    };
    (earlier.is_some() || later.is_some()).then(|| {
        view! {
            <nav class="button-row" aria-label="Other appointments">{way(earlier, "Earlier")} {way(later, "Later")}</nav>
        }
    })
}

#[component]
fn Row(row: AppointmentRow) -> impl IntoView {
    let (status, tone) = status_label(&row.status);
    view! {
        <li class="row">
            <div class="row-main">
                <a class="row-title" href=format!("/appointments/{}", row.id)>{row.name}</a>
                <p class="row-detail">{row.when}</p>
                <p class="row-detail">{row.detail}</p>
            </div>
            <Badge tone>{status}</Badge>
            {row.notes.into_iter().map(|note| view! { <Badge tone=Tone::Warn>{note}</Badge> }).collect_view()}
        </li>
    }
}
