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
pub struct TimeClaim {
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

/// A visitor who holds time while they fill in a form: the SHA-256 of a secret that only they know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitorId(pub [u8; 32]);

/// A start in a host's time of which a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreedSlot {
    /// The booking calendar.
    pub calendar_id: CalendarId,
    /// Start of the meeting.
    pub meeting_start: Timestamp,
}

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
    pub host_id: StaffId,
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
    tx: &mut Tx,
    appointment: AppointmentId,
) -> Result<Vec<(OccupancyId, u32)>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| Ok((OccupancyId(row.uuid("occupancy_id")?), row.count("seats")?)),
        "SELECT occupancy_id, COUNT(*) AS seats FROM occupancy_seats WHERE appointment_id = $1 GROUP BY occupancy_id",
        appointment.0
    )
}

/// The spans that an appointment shares with other appointments. Holds don't count.
pub async fn shared_with_others(
    tx: &mut Tx,
    appointment: AppointmentId,
) -> Result<Vec<OccupancyId>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| Ok(OccupancyId(row.uuid("occupancy_id")?)),
        "SELECT DISTINCT occupancy_id FROM occupancy_seats
         WHERE appointment_id <> $1
            AND occupancy_id IN (SELECT occupancy_id FROM occupancy_seats WHERE appointment_id = $1)",
        appointment.0
    )
}

/// The places that an appointment has over what was there already: whose, and for which start.
pub async fn overrides_of(
    tx: &mut Tx,
    appointment: AppointmentId,
) -> Result<Vec<(StaffId, Timestamp)>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| Ok((StaffId(row.uuid("host_id")?), row.instant("meeting_start")?)),
        "SELECT host_id, meeting_start FROM occupancy
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
    tx: &mut Tx,
    places: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.run(TAKE.set).await?;
    let taken = claim_all(tx, places, Owner::Appointment(appointment), seats, now, None).await;
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

/// As [`claim`], for a visitor who may hold the time: their hold gives way to the appointment. After a refusal the transaction is of
/// no more use, as nothing was set up to go back to: it is rare, and everything is read anew then.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn claim_held(
    tx: &mut Tx,
    places: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
    (holder, holds): (Option<VisitorId>, Holds),
) -> Result<(), StoreError> {
    let owner = Owner::Appointment(appointment);
    let taken = match places {
        [place] if holds == Holds::Ignored && is_alone(place) => {
            tx.lock_owner_shared(place.host_id.0).await?;
            claim_one(tx, place, owner, seats, now).await
        }
        places => claim_all(tx, places, owner, seats, now, holder).await,
    };
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
    tx: &mut Tx,
    places: &[TimeClaim],
    holder: VisitorId,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<FreedSlot>, StoreError> {
    tx.run(TAKE.set).await?;
    let held = replace_hold(tx, places, holder, until, now).await;
    TAKE.settle(tx, held).await
}

/// Locks all hosts whose time changes when a visitor holds these hosts' time. Whoever has to lock some of them earlier than
/// [`hold`] does it by this, as everybody locks in the same order.
pub async fn lock_to_hold(tx: &mut Tx, holder: VisitorId, hosts: &[StaffId]) -> Result<(), StoreError> {
    let before = held_by(tx, holder).await?;
    lock(tx, before.into_iter().chain(hosts.iter().map(|host| host.0))).await
}

async fn replace_hold(
    tx: &mut Tx,
    places: &[TimeClaim],
    holder: VisitorId,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<FreedSlot>, StoreError> {
    let before = held_by(tx, holder).await?;
    let new = places.iter().map(|place| place.host_id.0);
    lock(tx, before.iter().copied().chain(new)).await?;
    let freed = end_holds(tx, &before, now, Some(holder)).await?;
    claim_all(tx, places, Owner::Hold(holder, until), 1, now, Some(holder)).await?;
    Ok(freed)
}

/// Gives back what a visitor holds.
pub async fn give_up_hold(
    tx: &mut Tx,
    holder: VisitorId,
    now: Timestamp,
) -> Result<Vec<FreedSlot>, StoreError> {
    let held = held_by(tx, holder).await?;
    lock(tx, held.iter().copied()).await?;
    end_holds(tx, &held, now, Some(holder)).await
}

/// Some of the hosts in whose time holds have expired.
pub async fn with_expired_holds(tx: &mut Tx, now: Timestamp, limit: u32) -> Result<Vec<StaffId>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| Ok(StaffId(row.uuid("host_id")?)),
        "SELECT DISTINCT host_id FROM occupancy WHERE id IN (
            SELECT occupancy_id FROM occupancy_seats WHERE hold_expires_at IS NOT NULL AND hold_expires_at <= $1)
         ORDER BY host_id LIMIT $2",
        ms(now),
        i64::from(limit)
    )
}

/// Lets holds that would expire after an instant have expired: no visitor was promised them for so long.
pub async fn expire_after(tx: &mut Tx, longest: Timestamp, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE occupancy_seats SET hold_expires_at = $2 WHERE hold_expires_at IS NOT NULL AND hold_expires_at > $1",
        ms(longest),
        ms(now)
    )
    .map(drop)
}

