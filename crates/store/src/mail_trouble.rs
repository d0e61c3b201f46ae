//! Failures to send mail that are not the recipient's fault, such as a wrong SMTP password.

use jiff::Timestamp;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;

/// Mail is failing: no mail was sent since the first failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTrouble {
    /// When the first mail failed.
    pub since: Timestamp,
    /// Why the last mail failed and what to do; contains no secret.
    pub problem: String,
    /// When people are alerted.
    pub alarm_at: Timestamp,
    /// When it was logged.
    pub notified_at: Option<Timestamp>,
}

fn read(row: &dyn Fields) -> Result<MailTrouble, StoreError> {
    Ok(MailTrouble {
        since: row.instant("since")?,
        problem: row.text("problem")?,
        alarm_at: row.instant("alarm_at")?,
        notified_at: row.opt_instant("told_at")?,
    })
}

/// Returns the present trouble, if any.
pub async fn find(tx: &mut ReadTx) -> Result<Option<MailTrouble>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM mail_trouble")
}

/// Records a failed mail. People are alerted at `alarm_at`, or at an earlier instant set before.
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

/// Whether the alert is due and not logged yet; marks it as logged.
pub async fn claim_alert(tx: &mut WriteTx, now: Timestamp) -> Result<bool, StoreError> {
    execute!(
        tx,
        "UPDATE mail_trouble SET told_at = $1 WHERE told_at IS NULL AND alarm_at <= $1",
        ms(now)
    )
    .map(|rows| rows > 0)
}

/// Records that a mail was sent, which ends the trouble. Returns the trouble that ended.
pub async fn resolved(tx: &mut WriteTx) -> Result<Option<MailTrouble>, StoreError> {
    let trouble = find(tx).await?;
    if trouble.is_some() {
        execute!(tx, "DELETE FROM mail_trouble")?;
    }
    Ok(trouble)
}
