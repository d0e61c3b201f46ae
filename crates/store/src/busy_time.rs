//! Busy time of people, rooms and equipment, from which free times are computed. One statement answers with one row, whatever the amount
//! of data.

use jiff::Timestamp;
use jiff::civil::Date;
use scheduling::{AppointmentId, CalendarId, TimeOwner};
use serde::Deserialize;
use uuid::Uuid;

use crate::db::{Backend, ReadTx, hex_list, ms};
use crate::error::StoreError;
use crate::fields::{Fields, inconsistent};
use crate::holds::VisitorId;
use crate::ids::OccupancyId;
use crate::json_rows::{arrays, rows};
use crate::occupancy::OccupiedSpan;
use crate::remote_calendars::{Watched, read_watched};
use crate::words::BusyStatus;

/// Whose busy time is wanted, and for which span.
#[derive(Debug, Clone, Copy)]
pub struct BusyQuery<'a> {
    /// Owners whose occupied time (appointments and holds) counts.
    pub owners: &'a [TimeOwner],
    /// Owners whose external events and blocked-off time count: people, and booking calendars without hosts.
    pub people: &'a [TimeOwner],
    /// Start of the span.
    pub from: Timestamp,
    /// End of the span, exclusive.
    pub to: Timestamp,
    /// The present; holds that expired before it do not count.
    pub now: Timestamp,
    /// The visitor who asks; their own hold does not count.
    pub holder: Option<VisitorId>,
    /// Whether an instance of an event blocks, given its status and whether all-day events of its calendar block.
    pub takes_time: fn(BusyStatus, bool) -> bool,
}

/// Busy time that touches the span, each list in no particular order, and what decides whether it counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BusyTime {
    /// The people's primary and conflict calendars, by name.
    pub watched: Vec<Watched>,
    /// All holidays, by date.
    pub holidays: Vec<Date>,
    /// For each calendar of `watched`, by index: the spans of the instances that block.
    pub external: Vec<Vec<(Timestamp, Timestamp)>>,
    /// Time occupied by appointments and by other visitors' holds.
    pub taken: Vec<OccupiedSpan>,
    /// Blocked-off time: owner, start, end.
    pub blocked: Vec<(TimeOwner, Timestamp, Timestamp)>,
}

/// The columns of a row of `watched`. External events are the bulk of the answer; on SQLite a covering index holds the text of each
/// instance.
const WATCHED: &[&str] = &[
    "id",
    "connection_id",
    "staff_id",
    "url",
    "name",
    "color",
    "zone",
    "readable",
    "is_primary",
    "all_day_blocks",
    "synced_at",
    "vanished_at",
    "horizon_to",
    "search_fails",
    "state",
    "when_stale",
    "instances",
];

// The other rows name their owner by index in the list of the query, from 0, since an id would be most of a row's text. Appointments that
// share seats of one meeting are represented by the first of them.
const SQLITE: &str = "SELECT
    (SELECT json_group_array(json_array(hex(id), hex(connection_id), hex(staff_id), url, name, color, zone, readable, is_primary,
            all_day_blocks, synced_at, vanished_at, horizon_to, search_fails, state, when_stale,
            (SELECT group_concat(i.starts_at || ' ' || i.ends_at || ' ' || i.blocks) FROM external_instances i
                WHERE i.remote_calendar_id = w.id AND i.starts_at < $2 AND i.ends_at > $1)))
        FROM watched_calendars w WHERE staff_id IN (SELECT unhex(value) FROM json_each($4))) AS watched,
    (SELECT json_group_array(date ORDER BY date) FROM holidays) AS holidays,
    (SELECT json_group_array(json_array(host.key, hex(o.id), hex(o.calendar_id), json((SELECT json_array(hex(a.id), a.ends_at)
                FROM occupancy_seats s CROSS JOIN appointments a ON a.id = s.appointment_id WHERE s.occupancy_id = o.id
                ORDER BY s.seat LIMIT 1)),
            o.overriding, o.meeting_start, o.from_at, o.to_at, o.capacity, (SELECT COUNT(*)
                FROM occupancy_seats s WHERE s.occupancy_id = o.id
                    AND (s.holder IS NULL OR (s.hold_expires_at > $5 AND s.holder <> $6)))))
        FROM json_each($3) host CROSS JOIN occupancy o ON o.owner_id = unhex(host.value)
        WHERE o.from_at < $2 AND o.to_at > $1) AS taken,
    (SELECT json_group_array(json_array(person.key, b.starts_at, b.ends_at))
        FROM json_each($4) person CROSS JOIN blocked_time b ON b.owner_id = unhex(person.value)
        WHERE b.starts_at < $2 AND b.ends_at > $1) AS blocked";