/// Removes the holds of a host's time that have expired.
pub async fn end_expired_holds(
    tx: &mut Tx,
    host: StaffId,
    now: Timestamp,
) -> Result<Vec<FreedSlot>, StoreError> {
    lock(tx, [host.0].into_iter()).await?;
    end_holds(tx, &[host.0], now, None).await
}

/// Gives back all that visitors hold in a booking calendar without appointments.
pub async fn end_holds_of(tx: &mut Tx, calendar: CalendarId) -> Result<(), StoreError> {
    execute!(
        tx,
        "DELETE FROM occupancy_seats
         WHERE holder IS NOT NULL AND occupancy_id IN (SELECT id FROM occupancy WHERE calendar_id = $1)",
        calendar.0
    )?;
    execute!(
        tx,
        "DELETE FROM occupancy
         WHERE calendar_id = $1 AND NOT EXISTS (SELECT 1 FROM occupancy_seats s WHERE s.occupancy_id = occupancy.id)",
        calendar.0
    )
    .map(drop)
}

/// Whose time a visitor holds.
async fn held_by(tx: &mut Tx, holder: VisitorId) -> Result<Vec<uuid::Uuid>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| row.uuid("host_id"),
        "SELECT host_id FROM occupancy WHERE id IN (
            SELECT occupancy_id FROM occupancy_seats WHERE hold_expires_at IS NOT NULL AND holder = $1)",
        holder.0.as_slice()
    )
}

/// A span with a hold that ends.
struct Ending {
    id: uuid::Uuid,
    host_id: StaffId,
    from: Timestamp,
    to: Timestamp,
    freed: FreedSlot,
}

impl Ending {
    fn read(row: &dyn Fields) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.uuid("id")?,
            host_id: StaffId(row.uuid("host_id")?),
            from: row.instant("from_at")?,
            to: row.instant("to_at")?,
            freed: FreedSlot {
                calendar_id: CalendarId(row.uuid("calendar_id")?),
                meeting_start: row.instant("meeting_start")?,
            },
        })
    }

    fn is_in_the_way_of(&self, place: &TimeClaim) -> bool {
        place.host_id == self.host_id && place.from < self.to && place.to > self.from
    }
}

/// Removes the holds of these hosts' time that have expired, and a visitor's own. Only what is locked is touched, so that
/// nobody waits for anybody out of turn.
async fn end_holds(
    tx: &mut Tx,
    hosts: &[uuid::Uuid],
    now: Timestamp,
    own: Option<VisitorId>,
) -> Result<Vec<FreedSlot>, StoreError> {
    let spans = ending(tx, hosts, now, own).await?;
    end(tx, &spans, now, own).await?;
    Ok(spans.into_iter().map(|span| span.freed).collect())
}

/// The spans of these hosts with holds that have expired, or that are a visitor's own.
async fn ending(
    tx: &mut Tx,
    hosts: &[uuid::Uuid],
    now: Timestamp,
    own: Option<VisitorId>,
) -> Result<Vec<Ending>, StoreError> {
    fetch_all_in!(
        tx,
        Ending::read,
        hosts.to_vec(),
        "SELECT o.id, o.host_id, o.from_at, o.to_at, o.calendar_id, o.meeting_start FROM occupancy o
         WHERE o.id IN (SELECT occupancy_id FROM occupancy_seats
            WHERE hold_expires_at IS NOT NULL AND (hold_expires_at <= $2 OR holder = $3)) AND o.host_id",
        "ORDER BY o.id",
        ms(now),
        own.map_or_else(Vec::new, |own| own.0.to_vec())
    )
}

/// Of these, those that are in the way of places: whoever takes time is not the one who sees to what becomes free elsewhere.
async fn in_the_way(
    tx: &mut Tx,
    hosts: &[uuid::Uuid],
    places: &[TimeClaim],
    now: Timestamp,
    own: Option<VisitorId>,
) -> Result<Vec<Ending>, StoreError> {
    let mut spans = ending(tx, hosts, now, own).await?;
    spans.retain(|span| places.iter().any(|place| span.is_in_the_way_of(place)));
    Ok(spans)
}

async fn end(
    tx: &mut Tx,
    spans: &[Ending],
    now: Timestamp,
    own: Option<VisitorId>,
) -> Result<(), StoreError> {
    let own = own.map_or_else(Vec::new, |own| own.0.to_vec());
    for span in spans {
        execute!(
            tx,
            "DELETE FROM occupancy_seats
             WHERE occupancy_id = $1 AND hold_expires_at IS NOT NULL AND (hold_expires_at <= $2 OR holder = $3)",
            span.id,
            ms(now),
            own.as_slice()
        )?;
        remove_if_empty(tx, span.id).await?;
    }
    Ok(())
}

async fn remove_if_empty(tx: &mut Tx, span: uuid::Uuid) -> Result<(), StoreError> {
    execute!(
        tx,
        "DELETE FROM occupancy
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM occupancy_seats WHERE occupancy_id = $1)",
        span
    )
    .map(drop)
}

