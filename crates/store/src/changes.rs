//! The change log. It also holds the version of everything that several people may edit.

use jiff::Timestamp;
use scheduling::StaffId;
use uuid::Uuid;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::{Fields, word};
use crate::party::Party;
use crate::words::{ChangeAction, ChangeSubject};

/// One saved change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What kind of thing.
    pub subject: ChangeSubject,
    /// The id of the thing; nil where there is only one of the kind.
    pub subject_id: Uuid,
    /// The version that this change made: the previous one plus 1.
    pub version: i64,
    /// Whether it was saved or deleted.
    pub action: ChangeAction,
    /// Who did it.
    pub by: Party,
    /// When.
    pub at: Timestamp,
    /// What was changed, as JSON defined by the use case.
    pub details: String,
}

fn change(row: &dyn Fields) -> Result<Change, StoreError> {
    Ok(Change {
        subject: word(row, "subject")?,
        subject_id: row.uuid("subject_id")?,
        version: row.int("version")?,
        action: word(row, "deed")?,
        by: row.opt_uuid("staff_id")?.map(StaffId).into(),
        at: row.instant("at")?,
        details: row.text("details")?,
    })
}

/// Returns the current version of a thing; 0 if it was never changed.
pub async fn version(tx: &mut ReadTx, subject: ChangeSubject, id: Uuid) -> Result<i64, StoreError> {
    let newest = fetch_optional!(
        tx,
        |row: &dyn Fields| row.opt_int("newest"),
        "SELECT MAX(version) AS newest FROM changes WHERE subject = $1 AND subject_id = $2",
        subject.as_str(),
        id
    )?;
    Ok(newest.flatten().unwrap_or(0))
}

/// Inserts a change. False when its version exists already: somebody else saved first, and nothing was written. On Postgres a concurrent
/// insert of the same version waits until this transaction ends.
pub async fn record(tx: &mut WriteTx, change: &Change) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "INSERT INTO changes (subject, subject_id, version, deed, staff_id, at, details)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (subject, subject_id, version) DO NOTHING",
        change.subject.as_str(),
        change.subject_id,
        change.version,
        change.action.as_str(),
        change.by.staff().map(|staff| staff.0),
        ms(change.at),
        &change.details
    )?;
    Ok(rows == 1)
}

/// Deletes the changes of a thing that precede its deletion.
pub async fn forget_before_deletion(
    tx: &mut WriteTx,
    subject: ChangeSubject,
    id: Uuid,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "DELETE FROM changes WHERE subject = $1 AND subject_id = $2 AND deed <> 'deleted'",
        subject.as_str(),
        id
    )
    .map(drop)
}

/// Returns the changes of a thing after a version, oldest first.
pub async fn since(
    tx: &mut ReadTx,
    subject: ChangeSubject,
    id: Uuid,
    version: i64,
) -> Result<Vec<Change>, StoreError> {
    fetch_all!(
        tx,
        change,
        "SELECT subject, subject_id, version, deed, staff_id, at, details FROM changes
         WHERE subject = $1 AND subject_id = $2 AND version > $3 ORDER BY version",
        subject.as_str(),
        id,
        version
    )
}

/// Returns the most recent deletions of a kind of thing, newest first.
pub async fn deleted(tx: &mut ReadTx, subject: ChangeSubject, limit: u32) -> Result<Vec<Change>, StoreError> {
    fetch_all!(
        tx,
        change,
        "SELECT subject, subject_id, version, deed, staff_id, at, details FROM changes
         WHERE subject = $1 AND deed = 'deleted' ORDER BY at DESC, subject_id DESC LIMIT $2",
        subject.as_str(),
        i64::from(limit)
    )
}

/// Deleted appointments whose event could not be removed from a calendar, those deleted last first.
pub async fn deleted_but_written(tx: &mut ReadTx, limit: u32) -> Result<Vec<Change>, StoreError> {
    fetch_all!(
        tx,
        change,
        "SELECT subject, subject_id, version, deed, staff_id, at, details FROM changes
         WHERE subject = 'appointment' AND deed = 'deleted'
            AND subject_id IN (SELECT appointment_id FROM event_writes WHERE state = 'failed' AND action = 'delete')
         ORDER BY at DESC, subject_id DESC LIMIT $1",
        i64::from(limit)
    )
}

/// Whether a thing was deleted.
pub async fn is_deleted(tx: &mut ReadTx, subject: ChangeSubject, id: Uuid) -> Result<bool, StoreError> {
    let found = fetch_optional!(
        tx,
        |row: &dyn Fields| row.int("version"),
        "SELECT version FROM changes WHERE subject = $1 AND subject_id = $2 AND deed = 'deleted'",
        subject.as_str(),
        id
    )?;
    Ok(found.is_some())
}
