//! The appointments that were deleted recently, for the owner and admins.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::ui::{Badge, EmptyState, PageHeader, Tone, load};

/// An appointment that was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedRow {
    name: String,
    when: String,
    calendar: String,
    /// Who deleted it, and when.
    by: String,
    /// Label and details of an event that is still to be removed; none when it is removed.
    event: Option<(String, String)>,
}

/// Loads the appointments that were deleted recently.
#[server(prefix = "/api/fn", endpoint = "deleted-appointments-page")]
pub async fn deleted_appointments_page() -> Result<Vec<DeletedRow>, AppError> {
    let me = super::access::me().await?;
    let deleted = bookings::appointments::deleted_lately(&crate::context::quince()?, me.id).await;
    let deleted = deleted.map_err(|error| crate::context::with_status(error.into()))?;
    let row = |deleted: bookings::appointments::Deleted| {
        let date = super::format::long_date(me.zone.date(deleted.at));
        let time = super::format::clock(me.zone.local(deleted.at).time());
        DeletedRow {
            name: deleted.name,
            when: super::format::when(deleted.start, deleted.end, &me.zone),
            calendar: deleted.calendar_name,
            by: format!("Deleted by {} on {date}, {time}", deleted.by),
            event: deleted.still_written.map(|(state, problem)| {
                let words = match state {
                    bookings::WriteState::Failed => "Its event could not be removed",
                    _ => "Its event waits to be removed",
                };
                (words.to_owned(), problem.unwrap_or_default())
            }),
        }
    };
    Ok(deleted.into_iter().map(row).collect())
}

/// `/appointments/deleted`.
#[component]
pub fn DeletedAppointmentsPage() -> impl IntoView {
    let page = Resource::new(|| (), |()| deleted_appointments_page());
    view! {
        <PageHeader title="Recently deleted" lead="Appointments that were deleted: which they were, who deleted them, and when."/>
        {load(page, |rows| {
            if rows.is_empty() {
                return view! {
                    <EmptyState title="Nothing was deleted">
                        <p>"An appointment can be deleted on its own page, and is then listed here."</p>
                    </EmptyState>
                }
                .into_any();
            }
            view! { <ul class="rows">{rows.into_iter().map(|row| view! { <Row row/> }).collect_view()}</ul> }.into_any()
        })}
        <p><a href="/appointments">"Back to the appointments"</a></p>
    }
}

#[component]
fn Row(row: DeletedRow) -> impl IntoView {
    view! {
        <li class="row">
            <div class="row-main">
                <p class="row-title">{row.name}</p>
                <p class="row-detail">{row.when}</p>
                <p class="row-detail">{format!("{} · {}", row.calendar, row.by)}</p>
                {row.event.map(|(words, problem)| view! { <p class="row-detail"><Badge tone=Tone::Warn>{words}</Badge>" "{problem}</p> })}
            </div>
        </li>
    }
}
