//! The resources of remote calendars: identity, text, and what happens when the server changes one.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::json;

use crate::db::{ReadTx, WriteTx, json, storable};
use crate::error::StoreError;
use crate::external_events::instances::{NewInstance, replace_instances};
use crate::fields::Fields;
use crate::ids::{ConnectionId, EventId, RemoteCalendarId, new_id};

/// The identity of a resource, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: EventId,
    /// Its path on the server (CalDAV href).
    pub href: String,
    /// Its `ETag` on the server.
    pub etag: Option<String>,
    /// Its UID.
    pub uid: String,
    /// Length of its text in bytes.
    pub bytes: u32,
}

/// A resource with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalEvent {
    /// Its identity.
    pub key: Key,
    /// Its iCalendar text.
    pub ics: String,
    /// The problem with it, as a sentence.
    pub problem: Option<String>,
    /// Whether this is the present state on the server, as far as known. If not, it is kept as first imported.
    pub is_present: bool,
}

/// A resource to insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its path on the server (CalDAV href).
    pub href: String,
    /// Its `ETag` on the server.
    pub etag: Option<String>,
    /// Its UID.
    pub uid: String,
    /// Its iCalendar text.
    pub ics: String,
    /// The problem with it, as a sentence.
    pub problem: Option<String>,
    /// Its instances within the horizon.
    pub instances: Vec<NewInstance>,
}

/// What happens to the first import of an event that is changed or deleted on its server (D6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstImport {
    /// The present state replaces it.
    Replaced,
    /// It stays and is shown. The present state is stored beside it and blocks, too.
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

/// Returns the identities of a calendar's present resources.
pub async fn list_keys(tx: &mut ReadTx, calendar: RemoteCalendarId) -> Result<Vec<Key>, StoreError> {
    fetch_all!(
        tx,
        read_key,
        "SELECT id, href, etag, uid, CAST(octet_length(ics) AS BIGINT) AS bytes FROM external_events
         WHERE remote_calendar_id = $1 AND is_present",
        calendar.0
    )
}

/// Returns the identities of a calendar's resources that are kept as first imported although the server has changed or deleted them.
pub async fn list_first_imports(tx: &mut ReadTx, calendar: RemoteCalendarId) -> Result<Vec<Key>, StoreError> {
    fetch_all!(
        tx,
        read_key,
        "SELECT id, href, etag, uid, CAST(octet_length(ics) AS BIGINT) AS bytes FROM external_events
         WHERE remote_calendar_id = $1 AND NOT is_present",
        calendar.0
    )
}

/// Returns the identities of the present resources at these paths.
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

/// Returns resources with their texts.
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

/// Counts the resources of a calendar.
pub async fn count(tx: &mut ReadTx, calendar: RemoteCalendarId) -> Result<u32, StoreError> {
    let count = fetch_optional!(
        tx,
        |row: &dyn Fields| row.count("events"),
        "SELECT COUNT(*) AS events FROM external_events WHERE remote_calendar_id = $1",
        calendar.0
    )?;
    Ok(count.unwrap_or(0))
}

/// Stores resources with their instances, in place of the present ones at the same paths. Returns their ids by path; an id is new if the
/// first import was kept.
pub async fn upsert(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    events: &[NewEvent],
    first_import: FirstImport,
    now: Timestamp,
) -> Result<HashMap<String, EventId>, StoreError> {
    // A server may list a resource twice, but one statement must not insert it twice.
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
        // A resource that was listed but never read is no first import. Nor is what lies beside one, even if it is shown as that is being
        // given up.
        write_rows!(
            tx,
            |_: &dyn Fields| Ok::<(), StoreError>(()),
            "UPDATE external_events SET is_present = FALSE FROM json_each($1) new
             WHERE remote_calendar_id = $2 AND href = new.value ->> 'href' AND is_present AND is_shown
                AND ics <> new.value ->> 'ics' AND (uid <> '' OR etag IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM external_events first WHERE first.remote_calendar_id = $2
                    AND first.href = new.value ->> 'href' AND NOT first.is_present)",
            "UPDATE external_events e SET is_present = FALSE
             FROM json_to_recordset($1::json) AS new(href text, ics text)
             WHERE e.remote_calendar_id = $2 AND e.href = new.href AND e.is_present AND e.is_shown
                AND e.ics <> new.ics AND (e.uid <> '' OR e.etag IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM external_events first WHERE first.remote_calendar_id = $2
                    AND first.href = new.href AND NOT first.is_present)",
            &rows,
            calendar.0
        )?;
    }
    let upserted = write_rows!(
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
    let ids: HashMap<String, EventId> = upserted.into_iter().collect();
    let instances: Vec<(EventId, &[NewInstance])> = events
        .values()
        .filter_map(|event| Some((*ids.get(&event.href)?, event.instances.as_slice())))
        .collect();
    replace_instances(tx, calendar, &instances).await?;
    Ok(ids)
}

/// Records that resources could not be read. What is known of them stays, and they are requested again.
pub async fn upsert_unreadable(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    hrefs: &[String],
    problem: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    for href in hrefs {
        execute!(
            tx,
            "INSERT INTO external_events (id, remote_calendar_id, href, etag, uid, ics, problem, is_shown)
             VALUES ($1, $2, $3, NULL, '', '', $4, NOT EXISTS (SELECT 1 FROM external_events first
                WHERE first.remote_calendar_id = $2 AND first.href = $3 AND NOT first.is_present))
             ON CONFLICT (remote_calendar_id, href, is_present) DO UPDATE SET etag = NULL, problem = excluded.problem",
            new_id(now)?,
            calendar.0,
            href,
            problem
        )?;
    }
    Ok(())
}

/// Deletes resources with their instances.
pub async fn delete(tx: &mut WriteTx, ids: &[EventId]) -> Result<(), StoreError> {
    execute_in!(
        tx,
        ids.iter().map(|id| id.0).collect(),
        "DELETE FROM external_events WHERE id"
    )
    .map(drop)
}

/// Records that resources are gone and deletes them with their instances, except first imports that are kept.
pub async fn remove(tx: &mut WriteTx, ids: &[EventId], first_import: FirstImport) -> Result<(), StoreError> {
    if first_import == FirstImport::Kept {
        execute_in!(
            tx,
            ids.iter().map(|id| id.0).collect(),
            "UPDATE external_events SET is_present = FALSE WHERE is_shown AND (uid <> '' OR etag IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM external_events first
                    WHERE first.remote_calendar_id = external_events.remote_calendar_id AND first.href = external_events.href
                        AND NOT first.is_present)
                AND id"
        )?;
    }
    execute_in!(
        tx,
        ids.iter().map(|id| id.0).collect(),
        "DELETE FROM external_events WHERE is_present AND id"
    )
    .map(drop)
}

/// Shows the present state of a calendar's resources.
pub async fn show_present(tx: &mut WriteTx, calendar: RemoteCalendarId) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE external_events SET is_shown = TRUE WHERE remote_calendar_id = $1 AND is_present AND NOT is_shown",
        calendar.0
    )
    .map(drop)
}

/// Deletes a limited number of rows that were read through a connection. Returns how many; 0 once nothing is left.
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

/// Returns disconnected connections of which rows are left, because deleting them was interrupted.
pub async fn left_over(tx: &mut ReadTx) -> Result<Vec<ConnectionId>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| row.uuid("id").map(ConnectionId),
        "SELECT id FROM connections c WHERE disconnected_at IS NOT NULL AND EXISTS
            (SELECT 1 FROM remote_calendars r JOIN external_events e ON e.remote_calendar_id = r.id
                WHERE r.connection_id = c.id)"
    )
}
