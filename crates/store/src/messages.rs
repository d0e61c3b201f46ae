//! The outbox of mails.

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};

use crate::db::{ReadTx, WriteTx, ms, opt_ms};
use crate::due::ClaimTimes;
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{MessageId, new_id};
use crate::locks::Lock;
use crate::strangers::{self, address_key};
use crate::unreadable::Lenient;
use crate::words::{MessageKind, MessageState};

/// A queued mail. It is rendered when it is sent, so no secret of a link is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The appointment that it is about.
    pub appointment_id: Option<AppointmentId>,
    /// The staff member whom it is for or about.
    pub staff_id: Option<StaffId>,
    /// The kind of mail, which selects its text; none if its word is unknown.
    pub kind: Option<MessageKind>,
    /// The recipient's address.
    pub recipient: String,
    /// The key under which mails to addresses outside the team are counted; none for mails to the team.
    pub recipient_key: Option<String>,
    /// Further data for the text, as JSON; never a secret.
    pub detail: String,
    /// Its state.
    pub state: MessageState,
    /// Number of attempts.
    pub attempts: u32,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// When the next attempt is due.
    pub next_attempt_at: Timestamp,
    /// When the worker's lease ends.
    pub lease_until: Option<Timestamp>,
}

/// A mail to enqueue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The appointment that it is about.
    pub appointment_id: Option<AppointmentId>,
    /// The staff member whom it is for or about.
    pub staff_id: Option<StaffId>,
    /// The kind of mail, which selects its text.
    pub kind: MessageKind,
    /// The recipient's address.
    pub recipient: String,
    /// Further data for the text, as JSON.
    pub detail: String,
}

fn read(row: &dyn Fields) -> Result<Message, StoreError> {
    let mut lenient = Lenient::of(row, "messages");
    Ok(Message {
        id: MessageId(row.uuid("id")?),
        appointment_id: row.opt_uuid("appointment_id")?.map(AppointmentId),
        staff_id: row.opt_uuid("staff_id")?.map(StaffId),
        kind: lenient.known_word("kind")?,
        recipient: row.text("recipient")?,
        recipient_key: row.opt_text("recipient_key")?,
        detail: row.text("detail")?,
        state: lenient.word("state", MessageState::Failed)?,
        attempts: row.count("attempts")?,
        created_at: row.instant("created_at")?,
        next_attempt_at: row.instant("next_attempt_at")?,
        lease_until: row.opt_instant("lease_until")?,
    })
}

/// The key under which the mail is counted, unless it goes to the team.
fn recipient_key(message: &NewMessage) -> Option<String> {
    message
        .staff_id
        .is_none()
        .then(|| address_key(&message.recipient))
}

/// Enqueues mails, each due at its own time, and returns their ids in the same order.
pub async fn insert(
    tx: &mut WriteTx,
    new: &[(NewMessage, Timestamp)],
    now: Timestamp,
) -> Result<Vec<MessageId>, StoreError> {
    let mut rows = Vec::with_capacity(new.len());
    for (message, due) in new {
        rows.push((new_id(now)?, message, *due));
    }
    let ids = rows.iter().map(|(id, ..)| MessageId(*id)).collect();
    insert_rows!(
        tx,
        "INSERT INTO messages (id, appointment_id, staff_id, kind, recipient, detail, state, attempts, next_attempt_at, planned_at,
            created_at, recipient_key) ",
        rows,
        |(id, message, due)| id,
        message.appointment_id.map(|id| id.0),
        message.staff_id.map(|id| id.0),
        message.kind.as_str(),
        message.recipient.clone(),
        message.detail.clone(),
        MessageState::Waiting.as_str(),
        0_i64,
        ms(due),
        ms(now),
        ms(now),
        recipient_key(message)
    )?;
    Ok(ids)
}

/// Enqueues a mail that waits for further changes until it is due, with the instant of the first change.
pub async fn insert_later(
    tx: &mut WriteTx,
    new: &NewMessage,
    due: Timestamp,
    enqueued_at: Timestamp,
) -> Result<(), StoreError> {
    // `planned_at` equals the due time. The wait is at most `SKEW`, so `claim_due` recognises one that was set by a clock that was
    // ahead, and does not take it for a reminder.
    execute!(
        tx,
        "INSERT INTO messages (id, appointment_id, staff_id, kind, recipient, detail, state, attempts, next_attempt_at, planned_at,
            created_at, recipient_key)
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, $7, $8, $9)",
        new_id(enqueued_at)?,
        new.appointment_id.map(|id| id.0),
        new.staff_id.map(|id| id.0),
        new.kind.as_str(),
        &new.recipient,
        &new.detail,
        ms(due),
        ms(enqueued_at),
        recipient_key(new)
    )
    .map(drop)
}

