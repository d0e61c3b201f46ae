//! `/booking-calendars/:id/services`: the menu of a Service calendar.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

mod fields;
mod form;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::field::Problem;
use crate::ui::{
    Button, ButtonLink, Card, EmptyState, FormNotice, Look, Notice, PageHeader, SeenVersion, Tone, load_page,
};

use fields::ServiceForm;

/// A service as its form shows and posts it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceText {
    /// Empty for a new service.
    id: String,
    group: String,
    name: String,
    description: String,
    duration: String,
    processing: String,
    staff: Vec<String>,
    /// The id of the person who is asked first.
    preferred: String,
    needs: Vec<NeedText>,
}

/// The quantity that a service needs of a room or equipment.
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
    /// Id, name and quantity.
    resources: Vec<(String, String, u32)>,
    /// What was posted and refused, from the flash message.
    typed: Option<ServiceText>,
    /// The version on which the forms are based.
    version: String,
    flash: FormFlash,
}

/// Loads a menu.
#[server(prefix = "/api/fn", endpoint = "menu-page")]
pub async fn menu_page(calendar: String) -> Result<MenuView, AppError> {
    let staff = super::access::signed_in().await?;
    form::page(staff, &calendar)
        .await
        .map_err(crate::context::with_status)
}

/// Inserts or updates a service.
#[server(prefix = "/api/fn", endpoint = "save-service")]
pub async fn save_service(
    calendar: String,
    service: ServiceText,
    #[server(default)] seen: String,
) -> Result<String, AppError> {
    let typed = serde_json::to_string(&service).unwrap_or_default();
    let submitted = crate::context::FormPost::new("service")
        .keep("service", &typed)
        .keep("seen", &seen);
    submitted
        .stay(form::save(&seen, &calendar, &service).await, "Saved.")
        .await
}

/// Deletes a service.
#[server(prefix = "/api/fn", endpoint = "remove-service")]
pub async fn remove_service(
    calendar: String,
    id: String,
    #[server(default)] seen: String,
) -> Result<String, AppError> {
    let submitted = crate::context::FormPost::new("service");
    submitted
        .stay(
            form::remove(&seen, &calendar, &id).await,
            "Removed. Visits that are booked stay as they are.",
        )
        .await
}

/// Moves a service by one place.
#[server(prefix = "/api/fn", endpoint = "shift-service")]
pub async fn shift_service(calendar: String, id: String, to: String) -> Result<String, AppError> {
    let submitted = crate::context::FormPost::new("service");
    submitted
        .stay(form::shift(&calendar, &id, &to).await, "Moved.")
        .await
}

/// `/booking-calendars/{id}/services`.
#[component]
pub fn ServicesPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id").unwrap_or_default());
    load_page(menu_page(id), |menu| view! { <Shown menu/> }.into_any())
}

