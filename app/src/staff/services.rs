//! `/booking-calendars/:id/services`: the menu of a Service calendar.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::kept::KeptForm;
use crate::settings::profile::done_of;
use crate::ui::{
    Button, ButtonLink, Card, Check, EmptyState, Field, FormNotice, LongText, Look, PageHeader, accepted,
    anew, load_page, problem_of,
};

/// A service as its form shows and sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceText {
    /// Its id; empty for a new one.
    id: String,
    group: String,
    name: String,
    description: String,
    duration: String,
    processing: String,
    staff: Vec<String>,
    needs: Vec<NeedText>,
}

/// How many of a sort of rooms or equipment a service needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NeedText {
    resource: String,
    quantity: String,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MenuView {
    calendar: String,
    name: String,
    slug: String,
    services: Vec<ServiceText>,
    members: Vec<(String, String)>,
    /// Id, name and how many there are.
    resources: Vec<(String, String, u32)>,
    /// What was typed and refused, when it was sent without script.
    typed: Option<ServiceText>,
    kept: KeptForm,
}

/// Loads a menu.
#[server(prefix = "/api/fn", endpoint = "menu-page")]
pub async fn menu_page(calendar: String) -> Result<MenuView, AppError> {
    let staff = super::access::signed_in().await?;
    form::page(staff, &calendar)
        .await
        .map_err(crate::context::with_status)
}

/// Puts a service on the menu, or changes one.
#[server(prefix = "/api/fn", endpoint = "save-service")]
pub async fn save_service(calendar: String, service: ServiceText) -> Result<String, AppError> {
    let typed = serde_json::to_string(&service).unwrap_or_default();
    let submitted = crate::context::Submitted::new("service").keep("service", &typed);
    submitted
        .stay(form::save(&calendar, &service).await, "Saved.")
        .await
}

/// Takes a service off the menu.
#[server(prefix = "/api/fn", endpoint = "remove-service")]
pub async fn remove_service(calendar: String, id: String) -> Result<String, AppError> {
    let submitted = crate::context::Submitted::new("service");
    submitted
        .stay(
            form::remove(&calendar, &id).await,
            "Removed. Visits that are booked stay as they are.",
        )
        .await
}

/// `/booking-calendars/{id}/services`.
#[component]
pub fn ServicesPage() -> impl IntoView {
    let params = use_params_map();
    let save = ServerAction::<SaveService>::new();
    let remove = ServerAction::<RemoveService>::new();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let (saved, removed) = (accepted(save), accepted(remove));
    let page = Resource::new(
        move || (id.get(), saved.get() + removed.get()),
        |(id, _)| menu_page(id),
    );
    load_page(page, move |menu| {
        let changes = saved.get_untracked() + removed.get_untracked();
        anew(changes, move || view! { <Shown menu=menu.clone() save remove/> }).into_any()
    })
}

#[component]
fn Shown(
    menu: MenuView,
    save: ServerAction<SaveService>,
    remove: ServerAction<RemoveService>,
) -> impl IntoView {
    let saving = problem_of(save, &menu.kept);
    let removing = problem_of(remove, &KeptForm::default());
    let problem = Signal::derive(move || saving.get().or_else(|| removing.get()));
    let saved = done_of(save, &menu.kept);
    let removed = done_of(remove, &KeptForm::default());
    let done = Signal::derive(move || {
        (problem.read().is_none())
            .then(|| removed.get().or_else(|| saved.get()))
            .flatten()
    });
    let is_empty = menu.services.is_empty();
    let editor = format!("/booking-calendars/{}", menu.calendar);
    let public = format!("/book/{}", menu.slug);
    let empty = menu.clone();
    let typed_new = menu.typed.clone().filter(|typed| typed.id.is_empty());
    let (title, whole) = (format!("Services: {}", menu.name), menu.clone());
    let rows = menu
        .services
        .into_iter()
        .map(move |stored| {
            let menu = whole.clone();
            let typed = menu.typed.clone().filter(|typed| typed.id == stored.id);
            let open = typed.is_some();
            let words = format!("{}, {} minutes", stored.name, stored.duration);
            let (calendar, id) = (menu.calendar.clone(), stored.id.clone());
            let service = typed.unwrap_or(stored);
            view! {
                <details class="more" open=open>
                    <summary>{words}</summary>
                    <Card>
                        <ServiceForm menu service save/>
                        <ActionForm action=remove>
                            <input type="hidden" name="calendar" value=calendar/>
                            <input type="hidden" name="id" value=id/>
                            <div class="form-end"><Button look=Look::Danger busy=remove.pending()>"Remove from the menu"</Button></div>
                        </ActionForm>
                    </Card>
                </details>
            }
        })
        .collect_view();
    view! {
        <PageHeader title lead="What clients can choose, in this order. Several services in one visit follow each other.">
            <div class="button-row">
                <ButtonLink href=editor>"Settings"</ButtonLink>
                <ButtonLink href=public>"Open its page"</ButtonLink>
            </div>
        </PageHeader>
        <FormNotice problem done/>
        {is_empty.then(|| view! {
            <EmptyState title="Nothing on the menu yet"><p>"Add the first service below."</p></EmptyState>
        })}
        {rows}
        <Card title="Add a service">
            <ServiceForm menu=empty service=typed_new.unwrap_or_else(fresh) save/>
        </Card>
    }
}

