//! That mails cannot be sent, for a reason that is not their recipient's.

use jiff::Timestamp;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// Mails fail, and none was sent since the first did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTrouble {
    /// When the first failed.
    pub since: Timestamp,
    /// Why the last failed, and what to do, without a secret.
    pub problem: String,
    /// From then on people are told.
    pub alarm_at: Timestamp,
    /// When the log told it.
    pub told_at: Option<Timestamp>,
}

fn read(row: &dyn Fields) -> Result<MailTrouble, StoreError> {
    Ok(MailTrouble {
        since: row.instant("since")?,
        problem: row.text("problem")?,
        alarm_at: row.instant("alarm_at")?,
        told_at: row.opt_instant("told_at")?,
    })
}

/// How it stands, if mails fail.
pub async fn find(tx: &mut ReadTx) -> Result<Option<MailTrouble>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM mail_trouble")
}

/// A mail failed. People are told at `alarm_at`, or when they would have been told before, whichever comes first.
pub async fn failed(
    tx: &mut WriteTx,
    problem: &str,
    now: Timestamp,
    alarm_at: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "INSERT INTO mail_trouble (id, since, problem, alarm_at) VALUES (1, $1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET problem = excluded.problem,
            alarm_at = CASE WHEN excluded.alarm_at < mail_trouble.alarm_at THEN excluded.alarm_at ELSE mail_trouble.alarm_at END",
        ms(now),
        problem,
        ms(alarm_at)
    )
    .map(drop)
}

/// Whether it is time for the log to tell it, which is said once.
pub async fn is_to_be_told(tx: &mut WriteTx, now: Timestamp) -> Result<bool, StoreError> {
    execute!(
        tx,
        "UPDATE mail_trouble SET told_at = $1 WHERE told_at IS NULL AND alarm_at <= $1",
        ms(now)
    )
    .map(|told| told > 0)
}

/// A mail was sent. Answers what is over by that.
pub async fn over(tx: &mut WriteTx) -> Result<Option<MailTrouble>, StoreError> {
    let trouble = find(tx).await?;
    if trouble.is_some() {
        execute!(tx, "DELETE FROM mail_trouble")?;
    }
    Ok(trouble)
}