// `OFFSET 0` keeps Postgres from flattening the subquery: it looks up each host by index, where a join would read the whole history.
const POSTGRES: &str = "SELECT
    (SELECT json_agg(json_build_array(id, connection_id, staff_id, url, name, color, zone, readable, is_primary,
            all_day_blocks, synced_at, vanished_at, horizon_to, search_fails, state, when_stale,
            (SELECT string_agg(i.starts_at || ' ' || i.ends_at || ' ' || i.blocks, ',') FROM external_instances i
                WHERE i.remote_calendar_id = w.id AND i.starts_at < $2 AND i.ends_at > $1)))::TEXT
        FROM watched_calendars w WHERE staff_id = ANY($4)) AS watched,
    (SELECT json_agg(date ORDER BY date)::TEXT FROM holidays) AS holidays,
    (SELECT json_agg(json_build_array(host.place - 1, o.id, o.calendar_id, (SELECT json_build_array(a.id, a.ends_at)
                FROM occupancy_seats s JOIN appointments a ON a.id = s.appointment_id WHERE s.occupancy_id = o.id
                ORDER BY s.seat LIMIT 1),
            o.overriding::INT, o.meeting_start, o.from_at, o.to_at, o.capacity, (SELECT COUNT(*)
                FROM occupancy_seats s WHERE s.occupancy_id = o.id
                    AND (s.holder IS NULL OR (s.hold_expires_at > $5 AND s.holder <> $6)))))::TEXT
        FROM unnest($3) WITH ORDINALITY AS host (id, place) CROSS JOIN LATERAL
            (SELECT * FROM occupancy WHERE owner_id = host.id AND from_at < $2 AND to_at > $1 OFFSET 0) o) AS taken,
    (SELECT json_agg(json_build_array(person.place - 1, b.starts_at, b.ends_at))::TEXT
        FROM unnest($4) WITH ORDINALITY AS person (id, place) CROSS JOIN LATERAL
            (SELECT * FROM blocked_time WHERE owner_id = person.id AND starts_at < $2 AND ends_at > $1 OFFSET 0) b) AS blocked";

/// A row of `taken` in the JSON answer.
#[derive(Deserialize)]
struct Occupied {
    host: usize,
    id: Uuid,
    calendar: Uuid,
    /// One of its appointments, with the end of the meeting.
    appointment: Option<(Uuid, i64)>,
    overriding: u8,
    meeting_start: i64,
    from: i64,
    to: i64,
    capacity: u32,
    taken: u32,
}

/// A row of `blocked` in the JSON answer.
#[derive(Deserialize)]
struct Blocked {
    person: usize,
    starts_at: i64,
    ends_at: i64,
}

/// Returns the busy time for this query.
pub async fn between(tx: &mut ReadTx, question: &BusyQuery<'_>) -> Result<BusyTime, StoreError> {
    let hosts: Vec<Uuid> = question.owners.iter().map(|owner| owner.uuid()).collect();
    let people: Vec<Uuid> = question.people.iter().map(|owner| owner.uuid()).collect();
    let own = question.holder.map_or_else(Vec::new, |own| own.0.to_vec());
    let (from, to, now) = (ms(question.from), ms(question.to), ms(question.now));
    match &mut tx.backend {
        Backend::Sqlite(tx) => {
            let query = sqlx::query(SQLITE).bind(from).bind(to);
            let query = query.bind(hex_list(&hosts)).bind(hex_list(&people));
            read(&query.bind(now).bind(own).fetch_one(&mut **tx).await?, question)
        }
        Backend::Postgres(tx) => {
            let query = sqlx::query(POSTGRES).bind(from).bind(to);
            let query = query.bind(hosts).bind(people);
            read(&query.bind(now).bind(own).fetch_one(&mut **tx).await?, question)
        }
    }
}

