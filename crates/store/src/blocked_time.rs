//! Time that staff blocked off by hand.

use jiff::Timestamp;
use scheduling::TimeOwner;

use crate::db::{ReadTx, WriteTx, expect_row, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{BlockId, new_id};
use crate::time_owner::{owner, owner_kind};

/// A blocked-off span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// Its id.
    pub id: BlockId,
    /// Whose time it is: a staff member's, or a Simple calendar's.
    pub owner: TimeOwner,
    /// From here.
    pub starts_at: Timestamp,
    /// Up to here.
    pub ends_at: Timestamp,
    /// Its title.
    pub title: String,
}

fn read(row: &dyn Fields) -> Result<Blocked, StoreError> {
    Ok(Blocked {
        id: BlockId(row.uuid("id")?),
        owner: owner(row)?,
        starts_at: row.instant("starts_at")?,
        ends_at: row.instant("ends_at")?,
        title: row.text("title")?,
    })
}

/// Inserts a blocked-off span.
pub async fn insert(
    tx: &mut WriteTx,
    owner: TimeOwner,
    from: Timestamp,
    to: Timestamp,
    title: &str,
    now: Timestamp,
) -> Result<BlockId, StoreError> {
    let id = new_id(now)?;
    execute!(
        tx,
        "INSERT INTO blocked_time (id, owner_kind, owner_id, starts_at, ends_at, title) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        owner_kind(owner).as_str(),
        owner.uuid(),
        ms(from),
        ms(to),
        title
    )?;
    Ok(BlockId(id))
}

/// Finds a blocked-off span by id.
pub async fn find(tx: &mut ReadTx, id: BlockId) -> Result<Option<Blocked>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM blocked_time WHERE id = $1", id.0)
}

/// Updates a blocked-off span.
pub async fn update(
    tx: &mut WriteTx,
    id: BlockId,
    from: Timestamp,
    to: Timestamp,
    title: &str,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE blocked_time SET starts_at = $2, ends_at = $3, title = $4 WHERE id = $1",
        id.0,
        ms(from),
        ms(to),
        title
    )?;
    expect_row(rows, "blocked time")
}

/// Deletes a blocked-off span.
pub async fn delete(tx: &mut WriteTx, id: BlockId) -> Result<(), StoreError> {
    expect_row(
        execute!(tx, "DELETE FROM blocked_time WHERE id = $1", id.0)?,
        "blocked time",
    )
}

/// Returns the blocked-off spans of these owners that touch `from..to`.
pub async fn between(
    tx: &mut ReadTx,
    owners: &[TimeOwner],
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Blocked>, StoreError> {
    fetch_all_in!(
        tx,
        read,
        owners.iter().map(|owner| owner.uuid()).collect(),
        "SELECT * FROM blocked_time WHERE starts_at < $3 AND ends_at > $2 AND owner_id",
        "ORDER BY starts_at",
        ms(from),
        ms(to)
    )
}
