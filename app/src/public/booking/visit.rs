//! The menu of a Service calendar, and the services that an address names.

use bookings::services::{CHOICE_LIMIT, ChosenService, ServiceView};

use super::MenuItem;
use crate::public::locale::duration_label;

/// Sorts a menu as it is shown, which is also the order of the services in a visit: by heading, in the order of the headings' first
/// services.
pub fn as_shown(mut menu: Vec<ServiceView>) -> Vec<ServiceView> {
    let mut groups: Vec<String> = Vec::new();
    for service in &menu {
        if !groups.contains(&service.settings.group) {
            groups.push(service.settings.group.clone());
        }
    }
    menu.sort_by_key(|service| groups.iter().position(|group| *group == service.settings.group));
    menu
}

/// The services that an address names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VisitChoice {
    /// Those that are on the menu, in order.
    pub chosen: Vec<ChosenService>,
    /// The sentence about those that are not.
    pub problem: Option<String>,
}

impl VisitChoice {
    /// Parses `SERVICE:STAFF,SERVICE`. Services that are not on the menu are left out.
    pub fn of(text: &str, menu: &[ServiceView]) -> Self {
        let mut chosen = Vec::new();
        let mut is_lost = false;
        for named in text.split(',').map(str::trim).filter(|named| !named.is_empty()) {
            let named: Option<ChosenService> = named.parse().ok();
            let found = named.and_then(|named| {
                let service = menu.iter().find(|service| service.id == named.service)?;
                Some((named, service))
            });
            let Some((named, service)) = found else {
                is_lost = true;
                continue;
            };
            let does_it = |host: &_| service.hosts.iter().any(|(known, _)| known == host);
            let host = named.host.filter(does_it);
            is_lost |= host != named.host;
            chosen.push(ChosenService { host, ..named });
        }
        let problem = if chosen.len() > CHOICE_LIMIT {
            chosen.truncate(CHOICE_LIMIT);
            Some(too_many_services())
        } else if is_lost && chosen.is_empty() {
            Some("The services in this link are no longer available. Please choose again.".to_owned())
        } else if is_lost {
            Some(
                "Some services in this link are no longer available, or not with that person. The others are ticked; \
                 please choose again."
                    .to_owned(),
            )
        } else {
            None
        };
        Self { chosen, problem }
    }
}

/// The sentence about the limit of a visit.
pub fn too_many_services() -> String {
    format!("Choose at most {CHOICE_LIMIT} services for one visit.")
}

/// The chosen services in the form used by addresses.
pub fn text(chosen: &[ChosenService]) -> String {
    let texts: Vec<String> = chosen.iter().map(ToString::to_string).collect();
    texts.join(",")
}

/// A service for the menu; ticked if it is chosen.
pub fn item(service: ServiceView, ticked: &[ChosenService]) -> MenuItem {
    let choice = ticked.iter().find(|choice| choice.service == service.id);
    let host = choice.and_then(|choice| choice.host);
    let settings = service.settings;
    MenuItem {
        id: service.id.to_string(),
        group: settings.group,
        name: settings.name,
        duration: duration_label(settings.duration.saturating_add(settings.processing)),
        description: settings.description,
        staff: service
            .hosts
            .into_iter()
            .map(|(id, name)| (id.to_string(), name))
            .collect(),
        wanted: choice.is_some(),
        host: host.map(|host| host.to_string()).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use bookings::services::ServiceSettings;
    use bookings::{ServiceId, StaffId};
    use uuid::Uuid;

    use super::*;

    const JONAS: StaffId = StaffId(Uuid::from_u128(1));
    const MAYA: StaffId = StaffId(Uuid::from_u128(2));

    fn service(number: u128, group: &str) -> ServiceView {
        ServiceView {
            id: ServiceId(Uuid::from_u128(number)),
            settings: ServiceSettings {
                group: group.to_owned(),
                name: format!("Service {number}"),
                description: String::new(),
                duration: 30,
                processing: 0,
                staff: vec![JONAS],
                resources: Vec::new(),
            },
            hosts: vec![(JONAS, "Jonas".to_owned())],
        }
    }

    fn choice(number: u128, host: Option<StaffId>) -> ChosenService {
        ChosenService {
            service: ServiceId(Uuid::from_u128(number)),
            host,
        }
    }

    #[test]
    fn a_visit_follows_the_headings_as_they_are_shown() {
        let menu = as_shown(vec![service(1, "Hair"), service(2, "Nails"), service(3, "Hair")]);
        let order: Vec<&str> = menu
            .iter()
            .map(|service| service.settings.name.as_str())
            .collect();
        assert_eq!(order, ["Service 1", "Service 3", "Service 2"]);
    }

    #[test]
    fn what_is_still_on_the_menu_stays_chosen() {
        let menu = [service(1, ""), service(2, "")];
        let good = [choice(2, None), choice(1, Some(JONAS))];
        let same = VisitChoice::of(&text(&good), &menu);
        assert_eq!((same.chosen.as_slice(), same.problem), (&good[..], None));

        let stale = text(&[choice(1, Some(MAYA)), choice(9, None)]);
        let left = VisitChoice::of(&stale, &menu);
        assert_eq!(left.chosen, [choice(1, None)]);
        assert!(left.problem.is_some());

        for nothing in ["nonsense", "1:2:3,,x", &text(&[choice(9, None)])] {
            let found = VisitChoice::of(nothing, &menu);
            assert_eq!(found.chosen, [], "{nothing}");
            assert!(found.problem.is_some(), "{nothing}");
        }
        assert_eq!(VisitChoice::of("", &menu), VisitChoice::default());
    }

    #[test]
    fn a_visit_has_at_most_so_many_services() {
        let many = text(&[choice(1, None); CHOICE_LIMIT + 1]);
        let cut = VisitChoice::of(&many, &[service(1, "")]);
        assert_eq!(
            (cut.chosen.len(), cut.problem),
            (CHOICE_LIMIT, Some(too_many_services()))
        );
    }
}
