//! The outbox of mails.

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};

use crate::db::{ReadTx, WriteTx, ms, opt_ms};
use crate::due::At;
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{MessageId, new_id};
use crate::locks::Lock;
use crate::strangers::{self, address_key};
use crate::unreadable::Lenient;
use crate::words::{MessageKind, MessageState};

/// A mail to be sent. It is rendered when it is sent, so that no link's secret is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// The appointment it is about.
    pub appointment_id: Option<AppointmentId>,
    /// The staff member it is for or about.
    pub staff_id: Option<StaffId>,
    /// What it says; nothing where its word is not known here.
    pub kind: Option<MessageKind>,
    /// To whom.
    pub recipient: String,
    /// The address by which mails to people who are not of the team are counted; nothing for a mail that is not.
    pub recipient_key: Option<String>,
    /// What else it needs, as JSON. Never a secret.
    pub detail: String,
    /// How it stands.
    pub state: MessageState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it is to be sent.
    pub next_attempt_at: Timestamp,
    /// Until when it is in a worker's hands.
    pub lease_until: Option<Timestamp>,
}

/// A mail to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// The appointment it is about.
    pub appointment_id: Option<AppointmentId>,
    /// The staff member it is for or about.
    pub staff_id: Option<StaffId>,
    /// What it says.
    pub kind: MessageKind,
    /// To whom.
    pub recipient: String,
    /// What else it needs, as JSON.
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

/// The address by which mails to people who are not of the team are counted.
fn recipient_key(message: &NewMessage) -> Option<String> {
    message
        .staff_id
        .is_none()
        .then(|| address_key(&message.recipient))
}

/// Asks for mails, each to be sent at its time. Their ids come in the same order.
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

/// Asks for a mail that waits until it is due, and was first asked for at an instant before.
pub async fn insert_later(
    tx: &mut WriteTx,
    new: &NewMessage,
    due: Timestamp,
    asked_at: Timestamp,
) -> Result<(), StoreError> {
    // Planned for its time, so that it does not wait for a clock that was ahead.
    execute!(
        tx,
        "INSERT INTO messages (id, appointment_id, staff_id, kind, recipient, detail, state, attempts, next_attempt_at, planned_at,
            created_at, recipient_key)
         VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, $7, $8, $9)",
        new_id(asked_at)?,
        new.appointment_id.map(|id| id.0),
        new.staff_id.map(|id| id.0),
        new.kind.as_str(),
        &new.recipient,
        &new.detail,
        ms(due),
        ms(asked_at),
        recipient_key(new)
    )
    .map(drop)
}

/// The mails about an appointment to one reader, a host or else the client, that nobody has begun to send; nobody begins until the
/// transaction ends.
pub async fn not_begun(
    tx: &mut WriteTx,
    appointment: AppointmentId,
    staff: Option<StaffId>,
) -> Result<Vec<Message>, StoreError> {
    let mut all = all_not_begun(tx, appointment).await?;
    all.retain(|message| message.staff_id == staff);
    Ok(all)
}

/// The same, to whomever they are.
pub async fn all_not_begun(tx: &mut WriteTx, appointment: AppointmentId) -> Result<Vec<Message>, StoreError> {
    let mut all = locked!(
        tx,
        read,
        "SELECT * FROM messages WHERE appointment_id = $1 AND state = 'waiting' AND lease_until IS NULL",
        appointment.0
    )?;
    all.sort_by_key(|message| (message.created_at, message.id));
    Ok(all)
}

/// All mails about an appointment that wait, also those in a worker's hands.
pub async fn all_waiting(tx: &mut WriteTx, appointment: AppointmentId) -> Result<Vec<Message>, StoreError> {
    locked!(
        tx,
        read,
        "SELECT * FROM messages WHERE appointment_id = $1 AND state = 'waiting'",
        appointment.0
    )
}

/// Has a mail stay when its appointment goes: it holds all that it needs.
pub async fn detach(tx: &mut WriteTx, id: MessageId, detail: &str) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET appointment_id = NULL, detail = $2 WHERE id = $1",
        id.0,
        detail
    )
    .map(drop)
}

/// Takes a mail back.
pub async fn delete(tx: &mut WriteTx, id: MessageId) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM messages WHERE id = $1", id.0).map(drop)
}

/// A mail that could not be sent: it was given up, or waits for another try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Its id.
    pub id: MessageId,
    /// The appointment it is about.
    pub appointment_id: Option<AppointmentId>,
    /// The staff member it is for.
    pub staff_id: Option<StaffId>,
    /// What it says; nothing where its word is not known here.
    pub kind: Option<MessageKind>,
    /// To whom.
    pub recipient: String,
    /// Why it was given up, or why the last try failed.
    pub problem: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Name and start of the appointment it is about.
    pub about: Option<(String, Timestamp)>,
}

