//! Sessions of Class Booking calendars. Attendees share one session and one written event.

use jiff::Timestamp;
use scheduling::{CalendarId, StaffId};

use crate::db::{ReadTx, WriteTx, expect_row, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{SessionId, new_id};
use crate::party::{Cancellation, cancellation};

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Its booking calendar.
    pub calendar_id: CalendarId,
    /// Its host.
    pub host_id: StaffId,
    /// Its start.
    pub starts_at: Timestamp,
    /// Its end.
    pub ends_at: Timestamp,
    /// Counts the changes that its written event must follow.
    pub sequence: u32,
    /// When it or its attendance last changed.
    pub updated_at: Timestamp,
    /// When, by whom and why it was cancelled, if it was.
    pub cancellation: Option<Cancellation>,
}

/// A session to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSession {
    /// Its booking calendar.
    pub calendar_id: CalendarId,
    /// Its host.
    pub host_id: StaffId,
    /// Its start.
    pub starts_at: Timestamp,
    /// Its end.
    pub ends_at: Timestamp,
}

fn read(row: &dyn Fields) -> Result<Session, StoreError> {
    Ok(Session {
        id: SessionId(row.uuid("id")?),
        calendar_id: CalendarId(row.uuid("calendar_id")?),
        host_id: StaffId(row.uuid("host_id")?),
        starts_at: row.instant("starts_at")?,
        ends_at: row.instant("ends_at")?,
        sequence: row.count("sequence")?,
        updated_at: row.instant("updated_at")?,
        cancellation: cancellation(row)?,
    })
}

/// Returns the session of a booking calendar at this start, inserting it if needed. An existing one without attendees takes the new host
/// and end.
pub async fn open(tx: &mut WriteTx, new: &NewSession, now: Timestamp) -> Result<Session, StoreError> {
    execute!(
        tx,
        "INSERT INTO class_sessions (id, calendar_id, host_id, starts_at, ends_at, sequence, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, 0, $6, $6)
         ON CONFLICT (calendar_id, starts_at) DO UPDATE SET
            host_id = CASE WHEN EXISTS (
                SELECT 1 FROM appointments WHERE session_id = class_sessions.id AND status IN ('new', 'confirmed', 'showed')
            ) THEN class_sessions.host_id ELSE excluded.host_id END,
            ends_at = CASE WHEN EXISTS (
                SELECT 1 FROM appointments WHERE session_id = class_sessions.id AND status IN ('new', 'confirmed', 'showed')
            ) THEN class_sessions.ends_at ELSE excluded.ends_at END",
        new_id(now)?,
        new.calendar_id.0,
        new.host_id.0,
        ms(new.starts_at),
        ms(new.ends_at),
        ms(now)
    )?;
    let session = at(tx, new.calendar_id, new.starts_at).await?;
    session.ok_or(StoreError::Gone("session"))
}

/// Finds the session of a booking calendar at this start, even if cancelled.
pub async fn at(
    tx: &mut ReadTx,
    calendar: CalendarId,
    start: Timestamp,
) -> Result<Option<Session>, StoreError> {
    fetch_optional!(
        tx,
        read,
        "SELECT * FROM class_sessions WHERE calendar_id = $1 AND starts_at = $2",
        calendar.0,
        ms(start)
    )
}

/// Finds a session by id.
pub async fn find(tx: &mut ReadTx, id: SessionId) -> Result<Option<Session>, StoreError> {
    fetch_optional!(tx, read, "SELECT * FROM class_sessions WHERE id = $1", id.0)
}

/// Returns the sessions of a booking calendar that touch a span, cancelled ones included, in order of time.
pub async fn between(
    tx: &mut ReadTx,
    calendar: CalendarId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    // The `+` keeps SQLite from the index of starts, which would read every session of the past.
    fetch_all!(
        tx,
        read,
        "SELECT * FROM class_sessions WHERE calendar_id = $1 AND +starts_at < $3 AND ends_at > $2 ORDER BY +starts_at",
        calendar.0,
        ms(from),
        ms(to)
    )
}

/// Returns a host's sessions that have not ended and are not cancelled, in order of time.
pub async fn future_of_host(
    tx: &mut ReadTx,
    host: StaffId,
    now: Timestamp,
) -> Result<Vec<Session>, StoreError> {
    fetch_all!(
        tx,
        read,
        "SELECT * FROM class_sessions WHERE host_id = $1 AND ends_at > $2 AND cancelled_at IS NULL ORDER BY starts_at, id",
        host.0,
        ms(now)
    )
}

/// Records that the attendance changed.
pub async fn touch(tx: &mut WriteTx, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE class_sessions SET sequence = sequence + 1, updated_at = $2 WHERE id = $1",
        id.0,
        ms(now)
    )?;
    expect_row(rows, "session")
}

/// Cancels a session.
pub async fn cancel(tx: &mut WriteTx, id: SessionId, cancellation: &Cancellation) -> Result<(), StoreError> {
    let rows = execute!(
        tx,
        "UPDATE class_sessions SET cancelled_at = $2, cancelled_by = $3, cancelled_by_staff = $4, cancel_reason = $5,
            sequence = sequence + 1, updated_at = $2
         WHERE id = $1",
        id.0,
        ms(cancellation.at),
        cancellation.kind(),
        cancellation.staff(),
        cancellation.reason.as_deref()
    )?;
    expect_row(rows, "session")
}
