//! Loading a month of free times.

use std::collections::BTreeMap;

use bookings::availability::SlotQuery;
use bookings::services::Chosen;
use bookings::{Interval, StaffId, availability};
use jiff::civil::Date;
use zones::Zone;

use super::MonthOffer;
use super::month::{BeyondMonth, MonthQuery, Offered, month_offer};
use crate::context::quince;
use crate::error::AppError;
use crate::public::locale::Locale;

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
    let with = |slot: &availability::OfferedSlot| host_note(slot, filter.present, &team);
    Ok(month_offer(
        asked,
        &shown(free.days, full, with),
        BeyondMonth {
            next_free: free.next_free,
            last: free.last,
        },
        zone,
        Locale::of_request(),
    ))
}

/// "with Jonas Okafor", if somebody other than the present host would be the host.
fn host_note(
    slot: &availability::OfferedSlot,
    present: Option<StaffId>,
    team: &BTreeMap<StaffId, String>,
) -> String {
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
fn shown(
    free: BTreeMap<Date, Vec<availability::OfferedSlot>>,
    full: BTreeMap<Date, Vec<Interval>>,
    with: impl Fn(&availability::OfferedSlot) -> String,
) -> BTreeMap<Date, Vec<Offered>> {
    let mut shown: BTreeMap<Date, Vec<Offered>> = BTreeMap::new();
    for (date, times) in free {
        let times = times.into_iter().map(|slot| Offered {
            with: with(&slot),
            start: slot.start,
            end: slot.end,
            seats_left: slot.seats_left,
        });
        shown.entry(date).or_default().extend(times);
    }
    for (date, sessions) in full {
        let sessions = sessions.into_iter().map(|session| Offered {
            start: session.start,
            end: session.end,
            seats_left: Some(0),
            with: String::new(),
        });
        shown.entry(date).or_default().extend(sessions);
    }
    for times in shown.values_mut() {
        times.sort_by_key(|offered| offered.start);
    }
    shown
}
