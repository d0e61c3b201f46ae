//! The resources of remote calendars: what identifies each, its text, and what becomes of it when its server changes it.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::json;

use crate::db::{ReadTx, WriteTx, json, storable};
use crate::error::StoreError;
use crate::external_events::instances::{NewInstance, replace_instances};
use crate::fields::Fields;
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
    /// The length of its text.
    pub bytes: u32,
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
    /// It is so there, as far as is known; else it stays as first imported.
    pub is_present: bool,
}

/// A resource to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its path there.
    pub href: String,
    /// Its version there.
    pub etag: Option<String>,
    /// Its UID.
    pub uid: String,
    /// Its iCalendar text.
    pub ics: String,
    /// What could not be understood, as a sentence.
    pub problem: Option<String>,
    /// What it means within the horizon.
    pub instances: Vec<NewInstance>,
}

/// What becomes of an event that is changed or deleted on its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstImport {
    /// What is there now takes its place.
    Replaced,
    /// It stays, and is the one that is shown. What is there now is kept beside it.
    Kept,
}

fn read_key(row: &dyn Fields) -> Result<Key, StoreError> {
    Ok(Key {
        id: EventId(row.uuid("id")?),
        href: row.text("href")?,
        etag: row.opt_text("etag")?,
        uid: row.text("uid")?,
        bytes: row.count("bytes")?,
    })
}

fn read_event(row: &dyn Fields) -> Result<ExternalEvent, StoreError> {
    Ok(ExternalEvent {
        key: read_key(row)?,
        ics: row.text("ics")?,
        problem: row.opt_text("problem")?,
        is_present: row.flag("is_present")?,
    })
}

/// What identifies each resource of a calendar, as it is there now.
pub async fn list_keys(tx: &mut ReadTx, calendar: RemoteCalendarId) -> Result<Vec<Key>, StoreError> {
    fetch_all!(
        tx,
        read_key,
        "SELECT id, href, etag, uid, CAST(octet_length(ics) AS BIGINT) AS bytes FROM external_events
         WHERE remote_calendar_id = $1 AND is_present",
        calendar.0
    )
}

/// What identifies each resource of a calendar that stays as first imported and is not so there any more.
pub async fn list_first_imports(tx: &mut ReadTx, calendar: RemoteCalendarId) -> Result<Vec<Key>, StoreError> {
    fetch_all!(
        tx,
        read_key,
        "SELECT id, href, etag, uid, CAST(octet_length(ics) AS BIGINT) AS bytes FROM external_events
         WHERE remote_calendar_id = $1 AND NOT is_present",
        calendar.0
    )
}

/// The same of the resources at these paths.
pub async fn keys_at(
    tx: &mut ReadTx,
    calendar: RemoteCalendarId,
    hrefs: &[&str],
) -> Result<Vec<Key>, StoreError> {
    rows!(
        tx,
        read_key,
        "SELECT id, href, etag, uid, CAST(octet_length(ics) AS BIGINT) AS bytes FROM external_events
         WHERE remote_calendar_id = $1 AND href IN (SELECT value FROM json_each($2)) AND is_present",
        "SELECT id, href, etag, uid, CAST(octet_length(ics) AS BIGINT) AS bytes FROM external_events
         WHERE remote_calendar_id = $1 AND href = ANY(ARRAY(SELECT json_array_elements_text($2::json))) AND is_present",
        calendar.0,
        json(&hrefs)?
    )
}

/// The texts of resources, each with what identifies it.
pub async fn list_with_ics(tx: &mut ReadTx, ids: &[EventId]) -> Result<Vec<ExternalEvent>, StoreError> {
    fetch_all_in!(
        tx,
        read_event,
        ids.iter().map(|id| id.0).collect(),
        "SELECT id, href, etag, uid, ics, problem, is_present, CAST(octet_length(ics) AS BIGINT) AS bytes
         FROM external_events WHERE id",
        "ORDER BY id"
    )
}

/// How many resources of a calendar are kept.
pub async fn count(tx: &mut ReadTx, calendar: RemoteCalendarId) -> Result<u32, StoreError> {
    let count = fetch_optional!(
        tx,
        |row: &dyn Fields| row.count("events"),
        "SELECT COUNT(*) AS events FROM external_events WHERE remote_calendar_id = $1",
        calendar.0
    )?;
    Ok(count.unwrap_or(0))
}