/// Returns the mails about an appointment to one reader (a host, or else the client) that no worker has claimed. No worker claims them
/// until the transaction ends.
pub async fn unclaimed(
    tx: &mut WriteTx,
    appointment: AppointmentId,
    staff: Option<StaffId>,
) -> Result<Vec<Message>, StoreError> {
    let mut all = all_unclaimed(tx, appointment).await?;
    all.retain(|message| message.staff_id == staff);
    Ok(all)
}

/// Like [`unclaimed`], for every reader.
pub async fn all_unclaimed(tx: &mut WriteTx, appointment: AppointmentId) -> Result<Vec<Message>, StoreError> {
    let mut all = locked!(
        tx,
        read,
        "SELECT * FROM messages WHERE appointment_id = $1 AND state = 'waiting' AND lease_until IS NULL",
        appointment.0
    )?;
    all.sort_by_key(|message| (message.created_at, message.id));
    Ok(all)
}

/// Returns all waiting mails about an appointment, claimed ones included.
pub async fn all_waiting(tx: &mut WriteTx, appointment: AppointmentId) -> Result<Vec<Message>, StoreError> {
    locked!(
        tx,
        read,
        "SELECT * FROM messages WHERE appointment_id = $1 AND state = 'waiting'",
        appointment.0
    )
}

/// Detaches a mail from its appointment, which is about to be deleted. `detail` then holds all that the text needs.
pub async fn detach(tx: &mut WriteTx, id: MessageId, detail: &str) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET appointment_id = NULL, detail = $2 WHERE id = $1",
        id.0,
        detail
    )
    .map(drop)
}

/// Deletes a mail.
pub async fn delete(tx: &mut WriteTx, id: MessageId) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM messages WHERE id = $1", id.0).map(drop)
}

/// A mail that failed: it was given up, or waits for another attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedMessage {
    /// Its id.
    pub id: MessageId,
    /// The appointment that it is about.
    pub appointment_id: Option<AppointmentId>,
    /// The staff member whom it is for.
    pub staff_id: Option<StaffId>,
    /// The kind of mail, which selects its text; none if its word is unknown.
    pub kind: Option<MessageKind>,
    /// The recipient's address.
    pub recipient: String,
    /// Why the last attempt failed.
    pub problem: String,
    /// When it was enqueued.
    pub created_at: Timestamp,
    /// Client's name and start of the appointment that it is about.
    pub about: Option<(String, Timestamp)>,
}

fn read_failed(row: &dyn Fields) -> Result<FailedMessage, StoreError> {
    Ok(FailedMessage {
        id: MessageId(row.uuid("id")?),
        appointment_id: row.opt_uuid("appointment_id")?.map(AppointmentId),
        staff_id: row.opt_uuid("staff_id")?.map(StaffId),
        kind: Lenient::of(row, "messages").known_word("kind")?,
        recipient: row.text("recipient")?,
        problem: row.opt_text("problem")?.unwrap_or_default(),
        created_at: row.instant("created_at")?,
        about: row.opt_text("name")?.zip(row.opt_instant("starts_at")?),
    })
}

/// Returns the mails that were given up most recently.
pub async fn given_up(tx: &mut ReadTx, limit: u32) -> Result<Vec<FailedMessage>, StoreError> {
    fetch_all!(
        tx,
        read_failed,
        "SELECT m.*, a.name, a.starts_at FROM messages m LEFT JOIN appointments a ON a.id = m.appointment_id
         WHERE m.state = 'failed' ORDER BY m.next_attempt_at DESC, m.id DESC LIMIT $1",
        i64::from(limit)
    )
}

/// Returns the mails about an appointment that were given up, in the order of enqueuing.
pub async fn given_up_about(
    tx: &mut ReadTx,
    appointment: AppointmentId,
) -> Result<Vec<FailedMessage>, StoreError> {
    fetch_all!(
        tx,
        read_failed,
        "SELECT m.*, a.name, a.starts_at FROM messages m JOIN appointments a ON a.id = m.appointment_id
         WHERE m.appointment_id = $1 AND m.state = 'failed' ORDER BY m.created_at, m.id",
        appointment.0
    )
}

