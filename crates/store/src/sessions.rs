//! Sessions of people who signed in, and of forms that were sent without script.

use jiff::Timestamp;
use scheduling::StaffId;

use crate::db::{Tx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// What it remembers, as JSON.
    pub data: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Changes a session; nothing when it was ended meanwhile, so that whoever signs out stays so.
pub async fn update(
    tx: &mut Tx,
    id_hash: &[u8; 32],
    staff: Option<StaffId>,
    data: &str,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE sessions SET staff_id = $2, data = $3, expires_at = $4 WHERE id_hash = $1",
        &id_hash[..],
        staff.map(|staff| staff.0),
        data,
        ms(expires_at)
    )
    .map(drop)
}

/// Keeps a session under the hash of its id.
pub async fn save(
    tx: &mut Tx,
    id_hash: &[u8; 32],
    staff: Option<StaffId>,
    data: &str,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO sessions (id_hash, staff_id, data, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id_hash) DO UPDATE
         SET staff_id = excluded.staff_id, data = excluded.data, expires_at = excluded.expires_at",
        &id_hash[..],
        staff.map(|staff| staff.0),
        data,
        ms(expires_at)
    )
    .map(drop)
}

/// A session that has not ended.
pub async fn load(tx: &mut Tx, id_hash: &[u8; 32], now: Timestamp) -> Result<Option<Session>, StoreError> {
    one!(
        tx,
        |row: &dyn Fields| Ok(Session {
            data: row.text("data")?,
            expires_at: row.instant("expires_at")?
        }),
        "SELECT data, expires_at FROM sessions WHERE id_hash = $1 AND expires_at > $2",
        &id_hash[..],
        ms(now)
    )
}

/// Ends a session.
pub async fn delete(tx: &mut Tx, id_hash: &[u8; 32]) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM sessions WHERE id_hash = $1", &id_hash[..]).map(drop)
}

/// Removes sessions that have ended at an instant.
pub async fn delete_expired(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    execute!(tx, "DELETE FROM sessions WHERE expires_at <= $1", ms(now))
}
