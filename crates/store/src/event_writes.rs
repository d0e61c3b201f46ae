//! The outbox of calendar writes: one row per event that Quince makes for an appointment's part or a session. The `live` row is the
//! current event in the host's calendar; other rows are former events that were removed or are to be removed. Rows outlive a deleted
//! appointment or session until the event is removed.

use std::collections::HashSet;

use jiff::Timestamp;
use scheduling::{AppointmentId, StaffId};

use crate::db::{ReadTx, WriteTx, expect_row, json, ms, opt_ms};
use crate::due::ClaimTimes;
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{ConnectionId, EventWriteId, RemoteCalendarId, SessionId, new_id};
use crate::unreadable::Lenient;
use crate::words::{WriteAction, WriteState};

/// What a written event represents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A host's part of an appointment, by its position.
    Part(AppointmentId, u32),
    /// A session, shared by its attendees.
    Session(SessionId),
}

impl Subject {
    fn appointment(self) -> Option<(AppointmentId, u32)> {
        match self {
            Self::Part(appointment, position) => Some((appointment, position)),
            Self::Session(_) => None,
        }
    }

    fn session(self) -> Option<SessionId> {
        match self {
            Self::Part(..) => None,
            Self::Session(session) => Some(session),
        }
    }

    /// The appointment, unless it is a session.
    pub fn appointment_id(self) -> Option<AppointmentId> {
        self.appointment().map(|(appointment, _)| appointment)
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Part(appointment, position) => write!(f, "appointment {appointment}, part {position}"),
            Self::Session(session) => write!(f, "session {session}"),
        }
    }
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventWrite {
    /// Its id.
    pub id: EventWriteId,
    /// What the event represents.
    pub subject: Subject,
    /// The host whose calendar it is.
    pub host_id: StaffId,
    /// The connection it is written through.
    pub connection_id: Option<ConnectionId>,
    /// The remote calendar it is written to.
    pub remote_calendar_id: Option<RemoteCalendarId>,
    /// The event's UID.
    pub uid: String,
    /// The event's path on the server, once known (CalDAV href).
    pub href: Option<String>,
    /// The event's `ETag` on the server.
    pub etag: Option<String>,
    /// The iCalendar text that was written last.
    pub written_ics: Option<String>,
    /// Its state.
    pub state: WriteState,
    /// The present problem, as a sentence.
    pub problem: Option<String>,
    /// Whether the event is put or deleted.
    pub action: WriteAction,
    /// Whether this is the current event of its subject.
    pub live: bool,
    /// Counts the requests to write.
    pub sequence: i64,
    /// Number of attempts at the current request.
    pub attempts: u32,
    /// When the next attempt is due.
    pub next_attempt_at: Timestamp,
    /// When the worker's lease ends. Only the worker that holds this lease may record a result.
    pub lease_until: Option<Timestamp>,
    /// When the row was last updated.
    pub updated_at: Timestamp,
}

/// An event to enqueue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEventWrite {
    /// What the event represents.
    pub subject: Subject,
    /// The host whose calendar it is.
    pub host_id: StaffId,
    /// The event's UID.
    pub uid: String,
}

fn subject(row: &dyn Fields) -> Result<Subject, StoreError> {
    match row.opt_uuid("session_id")? {
        Some(session) => Ok(Subject::Session(SessionId(session))),
        None => Ok(Subject::Part(
            AppointmentId(row.uuid("appointment_id")?),
            row.count("part")?,
        )),
    }
}

fn read(row: &dyn Fields) -> Result<EventWrite, StoreError> {
    let mut lenient = Lenient::of(row, "event_writes");
    Ok(EventWrite {
        id: EventWriteId(row.uuid("id")?),
        subject: subject(row)?,
        host_id: StaffId(row.uuid("host_id")?),
        connection_id: row.opt_uuid("connection_id")?.map(ConnectionId),
        remote_calendar_id: row.opt_uuid("remote_calendar_id")?.map(RemoteCalendarId),
        uid: row.text("uid")?,
        href: row.opt_text("href")?,
        etag: row.opt_text("etag")?,
        written_ics: row.opt_text("written_ics")?,
        state: lenient.word("state", WriteState::Failed)?,
        problem: row.opt_text("problem")?,
        action: lenient.word("action", WriteAction::Put)?,
        live: row.flag("live")?,
        sequence: row.int("sequence")?,
        attempts: row.count("attempts")?,
        next_attempt_at: row.instant("next_attempt_at")?,
        lease_until: row.opt_instant("lease_until")?,
        updated_at: row.instant("updated_at")?,
    })
}

