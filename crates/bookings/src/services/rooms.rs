//! Rooms and equipment of the workspace.

use jiff::Timestamp;
use scheduling::{ResourceId, UnitId};
use store::locks::Lock;
use store::resources::Resource;
use store::{WriteTx, new_id, resources, services, staff, workspace};
use zones::Zone;

use super::visit::units_of;
use crate::accounts::is_admin;
use crate::error::{Error, Permission};
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::validate::{NAME_LIMIT, Validator};
use crate::versions::{self, Author, Differences, Editor, Field, Versioned};

/// Maximum number of sorts of rooms and equipment.
const SORTS_LIMIT: usize = 200;
/// Maximum quantity of one sort.
const QUANTITY_LIMIT: u32 = 1_000;

/// A sort of rooms or equipment, as the form sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceForm {
    /// Its id; none for a new sort.
    pub id: Option<ResourceId>,
    /// Its name.
    pub name: String,
    /// The quantity.
    pub quantity: u32,
}

/// Returns all rooms and equipment, by name.
pub async fn list(quince: &Quince) -> Result<Vec<Resource>, Error> {
    let mut tx = quince.store().read().await?;
    Ok(resources::list(&mut tx).await?)
}

/// Replaces the list of rooms and equipment, for the owner and admins. Units that services need or that are booked in future cannot be
/// removed.
pub async fn save(quince: &Quince, by: impl Into<Editor>, all: Vec<ResourceForm>) -> Result<(), Error> {
    let by = by.into();
    let mut checked = Validator::default();
    if all.len() > SORTS_LIMIT {
        checked.problem(
            "resources",
            format!("At most {SORTS_LIMIT} sorts can be kept. Remove some of them."),
        );
    }
    let now = quince.now();
    let mut tidied = Vec::with_capacity(all.len());
    for resource in all {
        let name = checked.required_line("resources", "each name", &resource.name, NAME_LIMIT);
        if !(1..=QUANTITY_LIMIT).contains(&resource.quantity) {
            checked.problem(
                "resources",
                format!("Of “{name}” there can be 1 to {QUANTITY_LIMIT}. To remove it, empty its name."),
            );
        }
        tidied.push(Resource {
            id: match resource.id {
                Some(id) => id,
                None => ResourceId(new_id(now)?),
            },
            name,
            quantity: resource.quantity,
        });
    }
    checked.finish()?;
    retried_if_lost(|| save_once(quince, by, &tidied, now)).await
}

async fn save_once(quince: &Quince, by: Editor, all: &[Resource], now: Timestamp) -> Result<(), Error> {
    let mut tx = quince.store().write().await?;
    let me = staff::find(&mut tx, by.staff)
        .await?
        .ok_or(Error::NotAllowed(Permission::Administer))?;
    if !is_admin(me.role) {
        return Err(Error::NotAllowed(Permission::Administer));
    }
    versions::lock(&mut tx, Versioned::RESOURCES).await?;
    let differences = differences(&resources::list(&mut tx).await?, all);
    let author = Author::from(by);
    versions::save(&mut tx, Versioned::RESOURCES, author, &differences, now).await?;
    check_removed_units(&mut tx, all, now).await?;
    resources::replace(&mut tx, all).await?;
    Ok(tx.commit().await?)
}

fn differences(old: &[Resource], new: &[Resource]) -> Differences {
    // They are listed by name, so another order in the form is not a difference.
    let by_name = |all: &[Resource]| {
        let mut all = all.to_vec();
        all.sort_by(|one, other| (&one.name, one.id).cmp(&(&other.name, other.id)));
        all
    };
    let words = |resource: &Resource| format!("{} × {}", resource.quantity, resource.name);
    let mut all = Differences::default();
    all.entries(
        Field::Resource,
        &by_name(old),
        &by_name(new),
        |resource| resource.id,
        words,
    );
    all
}

/// Checks that no unit is removed that services need or that is booked in future. A concurrent booking locks the time of the same units,
/// and then checks that they still exist.
async fn check_removed_units(tx: &mut WriteTx, new: &[Resource], now: Timestamp) -> Result<(), Error> {
    let mut fewer: Vec<(Resource, u32)> = Vec::new();
    for old in resources::list(tx).await? {
        let remaining = new.iter().find(|resource| resource.id == old.id);
        let remaining = remaining.map_or(0, |resource| resource.quantity);
        if remaining < old.quantity {
            fewer.push((old, remaining));
        }
    }
    let sorts = fewer.iter().map(|(old, _)| Lock::Resource(old.id));
    let going = fewer
        .iter()
        .flat_map(|(old, remaining)| units_from(old, *remaining));
    tx.lock(sorts.chain(going.map(|unit| Lock::Owner(unit.into()))))
        .await?;
    let services = services::all(tx).await?;
    let zone = workspace::find(tx)
        .await?
        .map_or_else(Zone::utc, |workspace| workspace.zone);
    let mut checked = Validator::default();
    for (old, remaining) in fewer {
        let name = &old.name;
        let needing = services.iter().filter_map(|service| {
            let mut needs = service.new.resources.iter();
            let (_, quantity) = needs.find(|(id, quantity)| *id == old.id && *quantity > remaining)?;
            Some((service.new.name.as_str(), *quantity))
        });
        let (names, needed): (Vec<&str>, Vec<u32>) = needing.unzip();
        if let Some(max) = needed.iter().max() {
            let names = names.join(", ");
            checked.problem(
                "resources",
                format!("Of “{name}”, {max} must stay for: {names}. Change what these services need first."),
            );
        }
        let units = units_from(&old, remaining);
        if let Some(until) = resources::booked_until(tx, &units, now).await? {
            let until = zone.local(until).strftime("%-d %B %Y, %H:%M");
            checked.problem(
                "resources",
                format!(
                    "Of “{name}”, more than {remaining} are booked until {until} ({}). Keep {} until then, or move or cancel the \
                     appointments that have them.",
                    zone.name(),
                    old.quantity
                ),
            );
        }
    }
    Ok(checked.finish()?)
}

/// Returns the units that are removed if only `remaining` remain.
fn units_from(resource: &Resource, remaining: u32) -> Vec<UnitId> {
    let remaining = usize::try_from(remaining).unwrap_or(usize::MAX);
    units_of(resource).split_off(remaining)
}
