//! Rooms and equipment.

use scheduling::ResourceId;

use crate::db::Tx;
use crate::error::StoreError;
use crate::fields::Fields;

/// Rooms or equipment of one sort.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// What it is.
    pub name: String,
    /// How many there are.
    pub quantity: u32,
}

/// All of them, by name.
pub async fn list(tx: &mut Tx) -> Result<Vec<Resource>, StoreError> {
    all!(
        tx,
        |row: &dyn Fields| Ok(Resource {
            id: ResourceId(row.uuid("id")?),
            name: row.text("name")?,
            quantity: row.count("quantity")?,
        }),
        "SELECT * FROM resources ORDER BY name, id"
    )
}

/// Makes these all that there are.
pub async fn replace(tx: &mut Tx, all: &[Resource]) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM resources")?;
    for resource in all {
        execute!(
            tx,
            "INSERT INTO resources (id, name, quantity) VALUES ($1, $2, $3)",
            resource.id.0,
            &resource.name,
            i64::from(resource.quantity)
        )?;
    }
    Ok(())
}
