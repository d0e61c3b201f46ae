//! Holds: time kept for a visitor while they fill in the form.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{CalendarId, TimeOwner};
use uuid::Uuid;

use crate::db::{ReadTx, WriteTx, ms};
use crate::error::StoreError;
use crate::fields::Fields;
use crate::locks::{self, Lock, OwnersLocked};
use crate::spans::{TimeClaim, shrink_to_fit};
use crate::time_owner::owner;

/// Identifies a visitor who holds time: the SHA-256 of a secret that only their browser knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitorId(pub [u8; 32]);

impl VisitorId {
    /// The lock that protects a visitor's holds from concurrent changes. Deleting expired holds does not need it.
    pub(crate) fn lock(self) -> Lock {
        let mut start = [0; 16];
        start.copy_from_slice(&self.0[..16]);
        Lock::Visitor(Uuid::from_bytes(start))
    }
}

/// A start in a host's time that became free because a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreedSlot {
    /// The booking calendar.
    pub calendar_id: CalendarId,
    /// Start of the meeting.
    pub meeting_start: Timestamp,
}

/// Ends all holds of a visitor and returns what became free.
pub async fn release(
    tx: &mut WriteTx,
    holder: VisitorId,
    now: Timestamp,
) -> Result<Vec<FreedSlot>, StoreError> {
    let (_locked, held) = lock_held_by(tx, holder, None, BTreeSet::new()).await?;
    end_holds(tx, &held, now, Some(holder)).await
}

/// Locks, in the order of all locks, the owners of what a visitor holds and these further owners, and the counts of classes in which
/// they hold a seat, since whoever waits gets it. Returns the owners of what they hold.
pub(crate) async fn lock_held_by(
    tx: &mut WriteTx,
    holder: VisitorId,
    count: Option<Lock>,
    mut owners: BTreeSet<TimeOwner>,
) -> Result<(OwnersLocked, Vec<TimeOwner>), StoreError> {
    tx.lock([holder.lock()]).await?;
    let held = fetch_all!(
        tx,
        read_held,
        "SELECT o.owner_kind, o.owner_id, c.id AS class FROM occupancy o
         LEFT JOIN booking_calendars c ON c.id = o.calendar_id AND c.kind = 'class-booking'
         WHERE o.id IN (SELECT occupancy_id FROM occupancy_seats WHERE hold_expires_at IS NOT NULL AND holder = $1)",
        holder.0.as_slice()
    )?;
    owners.extend(held.iter().map(|(owner, _)| *owner));
    let classes = held.iter().filter_map(|(_, class)| *class);
    let counts: Vec<Lock> = classes.map(Lock::Count).chain(count).collect();
    tx.lock(owners.iter().copied().map(Lock::Owner).chain(counts))
        .await?;
    let held = held.into_iter().map(|(owner, _)| owner).collect();
    Ok((locks::owners(tx, owners).await?, held))
}

fn read_held(row: &dyn Fields) -> Result<(TimeOwner, Option<CalendarId>), StoreError> {
    Ok((owner(row)?, row.opt_uuid("class")?.map(CalendarId)))
}

/// Returns some of the owners whose time has expired holds.
pub async fn owners_with_expired(
    tx: &mut ReadTx,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<TimeOwner>, StoreError> {
    fetch_all!(
        tx,
        owner,
        "SELECT DISTINCT owner_kind, owner_id FROM occupancy WHERE id IN (
            SELECT occupancy_id FROM occupancy_seats WHERE hold_expires_at IS NOT NULL AND hold_expires_at <= $1)
         ORDER BY owner_id LIMIT $2",
        ms(now),
        i64::from(limit)
    )
}

/// Expires holds that end later than any hold lasts: a clock that was ahead set them.
pub async fn expire_after(tx: &mut WriteTx, longest: Timestamp, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "UPDATE occupancy_seats SET hold_expires_at = $2 WHERE hold_expires_at IS NOT NULL AND hold_expires_at > $1",
        ms(longest),
        ms(now)
    )
    .map(drop)
}

