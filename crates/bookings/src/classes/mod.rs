//! Classes: sessions that many attend. A session is live while somebody has a seat of it; who comes after needs no more than
//! that (scheduling.md, "Class Booking"). It has one event, whose title and description follow the roster.

mod session;
mod waiting;

use jiff::Timestamp;
use scheduling::{CalendarId, Kind, StaffId, TimeOwner};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::class_sessions::{self, NewSession, Session};
use store::holds::FreedSlot;
use store::locks::Lock;
use store::occupancy::TimeClaim;
use store::{ReadTx, StoreError, WriteTx, appointments, busy_time, calendar_members, waiting_list};

use crate::error::{Error, Missing, Refusal};
use crate::placement::candidates::{self, Candidate};
use crate::problem::Internal;
use crate::quince::Quince;

pub use session::{Attendee, SessionView, cancel_session, session};
pub use waiting::{WaitingView, leave, wait, wait_as_stranger, waiting};
pub(crate) use waiting::{seats_changed, seats_freed, seats_left_of_day, take_off};

/// Who holds the sessions of a class from now on.
pub(crate) async fn owner_of(tx: &mut ReadTx, calendar: CalendarId) -> Result<Option<StaffId>, StoreError> {
    let members = calendar_members::with_staff(tx, &[calendar]).await?;
    Ok(members.first().map(|(_, person)| person.id))
}

/// How many sessions of a class are to come that somebody attends or waits for.
pub(crate) async fn to_come(
    tx: &mut ReadTx,
    calendar: CalendarId,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut to_come = 0;
    let mut sessions = class_sessions::between(tx, calendar, now, Timestamp::MAX).await?;
    sessions.retain(|session| session.called_off.is_none() && session.starts_at > now);
    for session in sessions {
        let attended = !appointments::of_session(tx, session.id).await?.is_empty();
        if attended || !waiting_list::list(tx, session.id).await?.is_empty() {
            to_come += 1;
        }
    }
    Ok(to_come)
}

/// What whoever changes an appointment locks first: itself, and of a seat what is booked of the class and the time of its owner, as
/// whoever is next may get it.
pub(crate) fn locks_of(appointment: &Appointment) -> Vec<Lock> {
    let mut locks = vec![Lock::Appointment(appointment.id)];
    if appointment.session_id.is_some() {
        locks.push(Lock::Count(appointment.calendar_id));
        locks.extend(appointment.host_id.map(|owner| Lock::Owner(owner.into())));
    }
    locks
}

/// Makes the places of a seat lie within the session, which has its time already, with the buffers that it was opened with.
fn within(session: &Session, places: &mut [TimeClaim]) {
    for place in places {
        (place.from, place.to) = (session.starts_at, session.ends_at);
    }
}

/// Makes the places of a hold lie within the session that is live at this start, if one is.
pub(crate) async fn hold_within(
    tx: &mut ReadTx,
    calendar: &BookingCalendar,
    start: Timestamp,
    places: &mut [TimeClaim],
) -> Result<(), StoreError> {
    if calendar.kind == Kind::ClassBooking
        && let Some(session) = class_sessions::at(tx, calendar.id, start).await?
        && !appointments::of_session(tx, session.id).await?.is_empty()
    {
        within(&session, places);
    }
    Ok(())
}

/// The places of an appointment that takes place again, or with other guests: within its session, if that takes place.
///
/// # Errors
/// [`Refusal::SessionCalledOff`], or [`Error::SlotTaken`] when somebody else holds it now.
pub(crate) async fn places_again(
    tx: &mut WriteTx,
    calendar: &BookingCalendar,
    appointment: &Appointment,
) -> Result<Vec<TimeClaim>, Error> {
    let mut places = candidates::places_again(tx, calendar, appointment).await?;
    let Some(id) = appointment.session_id else {
        return Ok(places);
    };
    let session = class_sessions::find(tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::Session))?;
    if session.called_off.is_some() {
        return Err(Refusal::SessionCalledOff.into());
    }
    let attending = appointments::of_session(tx, id).await?;
    if attending.iter().any(|other| other.id != appointment.id) {
        within(&session, &mut places);
    }
    if appointment.host_id != Some(session.host_id) {
        return Err(StoreError::SlotTaken.into());
    }
    Ok(places)
}

/// Those who wait for seats of the session at a start come before anybody who asks for one now.
pub(crate) async fn waiting_first(
    quince: &Quince,
    tx: &mut WriteTx,
    calendar: &BookingCalendar,
    start: Timestamp,
    now: Timestamp,
) -> Result<(), Internal> {
    if calendar.kind == Kind::ClassBooking
        && let Some(session) = class_sessions::at(tx, calendar.id, start).await?
    {
        tx.lock([Lock::Owner(session.host_id.into())]).await?;
        seats_freed(quince, tx, session.id, now).await?;
    }
    Ok(())
}

/// After holds of these starts ended, in time that is locked: whoever waits for their seats gets them.
pub(crate) async fn holds_ended(
    quince: &Quince,
    tx: &mut WriteTx,
    freed: &[FreedSlot],
    now: Timestamp,
) -> Result<(), Internal> {
    for start in freed {
        if let Some(session) = class_sessions::at(tx, start.calendar_id, start.meeting_start).await? {
            seats_freed(quince, tx, session.id, now).await?;
        }
    }
    Ok(())
}

/// How many seats of an appointment's session nobody has or holds.
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
        .rules
        .seats
        .saturating_sub(taken.map(|span| span.taken).sum()))
}

/// Makes an appointment of a Class Booking calendar one of its session, which is opened if there is none. Others stay as they
/// are.
///
/// # Errors
/// [`StoreError::SlotTaken`] when the session was called off, or when somebody else holds it, or the class by now.
pub(crate) async fn join(
    tx: &mut WriteTx,
    calendar: &BookingCalendar,
    mut candidate: Candidate,
    appointment: &mut Appointment,
    now: Timestamp,
) -> Result<Candidate, StoreError> {
    let Some(owner) = candidate.lead().filter(|_| calendar.kind == Kind::ClassBooking) else {
        appointment.session_id = None;
        return Ok(candidate);
    };
    tx.lock([Lock::Owner(owner.into())]).await?;
    // Who holds the class was read before it was this one's turn.
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
    if session.called_off.is_some() || session.host_id != owner {
        return Err(StoreError::SlotTaken);
    }
    appointment.session_id = Some(session.id);
    appointment.ends_at = session.ends_at;
    let others = appointments::of_session(tx, session.id).await?;
    if others.iter().any(|other| other.id != appointment.id) {
        within(&session, &mut candidate.places);
        for part in &mut candidate.parts {
            part.ends_at = session.ends_at;
        }
    }
    Ok(candidate)
}
