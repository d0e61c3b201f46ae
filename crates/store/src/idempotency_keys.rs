//! Idempotency keys: a request sent twice books once. A key outlives its appointment.

use jiff::Timestamp;
use scheduling::AppointmentId;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// The recorded result of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The hash of the request.
    pub body_hash: Vec<u8>,
    /// The appointment that it booked, which may be deleted by now.
    pub appointment_id: AppointmentId,
}

/// Finds the result recorded for a key.
pub async fn find(tx: &mut ReadTx, key: &str) -> Result<Option<Answered>, StoreError> {
    fetch_optional!(
        tx,
        |row: &dyn Fields| Ok(Answered {
            body_hash: row.bytes("body_hash")?,
            appointment_id: AppointmentId(row.uuid("appointment_id")?),
        }),
        "SELECT body_hash, appointment_id FROM idempotency_keys WHERE key = $1",
        key
    )
}

/// Records the result for a key.
///
/// # Errors
/// [`StoreError::AlreadyExists`] when a concurrent request used the key; the transaction must then be dropped.
pub async fn insert(
    tx: &mut WriteTx,
    key: &str,
    body_hash: &[u8; 32],
    appointment: AppointmentId,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO idempotency_keys (key, body_hash, appointment_id, created_at) VALUES ($1, $2, $3, $4)",
        key,
        &body_hash[..],
        appointment.0,
        ms(now)
    )
    .map(drop)
}

/// Deletes keys created before an instant.
pub async fn delete_before(tx: &mut WriteTx, before: Timestamp) -> Result<u64, StoreError> {
    execute!(
        tx,
        "DELETE FROM idempotency_keys WHERE created_at < $1",
        ms(before)
    )
}