/// Enqueues an event for the host's primary calendar, or records that none is connected. It becomes the current one of its subject.
pub async fn insert(
    tx: &mut WriteTx,
    new: &NewEventWrite,
    now: Timestamp,
) -> Result<EventWriteId, StoreError> {
    let id = new_id(now)?;
    let rows = execute!(
        tx,
        "INSERT INTO event_writes (id, appointment_id, part, session_id, host_id, connection_id, remote_calendar_id, uid, state,
            action, live, sequence, attempts, next_attempt_at, planned_at, created_at, updated_at)
         SELECT $1, $2, $3, $4, s.id, c.id, CASE WHEN c.id IS NOT NULL THEN r.id END, $6,
            CASE WHEN c.id IS NOT NULL THEN 'waiting' ELSE 'no-calendar' END, 'put', TRUE, 1, 0, $7, $7, $7, $7
         FROM staff s
         LEFT JOIN remote_calendars r ON r.id = s.primary_calendar_id
         LEFT JOIN connections c ON c.id = r.connection_id AND c.state <> 'disconnected'
         WHERE s.id = $5",
        id,
        new.subject.appointment_id().map(|appointment| appointment.0),
        new.subject.appointment().map_or(0, |(_, position)| i64::from(position)),
        new.subject.session().map(|session| session.0),
        new.host_id.0,
        &new.uid,
        ms(now)
    )?;
    expect_row(rows, "staff member")?;
    Ok(EventWriteId(id))
}

/// Finds a row by id.
pub async fn find(tx: &mut ReadTx, id: EventWriteId) -> Result<Option<EventWrite>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM event_writes WHERE id = $1", id.0)
}

/// Returns the current rows of an appointment, one per part.
pub async fn live_of_appointment(
    tx: &mut ReadTx,
    appointment: AppointmentId,
) -> Result<Vec<EventWrite>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM event_writes WHERE appointment_id = $1 AND live ORDER BY part, created_at, id",
        appointment.0
    )
}

/// Finds the current row of a session.
pub async fn live_of_session(tx: &mut ReadTx, session: SessionId) -> Result<Option<EventWrite>, StoreError> {
    fetch_optional!(
        tx,
        read,
        "SELECT * FROM event_writes WHERE session_id = $1 AND live ORDER BY created_at DESC, id DESC LIMIT 1",
        session.0
    )
}

/// Returns the current rows of sessions.
pub async fn list_for_sessions(tx: &mut ReadTx, ids: &[SessionId]) -> Result<Vec<EventWrite>, StoreError> {
    fetch_all_in!(
        tx,
        read,
        ids.iter().map(|id| id.0).collect(),
        "SELECT * FROM event_writes WHERE live AND session_id",
        "ORDER BY created_at, id"
    )
}

/// Returns the current rows of appointments.
pub async fn list_for_appointments(
    tx: &mut ReadTx,
    ids: &[AppointmentId],
) -> Result<Vec<EventWrite>, StoreError> {
    fetch_all_in!(
        tx,
        read,
        ids.iter().map(|id| id.0).collect(),
        "SELECT * FROM event_writes WHERE live AND appointment_id",
        "ORDER BY part, created_at, id"
    )
}

/// Returns all rows of appointments, former ones included.
pub async fn all_of_appointments(
    tx: &mut ReadTx,
    ids: &[AppointmentId],
) -> Result<Vec<EventWrite>, StoreError> {
    fetch_all_in!(
        tx,
        read,
        ids.iter().map(|id| id.0).collect(),
        "SELECT * FROM event_writes WHERE appointment_id",
        "ORDER BY part, created_at, id"
    )
}

