//! Availability: free times, and the reasons against others. No calendar server is asked; everything comes from the database, with a fixed
//! number of queries.

pub(crate) mod balance;
pub(crate) mod busy;
pub(crate) mod input;
mod load;
pub(crate) mod public_calendar;
mod query;
mod why;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;
use scheduling::{AppointmentId, CalendarId, DateRange, Interval, Slot, Span, StaffId, Unit};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::calendar_members::Member;
use store::holds::VisitorId;
use store::{ReadTx, StoreError, appointments, booking_calendars, calendar_members, staff};
use zones::Zone;

use crate::error::{Error, Missing, Permission};
use crate::quince::Quince;
use crate::services::{self, ChosenService, ServiceView};
use input::{AvailabilityInput, Exclusions};
use public_calendar::public;
use query::{load_new, members_visible_to, window};

pub use crate::problem::HostProblem;
pub use public_calendar::PublicCalendar;
pub use query::DAYS_LIMIT;
pub(crate) use why::in_words;
pub use why::{
    ClosedDay, ExplainedReason, ExplainedStart, Obstacle, WhyNot, record_in_words, why, why_for_operator,
    why_for_staff,
};

/// How many spans of [`DAYS_LIMIT`] days are searched for the next free time: about a year in all.
const SEARCHES_AHEAD: u32 = 6;

/// The free times of some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeSlots {
    /// The booking calendar.
    pub calendar: PublicCalendar,
    /// The free times by local date in the zone of the query, without days that have none.
    pub days: BTreeMap<Date, Vec<Slot>>,
    /// In the same way, the sessions of a Class Booking calendar with too few seats left, for which clients can join the waiting list.
    pub full: BTreeMap<Date, Vec<Slot>>,
    /// The first date with a free time after the requested days. It is searched only if these have none, within about a year of the first
    /// date that can be booked.
    pub next_free: Option<Date>,
    /// The last date that can be booked, whether or not it has free times; none if the date range is unlimited.
    pub last: Option<Date>,
}

/// A query for free times.
#[derive(Debug, Clone, Copy)]
pub struct SlotQuery<'a> {
    /// The booking calendar's address.
    pub slug: &'a str,
    /// The first local date in the visitor's zone.
    pub from: Date,
    /// The last local date.
    pub to: Date,
    /// The visitor's zone.
    pub zone: &'a Zone,
    /// The member whom the visitor wants, if any.
    pub host: Option<StaffId>,
    /// The services that the visitor chose from the menu of a Service calendar.
    pub services: &'a [ChosenService],
    /// The appointment that is being moved, whose time does not count as busy.
    pub moving: Option<AppointmentId>,
    /// The visitor, whose own holds do not count as busy.
    pub holder: Option<VisitorId>,
}

impl<'a> SlotQuery<'a> {
    /// Queries the times of any member.
    pub fn new(slug: &'a str, from: Date, to: Date, zone: &'a Zone) -> Self {
        Self {
            slug,
            from,
            to,
            zone,
            host: None,
            services: &[],
            moving: None,
            holder: None,
        }
    }
}

/// Returns the free times of some days.
pub async fn free(quince: &Quince, query: &SlotQuery<'_>) -> Result<FreeSlots, Error> {
    let zone = query.zone;
    let window = window(query.from, query.to, zone)?;
    let now = quince.now();
    // Booking checks the time again, so a snapshot is needed only where several queries must agree.
    let mut tx = match query.moving {
        Some(_) => quince.store().read().await?,
        None => quince.store().connection().await?,
    };
    let found = booking_calendars::find_with_members(&mut tx, query.slug).await?;
    let (row, members) = found.ok_or(Error::NotFound(Missing::BookingCalendar))?;
    // Appointments can still be moved in a booking calendar that is closed to new ones.
    if !row.is_open() && !is_booked_in(&mut tx, query.moving, &row).await? {
        return Err(Error::NotFound(Missing::BookingCalendar));
    }
    let calendar = public(&row);
    let input = load(&mut tx, &row, members, query, window, now).await?;
    // Releases the connection while the slots are computed.
    drop(tx);
    let days = by_date(input.slots(now, false)?, zone);
    let range = bookable(&row, now);
    let next_free = if days.is_empty() {
        let from = range.start.max(window.end);
        let mut tx = quince.store().read().await?;
        next_free(&mut tx, &row, query, Interval::new(from, range.end), now).await?
    } else {
        None
    };
    Ok(FreeSlots {
        calendar,
        days,
        full: by_date(scheduling::full_sessions(&input.request(now, false)), zone),
        next_free,
        last: (row.settings.rules.range != DateRange::Unlimited).then(|| last_date(range, zone)),
    })
}

/// Returns the span from the soonest start that notice and date range allow to the end of the last day.
fn bookable(row: &BookingCalendar, now: Timestamp) -> Interval {
    let zone = &row.settings.rules.zone;
    let (first, last) = row.settings.rules.range.dates(zone, now);
    let soonest = row.settings.rules.notice.after(now, zone).max(now);
    let after = last.checked_add(1.day());
    Interval {
        start: soonest.max(zone.start_of_day(first)),
        end: after.map_or(Timestamp::MAX, |after| zone.start_of_day(after)),
    }
}

/// Returns the date of the last instant of a span.
fn last_date(span: Interval, zone: &Zone) -> Date {
    zone.date(span.end.saturating_sub(1.millisecond()).unwrap_or(span.end))
}

