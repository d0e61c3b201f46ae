//! Occupied time, buffers included. The database enforces that spans of one owner do not overlap and that no span has more seats than its
//! capacity (scheduling.md); this module only issues the statements.

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

/// Who takes seats.
#[derive(Debug, Clone, Copy)]
enum Owner {
    Appointment(AppointmentId),
    Hold(VisitorId, Timestamp),
}

/// An occupied span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OccupiedSpan {
    /// The id of the row.
    pub id: OccupancyId,
    /// The owner of the time.
    pub owner: TimeOwner,
    /// The booking calendar.
    pub calendar_id: CalendarId,
    /// Start of the meeting.
    pub meeting_start: Timestamp,
    /// End of the meeting without the buffer after it; for holds and parts of visits, end of the span.
    pub meeting_end: Timestamp,
    /// Start of the span, buffer included.
    pub from: Timestamp,
    /// End of the span, buffer included.
    pub to: Timestamp,
    /// How many seats it has.
    pub capacity: u32,
    /// How many seats are taken.
    pub taken: u32,
    /// One of the appointments in it; none if it is another visitor's hold.
    pub appointment_id: Option<AppointmentId>,
    /// Whether a staff member claimed it over other spans.
    pub overriding: bool,
}

/// A row whose seats a claim may share.
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

    /// The same row, widened to the claim's buffers and set to the claim's capacity.
    fn widened(&self, claim: &TimeClaim) -> Self {
        Self {
            id: self.id,
            from: self.from.min(ms(claim.from)),
            to: self.to.max(ms(claim.to)),
            capacity: claim.capacity,
        }
    }
}

/// Returns how many seats an appointment has in each span.
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

/// Returns owner and start of the spans that an appointment claimed over others.
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

/// Claims all of these for an appointment with `seats` seats each, or none. A claim joins the span with the same start if that has room,
/// else it gets a span of its own. After a refusal the transaction can still be used to try other hosts.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn claim(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    claims: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.run(CLAIM_SAVEPOINT.set).await?;
    let taken = claim_all(
        tx,
        locked,
        claims,
        Owner::Appointment(appointment),
        seats,
        now,
        None,
    )
    .await;
    CLAIM_SAVEPOINT.settle(tx, taken).await
}

/// What a claim does about expired holds and the visitor's own holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// They are not looked for; one in the way refuses the claim.
    Ignored,
    /// They are ended if they are in the way.
    MayBeInTheWay,
}

/// Locks the owners of these claims. A single claim that shares no seats needs only a shared lock, since the database's constraint decides
/// between rivals; others who want another time of the same owner need not wait. If a hold has to be ended, the lock is exclusive.
pub async fn lock_to_claim(
    tx: &mut WriteTx,
    claims: &[TimeClaim],
    now: Timestamp,
    (visitor, holds): (Option<VisitorId>, Holds),
) -> Result<OwnersLocked, StoreError> {
    let owners = owners_of(claims);
    if let [claim] = claims
        && is_alone(claim)
        && (holds == Holds::Ignored
            || holds::blocking_holds(tx, &owners, claims, now, visitor)
                .await?
                .is_empty())
    {
        return locks::owner_shared(tx, claim.owner).await;
    }
    locks::owners(tx, owners).await
}

/// Like [`claim`], for a visitor whose own hold gives way. There is no savepoint: after a refusal, which is rare, the transaction must be
/// dropped and everything is read again.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn claim_held(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    claims: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
    visitor: Option<VisitorId>,
) -> Result<(), StoreError> {
    let owner = Owner::Appointment(appointment);
    let taken = claim_all(tx, locked, claims, owner, seats, now, visitor).await;
    taken.map_err(StoreError::into_taken)
}

/// Whether the database's constraint alone decides between rivals, as no seats are shared.
fn is_alone(claim: &TimeClaim) -> bool {
    claim.capacity == 1 && !claim.overriding
}

/// Holds all of these for a visitor until an instant, one seat each, instead of what they held before, which is returned. A refusal keeps
/// the earlier holds.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn hold(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    claims: &[TimeClaim],
    holder: VisitorId,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<FreedSlot>, StoreError> {
    tx.run(CLAIM_SAVEPOINT.set).await?;
    let held = replace_hold(tx, locked, claims, holder, until, now).await;
    CLAIM_SAVEPOINT.settle(tx, held).await
}

/// Locks the owners of what a visitor holds and of what they are going to hold, and the count of a class where there is one.
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
    claims: &[TimeClaim],
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
        claims,
        Owner::Hold(holder, until),
        1,
        now,
        Some(holder),
    )
    .await?;
    Ok(freed)
}

/// Locks the owners of an appointment's time and of its new claims together, so that two appointments that swap hosts do not deadlock.
pub async fn lock_to_relocate(
    tx: &mut WriteTx,
    appointment: AppointmentId,
    claims: &[TimeClaim],
) -> Result<OwnersLocked, StoreError> {
    let mut owners = held_owners(tx, appointment).await?;
    owners.extend(owners_of(claims));
    locks::owners(tx, owners).await
}

