//! Conversion between the form's texts and services.

use bookings::services::{self, MoveDirection, ServiceSettings, ServiceView};
use bookings::versions::Versioned;
use bookings::{CalendarId, ServiceId, ServiceProblem, StaffId};

use super::fields::form_of;
use super::{MenuView, NeedText, ServiceText};
use crate::context::{flash, quince, version};
use crate::error::{AppError, FieldProblem};
use crate::form_problem::FormProblem;
use crate::ui::number::{NumberName, whole_number};

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
    let ServiceView { id, settings, hosts } = service;
    let preferred = hosts.first().map(|(id, _)| id.to_string());
    let need = |(resource, quantity): (bookings::ResourceId, u32)| NeedText {
        resource: resource.to_string(),
        quantity: quantity.to_string(),
    };
    ServiceText {
        id: id.to_string(),
        group: settings.group,
        name: settings.name,
        description: settings.description,
        duration: settings.duration.to_string(),
        processing: settings.processing.to_string(),
        staff: hosts.into_iter().map(|(id, _)| id.to_string()).collect(),
        preferred: preferred.unwrap_or_default(),
        needs: settings.resources.into_iter().map(need).collect(),
    }
}

pub async fn save(seen: &str, calendar: &str, text: &ServiceText) -> Result<(), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    let id = match text.id.as_str() {
        "" => None,
        id => Some(service_id(id)?),
    };
    let saved = match parse_form(text) {
        Ok(settings) => services::save(&quince()?, by, calendar_id(calendar)?, id, settings)
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

fn parse_form(text: &ServiceText) -> Result<ServiceSettings, AppError> {
    let mut problems = Vec::new();
    let mut number = |field: &str, name: NumberName, text: &str| {
        whole_number(name, text).unwrap_or_else(|problem| {
            problems.push(FieldProblem::new(field, problem));
            1
        })
    };
    let duration = number("duration", NumberName::Duration, &text.duration);
    let processing = number("processing", NumberName::Processing, &text.processing);
    let needs = text.needs.iter().filter(|need| !need.quantity.trim().is_empty());
    let needs: Vec<(&str, u32)> = needs
        .map(|need| {
            let quantity = number("resources", NumberName::Needed, &need.quantity);
            (need.resource.as_str(), quantity)
        })
        .collect();
    let resource = |(id, quantity): &(&str, u32)| Some((id.parse().ok()?, *quantity));
    let resources = needs.iter().map(resource).collect::<Option<Vec<_>>>();
    if resources.is_none() {
        problems.push(FieldProblem::new("resources", ServiceProblem::ResourceGone));
    }
    let staff = text.staff.iter().map(|id| id.parse().ok());
    let staff = staff.collect::<Option<Vec<StaffId>>>();
    if staff.is_none() {
        problems.push(FieldProblem::new("staff", ServiceProblem::NoMember));
    }
    let (mut staff, resources) = (staff.unwrap_or_default(), resources.unwrap_or_default());
    if let Ok(preferred) = text.preferred.parse::<StaffId>() {
        if staff.contains(&preferred) {
            staff.sort_by_key(|id| *id != preferred);
        } else {
            problems.push(FieldProblem::new("preferred", FormProblem::PreferredNotTicked));
        }
    }
    if !problems.is_empty() {
        return Err(AppError::Fields(problems));
    }
    Ok(ServiceSettings {
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
