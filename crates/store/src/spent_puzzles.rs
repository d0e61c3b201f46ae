//! Puzzles that were used: each counts once.

use jiff::Timestamp;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// Marks a puzzle as used; false when it was used before. A concurrent use waits until this transaction ends.
pub async fn spend(tx: &mut WriteTx, hash: &[u8; 32], expires_at: Timestamp) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "INSERT INTO spent_puzzles (hash, expires_at) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING",
        &hash[..],
        ms(expires_at)
    )?;
    Ok(rows == 1)
}

/// Whether a puzzle was used.
pub async fn is_spent(tx: &mut ReadTx, hash: &[u8; 32]) -> Result<bool, StoreError> {
    let found = fetch_optional!(
        tx,
        |row: &dyn Fields| row.instant("expires_at"),
        "SELECT expires_at FROM spent_puzzles WHERE hash = $1",
        &hash[..]
    )?;
    Ok(found.is_some())
}

/// Deletes puzzles that expired before an instant. They are refused for their age anyway.
pub async fn delete_expired(tx: &mut WriteTx, before: Timestamp) -> Result<u64, StoreError> {
    execute!(tx, "DELETE FROM spent_puzzles WHERE expires_at < $1", ms(before))
}