/// Moves an appointment to other times or hosts. A refusal changes nothing.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn relocate(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    claims: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.run(CLAIM_SAVEPOINT.set).await?;
    let moved = release_and_claim(tx, locked, claims, appointment, seats, now).await;
    CLAIM_SAVEPOINT.settle(tx, moved).await
}

/// The statements of a savepoint.
struct Savepoint {
    set: &'static str,
    release: &'static str,
    undo: &'static str,
}

const CLAIM_SAVEPOINT: Savepoint = Savepoint {
    set: "SAVEPOINT take",
    release: "RELEASE SAVEPOINT take",
    undo: "ROLLBACK TO SAVEPOINT take",
};
impl Savepoint {
    /// Releases the savepoint, after rolling back to it if the result is an error.
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
    claims: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    release(tx, locked, appointment).await?;
    claim_all(
        tx,
        locked,
        claims,
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
    claims: &[TimeClaim],
    owner: Owner,
    seats: u32,
    now: Timestamp,
    visitor: Option<VisitorId>,
) -> Result<(), StoreError> {
    let owners = owners_of(claims);
    locked.covers(owners.iter().copied())?;
    if locked.is_alone() {
        let ending = holds::blocking_holds(tx, &owners, claims, now, visitor).await?;
        holds::end(tx, &ending, now, visitor).await?;
    }
    for claim in claims {
        claim_one(tx, claim, owner, seats, now).await?;
    }
    Ok(())
}

fn owners_of(claims: &[TimeClaim]) -> Vec<TimeOwner> {
    let owners: BTreeSet<TimeOwner> = claims.iter().map(|claim| claim.owner).collect();
    owners.into_iter().collect()
}

async fn claim_one(
    tx: &mut WriteTx,
    claim: &TimeClaim,
    owner: Owner,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    // A claim of one seat shares with nobody.
    let shared = if claim.overriding || claim.capacity == 1 {
        None
    } else {
        shared(tx, claim).await?
    };
    let (occupancy, taken) = match shared {
        Some(span) => (span, seats_taken(tx, span).await?),
        None => (insert(tx, claim, now).await?.0, BTreeSet::new()),
    };
    // Seats are counted, not only numbered: after the capacity was lowered, a low number can be free in a full span.
    let room = u64::from(claim.capacity).saturating_sub(taken.len() as u64);
    if u64::from(seats) > room {
        return Err(StoreError::SlotTaken);
    }
    let (appointment, hold) = match owner {
        Owner::Appointment(appointment) => (Some(appointment.0), None),
        Owner::Hold(holder, until) => (None, Some((holder, until))),
    };
    let free = (1..=claim.capacity).filter(|seat| !taken.contains(seat));
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

/// Finds the span with this start and widens it to the claim.
async fn shared(tx: &mut WriteTx, claim: &TimeClaim) -> Result<Option<uuid::Uuid>, StoreError> {
    let found = locked!(
        tx,
        Span::read,
        "SELECT id, from_at, to_at, capacity FROM occupancy
         WHERE owner_id = $1 AND calendar_id = $2 AND meeting_start = $3 AND NOT overriding",
        claim.owner.uuid(),
        claim.calendar_id.0,
        ms(claim.meeting_start)
    )?;
    let Some(span) = found.into_iter().next() else {
        return Ok(None);
    };
    let wide = span.widened(claim);
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

async fn insert(tx: &mut WriteTx, claim: &TimeClaim, now: Timestamp) -> Result<OccupancyId, StoreError> {
    let id = new_id(now)?;
    // Without `ON CONFLICT`, two concurrent inserts of overlapping spans can wait for each other's exclusion constraint on Postgres until
    // the deadlock is detected.
    let inserted = execute!(
        tx,
        "INSERT INTO occupancy (id, owner_kind, owner_id, calendar_id, meeting_start, from_at, to_at, capacity, overriding)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        id,
        owner_kind(claim.owner).as_str(),
        claim.owner.uuid(),
        claim.calendar_id.0,
        ms(claim.meeting_start),
        ms(claim.from),
        ms(claim.to),
        i64::from(claim.capacity),
        claim.overriding
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

/// Releases an appointment's time. What others share of it stays theirs.
pub async fn release(
    tx: &mut WriteTx,
    locked: &OwnersLocked,
    appointment: AppointmentId,
) -> Result<(), StoreError> {
    // Locked first, so that nobody claims a seat in a span that is about to be deleted.
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

/// Returns the owners of an appointment's time.
async fn held_owners(tx: &mut ReadTx, appointment: AppointmentId) -> Result<Vec<TimeOwner>, StoreError> {
    fetch_all!(
        tx,
        owner,
        "SELECT owner_kind, owner_id FROM occupancy
         WHERE id IN (SELECT occupancy_id FROM occupancy_seats WHERE appointment_id = $1)",
        appointment.0
    )
}
