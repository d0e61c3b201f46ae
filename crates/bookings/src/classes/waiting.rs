//! The waiting list of a full session. Seats that become free go at once to those who wait longest and fit, in the same transaction, so
//! nobody can take them in between.

use jiff::{Timestamp, ToSpan};
use scheduling::{AppointmentId, CalendarId, Interval, Kind, Reason};
use store::appointments::{self, Appointment};
use store::booking_calendars::{self, BookingCalendar};
use store::class_sessions::{self, Session};
use store::locks::Lock;
use store::waiting_list::{self, Client, Waiting};
use store::{
    AppointmentStatus as Status, AssignmentReason, MessageKind, Party, ReadTx, SessionId, StoreError,
    WaitingId, WriteTx, calendar_members, staff, strangers,
};
use zones::Zone;

use super::owner::{limit_to_session, owner_of};
use crate::availability::input::{AvailabilityInput, Exclusions};
use crate::error::{Error, Missing, Refusal};
use crate::links;
use crate::placement::candidates;
use crate::placement::request::{Booking, Details};
use crate::placement::{claim, notify, persist};
use crate::problem::Internal;
use crate::questions::checked_answers;
use crate::quince::Quince;
use crate::retry::retried;
use crate::strangers::{SpentOn, Stranger};
use crate::validate::Validator;
use crate::{notifications, outbox};

/// A place on a waiting list, as its client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingView {
    /// The name of the booking calendar.
    pub calendar_name: String,
    /// Address of the booking calendar.
    pub slug: String,
    /// The session's start.
    pub start: Timestamp,
    /// The session's end.
    pub end: Timestamp,
    /// The client's zone.
    pub zone: Zone,
    /// The client's name.
    pub name: String,
    /// The number of seats that they wait for.
    pub seats: u32,
    /// The number of places before theirs.
    pub before: u32,
}

/// Puts a client on the waiting list of a full session. Returns the token of the client's page.
pub async fn join_waiting_list(quince: &Quince, booking: &Booking) -> Result<String, Error> {
    wait_for(quince, None, booking).await
}

/// Like [`join_waiting_list`], for an anonymous visitor, within the limits of [`crate::strangers`].
pub async fn join_waiting_list_as_stranger(
    quince: &Quince,
    stranger: &Stranger,
    booking: &Booking,
) -> Result<String, Error> {
    wait_for(quince, Some(stranger), booking).await
}

async fn wait_for(quince: &Quince, stranger: Option<&Stranger>, booking: &Booking) -> Result<String, Error> {
    let details = booking.check()?;
    let secret = retried(|| join_once(quince, stranger, booking, details.clone())).await?;
    quince.wake();
    Ok(secret)
}