fn read_failed(row: &dyn Fields) -> Result<Failed, StoreError> {
    Ok(Failed {
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

/// The mails that were given up last.
pub async fn given_up(tx: &mut ReadTx, most: u32) -> Result<Vec<Failed>, StoreError> {
    fetch_all!(
        tx,
        read_failed,
        "SELECT m.*, a.name, a.starts_at FROM messages m LEFT JOIN appointments a ON a.id = m.appointment_id
         WHERE m.state = 'failed' ORDER BY m.next_attempt_at DESC, m.id DESC LIMIT $1",
        i64::from(most)
    )
}

/// The mails about an appointment that were given up, in the order in which they were asked for.
pub async fn given_up_about(tx: &mut ReadTx, appointment: AppointmentId) -> Result<Vec<Failed>, StoreError> {
    fetch_all!(
        tx,
        read_failed,
        "SELECT m.*, a.name, a.starts_at FROM messages m JOIN appointments a ON a.id = m.appointment_id
         WHERE m.appointment_id = $1 AND m.state = 'failed' ORDER BY m.created_at, m.id",
        appointment.0
    )
}

/// The mails that were tried in vain and wait for another try, the next first.
pub async fn waiting_again(tx: &mut ReadTx, most: u32) -> Result<Vec<Failed>, StoreError> {
    fetch_all!(
        tx,
        read_failed,
        "SELECT m.*, a.name, a.starts_at FROM messages m LEFT JOIN appointments a ON a.id = m.appointment_id
         WHERE m.state = 'waiting' AND m.attempts > 0 AND m.problem IS NOT NULL
         ORDER BY m.next_attempt_at, m.id LIMIT $1",
        i64::from(most)
    )
}

/// Those of an appointment, in the order in which they were asked for.
pub async fn waiting_again_about(
    tx: &mut ReadTx,
    appointment: AppointmentId,
) -> Result<Vec<Failed>, StoreError> {
    fetch_all!(
        tx,
        read_failed,
        "SELECT m.*, a.name, a.starts_at FROM messages m JOIN appointments a ON a.id = m.appointment_id
         WHERE m.appointment_id = $1 AND m.state = 'waiting' AND m.attempts > 0 AND m.problem IS NOT NULL
         ORDER BY m.created_at, m.id",
        appointment.0
    )
}

/// Mails that were tried in vain and wait for another try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PutOff {
    /// How many.
    pub count: u32,
    /// When the first of them is tried again; nothing if there are none.
    pub next: Option<Timestamp>,
}

/// The mails that were tried in vain and wait for another try.
pub async fn put_off(tx: &mut ReadTx) -> Result<PutOff, StoreError> {
    let read = |row: &dyn Fields| -> Result<PutOff, StoreError> {
        Ok(PutOff {
            count: row.count("n")?,
            next: row.opt_instant("next")?,
        })
    };
    let found = fetch_optional!(
        tx,
        read,
        "SELECT COUNT(*) AS n, MIN(next_attempt_at) AS next FROM messages WHERE state = 'waiting' AND attempts > 0"
    )?;
    Ok(found.unwrap_or(PutOff { count: 0, next: None }))
}

/// A mail that was given up, if it is one.
pub async fn find_given_up(tx: &mut ReadTx, id: MessageId) -> Result<Option<Failed>, StoreError> {
    fetch_optional!(
        tx,
        read_failed,
        "SELECT m.*, a.name, a.starts_at FROM messages m LEFT JOIN appointments a ON a.id = m.appointment_id
         WHERE m.id = $1 AND m.state = 'failed'",
        id.0
    )
}

/// Sends a mail that was given up again, to this recipient, however many they got. Nothing happens to any other.
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

/// Takes back the mails of a kind about an appointment that were not sent yet.
pub async fn take_back(
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

/// Claims mails that are due, until `lease_until`.
pub async fn claim_due(
    tx: &mut WriteTx,
    at: impl Into<At>,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let at = at.into();
    // What was asked for at once, or failed, while the clock was ahead. A reminder has a day of its own and waits for it.
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

/// A claimed mail was sent. Nothing happens when somebody else claimed it since: it is theirs to say.
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

/// As [`sent`], with the instant by which mails to one address are counted. What a mail tells of something that nothing is kept of
/// besides, such as a deleted appointment, is forgotten.
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

/// How many mails to an address were sent in a span of time, or are in a worker's hands.
pub async fn sent_to(
    tx: &mut ReadTx,
    recipient_key: &str,
    since: Timestamp,
    until: Timestamp,
    at: At,
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

/// Lets one transaction at a time count the mails to these addresses.
pub async fn lock_recipients(tx: &mut WriteTx, keys: &[String]) -> Result<(), StoreError> {
    tx.lock(
        keys.iter()
            .map(|key| Lock::Recipient(strangers::hashed("mails", key))),
    )
    .await
}

/// A claimed mail is not sent, and shown with those that were given up.
pub async fn withhold(tx: &mut WriteTx, id: MessageId, problem: &str) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET state = 'failed', problem = $2, lease_until = NULL WHERE id = $1",
        id.0,
        problem
    )
    .map(drop)
}

/// A claimed mail was not tried to the end, as its worker stops: whoever else works takes it up. Nothing happens when somebody
/// else claimed it since.
pub async fn give_back(tx: &mut WriteTx, claimed: &Message) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET lease_until = NULL, attempts = attempts - 1
         WHERE id = $1 AND state = 'waiting' AND lease_until = $2",
        claimed.id.0,
        opt_ms(claimed.lease_until)
    )
    .map(drop)
}

/// Mails go out again: those that failed meanwhile are due now.
pub async fn hurry(tx: &mut WriteTx, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE messages SET next_attempt_at = $1, planned_at = $1
         WHERE state = 'waiting' AND attempts > 0 AND lease_until IS NULL AND next_attempt_at > $1",
        ms(now)
    )
    .map(drop)
}

/// Somebody has mended what kept mails: those that failed, and not just now, are due. However often that is asked for, it uses up
/// none of the tries after which a mail is given up.
pub async fn try_again(tx: &mut WriteTx, failed_until: Timestamp, now: Timestamp) -> Result<(), StoreError> {
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

/// A claimed mail could not be sent; it is tried again at `next_attempt`, or given up without one. Nothing happens when
/// somebody else claimed it since.
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
