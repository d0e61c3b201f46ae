//! Occupied time: who is taken when, buffers included. That no two spans of one host overlap, and that no span has more
//! seats than its capacity, are rules of the database (scheduling.md); this module only asks.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, StaffId};

use crate::db::{Tx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{OccupancyId, new_id};

/// Time to take for an appointment.
///
/// The host is a staff member, or the booking calendar itself where nobody is assigned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Whose time.
    pub host_id: StaffId,
    /// The booking calendar; appointments of one calendar may share an identical start.
    pub calendar_id: CalendarId,
    /// Start of the meeting.
    pub meeting_start: Timestamp,
    /// From here, the buffer before the meeting included.
    pub from: Timestamp,
    /// Up to here, the buffer after the meeting included.
    pub to: Timestamp,
    /// How many seats it has.
    pub capacity: u32,
    /// A staff member takes it whatever is there already.
    pub overriding: bool,
}

/// Time that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    /// The row.
    pub id: OccupancyId,
    /// Whose time.
    pub host_id: StaffId,
    /// The booking calendar.
    pub calendar_id: CalendarId,
    /// Start of the meeting.
    pub meeting_start: Timestamp,
    /// From here.
    pub from: Timestamp,
    /// Up to here.
    pub to: Timestamp,
    /// How many may share it.
    pub capacity: u32,
    /// How many share it.
    pub taken: u32,
    /// One of the appointments; none for another visitor's hold.
    pub appointment_id: Option<AppointmentId>,
    /// A staff member took it over what was there.
    pub overriding: bool,
}

fn read(row: &dyn Fields) -> Result<Taken, StoreError> {
    Ok(Taken {
        id: OccupancyId(row.uuid("id")?),
        overriding: row.flag("overriding")?,
        host_id: StaffId(row.uuid("host_id")?),
        calendar_id: CalendarId(row.uuid("calendar_id")?),
        meeting_start: row.instant("meeting_start")?,
        from: row.instant("from_at")?,
        to: row.instant("to_at")?,
        capacity: row.count("capacity")?,
        taken: row.count("taken")?,
        appointment_id: row.opt_uuid("appointment_id")?.map(AppointmentId),
    })
}

fn read_span(row: &dyn Fields) -> Result<(OccupancyId, u32), StoreError> {
    Ok((OccupancyId(row.uuid("id")?), row.count("capacity")?))
}

/// The taken time of these hosts that touches a span, in one query. Holds that have expired don't count.
pub async fn between(
    tx: &mut Tx,
    hosts: &[StaffId],
    from: Timestamp,
    to: Timestamp,
    now: Timestamp,
) -> Result<Vec<Taken>, StoreError> {
    // The first seat's appointment stands for all: MIN over UUIDs is not known to every Postgres.
    all_in!(
        tx,
        read,
        hosts.iter().map(|id| id.0).collect(),
        "SELECT o.id, o.overriding, o.host_id, o.calendar_id, o.meeting_start, o.from_at, o.to_at, o.capacity,
            (SELECT COUNT(*) FROM occupancy_seats s WHERE s.occupancy_id = o.id) AS taken,
            (SELECT s.appointment_id FROM occupancy_seats s WHERE s.occupancy_id = o.id ORDER BY s.seat LIMIT 1)
                AS appointment_id
         FROM occupancy o
         WHERE o.from_at < $3 AND o.to_at > $2 AND (o.hold_expires_at IS NULL OR o.hold_expires_at > $4) AND o.host_id",
        "ORDER BY o.from_at",
        ms(from),
        ms(to),
        ms(now)
    )
}

/// The seats that an appointment has of each span.
pub async fn seats_of(
    tx: &mut Tx,
    appointment: AppointmentId,
) -> Result<Vec<(OccupancyId, u32)>, StoreError> {
    all!(
        tx,
        |row: &dyn Fields| Ok((OccupancyId(row.uuid("occupancy_id")?), row.count("seats")?)),
        "SELECT occupancy_id, COUNT(*) AS seats FROM occupancy_seats WHERE appointment_id = $1 GROUP BY occupancy_id",
        appointment.0
    )
}

/// Takes all these places for an appointment, so many seats of each, or none of them: seats of a span with this start that
/// has room and holds the place, else a span of its own. A refusal leaves the transaction usable, so that other hosts can be tried.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn take(
    tx: &mut Tx,
    places: &[Place],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM occupancy WHERE hold_expires_at <= $1", ms(now))?;
    tx.run(TAKE.set).await?;
    let taken = take_all(tx, places, appointment, seats, now).await;
    TAKE.settle(tx, taken).await
}

/// Moves an appointment to other times or hosts. A refusal changes nothing.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn relocate(
    tx: &mut Tx,
    places: &[Place],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, "DELETE FROM occupancy WHERE hold_expires_at <= $1", ms(now))?;
    tx.run(TAKE.set).await?;
    let moved = release_and_take(tx, places, appointment, seats, now).await;
    TAKE.settle(tx, moved).await
}

/// A point to go back to, by its statements.
struct Savepoint {
    set: &'static str,
    release: &'static str,
    undo: &'static str,
}

const TAKE: Savepoint = Savepoint {
    set: "SAVEPOINT take",
    release: "RELEASE SAVEPOINT take",
    undo: "ROLLBACK TO SAVEPOINT take",
};
const SEAT: Savepoint = Savepoint {
    set: "SAVEPOINT seat",
    release: "RELEASE SAVEPOINT seat",
    undo: "ROLLBACK TO SAVEPOINT seat",
};

