//! The workspace: the business that uses this installation.

use jiff::Timestamp;
use zones::Zone;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::unreadable::Lenient;

/// What people set of the workspace. There is one, so that its row has no id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceSettings {
    /// Its name, which clients read.
    pub name: String,
    /// Its zone.
    pub zone: Zone,
}

/// Returns the workspace; none before setup.
pub async fn find(tx: &mut ReadTx) -> Result<Option<WorkspaceSettings>, StoreError> {
    fetch_optional!(
        tx,
        |row: &dyn Fields| Ok(WorkspaceSettings {
            name: row.text("name")?,
            zone: Lenient::keyed(row, "workspace", "name").zone("zone")?
        }),
        "SELECT name, zone FROM workspace WHERE id = 1"
    )
}

/// Inserts or updates the workspace.
pub async fn save(tx: &mut WriteTx, settings: &WorkspaceSettings, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO workspace (id, name, zone, created_at) VALUES (1, $1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, zone = excluded.zone",
        &settings.name,
        settings.zone.name(),
        ms(now)
    )
    .map(drop)
}
