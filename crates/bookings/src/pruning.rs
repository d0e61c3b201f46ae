//! Deletes data beyond its retention: sent mails, texts of written events, past appointments, traces of deleted ones, and recorded
//! changes. What waits to be sent or written stays, and so do the events in people's calendars.

use jiff::{SignedDuration, Timestamp};
use store::pruning::{self, LastPruning};

use crate::clock::{age, before};
use crate::problem::Internal;
use crate::quince::Quince;

/// The interval of pruning.
pub(crate) const INTERVAL: SignedDuration = SignedDuration::from_hours(1);
/// The days after which recorded changes are deleted.
const CHANGES_DAYS: u32 = 365;
/// The most by which the stored present follows a clock that jumps: one that is far ahead for a while deletes little, and after one
/// that was behind the present catches up.
const MAX_STEP: SignedDuration = SignedDuration::from_hours(24);
/// The most rows that are deleted in one transaction, as others wait for it.
const BATCH: u32 = 500;
/// The most full transactions in one run, before holds are cleaned up again.
const MAX_BATCHES: u32 = 20;

#[derive(Debug, Clone, Copy)]
enum Prunable {
    SentMails,
    EventTexts,
    Appointments,
    DeletedAppointments,
    Sessions,
    WritesOfNothing,
    Changes,
}

/// Deletes what is beyond its retention, unless that was done recently; the first run only stores the time. An incomplete run is
/// continued at once.
pub(crate) async fn prune(quince: &Quince, now: Timestamp) -> Result<(), Internal> {
    let last = pruning::last_pruning(&mut quince.store().read().await?).await?;
    if last.is_some_and(|last| is_recent(last.pruned_at, now)) {
        return Ok(());
    }
    let present = last.map_or(now, |last| advance(last.present, now));
    if last.is_some() && !remove(quince, present.min(now)).await? {
        return Ok(());
    }
    let mut tx = quince.store().write().await?;
    let pruned_at = now;
    pruning::note(&mut tx, LastPruning { pruned_at, present }).await?;
    Ok(tx.commit().await?)
}

/// Whether this was less than [`INTERVAL`] ago. An instant in the future was stored by a clock that was ahead.
fn is_recent(at: Timestamp, now: Timestamp) -> bool {
    age(at, now).is_some_and(|age| age < INTERVAL)
}

/// Returns the time that counts as the present, given that of the last run.
fn advance(present: Timestamp, now: Timestamp) -> Timestamp {
    let latest = present.checked_add(MAX_STEP).unwrap_or(Timestamp::MAX);
    now.clamp(before(present, MAX_STEP), latest)
}

/// Deletes what is beyond its retention. Returns false if there is more.
async fn remove(quince: &Quince, present: Timestamp) -> Result<bool, Internal> {
    let retention = quince.retention();
    let all = [
        (Prunable::SentMails, retention.sent_mails),
        (Prunable::EventTexts, retention.event_texts),
        (Prunable::Appointments, retention.appointments),
        (Prunable::DeletedAppointments, retention.appointments),
        (Prunable::Sessions, retention.appointments),
        (Prunable::WritesOfNothing, retention.appointments),
        (Prunable::Changes, Some(CHANGES_DAYS)),
    ];
    let mut portions = 0;
    for (what, days) in all {
        let Some(days) = days else { continue };
        let until = before(present, SignedDuration::from_hours(24 * i64::from(days)));
        loop {
            let mut tx = quince.store().write().await?;
            let removed = match what {
                Prunable::SentMails => pruning::sent_mails(&mut tx, until, BATCH).await?,
                Prunable::EventTexts => pruning::event_texts(&mut tx, until, BATCH).await?,
                Prunable::Appointments => pruning::appointments(&mut tx, until, BATCH).await?,
                Prunable::DeletedAppointments => pruning::deleted_appointments(&mut tx, until, BATCH).await?,
                Prunable::Sessions => pruning::class_sessions(&mut tx, until, BATCH).await?,
                Prunable::WritesOfNothing => pruning::writes_of_nothing(&mut tx, until, BATCH).await?,
                Prunable::Changes => pruning::changes(&mut tx, until, BATCH).await?,
            };
            tx.commit().await?;
            if removed > 0 {
                tracing::info!(?what, removed, days, "what is older than it is kept was removed");
            }
            if removed < u64::from(BATCH) {
                break;
            }
            portions += 1;
            if portions == MAX_BATCHES {
                return Ok(false);
            }
        }
    }
    Ok(true)
}
