//! A staff member's own name, zone and weekly hours.

use scheduling::{DateOverride, StaffId, WeeklyHours};
use store::{connections, staff};
use zones::Zone;

use crate::error::{Error, Missing};
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::unreadable;
use crate::validate::{NAME_LIMIT, Validator};
use crate::versions::{self, Author, Differences, Editor, Field, Versioned};

/// Maximum number of date overrides of one person.
const OVERRIDES_LIMIT: usize = 1_000;
/// Maximum number of windows of one day.
const WINDOWS_LIMIT: usize = 24;

/// A staff member's profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Their name.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// Their zone; hours are local to it.
    pub zone: Zone,
    /// Their weekly hours.
    pub weekly: WeeklyHours,
    /// Date overrides of the weekly hours.
    pub overrides: Vec<DateOverride>,
    /// Why nobody can book them, if the stored zone or hours cannot be read.
    pub problem: Option<String>,
}

/// Returns the hours of a new staff member: Monday to Friday, nine to five.
pub fn default_hours() -> WeeklyHours {
    WeeklyHours::weekdays(9 * 60, 17 * 60)
}

/// Returns a staff member's profile.
pub async fn get(quince: &Quince, id: StaffId) -> Result<Profile, Error> {
    let mut tx = quince.store().read().await?;
    let row = staff::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::StaffMember))?;
    Ok(Profile {
        problem: unreadable::own_hours(&row),
        name: row.name,
        email: row.email,
        zone: row.zone,
        weekly: row.hours,
        overrides: row.overrides,
    })
}

/// The form of a staff member's profile.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileForm {
    /// Their name.
    pub name: String,
    /// IANA name of their zone. When it changes, hours keep their local times.
    pub zone: String,
    /// Their weekly hours.
    pub weekly: WeeklyHours,
    /// Date overrides of the weekly hours.
    pub overrides: Vec<DateOverride>,
}

/// Saves a profile in one transaction.
pub async fn save(quince: &Quince, by: impl Into<Editor>, form: &ProfileForm) -> Result<(), Error> {
    let by = by.into();
    let mut checked = Validator::default();
    let name = checked.required_line("name", "your name", &form.name, NAME_LIMIT);
    let zone = checked.zone("zone", &form.zone);
    check_hours(&mut checked, form);
    checked.finish()?;
    let zone = zone.unwrap_or_else(Zone::utc);
    retried_if_lost(|| save_once(quince, by, (&name, &zone), form)).await
}

async fn save_once(
    quince: &Quince,
    by: Editor,
    (name, zone): (&str, &Zone),
    form: &ProfileForm,
) -> Result<(), Error> {
    let (id, now) = (by.staff, quince.now());
    let mut tx = quince.store().write().await?;
    versions::lock(&mut tx, Versioned::profile(id)).await?;
    let before = staff::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::StaffMember))?;
    let mut differences = Differences::default();
    differences.value(Field::Name, before.name.as_str(), name);
    differences.value(Field::Zone, before.zone.name(), zone.name());
    differences.weekly(&before.hours, &form.weekly);
    differences.dates(&before.overrides, &form.overrides);
    let author = Author::from(by);
    versions::save(&mut tx, Versioned::profile(id), author, &differences, now).await?;
    staff::update_profile(&mut tx, id, name, zone, &form.weekly, &form.overrides).await?;
    // Whole-day and floating events of their calendars are at other instants in the new zone, so they are read again.
    let moves = before.zone != *zone;
    if moves {
        connections::sync_soon(&mut tx, id, now).await?;
    }
    tx.commit().await?;
    if moves {
        quince.wake();
    }
    Ok(())
}

fn check_hours(checked: &mut Validator, form: &ProfileForm) {
    let ProfileForm {
        weekly, overrides, ..
    } = form;
    if weekly.0.iter().any(|day| day.len() > WINDOWS_LIMIT) {
        checked.problem(
            "hours",
            format!("A day may have at most {WINDOWS_LIMIT} windows. Join some of them."),
        );
    }
    if overrides.len() > OVERRIDES_LIMIT || overrides.iter().any(|day| day.windows.len() > WINDOWS_LIMIT) {
        checked.problem(
            "overrides",
            format!("At most {OVERRIDES_LIMIT} dates can differ. Remove past ones."),
        );
    }
    let mut dates: Vec<_> = overrides.iter().map(|day| day.date).collect();
    dates.sort_unstable();
    if let Some([twice, _]) = dates.array_windows().find(|[one, next]| one == next) {
        checked.problem(
            "overrides",
            format!("{twice} is in the list twice. Remove one of both."),
        );
    }
}
