//! The members of a booking calendar, and their order.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{name, pair};
use crate::ui::field::Problem;
use crate::ui::{Check, Choice, Field, FieldGroup};

/// A person's settings as a member, in the order of display.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PriorityText {
    /// The person's id.
    pub member: String,
    /// The priority.
    pub priority: String,
    /// The weight under equal distribution.
    pub weight: String,
    /// The position among the members, from 1; empty for the end.
    pub place: String,
}

/// The group "Members".
#[component]
pub fn MemberFields(
    /// The people who can be members: id and name.
    team: Vec<(String, String)>,
    /// The ids of the members.
    members: Vec<String>,
    /// The settings of each person.
    priorities: Vec<PriorityText>,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    let name_of = |id: &str| {
        team.iter()
            .find(|(person, _)| person == id)
            .map(|(_, name)| name.clone())
    };
    let listed = priorities
        .iter()
        .filter_map(|entry| Some((entry.clone(), name_of(&entry.member)?)));
    let others = team
        .iter()
        .filter(|(id, _)| !priorities.iter().any(|entry| entry.member == *id))
        .map(|(id, person)| {
            let entry = PriorityText {
                member: id.clone(),
                ..PriorityText::default()
            };
            (entry, person.clone())
        });
    let rows = listed
        .chain(others)
        .enumerate()
        .map(|(row, (entry, person))| {
            let chosen = members.contains(&entry.member);
            view! { <MemberRow row entry person chosen problem/> }
        })
        .collect_view();
    view! {
        <FieldGroup legend="Members" name=name("members") help="Members who are removed keep their existing appointments." problem>
            <p class="field-help" data-kinds="personal class-booking">"Choose one. Usually you."</p>
            <p class="field-help" data-kinds="service">"Everybody who performs one of the services. The menu says who performs which."</p>
            <p class="field-help" data-kinds="collective">"Choose 2 to 100. All of them take part."</p>
            <p class="field-help" data-kinds="round-robin">"Choose at least one. Those of high priority come first; usually all have medium. A weight of 2 means twice as many appointments under equal distribution; usually 1, at most 1000."</p>
            <p class="field-help" data-kinds="round-robin collective service">"Members stand in the order of their places, here and for clients; who is before the others decides when all else is equal. Without a place: at the end."</p>
            {rows}
        </FieldGroup>
    }
}

#[component]
fn MemberRow(
    row: usize,
    entry: PriorityText,
    person: String,
    chosen: bool,
    problem: Problem,
) -> impl IntoView {
    let field = |part: &str| format!("calendar[priorities][{row}][{part}]");
    let id = entry.member.clone();
    let or = |text: String, default: &str| if text.is_empty() { default.to_owned() } else { text };
    let priorities = [("high", "High"), ("medium", "Medium"), ("low", "Low")]
        .map(pair)
        .to_vec();
    view! {
        <fieldset class="member">
            <legend class="visually-hidden">{person.clone()}</legend>
            <Check label=person name="calendar[members][]" id=format!("member-{id}") value=id.clone() checked=chosen/>
            <input type="hidden" name=field("member") value=id/>
            <div class="member-rank" data-kinds="round-robin collective service">
                <div data-kinds="round-robin">
                    <Choice label="Priority" name=field("priority") options=priorities value=or(entry.priority, "medium") problem/>
                </div>
                <div data-kinds="round-robin">
                    <Field label="Weight" name=field("weight") inputmode="numeric" value=or(entry.weight, "1") unmarked=true problem/>
                </div>
                <Field label="Place" name=field("place") inputmode="numeric" value=entry.place unmarked=true problem/>
            </div>
        </fieldset>
    }
}