async fn join_once(
    quince: &Quince,
    stranger: Option<&Stranger>,
    booking: &Booking,
    details: Details,
) -> Result<String, Error> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    if let Some(stranger) = stranger {
        stranger.may_wait(&mut tx, &details.email, now).await??;
    }
    let calendar = booking_calendars::find_by_slug(&mut tx, &booking.slug).await?;
    let calendar = calendar
        .filter(|row| row.is_open() && row.settings.kind == Kind::ClassBooking)
        .ok_or(Refusal::NothingToWaitFor)?;
    // The owner's time is locked while availability is checked, so that seats that become free meanwhile go to this client.
    if let Some(owner) = owner_of(&mut tx, calendar.id).await? {
        tx.lock([Lock::Owner(owner.into())]).await?;
    }
    let mut checked = Validator::default();
    let answers = checked_answers(&mut checked, &calendar.settings.questions, &booking.answers);
    checked.finish()?;
    let members = calendar_members::with_staff(&mut tx, &[calendar.id]).await?;
    let mut input = AvailabilityInput::load(
        &mut tx,
        calendar,
        members,
        candidates::window(booking.start),
        now,
        Exclusions::default(),
    )
    .await?;
    input.for_seats(details.seats());
    match input.check(now, false, booking.start) {
        Ok(_) => return Err(Refusal::SeatsFree.into()),
        Err(refusals) if is_full(&refusals) => {}
        Err(_) => return Err(Refusal::NothingToWaitFor.into()),
    }
    let calendar = &input.calendar;
    let session = class_sessions::at(&mut tx, calendar.id, booking.start)
        .await?
        .filter(|session| session.cancellation.is_none())
        .ok_or(Refusal::NothingToWaitFor)?;
    if details.seats() > calendar.settings.rules.seats {
        return Err(Refusal::LargerThanSession {
            seats: calendar.settings.rules.seats,
        }
        .into());
    }
    check_address(&mut tx, &session, &details.email).await?;
    if let Some(stranger) = stranger {
        stranger
            .prove(quince, &mut tx, calendar, SpentOn::Waiting)
            .await??;
    }
    let waiting = Waiting {
        id: WaitingId(store::new_id(now)?),
        session_id: session.id,
        client: Client {
            name: details.name,
            email: details.email,
            phone: details.phone,
            notes: details.notes,
            answers,
            guests: details.guests,
            zone: booking.zone.clone(),
        },
        created_at: now,
    };
    let secret = links::waiting(quince, waiting.id)?;
    match waiting_list::insert(&mut tx, &waiting, &links::hash(&secret)).await {
        Err(StoreError::AlreadyExists) => return Err(Refusal::AlreadyWaiting.into()),
        other => other?,
    }
    if let Some(stranger) = stranger {
        let sender = stranger.sender(&waiting.client.email);
        strangers::note_waiting(&mut tx, waiting.id, &sender).await?;
    }
    notifications::enqueue_waiting(&mut tx, &session, &waiting, MessageKind::Waiting, now).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Whether only seats are missing: those of the session, and perhaps those of its day, which become free with them.
fn is_full(refusals: &[scheduling::Refusal]) -> bool {
    let of_seats =
        |refusal: &scheduling::Refusal| matches!(refusal.reason, Reason::NoSeats | Reason::DayLimit);
    refusals.iter().all(of_seats) && refusals.iter().any(|refusal| refusal.reason == Reason::NoSeats)
}

/// Checks that the address neither waits already nor has a seat.
async fn check_address(tx: &mut ReadTx, session: &Session, email: &str) -> Result<(), Error> {
    let is_same = |other: &str| other.to_lowercase() == email.to_lowercase();
    let waiting = waiting_list::list(tx, session.id).await?;
    if waiting.iter().any(|other| is_same(&other.client.email)) {
        return Err(Refusal::AlreadyWaiting.into());
    }
    let attending = appointments::of_session(tx, session.id).await?;
    if attending.iter().any(|other| is_same(&other.email)) {
        return Err(Refusal::AlreadyHasSeat.into());
    }
    Ok(())
}

/// Returns a place on a waiting list, by the token of its page.
pub async fn waiting_place(quince: &Quince, token: &str) -> Result<WaitingView, Error> {
    let mut tx = quince.store().read().await?;
    let (waiting, session) = of_token(&mut tx, token).await?;
    let calendar = calendar_of(&mut tx, &session).await?;
    let list = waiting_list::list(&mut tx, session.id).await?;
    let before = list.iter().take_while(|other| other.id != waiting.id).count();
    let seats = waiting.client.seats();
    Ok(WaitingView {
        calendar_name: calendar.settings.name,
        slug: calendar.settings.slug,
        start: session.starts_at,
        end: session.ends_at,
        zone: waiting.client.zone,
        name: waiting.client.name,
        seats,
        before: u32::try_from(before).unwrap_or(u32::MAX),
    })
}

/// Removes a client from a waiting list.
pub async fn leave_waiting_list(quince: &Quince, token: &str) -> Result<(), Error> {
    let (waiting, _) = of_token(&mut quince.store().read().await?, token).await?;
    if remove_from_waiting_list(quince, waiting.id).await? {
        Ok(())
    } else {
        Err(Missing::WaitingPlace.into())
    }
}

