//! Occupied time: who is taken when, buffers included. That no two spans of one host overlap, and that no span has more
//! seats than its capacity, are rules of the database (scheduling.md); this module only asks.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, TimeOwner};

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::holds::{self, FreedSlot, VisitorId};
use crate::ids::{OccupancyId, new_id};
use crate::locks::{self, Lock, OwnersLocked};
use crate::spans::shrink_to_fit;
pub use crate::spans::{SharedSpan, TimeClaim, shared_with_others};
use crate::time_owner::{owner, owner_kind};

/// Whose seats are taken.
#[derive(Debug, Clone, Copy)]
enum Owner {
    Appointment(AppointmentId),
    Hold(VisitorId, Timestamp),
}

/// Time that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OccupiedSpan {
    /// The row.
    pub id: OccupancyId,
    /// Whose time.
    pub owner: TimeOwner,
    /// The booking calendar.
    pub calendar_id: CalendarId,
    /// Start of the meeting.
    pub meeting_start: Timestamp,
    /// End of the meeting, without the buffer after it; of a hold and of a part of a visit the end of the span.
    pub meeting_end: Timestamp,
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

/// A span that a place may share.
struct Span {
    id: uuid::Uuid,
    from: i64,
    to: i64,
    capacity: u32,
}

impl Span {
    fn read(row: &dyn Fields) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.uuid("id")?,
            from: row.int("from_at")?,
            to: row.int("to_at")?,
            capacity: row.count("capacity")?,
        })
    }

    /// The same with room for this place, which may have longer buffers or more seats than those before it.
    fn widened(&self, place: &TimeClaim) -> Self {
        Self {
            id: self.id,
            from: self.from.min(ms(place.from)),
            to: self.to.max(ms(place.to)),
            capacity: place.capacity,
        }
    }
}

/// The seats that an appointment has of each span.
pub async fn seats_of(
    tx: &mut ReadTx,
    appointment: AppointmentId,
) -> Result<Vec<(OccupancyId, u32)>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| Ok((OccupancyId(row.uuid("occupancy_id")?), row.count("seats")?)),
        "SELECT occupancy_id, COUNT(*) AS seats FROM occupancy_seats WHERE appointment_id = $1 GROUP BY occupancy_id",
        appointment.0
    )
}

/// The places that an appointment has over what was there already: whose, and for which start.
pub async fn overrides_of(
    tx: &mut ReadTx,
    appointment: AppointmentId,
) -> Result<Vec<(TimeOwner, Timestamp)>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| Ok((owner(row)?, row.instant("meeting_start")?)),
        "SELECT owner_kind, owner_id, meeting_start FROM occupancy
         WHERE overriding AND id IN (SELECT occupancy_id FROM occupancy_seats WHERE appointment_id = $1)",
        appointment.0
    )
}

/// Takes all these places for an appointment, so many seats of each, or none of them: seats of a span with this start that
/// has room and holds the place, else a span of its own. A refusal leaves the transaction usable, so that other hosts can be tried.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn claim(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    places: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.run(TAKE.set).await?;
    let taken = claim_all(
        tx,
        locked,
        places,
        Owner::Appointment(appointment),
        seats,
        now,
        None,
    )
    .await;
    TAKE.settle(tx, taken).await
}

/// What is done about holds that have ended, or that are the visitor's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// None is looked for: one that is in the way refuses the time.
    Ignored,
    /// They give way.
    MayBeInTheWay,
}

/// Locks the owners of places that are to be claimed. Two who want a place that nobody shares meet in the database's rule alone:
/// whoever wants another time of the same owner need not wait for them, unless there is a hold to end, which only one may do.
pub async fn lock_to_claim(
    tx: &mut WriteTx,
    places: &[TimeClaim],
    now: Timestamp,
    (visitor, holds): (Option<VisitorId>, Holds),
) -> Result<OwnersLocked, StoreError> {
    let owners = owners_of(places);
    if let [place] = places
        && is_alone(place)
        && (holds == Holds::Ignored
            || holds::in_the_way(tx, &owners, places, now, visitor)
                .await?
                .is_empty())
    {
        return locks::owner_shared(tx, place.owner).await;
    }
    locks::owners(tx, owners).await
}

/// As [`claim`], for a visitor who may hold the time: their hold gives way to the appointment. After a refusal the transaction is of
/// no more use, as nothing was set up to go back to: it is rare, and everything is read anew then.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn claim_held(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    places: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
    visitor: Option<VisitorId>,
) -> Result<(), StoreError> {
    let owner = Owner::Appointment(appointment);
    let taken = claim_all(tx, locked, places, owner, seats, now, visitor).await;
    taken.map_err(StoreError::into_taken)
}

