//! Rooms and equipment of the workspace.

use jiff::Timestamp;
use scheduling::{ResourceId, UnitId};
use store::locks::Lock;
use store::resources::{Resource, ResourceSettings};
use store::{WriteTx, new_id, resources, services, staff, workspace};
use zones::Zone;

use super::visit::units_of;
use crate::accounts::is_admin;
use crate::error::{Error, Permission};
use crate::problem::{ResourceProblem, TextName};
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
    /// Its settings.
    pub settings: ResourceSettings,
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
        checked.problem("resources", ResourceProblem::TooManySorts { max: SORTS_LIMIT });
    }
    let now = quince.now();
    let mut tidied = Vec::with_capacity(all.len());
    for ResourceForm { id, settings } in all {
        let name = checked.required_line("resources", TextName::ResourceName, &settings.name, NAME_LIMIT);
        let quantity = settings.quantity;
        if !(1..=QUANTITY_LIMIT).contains(&quantity) {
            checked.problem(
                "resources",
                ResourceProblem::Quantity {
                    resource: name.clone(),
                    max: QUANTITY_LIMIT,
                },
            );
        }
        tidied.push(Resource {
            id: match id {
                Some(id) => id,
                None => ResourceId(new_id(now)?),
            },
            settings: ResourceSettings { name, quantity },
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
    if !is_admin(me.account.role) {
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
        all.sort_by(|one, other| (&one.settings.name, one.id).cmp(&(&other.settings.name, other.id)));
        all
    };
    let words = |resource: &Resource| format!("{} × {}", resource.settings.quantity, resource.settings.name);
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
        let remaining = remaining.map_or(0, |resource| resource.settings.quantity);
        if remaining < old.settings.quantity {
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
        let needing = services.iter().filter_map(|service| {
            let mut needs = service.settings.resources.iter();
            let (_, quantity) = needs.find(|(id, quantity)| *id == old.id && *quantity > remaining)?;
            Some((service.settings.name.clone(), *quantity))
        });
        let (names, needed): (Vec<String>, Vec<u32>) = needing.unzip();
        if let Some(max) = needed.iter().max() {
            checked.problem(
                "resources",
                ResourceProblem::Needed {
                    resource: old.settings.name.clone(),
                    needed: *max,
                    services: names,
                },
            );
        }
        let units = units_from(&old, remaining);
        if let Some(until) = resources::booked_until(tx, &units, now).await? {
            checked.problem(
                "resources",
                ResourceProblem::Booked {
                    resource: old.settings.name,
                    quantity: old.settings.quantity,
                    remaining,
                    until,
                    zone: zone.clone(),
                },
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
