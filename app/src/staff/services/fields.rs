//! The form of a service. A page has several, so their fields are prefixed with the service.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::{MenuView, SaveService, ServiceText};
use crate::error::{AppError, FieldProblem};
use crate::ui::field::Problem;
use crate::ui::{Check, Choice, Field, FieldGroup, LongText, SaveButtons};

/// The form's name, which identifies the service on the page.
pub fn form_of(service: &str) -> String {
    let own = if service.is_empty() { "new" } else { service };
    format!("service-{own}")
}

/// The fields of a service.
#[component]
pub fn ServiceForm(
    /// The menu.
    menu: MenuView,
    /// The initial values.
    service: ServiceText,
    /// The version on which the form is based.
    version: String,
    /// The error of any form on the page.
    problem: Problem,
) -> impl IntoView {
    let name = |field: &str| format!("service[{field}]");
    let own = form_of(&service.id);
    let id = {
        let own = own.clone();
        move |field: &str| format!("field-{own}-{field}")
    };
    let form = own.clone();
    // Ignores the error of another service's form.
    let problem = Signal::derive(move || {
        let problems = match problem.get()? {
            AppError::Fields(problems) => problems,
            changes @ AppError::ChangedMeanwhile(_) => return Some(changes),
            _ => return None,
        };
        let of_this = problems.into_iter().filter_map(|problem| {
            let field = problem.field.strip_prefix(&own)?.strip_prefix('-')?;
            Some(FieldProblem {
                field: format!("service[{field}]"),
                sentence: problem.sentence,
            })
        });
        Some(AppError::Fields(of_this.collect()))
    });
    let staff = menu
        .members
        .iter()
        .map(|(member, person)| {
            let checked = service.staff.contains(member);
            view! { <Check label=person.clone() name="service[staff][]" id=id(&format!("staff-{member}")) value=member.clone() checked=checked/> }
        })
        .collect_view();
    let mut preferred = vec![(String::new(), "The first of the members".to_owned())];
    preferred.extend(menu.members.iter().cloned());
    let needs = menu
        .resources
        .iter()
        .enumerate()
        .map(|(row, (resource, words, quantity))| {
            let needed = service.needs.iter().find(|need| need.resource == *resource);
            let value = needed.map(|need| need.quantity.clone()).unwrap_or_default();
            view! {
                <input type="hidden" name=format!("service[needs][{row}][resource]") value=resource.clone()/>
                <Field label=format!("{words}, of {quantity}") id=id(&format!("needs-{resource}")) name=format!("service[needs][{row}][quantity]") inputmode="numeric" value unmarked=true/>
            }
        })
        .collect_view();
    let has_resources = !menu.resources.is_empty();
    let group_id = id("resources");
    view! {
        <form method="post" action=SaveService::PATH>
            <input type="hidden" name="calendar" value=menu.calendar/>
            <input type="hidden" name=name("id") value=service.id/>
            <div class="field-row">
                <Field label="Name" id=id("name") name=name("name") value=service.name required=true help="Clients read it, for example Cut." problem/>
                <Field label="Heading" id=id("group") name=name("group") value=service.group help="Services with the same heading stand together. Usually empty." problem/>
            </div>
            <LongText label="Description" id=id("description") name=name("description") value=service.description rows=2 help="What clients should know before they choose it. Usually empty." problem/>
            <div class="field-row">
                <Field label="Duration, minutes" id=id("duration") name=name("duration") inputmode="numeric" value=service.duration required=true help="Work of the staff member, 1 to 1440. Usually 30. Visits that are booked keep their lengths." problem/>
                <Field label="Processing, minutes" id=id("processing") name=name("processing") inputmode="numeric" value=service.processing required=true help="After the work the client stays; the staff member is free for others. Usually 0." problem/>
            </div>
            <FieldGroup legend="Who does it" id=id("staff") name=name("staff") help="Tick at least one." problem>{staff}</FieldGroup>
            <Choice label="Preferred person" id=id("preferred") name=name("preferred") options=preferred value=service.preferred help="This person gets it if they are free. Usually the first of the members." problem/>
            {has_resources.then(|| view! {
                <FieldGroup legend="Rooms and equipment" id=group_id name=name("resources") help="How many it needs, from its start until the client goes on. Usually empty: none." problem>
                    {needs}
                </FieldGroup>
            })}
            {(!has_resources).then(|| view! {
                <p class="field-help">"Does it need a room or equipment? " <a href="/settings/resources">"Say what there is"</a> " first."</p>
            })}
            <div class="form-end"><SaveButtons form version problem/></div>
        </form>
    }
}
