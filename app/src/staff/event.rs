//! One external event: whether it blocks, why, and what would change that.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::ui::{Badge, ButtonLink, Card, Notice, PageHeader, Tone, load_page};

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EventDetail {
    title: String,
    when: String,
    zone: String,
    location: Option<String>,
    calendar: String,
    freshness: String,
    blocks: bool,
    reason: String,
    problem: Option<String>,
    uid: String,
    back: String,
}

/// Loads an event by its id and the start of the instance (milliseconds, UTC).
#[server(prefix = "/api/fn", endpoint = "event-page")]
pub async fn event_page(id: String, start: String) -> Result<EventDetail, AppError> {
    let me = super::access::me().await?;
    let quince = crate::context::quince()?;
    let found = async {
        let id = id.parse().map_err(|_| AppError::NotFound)?;
        let start = start
            .parse()
            .ok()
            .and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
        let start = start.ok_or(AppError::NotFound)?;
        Ok::<_, AppError>(bookings::agenda::event(&quince, me.id, id, start).await?)
    };
    found
        .await
        .map(|event| detail(event, &me.zone, quince.now()))
        .map_err(crate::context::with_status)
}

fn detail(event: bookings::agenda::EventView, zone: &zones::Zone, now: jiff::Timestamp) -> EventDetail {
    EventDetail {
        when: super::format::extent(event.start, event.end, event.all_day, zone),
        back: format!("/calendar?date={}", zone.date(event.start)),
        zone: zone.to_string(),
        freshness: super::format::freshness(event.synced_at, now),
        title: if event.title.is_empty() {
            "An event without a title".to_owned()
        } else {
            event.title
        },
        location: event.location,
        calendar: event.calendar_name,
        blocks: event.blocks,
        reason: event.reason,
        problem: event.problem,
        uid: event.uid,
    }
}

/// The path of an event's page.
pub fn href(id: bookings::EventId, start: jiff::Timestamp) -> String {
    format!("/events/{id}?start={}", start.as_millisecond())
}

/// `/events/{id}?start=`.
#[component]
pub fn EventPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id").unwrap_or_default());
    let start = use_query_map().with_untracked(|query| query.get("start").unwrap_or_default());
    load_page(event_page(id, start), |event| {
        view! { <EventShown event/> }.into_any()
    })
}

#[component]
fn EventShown(event: EventDetail) -> impl IntoView {
    let (tone, words) = if event.blocks {
        (Tone::Warn, "Blocks your time")
    } else {
        (Tone::Good, "Does not block")
    };
    view! {
        <PageHeader title=event.title lead=format!("{} ({})", event.when, event.zone.replace('_', " "))>
            <Badge tone>{words}</Badge>
        </PageHeader>
        {event.problem.map(|problem| view! { <Notice tone=Tone::Warn title="Not everything could be understood">{problem}</Notice> })}
        <Card title=if event.blocks { "Why it blocks" } else { "Why it does not block" }>
            <p>{event.reason}</p>
        </Card>
        <Card title="Event">
            <dl class="pairs">
                <dt>"Calendar"</dt><dd>{event.calendar}</dd>
                <dt>"As of"</dt><dd>{event.freshness}</dd>
                {event.location.map(|location| view! { <dt>"Location"</dt><dd class="pre-line">{location}</dd> })}
                {(!event.uid.is_empty()).then(|| view! { <dt>"UID"</dt><dd><code>{event.uid}</code></dd> })}
            </dl>
        </Card>
        <p><ButtonLink href=event.back>"Back to the calendar"</ButtonLink></p>
    }
}
