//! External events that could not be parsed completely.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{EventId, RemoteCalendarId};

/// Summarises the problems of a calendar: the sentence about its oldest such resource, and the number of them.
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

/// An event that could not be parsed completely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemEvent {
    /// The event.
    pub id: EventId,
    /// The problem, as a sentence.
    pub problem: String,
    /// Start of its next instance; none if no time of it is known.
    pub starts_at: Option<Timestamp>,
}

fn read_problem_event(row: &dyn Fields) -> Result<ProblemEvent, StoreError> {
    Ok(ProblemEvent {
        id: EventId(row.uuid("id")?),
        problem: row.text("problem")?,
        starts_at: row.opt_instant("starts_at")?,
    })
}

/// Maximum number of events whose next instance is searched, since each may have many.
const MAX_EXAMINED: i64 = 500;

/// Returns up to `limit` events of a calendar that could not be parsed completely, without past ones.
pub async fn with_problems(
    tx: &mut ReadTx,
    calendar: RemoteCalendarId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<ProblemEvent>, StoreError> {
    fetch_all!(
        tx,
        read_problem_event,
        "SELECT * FROM (
            SELECT e.id, e.problem,
                (SELECT MIN(i.starts_at) FROM external_instances i WHERE i.event_id = e.id AND i.ends_at > $2) AS starts_at,
                EXISTS (SELECT 1 FROM external_instances i WHERE i.event_id = e.id) AS known
            FROM (SELECT id, problem FROM external_events WHERE remote_calendar_id = $1 AND problem IS NOT NULL
                ORDER BY id LIMIT $4) e
         ) found WHERE starts_at IS NOT NULL OR NOT known
         ORDER BY (starts_at IS NULL) DESC, starts_at, id LIMIT $3",
        calendar.0,
        ms(now),
        i64::from(limit),
        MAX_EXAMINED
    )
}

/// Returns the problems of these events.
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

/// Sets or clears the problem of a resource.
pub async fn set_problem(tx: &mut WriteTx, id: EventId, problem: Option<&str>) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE external_events SET problem = $2 WHERE id = $1",
        id.0,
        problem
    )
    .map(drop)
}
