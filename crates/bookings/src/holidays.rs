//! Days on which the whole workspace is closed. A person's own date override for such a date takes precedence.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use scheduling::{AppointmentId, CalendarId, DateOverride, Hours, StaffId};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::staff::Staff;
use store::{ReadTx, appointment_parts, appointments, booking_calendars, holidays, staff, workspace};
use zones::Zone;

pub use store::holidays::Holiday;

use crate::accounts::{WorkspaceSettings, is_admin};
use crate::error::{Error, Missing, Permission};
use crate::problem::{TextName, TimeProblem};
use crate::quince::Quince;
use crate::validate::{NAME_LIMIT, Validator};
use crate::versions::{self, Author, Differences, Editor, Field, Versioned, date_words};

/// Maximum number of holidays.
const HOLIDAYS_LIMIT: usize = 500;

/// Returns the holidays, in order.
pub async fn list(quince: &Quince) -> Result<Vec<Holiday>, Error> {
    let mut tx = quince.store().read().await?;
    Ok(holidays::list(&mut tx).await?)
}

/// Saves the workspace's name, zone and holidays, for the owner and admins.
pub async fn save(
    quince: &Quince,
    by: impl Into<Editor>,
    name: &str,
    zone: &str,
    all: Vec<Holiday>,
) -> Result<WorkspaceSettings, Error> {
    let by = by.into();
    let mut checked = Validator::default();
    let name = checked.required_line("name", TextName::BusinessName, name, NAME_LIMIT);
    let zone = checked.zone("zone", zone);
    if all.len() > HOLIDAYS_LIMIT {
        checked.problem("holidays", TimeProblem::TooManyHolidays { max: HOLIDAYS_LIMIT });
    }
    let mut tidied: Vec<Holiday> = Vec::with_capacity(all.len());
    for holiday in all {
        let name = checked.line("holidays", TextName::HolidayName, &holiday.name, NAME_LIMIT);
        let date = holiday.date;
        if tidied.iter().any(|earlier| earlier.date == date) {
            checked.problem("holidays", TimeProblem::DateTwice(date));
            continue;
        }
        tidied.push(Holiday { date, name });
    }
    checked.finish()?;
    tidied.sort_by_key(|holiday| holiday.date);
    let workspace = WorkspaceSettings {
        name,
        zone: zone.unwrap_or_else(Zone::utc),
    };
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let me = staff::find(&mut tx, by.staff)
        .await?
        .ok_or(Error::NotAllowed(Permission::Administer))?;
    if !is_admin(me.account.role) {
        return Err(Error::NotAllowed(Permission::Administer));
    }
    versions::lock(&mut tx, Versioned::WORKSPACE).await?;
    let old = workspace::find(&mut tx)
        .await?
        .ok_or(Error::NotFound(Missing::Workspace))?;
    let mut differences = Differences::default();
    differences.value(Field::Name, &old.name, &workspace.name);
    differences.value(Field::Zone, old.zone.name(), workspace.zone.name());
    let old = holidays::list(&mut tx).await?;
    differences.entries(
        Field::Holiday,
        &old,
        &tidied,
        |holiday| holiday.date,
        holiday_words,
    );
    let author = Author::from(by);
    versions::save(&mut tx, Versioned::WORKSPACE, author, &differences, now).await?;
    workspace::save(&mut tx, &workspace, now).await?;
    holidays::replace(&mut tx, &tidied).await?;
    tx.commit().await?;
    Ok(workspace)
}

/// Formats a holiday: "25 December 2026 (Christmas)".
fn holiday_words(holiday: &Holiday) -> String {
    let date = date_words(holiday.date);
    match holiday.name.as_str() {
        "" => date,
        name => format!("{date} ({name})"),
    }
}

/// A future appointment on a closed day. It is not cancelled by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentOnClosedDay {
    /// The appointment.
    pub id: AppointmentId,
    /// The client's name.
    pub name: String,
    /// The host's name; empty in a Simple calendar, which has no host.
    pub host_name: String,
    /// Start of the host's part.
    pub start: Timestamp,
}