/// Returns the mails that failed and wait for another attempt, soonest first.
pub async fn retrying(tx: &mut ReadTx, limit: u32) -> Result<Vec<FailedMessage>, StoreError> {
    fetch_all!(
        tx,
        read_failed,
        "SELECT m.*, a.name, a.starts_at FROM messages m LEFT JOIN appointments a ON a.id = m.appointment_id
         WHERE m.state = 'waiting' AND m.attempts > 0 AND m.problem IS NOT NULL
         ORDER BY m.next_attempt_at, m.id LIMIT $1",
        i64::from(limit)
    )
}

/// Returns the mails about an appointment that failed and wait for another attempt, in the order of enqueuing.
pub async fn retrying_about(
    tx: &mut ReadTx,
    appointment: AppointmentId,
) -> Result<Vec<FailedMessage>, StoreError> {
    fetch_all!(
        tx,
        read_failed,
        "SELECT m.*, a.name, a.starts_at FROM messages m JOIN appointments a ON a.id = m.appointment_id
         WHERE m.appointment_id = $1 AND m.state = 'waiting' AND m.attempts > 0 AND m.problem IS NOT NULL
         ORDER BY m.created_at, m.id",
        appointment.0
    )
}

/// A summary of the mails that failed and wait for another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySummary {
    /// How many.
    pub count: u32,
    /// When the next of them is due; none if there are none.
    pub next: Option<Timestamp>,
}

/// Summarises the mails that failed and wait for another attempt.
pub async fn retry_summary(tx: &mut ReadTx) -> Result<RetrySummary, StoreError> {
    let read = |row: &dyn Fields| -> Result<RetrySummary, StoreError> {
        Ok(RetrySummary {
            count: row.count("n")?,
            next: row.opt_instant("next")?,
        })
    };
    let found = fetch_optional!(
        tx,
        read,
        "SELECT COUNT(*) AS n, MIN(next_attempt_at) AS next FROM messages WHERE state = 'waiting' AND attempts > 0"
    )?;
    Ok(found.unwrap_or(RetrySummary { count: 0, next: None }))
}

/// Finds a mail by id, if it was given up.
pub async fn find_given_up(tx: &mut ReadTx, id: MessageId) -> Result<Option<FailedMessage>, StoreError> {
    fetch_optional!(
        tx,
        read_failed,
        "SELECT m.*, a.name, a.starts_at FROM messages m LEFT JOIN appointments a ON a.id = m.appointment_id
         WHERE m.id = $1 AND m.state = 'failed'",
        id.0
    )
}

/// Enqueues a mail that was given up again, to this recipient and outside the limit per address. Other mails are left alone.
pub async fn send_again(
    tx: &mut WriteTx,
    id: MessageId,
    recipient: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET state = 'waiting', attempts = 0, problem = NULL, lease_until = NULL, recipient = $2,
            recipient_key = NULL, next_attempt_at = $3, planned_at = $3
         WHERE id = $1 AND state = 'failed'",
        id.0,
        recipient,
        ms(now)
    )
    .map(drop)
}

/// Deletes the waiting mails of one kind about an appointment.
pub async fn delete_waiting(
    tx: &mut WriteTx,
    appointment: AppointmentId,
    kind: MessageKind,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "DELETE FROM messages WHERE appointment_id = $1 AND kind = $2 AND state = 'waiting'",
        appointment.0,
        kind.as_str()
    )
    .map(drop)
}

/// Claims due mails until `lease_until`.
pub async fn claim_due(
    tx: &mut WriteTx,
    at: impl Into<ClaimTimes>,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let at = at.into();
    // Mails enqueued for at once, and failures, by a clock that was ahead are due now. Reminders keep their due time.
    execute!(
        tx,
        "UPDATE messages SET next_attempt_at = $1, planned_at = $1
         WHERE state = 'waiting' AND planned_at > $2 AND (attempts > 0 OR next_attempt_at <= planned_at)",
        ms(at.now),
        at.ahead()
    )?;
    let mut due = claim!(
        tx,
        read,
        "SELECT * FROM messages
         WHERE state = 'waiting' AND next_attempt_at <= $1
            AND (lease_until IS NULL OR lease_until <= $3 OR lease_until > $4)
         ORDER BY next_attempt_at, id LIMIT $2",
        ms(at.now),
        i64::from(limit),
        ms(at.leases),
        at.far_leases()
    )?;
    for message in &mut due {
        message.lease_until = Some(lease_until);
    }
    execute_in!(
        tx,
        due.iter().map(|message| message.id.0).collect(),
        "UPDATE messages SET lease_until = $2, attempts = attempts + 1 WHERE id",
        ms(lease_until)
    )?;
    Ok(due)
}

