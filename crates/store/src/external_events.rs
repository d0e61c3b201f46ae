//! External events: what lies in remote calendars and was not made by Quince, and what it means within the horizon.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::db::{ReadTx, WriteTx, json, ms};
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
    /// It is not only known: its event stays as first imported and was another then.
    pub is_shown: bool,
}

/// What becomes of an event that is changed or deleted on its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstImport {
    /// What is there now takes its place.
    Replaced,
    /// It stays, and is the one that is shown. What is there now is kept beside it.
    Kept,
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

fn date(row: &dyn Fields, column: &'static str) -> Option<Date> {
    opt_word(row, column).ok().flatten()
}

fn read_instance(row: &dyn Fields) -> Result<Instance, StoreError> {
    Ok(Instance {
        event_id: EventId(row.uuid("event_id")?),
        remote_calendar_id: RemoteCalendarId(row.uuid("remote_calendar_id")?),
        starts_at: row.instant("starts_at")?,
        ends_at: row.instant("ends_at")?,
        // When it takes time is told by the instants; the dates only say how it is shown.
        all_day: date(row, "all_day_from").zip(date(row, "all_day_to")),
        uid: row.text("uid")?,
        summary: row.text("summary")?,
        location: row.opt_text("location")?,
        blocks: row.text("blocks")?,
        is_shown: row.flag("is_shown")?,
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

/// What could not be understood in a calendar: the sentence about its oldest such resource, and how many there are.
pub async fn problems(
    tx: &mut ReadTx,
    calendar: RemoteCalendarId,
) -> Result<Option<(String, u32)>, StoreError> {
    let found = fetch_optional!(
        tx,
        |row: &dyn Fields| Ok::<_, StoreError>((row.opt_text("problem")?, row.count("events")?)),
        "SELECT COUNT(*) AS events,
            (SELECT problem FROM external_events WHERE remote_calendar_id = $1 AND problem IS NOT NULL ORDER BY id LIMIT 1)
                AS problem
         FROM external_events WHERE remote_calendar_id = $1 AND problem IS NOT NULL",
        calendar.0
    )?;
    Ok(found.and_then(|(problem, count)| Some((problem?, count))))
}

/// An event that was not understood in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Odd {
    /// The event.
    pub id: EventId,
    /// What could not be understood, as a sentence.
    pub problem: String,
    /// The start of its next instance; nothing when no time of it is known.
    pub starts_at: Option<Timestamp>,
}

fn read_odd(row: &dyn Fields) -> Result<Odd, StoreError> {
    Ok(Odd {
        id: EventId(row.uuid("id")?),
        problem: row.text("problem")?,
        starts_at: row.opt_instant("starts_at")?,
    })
}

/// Most events of a calendar whose next instance is looked for: each of them may have many instances.
const LOOKED_AT: i64 = 500;

/// The events of a calendar that were not understood in full, as many as `limit`, without those that are over.
pub async fn odd(
    tx: &mut ReadTx,
    calendar: RemoteCalendarId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Odd>, StoreError> {
    fetch_all!(
        tx,
        read_odd,
        "SELECT * FROM (
            SELECT e.id, e.problem,
                (SELECT MIN(i.starts_at) FROM external_instances i WHERE i.event_id = e.id AND i.ends_at > $2) AS starts_at,
                EXISTS (SELECT 1 FROM external_instances i WHERE i.event_id = e.id) AS known
            FROM (SELECT id, problem FROM external_events WHERE remote_calendar_id = $1 AND problem IS NOT NULL
                ORDER BY id LIMIT $4) e
         ) odd WHERE starts_at IS NOT NULL OR NOT known
         ORDER BY (starts_at IS NULL) DESC, starts_at, id LIMIT $3",
        calendar.0,
        ms(now),
        i64::from(limit),
        LOOKED_AT
    )
}

/// What was not understood of these events.
pub async fn problems_of(tx: &mut ReadTx, ids: &[EventId]) -> Result<HashMap<EventId, String>, StoreError> {
    let found = fetch_all_in!(
        tx,
        |row: &dyn Fields| Ok::<_, StoreError>((EventId(row.uuid("id")?), row.text("problem")?)),
        ids.iter().map(|id| id.0).collect(),
        "SELECT id, problem FROM external_events WHERE problem IS NOT NULL AND id",
        ""
    )?;
    Ok(found.into_iter().collect())
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
        // What was only seen, and not read, is no import. Nor is what lies beside one, even if it is shown as that is being given up.
        rows!(
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
    let kept = rows!(
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

/// Notes anew what could not be understood in a resource.
pub async fn set_problem(tx: &mut WriteTx, id: EventId, problem: Option<&str>) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE external_events SET problem = $2 WHERE id = $1",
        id.0,
        problem
    )
    .map(drop)
}

/// A text without what Postgres cannot keep.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', ""))
    } else {
        Cow::Borrowed(text)
    }
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

/// Forgets at most so many of a calendar's instances that begin at an instant or later. Answers how many there were.
pub async fn delete_some_from(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    from: Timestamp,
    rows: u32,
) -> Result<u64, StoreError> {
    delete_rows!(
        tx,
        "external_instances",
        "remote_calendar_id = $1 AND ends_at >= $2 AND starts_at >= $2",
        "$3",
        calendar.0,
        ms(from),
        i64::from(rows)
    )
}

/// The same of those whose taking time or not is told by one of these words.
pub async fn delete_some_of(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    from: Timestamp,
    words: &[&str; 3],
    rows: u32,
) -> Result<u64, StoreError> {
    delete_rows!(
        tx,
        "external_instances",
        "remote_calendar_id = $1 AND ends_at >= $2 AND starts_at >= $2 AND blocks IN ($3, $4, $5)",
        "$6",
        calendar.0,
        ms(from),
        words[0],
        words[1],
        words[2],
        i64::from(rows)
    )
}

/// Forgets at most so many of a calendar's instances that were over at an instant. Answers how many there were.
pub async fn delete_some_until(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    until: Timestamp,
    rows: u32,
) -> Result<u64, StoreError> {
    delete_rows!(
        tx,
        "external_instances",
        "remote_calendar_id = $1 AND ends_at < $2",
        "$3",
        calendar.0,
        ms(until),
        i64::from(rows)
    )
}

/// How many instances of a calendar are kept.
pub async fn count_instances(tx: &mut ReadTx, calendar: RemoteCalendarId) -> Result<u64, StoreError> {
    let count = fetch_optional!(
        tx,
        |row: &dyn Fields| row.int("instances"),
        "SELECT COUNT(*) AS instances FROM external_instances WHERE remote_calendar_id = $1",
        calendar.0
    )?;
    Ok(count.unwrap_or(0).unsigned_abs())
}

/// How many instances of each of these resources are kept; those without are missing.
pub async fn instances_of(tx: &mut ReadTx, ids: &[EventId]) -> Result<HashMap<EventId, usize>, StoreError> {
    let counts = fetch_all_in!(
        tx,
        |row: &dyn Fields| Ok::<_, StoreError>((
            EventId(row.uuid("event_id")?),
            usize::try_from(row.count("instances")?).unwrap_or(usize::MAX)
        )),
        ids.iter().map(|id| id.0).collect(),
        "SELECT event_id, COUNT(*) AS instances FROM external_instances WHERE event_id",
        "GROUP BY event_id"
    )?;
    Ok(counts.into_iter().collect())
}

/// The paths of resources of which an instance lies within a span, as they are there now.
pub async fn hrefs_within(
    tx: &mut ReadTx,
    calendar: RemoteCalendarId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<String>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| row.text("href"),
        "SELECT href FROM external_events e WHERE remote_calendar_id = $1 AND is_present AND EXISTS
            (SELECT 1 FROM external_instances i WHERE i.event_id = e.id AND i.starts_at >= $2 AND i.ends_at <= $3)",
        calendar.0,
        ms(from),
        ms(to)
    )
}

/// Replaces what events of a calendar mean within the horizon.
pub async fn replace_instances(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    events: &[(EventId, &[NewInstance])],
) -> Result<(), StoreError> {
    let ids: Vec<String> = events.iter().map(|(id, _)| id.0.simple().to_string()).collect();
    // The same ids in the words of either database.
    rows!(
        tx,
        |_: &dyn Fields| Ok::<(), StoreError>(()),
        "DELETE FROM external_instances WHERE event_id IN (SELECT unhex(value) FROM json_each($1))",
        "DELETE FROM external_instances
         WHERE event_id IN (SELECT value::uuid FROM json_array_elements_text($1::json) AS ids(value))",
        json(&ids)?
    )?;
    let instances: Vec<Value> = events
        .iter()
        .flat_map(|(id, instances)| instances.iter().map(|instance| as_json(*id, instance)))
        .collect();
    if instances.is_empty() {
        return Ok(());
    }
    rows!(
        tx,
        |_: &dyn Fields| Ok::<(), StoreError>(()),
        "INSERT INTO external_instances (event_id, remote_calendar_id, starts_at, ends_at, all_day_from, all_day_to, uid,
            summary, location, blocks)
         SELECT unhex(value ->> 'event_id'), $2, value ->> 'starts_at', value ->> 'ends_at', value ->> 'all_day_from',
            value ->> 'all_day_to', value ->> 'uid', value ->> 'summary', value ->> 'location', value ->> 'blocks'
         FROM json_each($1)",
        "INSERT INTO external_instances (event_id, remote_calendar_id, starts_at, ends_at, all_day_from, all_day_to, uid,
            summary, location, blocks)
         SELECT new.event_id, $2, new.starts_at, new.ends_at, new.all_day_from, new.all_day_to, new.uid, new.summary,
            new.location, new.blocks
         FROM json_to_recordset($1::json) AS new(event_id uuid, starts_at bigint, ends_at bigint, all_day_from text,
            all_day_to text, uid text, summary text, location text, blocks text)",
        json(&instances)?,
        calendar.0
    )
    .map(drop)
}

