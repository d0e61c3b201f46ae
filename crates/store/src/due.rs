//! Whether anything is to be done in the background: asked often, and so without the right to write.

use jiff::Timestamp;

use crate::db::{Tx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// Which claims have something to claim. They look closer, and may find nothing all the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each queue")]
pub struct Due {
    /// [`event_writes::claim_due`](crate::event_writes::claim_due)
    pub writes: bool,
    /// [`connections::claim_due`](crate::connections::claim_due)
    pub syncs: bool,
    /// [`messages::claim_due`](crate::messages::claim_due)
    pub mails: bool,
    /// Holds have expired, keys are older than need be, or sessions ended long ago.
    pub sweep: bool,
}

fn read(row: &dyn Fields) -> Result<Due, StoreError> {
    Ok(Due {
        writes: row.int("writes")? != 0,
        syncs: row.int("syncs")? != 0,
        mails: row.int("mails")? != 0,
        sweep: row.int("sweep")? != 0,
    })
}

/// What is due now and not in somebody's hands. Keys are kept that were used since `keys_since`, and sessions that ended since
/// `ended_since`.
pub async fn now(
    tx: &mut Tx,
    now: Timestamp,
    keys_since: Timestamp,
    ended_since: Timestamp,
) -> Result<Due, StoreError> {
    let due = one!(
        tx,
        read,
        "SELECT
            (SELECT COUNT(*) FROM (SELECT 1 FROM event_writes WHERE state = 'waiting' AND next_attempt_at <= $1
                AND (lease_until IS NULL OR lease_until <= $1) LIMIT 1) w) AS writes,
            (SELECT COUNT(*) FROM (SELECT 1 FROM connections WHERE next_sync_at <= $1
                AND (lease_until IS NULL OR lease_until <= $1) AND disconnected_at IS NULL AND password_sealed IS NOT NULL
                AND state <> 'needs-attention' LIMIT 1) s) AS syncs,
            (SELECT COUNT(*) FROM (SELECT 1 FROM messages WHERE state = 'waiting' AND next_attempt_at <= $1
                AND (lease_until IS NULL OR lease_until <= $1) LIMIT 1) m) AS mails,
            (SELECT COUNT(*) FROM (SELECT 1 FROM occupancy_seats WHERE hold_expires_at IS NOT NULL AND hold_expires_at <= $1
                LIMIT 1) h)
            + (SELECT COUNT(*) FROM (SELECT 1 FROM idempotency_keys WHERE created_at < $2 LIMIT 1) k)
            + (SELECT COUNT(*) FROM (SELECT 1 FROM sessions WHERE expires_at < $3 LIMIT 1) e) AS sweep",
        ms(now),
        ms(keys_since),
        ms(ended_since)
    )?;
    Ok(due.unwrap_or_default())
}