/// Returns all rows of a remote calendar, former ones included, without the written texts, which can be large.
pub async fn by_remote_calendar(
    tx: &mut ReadTx,
    calendar: RemoteCalendarId,
) -> Result<Vec<EventWrite>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT id, appointment_id, part, session_id, host_id, connection_id, remote_calendar_id, uid, href, etag,
            CAST(NULL AS TEXT) AS written_ics, state, problem, action, live, sequence, attempts, next_attempt_at, lease_until,
            updated_at
         FROM event_writes WHERE remote_calendar_id = $1 ORDER BY created_at, id",
        calendar.0
    )
}

/// Returns the rows of a remote calendar that wait or have failed for good.
pub async fn unsettled_of(
    tx: &mut ReadTx,
    calendar: RemoteCalendarId,
) -> Result<Vec<EventWrite>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM event_writes WHERE remote_calendar_id = $1 AND state IN ('waiting', 'failed') ORDER BY created_at, id",
        calendar.0
    )
}

/// Returns the rows of a remote calendar with these UIDs, former ones included.
pub async fn by_uids(
    tx: &mut ReadTx,
    calendar: RemoteCalendarId,
    uids: &[&str],
) -> Result<Vec<EventWrite>, StoreError> {
    rows!(
        tx,
        read,
        "SELECT * FROM event_writes WHERE uid IN (SELECT value FROM json_each($1)) AND +remote_calendar_id = $2
         ORDER BY created_at, id",
        "SELECT * FROM event_writes WHERE uid = ANY(ARRAY(SELECT json_array_elements_text($1::json))) AND remote_calendar_id = $2
         ORDER BY created_at, id",
        json(&uids)?,
        calendar.0
    )
}

/// Returns the rows of a remote calendar at these paths, former ones included.
pub async fn by_hrefs(
    tx: &mut ReadTx,
    calendar: RemoteCalendarId,
    hrefs: &[&str],
) -> Result<Vec<EventWrite>, StoreError> {
    rows!(
        tx,
        read,
        "SELECT * FROM event_writes WHERE remote_calendar_id = $2 AND href IN (SELECT value FROM json_each($1))
         ORDER BY created_at, id",
        "SELECT * FROM event_writes WHERE remote_calendar_id = $2 AND href = ANY(ARRAY(SELECT json_array_elements_text($1::json)))
         ORDER BY created_at, id",
        json(&hrefs)?,
        calendar.0
    )
}

/// Counts the events of a connection whose appointment or session has not ended.
pub async fn count_to_come(
    tx: &mut ReadTx,
    connection: ConnectionId,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let count = fetch_optional!(
        tx,
        |row: &dyn Fields| row.count("events"),
        concat!(
            "SELECT CAST(COALESCE(SUM(events), 0) AS BIGINT) AS events FROM (
                SELECT (SELECT COUNT(*) FROM event_writes w WHERE w.appointment_id = a.id AND w.connection_id = $1 AND w.live
                    AND (w.state IN ('written', 'changed-in-icloud')) IS TRUE) AS events
                FROM appointments a WHERE a.ends_at > $2 AND a.starts_at > ",
            begun_since!("$2"),
            "   UNION ALL
                SELECT (SELECT COUNT(*) FROM event_writes w WHERE w.session_id = s.id AND w.connection_id = $1 AND w.live
                    AND (w.state IN ('written', 'changed-in-icloud')) IS TRUE) AS events
                FROM class_sessions s WHERE s.ends_at > $2) to_come"
        ),
        connection.0,
        ms(now)
    )?;
    Ok(count.unwrap_or_default())
}

/// Returns which of these UIDs belong to events that Quince ever wrote for a host.
pub async fn own_uids(tx: &mut ReadTx, host: StaffId, uids: &[&str]) -> Result<HashSet<String>, StoreError> {
    if uids.is_empty() {
        return Ok(HashSet::new());
    }
    let own = rows!(
        tx,
        |row: &dyn Fields| row.text("uid"),
        "SELECT DISTINCT uid FROM event_writes WHERE uid IN (SELECT value FROM json_each($1)) AND host_id = $2",
        "SELECT DISTINCT uid FROM event_writes
         WHERE uid = ANY(ARRAY(SELECT json_array_elements_text($1::json))) AND host_id = $2",
        json(&uids)?,
        host.0
    )?;
    Ok(own.into_iter().collect())
}