/// Returns the future appointments on holidays, for the owner and admins.
pub async fn appointments_on_holidays(
    quince: &Quince,
    by: StaffId,
) -> Result<Vec<AppointmentOnClosedDay>, Error> {
    let mut tx = quince.store().read().await?;
    let me = staff::find(&mut tx, by)
        .await?
        .ok_or(Error::NotAllowed(Permission::Administer))?;
    if !is_admin(me.account.role) {
        return Err(Error::NotAllowed(Permission::Administer));
    }
    let dates: BTreeSet<Date> = holidays::list(&mut tx)
        .await?
        .iter()
        .map(|day| day.date)
        .collect();
    let Some(last) = dates.last() else {
        return Ok(Vec::new());
    };
    let (now, until) = (quince.now(), after(*last));
    let keeps = |own: &[DateOverride], date| own.iter().any(|other| other.date == date);
    let is_closed = |person: &Staff, date| dates.contains(&date) && !keeps(&person.profile.overrides, date);
    let team = staff::list(&mut tx).await?;
    let mut found = parts_on_days(&mut tx, &team, (now, until), is_closed).await?;
    let calendars: BTreeMap<CalendarId, BookingCalendar> = booking_calendars::list(&mut tx)
        .await?
        .into_iter()
        .map(|calendar| (calendar.id, calendar))
        .collect();
    let of_nobody = appointments::hostless_between(&mut tx, now, until).await?;
    found.extend(of_nobody.into_iter().filter_map(|booked| {
        let rules = &calendars.get(&booked.calendar_id)?.settings.rules;
        let date = rules.zone.date(booked.starts_at);
        let is_closed = booked.status.is_active() && dates.contains(&date) && !keeps(&rules.overrides, date);
        is_closed.then(|| AppointmentOnClosedDay {
            id: booked.id,
            name: booked.name,
            host_name: String::new(),
            start: booked.starts_at,
        })
    }));
    found.sort_by_key(|booked| booked.start);
    Ok(found)
}

/// Returns the person's own future appointments on their days off.
pub async fn appointments_on_days_off(
    quince: &Quince,
    by: StaffId,
) -> Result<Vec<AppointmentOnClosedDay>, Error> {
    let mut tx = quince.store().read().await?;
    let me = staff::find(&mut tx, by)
        .await?
        .ok_or(Error::NotAllowed(Permission::Administer))?;
    let off = me.profile.overrides.iter().filter(|day| day.windows.is_empty());
    let Some(last) = off.map(|day| day.date).max() else {
        return Ok(Vec::new());
    };
    let span = (quince.now(), after(last));
    Ok(parts_on_days(&mut tx, std::slice::from_ref(&me), span, has_day_off).await?)
}

/// Returns an instant that is after this date in every zone.
fn after(date: Date) -> Timestamp {
    Zone::utc().start_of_day(date.saturating_add(2.days()))
}

/// Returns people's appointments in a span of time that are on their closed days, in order; each once per person.
async fn parts_on_days(
    tx: &mut ReadTx,
    people: &[Staff],
    (from, until): (Timestamp, Timestamp),
    is_closed: impl Fn(&Staff, Date) -> bool,
) -> Result<Vec<AppointmentOnClosedDay>, store::StoreError> {
    let ids: Vec<StaffId> = people.iter().map(|person| person.id).collect();
    let booked = appointments::between(tx, &ids, from, until).await?;
    let active = booked.into_iter().filter(|found| found.status.is_active());
    let booked: BTreeMap<AppointmentId, Appointment> = active.map(|found| (found.id, found)).collect();
    let ids: Vec<AppointmentId> = booked.keys().copied().collect();
    let mut found: Vec<AppointmentOnClosedDay> = Vec::new();
    for part in appointment_parts::list(tx, &ids).await? {
        let person = people.iter().find(|person| person.id == part.host_id);
        let (Some(person), Some(of)) = (person, booked.get(&part.appointment_id)) else {
            continue;
        };
        let is_known = found
            .iter()
            .any(|known| known.id == of.id && known.host_name == person.profile.name);
        if !is_known && is_closed(person, person.profile.zone.date(part.starts_at)) {
            found.push(AppointmentOnClosedDay {
                id: of.id,
                name: of.name.clone(),
                host_name: person.profile.name.clone(),
                start: part.starts_at,
            });
        }
    }
    found.sort_by_key(|booked| booked.start);
    Ok(found)
}

/// Whether a person has a day off on a date, by an override without windows.
pub(crate) fn has_day_off(person: &Staff, date: Date) -> bool {
    let mut own = person.profile.overrides.iter();
    own.any(|day| day.date == date && day.windows.is_empty())
}

/// Converts holidays into date overrides without windows.
pub(crate) fn closed(holidays: Vec<Date>) -> Vec<DateOverride> {
    let closed = |date| DateOverride {
        date,
        windows: Vec::new(),
    };
    holidays.into_iter().map(closed).collect()
}

/// Adds closed days to hours, except on dates that have an override.
pub(crate) fn without(mut hours: Hours, closed: &[DateOverride]) -> Hours {
    for day in closed {
        if !hours.overrides.iter().any(|own| own.date == day.date) {
            hours.overrides.push(day.clone());
        }
    }
    hours
}
