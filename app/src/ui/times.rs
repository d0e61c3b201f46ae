//! The free times of a day, by part of the day. Each is a link, so it works without script.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A part of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeGroup {
    /// "Morning", "Afternoon", "Evening".
    pub name: String,
    /// Its free times.
    pub times: Vec<TimeChoice>,
}

/// One free time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeChoice {
    /// What is shown: "9:30".
    pub label: String,
    /// A few words below it; may be empty.
    pub note: String,
    /// The instant in RFC 3339, UTC.
    pub start: String,
    /// Where choosing it leads.
    pub href: String,
    /// It is the chosen time.
    pub chosen: bool,
}

/// The free times of a day.
#[component]
pub fn TimeList(
    /// By part of the day; empty parts are left out by whoever makes the list.
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
