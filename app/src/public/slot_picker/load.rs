//! Loading a month of free times.

use std::collections::BTreeMap;

use bookings::appointments::{self, ClientView};
use bookings::availability::SlotQuery;
use bookings::services::Chosen;
use bookings::{Kind, Quince, Slot, StaffId, availability};
use jiff::civil::Date;
use zones::Zone;

use super::model::{MonthOffer, PickerQuery};
use super::month::{BeyondMonth, MonthQuery, month_offer, month_query};
use crate::context::quince;
use crate::error::AppError;
use crate::public::hold::visitor::visitor;
use crate::public::locale::Locale;
use crate::public::parse::{parse_host, parse_services, zone_or};

/// Whose free times a month shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlotFilter<'a> {
    /// The wanted member.
    pub host: Option<StaffId>,
    /// The wanted services.
    pub services: &'a [Chosen],
    /// The appointment that is being moved.
    pub moving: Option<bookings::AppointmentId>,
    /// The visitor.
    pub holder: Option<bookings::VisitorId>,
    /// The present host of an appointment that is being moved. Times with another host say so.
    pub present: Option<StaffId>,
}

/// Loads a month of what the page at a path offers: `/book/SLUG` or `/manage/TOKEN/reschedule`. The page itself has checked host and
/// services, and named its zone.
pub async fn offer_of_page(path: &str, query: &PickerQuery) -> Result<MonthOffer, AppError> {
    let quince = quince()?;
    let (zone, _) = zone_or(query.zone.as_deref(), &Zone::utc());
    let asked = month_query(query.month.as_deref(), &zone, quince.now());
    let host = parse_host(query.host.as_deref().unwrap_or_default())?;
    if let Some(slug) = path.strip_prefix("/book/") {
        let services = parse_services(query.visit.as_deref().unwrap_or_default())?;
        let filter = SlotFilter {
            host,
            services: &services,
            holder: visitor().await,
            ..SlotFilter::default()
        };
        return load_month(slug, asked, &zone, filter).await;
    }
    let token = path
        .strip_prefix("/manage/")
        .and_then(|rest| rest.strip_suffix("/reschedule"));
    let found = appointments::by_token(&quince, token.ok_or(AppError::NotFound)?).await?;
    let present = present_host(&quince, &found).await?.map(|(id, _)| id);
    let filter = SlotFilter {
        moving: Some(found.id),
        host: present.filter(|present| host == Some(*present)),
        present,
        ..SlotFilter::default()
    };
    load_month(&found.slug, asked, &zone, filter).await
}

/// The present host of an appointment, by id and name, if others could be its host, too.
pub async fn present_host(
    quince: &Quince,
    found: &ClientView,
) -> Result<Option<(StaffId, String)>, AppError> {
    if found.kind != Kind::RoundRobin || !found.calendar_active {
        return Ok(None);
    }
    let members = bookings::booking_calendars::by_slug(quince, &found.slug)
        .await?
        .hosts;
    let has_others = members.len() > 1;
    let present = members
        .into_iter()
        .find(|(member, _)| Some(*member) == found.host);
    Ok(present.filter(|_| has_others))
}

/// Loads a month of free times. A page that names no month opens on the first one with free times.
pub async fn load_month(
    slug: &str,
    asked: MonthQuery,
    zone: &Zone,
    filter: SlotFilter<'_>,
) -> Result<MonthOffer, AppError> {
    let quince = quince()?;
    let mut asked = asked;
    let question = |asked: &MonthQuery| SlotQuery {
        host: filter.host,
        services: filter.services,
        moving: filter.moving,
        holder: filter.holder,
        ..SlotQuery::new(slug, asked.first, asked.last, zone)
    };
    let mut free = availability::free(&quince, &question(&asked)).await?;
    if let (true, false, Some(next)) = (free.days.is_empty(), asked.is_named, free.next_free) {
        asked = asked.moved_to(next);
        free = availability::free(&quince, &question(&asked)).await?;
    }
    // An appointment cannot be moved to a waiting list.
    let full = if filter.moving.is_none() {
        free.full
    } else {
        BTreeMap::new()
    };
    let team: BTreeMap<StaffId, String> = match filter.present {
        Some(_) => bookings::accounts::team(&quince)
            .await?
            .into_iter()
            .map(|person| (person.id, person.name))
            .collect(),
        None => BTreeMap::new(),
    };
    Ok(month_offer(
        asked,
        &with_full(free.days, full),
        BeyondMonth {
            next_free: free.next_free,
            last: free.last,
        },
        zone,
        Locale::of_request(),
        |slot| host_note(slot, filter.present, &team),
    ))
}

/// "with Jonas Okafor", if somebody other than the present host would be the host.
fn host_note(slot: &Slot, present: Option<StaffId>, team: &BTreeMap<StaffId, String>) -> String {
    match (present, slot.hosts.as_slice()) {
        (Some(present), hosts) if !hosts.is_empty() && !hosts.contains(&present) => match hosts {
            [one] => team
                .get(one)
                .map(|name| format!("with {name}"))
                .unwrap_or_default(),
            _ => "with somebody else".to_owned(),
        },
        _ => String::new(),
    }
}

/// Merges free times and full sessions, by start.
fn with_full(
    mut days: BTreeMap<Date, Vec<Slot>>,
    full: BTreeMap<Date, Vec<Slot>>,
) -> BTreeMap<Date, Vec<Slot>> {
    for (date, sessions) in full {
        let slots = days.entry(date).or_default();
        slots.extend(sessions);
        slots.sort_by_key(|slot| slot.start);
    }
    days
}