fn read(row: &dyn Fields, question: &BusyQuery) -> Result<BusyTime, StoreError> {
    let mut watched = rows(row, "watched", WATCHED, |row| {
        let calendar = read_watched(row)?;
        let instances = row.opt_text("instances")?.unwrap_or_default();
        let spans = spans(&instances, |status| {
            (question.takes_time)(status, calendar.all_day_blocks)
        })?;
        Ok((calendar, spans))
    })?;
    watched.sort_by(|(one, _), (other, _)| (&one.name, one.id).cmp(&(&other.name, other.id)));
    let (watched, external) = watched.into_iter().unzip();
    let taken: Vec<Occupied> = arrays(row, "taken")?;
    let blocked: Vec<Blocked> = arrays(row, "blocked")?;
    // A span whose seats are all expired holds, or holds of the visitor who asks, is free.
    let taken = taken.into_iter().filter(|span| span.taken > 0).map(|span| {
        let end = span.appointment.map_or(span.to, |(_, end)| end.min(span.to));
        Ok(OccupiedSpan {
            id: OccupancyId(span.id),
            owner: *at(question.owners, span.host)?,
            calendar_id: CalendarId(span.calendar),
            appointment_id: span.appointment.map(|(id, _)| AppointmentId(id)),
            overriding: span.overriding != 0,
            meeting_start: instant(span.meeting_start)?,
            meeting_end: instant(end)?,
            from: instant(span.from)?,
            to: instant(span.to)?,
            capacity: span.capacity,
            taken: span.taken,
        })
    });
    let blocked = blocked.into_iter().map(|span| {
        let person = *at(question.people, span.person)?;
        Ok((person, instant(span.starts_at)?, instant(span.ends_at)?))
    });
    Ok(BusyTime {
        external,
        taken: taken.collect::<Result<_, StoreError>>()?,
        blocked: blocked.collect::<Result<_, StoreError>>()?,
        // A text that is no date closes no day.
        holidays: arrays::<String>(row, "holidays")?
            .iter()
            .filter_map(|date| date.parse().ok())
            .collect(),
        watched,
    })
}

/// Parses the spans of the instances that take time. Start, end and status are separated by spaces, instances by commas. An unknown status
/// counts as not understood, so it blocks.
fn spans(
    text: &str,
    takes_time: impl Fn(BusyStatus) -> bool,
) -> Result<Vec<(Timestamp, Timestamp)>, StoreError> {
    let part_is_missing = || inconsistent("instances", "a part is missing");
    let time = |text: &str| {
        let milliseconds = text.parse().map_err(|error| inconsistent("instances", error))?;
        instant(milliseconds)
    };
    let mut spans = Vec::new();
    for instance in text.split(',').filter(|_| !text.is_empty()) {
        let (starts_at, rest) = instance.split_once(' ').ok_or_else(part_is_missing)?;
        let (ends_at, word) = rest.split_once(' ').ok_or_else(part_is_missing)?;
        if takes_time(word.parse().unwrap_or(BusyStatus::NotUnderstood)) {
            spans.push((time(starts_at)?, time(ends_at)?));
        }
    }
    Ok(spans)
}

fn at<T>(list: &[T], place: usize) -> Result<&T, StoreError> {
    list.get(place)
        .ok_or_else(|| inconsistent("place", "it is past the end"))
}

fn instant(ms: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(ms).map_err(|error| inconsistent("busy time", error))
}

/// Returns the occupied spans of these owners that touch `from..to`, by start. Expired holds and the holds of `own` do not count.
pub async fn taken_between(
    tx: &mut ReadTx,
    owners: &[TimeOwner],
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
    own: Option<VisitorId>,
) -> Result<Vec<OccupiedSpan>, StoreError> {
    let question = BusyQuery {
        owners,
        people: &[],
        from,
        to,
        now,
        holder: own,
        takes_time: |_, _| true,
    };
    let mut taken = between(tx, &question).await?.taken;
    taken.sort_by_key(|span| span.from);
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::{BusyStatus, spans};

    #[test]
    fn instances_are_read_from_their_text() {
        let at = |ms| super::instant(ms).unwrap();
        let text = "0 60000 busy,-60000 0 all-day,5 7 transparent,7 9 of-a-later-version";
        let read = |takes_time: fn(BusyStatus) -> bool| spans(text, takes_time).unwrap();
        assert_eq!(read(|status| status == BusyStatus::Busy), [(at(0), at(60_000))]);
        assert_eq!(
            read(|status| status == BusyStatus::AllDay),
            [(at(-60_000), at(0))]
        );
        assert_eq!(
            read(|status| status == BusyStatus::NotUnderstood),
            [(at(7), at(9))]
        );
        assert_eq!(read(|_| true).len(), 4);
        assert!(spans("", |_| true).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_instance_is_an_error_and_never_free_time() {
        for text in [
            "0",
            "0 60000",
            "a 60000 busy",
            "0 b busy",
            "0 60000 busy,",
            ",0 60000 busy",
            "0 60000 busy,1",
        ] {
            let read = spans(text, |_| true);
            assert!(read.is_err(), "{text}: {read:?}");
        }
    }
}
