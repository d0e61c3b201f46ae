//! Loading the booking page.

use bookings::services::{Chosen, ServiceView};
use bookings::{Error, Kind, StaffId, booking_calendars};

use super::visit::{self, VisitChoice};
use super::{About, BookingView, question_view};
use crate::context::{flash, flash_until_accepted, quince};
use crate::error::AppError;
use crate::public::hold::visitor::{challenge, visitor};
use crate::public::locale::duration_label;
use crate::public::parse::zone_or;
use crate::public::slot_picker::load::{SlotFilter, load_month};
use crate::public::slot_picker::month::month_query;
use crate::public::slot_picker::{MonthOffer, PickerQuery};

/// Loads the booking page for one month; for a Service calendar without chosen services, the menu.
pub async fn booking(slug: &str, query: &PickerQuery) -> Result<BookingView, AppError> {
    let quince = quince()?;
    let page = match booking_calendars::by_slug(&quince, slug).await {
        Err(Error::NotFound(_)) => {
            let closed = booking_calendars::switched_off(&quince, slug).await?;
            return Ok(closed_page(closed));
        }
        found => found?,
    };
    let (zone, zone_problem) = zone_or(query.zone.as_deref(), &page.zone);
    let mut notices: Vec<String> = zone_problem.into_iter().collect();
    let is_service = page.calendar.kind == Kind::Service;
    let menu = if is_service {
        visit::as_shown(bookings::services::public_menu(&quince, slug).await?)
    } else {
        Vec::new()
    };
    let flash_of_menu = flash("menu").await;
    let visit = if is_service {
        VisitChoice::of(query.visit.as_deref().unwrap_or_default(), &menu)
    } else {
        VisitChoice::default()
    };
    let host = host_on_offer(&page, query.host.as_deref(), &mut notices);
    // Services that are no longer on the menu lead back to it.
    let to_choose = is_service && (visit.chosen.is_empty() || visit.problem.is_some());
    notices.extend(visit.problem.clone().filter(|_| !menu.is_empty()));
    let offer = if to_choose {
        MonthOffer {
            zone: zone.name().to_owned(),
            ..MonthOffer::default()
        }
    } else {
        let filter = SlotFilter {
            host,
            services: &visit.chosen,
            holder: visitor().await,
            ..SlotFilter::default()
        };
        let asked = month_query(query.month_to_load().as_deref(), &zone, quince.now());
        load_month(slug, asked, &zone, filter).await?
    };
    let ticked = match flash_of_menu.values.get("visit") {
        Some(typed) => VisitChoice::of(typed, &menu).chosen,
        None => visit.chosen.clone(),
    };
    let flash = flash_until_accepted("book").await;
    let puzzle = page
        .ask_puzzle
        .then(|| challenge(slug, &flash.value("challenge")))
        .transpose()?;
    let of_this_visit: &[Chosen] = if to_choose { &[] } else { &visit.chosen };
    Ok(BookingView {
        is_closed: false,
        to_choose,
        host: host.map(|host| host.to_string()),
        visit: (!of_this_visit.is_empty()).then(|| visit::text(of_this_visit)),
        questions: page.questions.iter().map(question_view).collect(),
        confirm_by_mail: page.confirm_by_mail,
        challenge: puzzle,
        takes_guests: page.seats.is_some_and(|seats| seats > 1),
        about: about(page, &menu, of_this_visit),
        menu: menu
            .into_iter()
            .map(|service| visit::item(service, &ticked))
            .collect(),
        offer,
        notices,
        flash_of_menu,
        flash,
        idempotency_key: bookings::random_id().to_string(),
    })
}

/// The page of a booking calendar that is switched off.
fn closed_page(calendar: booking_calendars::PublicCalendar) -> BookingView {
    BookingView {
        is_closed: true,
        about: About {
            slug: calendar.slug,
            name: calendar.name,
            ..About::default()
        },
        ..BookingView::default()
    }
}

/// The member in the address, where clients may choose one. One who is no longer bookable counts as none, with a notice.
fn host_on_offer(
    page: &booking_calendars::PublicPage,
    named: Option<&str>,
    notices: &mut Vec<String>,
) -> Option<StaffId> {
    let named = named.filter(|_| page.calendar.kind == Kind::RoundRobin)?;
    let host = named.parse().ok();
    let host = host.filter(|host| page.hosts.iter().any(|(known, _)| known == host));
    if host.is_none() {
        notices.push(
            "The person in this link can no longer be booked here. These are everybody's times.".to_owned(),
        );
    }
    host
}

fn about(page: booking_calendars::PublicPage, menu: &[ServiceView], chosen: &[Chosen]) -> About {
    let calendar = page.calendar;
    let may_choose = calendar.kind == Kind::RoundRobin && page.hosts.len() > 1;
    let choice = page.hosts.iter().filter(|_| may_choose);
    let wanted = chosen
        .iter()
        .filter_map(|choice| Some((choice, menu.iter().find(|service| service.id == choice.service)?)));
    let length = wanted
        .clone()
        .map(|(_, service)| service.duration + service.processing)
        .fold(0, u32::saturating_add);
    About {
        choice: choice.map(|(id, name)| (id.to_string(), name.clone())).collect(),
        services: wanted
            .map(|(choice, service)| service_label(choice, service))
            .collect(),
        slug: calendar.slug,
        name: calendar.name,
        hosts: page.hosts.into_iter().map(|(_, name)| name).collect(),
        duration: match (calendar.kind, length) {
            (Kind::Service, 0) => String::new(),
            (Kind::Service, length) => duration_label(length),
            _ => duration_label(calendar.duration),
        },
        location: calendar.location,
        description: calendar.description,
    }
}

/// "Cut, 45 minutes, with Jonas".
fn service_label(choice: &Chosen, service: &ServiceView) -> String {
    let time = duration_label(service.duration.saturating_add(service.processing));
    let host = service.staff.iter().find(|(id, _)| Some(*id) == choice.host);
    match host {
        Some((_, name)) => format!("{}, {time}, with {name}", service.name),
        None => format!("{}, {time}", service.name),
    }
}
