//! Conversion between the form's texts and services.

use bookings::services::{self, MoveDirection, ServiceForm, ServiceView};
use bookings::versions::Versioned;
use bookings::{CalendarId, ServiceId, StaffId};

use super::fields::form_of;
use super::{MenuView, NeedText, ServiceText};
use crate::context::{flash, quince, version};
use crate::error::{AppError, FieldProblem};
use crate::ui::number::whole_number;

pub async fn page(staff: StaffId, calendar: &str) -> Result<MenuView, AppError> {
    let version = version(Versioned::menu(calendar_id(calendar)?)).await?;
    let menu = services::menu(&quince()?, staff, calendar_id(calendar)?).await?;
    let flash = flash("service").await;
    let typed = flash.values.get("service").filter(|_| flash.problem.is_some());
    Ok(MenuView {
        calendar: calendar.to_owned(),
        version,
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
        flash,
    })
}

fn text(service: ServiceView) -> ServiceText {
    let preferred = service.staff.first().map(|(id, _)| id.to_string());
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
        preferred: preferred.unwrap_or_default(),
        needs: service.resources.into_iter().map(need).collect(),
    }
}

pub async fn save(seen: &str, calendar: &str, text: &ServiceText) -> Result<(), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    let id = match text.id.as_str() {
        "" => None,
        id => Some(service_id(id)?),
    };
    let saved = match parse_form(text) {
        Ok(form) => services::save(&quince()?, by, calendar_id(calendar)?, id, form)
            .await
            .map_err(AppError::from),
        Err(error) => Err(error),
    };
    saved.map_err(|error| named(error, &text.id))
}

pub async fn shift(calendar: &str, id: &str, to: &str) -> Result<(), AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let to = match to {
        "up" => MoveDirection::Up,
        "down" => MoveDirection::Down,
        _ => return Err(AppError::Refused("Move it up or down.".to_owned())),
    };
    services::move_service(&quince()?, staff, calendar_id(calendar)?, service_id(id)?, to).await?;
    Ok(())
}

pub async fn remove(seen: &str, calendar: &str, id: &str) -> Result<(), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    services::remove(&quince()?, by, calendar_id(calendar)?, service_id(id)?).await?;
    Ok(())
}

fn calendar_id(id: &str) -> Result<CalendarId, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
}

fn service_id(id: &str) -> Result<ServiceId, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
}

fn parse_form(text: &ServiceText) -> Result<ServiceForm, AppError> {
    let mut problems = Vec::new();
    let mut problem = |field: &str, sentence: &str| {
        problems.push(FieldProblem {
            field: field.to_owned(),
            sentence: sentence.to_owned(),
        });
    };
    let mut number = |field: &str, what: &str, text: &str| {
        whole_number(what, text).unwrap_or_else(|sentence| {
            problem(field, &sentence);
            1
        })
    };
    let duration = number("duration", "the duration", &text.duration);
    let processing = number("processing", "the processing time", &text.processing);
    let needs = text.needs.iter().filter(|need| !need.quantity.trim().is_empty());
    let needs: Vec<(&str, u32)> = needs
        .map(|need| {
            let quantity = number(
                "resources",
                "how many rooms or how much equipment it needs",
                &need.quantity,
            );
            (need.resource.as_str(), quantity)
        })
        .collect();
    let resource = |(id, quantity): &(&str, u32)| Some((id.parse().ok()?, *quantity));
    let resources = needs.iter().map(resource).collect::<Option<Vec<_>>>();
    if resources.is_none() {
        problem(
            "resources",
            "Something in the list does not exist any more. Reload the page.",
        );
    }
    let staff = text.staff.iter().map(|id| id.parse().ok());
    let staff = staff.collect::<Option<Vec<StaffId>>>();
    if staff.is_none() {
        problem(
            "staff",
            "Somebody in the list is no member of this booking calendar. Reload the page.",
        );
    }
    let (mut staff, resources) = (staff.unwrap_or_default(), resources.unwrap_or_default());
    if let Ok(preferred) = text.preferred.parse::<StaffId>() {
        if staff.contains(&preferred) {
            staff.sort_by_key(|id| *id != preferred);
        } else {
            problem(
                "preferred",
                "The preferred person must perform it. Tick them above, or choose somebody who is ticked.",
            );
        }
    }
    if !problems.is_empty() {
        return Err(AppError::Fields(problems));
    }
    Ok(ServiceForm {
        group: text.group.clone(),
        name: text.name.clone(),
        description: text.description.clone(),
        duration,
        processing,
        staff,
        resources,
    })
}

/// Prefixes the fields of an error for this service's form.
fn named(error: AppError, service: &str) -> AppError {
    let form = form_of(service);
    error.in_form(&form).at_fields(|field| format!("{form}-{field}"))
}
