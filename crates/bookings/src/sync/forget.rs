//! Deletes the instances beyond the limit of one calendar, the farthest in the future first.

use jiff::{SignedDuration, Timestamp};
use store::external_events;
use store::remote_calendars::{self, COMPARING};

use super::ingest::Ingest;
use super::limit::{DELETION_BATCH, MAX_INSTANCES};
use crate::busy_status;
use crate::problem::Internal;

/// Instances that take no time are only shown, and not farther ahead than this.
const SHOWN_AHEAD: SignedDuration = SignedDuration::from_hours(60 * 24);

/// A shorter remaining time is reduced to none.
const MIN_AHEAD: SignedDuration = SignedDuration::from_hours(1);

/// The instances to delete.
#[derive(Clone, Copy)]
enum InstancesToDelete {
    Until(Timestamp),
    From(Timestamp),
    /// Those that take no time.
    FreeFrom(Timestamp),
}

impl Ingest<'_> {
    /// Deletes instances until the rest is within the limit: first those that take no time and are far ahead, then repeatedly the later
    /// half of the remaining time, and past ones when the horizon has become short.
    pub(super) async fn keep_within_limit(&mut self) -> Result<(), Internal> {
        let now = self.run.started;
        // With a clock that is ahead, `now` is not over yet; earlier reads limit it.
        let compared_at = self.calendar.compared_at.filter(|at| *at != COMPARING);
        let earlier = [self.calendar.synced_at, compared_at];
        let over = earlier.into_iter().flatten().fold(now, Timestamp::min);
        let soon = now.checked_add(SHOWN_AHEAD).unwrap_or(Timestamp::MAX);
        while self.rows > MAX_INSTANCES && self.reader.horizon.to > now {
            if self.free_to.is_none() {
                self.free_to = Some(soon);
                self.forget(InstancesToDelete::FreeFrom(soon)).await?;
                continue;
            }
            let horizon = &mut self.reader.horizon;
            if horizon.from < over && horizon.to <= soon {
                horizon.from = over;
                self.forget(InstancesToDelete::Until(over)).await?;
                continue;
            }
            let ahead = horizon.to.duration_since(now) / 2;
            let to = if ahead < MIN_AHEAD { now } else { now + ahead };
            horizon.to = to;
            // The horizon is cut first, so that the deleted part counts as not read.
            let mut tx = self.run.quince.store().write().await?;
            remote_calendars::cut_horizon(&mut tx, self.calendar.id, to).await?;
            tx.commit().await?;
            self.forget(InstancesToDelete::From(to)).await?;
        }
        Ok(())
    }

    async fn forget(&mut self, which: InstancesToDelete) -> Result<(), Internal> {
        let store = self.run.quince.store();
        let (id, rows) = (self.calendar.id, DELETION_BATCH);
        loop {
            let mut tx = store.write().await?;
            let forgotten = match which {
                InstancesToDelete::Until(until) => {
                    external_events::delete_some_until(&mut tx, id, until, rows).await?
                }
                InstancesToDelete::From(from) => {
                    external_events::delete_some_from(&mut tx, id, from, rows).await?
                }
                InstancesToDelete::FreeFrom(from) => {
                    let free = busy_status::FREE.always;
                    external_events::delete_some_of(&mut tx, id, from, free, rows).await?
                }
            };
            tx.commit().await?;
            if forgotten < u64::from(rows) {
                break;
            }
        }
        self.rows = external_events::count_instances(&mut store.read().await?, id).await?;
        Ok(())
    }
}
