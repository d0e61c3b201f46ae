//! The free times of a day, by part of the day. Each is a link, so it works without script.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A part of the day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeGroup {
    /// "Morning", "Afternoon", "Evening".
    pub name: String,
    /// Its free times.
    pub times: Vec<TimeChoice>,
}

/// One free time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeChoice {
    /// The label: "9:30".
    pub label: String,
    /// A short note below it; may be empty.
    pub note: String,
    /// Start (RFC 3339, UTC).
    pub start: String,
    /// The path that chooses it.
    pub href: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The free times of a day.
#[component]
pub fn TimeList(
    /// The parts of the day, without empty ones.
    groups: Vec<TimeGroup>,
) -> impl IntoView {
    groups
        .into_iter()
        .map(|group| view! {
            <h3 class="times-part">{group.name}</h3>
            <ul class="times">
                {group
                    .times
                    .into_iter()
                    .map(|time| view! {
                        <li>
                            <a class="time" href=time.href data-start=time.start aria-current=time.chosen.then_some("true")>
                                {time.label}
                                {(!time.note.is_empty()).then(|| view! { <small class="time-note">{time.note}</small> })}
                            </a>
                        </li>
                    })
                    .collect_view()}
            </ul>
        })
        .collect_view()
}