/// Records that a claimed mail was sent. Nothing happens if the lease was lost.
pub async fn sent(tx: &mut WriteTx, claimed: &Message) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET state = 'sent', problem = NULL, lease_until = NULL
         WHERE id = $1 AND state = 'waiting' AND lease_until = $2",
        claimed.id.0,
        opt_ms(claimed.lease_until)
    )
    .map(drop)
}

/// Like [`sent`], with the instant that counts for the limit per address. If the mail has no appointment, for example because that was
/// deleted, its `detail` is erased.
pub async fn sent_at(tx: &mut WriteTx, claimed: &Message, at: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET state = 'sent', sent_at = $3, problem = NULL, lease_until = NULL,
            detail = CASE WHEN appointment_id IS NULL THEN '{}' ELSE detail END
         WHERE id = $1 AND state = 'waiting' AND lease_until = $2",
        claimed.id.0,
        opt_ms(claimed.lease_until),
        ms(at)
    )
    .map(drop)
}

/// Counts the mails to an address that were sent within a span or are being sent.
pub async fn sent_to(
    tx: &mut ReadTx,
    recipient_key: &str,
    since: Timestamp,
    until: Timestamp,
    at: ClaimTimes,
) -> Result<u32, StoreError> {
    let count = fetch_optional!(
        tx,
        |row: &dyn Fields| row.count("mails"),
        "SELECT COUNT(*) AS mails FROM messages
         WHERE recipient_key = $1 AND ((sent_at > $2 AND sent_at <= $3) OR (state = 'waiting' AND lease_until > $4))",
        recipient_key,
        ms(since),
        ms(until),
        ms(at.leases)
    )?;
    Ok(count.unwrap_or_default())
}

/// Locks the counters of mails to these addresses.
pub async fn lock_recipients(tx: &mut WriteTx, keys: &[String]) -> Result<(), StoreError> {
    tx.lock(
        keys.iter()
            .map(|key| Lock::Recipient(strangers::hashed("mails", key))),
    )
    .await
}

/// Gives up a claimed mail without sending it.
pub async fn withhold(tx: &mut WriteTx, id: MessageId, problem: &str) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET state = 'failed', problem = $2, lease_until = NULL WHERE id = $1",
        id.0,
        problem
    )
    .map(drop)
}

/// Releases a claimed mail that was not attempted, because the worker stops. Nothing happens if the lease was lost.
pub async fn release(tx: &mut WriteTx, claimed: &Message) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET lease_until = NULL, attempts = attempts - 1
         WHERE id = $1 AND state = 'waiting' AND lease_until = $2",
        claimed.id.0,
        opt_ms(claimed.lease_until)
    )
    .map(drop)
}

/// Makes failed mails due now, after a mail was sent again.
pub async fn make_due(tx: &mut WriteTx, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET next_attempt_at = $1, planned_at = $1
         WHERE state = 'waiting' AND attempts > 0 AND lease_until IS NULL AND next_attempt_at > $1",
        ms(now)
    )
    .map(drop)
}

/// Makes failed mails due now, after somebody fixed the cause, except those that failed after `failed_until`. The attempt is not counted,
/// so a person may ask for it any number of times.
pub async fn retry_now(tx: &mut WriteTx, failed_until: Timestamp, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET next_attempt_at = $1, planned_at = $1,
            attempts = CASE WHEN attempts > 1 THEN attempts - 1 ELSE attempts END
         WHERE state = 'waiting' AND attempts > 0 AND lease_until IS NULL AND next_attempt_at > $1
            AND (planned_at <= $2 OR planned_at > $1)",
        ms(now),
        ms(failed_until)
    )
    .map(drop)
}

/// Records a failure of a claimed mail: the next attempt is due at `next_attempt`, or without one the mail is given up. Nothing happens if
/// the lease was lost.
pub async fn failed(
    tx: &mut WriteTx,
    claimed: &Message,
    problem: &str,
    next_attempt: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let state = if next_attempt.is_some() {
        MessageState::Waiting
    } else {
        MessageState::Failed
    };
    execute!(
        tx,
        "UPDATE messages SET state = $2, problem = $3, next_attempt_at = COALESCE($4, next_attempt_at), planned_at = $6,
            lease_until = NULL
         WHERE id = $1 AND state = 'waiting' AND lease_until = $5",
        claimed.id.0,
        state.as_str(),
        problem,
        next_attempt.map(ms),
        opt_ms(claimed.lease_until),
        ms(now)
    )
    .map(drop)
}
