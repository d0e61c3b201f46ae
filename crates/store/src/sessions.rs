//! HTTP sessions, of signed-in people and of visitors whose form is remembered.

use jiff::Timestamp;
use scheduling::StaffId;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The session's data, as JSON.
    pub data: String,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// Who a session belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// The staff member.
    pub staff: StaffId,
    /// Their [`session_epoch`](crate::staff::Staff::session_epoch) at sign-in; none when the stored one stays.
    pub epoch: Option<i64>,
}

/// What is stored of a session.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// Who it belongs to; nobody before sign-in.
    pub owner: Option<Owner>,
    /// The session's data, as JSON.
    pub data: &'a str,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// Inserts a session under the hash of its id.
pub async fn begin(
    tx: &mut WriteTx,
    id_hash: &[u8; 32],
    content: Content<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO sessions (id_hash, staff_id, epoch, data, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        &id_hash[..],
        content.owner.map(|owner| owner.staff.0),
        content.owner.and_then(|owner| owner.epoch),
        content.data,
        ms(content.expires_at),
        ms(now)
    )
    .map(drop)
}

/// Updates a session. One that was ended meanwhile stays ended, so that signing out is final.
pub async fn update(tx: &mut WriteTx, id_hash: &[u8; 32], content: Content<'_>) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE sessions SET staff_id = $2, epoch = COALESCE($3, epoch), data = $4, expires_at = $5 WHERE id_hash = $1",
        &id_hash[..],
        content.owner.map(|owner| owner.staff.0),
        content.owner.and_then(|owner| owner.epoch),
        content.data,
        ms(content.expires_at)
    )
    .map(drop)
}

/// Loads a session unless it has expired, began before `since`, or was ended by a new password.
pub async fn load(
    tx: &mut ReadTx,
    id_hash: &[u8; 32],
    now: Timestamp,
    since: Timestamp,
) -> Result<Option<Session>, StoreError> {
    fetch_optional!(
        tx,
        |row: &dyn Fields| Ok(Session {
            data: row.text("data")?,
            expires_at: row.instant("expires_at")?
        }),
        "SELECT s.data, s.expires_at FROM sessions s LEFT JOIN staff p ON p.id = s.staff_id
         WHERE s.id_hash = $1 AND s.expires_at > $2
            AND (s.staff_id IS NULL OR s.epoch = p.session_epoch AND s.created_at >= $3)",
        &id_hash[..],
        ms(now),
        ms(since)
    )
}

/// Makes room for another session of a visitor: if there are more than `limit`, those that expire first are deleted.
pub async fn make_room(tx: &mut WriteTx, limit: u32) -> Result<(), StoreError> {
    let count = fetch_optional!(
        tx,
        |row: &dyn Fields| row.int("count"),
        "SELECT COUNT(*) AS count FROM sessions WHERE staff_id IS NULL"
    )?
    .unwrap_or_default();
    if count < i64::from(limit) {
        return Ok(());
    }
    // Several are deleted at once, so that not each new session has to search for the oldest.
    execute!(
        tx,
        "DELETE FROM sessions WHERE id_hash IN (
            SELECT id_hash FROM sessions WHERE staff_id IS NULL ORDER BY expires_at LIMIT $1)",
        i64::from(limit / 10 + 1)
    )
    .map(drop)
}

/// Ends a session.
pub async fn delete(tx: &mut WriteTx, id_hash: &[u8; 32]) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM sessions WHERE id_hash = $1", &id_hash[..]).map(drop)
}

/// Deletes sessions that expired before an instant, and visitors' sessions that expired before another.
pub async fn delete_expired(
    tx: &mut WriteTx,
    signed_in: Timestamp,
    anonymous: Timestamp,
) -> Result<u64, StoreError> {
    execute!(
        tx,
        "DELETE FROM sessions WHERE expires_at <= $1 OR expires_at <= $2 AND staff_id IS NULL",
        ms(signed_in),
        ms(anonymous)
    )
}
