//! Queries for availability: permissions, limits, and loading.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use scheduling::{CalendarId, Interval, Kind};
use store::ReadTx;
use store::booking_calendars::BookingCalendar;
use store::calendar_members::{self, Member};
use store::staff::Staff;
use zones::Zone;

use super::input::{AvailabilityInput, Exclusions};
use crate::accounts::is_admin;
use crate::error::{Error, Permission, Refusal};
use crate::services::{self, ChosenService};
use crate::validate::YEARS;

/// Maximum number of days in one query.
pub const DAYS_LIMIT: i32 = 62;

/// Loads what determines availability for a new appointment; in a Service calendar, for a visit of these services.
pub(super) async fn load_new(
    tx: &mut ReadTx,
    (row, members): (BookingCalendar, Vec<Member>),
    services: &[ChosenService],
    window: Interval,
    now: Timestamp,
    exclude: Exclusions,
) -> Result<AvailabilityInput, Error> {
    if row.settings.kind != Kind::Service {
        return Ok(AvailabilityInput::load(tx, row, members, window, now, exclude).await?);
    }
    let visit = services::visit_request(tx, &row, &members, services).await??;
    Ok(AvailabilityInput::load_visit(tx, row, members, window, now, exclude, visit).await?)
}

/// Returns the members of a booking calendar, for one of them or an admin.
///
/// # Errors
/// [`Error::NotAllowed`] for other viewers.
pub(super) async fn members_visible_to(
    tx: &mut ReadTx,
    viewer: &Staff,
    calendar: CalendarId,
) -> Result<Vec<Member>, Error> {
    let members = calendar_members::with_staff(tx, &[calendar]).await?;
    if is_admin(viewer.account.role) || members.iter().any(|(_, person)| person.id == viewer.id) {
        return Ok(members);
    }
    Err(Error::NotAllowed(Permission::ViewCalendar))
}

pub(super) fn window(from: Date, to: Date, zone: &Zone) -> Result<Interval, Error> {
    if to < from {
        return Err(Refusal::LastDayBeforeFirst.into());
    }
    let after = to.checked_add(1.day()).unwrap_or(to);
    let days = (after - from).get_days();
    if !YEARS.contains(&from.year()) || !YEARS.contains(&after.year()) {
        return Err(Refusal::YearOutOfRange.into());
    }
    if days > DAYS_LIMIT {
        return Err(Refusal::TooManyDays { max: DAYS_LIMIT }.into());
    }
    Ok(Interval::new(zone.start_of_day(from), zone.start_of_day(after)))
}