/// Removes a client from a waiting list. Returns false if they are not on it, for example because they got a seat.
pub(crate) async fn remove_from_waiting_list(quince: &Quince, id: WaitingId) -> Result<bool, Internal> {
    let mut tx = quince.store().write().await?;
    let Some(waiting) = waiting_list::find(&mut tx, id).await? else {
        return Ok(false);
    };
    if let Some(session) = class_sessions::find(&mut tx, waiting.session_id).await? {
        // The lock under which seats are given to the waiting list.
        tx.lock([Lock::Owner(session.host_id.into())]).await?;
    }
    match waiting_list::delete(&mut tx, id).await {
        Err(StoreError::Gone(_)) => return Ok(false),
        other => other?,
    }
    tx.commit().await?;
    Ok(true)
}

async fn of_token(tx: &mut ReadTx, secret: &str) -> Result<(Waiting, Session), Error> {
    let found = waiting_list::find_by_token_hash(tx, &links::hash(secret.trim())).await?;
    let waiting = found.ok_or(Error::NotFound(Missing::WaitingPlace))?;
    let session = class_sessions::find(tx, waiting.session_id).await?;
    Ok((waiting, session.ok_or(Error::NotFound(Missing::WaitingPlace))?))
}

async fn calendar_of(tx: &mut ReadTx, session: &Session) -> Result<BookingCalendar, Internal> {
    let found = booking_calendars::find(tx, session.calendar_id).await?;
    found.ok_or_else(|| Internal::because("a session has no booking calendar"))
}

/// Gives a session's free seats to those who wait longest and fit. The time must be locked. If the number of seats per day is limited, the
/// waiting lists of the day's other sessions follow.
pub(crate) async fn promote(
    quince: &Quince,
    tx: &mut WriteTx,
    id: SessionId,
    now: Timestamp,
) -> Result<(), Internal> {
    let Some(session) = class_sessions::find(tx, id).await? else {
        return Ok(());
    };
    let Some(calendar) = booking_calendars::find(tx, session.calendar_id).await? else {
        return Ok(());
    };
    if calendar.settings.kind != Kind::ClassBooking {
        return Ok(());
    }
    if calendar.settings.rules.per_day.is_some() {
        // So that nobody books a seat of the day meanwhile.
        tx.lock([Lock::Count(calendar.id)]).await?;
    }
    let mut left_of_day = seats_left_of_day(tx, &calendar, session.starts_at).await?;
    let mut others = Vec::new();
    if left_of_day.is_some() {
        let day = day_of(&calendar, session.starts_at);
        others = class_sessions::between(tx, calendar.id, day.start, day.end).await?;
        others.retain(|other| other.id != id && other.starts_at >= day.start);
    }
    for session in [session].into_iter().chain(others) {
        promote_in_session(quince, tx, &calendar, &session, &mut left_of_day, now).await?;
    }
    Ok(())
}

/// Returns the local day of an instant, in the booking calendar's zone.
fn day_of(calendar: &BookingCalendar, instant: Timestamp) -> Interval {
    let zone = &calendar.settings.rules.zone;
    let date = zone.date(instant);
    Interval {
        start: zone.start_of_day(date),
        end: zone.start_of_day(date.saturating_add(1.day())),
    }
}

/// Counts the seats of a local day that can still be booked; none if they are not limited.
pub(crate) async fn seats_left_of_day(
    tx: &mut ReadTx,
    calendar: &BookingCalendar,
    start: Timestamp,
) -> Result<Option<u32>, StoreError> {
    let Some(most) = calendar.settings.rules.per_day else {
        return Ok(None);
    };
    let day = day_of(calendar, start);
    let booked = appointments::starts_between(tx, calendar.id, day.start, day.end).await?;
    let booked: u32 = booked.iter().map(|start| start.seats).sum();
    Ok(Some(most.saturating_sub(booked)))
}

