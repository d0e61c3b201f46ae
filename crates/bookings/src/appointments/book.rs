//! Booking: look live, then decide and keep everything in one transaction.

use jiff::Timestamp;
use scheduling::{AppointmentId, DateRange, Interval, Kind, Refusal, Slot, Span, StaffId, Unit};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::calendar_members::Member;
use store::occupancy::AtRefusal;
use store::questions::Answer;
use store::{
    AppointmentStatus as Status, StoreError, Tx, appointment_parts, booking_calendars, idempotency_keys,
    occupancy, staff, strangers,
};

use super::details::{Booking, Details};
use super::error::BookError;
use super::looks::{Look, Looks};
use super::overriding::{self, IfTaken};
use super::plan::{self, Decided, Plan};
use super::read::{host_names, names, names_of};
use super::view::Booked;
use super::{hold, token, unconfirmed, why_not};
use crate::accounts::is_admin;
use crate::calendars::checked_answers;
use crate::classes;
use crate::contention::{MayBeContention, retried};
use crate::input::Checked;
use crate::mail::kinds::MessageKind;
use crate::problem::Internal;
use crate::quince::Quince;
use crate::slots::context::{Context, Own, queue_for_counting};
use crate::strangers::{SpentOn, Stranger};
use crate::{mail, outbox, services};

/// How often the choice of a host is made anew because of what a look or another booking told.
const ROUNDS: usize = 20;

/// Books for a client. The same wish sent again under the same key gets the first answer.
pub async fn book(quince: &Quince, booking: Booking) -> Result<Booked, BookError> {
    book_for(quince, booking, By::Client).await
}

/// As [`book`], for somebody who is not known, of whom no more is taken than [`crate::strangers`] says.
pub async fn book_as_stranger(
    quince: &Quince,
    stranger: &Stranger,
    booking: Booking,
) -> Result<Booked, BookError> {
    book_for(quince, booking, By::Stranger(stranger)).await
}

/// Books for a client by a staff member, who need not keep the minimum notice and the date range, and to whom a booking calendar
/// that is switched off is open.
pub async fn book_as_staff(
    quince: &Quince,
    by: StaffId,
    booking: Booking,
    if_taken: IfTaken,
) -> Result<Booked, BookError> {
    book_for(quince, booking, By::Staff(by, if_taken)).await
}

/// Who books.
enum By<'a> {
    Client,
    Stranger(&'a Stranger),
    Staff(StaffId, IfTaken),
}

/// One wish with all that is needed to try it again and again.
struct Wish<'a> {
    booking: Booking,
    details: Details,
    key: String,
    body_hash: [u8; 32],
    stranger: Option<&'a Stranger>,
    by: Option<StaffId>,
    if_taken: IfTaken,
}

/// What is booked.
struct Wanted {
    answers: Vec<Answer>,
    context: Context,
    /// It as it is offered now; else what is in the way of it, when a staff member wants it all the same.
    offer: Result<Slot, Vec<Refusal>>,
}

/// What one try came to.
enum Try {
    Booked(Booked),
    Look(Vec<Look>),
}

async fn book_for(quince: &Quince, booking: Booking, by: By<'_>) -> Result<Booked, BookError> {
    let details = booking.check()?;
    let (stranger, staff, if_taken) = match by {
        By::Client => (None, None, IfTaken::Refuse),
        By::Stranger(stranger) => (Some(stranger), None, IfTaken::Refuse),
        By::Staff(by, if_taken) => (None, Some(by), if_taken),
    };
    let wish = Wish {
        key: booking.kept_key(staff),
        body_hash: booking.body_hash(),
        booking,
        details,
        stranger,
        by: staff,
        if_taken,
    };
    match try_to_book(quince, &wish).await {
        // Perhaps it was this very wish, sent twice at the same moment, that took the time, or spent the puzzle.
        Err(
            error @ (BookError::SlotTaken
            | BookError::NotOffered(_)
            | BookError::InTheWay(_)
            | BookError::NotProven(_)),
        ) => {
            let mut tx = quince.store().read().await?;
            wish.answered(quince, &mut tx).await?.ok_or(error)
        }
        other => other,
    }
}

async fn try_to_book(quince: &Quince, wish: &Wish<'_>) -> Result<Booked, BookError> {
    let mut looks = Looks::new();
    let mut at_refusal = AtRefusal::GiveUp;
    for _ in 0..ROUNDS {
        match retried(|| wish.commit(quince, &looks, at_refusal)).await {
            Ok(Try::Booked(booked)) => {
                quince.wake();
                wish.give_up_hold(quince).await;
                return Ok(booked);
            }
            // Nobody is kept from writing meanwhile.
            Ok(Try::Look(needed)) => looks.make(quince, needed).await?,
            // Somebody was faster: the next round finds what they did.
            Err(TryError::Again) => at_refusal = AtRefusal::GoOn,
            Err(TryError::Final(error)) => return Err(error),
        }
    }
    Err(BookError::SlotTaken)
}

