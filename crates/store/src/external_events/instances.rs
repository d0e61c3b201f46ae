//! Instances of external events within the horizon: the spans of time that they take.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::db::{ReadTx, WriteTx, json, ms, storable};
use crate::error::StoreError;
use crate::fields::{Fields, opt_word};
use crate::ids::{EventId, RemoteCalendarId};
use crate::unreadable::Lenient;
use crate::words::BusyStatus;

/// An instance of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// The event.
    pub event_id: EventId,
    /// Its calendar.
    pub remote_calendar_id: RemoteCalendarId,
    /// Start, travel time included.
    pub starts_at: Timestamp,
    /// End, travel time included, exclusive.
    pub ends_at: Timestamp,
    /// The local dates of an all-day event: the first, and the one after the last.
    pub all_day: Option<(Date, Date)>,
    /// Its UID.
    pub uid: String,
    /// Its title.
    pub summary: String,
    /// Its location.
    pub location: Option<String>,
    /// Whether it takes time.
    pub busy_status: BusyStatus,
    /// Whether it is shown. If not, it only blocks: its event is shown as first imported, which was different.
    pub is_shown: bool,
}

/// An instance to insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInstance {
    /// Start, travel time included.
    pub starts_at: Timestamp,
    /// End, travel time included, exclusive.
    pub ends_at: Timestamp,
    /// The local dates of an all-day event: the first, and the one after the last.
    pub all_day: Option<(Date, Date)>,
    /// Its UID.
    pub uid: String,
    /// Its title.
    pub summary: String,
    /// Its location.
    pub location: Option<String>,
    /// Whether it takes time.
    pub busy_status: BusyStatus,
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
        // The instants decide when it blocks; the dates are only for display, so unreadable ones are ignored.
        all_day: date(row, "all_day_from").zip(date(row, "all_day_to")),
        uid: row.text("uid")?,
        summary: row.text("summary")?,
        location: row.opt_text("location")?,
        busy_status: Lenient::keyed(row, "external_instances", "event_id")
            .word("blocks", BusyStatus::NotUnderstood)?,
        is_shown: row.flag("is_shown")?,
    })
}

/// Finds the instance of an event that starts at an instant.
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

/// Returns the instances in these calendars that touch a span, in order of time, hidden ones included.
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

/// Returns the paths of present resources with an instance within a span.
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

/// Counts the instances of a calendar.
pub async fn count_instances(tx: &mut ReadTx, calendar: RemoteCalendarId) -> Result<u64, StoreError> {
    let count = fetch_optional!(
        tx,
        |row: &dyn Fields| row.int("instances"),
        "SELECT COUNT(*) AS instances FROM external_instances WHERE remote_calendar_id = $1",
        calendar.0
    )?;
    Ok(count.unwrap_or(0).unsigned_abs())
}

/// Counts the instances of each of these resources; those without are omitted.
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

/// Replaces the instances of events of a calendar.
pub async fn replace_instances(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    events: &[(EventId, &[NewInstance])],
) -> Result<(), StoreError> {
    let ids: Vec<String> = events.iter().map(|(id, _)| id.0.simple().to_string()).collect();
    // The same list of ids in the form of each database.
    write_rows!(
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
    write_rows!(
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
        "blocks": instance.busy_status.as_str(),
    })
}

/// Deletes a limited number of a calendar's instances that start at or after an instant. Returns how many.
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

/// Like [`delete_some_from`], only instances with one of these statuses.
pub async fn delete_some_of(
    tx: &mut WriteTx,
    calendar: RemoteCalendarId,
    from: Timestamp,
    statuses: [BusyStatus; 3],
    rows: u32,
) -> Result<u64, StoreError> {
    delete_rows!(
        tx,
        "external_instances",
        "remote_calendar_id = $1 AND ends_at >= $2 AND starts_at >= $2 AND blocks IN ($3, $4, $5)",
        "$6",
        calendar.0,
        ms(from),
        statuses[0].as_str(),
        statuses[1].as_str(),
        statuses[2].as_str(),
        i64::from(rows)
    )
}

/// Deletes a limited number of a calendar's instances that ended by an instant. Returns how many.
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
