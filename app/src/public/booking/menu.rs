//! The menu of a Service calendar: one or several services for one visit, each with a chosen person or anyone.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::public::slot_picker::PickerQuery;
use crate::ui::{Button, Choice, FormNotice, Look};

/// A service, as clients see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    /// Its id.
    pub id: String,
    /// The heading above it; may be empty.
    pub group: String,
    /// Its name.
    pub name: String,
    /// "45 minutes".
    pub duration: String,
    /// The description; may be empty.
    pub description: String,
    /// Who performs it: id and name.
    pub staff: Vec<(String, String)>,
    /// Whether it is ticked at first.
    pub wanted: bool,
    /// The person chosen at first, by id; empty for anyone.
    pub host: String,
}

/// A row of the posted form.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MenuChoice {
    /// The service's id.
    pub service: String,
    /// `true` when it is ticked.
    pub wanted: String,
    /// The chosen person's id; empty for anyone.
    pub host: String,
}

/// Redirects to the free times of a visit.
#[server(ChooseServices, prefix = "/api/fn", endpoint = "choose-services")]
pub async fn choose_services(
    /// The booking calendar's slug.
    slug: String,
    /// The visitor's zone; may be empty.
    #[server(default)]
    zone: String,
    /// The rows of the menu.
    #[server(default)]
    menu: Vec<MenuChoice>,
) -> Result<(), AppError> {
    let visit = visit_text(&menu);
    let form = crate::context::FormPost::new("menu").keep("visit", &visit);
    form.go(visit_address(&slug, &zone, visit)).await
}

/// The ticked services in the form used by addresses.
fn visit_text(menu: &[MenuChoice]) -> String {
    let wanted = menu.iter().filter(|choice| choice.wanted == "true");
    let texts: Vec<String> = wanted
        .map(|choice| match choice.host.as_str() {
            "" => choice.service.clone(),
            host => format!("{}:{host}", choice.service),
        })
        .collect();
    texts.join(",")
}

fn visit_address(slug: &str, zone: &str, visit: String) -> Result<String, AppError> {
    let chosen =
        bookings::services::Chosen::list(&visit).map_err(|error| AppError::Refused(error.to_string()))?;
    if chosen.is_empty() {
        return Err(AppError::Refused("Choose at least one service.".to_owned()));
    }
    if chosen.len() > bookings::services::CHOICE_LIMIT {
        return Err(AppError::Refused(super::visit::too_many_services()));
    }
    let query = PickerQuery {
        visit: Some(visit),
        zone: Some(zone.to_owned()).filter(|zone| !zone.is_empty()),
        ..PickerQuery::default()
    };
    Ok(query.href(&format!("/book/{slug}")))
}

/// The form.
#[component]
pub fn MenuForm(
    /// The booking calendar's slug.
    slug: String,
    /// The services.
    menu: Vec<MenuItem>,
    /// Flash message of the form.
    flash: FormFlash,
    /// The zone in the page's address.
    zone: Option<String>,
) -> impl IntoView {
    let problem = flash.problem();
    let mut groups: Vec<(String, Vec<(usize, MenuItem)>)> = Vec::new();
    for (row, item) in menu.into_iter().enumerate() {
        match groups.iter_mut().find(|(group, _)| *group == item.group) {
            Some((_, items)) => items.push((row, item)),
            None => groups.push((item.group.clone(), vec![(row, item)])),
        }
    }
    let groups = groups
        .into_iter()
        .map(|(group, items)| {
            let heading = if group.is_empty() {
                "Services".to_owned()
            } else {
                group
            };
            let items = items
                .into_iter()
                .map(|(row, item)| view! { <Item row item/> })
                .collect_view();
            view! { <fieldset class="options menu-group"><legend>{heading}</legend>{items}</fieldset> }
        })
        .collect_view();
    view! {
        <section class="details" id="menu" aria-labelledby="menu-title">
            <h2 id="menu-title">"What would you like?"</h2>
            <p class="soft">"Choose one or more services for your visit. They take place in this order."</p>
            <FormNotice problem/>
            <form method="post" action=ChooseServices::PATH>
                <input type="hidden" name="slug" value=slug/>
                <input type="hidden" name="zone" value=zone/>
                {groups}
                <div class="form-end"><Button look=Look::Primary>"Show free times"</Button></div>
            </form>
        </section>
    }
}

#[component]
fn Item(row: usize, item: MenuItem) -> impl IntoView {
    let anyone = (String::new(), "Anyone".to_owned());
    let several = item.staff.len() > 1;
    let options: Vec<(String, String)> = std::iter::once(anyone).chain(item.staff).collect();
    let id = format!("service-{row}");
    let about = format!("{id}-about");
    let name = item.name.clone();
    view! {
        <div class="menu-item">
            <div class="check">
                <input id=id.clone() type="checkbox" name=format!("menu[{row}][wanted]") value="true" checked=item.wanted aria-describedby=about.clone()/>
                <label for=id>{item.name}</label>
                <p class="field-help" id=about>{[item.duration, item.description].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(". ")}</p>
            </div>
            <input type="hidden" name=format!("menu[{row}][service]") value=item.id/>
            {several.then(|| view! { <Choice label=format!("{name}, with") name=format!("menu[{row}][host]") options value=item.host/> })}
        </div>
    }
}
