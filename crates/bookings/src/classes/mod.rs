//! Classes: sessions that many attend. A session is live while somebody has a seat of it; who comes after needs no more than
//! that (scheduling.md, "Class Booking"). It has one event, whose title and description follow the roster.

mod session;
mod waiting;

use jiff::Timestamp;
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::class_sessions::{self, NewSession, Session};
use store::occupancy::Place;
use store::{StoreError, Tx, appointments, occupancy};

use crate::appointments::plan::Plan;

pub use session::{Attendee, SessionView, cancel_session, session};
pub use waiting::{WaitError, WaitingView, leave, wait, waiting};
pub(crate) use waiting::{seats_changed, seats_freed, secret};

/// Whoever changes who has a seat waits for the class's owner first, before anything is locked.
pub(crate) async fn queue_for(tx: &mut Tx, appointment: &Appointment) -> Result<(), StoreError> {
    match (appointment.session_id, appointment.host_id) {
        (Some(_), Some(owner)) => occupancy::queue_for(tx, &[owner]).await,
        _ => Ok(()),
    }
}

/// Makes the places of a seat lie within the session, which has its time already, with the buffers that it was opened with.
fn within(session: &Session, places: &mut [Place]) {
    for place in places {
        (place.from, place.to) = (session.starts_at, session.ends_at);
    }
}

/// Makes an appointment of a Class Booking calendar one of its session, which is opened if there is none. Others stay as they
/// are.
///
/// # Errors
/// [`StoreError::SlotTaken`] when the session was called off.
pub(crate) async fn join(
    tx: &mut Tx,
    calendar: &BookingCalendar,
    mut plan: Plan,
    appointment: &mut Appointment,
    now: Timestamp,
) -> Result<Plan, StoreError> {
    let Some(owner) = plan
        .lead()
        .filter(|_| calendar.kind == scheduling::Kind::ClassBooking)
    else {
        appointment.session_id = None;
        return Ok(plan);
    };
    occupancy::queue_for(tx, &[owner]).await?;
    let new = NewSession {
        calendar_id: calendar.id,
        host_id: owner,
        starts_at: appointment.starts_at,
        ends_at: appointment.ends_at,
    };
    let session = class_sessions::open(tx, &new, now).await?;
    if session.cancelled_at.is_some() {
        return Err(StoreError::SlotTaken);
    }
    appointment.session_id = Some(session.id);
    appointment.ends_at = session.ends_at;
    let others = appointments::of_session(tx, session.id).await?;
    if others.iter().any(|other| other.id != appointment.id) {
        within(&session, &mut plan.places);
        for part in &mut plan.parts {
            part.ends_at = session.ends_at;
        }
    }
    Ok(plan)
}
