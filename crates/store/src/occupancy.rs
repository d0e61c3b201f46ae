//! Occupied time: who is taken when, buffers included. That no two spans of one host overlap, and that no span has more
//! seats than its capacity, are rules of the database (scheduling.md); this module only asks.

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, StaffId};

use crate::db::{Tx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::ids::{OccupancyId, new_id};

/// Time to take for an appointment.
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
    /// How many appointments may share it.
    pub capacity: u32,
}

/// Time that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
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
}

fn read(row: &dyn Fields) -> Result<Taken, StoreError> {
    Ok(Taken {
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
        "SELECT o.host_id, o.calendar_id, o.meeting_start, o.from_at, o.to_at, o.capacity,
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

/// Takes time for an appointment: a seat of a span that has room, else a span of its own. A refusal leaves the
/// transaction usable, so that another host can be tried.
///
/// # Errors
/// [`StoreError::SlotTaken`] when the host is taken.
pub async fn take(
    tx: &mut Tx,
    place: &Place,
    appointment: AppointmentId,
    now: Timestamp,
) -> Result<u32, StoreError> {
    execute!(tx, "DELETE FROM occupancy WHERE hold_expires_at <= $1", ms(now))?;
    tx.run("SAVEPOINT take").await?;
    let taken = match try_take(tx, place, appointment, now).await {
        // Somebody else made the span a moment ago: there may be room in it.
        Err(StoreError::SlotTaken) if place.capacity > 1 => {
            tx.run("ROLLBACK TO SAVEPOINT take").await?;
            try_take(tx, place, appointment, now).await
        }
        other => other,
    };
    match taken {
        Ok(seat) => tx.run("RELEASE SAVEPOINT take").await.map(|()| seat),
        Err(error) => {
            tx.run("ROLLBACK TO SAVEPOINT take").await?;
            tx.run("RELEASE SAVEPOINT take").await?;
            // A seat that two took at once is as taken as the whole span.
            Err(if matches!(error, StoreError::AlreadyExists) {
                StoreError::SlotTaken
            } else {
                error
            })
        }
    }
}

async fn try_take(
    tx: &mut Tx,
    place: &Place,
    appointment: AppointmentId,
    now: Timestamp,
) -> Result<u32, StoreError> {
    // Within the savepoint: a refusal lets the next in the queue go on while another host is tried.
    tx.queue_for(place.host_id.0).await?;
    let shared = locked!(
        tx,
        read_span,
        "SELECT id, capacity FROM occupancy
         WHERE host_id = $1 AND calendar_id = $2 AND meeting_start = $3 AND from_at = $4 AND to_at = $5
            AND hold_expires_at IS NULL",
        place.host_id.0,
        place.calendar_id.0,
        ms(place.meeting_start),
        ms(place.from),
        ms(place.to)
    )?;
    let (occupancy, capacity) = match shared.into_iter().next() {
        Some((id, capacity)) => {
            if capacity != place.capacity {
                execute!(
                    tx,
                    "UPDATE occupancy SET capacity = $2 WHERE id = $1",
                    id.0,
                    i64::from(place.capacity)
                )?;
            }
            (id, place.capacity)
        }
        None => (insert(tx, place, now).await?, place.capacity),
    };
    let seats = all!(
        tx,
        |row: &dyn Fields| row.count("seat"),
        "SELECT seat FROM occupancy_seats WHERE occupancy_id = $1 ORDER BY seat",
        occupancy.0
    )?;
    let seat = (1..)
        .zip(seats.iter().copied().map(Some).chain([None]))
        .find(|(seat, taken)| *taken != Some(*seat));
    let seat = seat.map_or(u32::MAX, |(seat, _)| seat);
    // Counted, not only numbered: after the capacity was lowered, a low seat can be free in a span that is full.
    if seat > capacity || seats.len() >= capacity as usize {
        return Err(StoreError::SlotTaken);
    }
    execute!(
        tx,
        "INSERT INTO occupancy_seats (occupancy_id, seat, appointment_id) VALUES ($1, $2, $3)",
        occupancy.0,
        i64::from(seat),
        appointment.0
    )?;
    Ok(seat)
}

async fn insert(tx: &mut Tx, place: &Place, now: Timestamp) -> Result<OccupancyId, StoreError> {
    let id = new_id(now)?;
    execute!(
        tx,
        "INSERT INTO occupancy (id, host_id, calendar_id, meeting_start, from_at, to_at, capacity)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        id,
        place.host_id.0,
        place.calendar_id.0,
        ms(place.meeting_start),
        ms(place.from),
        ms(place.to),
        i64::from(place.capacity)
    )?;
    Ok(OccupancyId(id))
}

/// Gives an appointment's time back. A span without seats left is removed.
pub async fn release(tx: &mut Tx, appointment: AppointmentId) -> Result<(), StoreError> {
    // Locked first, so that nobody takes a seat of a span that is about to go.
    let spans = locked!(
        tx,
        |row: &dyn Fields| row.uuid("id"),
        "SELECT id FROM occupancy WHERE id IN (SELECT occupancy_id FROM occupancy_seats WHERE appointment_id = $1)",
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

/// Moves an appointment to another time or host. A refusal changes nothing.
///
/// # Errors
/// [`StoreError::SlotTaken`] when the host is taken then.
pub async fn relocate(
    tx: &mut Tx,
    place: &Place,
    appointment: AppointmentId,
    now: Timestamp,
) -> Result<u32, StoreError> {
    tx.run("SAVEPOINT relocate").await?;
    let moved = release_and_take(tx, place, appointment, now).await;
    match moved {
        Ok(seat) => tx.run("RELEASE SAVEPOINT relocate").await.map(|()| seat),
        Err(error) => {
            tx.run("ROLLBACK TO SAVEPOINT relocate").await?;
            tx.run("RELEASE SAVEPOINT relocate").await?;
            Err(error)
        }
    }
}

async fn release_and_take(
    tx: &mut Tx,
    place: &Place,
    appointment: AppointmentId,
    now: Timestamp,
) -> Result<u32, StoreError> {
    // Before the old span is locked, so that the order of locks is the same for everybody.
    tx.queue_for(place.host_id.0).await?;
    release(tx, appointment).await?;
    take(tx, place, appointment, now).await
}