#[component]
fn Shown(menu: MenuView) -> impl IntoView {
    let (problem, done) = (menu.flash.problem(), menu.flash.done());
    let editor = format!("/booking-calendars/{}", menu.calendar);
    let public = format!("/book/{}", menu.slug);
    let title = format!("Services: {}", menu.name);
    let typed_new = menu.typed.clone().filter(|typed| typed.id.is_empty());
    let has_services = !menu.services.is_empty();
    let last = menu.services.len().saturating_sub(1);
    let mut heading = String::new();
    let rows = menu
        .services
        .iter()
        .enumerate()
        .map(|(row, stored)| {
            let new_heading = (stored.group != heading).then(|| stored.group.clone());
            heading.clone_from(&stored.group);
            let (menu, service) = (menu.clone(), stored.clone());
            view! {
                {new_heading.map(|words| view! { <h2 class="menu-heading">{if words.is_empty() { "Without a heading".to_owned() } else { words }}</h2> })}
                <ServiceRow menu service is_first=row == 0 is_last=row == last problem/>
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
        {(!has_services).then(|| view! {
            <EmptyState title="Nothing on the menu yet"><p>"Add the first service below."</p></EmptyState>
        })}
        {rows}
        <Card title="Add a service">
            <ServiceForm version=version_of(&menu, typed_new.as_ref()) menu service=typed_new.unwrap_or_else(fresh) problem/>
        </Card>
    }
}

/// A service with its form, and the buttons to move it.
#[component]
fn ServiceRow(
    menu: MenuView,
    service: ServiceText,
    is_first: bool,
    is_last: bool,
    problem: Problem,
) -> impl IntoView {
    let typed = menu.typed.clone().filter(|typed| typed.id == service.id);
    let open = typed.is_some();
    let words = format!("{}, {} minutes", service.name, service.duration);
    let needs = needs_label(&menu, &service);
    let troubles = troubles(&menu, &service);
    let (calendar, id) = (menu.calendar.clone(), service.id.clone());
    let move_button = {
        let (calendar, id, name) = (calendar.clone(), id.clone(), service.name.clone());
        move |to: &'static str, words: &'static str, is_end: bool| {
            let (calendar, id, name) = (calendar.clone(), id.clone(), name.clone());
            (!is_end).then(|| {
                view! {
                    <form method="post" action=ShiftService::PATH>
                        <input type="hidden" name="calendar" value=calendar/>
                        <input type="hidden" name="id" value=id/>
                        <input type="hidden" name="to" value=to/>
                        <Button>{words}<span class="visually-hidden">{format!(" {name}")}</span></Button>
                    </form>
                }
            })
        }
    };
    let newest = menu.version.clone();
    let version = version_of(&menu, typed.as_ref());
    let shown = typed.unwrap_or(service);
    view! {
        <div class="menu-row">
            <details class="more" open=open>
                <summary>{words}</summary>
                {(!needs.is_empty()).then(|| view! { <p class="field-help">{needs}</p> })}
                <Card>
                    <ServiceForm menu service=shown version problem/>
                    <form method="post" action=RemoveService::PATH>
                        <input type="hidden" name="calendar" value=calendar/>
                        <input type="hidden" name="id" value=id/>
                        <SeenVersion version=newest problem/>
                        <div class="form-end"><Button look=Look::Danger>"Remove from the menu"</Button></div>
                    </form>
                </Card>
            </details>
            <div class="menu-move">{move_button("up", "Up", is_first)}{move_button("down", "Down", is_last)}</div>
            {troubles.into_iter().map(|text| view! { <Notice tone=Tone::Warn>{text}</Notice> }).collect_view()}
        </div>
    }
}

/// The version on which a service's form is based, which may come from a refused post.
fn version_of(menu: &MenuView, typed: Option<&ServiceText>) -> String {
    match typed {
        Some(_) => menu.flash.value_or("seen", &menu.version),
        None => menu.version.clone(),
    }
}

/// "Needs 1 × Chair, 2 × Basin."
fn needs_label(menu: &MenuView, service: &ServiceText) -> String {
    let named = service.needs.iter().filter_map(|need| {
        let (_, name, _) = menu.resources.iter().find(|(id, _, _)| *id == need.resource)?;
        Some(format!("{} × {name}", need.quantity))
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() {
        String::new()
    } else {
        format!("Needs {}.", named.join(", "))
    }
}

/// Why a service cannot be booked at present.
fn troubles(menu: &MenuView, service: &ServiceText) -> Vec<String> {
    let mut told = Vec::new();
    for need in &service.needs {
        match menu.resources.iter().find(|(id, _, _)| *id == need.resource) {
            None => told.push(format!(
                "{} needs something that is no longer under Rooms and equipment, so nobody can book it. Open it and save it to \
                 forget that.",
                service.name
            )),
            Some((_, name, there)) if need.quantity.parse::<u32>().is_ok_and(|needed| needed > *there) => {
                told.push(format!(
                    "{} needs {} of “{name}”, but there are {there}, so nobody can book it. Enter a smaller number, or add some \
                     under Rooms and equipment.",
                    service.name, need.quantity
                ));
            }
            Some(_) => {}
        }
    }
    if service.staff.is_empty() {
        told.push(format!(
            "Nobody does {}, so nobody can book it. Open it and tick who does it.",
            service.name
        ));
    }
    told
}

fn fresh() -> ServiceText {
    ServiceText {
        duration: "30".to_owned(),
        processing: "0".to_owned(),
        ..ServiceText::default()
    }
}
