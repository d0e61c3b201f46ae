//! The week grid: days side by side, with appointments and events at their times. On phones the days are lists below each other. Grid rows
//! are quarter hours; classes position a block, because the Content-Security-Policy allows no inline styles.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::{Badge, Tone};

/// One day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GridDay {
    /// "Tue 24 Nov".
    pub name: String,
    /// "Tuesday, 24 November 2026".
    pub long_name: String,
    /// Whether it is today.
    pub today: bool,
    /// Whether the shown people do not work on it.
    pub closed: bool,
    /// All-day events, days off, holidays.
    pub all_day: Vec<AllDay>,
    /// Entries with a time.
    pub blocks: Vec<Block>,
}

/// An all-day entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllDay {
    /// `external`, `free`, `blocked` or `closed`.
    pub kind: String,
    /// Its title.
    pub title: String,
    /// The path of its page.
    pub href: Option<String>,
}

/// An entry with a time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// First minute within the day.
    pub from: u16,
    /// Minute after the last, at most 1440.
    pub to: u16,
    /// `appointment`, `external`, `free` or `blocked`.
    pub kind: String,
    /// The client, or the event's title.
    pub title: String,
    /// The booking calendar and the host.
    pub detail: String,
    /// "9:30–10:00".
    pub time: String,
    /// The path of its page.
    pub href: Option<String>,
    /// Short notices: "changed in iCloud".
    pub notes: Vec<String>,
    /// `#rrggbb` of the booking calendar; may be empty.
    pub color: String,
    /// The status of an appointment, unless it simply takes place.
    pub mark: Option<Mark>,
    /// Its lane among overlapping blocks, from 0.
    pub lane: u8,
    /// Number of lanes.
    pub lanes: u8,
}

/// A mark for an appointment's status. It has a shape and a label, not only a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mark {
    /// Waits for confirmation.
    Pending,
    /// The client came.
    Showed,
    /// The client did not come.
    NoShow,
}

impl Mark {
    fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Showed => "showed",
            Self::NoShow => "no-show",
        }
    }

    /// The symbol.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Pending => "?",
            Self::Showed => "✓",
            Self::NoShow => "✗",
        }
    }

    /// The label.
    pub fn words(self) -> &'static str {
        match self {
            Self::Pending => "Waiting for confirmation",
            Self::Showed => "Showed",
            Self::NoShow => "No-show",
        }
    }
}

/// A booking calendar's colour as an SVG attribute, because inline styles are not allowed.
#[component]
pub fn ColorStripe(
    /// `#rrggbb`
    color: String,
) -> impl IntoView {
    view! { <svg class="stripe" aria-hidden="true"><rect width="100%" height="100%" fill=color/></svg> }
}

/// The grid.
#[component]
pub fn WeekGrid(
    /// The days.
    days: Vec<GridDay>,
    /// First hour shown.
    first_hour: u8,
    /// Hour after the last shown.
    last_hour: u8,
) -> impl IntoView {
    let hours = (first_hour..last_hour)
        .map(|hour| view! { <li class=format!("week-hour row-{}", row(u16::from(hour) * 60, first_hour))>{format!("{hour}:00")}</li> })
        .collect_view();
    let count = if days.len() == 1 { "week week-one" } else { "week" };
    view! {
        <div class=count>
            <ul class=format!("week-hours span-{}", u16::from(last_hour - first_hour) * 4) aria-hidden="true">{hours}</ul>
            {days.into_iter().map(|day| view! { <DayColumn day first_hour last_hour/> }).collect_view()}
        </div>
    }
}

/// The grid row of a minute: quarter hours from 1.
fn row(minute: u16, first_hour: u8) -> u16 {
    minute.saturating_sub(u16::from(first_hour) * 60) / 15 + 1
}

#[component]
fn DayColumn(day: GridDay, first_hour: u8, last_hour: u8) -> impl IntoView {
    let empty = day.blocks.is_empty() && day.all_day.is_empty();
    let all_day = day
        .all_day
        .into_iter()
        .map(
            |event| view! { <li class="all-day" data-kind=event.kind>{linked(event.title, event.href)}</li> },
        )
        .collect_view();
    let blocks = day
        .blocks
        .into_iter()
        .map(|block| view! { <BlockShown block first_hour/> })
        .collect_view();
    view! {
        <section class="week-day" data-today=day.today.then_some("true") data-closed=day.closed.then_some("true") data-empty=empty.then_some("true") aria-label=day.long_name>
            <h2 class="week-date">{day.name}</h2>
            <ul class="all-days">{all_day}</ul>
            <ul class=format!("week-blocks span-{}", u16::from(last_hour - first_hour) * 4)>{blocks}</ul>
            {empty.then(|| view! { <p class="week-nothing">"Nothing"</p> })}
        </section>
    }
}

#[component]
fn BlockShown(block: Block, first_hour: u8) -> impl IntoView {
    let from = row(block.from, first_hour);
    let quarters = ((block.to - block.from).div_ceil(15)).max(1);
    let place = format!(
        "block row-{from} span-{quarters} lane-{}-{}",
        block.lane.min(3),
        block.lanes.min(4)
    );
    view! {
        <li class=place data-kind=block.kind data-status=block.mark.map(Mark::name) data-short=(quarters < 3).then_some("true") data-tight=(quarters == 3).then_some("true") data-crowded=(block.lanes > 1).then_some("true")>
            {(!block.color.is_empty()).then(|| view! { <ColorStripe color=block.color/> })}
            <span class="block-when">
                {block.mark.map(|mark| view! {
                    <span class="block-mark" aria-hidden="true">{mark.sign()}</span>
                    <span class="visually-hidden">{format!("{}. ", mark.words())}</span>
                })}
                <span class="block-time">{block.time}</span>
            </span>
            <span class="block-title">
                {linked(block.title, block.href)}
            </span>
            <span class="block-detail">{block.detail}</span>
            {block.notes.into_iter().map(|note| view! { <Badge tone=Tone::Warn>{note}</Badge> }).collect_view()}
        </li>
    }
}

/// A title, as a link if it has a page.
fn linked(title: String, href: Option<String>) -> AnyView {
    match href {
        Some(href) => view! { <a href=href>{title}</a> }.into_any(),
        None => title.into_any(),
    }
}