/// Books a session's free seats for its waiting list. Nobody gets a seat later than the minimum notice allows, or in a session whose host
/// is not the owner of the class any more.
async fn promote_in_session(
    quince: &Quince,
    tx: &mut WriteTx,
    calendar: &BookingCalendar,
    session: &Session,
    left_of_day: &mut Option<u32>,
    now: Timestamp,
) -> Result<(), Internal> {
    let waiting = waiting_list::list(tx, session.id).await?;
    let too_soon = session.starts_at
        < calendar
            .settings
            .rules
            .notice
            .after(now, &calendar.settings.rules.zone);
    if waiting.is_empty()
        || session.cancellation.is_some()
        || too_soon
        || owner_of(tx, calendar.id).await? != Some(session.host_id)
    {
        return Ok(());
    }
    for waiting in waiting {
        let seats = waiting.client.seats();
        // A client who does not fit stays on the list; a later one may need fewer seats.
        let fits_the_day = left_of_day.is_none_or(|left| seats <= left);
        if fits_the_day && promote_one(quince, tx, calendar, session, &waiting, now).await? {
            waiting_list::delete(tx, waiting.id).await?;
            *left_of_day = left_of_day.map(|left| left - seats);
        }
    }
    Ok(())
}

/// Updates a booking calendar's sessions after their number of seats changed: clients may move up, and the events' titles contain the
/// number.
pub(crate) async fn seats_changed(
    quince: &Quince,
    tx: &mut WriteTx,
    calendar: CalendarId,
    now: Timestamp,
) -> Result<(), Internal> {
    let sessions = class_sessions::between(tx, calendar, now, Timestamp::MAX).await?;
    let owners = sessions.iter().map(|session| Lock::Owner(session.host_id.into()));
    tx.lock(owners.chain([Lock::Count(calendar)])).await?;
    for session in sessions {
        promote(quince, tx, session.id, now).await?;
        outbox::sync_session_event(tx, session.id, now).await?;
    }
    Ok(())
}

/// Books the session for a client on the waiting list. Returns false if they do not fit.
async fn promote_one(
    quince: &Quince,
    tx: &mut WriteTx,
    calendar: &BookingCalendar,
    session: &Session,
    waiting: &Waiting,
    now: Timestamp,
) -> Result<bool, Internal> {
    let client = &waiting.client;
    let appointment = Appointment {
        id: AppointmentId(store::new_id(now)?),
        calendar_id: calendar.id,
        host_id: Some(session.host_id),
        session_id: Some(session.id),
        guests: client.guests.clone(),
        name: client.name.clone(),
        email: client.email.clone(),
        phone: client.phone.clone(),
        notes: client.notes.clone(),
        answers: client.answers.clone(),
        client_zone: client.zone.clone(),
        status: if calendar.settings.auto_confirm {
            Status::Confirmed
        } else {
            Status::New
        },
        starts_at: session.starts_at,
        ends_at: session.ends_at,
        pre_buffer: calendar.settings.rules.pre_buffer,
        post_buffer: calendar.settings.rules.post_buffer,
        assignment_reason: Some(AssignmentReason::Promoted),
        sequence: 0,
        booked_by: Party::Client,
        overridden: None,
        created_at: now,
        updated_at: now,
        cancellation: None,
        unconfirmed_until: None,
    };
    let mut claims = candidates::claims_of(calendar, &appointment, &[session.host_id]);
    if !appointments::of_session(tx, session.id).await?.is_empty() {
        limit_to_session(session, &mut claims);
    }
    let candidate = candidates::seat_with(session.host_id, &appointment, claims);
    if !claim::claim_if_free(tx, &candidate, &appointment, now).await? {
        return Ok(false);
    }
    persist::insert(quince, tx, &appointment, &candidate, None).await?;
    strangers::note_promoted(tx, waiting.id, appointment.id).await?;
    let host = staff::find(tx, session.host_id).await?;
    let recipients = (host.as_slice(), None);
    notify::enqueue_booked(
        tx,
        &appointment,
        &candidate,
        recipients,
        MessageKind::ClientPromoted,
        now,
    )
    .await?;
    Ok(true)
}