impl Savepoint {
    /// Keeps what was done since, or undoes it.
    async fn settle(&self, tx: &mut Tx, outcome: Result<(), StoreError>) -> Result<(), StoreError> {
        if outcome.is_err() {
            tx.run(self.undo).await?;
        }
        tx.run(self.release).await?;
        // A seat that two took at once is as taken as the whole span.
        outcome.map_err(|error| match error {
            StoreError::AlreadyExists => StoreError::SlotTaken,
            error => error,
        })
    }
}

async fn release_and_take(
    tx: &mut Tx,
    places: &[Place],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let held = all!(
        tx,
        |row: &dyn Fields| row.uuid("host_id"),
        "SELECT host_id FROM occupancy WHERE id IN (SELECT occupancy_id FROM occupancy_seats WHERE appointment_id = $1)",
        appointment.0
    )?;
    // Before anything is locked, so that two who exchange their times do not wait for each other.
    queue(
        tx,
        held.into_iter().chain(places.iter().map(|place| place.host_id.0)),
    )
    .await?;
    release(tx, appointment).await?;
    take_all(tx, places, appointment, seats, now).await
}

async fn take_all(
    tx: &mut Tx,
    places: &[Place],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Within the savepoint: a refusal lets the next in the queue go on while other hosts are tried.
    queue(tx, places.iter().map(|place| place.host_id.0)).await?;
    for place in places {
        tx.run(SEAT.set).await?;
        let taken = take_one(tx, place, appointment, seats, now).await;
        match SEAT.settle(tx, taken).await {
            // Somebody else made the span a moment ago: there may be room in it.
            Err(StoreError::SlotTaken) if place.capacity > 1 => {
                take_one(tx, place, appointment, seats, now).await?;
            }
            other => other?,
        }
    }
    Ok(())
}

/// Waits until nobody else is changing these hosts' time, and keeps others waiting until the transaction ends. Everybody
/// queues in the same order, so that no two wait for each other.
pub async fn queue_for(tx: &mut Tx, hosts: &[StaffId]) -> Result<(), StoreError> {
    queue(tx, hosts.iter().map(|host| host.0)).await
}

async fn queue(tx: &mut Tx, hosts: impl Iterator<Item = uuid::Uuid>) -> Result<(), StoreError> {
    for host in hosts.collect::<BTreeSet<_>>() {
        tx.queue_for(host).await?;
    }
    Ok(())
}

async fn take_one(
    tx: &mut Tx,
    place: &Place,
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let shared = locked!(
        tx,
        read_span,
        "SELECT id, capacity FROM occupancy
         WHERE host_id = $1 AND calendar_id = $2 AND meeting_start = $3 AND from_at <= $4 AND to_at >= $5
            AND hold_expires_at IS NULL AND NOT overriding",
        place.host_id.0,
        place.calendar_id.0,
        ms(place.meeting_start),
        ms(place.from),
        ms(place.to)
    )?;
    let occupancy = match shared.into_iter().next().filter(|_| !place.overriding) {
        Some((id, capacity)) => {
            if capacity != place.capacity {
                execute!(
                    tx,
                    "UPDATE occupancy SET capacity = $2 WHERE id = $1",
                    id.0,
                    i64::from(place.capacity)
                )?;
            }
            id
        }
        None => insert(tx, place, now).await?,
    };
    let taken: BTreeSet<u32> = all!(
        tx,
        |row: &dyn Fields| row.count("seat"),
        "SELECT seat FROM occupancy_seats WHERE occupancy_id = $1",
        occupancy.0
    )?
    .into_iter()
    .collect();
    // Counted, not only numbered: after the capacity was lowered, a low seat can be free in a span that is full.
    let room = u64::from(place.capacity).saturating_sub(taken.len() as u64);
    if u64::from(seats) > room {
        return Err(StoreError::SlotTaken);
    }
    let free = (1..=place.capacity).filter(|seat| !taken.contains(seat));
    for seat in free.take(seats as usize) {
        execute!(
            tx,
            "INSERT INTO occupancy_seats (occupancy_id, seat, appointment_id) VALUES ($1, $2, $3)",
            occupancy.0,
            i64::from(seat),
            appointment.0
        )?;
    }
    Ok(())
}

async fn insert(tx: &mut Tx, place: &Place, now: Timestamp) -> Result<OccupancyId, StoreError> {
    let id = new_id(now)?;
    execute!(
        tx,
        "INSERT INTO occupancy (id, host_id, calendar_id, meeting_start, from_at, to_at, capacity, overriding)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id,
        place.host_id.0,
        place.calendar_id.0,
        ms(place.meeting_start),
        ms(place.from),
        ms(place.to),
        i64::from(place.capacity),
        place.overriding
    )?;
    Ok(OccupancyId(id))
}

/// Gives an appointment's time back. A span without seats left is removed.
pub async fn release(tx: &mut Tx, appointment: AppointmentId) -> Result<(), StoreError> {
    // Locked first, so that nobody takes a seat of a span that is about to go.
    let spans = locked!(
        tx,
        |row: &dyn Fields| row.uuid("id"),
        "SELECT id FROM occupancy WHERE id IN (SELECT occupancy_id FROM occupancy_seats WHERE appointment_id = $1)
         ORDER BY id",
        appointment.0
    )?;
    execute!(
        tx,
        "DELETE FROM occupancy_seats WHERE appointment_id = $1",
        appointment.0
    )?;
    for span in spans {
        execute!(
            tx,
            "DELETE FROM occupancy
             WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM occupancy_seats WHERE occupancy_id = $1)",
            span
        )?;
    }
    Ok(())
}
