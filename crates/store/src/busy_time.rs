//! When people, rooms and equipment are busy: the one question that all free times are made from. It is asked with one query,
//! which answers one row of JSON texts, however much there is.

use jiff::Timestamp;
use jiff::civil::Date;
use scheduling::{AppointmentId, CalendarId, StaffId};
use serde::Deserialize;
use uuid::Uuid;

use crate::db::{Tx, hex_list, ms};
use crate::error::StoreError;
use crate::fields::{Fields, inconsistent};
use crate::ids::{EventId, OccupancyId, RemoteCalendarId};
use crate::json_rows::{arrays, objects};
use crate::occupancy::{Holder, Taken};
use crate::remote_calendars::{Watched, read_watched};

/// Whose busy time is asked for, and when.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// People, rooms, equipment, and booking calendars without hosts: whatever appointments take the time of.
    pub hosts: &'a [StaffId],
    /// People whose calendars and blocked-off time count, and booking calendars without hosts that have such time, too.
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

/// Busy time that touches the asked span, each list in any order, and what decides how it counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BusyTime {
    /// The people's primary and conflict calendars, by name.
    pub watched: Vec<Watched>,
    /// All holidays, in order.
    pub holidays: Vec<Date>,
    /// Instances of the watched calendars' events.
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

// Rows tell whose they are by the place in the asked list, from 0: an id's text would be most of a row. Of the appointments
// that have seats the first stands for all, as they share one meeting.
const SQLITE: &str = "WITH watched AS MATERIALIZED (
        SELECT *, row_number() OVER (ORDER BY name, id) - 1 AS place FROM watched_calendars
        WHERE staff_id IN (SELECT unhex(value) FROM json_each($4)))
    SELECT
    (SELECT json_group_array(json_object('id', hex(id), 'connection_id', hex(connection_id), 'staff_id', hex(staff_id),
            'url', url, 'name', name, 'color', color, 'zone', zone, 'readable', readable, 'all_day_blocks', all_day_blocks,
            'synced_at', synced_at, 'vanished_at', vanished_at, 'state', state, 'import_policy', import_policy,
            'is_primary', is_primary) ORDER BY place)
        FROM watched) AS watched,
    (SELECT json_group_array(date ORDER BY date) FROM holidays) AS holidays,
    (SELECT json_group_array(json_array(w.place, hex(i.event_id), i.starts_at, i.ends_at, i.blocks))
        FROM watched w CROSS JOIN external_instances i ON i.remote_calendar_id = w.id
        WHERE i.starts_at < $2 AND i.ends_at > $1) AS external,
    (SELECT json_group_array(json_array(host.key, hex(o.id), hex(o.calendar_id), json((SELECT json_array(hex(a.id), a.ends_at)
                FROM occupancy_seats s CROSS JOIN appointments a ON a.id = s.appointment_id WHERE s.occupancy_id = o.id
                ORDER BY s.seat LIMIT 1)),
            o.overriding, o.meeting_start, o.from_at, o.to_at, o.capacity, (SELECT COUNT(*)
                FROM occupancy_seats s WHERE s.occupancy_id = o.id
                    AND (s.holder IS NULL OR (s.hold_expires_at > $5 AND s.holder <> $6)))))
        FROM json_each($3) host CROSS JOIN occupancy o ON o.host_id = unhex(host.value)
        WHERE o.from_at < $2 AND o.to_at > $1) AS taken,
    (SELECT json_group_array(json_array(person.key, b.starts_at, b.ends_at))
        FROM json_each($4) person CROSS JOIN blocked_time b ON b.host_id = unhex(person.value)
        WHERE b.starts_at < $2 AND b.ends_at > $1) AS blocked";