fn fresh() -> ServiceText {
    ServiceText {
        duration: "30".to_owned(),
        processing: "0".to_owned(),
        ..ServiceText::default()
    }
}

#[component]
fn ServiceForm(menu: MenuView, service: ServiceText, save: ServerAction<SaveService>) -> impl IntoView {
    let name = |field: &str| format!("service[{field}]");
    // Several of these forms are on one page.
    let own = service.id.clone();
    let id = move |field: &str| format!("{field}-{own}");
    let staff = menu
        .members
        .iter()
        .map(|(member, person)| {
            let checked = service.staff.contains(member);
            view! { <Check label=person.clone() name="service[staff][]" id=id(&format!("staff-{member}")) value=member.clone() checked=checked/> }
        })
        .collect_view();
    let needs = menu
        .resources
        .iter()
        .enumerate()
        .map(|(row, (resource, words, quantity))| {
            let needed = service.needs.iter().find(|need| need.resource == *resource);
            let value = needed.map(|need| need.quantity.clone()).unwrap_or_default();
            view! {
                <input type="hidden" name=format!("service[needs][{row}][resource]") value=resource.clone()/>
                <Field label=format!("{words}, of {quantity}") id=id(&format!("need-{resource}")) name=format!("service[needs][{row}][quantity]") kind="number" min="0" max=quantity.to_string() value/>
            }
        })
        .collect_view();
    let has_resources = !menu.resources.is_empty();
    view! {
        <ActionForm action=save>
            <input type="hidden" name="calendar" value=menu.calendar/>
            <input type="hidden" name=name("id") value=service.id/>
            <div class="field-row">
                <Field label="Name" id=id("name") name=name("name") value=service.name required=true help="For example Cut."/>
                <Field label="Heading" id=id("group") name=name("group") value=service.group help="Services with the same heading stand together."/>
            </div>
            <LongText label="Description" id=id("description") name=name("description") value=service.description rows=2/>
            <div class="field-row">
                <Field label="Duration, minutes" id=id("duration") name=name("duration") kind="number" min="1" max="1440" value=service.duration required=true help="Work of the staff member."/>
                <Field label="Processing, minutes" id=id("processing") name=name("processing") kind="number" min="0" max="1440" value=service.processing required=true help="After the work the client stays; the staff member is free for others. Usually 0."/>
            </div>
            <fieldset class="options"><legend>"Who does it"</legend>{staff}</fieldset>
            {has_resources.then(|| view! {
                <fieldset class="options">
                    <legend>"Rooms and equipment"</legend>
                    <p class="field-help">"How many it needs, until the client goes on. Empty: none."</p>
                    {needs}
                </fieldset>
            })}
            {(!has_resources).then(|| view! {
                <p class="field-help">"Does it need a room or equipment? " <a href="/settings/resources">"Say what there is"</a> " first."</p>
            })}
            <div class="form-end"><Button look=Look::Primary busy=save.pending()>"Save"</Button></div>
        </ActionForm>
    }
}

