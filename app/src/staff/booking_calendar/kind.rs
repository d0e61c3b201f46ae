//! The kind of a booking calendar, and who takes part. What does not matter for the chosen kind is hidden by the style sheet
//! (`data-kinds`), so that it works without script, and what was typed there is still sent.

use leptos::prelude::*;

use super::{CalendarText, PriorityText, name, pair};
use crate::ui::field::Problem;
use crate::ui::{Card, Check, Choice, Field, Notice, Options, Tone};

/// "Who it is with".
#[component]
pub fn KindCard(
    /// What is shown at first.
    form: CalendarText,
    /// Everybody who can be a member: id and name.
    team: Vec<(String, String)>,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    let asks_to_confirm = Signal::derive(move || {
        let error = problem.read();
        error
            .as_ref()
            .and_then(|error| error.of_field(&name("kind_change_confirmed")))
    });
    view! {
        <Card title="Who it is with">
            <Options legend="Kind" name=name("kind") options=kinds() value=form.kind problem/>
            {move || asks_to_confirm.get().map(|sentence| view! {
                <Notice tone=Tone::Warn>{sentence}</Notice>
                <Check label="Change the kind all the same" name=name("kind_change_confirmed")/>
            })}
            <div data-kinds="simple">
                <Notice tone=Tone::Info>{NO_ICLOUD}</Notice>
            </div>
            <div data-kinds="service">
                <Notice tone=Tone::Info>"Save it, then write its menu: the services with their lengths, and who does them."</Notice>
            </div>
            <div data-kinds="class-booking">
                <Field label="Seats of a session" name=name("seats") kind="number" min="1" max="9999" value=form.seats help="1 to 9,999. Everybody who comes takes one, guests too. Usually 10." problem/>
            </div>
            <div data-kinds="round-robin collective class-booking personal service">
                <MemberFields team members=form.members priorities=form.priorities problem/>
            </div>
            <div data-kinds="round-robin">
                <Options legend="How appointments are shared out" name=name("distribution") options=distributions() value=form.distribution problem/>
            </div>
        </Card>
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
            "Members get the same number of appointments each month, by their weight. Who is more than three ahead of the others is not offered.",
        ),
    ]
    .map(triple)
    .to_vec()
}

#[component]
fn MemberFields(
    team: Vec<(String, String)>,
    members: Vec<String>,
    priorities: Vec<PriorityText>,
    problem: Problem,
) -> impl IntoView {
    let sentence = Signal::derive(move || problem.read().as_ref()?.of_field(&name("members")));
    let rows = team
        .into_iter()
        .enumerate()
        .map(|(row, (id, person))| {
            let chosen = members.contains(&id);
            let found = priorities.iter().find(|entry| entry.member == id).cloned().unwrap_or_default();
            let priority = if found.priority.is_empty() { "medium".to_owned() } else { found.priority };
            let weight = if found.weight.is_empty() { "1".to_owned() } else { found.weight };
            let field = format!("calendar[priorities][{row}]");
            view! {
                <div class="member">
                    <Check label=person name="calendar[members][]" id=format!("member-{id}") value=id.clone() checked=chosen/>
                    <input type="hidden" name=format!("{field}[member]") value=id.clone()/>
                    <div class="member-rank" data-kinds="round-robin">
                        <Choice label="Priority" name=format!("{field}[priority]") id=format!("priority-{id}") options=[("high", "High"), ("medium", "Medium"), ("low", "Low")].map(pair).to_vec() value=priority/>
                        <Field label="Weight" name=format!("{field}[weight]") id=format!("weight-{id}") kind="number" min="1" max="1000" value=weight required=true/>
                    </div>
                </div>
            }
        })
        .collect_view();
    view! {
        <fieldset class="options">
            <legend>"Members"</legend>
            <p class="field-help" data-kinds="personal class-booking">"Choose one."</p>
            <p class="field-help" data-kinds="service">"Everybody who does one of the services. Who does which is said on the menu."</p>
            <p class="field-help" data-kinds="collective">"Choose 2 to 100. All of them take part."</p>
            <p class="field-help" data-kinds="round-robin">"High priority is chosen first. A weight of 2 means twice as many appointments under equal distribution."</p>
            {rows}
            {move || sentence.get().map(|text| view! { <p class="field-error">{text}</p> })}
            <p class="field-help">"Whoever is taken out keeps the appointments that are booked already."</p>
        </fieldset>
    }
}
