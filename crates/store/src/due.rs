//! Tells workers whether anything is due. It runs often, so it only reads.
//!
//! A wrong clock must not delay work. What was scheduled by a clock more than [`SKEW`] ahead of the present is due now, and a lease that
//! ends later than [`MAX_LEASE`] allows has expired.

use jiff::{SignedDuration, Timestamp};

use crate::db::{ReadTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// The longest lease that a worker takes.
pub const MAX_LEASE: SignedDuration = SignedDuration::from_mins(10);
/// The tolerated difference between the clocks of two processes. With a larger one each would take the other's schedule for a mistake.
pub const SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The instants that decide which work may be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimTimes {
    /// The present, which decides what is due.
    pub now: Timestamp,
    /// The present by the lease clock, which all processes of one database share.
    pub leases: Timestamp,
}

/// The same clock for both.
impl From<Timestamp> for ClaimTimes {
    fn from(now: Timestamp) -> Self {
        Self { now, leases: now }
    }
}

impl ClaimTimes {
    /// Work scheduled after this instant was scheduled by a clock that was ahead.
    pub(crate) fn ahead(self) -> i64 {
        ms(later(self.now, SKEW))
    }

    /// Leases that end after this instant are void.
    pub(crate) fn far_leases(self) -> i64 {
        far_lease(self.leases)
    }
}

/// Leases that end after this instant by the lease clock are void.
pub(crate) fn far_lease(now: Timestamp) -> i64 {
    ms(later(now, MAX_LEASE + SKEW))
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// Which kinds of work are due. The workers' own statements decide in the end and may find nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one for each queue")]
pub struct Due {
    /// [`event_writes::claim_due`](crate::event_writes::claim_due)
    pub writes: bool,
    /// [`connections::claim_due`](crate::connections::claim_due)
    pub syncs: bool,
    /// [`messages::claim_due`](crate::messages::claim_due)
    pub mails: bool,
    /// Expired holds, old idempotency keys, ended sessions or spent puzzles are to be deleted, or old rows were not pruned lately.
    pub cleanup: bool,
}

fn read(row: &dyn Fields) -> Result<Due, StoreError> {
    Ok(Due {
        writes: row.int("writes")? != 0,
        syncs: row.int("syncs")? != 0,
        mails: row.int("mails")? != 0,
        cleanup: row.int("sweep")? != 0,
    })
}

/// What the cleanup leaves alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CleanupLimits {
    /// Idempotency keys used since this instant.
    pub keys_since: Timestamp,
    /// Sessions that ended since this instant.
    pub sessions_since: Timestamp,
    /// Sessions without a signed-in person that ended since this instant.
    pub anonymous_since: Timestamp,
    /// Holds that expire by this instant; no hold lasts longer, so a later one is a mistake.
    pub holds_until: Timestamp,
    /// Spent puzzles that expired since this instant.
    pub puzzles_since: Timestamp,
    /// Deadlines to confirm by mail up to this instant; a later one is a mistake.
    pub unconfirmed_until: Timestamp,
    /// Old rows, if they were pruned since this instant.
    pub pruned_since: Timestamp,
}

/// Returns which work is due and not claimed, and whether there is anything to clean up.
pub async fn now(
    tx: &mut ReadTx,
    at: impl Into<ClaimTimes>,
    limits: CleanupLimits,
) -> Result<Due, StoreError> {
    let at = at.into();
    // Each subquery is one index lookup. The `+` keeps SQLite from another index that holds all reminders.
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
        ms(limits.keys_since),
        ms(limits.sessions_since),
        ms(at.leases),
        at.far_leases(),
        at.ahead(),
        ms(limits.holds_until),
        ms(limits.anonymous_since),
        ms(limits.unconfirmed_until),
        ms(limits.pruned_since),
        ms(limits.puzzles_since)
    )?;
    Ok(due.unwrap_or_default())
}
