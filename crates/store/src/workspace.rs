//! The workspace: the business that uses this installation.

use jiff::Timestamp;
use zones::Zone;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::unreadable::Lenient;

/// The workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// Its name, which clients read.
    pub name: String,
    /// Its zone.
    pub zone: Zone,
}

/// Returns the workspace; none before setup.
pub async fn find(tx: &mut ReadTx) -> Result<Option<Workspace>, StoreError> {
    fetch_optional!(
        tx,
        |row: &dyn Fields| Ok(Workspace {
            name: row.text("name")?,
            zone: Lenient::keyed(row, "workspace", "name").zone("zone")?
        }),
        "SELECT name, zone FROM workspace WHERE id = 1"
    )
}

/// Inserts or updates the workspace.
pub async fn save(tx: &mut WriteTx, name: &str, zone: &Zone, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO workspace (id, name, zone, created_at) VALUES (1, $1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, zone = excluded.zone",
        name,
        zone.name(),
        ms(now)
    )
    .map(drop)
}