enum TryError {
    /// Since it was decided, somebody changed what it was decided by: the same key was used, a room went, or, for staff, who
    /// are told or override what is in the way, the time was taken.
    Again,
    Final(BookError),
}

impl MayBeContention for TryError {
    fn is_contention(&self) -> bool {
        matches!(self, Self::Final(error) if error.is_contention())
    }
}

impl From<BookError> for TryError {
    fn from(error: BookError) -> Self {
        Self::Final(error)
    }
}

impl From<StoreError> for TryError {
    fn from(error: StoreError) -> Self {
        Self::Final(error.into())
    }
}

impl From<Internal> for TryError {
    fn from(error: Internal) -> Self {
        Self::Final(error.into())
    }
}

impl Wish<'_> {
    /// Decides with nobody else writing the same place, and keeps everything at once; or says what has to be looked at before.
    async fn commit(&self, quince: &Quince, looks: &Looks, at_refusal: AtRefusal) -> Result<Try, TryError> {
        let mut tx = quince.store().write().await?;
        if let Some(booked) = self.answered(quince, &mut tx).await? {
            return Ok(Try::Booked(booked));
        }
        if let Some(stranger) = self.stranger {
            let may = stranger
                .may_book(&mut tx, &self.details.email, quince.now())
                .await?;
            may.map_err(BookError::from)?;
        }
        let mut calendar = self.calendar(&mut tx).await?;
        if let Some(stranger) = self.stranger {
            let proven = stranger
                .prove(quince, &mut tx, &calendar.0, SpentOn::Booking)
                .await?;
            proven.map_err(BookError::from)?;
        }
        if queue_for_counting(&mut tx, &calendar.0).await? {
            calendar = self.calendar(&mut tx).await?;
        }
        let wanted = self.wanted(quince, &mut tx, calendar).await?;
        let now = quince.now();
        classes::waiting_first(quince, &mut tx, &wanted.context.calendar, self.booking.start, now).await?;
        if let Ok(slot) = &wanted.offer {
            let plans = plan::plans(&mut tx, &wanted.context, slot, looks, None, now).await?;
            let are_some = !plans.is_empty();
            for plan in plans {
                let needed = looks.needed(quince, &mut tx, &wanted.context, &plan).await?;
                if !needed.is_empty() {
                    return Ok(Try::Look(needed));
                }
                let decided = Decided {
                    slot: slot.clone(),
                    plan,
                    overridden: None,
                };
                match self
                    .take(quince, &mut tx, &wanted, decided, at_refusal, now)
                    .await
                {
                    Err(TryError::Final(BookError::SlotTaken)) if at_refusal == AtRefusal::GiveUp => {
                        return Err(TryError::Again);
                    }
                    Err(TryError::Final(BookError::SlotTaken)) => {}
                    Err(error) => return Err(error),
                    Ok(booked) => {
                        tx.commit().await?;
                        return Ok(Try::Booked(booked));
                    }
                }
            }
            if are_some && self.by.is_some() {
                return Err(TryError::Again);
            }
        }
        let refusals = self.in_the_way(&wanted, looks, now)?;
        let (context, start) = (&wanted.context, self.booking.start);
        let over = overriding::override_all(&mut tx, context, start, &refusals, None, now).await?;
        let Some(decided) = over else {
            let nobody = overriding::in_the_way(context, &refusals, start, now);
            return Err(BookError::InTheWay(nobody).into());
        };
        let booked = self
            .take(quince, &mut tx, &wanted, decided, AtRefusal::GoOn, now)
            .await?;
        tx.commit().await?;
        Ok(Try::Booked(booked))
    }

    /// What is in the way, for a staff member who wants it all the same; a refusal for everybody else.
    fn in_the_way(&self, wanted: &Wanted, looks: &Looks, now: Timestamp) -> Result<Vec<Refusal>, BookError> {
        let context = &wanted.context;
        let refusals = match &wanted.offer {
            Ok(slot) => looks.in_the_way(Interval::new(slot.start, slot.end)),
            Err(refusals) => refusals.clone(),
        };
        if self.by.is_none() {
            return Err(BookError::SlotTaken);
        }
        if self.if_taken == IfTaken::BookAllTheSame
            && overriding::can_be_overridden(context, self.booking.start, now)
        {
            return Ok(refusals);
        }
        Err(overriding::in_the_way(context, &refusals, self.booking.start, now).into())
    }

    /// Takes the time and keeps the appointment.
    ///
    /// # Errors
    /// [`BookError::SlotTaken`] when it is taken; the transaction stays usable if others are to be tried.
    async fn take(
        &self,
        quince: &Quince,
        tx: &mut Tx,
        wanted: &Wanted,
        decided: Decided,
        at_refusal: AtRefusal,
        now: Timestamp,
    ) -> Result<Booked, TryError> {
        let id = AppointmentId(store::new_id(now)?);
        let mut appointment = self.appointment(wanted, id, &decided, now);
        let calendar = &wanted.context.calendar;
        let plan = classes::join(tx, calendar, decided.plan, &mut appointment, now).await?;
        let seats = appointment.seats();
        let holder = self.booking.holder;
        occupancy::take_held(tx, &plan.places, id, seats, now, holder, at_refusal).await?;
        if !services::are_there(tx, &plan.parts).await? {
            return Err(TryError::Again);
        }
        self.keep(quince, tx, calendar, &appointment, &plan, now).await
    }

    async fn keep(
        &self,
        quince: &Quince,
        tx: &mut Tx,
        calendar: &BookingCalendar,
        appointment: &Appointment,
        plan: &Plan,
        now: Timestamp,
    ) -> Result<Booked, TryError> {
        let secret = token::of(&quince.store().link_keys().manage, appointment.id)?;
        store::appointments::insert(tx, appointment, &token::hash(&secret)).await?;
        appointment_parts::insert(tx, appointment.id, &plan.parts).await?;
        if let Some(stranger) = self.stranger {
            let sender = stranger.sender(&appointment.email);
            strangers::note_booking(tx, appointment.id, &sender).await?;
        }
        match idempotency_keys::insert(tx, &self.key, &self.body_hash, appointment.id, now).await {
            Err(StoreError::AlreadyExists) => return Err(TryError::Again),
            other => other?,
        }
        let ids: Vec<StaffId> = plan.parts.iter().map(|part| part.host_id).collect();
        let hosts = staff::list_of(tx, &ids).await?;
        if appointment.unconfirmed_until.is_some() {
            mail::ask(tx, appointment, MessageKind::ClientConfirm, now).await?;
        } else {
            outbox::begin(tx, appointment, &plan.parts, &hosts, now).await?;
            mail::booked(tx, appointment, &plan.parts, &hosts, self.by, now).await?;
        }
        Ok(answer(
            appointment,
            calendar,
            names_of(&ids, &names(hosts)),
            secret,
        ))
    }

    fn appointment(
        &self,
        wanted: &Wanted,
        id: AppointmentId,
        decided: &Decided,
        now: Timestamp,
    ) -> Appointment {
        let calendar = &wanted.context.calendar;
        let reason = match (self.booking.host, self.by) {
            (Some(_), None) => "chosen by the client",
            (Some(_), Some(_)) => "chosen by staff",
            (None, _) => decided.plan.reason.as_str(),
        };
        let confirmed = (calendar.auto_confirm && !calendar.confirm_by_mail) || self.by.is_some();
        Appointment {
            id,
            calendar_id: calendar.id,
            host_id: decided.plan.lead(),
            session_id: None,
            guests: self.details.guests.clone(),
            name: self.details.name.clone(),
            email: self.details.email.clone(),
            phone: self.details.phone.clone(),
            notes: self.details.notes.clone(),
            answers: wanted.answers.clone(),
            client_zone: self.booking.zone.clone(),
            status: if confirmed { Status::Confirmed } else { Status::New },
            starts_at: decided.slot.start,
            ends_at: decided.slot.end,
            pre_buffer: calendar.rules.pre_buffer,
            post_buffer: calendar.rules.post_buffer,
            assignment_reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
            sequence: 0,
            booked_by: self.by,
            overridden: decided.overridden.clone(),
            created_at: now,
            updated_at: now,
            cancelled_at: None,
            cancelled_by: None,
            cancel_reason: None,
            unconfirmed_until: (calendar.confirm_by_mail && self.by.is_none())
                .then(|| unconfirmed::until(now)),
        }
    }

    /// The booking calendar with its members. Switched off, it takes no bookings of clients; while its settings cannot be read,
    /// nobody's.
    async fn calendar(&self, tx: &mut Tx) -> Result<(BookingCalendar, Vec<Member>), BookError> {
        booking_calendars::find_with_members(tx, &self.booking.slug)
            .await?
            .filter(|(row, _)| row.is_open() || (self.by.is_some() && row.is_readable()))
            .ok_or(BookError::CalendarNotFound)
    }

    /// The wished start as it is offered now, or as a staff member wants it all the same.
    async fn wanted(
        &self,
        quince: &Quince,
        tx: &mut Tx,
        (mut row, members): (BookingCalendar, Vec<Member>),
    ) -> Result<Wanted, BookError> {
        if let Some(by) = self.by {
            let me = staff::find(tx, by).await?.ok_or(BookError::CalendarNotFound)?;
            if !is_admin(me.role) && !members.iter().any(|(_, person)| person.id == by) {
                return Err(BookError::CalendarNotFound);
            }
            row.rules.notice = Span::new(0, Unit::Minutes);
            row.rules.range = DateRange::Unlimited;
        }
        let mut checked = Checked::default();
        if row.kind != Kind::ClassBooking && !self.details.guests.is_empty() {
            checked.problem("guests", "Guests can be brought to classes only. Leave them out.");
        }
        // Staff need not answer in the client's place.
        let mut questions = row.questions.clone();
        for question in &mut questions {
            question.required &= self.by.is_none();
        }
        let answers = checked_answers(&mut checked, &questions, &self.booking.answers);
        checked.finish()?;
        let now = quince.now();
        let mut context = self.context(tx, row, members, now).await?;
        context.for_seats(self.details.seats());
        if let Some(host) = self.booking.host {
            context.choose(host)?;
        }
        let offer = context.check(now, self.by.is_some(), self.booking.start);
        let mut wanted = Wanted {
            answers,
            context,
            offer,
        };
        if let Err(refusals) = &wanted.offer {
            if self.by.is_none() {
                let refused = refused(refusals);
                let too_large = classes::too_large(&mut wanted.context, now, false, self.booking.start);
                return Err(too_large.map_or(refused, BookError::NotOffered));
            }
            self.in_the_way(&wanted, &Looks::new(), now)?;
        }
        Ok(wanted)
    }

    /// What counts for the wished start.
    async fn context(
        &self,
        tx: &mut Tx,
        row: BookingCalendar,
        members: Vec<Member>,
        now: Timestamp,
    ) -> Result<Context, BookError> {
        let window = plan::window(self.booking.start);
        let own = Own {
            moved: None,
            holder: self.booking.holder,
        };
        let mut checked = Checked::default();
        if row.kind != Kind::Service {
            if !self.booking.services.is_empty() {
                checked.problem("services", "There is no menu of services here. Leave them out.");
            }
            checked.finish()?;
            return Ok(Context::load(tx, row, members, window, now, own).await?);
        }
        match services::wanted(tx, &row, &members, &self.booking.services).await? {
            Ok(wanted) => Ok(Context::load_visit(tx, row, members, window, now, own, wanted).await?),
            Err(sentence) => {
                checked.problem("services", sentence.clone());
                checked.finish()?;
                Err(BookError::NotOffered(sentence))
            }
        }
    }

    /// Gives back what the client holds elsewhere. If that fails, it expires.
    async fn give_up_hold(&self, quince: &Quince) {
        let Some(holder) = self.booking.holder else { return };
        if let Err(cause) = hold::give_up(quince, holder).await {
            tracing::warn!(cause = %cause.cause(), "what a client held stays held until it expires");
        }
    }

    /// What was answered to this key before.
    async fn answered(&self, quince: &Quince, tx: &mut Tx) -> Result<Option<Booked>, BookError> {
        let Some(first) = idempotency_keys::find(tx, &self.key).await? else {
            return Ok(None);
        };
        if first.body_hash != self.body_hash {
            return Err(BookError::KeyReused);
        }
        let Some(appointment) = store::appointments::find(tx, first.appointment_id).await? else {
            return Ok(None);
        };
        let Some(calendar) = booking_calendars::find(tx, appointment.calendar_id).await? else {
            return Ok(None);
        };
        let hosts = host_names(tx, appointment.id).await?;
        let secret = token::of(&quince.store().link_keys().manage, appointment.id)?;
        Ok(Some(answer(&appointment, &calendar, hosts, secret)))
    }
}

fn answer(
    appointment: &Appointment,
    calendar: &BookingCalendar,
    host_name: String,
    manage_token: String,
) -> Booked {
    Booked {
        id: appointment.id,
        manage_token,
        calendar_name: calendar.name.clone(),
        host_name,
        start: appointment.starts_at,
        end: appointment.ends_at,
        zone: appointment.client_zone.clone(),
        status: appointment.status,
        confirm_until: appointment
            .unconfirmed_until
            .filter(|_| unconfirmed::is_unconfirmed(appointment)),
    }
}

pub(super) fn refused(refusals: &[Refusal]) -> BookError {
    if why_not::is_taken(refusals) {
        BookError::SlotTaken
    } else {
        BookError::NotOffered(why_not::sentence(refusals))
    }
}
