//! Classes: sessions with several attendees. A session is live while somebody has a seat in it; a further attendee needs only a seat
//! (scheduling.md, "Class Booking"). It has one event, whose title and description follow the roster.

mod owner;
mod session;
mod waiting;

use jiff::Timestamp;
use scheduling::{CalendarId, Kind, TimeOwner};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::class_sessions::{self, NewSession};
use store::holds::FreedSlot;
use store::locks::Lock;
use store::occupancy::TimeClaim;
use store::{ReadTx, StoreError, WriteTx, appointments, busy_time, waiting_list};

use crate::error::{Error, Missing, Preserved, Refusal, TakenBy};
use crate::placement::candidate::Candidate;
use crate::placement::candidates;
use crate::problem::Internal;
use crate::quince::Quince;
use owner::limit_to_session;
pub(crate) use owner::owner_of;

pub use session::{Attendee, SessionView, cancel_session, session};
pub use waiting::{
    WaitingView, join_waiting_list, join_waiting_list_as_stranger, leave_waiting_list, waiting_place,
};
pub(crate) use waiting::{promote, remove_from_waiting_list, seats_changed, seats_left_of_day};

/// Counts the future sessions of a class that have attendees or a waiting list.
pub(crate) async fn count_upcoming(
    tx: &mut ReadTx,
    calendar: CalendarId,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut to_come = 0;
    let mut sessions = class_sessions::between(tx, calendar, now, Timestamp::MAX).await?;
    sessions.retain(|session| session.cancellation.is_none() && session.starts_at > now);
    for session in sessions {
        let attended = !appointments::of_session(tx, session.id).await?.is_empty();
        if attended || !waiting_list::list(tx, session.id).await?.is_empty() {
            to_come += 1;
        }
    }
    Ok(to_come)
}

/// Returns the locks to take before an appointment is changed: its own, and for a seat those of the class's count and the owner's time,
/// because the seat may go to the waiting list.
pub(crate) fn locks_of(appointment: &Appointment) -> Vec<Lock> {
    let mut locks = vec![Lock::Appointment(appointment.id)];
    if appointment.session_id.is_some() {
        locks.push(Lock::Count(appointment.calendar_id));
        locks.extend(appointment.host_id.map(|owner| Lock::Owner(owner.into())));
    }
    locks
}

/// Limits the claims of a hold to the session that is live at this start, if there is one.
pub(crate) async fn limit_hold_to_session(
    tx: &mut ReadTx,
    calendar: &BookingCalendar,
    start: Timestamp,
    claims: &mut [TimeClaim],
) -> Result<(), StoreError> {
    if calendar.settings.kind == Kind::ClassBooking
        && let Some(session) = class_sessions::at(tx, calendar.id, start).await?
        && !appointments::of_session(tx, session.id).await?.is_empty()
    {
        limit_to_session(&session, claims);
    }
    Ok(())
}

/// Returns the claims of an appointment that takes place again or with other guests, limited to its session if that is live.
///
/// # Errors
/// [`Refusal::SessionCancelled`], or [`Error::SlotTaken`] if the session has another host now.
pub(crate) async fn claims_again(
    tx: &mut WriteTx,
    calendar: &BookingCalendar,
    appointment: &Appointment,
) -> Result<Vec<TimeClaim>, Error> {
    let mut claims = candidates::claims_again(tx, calendar, appointment).await?;
    let Some(id) = appointment.session_id else {
        return Ok(claims);
    };
    let session = class_sessions::find(tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::Session))?;
    if session.cancellation.is_some() {
        return Err(Refusal::SessionCancelled.into());
    }
    let attending = appointments::of_session(tx, id).await?;
    if attending.iter().any(|other| other.id != appointment.id) {
        limit_to_session(&session, &mut claims);
    }
    if appointment.host_id != Some(session.host_id) {
        return Err(Error::SlotTaken {
            by: TakenBy::Host,
            preserved: Preserved::Appointment,
        });
    }
    Ok(claims)
}

/// Offers free seats of the session at a start to the waiting list, before somebody else asks for them.
pub(crate) async fn serve_start(
    quince: &Quince,
    tx: &mut WriteTx,
    calendar: &BookingCalendar,
    start: Timestamp,
    now: Timestamp,
) -> Result<(), Internal> {
    if calendar.settings.kind == Kind::ClassBooking
        && let Some(session) = class_sessions::at(tx, calendar.id, start).await?
    {
        tx.lock([Lock::Owner(session.host_id.into())]).await?;
        promote(quince, tx, session.id, now).await?;
    }
    Ok(())
}

/// Offers the seats of ended holds to the waiting lists. The time must be locked.
pub(crate) async fn serve_ended_holds(
    quince: &Quince,
    tx: &mut WriteTx,
    freed: &[FreedSlot],
    now: Timestamp,
) -> Result<(), Internal> {
    for start in freed {
        if let Some(session) = class_sessions::at(tx, start.calendar_id, start.meeting_start).await? {
            promote(quince, tx, session.id, now).await?;
        }
    }
    Ok(())
}

/// Counts the seats of an appointment's session that are neither booked nor held.
pub(crate) async fn free_seats(
    tx: &mut ReadTx,
    calendar: &BookingCalendar,
    appointment: &Appointment,
    now: Timestamp,
) -> Result<u32, StoreError> {
    let (start, end) = (appointment.starts_at, appointment.ends_at);
    let owner = appointment.host_id.map(TimeOwner::Staff);
    let taken = busy_time::taken_between(tx, owner.as_slice(), start, end, now, None).await?;
    let taken = taken
        .iter()
        .filter(|span| span.calendar_id == calendar.id && span.meeting_start == start);
    Ok(calendar
        .settings
        .rules
        .seats
        .saturating_sub(taken.map(|span| span.taken).sum()))
}

/// Adds an appointment of a Class Booking calendar to its session, which is created if there is none. Other appointments have no session.
///
/// # Errors
/// [`StoreError::SlotTaken`] if the session was cancelled, or if it or the class has another owner now.
pub(crate) async fn join_session(
    tx: &mut WriteTx,
    calendar: &BookingCalendar,
    mut candidate: Candidate,
    appointment: &mut Appointment,
    now: Timestamp,
) -> Result<Candidate, StoreError> {
    let Some(owner) = candidate
        .lead()
        .filter(|_| calendar.settings.kind == Kind::ClassBooking)
    else {
        appointment.session_id = None;
        return Ok(candidate);
    };
    tx.lock([Lock::Owner(owner.into())]).await?;
    // The owner may have changed between reading it and getting the lock.
    if owner_of(tx, calendar.id).await? != Some(owner) {
        return Err(StoreError::SlotTaken);
    }
    let new = NewSession {
        calendar_id: calendar.id,
        host_id: owner,
        starts_at: appointment.starts_at,
        ends_at: appointment.ends_at,
    };
    let session = class_sessions::open(tx, &new, now).await?;
    if session.cancellation.is_some() || session.host_id != owner {
        return Err(StoreError::SlotTaken);
    }
    appointment.session_id = Some(session.id);
    appointment.ends_at = session.ends_at;
    let others = appointments::of_session(tx, session.id).await?;
    if others.iter().any(|other| other.id != appointment.id) {
        limit_to_session(&session, &mut candidate.claims);
        for part in &mut candidate.parts {
            part.ends_at = session.ends_at;
        }
    }
    Ok(candidate)
}
