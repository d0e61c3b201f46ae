//! Detects what people change in iCloud about the events that Quince wrote there (D4). The appointment never changes.

use caldav::Resource;
use ical::Change;
use jiff::{SignedDuration, Timestamp};
use store::event_writes::{self, EventWrite, Outcome};
use store::{StoreError, WriteAction, WriteState, WriteTx};

/// Reads can be stale after a write (icloud.md, "Reading"): an event that is missing within this time does not count as deleted.
const GRACE: SignedDuration = SignedDuration::from_mins(2);

/// Longer than any read. A write that is dated later than this after the start of a read was stored before it, by a clock that was
/// ahead.
const MAX_READ_DURATION: SignedDuration = SignedDuration::from_hours(1);

/// Whether the event was written after the read began.
fn is_newer(write: &EventWrite, started: Timestamp) -> bool {
    let since = write.updated_at.duration_since(started);
    since > SignedDuration::ZERO && since < MAX_READ_DURATION
}

/// Whether the event was written shortly before the read.
fn is_fresh(write: &EventWrite, started: Timestamp) -> bool {
    let age = started.duration_since(write.updated_at);
    age >= SignedDuration::ZERO && age < GRACE
}

/// Whether the result of a read counts for the event: it is the appointment's present one, no write is waiting, and it was not written
/// after the read began.
fn counts(write: &EventWrite, started: Timestamp) -> bool {
    is_settled(write) && !is_newer(write, started)
}

/// Whether the event is the appointment's present one, and no write is waiting.
fn is_settled(write: &EventWrite) -> bool {
    write.live
        && write.action == WriteAction::Put
        && matches!(write.state, WriteState::Written | WriteState::ChangedInIcloud)
}

/// The problem of an event that is gone.
const DELETED: &str = "The event was deleted there.";

/// Whether the event is expected to exist, so that its absence is a change.
pub(super) fn is_expected(write: &EventWrite) -> bool {
    let is_known_to_be_gone =
        write.state == WriteState::ChangedInIcloud && write.problem.as_deref() == Some(DELETED);
    is_settled(write) && !is_known_to_be_gone
}

/// Stores that the event was found, and whether it differs from what was written.
pub(super) async fn seen(
    tx: &mut WriteTx,
    write: &EventWrite,
    found: &Resource,
    started: Timestamp,
) -> Result<(), StoreError> {
    let Some(ours) = write.written_ics.as_deref().filter(|_| counts(write, started)) else {
        return Ok(());
    };
    let changes = ical::changes(ours, &found.data);
    if changes.is_empty() {
        // The path changes when the account moves.
        let is_same = write.etag == found.etag && write.href.as_ref() == Some(&found.href);
        let is_known = write.state == WriteState::Written && is_same;
        if is_known {
            return Ok(());
        }
        let outcome = Outcome {
            href: Some(found.href.clone()),
            etag: found.etag.clone(),
            written_ics: write.written_ics.clone(),
        };
        return event_writes::succeeded(
            tx,
            write.id,
            write.sequence,
            WriteState::Written,
            &outcome,
            started,
        )
        .await;
    }
    changed(tx, write, &sentence(&changes), started).await
}

/// Stores that the event is gone. Returns false if it was written so recently that this has to be checked again.
pub(super) async fn gone(
    tx: &mut WriteTx,
    write: &EventWrite,
    started: Timestamp,
) -> Result<bool, StoreError> {
    if !counts(write, started) {
        return Ok(true);
    }
    if is_fresh(write, started) {
        return Ok(false);
    }
    changed(tx, write, DELETED, started).await?;
    Ok(true)
}

async fn changed(
    tx: &mut WriteTx,
    write: &EventWrite,
    sentence: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    if write.state == WriteState::ChangedInIcloud && write.problem.as_deref() == Some(sentence) {
        return Ok(());
    }
    event_writes::set_state_if(
        tx,
        write.id,
        write.sequence,
        WriteState::ChangedInIcloud,
        Some(sentence),
        now,
    )
    .await
}

fn sentence(changes: &[Change]) -> String {
    let words: Vec<&str> = changes
        .iter()
        .map(|change| match change {
            Change::Time => "the time",
            Change::Title => "the title",
            Change::Notes => "the notes",
            Change::Place => "the place",
            Change::Url => "the link",
            Change::Status => "the status",
            Change::Transparency => "whether it blocks",
            Change::Repetition => "how it repeats",
            Change::Unreadable => "all of it",
        })
        .collect();
    format!("What differs there: {}.", words.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_what_differs() {
        assert_eq!(
            sentence(&[Change::Time, Change::Title]),
            "What differs there: the time, the title."
        );
    }
}
