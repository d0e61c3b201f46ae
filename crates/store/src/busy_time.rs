//! When people, rooms and equipment are busy: the one question that all free times are made from. It is asked with one query,
//! which answers one row of three packed texts, however much there is.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, StaffId};

use crate::db::{Tx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{EventId, OccupancyId, RemoteCalendarId};
use crate::occupancy::{Holder, Taken};
use crate::packed::{Packed, unpack};

/// Whose busy time is asked for, and when.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// Calendars of theirs.
    pub calendars: &'a [RemoteCalendarId],
    /// People, rooms, equipment, and booking calendars without hosts: whatever appointments take the time of.
    pub hosts: &'a [StaffId],
    /// People whose blocked-off time counts.
    pub people: &'a [StaffId],
    /// From here.
    pub from: Timestamp,
    /// Up to here.
    pub to: Timestamp,
    /// The present: holds that have expired don't count.
    pub now: Timestamp,
    /// The visitor who asks, whose own hold doesn't count.
    pub holder: Option<Holder>,
}

/// Busy time that touches the asked span; each list in any order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BusyTime {
    /// Instances of events.
    pub external: Vec<ExternalSpan>,
    /// Appointments' and other visitors' time.
    pub taken: Vec<Taken>,
    /// Blocked-off time: whose, from, to.
    pub blocked: Vec<(StaffId, Timestamp, Timestamp)>,
}

/// An instance of an event as far as it takes time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalSpan {
    /// The event.
    pub event_id: EventId,
    /// The calendar.
    pub remote_calendar_id: RemoteCalendarId,
    /// From here.
    pub starts_at: Timestamp,
    /// Up to here.
    pub ends_at: Timestamp,
    /// The word that says whether it takes time.
    pub blocks: String,
}

// Of an appointment's seats the first stands for all: MIN over UUIDs is not known to every Postgres.
const SQLITE: &str = "SELECT
    (SELECT group_concat(concat(hex(remote_calendar_id), ':', spans), '|') FROM (
        SELECT remote_calendar_id, group_concat(concat(hex(event_id), ',', starts_at, ',', ends_at, ',', blocks), ';') AS spans
        FROM external_instances
        WHERE starts_at < $2 AND ends_at > $1 AND remote_calendar_id IN (SELECT unhex(value) FROM json_each($3))
        GROUP BY remote_calendar_id)) AS external,
    (SELECT group_concat(concat(hex(host_id), ':', spans), '|') FROM (
        SELECT host_id, group_concat(concat(hex(id), ',', hex(calendar_id), ',', hex((SELECT s.appointment_id
                FROM occupancy_seats s WHERE s.occupancy_id = o.id AND s.appointment_id IS NOT NULL ORDER BY s.seat LIMIT 1)),
            ',', overriding, ',', meeting_start, ',', from_at, ',', to_at, ',', capacity, ',', (SELECT COUNT(*)
                FROM occupancy_seats s WHERE s.occupancy_id = o.id
                    AND (s.holder IS NULL OR (s.hold_expires_at > $6 AND s.holder <> $7)))), ';') AS spans
        FROM occupancy o
        WHERE from_at < $2 AND to_at > $1 AND host_id IN (SELECT unhex(value) FROM json_each($4))
        GROUP BY host_id)) AS taken,
    (SELECT group_concat(concat(hex(staff_id), ':', spans), '|') FROM (
        SELECT staff_id, group_concat(concat(starts_at, ',', ends_at), ';') AS spans
        FROM blocked_time
        WHERE starts_at < $2 AND ends_at > $1 AND staff_id IN (SELECT unhex(value) FROM json_each($5))
        GROUP BY staff_id)) AS blocked";