/// Moves an appointment to other times or hosts. A refusal changes nothing.
///
/// # Errors
/// [`StoreError::SlotTaken`] when one of them is taken.
pub async fn relocate(
    tx: &mut Tx,
    places: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.run(TAKE.set).await?;
    let moved = release_and_claim(tx, places, appointment, seats, now).await;
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
    async fn settle<T>(&self, tx: &mut Tx, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        if outcome.is_err() {
            tx.run(self.undo).await?;
        }
        tx.run(self.release).await?;
        outcome.map_err(StoreError::into_taken)
    }
}

async fn release_and_claim(
    tx: &mut Tx,
    places: &[TimeClaim],
    appointment: AppointmentId,
    seats: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let held = hosts_of(tx, appointment).await?;
    // Before anything is locked, so that two who exchange their times do not wait for each other.
    lock(
        tx,
        held.into_iter().chain(places.iter().map(|place| place.host_id.0)),
    )
    .await?;
    release_all(tx, appointment).await?;
    claim_all(tx, places, Owner::Appointment(appointment), seats, now, None).await
}

async fn claim_all(
    tx: &mut Tx,
    places: &[TimeClaim],
    owner: Owner,
    seats: u32,
    now: Timestamp,
    own: Option<VisitorId>,
) -> Result<(), StoreError> {
    let hosts: BTreeSet<uuid::Uuid> = places.iter().map(|place| place.host_id.0).collect();
    let hosts: Vec<uuid::Uuid> = hosts.into_iter().collect();
    // Two who want a place that nobody shares meet in the database's rule alone. Whoever wants another time of the same host need
    // not wait for them, unless there is a hold to end, which only one may do.
    if let [place] = places
        && is_alone(place)
        && in_the_way(tx, &hosts, places, now, own).await?.is_empty()
    {
        tx.lock_owner_shared(place.host_id.0).await?;
        return claim_one(tx, place, owner, seats, now).await;
    }
    // Within the savepoint: a refusal lets whoever waits go on while other hosts are tried.
    lock(tx, hosts.iter().copied()).await?;
    let ending = in_the_way(tx, &hosts, places, now, own).await?;
    end(tx, &ending, now, own).await?;
    for place in places {
        claim_one(tx, place, owner, seats, now).await?;
    }
    Ok(())
}

/// Waits until nobody else is changing these hosts' time, and keeps others waiting until the transaction ends. Everybody
/// locks in the same order, so that no two wait for each other.
pub async fn lock_owners(tx: &mut Tx, hosts: &[StaffId]) -> Result<(), StoreError> {
    lock(tx, hosts.iter().map(|host| host.0)).await
}

async fn lock(tx: &mut Tx, hosts: impl Iterator<Item = uuid::Uuid>) -> Result<(), StoreError> {
    let in_order: BTreeSet<uuid::Uuid> = hosts.collect();
    tx.lock_owners(in_order.into_iter().collect()).await
}

async fn claim_one(
    tx: &mut Tx,
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

async fn seats_taken(tx: &mut Tx, span: uuid::Uuid) -> Result<BTreeSet<u32>, StoreError> {
    let seats = fetch_all!(
        tx,
        |row: &dyn Fields| row.count("seat"),
        "SELECT seat FROM occupancy_seats WHERE occupancy_id = $1",
        span
    )?;
    Ok(seats.into_iter().collect())
}

/// The span of this start, if there is one, made as wide as the place.
async fn shared(tx: &mut Tx, place: &TimeClaim) -> Result<Option<uuid::Uuid>, StoreError> {
    let found = locked!(
        tx,
        Span::read,
        "SELECT id, from_at, to_at, capacity FROM occupancy
         WHERE host_id = $1 AND calendar_id = $2 AND meeting_start = $3 AND NOT overriding",
        place.host_id.0,
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

async fn insert(tx: &mut Tx, place: &TimeClaim, now: Timestamp) -> Result<OccupancyId, StoreError> {
    let id = new_id(now)?;
    // Of two who want overlapping spans at the same moment, Postgres lets each wait for the other, unless both say what to do at
    // a conflict: then one of them gives way.
    let inserted = execute!(
        tx,
        "INSERT INTO occupancy (id, host_id, calendar_id, meeting_start, from_at, to_at, capacity, overriding)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        id,
        place.host_id.0,
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

/// Gives an appointment's time back. A span without seats left is removed.
pub async fn release(tx: &mut Tx, appointment: AppointmentId) -> Result<(), StoreError> {
    let held = hosts_of(tx, appointment).await?;
    lock(tx, held.into_iter()).await?;
    release_all(tx, appointment).await
}

/// Whose time an appointment takes.
async fn hosts_of(tx: &mut Tx, appointment: AppointmentId) -> Result<Vec<uuid::Uuid>, StoreError> {
    fetch_all!(
        tx,
        |row: &dyn Fields| row.uuid("host_id"),
        "SELECT host_id FROM occupancy WHERE id IN (SELECT occupancy_id FROM occupancy_seats WHERE appointment_id = $1)",
        appointment.0
    )
}

async fn release_all(tx: &mut Tx, appointment: AppointmentId) -> Result<(), StoreError> {
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
        remove_if_empty(tx, span).await?;
    }
    Ok(())
}
