//! Removing what is old, some rows at a time so that others can write meanwhile. What is still to be sent, or to be written to a
//! calendar, stays with all that it is about.
//!
//! That nothing waits is counted: for what does not exist Postgres would join whole tables.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// When old rows were last removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastTime {
    /// When, by the clock.
    pub pruned_at: Timestamp,
    /// Which time was taken for the present.
    pub present: Timestamp,
}

/// When old rows were last removed, if they ever were.
pub async fn last_time(tx: &mut ReadTx) -> Result<Option<LastTime>, StoreError> {
    fetch_optional!(
        tx,
        |row: &dyn Fields| Ok(LastTime {
            pruned_at: row.instant("pruned_at")?,
            present: row.instant("present")?,
        }),
        "SELECT pruned_at, present FROM pruning WHERE id = 1"
    )
}

/// Remembers that old rows were removed.
pub async fn note(tx: &mut WriteTx, last: LastTime) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO pruning (id, pruned_at, present) VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET pruned_at = excluded.pruned_at, present = excluded.present",
        ms(last.pruned_at),
        ms(last.present)
    )
    .map(drop)
}

/// Removes some of the mails that were sent before an instant, and of those that were given up about what was deleted since;
/// answers how many.
pub async fn sent_mails(tx: &mut WriteTx, before: Timestamp, most: u32) -> Result<u64, StoreError> {
    delete_rows!(
        tx,
        "messages",
        "(state = 'sent' OR (state = 'failed' AND appointment_id IS NULL)) AND next_attempt_at < $1
            AND (sent_at IS NULL OR sent_at < $1)",
        "$2",
        ms(before),
        i64::from(most)
    )
}

/// Forgets some of the texts that were written to calendars before an instant, about what ended before it; answers how many. What
/// somebody changes there afterwards is no longer noticed.
pub async fn event_texts(tx: &mut WriteTx, before: Timestamp, most: u32) -> Result<u64, StoreError> {
    execute!(
        tx,
        "UPDATE event_writes SET written_ics = NULL WHERE id IN (
            SELECT w.id FROM event_writes w
            LEFT JOIN appointments a ON a.id = w.appointment_id LEFT JOIN class_sessions s ON s.id = w.session_id
            WHERE w.written_ics IS NOT NULL AND w.updated_at < $1 AND w.state <> 'waiting' AND COALESCE(a.ends_at, s.ends_at) < $1
            ORDER BY w.updated_at LIMIT $2)",
        ms(before),
        i64::from(most)
    )
}

/// Removes some of the appointments that ended before an instant, with all that belongs to them; answers how many. Their events in
/// calendars stay as they are.
pub async fn appointments(tx: &mut WriteTx, before: Timestamp, most: u32) -> Result<u64, StoreError> {
    let ids: Vec<Uuid> = claim!(
        tx,
        |row: &dyn Fields| row.uuid("id"),
        "SELECT id FROM appointments
         WHERE ends_at < $1
            AND 0 = (SELECT COUNT(*) FROM event_writes w WHERE w.appointment_id = appointments.id AND (w.state = 'waiting') IS TRUE)
            AND 0 = (SELECT COUNT(*) FROM event_writes w WHERE w.session_id = appointments.session_id AND (w.state = 'waiting') IS TRUE)
            AND 0 = (SELECT COUNT(*) FROM messages m WHERE m.appointment_id = appointments.id AND m.state = 'waiting')
         ORDER BY ends_at LIMIT $2",
        ms(before),
        i64::from(most)
    )?;
    let spans: Vec<Uuid> = fetch_all_in!(
        tx,
        |row: &dyn Fields| row.uuid("occupancy_id"),
        ids.clone(),
        "SELECT DISTINCT occupancy_id FROM occupancy_seats WHERE appointment_id",
        ""
    )?;
    execute_in!(tx, ids.clone(), "DELETE FROM event_writes WHERE appointment_id")?;
    execute_in!(
        tx,
        ids.clone(),
        "DELETE FROM changes WHERE subject = 'appointment' AND subject_id"
    )?;
    execute_in!(
        tx,
        ids.clone(),
        "DELETE FROM idempotency_keys WHERE appointment_id"
    )?;
    let removed = execute_in!(tx, ids, "DELETE FROM appointments WHERE id")?;
    execute_in!(
        tx,
        spans,
        "DELETE FROM occupancy WHERE NOT EXISTS (SELECT 1 FROM occupancy_seats s WHERE s.occupancy_id = occupancy.id) AND id"
    )?;
    Ok(removed)
}