/// Enqueues a write again, to put the appointment's present state or to delete its event. An attempt under way does not satisfy the new
/// request.
pub async fn enqueue(
    tx: &mut WriteTx,
    id: EventWriteId,
    action: WriteAction,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE event_writes SET action = $2, state = 'waiting', problem = NULL, sequence = sequence + 1, attempts = 0,
            next_attempt_at = $3, planned_at = $3, updated_at = $3
         WHERE id = $1",
        id.0,
        action.as_str(),
        ms(now)
    )?;
    expect_row(rows, "calendar write")
}

/// Erases the written texts of a deleted appointment, since they name the client. The event of its session is written again.
pub async fn forget_texts(
    tx: &mut WriteTx,
    appointment: AppointmentId,
    session: Option<SessionId>,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE event_writes SET written_ics = NULL
         WHERE appointment_id = $1 OR (session_id = $2 AND state = 'waiting')",
        appointment.0,
        session.map(|session| session.0)
    )
    .map(drop)
}

/// Marks a row as former: its subject now has another event, or none.
pub async fn retire(tx: &mut WriteTx, id: EventWriteId, now: Timestamp) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE event_writes SET live = FALSE, updated_at = $2 WHERE id = $1",
        id.0,
        ms(now)
    )?;
    expect_row(rows, "calendar write")
}

/// Points a row at another calendar with a new UID, and clears what was known of its event.
pub async fn set_target(
    tx: &mut WriteTx,
    id: EventWriteId,
    connection: Option<ConnectionId>,
    calendar: Option<RemoteCalendarId>,
    uid: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE event_writes SET connection_id = $2, remote_calendar_id = $3, uid = $4, href = NULL, etag = NULL,
            written_ics = NULL, updated_at = $5
         WHERE id = $1",
        id.0,
        connection.map(|id| id.0),
        calendar.map(|id| id.0),
        uid,
        ms(now)
    )?;
    expect_row(rows, "calendar write")
}

/// Claims due rows until `lease_until`. At most one row per subject and calendar is claimed at a time, so that their order is kept while a
/// server that is down delays no other.
pub async fn claim_due(
    tx: &mut WriteTx,
    at: impl Into<ClaimTimes>,
    lease_until: Timestamp,
    limit: u32,
) -> Result<Vec<EventWrite>, StoreError> {
    let at = at.into();
    // Requests and failures recorded by a clock that was ahead are due now.
    execute!(
        tx,
        "UPDATE event_writes SET next_attempt_at = $1, planned_at = $1 WHERE state = 'waiting' AND planned_at > $2",
        ms(at.now),
        at.ahead()
    )?;
    let mut due = claim!(
        tx,
        read,
        "SELECT * FROM event_writes
         WHERE state = 'waiting' AND next_attempt_at <= $1
            AND (lease_until IS NULL OR lease_until <= $3 OR lease_until > $4)
            AND NOT EXISTS (
                SELECT 1 FROM event_writes other
                WHERE (other.appointment_id = event_writes.appointment_id OR other.session_id = event_writes.session_id)
                    AND other.part = event_writes.part AND other.id <> event_writes.id
                    AND other.remote_calendar_id IS NOT DISTINCT FROM event_writes.remote_calendar_id
                    AND (other.state = 'waiting') IS TRUE
                    AND (other.lease_until > $3 AND other.lease_until <= $4 OR other.created_at < event_writes.created_at
                        OR (other.created_at = event_writes.created_at AND other.id < event_writes.id))
            )
         ORDER BY next_attempt_at, id LIMIT $2",
        ms(at.now),
        i64::from(limit),
        ms(at.leases),
        at.far_leases()
    )?;
    for write in &mut due {
        write.lease_until = Some(lease_until);
    }
    execute_in!(
        tx,
        due.iter().map(|write| write.id.0).collect(),
        "UPDATE event_writes SET lease_until = $2, attempts = attempts + 1 WHERE id",
        ms(lease_until)
    )?;
    Ok(due)
}

