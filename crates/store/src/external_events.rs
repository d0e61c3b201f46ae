//! External events: what lies in remote calendars and was not made by Quince, and what it means within the horizon.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::db::{Tx, ms};
use crate::error::StoreError;
use crate::fields::{Fields, opt_word};
use crate::ids::{ConnectionId, EventId, RemoteCalendarId, new_id};

/// One resource of a calendar, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: EventId,
    /// Its path there.
    pub href: String,
    /// Its version there.
    pub etag: Option<String>,
    /// Its UID.
    pub uid: String,
}

/// One resource of a calendar with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalEvent {
    /// What identifies it.
    pub key: Key,
    /// Its iCalendar text.
    pub ics: String,
    /// What could not be understood, as a sentence.
    pub problem: Option<String>,
}

/// Time that an event takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The event.
    pub event_id: EventId,
    /// Its calendar.
    pub remote_calendar_id: RemoteCalendarId,
    /// From here, travel included.
    pub starts_at: Timestamp,
    /// Up to here, travel included.
    pub ends_at: Timestamp,
    /// The local dates of an all-day event: the first, and the one after the last.
    pub all_day: Option<(Date, Date)>,
    /// Its UID.
    pub uid: String,
    /// Its title.
    pub summary: String,
    /// Its place.
    pub location: Option<String>,
    /// Whether and why it takes time: a word of the `ical` crate.
    pub blocks: String,
}

/// An instance to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInstance {
    /// From here, travel included.
    pub starts_at: Timestamp,
    /// Up to here, travel included.
    pub ends_at: Timestamp,
    /// The local dates of an all-day event.
    pub all_day: Option<(Date, Date)>,
    /// Its UID.
    pub uid: String,
    /// Its title.
    pub summary: String,
    /// Its place.
    pub location: Option<String>,
    /// Whether and why it takes time.
    pub blocks: String,
}

fn read_key(row: &dyn Fields) -> Result<Key, StoreError> {
    Ok(Key {
        id: EventId(row.uuid("id")?),
        href: row.text("href")?,
        etag: row.opt_text("etag")?,
        uid: row.text("uid")?,
    })
}

fn read_event(row: &dyn Fields) -> Result<ExternalEvent, StoreError> {
    Ok(ExternalEvent {
        key: read_key(row)?,
        ics: row.text("ics")?,
        problem: row.opt_text("problem")?,
    })
}

fn read_instance(row: &dyn Fields) -> Result<Instance, StoreError> {
    Ok(Instance {
        event_id: EventId(row.uuid("event_id")?),
        remote_calendar_id: RemoteCalendarId(row.uuid("remote_calendar_id")?),
        starts_at: row.instant("starts_at")?,
        ends_at: row.instant("ends_at")?,
        all_day: opt_word(row, "all_day_from")?.zip(opt_word(row, "all_day_to")?),
        uid: row.text("uid")?,
        summary: row.text("summary")?,
        location: row.opt_text("location")?,
        blocks: row.text("blocks")?,
    })
}

/// What identifies each resource of a calendar.
pub async fn list_keys(tx: &mut Tx, calendar: RemoteCalendarId) -> Result<Vec<Key>, StoreError> {
    all!(
        tx,
        read_key,
        "SELECT id, href, etag, uid FROM external_events WHERE remote_calendar_id = $1",
        calendar.0
    )
}

/// Every resource of a calendar with its text.
pub async fn list_with_ics(
    tx: &mut Tx,
    calendar: RemoteCalendarId,
) -> Result<Vec<ExternalEvent>, StoreError> {
    all!(
        tx,
        read_event,
        "SELECT * FROM external_events WHERE remote_calendar_id = $1",
        calendar.0
    )
}

/// Keeps a resource, in place of what was known under its path.
#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub async fn upsert(
    tx: &mut Tx,
    calendar: RemoteCalendarId,
    href: &str,
    etag: Option<&str>,
    uid: &str,
    ics: &str,
    problem: Option<&str>,
    now: Timestamp,
) -> Result<EventId, StoreError> {
    let id = one!(
        tx,
        |row: &dyn Fields| row.uuid("id"),
        "INSERT INTO external_events (id, remote_calendar_id, href, etag, uid, ics, problem) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (remote_calendar_id, href) DO UPDATE
         SET etag = excluded.etag, uid = excluded.uid, ics = excluded.ics, problem = excluded.problem
         RETURNING id",
        new_id(now)?,
        calendar.0,
        href,
        etag,
        uid,
        ics,
        problem
    )?;
    id.map(EventId).ok_or(StoreError::Gone("event"))
}

/// Forgets a resource with its instances.
pub async fn delete(tx: &mut Tx, id: EventId) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM external_events WHERE id = $1", id.0).map(drop)
}

/// Forgets all resources of a calendar.
pub async fn delete_of_calendar(tx: &mut Tx, calendar: RemoteCalendarId) -> Result<(), StoreError> {
    execute!(
        tx,
        "DELETE FROM external_events WHERE remote_calendar_id = $1",
        calendar.0
    )
    .map(drop)
}

/// Forgets all resources of a connection's calendars.
pub async fn delete_of_connection(tx: &mut Tx, connection: ConnectionId) -> Result<(), StoreError> {
    execute!(
        tx,
        "DELETE FROM external_events
         WHERE remote_calendar_id IN (SELECT id FROM remote_calendars WHERE connection_id = $1)",
        connection.0
    )
    .map(drop)
}

/// Replaces what an event means within the horizon.
pub async fn replace_instances(
    tx: &mut Tx,
    event: EventId,
    calendar: RemoteCalendarId,
    instances: &[NewInstance],
) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM external_instances WHERE event_id = $1", event.0)?;
    for instance in instances {
        execute!(
            tx,
            "INSERT INTO external_instances (event_id, remote_calendar_id, starts_at, ends_at, all_day_from, all_day_to, uid,
                summary, location, blocks)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            event.0,
            calendar.0,
            ms(instance.starts_at),
            ms(instance.ends_at),
            instance.all_day.map(|(from, _)| from.to_string()),
            instance.all_day.map(|(_, to)| to.to_string()),
            &instance.uid,
            &instance.summary,
            instance.location.as_deref(),
            &instance.blocks
        )?;
    }
    Ok(())
}

/// Everything in these calendars that touches a span of time, in order.
pub async fn between(
    tx: &mut Tx,
    calendars: &[RemoteCalendarId],
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Instance>, StoreError> {
    all_in!(
        tx,
        read_instance,
        calendars.iter().map(|id| id.0).collect(),
        "SELECT * FROM external_instances WHERE starts_at < $3 AND ends_at > $2 AND remote_calendar_id",
        "ORDER BY starts_at, ends_at",
        ms(from),
        ms(to)
    )
}
