//! Whether anything is to be done in the background: asked often, and so without the right to write.
//!
//! A clock can be wrong for a moment. What it planned then must not wait until that moment comes again: what was planned later than
//! now is due now, and a lease further ahead than any lasts has ended.

use jiff::{SignedDuration, Timestamp};

use crate::db::{ReadTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// The longest lease that a worker takes.
pub const LONGEST_LEASE: SignedDuration = SignedDuration::from_mins(10);
/// By less than this the clocks of two processes differ. Of more each of them would take the other's plans for mistakes.
pub const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The instants by which a worker claims work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The present, by which work is due.
    pub now: Timestamp,
    /// The present by the clock of leases, which all processes that share the database go by.
    pub leases: Timestamp,
}

/// One clock for both.
impl From<Timestamp> for At {
    fn from(now: Timestamp) -> Self {
        Self { now, leases: now }
    }
}

impl At {
    /// What was planned after this was planned by a clock that was ahead.
    pub(crate) fn ahead(self) -> i64 {
        ms(later(self.now, SKEW))
    }

    /// Leases after this are nobody's.
    pub(crate) fn far_leases(self) -> i64 {
        far_lease(self.leases)
    }
}

/// By the clock of leases: those after this are nobody's.
pub(crate) fn far_lease(now: Timestamp) -> i64 {
    ms(later(now, LONGEST_LEASE + SKEW))
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

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
    /// Holds have expired, keys are older than need be, sessions ended long ago, or nobody looked for what is old lately.
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

/// What need not be swept away, nor set right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Idempotency keys that were used since then.
    pub keys_since: Timestamp,
    /// Sessions that ended since then.
    pub sessions_since: Timestamp,
    /// Sessions of people who are not signed in that ended since then.
    pub anonymous_since: Timestamp,
    /// Holds that expire up to then: none lasts longer.
    pub holds_until: Timestamp,
    /// Spent puzzles that expired since then.
    pub puzzles_since: Timestamp,
    /// Appointments that have to be confirmed by mail up to then: nobody is given longer.
    pub unconfirmed_until: Timestamp,
    /// What is old, if that was removed since then.
    pub pruned_since: Timestamp,
}

/// What is due now and not in somebody's hands, and whether there is more than what is kept.
pub async fn now(tx: &mut ReadTx, at: impl Into<At>, kept: Kept) -> Result<Due, StoreError> {
    let at = at.into();
    // Each look is one into an index; the `+` keeps SQLite from taking another one, in which all reminders are.
    let due = fetch_optional!(
        tx,
        read,
        "SELECT
            (SELECT COUNT(*) FROM (SELECT 1 FROM event_writes WHERE state = 'waiting' AND next_attempt_at <= $1
                AND (lease_until IS NULL OR lease_until <= $4 OR lease_until > $5) LIMIT 1) w)
            + (SELECT COUNT(*) FROM (SELECT 1 FROM event_writes WHERE state = 'waiting' AND planned_at > $6 LIMIT 1) w) AS writes,
            (SELECT COUNT(*) FROM (SELECT 1 FROM connections
                WHERE (next_sync_at <= $1 OR planned_at > $6)
                AND (lease_until IS NULL OR lease_until <= $4 OR lease_until > $5) AND disconnected_at IS NULL
                AND password_sealed IS NOT NULL AND state <> 'needs-attention' LIMIT 1) s) AS syncs,
            (SELECT COUNT(*) FROM (SELECT 1 FROM messages WHERE state = 'waiting' AND next_attempt_at <= $1
                AND (lease_until IS NULL OR lease_until <= $4 OR lease_until > $5) LIMIT 1) m)
            + (SELECT COUNT(*) FROM (SELECT 1 FROM messages WHERE state = 'waiting' AND planned_at > $6
                AND (attempts > 0 OR +next_attempt_at <= planned_at) LIMIT 1) m) AS mails,
            (SELECT COUNT(*) FROM (SELECT 1 FROM occupancy_seats WHERE hold_expires_at IS NOT NULL AND hold_expires_at <= $1
                LIMIT 1) h)
            + (SELECT COUNT(*) FROM (SELECT 1 FROM appointments WHERE status = 'new' AND unconfirmed_until IS NOT NULL
                AND (unconfirmed_until <= $1 OR unconfirmed_until > $9) LIMIT 1) u)
            + (SELECT COUNT(*) FROM (SELECT 1 FROM idempotency_keys WHERE created_at < $2 LIMIT 1) k)
            + (SELECT COUNT(*) FROM (SELECT 1 FROM occupancy_seats WHERE hold_expires_at IS NOT NULL AND hold_expires_at > $7
                LIMIT 1) h)
            + (SELECT COUNT(*) FROM (SELECT 1 FROM spent_puzzles WHERE expires_at < $11 LIMIT 1) p)
            + (SELECT COUNT(*) FROM (SELECT 1 FROM sessions WHERE expires_at < $3 LIMIT 1) e)
            + (SELECT COUNT(*) FROM (SELECT 1 FROM sessions WHERE staff_id IS NULL AND expires_at < $8 LIMIT 1) e)
            + (SELECT 1 - COUNT(*) FROM pruning WHERE pruned_at > $10 AND pruned_at <= $6) AS sweep",
        ms(at.now),
        ms(kept.keys_since),
        ms(kept.sessions_since),
        ms(at.leases),
        at.far_leases(),
        at.ahead(),
        ms(kept.holds_until),
        ms(kept.anonymous_since),
        ms(kept.unconfirmed_until),
        ms(kept.pruned_since),
        ms(kept.puzzles_since)
    )?;
    Ok(due.unwrap_or_default())
}
