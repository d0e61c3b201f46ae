//! Choosing the services of a visit as staff: one list per service of the menu, in a GET form, so that the choice is part of links.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::ui::Choice;

/// The field name of each list; a service that was not chosen sends an empty value.
pub const VISIT: &str = "visit";

/// A service, with the people who perform it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitService {
    group: String,
    name: String,
    /// Value and label of each option: not in the visit, anyone, or a person.
    options: Vec<(String, String)>,
    chosen: String,
}

/// The lists, under the menu's headings.
#[component]
pub fn VisitLists(
    /// The menu in order.
    menu: Vec<VisitService>,
) -> impl IntoView {
    let mut groups: Vec<(String, Vec<VisitService>)> = Vec::new();
    for service in menu {
        match groups.iter_mut().find(|(group, _)| *group == service.group) {
            Some((_, services)) => services.push(service),
            None => groups.push((service.group.clone(), vec![service])),
        }
    }
    let mut number = 0;
    groups
        .into_iter()
        .map(|(group, services)| {
            let heading = if group.is_empty() { "Services".to_owned() } else { group };
            let lists = services
                .into_iter()
                .map(|service| {
                    number += 1;
                    let id = format!("{VISIT}-{number}");
                    view! { <Choice label=service.name id name=VISIT options=service.options value=service.chosen/> }
                })
                .collect_view();
            view! {
                <fieldset class="options visit-group">
                    <legend>{heading}</legend>
                    <div class="field-row">{lists}</div>
                </fieldset>
            }
        })
        .collect_view()
}

/// The services that an address names, joined.
pub fn asked(query: &leptos_router::params::ParamsMap) -> String {
    let all = query.get_all(VISIT).unwrap_or_default();
    let chosen: Vec<String> = all.into_iter().filter(|service| !service.is_empty()).collect();
    chosen.join(",")
}

/// Reading menus and choices.
pub mod menu {
    use bookings::accounts::Me;
    use bookings::services::{Chosen, ServiceView};
    use bookings::{CalendarId, Quince};

    use super::{VISIT, VisitService};
    use crate::error::AppError;

    /// The menu of a booking calendar (empty for other kinds than Service) and the chosen services that are on it.
    pub async fn load(
        quince: &Quince,
        me: &Me,
        calendar: CalendarId,
        visit: &str,
    ) -> Result<(Vec<VisitService>, Vec<Chosen>), AppError> {
        let menu = bookings::availability::menu(quince, me.id, calendar).await?;
        let mut chosen = chosen(visit)?;
        chosen.retain(|chosen| menu.iter().any(|service| service.id == chosen.service));
        let lists = menu.into_iter().map(|service| list(service, &chosen));
        Ok((lists.collect(), chosen))
    }

    /// Parses the services of a form or address, in the order of the visit.
    pub fn chosen(text: &str) -> Result<Vec<Chosen>, AppError> {
        Chosen::list(text).map_err(|error| AppError::Refused(error.to_string()))
    }

    /// The form used by addresses.
    pub fn text(chosen: &[Chosen]) -> String {
        let texts: Vec<String> = chosen.iter().map(ToString::to_string).collect();
        texts.join(",")
    }

    /// The end of an address with these services; empty if there are none.
    pub fn query(text: &str) -> String {
        if text.is_empty() {
            String::new()
        } else {
            format!("&{VISIT}={text}")
        }
    }

    fn list(service: ServiceView, chosen: &[Chosen]) -> VisitService {
        let by = |host| {
            Chosen {
                service: service.id,
                host,
            }
            .to_string()
        };
        let nothing = (String::new(), "Not in this visit".to_owned());
        let anyone = (by(None), "With anyone".to_owned());
        let staff = service.staff.iter();
        let staff = staff.map(|(id, name)| (by(Some(*id)), format!("With {name}")));
        let chosen = chosen.iter().find(|chosen| chosen.service == service.id);
        VisitService {
            options: [nothing, anyone].into_iter().chain(staff).collect(),
            chosen: chosen.map(ToString::to_string).unwrap_or_default(),
            group: service.group,
            name: service.name,
        }
    }
}