fn as_json(event: EventId, instance: &NewInstance) -> Value {
    json!({
        "event_id": event.0.simple().to_string(),
        "starts_at": ms(instance.starts_at),
        "ends_at": ms(instance.ends_at),
        "all_day_from": instance.all_day.map(|(from, _)| from.to_string()),
        "all_day_to": instance.all_day.map(|(_, to)| to.to_string()),
        "uid": storable(&instance.uid),
        "summary": storable(&instance.summary),
        "location": instance.location.as_deref().map(storable),
        "blocks": instance.blocks,
    })
}

/// The instance of an event that starts at an instant.
pub async fn instance(
    tx: &mut ReadTx,
    event: EventId,
    starts_at: Timestamp,
) -> Result<Option<Instance>, StoreError> {
    fetch_optional!(
        tx,
        read_instance,
        "SELECT i.*, (SELECT is_shown FROM external_events e WHERE e.id = i.event_id) AS is_shown
         FROM external_instances i WHERE event_id = $1 AND starts_at = $2 ORDER BY ends_at DESC",
        event.0,
        ms(starts_at)
    )
}

/// Everything in these calendars that touches a span of time, in order; also what is not shown.
pub async fn between(
    tx: &mut ReadTx,
    calendars: &[RemoteCalendarId],
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Instance>, StoreError> {
    fetch_all_in!(
        tx,
        read_instance,
        calendars.iter().map(|id| id.0).collect(),
        "SELECT i.*, (SELECT is_shown FROM external_events e WHERE e.id = i.event_id) AS is_shown
         FROM external_instances i WHERE starts_at < $3 AND ends_at > $2 AND remote_calendar_id",
        "ORDER BY starts_at, ends_at",
        ms(from),
        ms(to)
    )
}
