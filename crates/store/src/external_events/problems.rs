//! External events that were not understood in full.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{EventId, RemoteCalendarId};

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
