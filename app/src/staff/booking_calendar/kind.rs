//! The kind of a booking calendar, and its members. Fields that do not apply to the chosen kind are hidden by the style sheet
//! (`data-kinds`), so that it works without script and what was typed there is still posted.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::members::MemberFields;
use super::{CalendarText, name};
use crate::ui::field::Problem;
use crate::ui::{Card, Check, Field, Notice, Options, Tone};

/// The effect of changing the kind, shown as soon as another kind is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindChangeText {
    /// The new kind.
    pub kind: String,
    /// "As a Simple calendar".
    pub title: String,
    /// Whether the change is impossible.
    pub is_refused: bool,
    /// The effects on existing appointments, or why it is impossible.
    pub sentences: Vec<String>,
}

/// The card "Who it is with".
#[component]
pub fn KindCard(
    /// The initial values.
    form: CalendarText,
    /// The people who can be members: id and name.
    team: Vec<(String, String)>,
    /// The effect of each change of kind; empty for a new booking calendar.
    changes: Vec<KindChangeText>,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    view! {
        <Card title="Who it is with">
            <Options legend="Kind" name=name("kind") options=kinds() value=form.kind help="Usually Personal, or Round Robin for a team." problem/>
            <KindChanges changes confirmed=form.kind_change_confirmed == "true" problem/>
            <div data-kinds="simple">
                <Notice tone=Tone::Info>{NO_ICLOUD}</Notice>
            </div>
            <div data-kinds="service">
                <Notice tone=Tone::Info>"Save it, then write its menu: the services with their lengths, who does them, and the rooms and equipment they need."</Notice>
            </div>
            <div data-kinds="class-booking">
                <Field label="Seats of a session" name=name("seats") inputmode="numeric" value=form.seats unmarked=true help="1 to 9999. Everybody who comes takes one, guests too. Usually 10." problem/>
            </div>
            <div data-kinds="round-robin collective class-booking personal service">
                <MemberFields team members=form.members priorities=form.priorities problem/>
            </div>
            <div data-kinds="round-robin">
                <Options legend="How appointments are distributed" name=name("distribution") options=distributions() value=form.distribution help="Usually optimised for availability." problem/>
            </div>
        </Card>
    }
}

/// The effects, and a box to confirm them.
#[component]
fn KindChanges(changes: Vec<KindChangeText>, confirmed: bool, problem: Problem) -> impl IntoView {
    let possible: Vec<String> = changes
        .iter()
        .filter(|change| !change.is_refused)
        .map(|change| change.kind.clone())
        .collect();
    let notices = changes
        .into_iter()
        .map(|change| {
            let sentences = change
                .sentences
                .into_iter()
                .map(|sentence| view! { <li>{sentence}</li> });
            view! {
                <div data-kinds=change.kind>
                    <Notice tone=Tone::Warn title=change.title><ul>{sentences.collect_view()}</ul></Notice>
                </div>
            }
        })
        .collect_view();
    view! {
        {notices}
        {(!possible.is_empty()).then(|| view! {
            <div data-kinds=possible.join(" ")>
                <Check label="Change the kind all the same" name=name("kind_change_confirmed") checked=confirmed help="Usually not ticked: the kind stays as it is." problem/>
            </div>
        })}
    }
}

const NO_ICLOUD: &str = "A Simple calendar has no assigned member, so it cannot use iCloud: its appointments are not written \
    there, and events in iCloud do not block it. Only its own appointments and hours count.";

fn triple((value, label, help): (&str, &str, &str)) -> (String, String, String) {
    (value.to_owned(), label.to_owned(), help.to_owned())
}

fn kinds() -> Vec<(String, String, String)> {
    [
        ("personal", "Personal", "One client with one member."),
        (
            "round-robin",
            "Round Robin",
            "One client with one of several members, whoever is free.",
        ),
        (
            "collective",
            "Collective",
            "One client with all members together. Everybody has to be free, and gets the appointment in their calendar.",
        ),
        (
            "class-booking",
            "Class Booking",
            "Many clients in one session of one member, as many as there are seats.",
        ),
        (
            "service",
            "Service",
            "One client chooses from a menu: one or several services in one visit, each with somebody who does it, and with rooms and equipment.",
        ),
        (
            "simple",
            "Simple",
            "Nobody in particular, for example a room or a place to drop something off.",
        ),
    ]
    .map(triple)
    .to_vec()
}

fn distributions() -> Vec<(String, String, String)> {
    [
        (
            "availability",
            "Optimise for availability",
            "Every free member's times are on offer; who was booked longest ago is next.",
        ),
        (
            "equal",
            "Equal distribution",
            "Members get the same number of appointments each month, by their weight. A member who is more than three ahead of the others is not offered.",
        ),
    ]
    .map(triple)
    .to_vec()
}