#[cfg(feature = "ssr")]
mod form {
    use bookings::services::{self, ServiceForm, ServiceView};
    use bookings::{CalendarId, ServiceId, StaffId};

    use super::{MenuView, NeedText, ServiceText};
    use crate::context::{kept, quince};
    use crate::error::{AppError, FieldProblem};

    pub async fn page(staff: StaffId, calendar: &str) -> Result<MenuView, AppError> {
        let menu = services::menu(&quince()?, staff, calendar_id(calendar)?).await?;
        let kept = kept("service").await;
        let typed = kept.values.get("service").filter(|_| kept.problem.is_some());
        Ok(MenuView {
            calendar: calendar.to_owned(),
            name: menu.calendar_name,
            slug: menu.slug,
            services: menu.services.into_iter().map(text).collect(),
            members: menu
                .members
                .into_iter()
                .map(|(id, name)| (id.to_string(), name))
                .collect(),
            resources: menu
                .resources
                .into_iter()
                .map(|(id, name, quantity)| (id.to_string(), name, quantity))
                .collect(),
            typed: typed.and_then(|typed| serde_json::from_str(typed).ok()),
            kept,
        })
    }

    fn text(service: ServiceView) -> ServiceText {
        let need = |(resource, quantity): (bookings::ResourceId, u32)| NeedText {
            resource: resource.to_string(),
            quantity: quantity.to_string(),
        };
        ServiceText {
            id: service.id.to_string(),
            group: service.group,
            name: service.name,
            description: service.description,
            duration: service.duration.to_string(),
            processing: service.processing.to_string(),
            staff: service.staff.into_iter().map(|(id, _)| id.to_string()).collect(),
            needs: service.resources.into_iter().map(need).collect(),
        }
    }

    pub async fn save(calendar: &str, text: &ServiceText) -> Result<(), AppError> {
        let staff = super::super::access::signed_in().await?;
        let id = match text.id.as_str() {
            "" => None,
            id => Some(service_id(id)?),
        };
        let form = understood(text)?;
        services::save(&quince()?, staff, calendar_id(calendar)?, id, form)
            .await
            .map_err(|error| named(error.into()))
    }

    pub async fn remove(calendar: &str, id: &str) -> Result<(), AppError> {
        let staff = super::super::access::signed_in().await?;
        services::remove(&quince()?, staff, calendar_id(calendar)?, service_id(id)?).await?;
        Ok(())
    }

    fn calendar_id(id: &str) -> Result<CalendarId, AppError> {
        id.parse().map_err(|_| AppError::NotFound)
    }

    fn service_id(id: &str) -> Result<ServiceId, AppError> {
        id.parse().map_err(|_| AppError::NotFound)
    }

    fn understood(text: &ServiceText) -> Result<ServiceForm, AppError> {
        let mut problems = Vec::new();
        let mut number = |field: &str, text: &str| {
            text.trim().parse::<u32>().unwrap_or_else(|_| {
                problems.push(FieldProblem {
                    field: format!("service[{field}]"),
                    sentence: "Enter a whole number, for example 30.".to_owned(),
                });
                0
            })
        };
        let duration = number("duration", &text.duration);
        let processing = number("processing", &text.processing);
        let needs = text.needs.iter().filter(|need| !need.quantity.trim().is_empty());
        let resources = needs
            .filter_map(|need| Some((need.resource.parse().ok()?, number("needs", &need.quantity))))
            .collect();
        if !problems.is_empty() {
            return Err(AppError::Fields(problems));
        }
        Ok(ServiceForm {
            group: text.group.clone(),
            name: text.name.clone(),
            description: text.description.clone(),
            duration,
            processing,
            staff: text.staff.iter().filter_map(|id| id.parse().ok()).collect(),
            resources,
        })
    }

    /// The problems at the fields of this form.
    fn named(error: AppError) -> AppError {
        let AppError::Fields(problems) = error else {
            return error;
        };
        let problems = problems.into_iter().map(|problem| FieldProblem {
            field: format!("service[{}]", problem.field),
            sentence: problem.sentence,
        });
        AppError::Fields(problems.collect())
    }
}
