//! Sweeps away what is over: holds that have expired, and bookings that were not confirmed by mail, whose seats go to those who wait
//! for them; idempotency keys that nobody sends again; puzzles that were spent; sessions of people who signed in that have ended; what
//! is left of ended connections' events; and what is older than the operator keeps.
//!
//! Several processes may sweep at once: each host's time is changed by one at a time, and the others find nothing left.

use jiff::{SignedDuration, Timestamp};
use scheduling::TimeOwner;
use store::due::{self, Due, Kept, SKEW};
use store::{ReadTx, external_events, holds, idempotency_keys, sessions, spent_puzzles, strangers};

use crate::appointments::{self, CONFIRM_MINUTES, HOLD_MINUTES};
use crate::clock::before;
use crate::problem::Internal;
use crate::quince::Quince;
use crate::{classes, connections, pruning};

/// A request may be sent again under its key for this long.
const KEYS_LIVE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// From which network was booked is known for this long.
const NETWORKS_STAY: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Keys and sessions are swept together, not one by one: what is over may stay this long.
const SLACK: SignedDuration = SignedDuration::from_hours(1);
/// Most hosts that are seen to at a time.
const BATCH: u32 = 100;

/// What has ended is kept for four weeks: a clock that is ahead for a moment ends everything, and when it is right again nobody
/// should have been signed out.
const ENDED_STAY: SignedDuration = SignedDuration::from_hours(28 * 24);

/// What is due in the background, sweeping included.
pub(crate) async fn due(quince: &Quince, tx: &mut ReadTx) -> Result<Due, Internal> {
    let at = quince.claims_at(tx).await?;
    let kept = Kept {
        keys_since: before(at.now, KEYS_LIVE + SLACK),
        sessions_since: before(at.now, ENDED_STAY + SLACK),
        anonymous_since: before(at.now, SLACK),
        holds_until: longest_hold(at.now),
        unconfirmed_until: longest_unconfirmed(at.now),
        pruned_since: before(at.now, pruning::EVERY),
        puzzles_since: before(at.now, SKEW + SLACK),
    };
    Ok(due::now(tx, at, kept).await?)
}

/// The latest instant at which a hold that is made now expires.
fn longest_hold(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_mins(HOLD_MINUTES) + SKEW
}

/// The latest instant until which a booking that is made now may stay unconfirmed.
fn longest_unconfirmed(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_mins(CONFIRM_MINUTES) + SKEW
}

/// Sweeps away all that is over; says in how many owners' time holds had expired.
pub(crate) async fn all(quince: &Quince) -> Result<u32, Internal> {
    let now = quince.now();
    {
        let mut tx = quince.store().read().await?;
        if !due(quince, &mut tx).await?.sweep {
            return Ok(0);
        }
    }
    let owners = {
        let mut tx = quince.store().write().await?;
        // What a clock that was ahead made last longer than any hold does. A session is set right by the next visit instead: to a
        // clock that is behind for a moment all of them seem to last too long, and nobody should be signed out by that.
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
        end_holds(quince, owner, now).await?;
        swept += 1;
    }
    let mut tx = quince.store().write().await?;
    idempotency_keys::delete_before(&mut tx, before(now, KEYS_LIVE)).await?;
    strangers::forget_networks(&mut tx, before(now, NETWORKS_STAY)).await?;
    // By another process's clock they may not have expired yet.
    spent_puzzles::delete_expired(&mut tx, before(now, SKEW)).await?;
    sessions::delete_expired(&mut tx, before(now, ENDED_STAY), now).await?;
    tx.commit().await?;
    let left_over = external_events::left_over(&mut quince.store().read().await?).await?;
    for connection in left_over {
        connections::forget_events(quince, connection).await?;
    }
    pruning::prune(quince, now).await?;
    Ok(swept)
}

async fn end_holds(quince: &Quince, owner: TimeOwner, now: Timestamp) -> Result<(), Internal> {
    let mut tx = quince.store().write().await?;
    let freed = holds::end_expired(&mut tx, owner, now).await?;
    classes::holds_ended(quince, &mut tx, &freed, now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}