/// Whether two who want this place meet in the database's rule alone, as nobody shares it.
fn is_alone(place: &TimeClaim) -> bool {
    place.capacity == 1 && !place.overriding
}

/// Holds all these places for a visitor until an instant, a seat of each, in place of what they held before, which is the
/// answer. A refusal leaves them what they held.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn hold(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    places: &[TimeClaim],
    holder: VisitorId,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<FreedSlot>, StoreError> {
    tx.run(TAKE.set).await?;
    let held = replace_hold(tx, locked, places, holder, until, now).await;
    TAKE.settle(tx, held).await
}

/// Locks all whose time changes when a visitor holds these owners' time in place of what they held, and what is booked of a class
/// where that is counted.
pub async fn lock_to_hold<T: Into<TimeOwner>>(
    tx: &mut WriteTx,
    holder: VisitorId,
    count: Option<Lock>,
    owners: impl IntoIterator<Item = T>,
) -> Result<OwnersLocked, StoreError> {
    let owners = owners.into_iter().map(Into::into).collect();
    let (locked, _) = holds::lock_held_by(tx, holder, count, owners).await?;
    Ok(locked)
}

async fn replace_hold(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    places: &[TimeClaim],
    holder: VisitorId,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<FreedSlot>, StoreError> {
    let before = holds::held_by(tx, holder).await?;
    locked.covers(before.iter().copied())?;
    let freed = holds::end_holds(tx, &before, now, Some(holder)).await?;
    claim_all(
        tx,
        locked,
        places,
        Owner::Hold(holder, until),
        1,
        now,
        Some(holder),
    )
    .await?;
    Ok(freed)
}

/// Locks the owners of an appointment's time, and of places that it is to have instead. All at once, so that two who exchange
/// their times do not wait for each other.
pub async fn lock_to_relocate(
    tx: &mut WriteTx,
    appointment: AppointmentId,
    places: &[TimeClaim],
) -> Result<OwnersLocked, StoreError> {
    let mut owners = held_owners(tx, appointment).await?;
    owners.extend(owners_of(places));
    locks::owners(tx, owners).await
}

/// Moves an appointment to other times or hosts. A refusal changes nothing.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn relocate(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    places: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.run(TAKE.set).await?;
    let moved = release_and_claim(tx, locked, places, appointment, seats, now).await;
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
impl Savepoint {
    /// Keeps what was done since, or undoes it.
    async fn settle<T>(&self, tx: &mut WriteTx, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if outcome.is_err() {
            tx.run(self.undo).await?;
        }
        tx.run(self.release).await?;
        outcome.map_err(StoreError::into_taken)
    }
}

async fn release_and_claim(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    places: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    release(tx, locked, appointment).await?;
    claim_all(
        tx,
        locked,
        places,
        Owner::Appointment(appointment),
        seats,
        now,
        None,
    )
    .await
}

async fn claim_all(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    places: &[TimeClaim],
    owner: Owner,
    seats: u32,
    now: Timestamp,
    visitor: Option<VisitorId>,
) -> Result<(), StoreError> {
    let owners = owners_of(places);
    locked.covers(owners.iter().copied())?;
    if locked.is_alone() {
        let ending = holds::in_the_way(tx, &owners, places, now, visitor).await?;
        holds::end(tx, &ending, now, visitor).await?;
    }
    for place in places {
        claim_one(tx, place, owner, seats, now).await?;
    }
    Ok(())
}

fn owners_of(places: &[TimeClaim]) -> Vec<TimeOwner> {
    let owners: BTreeSet<TimeOwner> = places.iter().map(|place| place.owner).collect();
    owners.into_iter().collect()
}

async fn claim_one(
    tx: &mut WriteTx,
    place: &TimeClaim,
    owner: Owner,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Of a start with one seat there is nothing to share.
    let shared = if place.overriding || place.capacity == 1 {
        None
    } else {
        shared(tx, place).await?
    };
    let (occupancy, taken) = match shared {
        Some(span) => (span, seats_taken(tx, span).await?),
        None => (insert(tx, place, now).await?.0, BTreeSet::new()),
    };
    // Counted, not only numbered: after the capacity was lowered, a low seat can be free in a span that is full.
    let room = u64::from(place.capacity).saturating_sub(taken.len() as u64);
    if u64::from(seats) > room {
        return Err(StoreError::SlotTaken);
    }
    let (appointment, hold) = match owner {
        Owner::Appointment(appointment) => (Some(appointment.0), None),
        Owner::Hold(holder, until) => (None, Some((holder, until))),
    };
    let free = (1..=place.capacity).filter(|seat| !taken.contains(seat));
    for seat in free.take(seats as usize) {
        execute!(
            tx,
            "INSERT INTO occupancy_seats (occupancy_id, seat, appointment_id, holder, hold_expires_at)
             VALUES ($1, $2, $3, $4, $5)",
            occupancy,
            i64::from(seat),
            appointment,
            hold.map(|(holder, _)| holder.0.to_vec()),
            hold.map(|(_, until)| ms(until))
        )?;
    }
    Ok(())
}

async fn seats_taken(tx: &mut ReadTx, span: uuid::Uuid) -> Result<BTreeSet<u32>, StoreError> {
    let seats = fetch_all!(
        tx,
        |row: &dyn Fields| row.count("seat"),
        "SELECT seat FROM occupancy_seats WHERE occupancy_id = $1",
        span
    )?;
    Ok(seats.into_iter().collect())
}

/// The span of this start, if there is one, made as wide as the place.
async fn shared(tx: &mut WriteTx, place: &TimeClaim) -> Result<Option<uuid::Uuid>, StoreError> {
    let found = locked!(
        tx,
        Span::read,
        "SELECT id, from_at, to_at, capacity FROM occupancy
         WHERE owner_id = $1 AND calendar_id = $2 AND meeting_start = $3 AND NOT overriding",
        place.owner.uuid(),
        place.calendar_id.0,
        ms(place.meeting_start)
    )?;
    let Some(span) = found.into_iter().next() else {
        return Ok(None);
    };
    let wide = span.widened(place);
    if (wide.from, wide.to) != (span.from, span.to) {
        execute!(
            tx,
            "UPDATE occupancy SET from_at = $2, to_at = $3 WHERE id = $1",
            span.id,
            wide.from,
            wide.to
        )?;
    }
    if wide.capacity != span.capacity {
        execute!(
            tx,
            "UPDATE occupancy SET capacity = $2 WHERE id = $1",
            span.id,
            i64::from(wide.capacity)
        )?;
    }
    Ok(Some(span.id))
}

async fn insert(tx: &mut WriteTx, place: &TimeClaim, now: Timestamp) -> Result<OccupancyId, StoreError> {
    let id = new_id(now)?;
    // Of two who want overlapping spans at the same moment, Postgres lets each wait for the other, unless both say what to do at
    // a conflict: then one of them gives way.
    let inserted = execute!(
        tx,
        "INSERT INTO occupancy (id, owner_kind, owner_id, calendar_id, meeting_start, from_at, to_at, capacity, overriding)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        id,
        owner_kind(place.owner).as_str(),
        place.owner.uuid(),
        place.calendar_id.0,
        ms(place.meeting_start),
        ms(place.from),
        ms(place.to),
        i64::from(place.capacity),
        place.overriding
    )?;
    if inserted == 0 {
        return Err(StoreError::SlotTaken);
    }
    Ok(OccupancyId(id))
}

/// Locks the owners of an appointment's time.
pub async fn lock_to_release(
    tx: &mut WriteTx,
    appointment: AppointmentId,
) -> Result<OwnersLocked, StoreError> {
    let held = held_owners(tx, appointment).await?;
    locks::owners(tx, held).await
}

/// Gives an appointment's time back. What others share of it stays theirs.
pub async fn release(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    appointment: AppointmentId,
) -> Result<(), StoreError> {
    // Locked first, so that nobody takes a seat of a span that is about to go.
    let spans = locked!(
        tx,
        |row: &dyn Fields| Ok((row.uuid("id")?, owner(row)?)),
        "SELECT id, owner_kind, owner_id FROM occupancy
         WHERE id IN (SELECT occupancy_id FROM occupancy_seats WHERE appointment_id = $1) ORDER BY id",
        appointment.0
    )?;
    locked.covers(spans.iter().map(|(_, owner)| *owner))?;
    execute!(
        tx,
        "DELETE FROM occupancy_seats WHERE appointment_id = $1",
        appointment.0
    )?;
    for (span, _) in spans {
        shrink_to_fit(tx, span).await?;
    }
    Ok(())
}

/// Whose time an appointment takes.
async fn held_owners(tx: &mut ReadTx, appointment: AppointmentId) -> Result<Vec<TimeOwner>, StoreError> {
    fetch_all!(
        tx,
        owner,
        "SELECT owner_kind, owner_id FROM occupancy
         WHERE id IN (SELECT occupancy_id FROM occupancy_seats WHERE appointment_id = $1)",
        appointment.0
    )
}
