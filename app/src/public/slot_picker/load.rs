//! Loading a month of free times.

use std::collections::BTreeMap;

use bookings::availability::SlotQuery;
use bookings::services::ChosenService;
use bookings::{Slot, StaffId, availability};
use jiff::civil::Date;
use zones::Zone;

use super::MonthOffer;
use super::month::{BeyondMonth, MonthQuery, month_offer};
use crate::context::quince;
use crate::error::AppError;
use crate::public::locale::Locale;

/// Whose free times a month shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct SlotFilter<'a> {
    /// The wanted member.
    pub host: Option<StaffId>,
    /// The wanted services.
    pub services: &'a [ChosenService],
    /// The appointment that is being moved.
    pub moving: Option<bookings::AppointmentId>,
    /// The visitor.
    pub holder: Option<bookings::VisitorId>,
    /// The present host of an appointment that is being moved. Times with another host say so.
    pub present: Option<StaffId>,
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
