//! Deleting old rows, a few at a time so that others can write in between. Mails and calendar writes that are still waiting keep
//! everything they refer to.
//!
//! Waiting rows are counted (`0 = (SELECT COUNT(*) …)`): for `NOT EXISTS` Postgres would join whole tables.

use jiff::Timestamp;
use uuid::Uuid;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// When rows were last pruned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastPruning {
    /// The wall clock.
    pub pruned_at: Timestamp,
    /// The instant that was used as the present.
    pub present: Timestamp,
}

/// Returns when rows were last pruned, if ever.
pub async fn last_pruning(tx: &mut ReadTx) -> Result<Option<LastPruning>, StoreError> {
    fetch_optional!(
        tx,
        |row: &dyn Fields| Ok(LastPruning {
            pruned_at: row.instant("pruned_at")?,
            present: row.instant("present")?,
        }),
        "SELECT pruned_at, present FROM pruning WHERE id = 1"
    )
}

/// Records that rows were pruned.
pub async fn note(tx: &mut WriteTx, last: LastPruning) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO pruning (id, pruned_at, present) VALUES (1, $1, $2)
         ON CONFLICT (id) DO UPDATE SET pruned_at = excluded.pruned_at, present = excluded.present",
        ms(last.pruned_at),
        ms(last.present)
    )
    .map(drop)
}

/// Deletes some mails sent before an instant, and mails given up whose appointment was deleted. Returns how many.
pub async fn sent_mails(tx: &mut WriteTx, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    delete_rows!(
        tx,
        "messages",
        "(state = 'sent' OR (state = 'failed' AND appointment_id IS NULL)) AND next_attempt_at < $1
            AND (sent_at IS NULL OR sent_at < $1)",
        "$2",
        ms(before),
        i64::from(limit)
    )
}

/// Erases some texts of events that ended before an instant and were written before it. Returns how many. Changes made in iCloud are no
/// longer noticed afterwards.
pub async fn event_texts(tx: &mut WriteTx, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        tx,
        "UPDATE event_writes SET written_ics = NULL WHERE id IN (
            SELECT w.id FROM event_writes w
            LEFT JOIN appointments a ON a.id = w.appointment_id LEFT JOIN class_sessions s ON s.id = w.session_id
            WHERE w.written_ics IS NOT NULL AND w.updated_at < $1 AND w.state <> 'waiting' AND COALESCE(a.ends_at, s.ends_at) < $1
            ORDER BY w.updated_at LIMIT $2)",
        ms(before),
        i64::from(limit)
    )
}

/// Deletes some appointments that ended before an instant, with everything that belongs to them. Returns how many. Their events in
/// calendars stay.
pub async fn appointments(tx: &mut WriteTx, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
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
        i64::from(limit)
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

/// Deletes some changes made before an instant. Returns how many. The newest change of each thing stays, since it holds the version;
/// of blocked-off time that was deleted none stays, as there is much of it.
pub async fn changes(tx: &mut WriteTx, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    execute!(
        tx,
        "DELETE FROM changes WHERE (subject, subject_id, version) IN (
            SELECT c.subject, c.subject_id, c.version FROM changes c
            WHERE c.at < $1 AND (c.version < (SELECT MAX(n.version) FROM changes n
                    WHERE n.subject = c.subject AND n.subject_id = c.subject_id)
                OR (c.subject = 'blocked-time' AND c.deed = 'deleted'))
            ORDER BY c.at LIMIT $2)",
        ms(before),
        i64::from(limit)
    )
}

/// Deletes some sessions that ended before an instant and have no appointments, with their waiting lists. Returns how many.
pub async fn class_sessions(tx: &mut WriteTx, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
    let ids: Vec<Uuid> = claim!(
        tx,
        |row: &dyn Fields| row.uuid("id"),
        "SELECT id FROM class_sessions
         WHERE ends_at < $1
            AND 0 = (SELECT COUNT(*) FROM appointments a WHERE a.session_id = class_sessions.id)
            AND 0 = (SELECT COUNT(*) FROM event_writes w WHERE w.session_id = class_sessions.id AND (w.state = 'waiting') IS TRUE)
         ORDER BY ends_at LIMIT $2",
        ms(before),
        i64::from(limit)
    )?;
    execute_in!(tx, ids.clone(), "DELETE FROM event_writes WHERE session_id")?;
    execute_in!(tx, ids, "DELETE FROM class_sessions WHERE id")
}

/// Deletes some calendar writes requested before an instant whose appointment or session is gone with its booking calendar. Returns how
/// many. A removal that was given up stays until somebody settles it.
pub async fn writes_of_nothing(tx: &mut WriteTx, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
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
        i64::from(limit)
    )
}

/// Deletes some records of appointments deleted before an instant. Returns how many. A record stays while its event is still to be
/// removed, or could not be.
pub async fn deleted_appointments(
    tx: &mut WriteTx,
    before: Timestamp,
    limit: u32,
) -> Result<u64, StoreError> {
    let ids: Vec<Uuid> = fetch_all!(
        tx,
        |row: &dyn Fields| row.uuid("subject_id"),
        "SELECT subject_id FROM changes
         WHERE subject = 'appointment' AND deed = 'deleted' AND at < $1
            AND 0 = (SELECT COUNT(*) FROM event_writes w
                WHERE w.appointment_id = changes.subject_id AND (w.state IN ('waiting', 'failed')) IS TRUE)
         ORDER BY at LIMIT $2",
        ms(before),
        i64::from(limit)
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
