//! Cleans up expired data: holds; bookings that were not confirmed by mail, whose seats go to the waiting list; idempotency keys; spent
//! puzzles; login sessions; events of ended connections; and what exceeds the operator's retention.
//!
//! Several processes may clean up at once: each host's time is changed by one at a time, and the others find nothing left to do.

use jiff::{SignedDuration, Timestamp};
use scheduling::TimeOwner;
use store::due::{self, CleanupLimits, Due, SKEW};
use store::{ReadTx, external_events, holds, idempotency_keys, sessions, spent_puzzles, strangers};

use crate::appointments::{self, CONFIRM_MINUTES, HOLD_MINUTES};
use crate::clock::before;
use crate::problem::Internal;
use crate::quince::Quince;
use crate::{classes, connections, pruning};

/// How long a request may be repeated under its idempotency key.
const KEY_RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long the network of a booking is stored.
const NETWORK_RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long expired keys and sessions may stay, so that they are deleted together.
const SLACK: SignedDuration = SignedDuration::from_hours(1);
/// The most hosts and bookings in one run.
const BATCH: u32 = 100;

/// Expired sessions are kept for four weeks: a clock that is ahead for a moment expires all of them, and nobody should be signed out by
/// that.
const EXPIRED_SESSION_RETENTION: SignedDuration = SignedDuration::from_hours(28 * 24);

/// Returns which background work is due, including the cleanup.
pub(crate) async fn due(quince: &Quince, tx: &mut ReadTx) -> Result<Due, Internal> {
    let at = quince.claims_at(tx).await?;
    let limits = CleanupLimits {
        keys_since: before(at.now, KEY_RETENTION + SLACK),
        sessions_since: before(at.now, EXPIRED_SESSION_RETENTION + SLACK),
        anonymous_since: before(at.now, SLACK),
        holds_until: longest_hold(at.now),
        unconfirmed_until: longest_unconfirmed(at.now),
        pruned_since: before(at.now, pruning::INTERVAL),
        puzzles_since: before(at.now, SKEW + SLACK),
    };
    Ok(due::now(tx, at, limits).await?)
}

/// The latest expiry of a hold that is made now.
fn longest_hold(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_mins(HOLD_MINUTES) + SKEW
}

/// The latest confirmation deadline of a booking that is made now.
fn longest_unconfirmed(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_mins(CONFIRM_MINUTES) + SKEW
}

/// Cleans up all expired data. Returns the number of owners of time whose expired holds were released.
pub(crate) async fn run(quince: &Quince) -> Result<u32, Internal> {
    let now = quince.now();
    {
        let mut tx = quince.store().read().await?;
        if !due(quince, &mut tx).await?.cleanup {
            return Ok(0);
        }
    }
    let owners = {
        let mut tx = quince.store().write().await?;
        // Holds that were made by a clock that was ahead would last too long, and are expired. Sessions are corrected by the next visit
        // instead: to a clock that is behind for a moment all of them seem to last too long, and nobody should be signed out by that.
        holds::expire_after(&mut tx, longest_hold(now), now).await?;
        let owners = holds::owners_with_expired(&mut tx, now, BATCH).await?;
        tx.commit().await?;
        owners
    };
    let longest = longest_unconfirmed(now);
    let unconfirmed = {
        let mut tx = quince.store().read().await?;
        store::appointments::confirmation_overdue(&mut tx, now, longest, BATCH).await?
    };
    for id in unconfirmed {
        appointments::expire(quince, id, longest).await?;
    }
    let mut swept = 0;
    for owner in owners {
        release_expired_holds(quince, owner, now).await?;
        swept += 1;
    }
    let mut tx = quince.store().write().await?;
    idempotency_keys::delete_before(&mut tx, before(now, KEY_RETENTION)).await?;
    strangers::forget_networks(&mut tx, before(now, NETWORK_RETENTION)).await?;
    // By another process's clock they may not have expired yet.
    spent_puzzles::delete_expired(&mut tx, before(now, SKEW)).await?;
    sessions::delete_expired(&mut tx, before(now, EXPIRED_SESSION_RETENTION), now).await?;
    tx.commit().await?;
    let left_over = external_events::left_over(&mut quince.store().read().await?).await?;
    for connection in left_over {
        connections::forget_events(quince, connection).await?;
    }
    pruning::prune(quince, now).await?;
    Ok(swept)
}

async fn release_expired_holds(quince: &Quince, owner: TimeOwner, now: Timestamp) -> Result<(), Internal> {
    let mut tx = quince.store().write().await?;
    let freed = holds::end_expired(&mut tx, owner, now).await?;
    classes::serve_ended_holds(quince, &mut tx, &freed, now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}