const POSTGRES: &str = "SELECT
    (SELECT string_agg(concat(remote_calendar_id, ':', spans), '|') FROM (
        SELECT remote_calendar_id, string_agg(concat(event_id, ',', starts_at, ',', ends_at, ',', blocks), ';') AS spans
        FROM external_instances
        WHERE starts_at < $2 AND ends_at > $1 AND remote_calendar_id = ANY($3)
        GROUP BY remote_calendar_id) grouped) AS external,
    (SELECT string_agg(concat(host_id, ':', spans), '|') FROM (
        SELECT host_id, string_agg(concat(id, ',', calendar_id, ',', (SELECT s.appointment_id
                FROM occupancy_seats s WHERE s.occupancy_id = o.id AND s.appointment_id IS NOT NULL ORDER BY s.seat LIMIT 1),
            ',', overriding, ',', meeting_start, ',', from_at, ',', to_at, ',', capacity, ',', (SELECT COUNT(*)
                FROM occupancy_seats s WHERE s.occupancy_id = o.id
                    AND (s.holder IS NULL OR (s.hold_expires_at > $6 AND s.holder <> $7)))), ';') AS spans
        FROM occupancy o
        WHERE from_at < $2 AND to_at > $1 AND host_id = ANY($4)
        GROUP BY host_id) grouped) AS taken,
    (SELECT string_agg(concat(staff_id, ':', spans), '|') FROM (
        SELECT staff_id, string_agg(concat(starts_at, ',', ends_at), ';') AS spans
        FROM blocked_time
        WHERE starts_at < $2 AND ends_at > $1 AND staff_id = ANY($5)
        GROUP BY staff_id) grouped) AS blocked";

/// When they are busy.
pub async fn between(tx: &mut Tx, question: &Question<'_>) -> Result<BusyTime, StoreError> {
    let calendars: Vec<uuid::Uuid> = question.calendars.iter().map(|id| id.0).collect();
    let hosts: Vec<uuid::Uuid> = question.hosts.iter().map(|id| id.0).collect();
    let people: Vec<uuid::Uuid> = question.people.iter().map(|id| id.0).collect();
    let own = question.holder.map_or_else(Vec::new, |own| own.0.to_vec());
    let (from, to, now) = (ms(question.from), ms(question.to), ms(question.now));
    match tx {
        Tx::Sqlite(tx) => {
            let query = sqlx::query(SQLITE).bind(from).bind(to);
            let lists = [&calendars, &hosts, &people].map(|ids| crate::db::hex_list(ids));
            let query = lists.into_iter().fold(query, sqlx::query::Query::bind);
            read(&query.bind(now).bind(own).fetch_one(&mut **tx).await?)
        }
        Tx::Postgres(tx) => {
            let query = sqlx::query(POSTGRES).bind(from).bind(to);
            let query = query.bind(calendars).bind(hosts).bind(people);
            read(&query.bind(now).bind(own).fetch_one(&mut **tx).await?)
        }
    }
}

fn read(row: &dyn Fields) -> Result<BusyTime, StoreError> {
    let mut taken = unpack(row.opt_text("taken")?.as_deref(), taken)?;
    // A span in which everything is held, by who asks or by those whose time is up, is free.
    taken.retain(|span| span.taken > 0);
    Ok(BusyTime {
        external: unpack(row.opt_text("external")?.as_deref(), external)?,
        taken,
        blocked: unpack(row.opt_text("blocked")?.as_deref(), |staff, span| {
            Ok((StaffId(staff), span.instant()?, span.instant()?))
        })?,
    })
}

fn external(calendar: uuid::Uuid, span: &mut Packed) -> Result<ExternalSpan, StoreError> {
    Ok(ExternalSpan {
        event_id: EventId(span.uuid()?),
        remote_calendar_id: RemoteCalendarId(calendar),
        starts_at: span.instant()?,
        ends_at: span.instant()?,
        blocks: span.word()?.to_owned(),
    })
}

fn taken(host: uuid::Uuid, span: &mut Packed) -> Result<Taken, StoreError> {
    Ok(Taken {
        id: OccupancyId(span.uuid()?),
        host_id: StaffId(host),
        calendar_id: CalendarId(span.uuid()?),
        appointment_id: span.opt_uuid()?.map(AppointmentId),
        overriding: span.flag()?,
        meeting_start: span.instant()?,
        from: span.instant()?,
        to: span.instant()?,
        capacity: span.count()?,
        taken: span.count()?,
    })
}