/// Keeps resources with what they mean within the horizon, in place of what was known of them as present under their paths.
/// Answers their ids by path: another one than before where the first import was kept.
pub async fn keep(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    events: &[NewEvent],
    first_import: FirstImport,
    now: Timestamp,
) -> Result<HashMap<String, EventId>, StoreError> {
    // Servers may name a resource twice; one statement may not.
    let events: BTreeMap<&str, &NewEvent> = events.iter().map(|event| (event.href.as_str(), event)).collect();
    let mut rows = Vec::with_capacity(events.len());
    for event in events.values() {
        rows.push(json!({
            "id": new_id(now)?.simple().to_string(),
            "href": event.href,
            "etag": event.etag,
            "uid": storable(&event.uid),
            "ics": storable(&event.ics),
            "problem": event.problem,
        }));
    }
    let rows = json(&rows)?;
    if first_import == FirstImport::Kept {
        // What was only seen, and not read, is no import.
        write_rows!(
            tx,
            |_: &dyn Fields| Ok::<(), StoreError>(()),
            "UPDATE external_events SET is_present = FALSE FROM json_each($1) new
             WHERE remote_calendar_id = $2 AND href = new.value ->> 'href' AND is_present AND is_shown
                AND ics <> new.value ->> 'ics' AND (uid <> '' OR etag IS NOT NULL)",
            "UPDATE external_events e SET is_present = FALSE
             FROM json_to_recordset($1::json) AS new(href text, ics text)
             WHERE e.remote_calendar_id = $2 AND e.href = new.href AND e.is_present AND e.is_shown
                AND e.ics <> new.ics AND (e.uid <> '' OR e.etag IS NOT NULL)",
            &rows,
            calendar.0
        )?;
    }
    let kept = write_rows!(
        tx,
        |row: &dyn Fields| Ok::<_, StoreError>((row.text("href")?, EventId(row.uuid("id")?))),
        "INSERT INTO external_events (id, remote_calendar_id, href, etag, uid, ics, problem, is_shown)
         SELECT unhex(value ->> 'id'), $2, value ->> 'href', value ->> 'etag', value ->> 'uid', value ->> 'ics',
            value ->> 'problem', NOT EXISTS (SELECT 1 FROM external_events first
                WHERE first.remote_calendar_id = $2 AND first.href = value ->> 'href' AND NOT first.is_present)
         FROM json_each($1) WHERE TRUE
         ON CONFLICT (remote_calendar_id, href, is_present) DO UPDATE
         SET etag = excluded.etag, uid = excluded.uid, ics = excluded.ics, problem = excluded.problem
         RETURNING id, href",
        "INSERT INTO external_events (id, remote_calendar_id, href, etag, uid, ics, problem, is_shown)
         SELECT new.id, $2, new.href, new.etag, new.uid, new.ics, new.problem, NOT EXISTS (SELECT 1 FROM external_events first
            WHERE first.remote_calendar_id = $2 AND first.href = new.href AND NOT first.is_present)
         FROM json_to_recordset($1::json) AS new(id uuid, href text, etag text, uid text, ics text, problem text)
         ON CONFLICT (remote_calendar_id, href, is_present) DO UPDATE
         SET etag = excluded.etag, uid = excluded.uid, ics = excluded.ics, problem = excluded.problem
         RETURNING id, href",
        &rows,
        calendar.0
    )?;
    let ids: HashMap<String, EventId> = kept.into_iter().collect();
    let instances: Vec<(EventId, &[NewInstance])> = events
        .values()
        .filter_map(|event| Some((*ids.get(&event.href)?, event.instances.as_slice())))
        .collect();
    replace_instances(tx, calendar, &instances).await?;
    Ok(ids)
}

/// Remembers that resources could not be read: what is known of them stays, and they are asked for again.
pub async fn keep_unreadable(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    hrefs: &[String],
    problem: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    for href in hrefs {
        execute!(
            tx,
            "INSERT INTO external_events (id, remote_calendar_id, href, etag, uid, ics, problem)
             VALUES ($1, $2, $3, NULL, '', '', $4)
             ON CONFLICT (remote_calendar_id, href, is_present) DO UPDATE SET etag = NULL, problem = excluded.problem",
            new_id(now)?,
            calendar.0,
            href,
            problem
        )?;
    }
    Ok(())
}

/// Forgets resources with their instances.
pub async fn delete(tx: &mut WriteTx, ids: &[EventId]) -> Result<(), StoreError> {
    execute_in!(
        tx,
        ids.iter().map(|id| id.0).collect(),
        "DELETE FROM external_events WHERE id"
    )
    .map(drop)
}

/// Takes note that resources are not there any more, and forgets them with their instances. First imports may be kept.
pub async fn remove(tx: &mut WriteTx, ids: &[EventId], first_import: FirstImport) -> Result<(), StoreError> {
    if first_import == FirstImport::Kept {
        execute_in!(
            tx,
            ids.iter().map(|id| id.0).collect(),
            "UPDATE external_events SET is_present = FALSE WHERE is_shown AND (uid <> '' OR etag IS NOT NULL) AND id"
        )?;
    }
    execute_in!(
        tx,
        ids.iter().map(|id| id.0).collect(),
        "DELETE FROM external_events WHERE is_present AND id"
    )
    .map(drop)
}

/// Shows the resources of a calendar as they are there now.
pub async fn show_present(tx: &mut WriteTx, calendar: RemoteCalendarId) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE external_events SET is_shown = TRUE WHERE remote_calendar_id = $1 AND is_present AND NOT is_shown",
        calendar.0
    )
    .map(drop)
}

/// Forgets at most so many rows of what was read through a connection. Answers how many there were; none when nothing is left.
pub async fn delete_some_of_connection(
    tx: &mut WriteTx,
    connection: ConnectionId,
    rows: u32,
) -> Result<u64, StoreError> {
    let instances = delete_rows!(
        tx,
        "external_instances",
        "remote_calendar_id IN (SELECT id FROM remote_calendars WHERE connection_id = $1)",
        "$2",
        connection.0,
        i64::from(rows)
    )?;
    if instances > 0 {
        return Ok(instances);
    }
    delete_rows!(
        tx,
        "external_events",
        "remote_calendar_id IN (SELECT id FROM remote_calendars WHERE connection_id = $1)",
        "$2",
        connection.0,
        i64::from(rows)
    )
}

/// Ended connections of which something is left, since forgetting it broke off.
pub async fn left_over(tx: &mut ReadTx) -> Result<Vec<ConnectionId>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| row.uuid("id").map(ConnectionId),
        "SELECT id FROM connections c WHERE disconnected_at IS NOT NULL AND EXISTS
            (SELECT 1 FROM remote_calendars r JOIN external_events e ON e.remote_calendar_id = r.id
                WHERE r.connection_id = c.id)"
    )
}
