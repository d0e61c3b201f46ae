//! Rooms and equipment of the workspace.

use scheduling::{ResourceId, StaffId};
use store::resources::Resource;
use store::{new_id, resources, staff};

use super::menu::MenuError;
use crate::accounts::is_admin;
use crate::input::{Checked, NAME_LIMIT};
use crate::quince::Quince;

/// Most sorts of rooms and equipment.
const SORTS_LIMIT: usize = 200;
/// Most of one sort.
const QUANTITY_LIMIT: u32 = 1_000;

/// Rooms or equipment of one sort as their form sends them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceForm {
    /// Which; none for a new sort.
    pub id: Option<ResourceId>,
    /// What it is.
    pub name: String,
    /// How many there are.
    pub quantity: u32,
}

/// All rooms and equipment, by name.
pub async fn list(quince: &Quince) -> Result<Vec<Resource>, MenuError> {
    let mut tx = quince.store().read().await?;
    Ok(resources::list(&mut tx).await?)
}

/// Makes these all that there are, for the owner and admins. Visits that are booked keep what they have.
pub async fn save(quince: &Quince, by: StaffId, all: Vec<ResourceForm>) -> Result<(), MenuError> {
    let mut checked = Checked::default();
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
    let mut tx = quince.store().write().await?;
    let me = staff::find(&mut tx, by).await?.ok_or(MenuError::NotAllowed)?;
    if !is_admin(me.role) {
        return Err(MenuError::NotAllowed);
    }
    resources::replace(&mut tx, &tidied).await?;
    Ok(tx.commit().await?)
}