const POSTGRES: &str = "WITH watched AS MATERIALIZED (
        SELECT *, row_number() OVER (ORDER BY name, id) - 1 AS place FROM watched_calendars WHERE staff_id = ANY($4))
    SELECT
    (SELECT json_agg(w ORDER BY place)::TEXT FROM watched w) AS watched,
    (SELECT json_agg(date ORDER BY date)::TEXT FROM holidays) AS holidays,
    (SELECT json_agg(json_build_array(w.place, i.event_id, i.starts_at, i.ends_at, i.blocks))::TEXT
        FROM watched w JOIN external_instances i ON i.remote_calendar_id = w.id
        WHERE i.starts_at < $2 AND i.ends_at > $1) AS external,
    (SELECT json_agg(json_build_array(host.place - 1, o.id, o.calendar_id, (SELECT json_build_array(a.id, a.ends_at)
                FROM occupancy_seats s JOIN appointments a ON a.id = s.appointment_id WHERE s.occupancy_id = o.id
                ORDER BY s.seat LIMIT 1),
            o.overriding::INT, o.meeting_start, o.from_at, o.to_at, o.capacity, (SELECT COUNT(*)
                FROM occupancy_seats s WHERE s.occupancy_id = o.id
                    AND (s.holder IS NULL OR (s.hold_expires_at > $5 AND s.holder <> $6)))))::TEXT
        FROM unnest($3) WITH ORDINALITY AS host (id, place) JOIN occupancy o ON o.host_id = host.id
        WHERE o.from_at < $2 AND o.to_at > $1) AS taken,
    (SELECT json_agg(json_build_array(person.place - 1, b.starts_at, b.ends_at))::TEXT
        FROM unnest($4) WITH ORDINALITY AS person (id, place) JOIN blocked_time b ON b.host_id = person.id
        WHERE b.starts_at < $2 AND b.ends_at > $1) AS blocked";

/// A row of `external`.
#[derive(Deserialize)]
struct External {
    calendar: usize,
    event: Uuid,
    starts_at: i64,
    ends_at: i64,
    blocks: String,
}

/// A row of `taken`.
#[derive(Deserialize)]
struct Occupied {
    host: usize,
    id: Uuid,
    calendar: Uuid,
    /// An appointment with its end.
    appointment: Option<(Uuid, i64)>,
    overriding: u8,
    meeting_start: i64,
    from: i64,
    to: i64,
    capacity: u32,
    taken: u32,
}

/// A row of `blocked`.
#[derive(Deserialize)]
struct Blocked {
    person: usize,
    starts_at: i64,
    ends_at: i64,
}

/// When they are busy.
pub async fn between(tx: &mut Tx, question: &Question<'_>) -> Result<BusyTime, StoreError> {
    let hosts: Vec<Uuid> = question.hosts.iter().map(|id| id.0).collect();
    let people: Vec<Uuid> = question.people.iter().map(|id| id.0).collect();
    let own = question.holder.map_or_else(Vec::new, |own| own.0.to_vec());
    let (from, to, now) = (ms(question.from), ms(question.to), ms(question.now));
    match tx {
        Tx::Sqlite(tx) => {
            let query = sqlx::query(SQLITE).bind(from).bind(to);
            let query = query.bind(hex_list(&hosts)).bind(hex_list(&people));
            read(&query.bind(now).bind(own).fetch_one(&mut **tx).await?, question)
        }
        Tx::Postgres(tx) => {
            let query = sqlx::query(POSTGRES).bind(from).bind(to);
            let query = query.bind(hosts).bind(people);
            read(&query.bind(now).bind(own).fetch_one(&mut **tx).await?, question)
        }
    }
}

fn read(row: &dyn Fields, question: &Question) -> Result<BusyTime, StoreError> {
    let watched = objects(row, "watched", read_watched)?;
    let external: Vec<External> = arrays(row, "external")?;
    let taken: Vec<Occupied> = arrays(row, "taken")?;
    let blocked: Vec<Blocked> = arrays(row, "blocked")?;
    let external = external.into_iter().map(|span| {
        Ok(ExternalSpan {
            event_id: EventId(span.event),
            remote_calendar_id: at(&watched, span.calendar)?.id,
            starts_at: instant(span.starts_at)?,
            ends_at: instant(span.ends_at)?,
            blocks: span.blocks,
        })
    });
    // A span in which everything is held, by who asks or by those whose time is up, is free.
    let taken = taken.into_iter().filter(|span| span.taken > 0).map(|span| {
        let end = span.appointment.map_or(span.to, |(_, end)| end.min(span.to));
        Ok(Taken {
            id: OccupancyId(span.id),
            host_id: *at(question.hosts, span.host)?,
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
        external: external.collect::<Result<_, StoreError>>()?,
        taken: taken.collect::<Result<_, StoreError>>()?,
        blocked: blocked.collect::<Result<_, StoreError>>()?,
        holidays: arrays(row, "holidays")?,
        watched,
    })
}

fn at<T>(list: &[T], place: usize) -> Result<&T, StoreError> {
    list.get(place)
        .ok_or_else(|| inconsistent("place", "it is past the end"))
}

fn instant(ms: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(ms).map_err(|error| inconsistent("busy time", error))
}
