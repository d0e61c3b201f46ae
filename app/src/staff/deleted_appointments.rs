//! The appointments that were deleted recently, for the owner and admins.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Badge, Button, EmptyState, FormNotice, PageHeader, Tone, load};

/// What the page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedView {
    rows: Vec<DeletedRow>,
    flash: FormFlash,
}

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
    /// Its id, if the removal was given up.
    given_up: Option<String>,
}

/// Loads the appointments that were deleted recently.
#[server(prefix = "/api/fn", endpoint = "deleted-appointments-page")]
pub async fn deleted_appointments_page() -> Result<DeletedView, AppError> {
    let me = super::access::me().await?;
    let deleted = bookings::appointments::deleted_lately(&crate::context::quince()?, me.id).await;
    let deleted = deleted.map_err(|error| crate::context::with_status(error.into()))?;
    let row = |deleted: bookings::appointments::Deleted| {
        let date = super::format::long_date(me.zone.date(deleted.at));
        let time = super::format::clock(me.zone.local(deleted.at).time());
        let is_given_up = matches!(deleted.still_written, Some((bookings::WriteState::Failed, _)));
        DeletedRow {
            given_up: is_given_up.then(|| deleted.id.to_string()),
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
    Ok(DeletedView {
        rows: deleted.into_iter().map(row).collect(),
        flash: crate::context::flash("deleted-appointments").await,
    })
}

/// Settles the removal of an event that was given up.
#[server(prefix = "/api/fn", endpoint = "settle-removal")]
pub async fn settle_removal(
    id: String,
    /// "again" to try it again, "removed" when somebody removed the event.
    how: String,
) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("deleted-appointments");
    let done = match how.as_str() {
        "again" => "The removal is tried again. It comes back to this list if it fails again.",
        _ => "Noted: the event is removed.",
    };
    form.stay(settle(&id, &how).await, done).await
}

async fn settle(id: &str, how: &str) -> Result<(), AppError> {
    use bookings::appointments::GivenUp;

    let staff = crate::staff::access::signed_in().await?;
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    let given_up = match how {
        "again" => GivenUp::TryAgain,
        "removed" => GivenUp::IsRemoved,
        _ => return Err(AppError::Refused("Choose one of the buttons shown.".to_owned())),
    };
    Ok(bookings::appointments::settle_removal(&crate::context::quince()?, staff, id, given_up).await?)
}

/// `/appointments/deleted`.
#[component]
pub fn DeletedAppointmentsPage() -> impl IntoView {
    view! {
        <PageHeader title="Recently deleted" lead="Appointments that were deleted: which they were, who deleted them, and when."/>
        {load(deleted_appointments_page(), |DeletedView { rows, flash }| {
            let (problem, done) = (flash.problem(), flash.done());
            if rows.is_empty() {
                return view! {
                    <EmptyState title="Nothing was deleted">
                        <p>"An appointment can be deleted on its own page, and is then listed here."</p>
                    </EmptyState>
                }
                .into_any();
            }
            view! {
                <FormNotice problem done/>
                <ul class="rows">{rows.into_iter().map(|row| view! { <Row row/> }).collect_view()}</ul>
            }
            .into_any()
        })}
        <p><a href="/appointments">"Back to the appointments"</a></p>
    }
}

#[component]
fn Row(row: DeletedRow) -> impl IntoView {
    let buttons = row.given_up.map(|id| {
        view! {
            <form method="post" action=SettleRemoval::PATH>
                <input type="hidden" name="id" value=id/>
                <Button name="how" value="again">"Try again"</Button>
                <Button name="how" value="removed">"I removed it myself"</Button>
            </form>
        }
    });
    view! {
        <li class="row">
            <div class="row-main">
                <p class="row-title">{row.name}</p>
                <p class="row-detail">{row.when}</p>
                <p class="row-detail">{format!("{} · {}", row.calendar, row.by)}</p>
                {row.event.map(|(words, problem)| view! { <p class="row-detail"><Badge tone=Tone::Warn>{words}</Badge>" "{problem}</p> })}
            </div>
            {buttons}
        </li>
    }
}