/// Deletes the expired holds in an owner's time and returns what became free. Locks the counts of their classes before, since whoever
/// waits gets the seats.
pub async fn end_expired(
    tx: &mut WriteTx,
    owner: TimeOwner,
    now: Timestamp,
) -> Result<Vec<FreedSlot>, StoreError> {
    let classes = fetch_all!(
        tx,
        |row: &dyn Fields| row.uuid("id").map(CalendarId),
        "SELECT DISTINCT c.id FROM booking_calendars c JOIN occupancy o ON o.calendar_id = c.id
         WHERE c.kind = 'class-booking' AND o.owner_id = $1 AND o.id IN (
            SELECT occupancy_id FROM occupancy_seats WHERE hold_expires_at IS NOT NULL AND hold_expires_at <= $2)",
        owner.uuid(),
        ms(now)
    )?;
    tx.lock(classes.into_iter().map(Lock::Count)).await?;
    let _locked = locks::owners(tx, [owner]).await?;
    end_holds(tx, &[owner], now, None).await
}

/// Deletes all holds of a booking calendar that has no appointments.
pub async fn release_all_of(tx: &mut WriteTx, calendar: CalendarId) -> Result<(), StoreError> {
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

/// Returns the owners whose time a visitor holds.
pub(crate) async fn held_by(tx: &mut ReadTx, holder: VisitorId) -> Result<Vec<TimeOwner>, StoreError> {
    fetch_all!(
        tx,
        owner,
        "SELECT owner_kind, owner_id FROM occupancy WHERE id IN (
            SELECT occupancy_id FROM occupancy_seats WHERE hold_expires_at IS NOT NULL AND holder = $1)",
        holder.0.as_slice()
    )
}

/// An occupied span that loses a hold.
pub(crate) struct Ending {
    id: uuid::Uuid,
    owner: TimeOwner,
    from: Timestamp,
    to: Timestamp,
    freed: FreedSlot,
}

impl Ending {
    fn read(row: &dyn Fields) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.uuid("id")?,
            owner: owner(row)?,
            from: row.instant("from_at")?,
            to: row.instant("to_at")?,
            freed: FreedSlot {
                calendar_id: CalendarId(row.uuid("calendar_id")?),
                meeting_start: row.instant("meeting_start")?,
            },
        })
    }

    fn is_in_the_way_of(&self, claim: &TimeClaim) -> bool {
        claim.owner == self.owner && claim.from < self.to && claim.to > self.from
    }
}

/// Deletes expired holds and a visitor's own holds in the time of these owners, who must be locked.
pub(crate) async fn end_holds(
    tx: &mut WriteTx,
    owners: &[TimeOwner],
    now: Timestamp,
    own: Option<VisitorId>,
) -> Result<Vec<FreedSlot>, StoreError> {
    let spans = ending(tx, owners, now, own).await?;
    end(tx, &spans, now, own).await?;
    Ok(spans.into_iter().map(|span| span.freed).collect())
}

/// Returns the spans of these owners that have expired holds or holds of the visitor `own`.
async fn ending(
    tx: &mut ReadTx,
    owners: &[TimeOwner],
    now: Timestamp,
    own: Option<VisitorId>,
) -> Result<Vec<Ending>, StoreError> {
    fetch_all_in!(
        tx,
        Ending::read,
        owners.iter().map(|owner| owner.uuid()).collect(),
        "SELECT o.id, o.owner_kind, o.owner_id, o.from_at, o.to_at, o.calendar_id, o.meeting_start FROM occupancy o
         WHERE o.id IN (SELECT occupancy_id FROM occupancy_seats
            WHERE hold_expires_at IS NOT NULL AND (hold_expires_at <= $2 OR holder = $3)) AND o.owner_id",
        "ORDER BY o.id",
        ms(now),
        own.map_or_else(Vec::new, |own| own.0.to_vec())
    )
}

/// Like [`ending`], only spans that overlap these claims. Holds elsewhere are left to the cleanup, which also promotes the waiting list.
pub(crate) async fn blocking_holds(
    tx: &mut ReadTx,
    owners: &[TimeOwner],
    claims: &[TimeClaim],
    now: Timestamp,
    own: Option<VisitorId>,
) -> Result<Vec<Ending>, StoreError> {
    let mut spans = ending(tx, owners, now, own).await?;
    spans.retain(|span| claims.iter().any(|claim| span.is_in_the_way_of(claim)));
    Ok(spans)
}

pub(crate) async fn end(
    tx: &mut WriteTx,
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
        shrink_to_fit(tx, span.id).await?;
    }
    Ok(())
}
