//! Rooms and equipment.

use jiff::Timestamp;
use scheduling::{ResourceId, UnitId};

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// Rooms or equipment of one sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// What people set.
    pub settings: ResourceSettings,
}

/// The settings of one sort of rooms or equipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceSettings {
    /// Its name.
    pub name: String,
    /// The number of units.
    pub quantity: u32,
}

/// Returns all rooms and equipment, by name.
pub async fn list(tx: &mut ReadTx) -> Result<Vec<Resource>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| Ok(Resource {
            id: ResourceId(row.uuid("id")?),
            settings: ResourceSettings {
                name: row.text("name")?,
                quantity: row.count("quantity")?,
            },
        }),
        "SELECT * FROM resources ORDER BY name, id"
    )
}

/// Replaces all rooms and equipment.
pub async fn replace(tx: &mut WriteTx, all: &[Resource]) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM resources")?;
    for resource in all {
        // A concurrent request may have inserted the same one.
        execute!(
            tx,
            "INSERT INTO resources (id, name, quantity) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, quantity = excluded.quantity",
            resource.id.0,
            &resource.settings.name,
            i64::from(resource.settings.quantity)
        )?;
    }
    Ok(())
}

/// Returns the end of the last booking or hold of any of these units.
pub async fn booked_until(
    tx: &mut ReadTx,
    units: &[UnitId],
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let each = fetch_all_in!(
        tx,
        |row: &dyn Fields| row.instant("until"),
        units.iter().map(|unit| unit.0).collect(),
        "SELECT MAX(o.to_at) AS until FROM occupancy o JOIN occupancy_seats s ON s.occupancy_id = o.id
         WHERE o.to_at > $2 AND (s.hold_expires_at IS NULL OR s.hold_expires_at > $2) AND o.owner_id",
        "GROUP BY o.owner_id",
        ms(now)
    )?;
    Ok(each.into_iter().max())
}
