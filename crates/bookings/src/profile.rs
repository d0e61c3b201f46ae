//! A staff member's own name, zone and weekly hours.

use scheduling::{DateOverride, StaffId, WeeklyHours};
use store::{connections, staff};
use zones::Zone;

pub use store::staff::Profile;

use crate::error::{Error, Missing};
use crate::problem::{FieldProblem, TextName, TimeProblem};
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::unreadable;
use crate::validate::{NAME_LIMIT, Validator};
use crate::versions::{self, Author, Differences, Editor, Field, Versioned};

/// Maximum number of date overrides of one person.
const OVERRIDES_LIMIT: usize = 1_000;
/// Maximum number of windows of one day.
const WINDOWS_LIMIT: usize = 24;

/// A staff member's profile, as they see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileView {
    /// The address they sign in with.
    pub email: String,
    /// What they set.
    pub profile: Profile,
    /// Why nobody can book them, if the stored zone or hours cannot be read.
    pub problem: Option<String>,
}

/// Returns the hours of a new staff member: Monday to Friday, nine to five.
pub fn default_hours() -> WeeklyHours {
    WeeklyHours::weekdays(9 * 60, 17 * 60)
}

/// Returns a staff member's profile.
pub async fn get(quince: &Quince, id: StaffId) -> Result<ProfileView, Error> {
    let mut tx = quince.store().read().await?;
    let row = staff::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::StaffMember))?;
    Ok(ProfileView {
        problem: unreadable::own_hours(&row),
        email: row.account.email,
        profile: row.profile,
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
    pub hours: WeeklyHours,
    /// Date overrides of the weekly hours.
    pub overrides: Vec<DateOverride>,
}

/// Saves a profile in one transaction.
pub async fn save(quince: &Quince, by: impl Into<Editor>, form: &ProfileForm) -> Result<(), Error> {
    let by = by.into();
    let profile = form.checked()?;
    retried_if_lost(|| save_once(quince, by, &profile)).await
}

impl ProfileForm {
    /// Returns the profile with tidied texts, or all problems of the form.
    fn checked(&self) -> Result<Profile, Vec<FieldProblem>> {
        let mut checked = Validator::default();
        let name = checked.required_line("name", TextName::YourName, &self.name, NAME_LIMIT);
        let zone = checked.zone("zone", &self.zone);
        check_hours(&mut checked, &self.hours, &self.overrides);
        checked.finish()?;
        Ok(Profile {
            name,
            zone: zone.unwrap_or_else(Zone::utc),
            hours: self.hours.clone(),
            overrides: self.overrides.clone(),
        })
    }
}

async fn save_once(quince: &Quince, by: Editor, profile: &Profile) -> Result<(), Error> {
    let (id, now) = (by.staff, quince.now());
    let mut tx = quince.store().write().await?;
    versions::lock(&mut tx, Versioned::profile(id)).await?;
    let before = staff::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::StaffMember))?
        .profile;
    let differences = differences(&before, profile);
    let author = Author::from(by);
    versions::save(&mut tx, Versioned::profile(id), author, &differences, now).await?;
    staff::update_profile(&mut tx, id, profile).await?;
    // Whole-day and floating events of their calendars are at other instants in the new zone, so they are read again.
    let moves = before.zone != profile.zone;
    if moves {
        connections::sync_soon(&mut tx, id, now).await?;
    }
    tx.commit().await?;
    if moves {
        quince.wake();
    }
    Ok(())
}

/// The pattern names every field, so that a new one cannot be left out.
fn differences(old: &Profile, new: &Profile) -> Differences {
    let Profile {
        name,
        zone,
        hours,
        overrides,
    } = new;
    let mut all = Differences::default();
    all.value(Field::Name, &old.name, name);
    all.value(Field::Zone, old.zone.name(), zone.name());
    all.weekly(&old.hours, hours);
    all.dates(&old.overrides, overrides);
    all
}

fn check_hours(checked: &mut Validator, hours: &WeeklyHours, overrides: &[DateOverride]) {
    if hours.0.iter().any(|day| day.len() > WINDOWS_LIMIT) {
        checked.problem("hours", TimeProblem::TooManyWindows { max: WINDOWS_LIMIT });
    }
    if overrides.len() > OVERRIDES_LIMIT || overrides.iter().any(|day| day.windows.len() > WINDOWS_LIMIT) {
        checked.problem("overrides", TimeProblem::TooManyDates { max: OVERRIDES_LIMIT });
    }
    let mut dates: Vec<_> = overrides.iter().map(|day| day.date).collect();
    dates.sort_unstable();
    if let Some([twice, _]) = dates.array_windows().find(|[one, next]| one == next) {
        checked.problem("overrides", TimeProblem::DateTwice(*twice));
    }
}