/// Removes some of the changes that were made before an instant; answers how many. The newest of each thing stays: it is its version.
/// Of blocked-off time that was given back none stays, as there is much of it.
pub async fn changes(tx: &mut WriteTx, before: Timestamp, most: u32) -> Result<u64, StoreError> {
    execute!(
        tx,
        "DELETE FROM changes WHERE (subject, subject_id, version) IN (
            SELECT c.subject, c.subject_id, c.version FROM changes c
            WHERE c.at < $1 AND (c.version < (SELECT MAX(n.version) FROM changes n
                    WHERE n.subject = c.subject AND n.subject_id = c.subject_id)
                OR (c.subject = 'blocked-time' AND c.deed = 'deleted'))
            ORDER BY c.at LIMIT $2)",
        ms(before),
        i64::from(most)
    )
}

/// Removes some of the sessions that ended before an instant and of which no appointment is left, with those who waited for them;
/// answers how many.
pub async fn class_sessions(tx: &mut WriteTx, before: Timestamp, most: u32) -> Result<u64, StoreError> {
    let ids: Vec<Uuid> = claim!(
        tx,
        |row: &dyn Fields| row.uuid("id"),
        "SELECT id FROM class_sessions
         WHERE ends_at < $1
            AND 0 = (SELECT COUNT(*) FROM appointments a WHERE a.session_id = class_sessions.id)
            AND 0 = (SELECT COUNT(*) FROM event_writes w WHERE w.session_id = class_sessions.id AND (w.state = 'waiting') IS TRUE)
         ORDER BY ends_at LIMIT $2",
        ms(before),
        i64::from(most)
    )?;
    execute_in!(tx, ids.clone(), "DELETE FROM event_writes WHERE session_id")?;
    execute_in!(tx, ids, "DELETE FROM class_sessions WHERE id")
}

/// Removes some of the writes to calendars that were asked for before an instant, of what is gone with its booking calendar; answers
/// how many. A removal that was given up stays until somebody settles it.
pub async fn writes_of_nothing(tx: &mut WriteTx, before: Timestamp, most: u32) -> Result<u64, StoreError> {
    execute!(
        tx,
        "DELETE FROM event_writes WHERE id IN (
            SELECT w.id FROM event_writes w
            WHERE w.state IN ('written', 'removed', 'no-calendar', 'changed-in-icloud', 'failed') AND w.next_attempt_at < $1
                AND w.updated_at < $1 AND (w.state <> 'failed' OR w.action <> 'delete')
                AND 0 = (SELECT COUNT(*) FROM appointments a WHERE a.id = w.appointment_id)
                AND 0 = (SELECT COUNT(*) FROM class_sessions s WHERE s.id = w.session_id)
                AND 0 = (SELECT COUNT(*) FROM changes c WHERE c.subject = 'appointment' AND c.subject_id = w.appointment_id)
            LIMIT $2)",
        ms(before),
        i64::from(most)
    )
}

/// Removes some of the traces of appointments that were deleted before an instant; answers how many. Those stay whose event is still
/// to be removed, or could not be.
pub async fn deleted_appointments(tx: &mut WriteTx, before: Timestamp, most: u32) -> Result<u64, StoreError> {
    let ids: Vec<Uuid> = fetch_all!(
        tx,
        |row: &dyn Fields| row.uuid("subject_id"),
        "SELECT subject_id FROM changes
         WHERE subject = 'appointment' AND deed = 'deleted' AND at < $1
            AND 0 = (SELECT COUNT(*) FROM event_writes w
                WHERE w.appointment_id = changes.subject_id AND (w.state IN ('waiting', 'failed')) IS TRUE)
         ORDER BY at LIMIT $2",
        ms(before),
        i64::from(most)
    )?;
    execute_in!(tx, ids.clone(), "DELETE FROM event_writes WHERE appointment_id")?;
    execute_in!(
        tx,
        ids.clone(),
        "DELETE FROM idempotency_keys WHERE appointment_id"
    )?;
    execute_in!(
        tx,
        ids,
        "DELETE FROM changes WHERE subject = 'appointment' AND subject_id"
    )
}