/// Whether the lease of a claimed row is still held, and keeps it until the transaction ends. A worker that was slower than its lease
/// leaves the result to the next one.
pub async fn is_held(tx: &mut WriteTx, claimed: &EventWrite) -> Result<bool, StoreError> {
    let held = locked!(
        tx,
        |row: &dyn Fields| row.uuid("id"),
        "SELECT id FROM event_writes WHERE id = $1 AND lease_until = $2",
        claimed.id.0,
        opt_ms(claimed.lease_until)
    )?;
    Ok(!held.is_empty())
}

/// The result of a successful write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The event's path.
    pub href: Option<String>,
    /// The event's `ETag`.
    pub etag: Option<String>,
    /// The iCalendar text that was written.
    pub written_ics: Option<String>,
}

/// Records a success. If the write was requested again meanwhile (`sequence` has grown) it stays waiting, and only path and `ETag` are
/// stored, without the text when the event is to be deleted.
pub async fn succeeded(
    tx: &mut WriteTx,
    id: EventWriteId,
    sequence: i64,
    state: WriteState,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE event_writes SET href = $3, etag = $4, lease_until = NULL, updated_at = $7,
            written_ics = CASE WHEN action = 'delete' THEN NULL ELSE $5 END,
            state = CASE WHEN sequence = $2 THEN $6 ELSE state END,
            problem = CASE WHEN sequence = $2 THEN NULL ELSE problem END
         WHERE id = $1",
        id.0,
        sequence,
        outcome.href.as_deref(),
        outcome.etag.as_deref(),
        outcome.written_ics.as_deref(),
        state.as_str(),
        ms(now)
    )
    .map(drop)
}

/// Records a failure: the next attempt is due at `next_attempt`, or without one the write is given up. If it was requested again meanwhile
/// it stays waiting.
pub async fn failed(
    tx: &mut WriteTx,
    id: EventWriteId,
    sequence: i64,
    problem: &str,
    next_attempt: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let state = if next_attempt.is_some() {
        WriteState::Waiting
    } else {
        WriteState::Failed
    };
    execute!(
        tx,
        "UPDATE event_writes SET lease_until = NULL, updated_at = $6,
            state = CASE WHEN sequence = $2 THEN $3 ELSE state END,
            problem = CASE WHEN sequence = $2 THEN $4 ELSE problem END,
            next_attempt_at = CASE WHEN sequence = $2 THEN COALESCE($5, next_attempt_at) ELSE next_attempt_at END,
            planned_at = CASE WHEN sequence = $2 THEN $6 ELSE planned_at END
         WHERE id = $1",
        id.0,
        sequence,
        state.as_str(),
        problem,
        next_attempt.map(ms),
        ms(now)
    )
    .map(drop)
}

/// Sets the state without requesting another write.
pub async fn set_state(
    tx: &mut WriteTx,
    id: EventWriteId,
    state: WriteState,
    problem: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE event_writes SET state = $2, problem = $3, updated_at = $4 WHERE id = $1",
        id.0,
        state.as_str(),
        problem,
        ms(now)
    )?;
    expect_row(rows, "calendar write")
}

/// Sets the state unless the write was requested again since `sequence` was read.
pub async fn set_state_if(
    tx: &mut WriteTx,
    id: EventWriteId,
    sequence: i64,
    state: WriteState,
    problem: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE event_writes SET state = $3, problem = $4, updated_at = $5 WHERE id = $1 AND sequence = $2",
        id.0,
        sequence,
        state.as_str(),
        problem,
        ms(now)
    )
    .map(drop)
}

/// Makes the waiting writes of a connection due now, after it works again.
pub async fn make_due(tx: &mut WriteTx, connection: ConnectionId, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE event_writes SET next_attempt_at = $2, planned_at = $2
         WHERE connection_id = $1 AND state = 'waiting' AND next_attempt_at > $2",
        connection.0,
        ms(now)
    )
    .map(drop)
}