/// Returns the first date with a free time in a span, as far as it is searched.
async fn next_free(
    tx: &mut ReadTx,
    row: &BookingCalendar,
    query: &SlotQuery<'_>,
    span: Interval,
    now: Timestamp,
) -> Result<Option<Date>, Error> {
    let members = calendar_members::with_staff(tx, &[row.id]).await?;
    let mut from = span.start;
    for _ in 0..SEARCHES_AHEAD {
        if from >= span.end {
            break;
        }
        let to = plus_days(from, DAYS_LIMIT).min(span.end);
        let input = load(tx, row, members.clone(), query, Interval::new(from, to), now).await?;
        if let Some(slot) = input.slots(now, false)?.first() {
            return Ok(Some(query.zone.date(slot.start)));
        }
        from = to;
    }
    Ok(None)
}

/// Returns the services of a Service calendar, for its members and for admins; empty in other kinds.
pub async fn menu(quince: &Quince, viewer: StaffId, calendar: CalendarId) -> Result<Vec<ServiceView>, Error> {
    let mut tx = quince.store().read().await?;
    let viewer = staff::find(&mut tx, viewer)
        .await?
        .ok_or(Error::NotAllowed(Permission::ViewCalendar))?;
    members_visible_to(&mut tx, &viewer, calendar).await?;
    Ok(services::offered(&mut tx, calendar).await?)
}

/// Returns the free times of a local date as members of the booking calendar and admins may book them: without minimum notice, date range
/// and look busy. In a Service calendar, they are for a visit of these services.
pub async fn free_for_staff(
    quince: &Quince,
    viewer: StaffId,
    calendar: CalendarId,
    services: &[ChosenService],
    date: Date,
    zone: &Zone,
) -> Result<Vec<Slot>, Error> {
    free_with_host(quince, viewer, calendar, services, None, date, zone).await
}

/// Like [`free_for_staff`], optionally for one member only, who is offered even if they are ahead of the others.
pub async fn free_with_host(
    quince: &Quince,
    viewer: StaffId,
    calendar: CalendarId,
    services: &[ChosenService],
    host: Option<StaffId>,
    date: Date,
    zone: &Zone,
) -> Result<Vec<Slot>, Error> {
    let window = window(date, date, zone)?;
    let now = quince.now();
    let mut tx = quince.store().read().await?;
    let viewer = staff::find(&mut tx, viewer)
        .await?
        .ok_or(Error::NotAllowed(Permission::ViewCalendar))?;
    let row = booking_calendars::find(&mut tx, calendar).await?;
    let mut row = row.ok_or(Error::NotFound(Missing::BookingCalendar))?;
    row.settings.rules.notice = Span::new(0, Unit::Minutes);
    row.settings.rules.range = DateRange::Unlimited;
    let members = members_visible_to(&mut tx, &viewer, calendar).await?;
    let mut input = load_new(
        &mut tx,
        (row, members),
        services,
        window,
        now,
        Exclusions::default(),
    )
    .await?;
    if let Some(host) = host {
        input.choose(host)?;
    }
    Ok(input.slots(now, true)?)
}

fn by_date(slots: Vec<Slot>, zone: &Zone) -> BTreeMap<Date, Vec<Slot>> {
    let mut days: BTreeMap<Date, Vec<Slot>> = BTreeMap::new();
    for slot in slots {
        days.entry(zone.date(slot.start)).or_default().push(slot);
    }
    days
}

async fn is_booked_in(
    tx: &mut ReadTx,
    appointment: Option<AppointmentId>,
    calendar: &BookingCalendar,
) -> Result<bool, StoreError> {
    let Some(id) = appointment else { return Ok(false) };
    let found = appointments::find(tx, id).await?;
    Ok(found.is_some_and(|found| found.calendar_id == calendar.id))
}

/// Loads the input for a query about a span.
async fn load(
    tx: &mut ReadTx,
    row: &BookingCalendar,
    members: Vec<Member>,
    query: &SlotQuery<'_>,
    window: Interval,
    now: Timestamp,
) -> Result<AvailabilityInput, Error> {
    let moving = match query.moving {
        Some(id) => appointments::find(tx, id).await?,
        None => None,
    };
    let mut input = if let Some(moving) = &moving {
        AvailabilityInput::load_move(tx, row.clone(), moving, window, now, query.holder).await?
    } else {
        let exclude = Exclusions {
            moved: None,
            holder: query.holder,
        };
        load_new(tx, (row.clone(), members), query.services, window, now, exclude).await?
    };
    input.for_seats(moving.as_ref().map_or(1, Appointment::seats));
    if let Some(host) = moving.and_then(|moving| moving.host_id) {
        input.keep_on_offer(host);
    }
    if let Some(host) = query.host {
        input.choose(host)?;
    }
    Ok(input)
}

/// Whether a staff member may see the availability of the booking calendar at this address.
pub async fn may_view_availability(quince: &Quince, viewer: StaffId, slug: &str) -> Result<bool, Error> {
    let mut tx = quince.store().read().await?;
    let Some(viewer) = staff::find(&mut tx, viewer).await? else {
        return Ok(false);
    };
    let Some(row) = booking_calendars::find_by_slug(&mut tx, slug).await? else {
        return Ok(false);
    };
    match members_visible_to(&mut tx, &viewer, row.id).await {
        Ok(_) => Ok(true),
        Err(Error::NotAllowed(_)) => Ok(false),
        Err(other) => Err(other),
    }
}

fn plus_days(instant: Timestamp, days: i32) -> Timestamp {
    instant
        .checked_add(jiff::SignedDuration::from_hours(24 * i64::from(days)))
        .unwrap_or(Timestamp::MAX)
}
