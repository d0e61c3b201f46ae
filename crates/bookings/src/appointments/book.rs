//! Booking: look live, then decide and keep everything in one transaction.

use jiff::Timestamp;
use scheduling::{AppointmentId, Choice, DateRange, Refusal, Slot, Span, StaffId, Unit};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::{
    AppointmentStatus as Status, StoreError, Tx, booking_calendars, idempotency_keys, occupancy, staff,
};

use super::details::{Booking, Details};
use super::error::BookError;
use super::plan::{self, Look, Looks};
use super::view::Booked;
use super::{token, why_not};
use crate::input::Checked;
use crate::mail::kinds::MessageKind;
use crate::problem::Internal;
use crate::quince::Quince;
use crate::slots::context::Context;
use crate::{mail, outbox};

/// How often the choice of a host is made anew because of what a look or another booking told.
const ROUNDS: usize = 20;

/// Books for a client. The same wish sent again under the same key gets the first answer.
pub async fn book(quince: &Quince, booking: Booking) -> Result<Booked, BookError> {
    book_for(quince, booking, None).await
}

/// Books for a client by a staff member, who need not keep the minimum notice and the date range.
pub async fn book_as_staff(quince: &Quince, by: StaffId, booking: Booking) -> Result<Booked, BookError> {
    book_for(quince, booking, Some(by)).await
}

/// One wish with all that is needed to try it again and again.
struct Wish {
    booking: Booking,
    details: Details,
    body_hash: [u8; 32],
    by: Option<StaffId>,
}

/// What one try came to.
enum Try {
    Booked(Booked),
    Look(Look),
}

async fn book_for(quince: &Quince, booking: Booking, by: Option<StaffId>) -> Result<Booked, BookError> {
    let details = booking.check()?;
    let wish = Wish {
        body_hash: booking.body_hash(),
        booking,
        details,
        by,
    };
    match try_to_book(quince, &wish).await {
        // Perhaps it was this very wish, sent twice at the same moment, that took the time.
        Err(error @ (BookError::SlotTaken | BookError::NotOffered(_))) => {
            let mut tx = quince.store().read().await?;
            wish.answered(quince, &mut tx).await?.ok_or(error)
        }
        other => other,
    }
}

async fn try_to_book(quince: &Quince, wish: &Wish) -> Result<Booked, BookError> {
    let mut looks = Looks::new();
    // Everybody worth looking at is looked at before the writer is held up.
    for _ in 0..ROUNDS {
        match wish.plan(quince, &looks).await? {
            Planned::Answered(booked) => return Ok(booked),
            Planned::Look(look) => looks.make(quince, look).await?,
            Planned::Ready => break,
        }
    }
    for _ in 0..ROUNDS {
        match wish.commit(quince, &looks).await {
            Ok(Try::Booked(booked)) => {
                quince.wake();
                return Ok(booked);
            }
            Ok(Try::Look(look)) => looks.make(quince, look).await?,
            // The same key at the same moment: the next round finds its answer.
            Err(TryError::SameMoment) => {}
            Err(TryError::Final(error)) => return Err(error),
        }
    }
    Err(BookError::SlotTaken)
}

enum Planned {
    Answered(Booked),
    Look(Look),
    Ready,
}

enum TryError {
    SameMoment,
    Final(BookError),
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

impl Wish {
    /// The first answer to this key, the next look to make, or that all is looked at.
    async fn plan(&self, quince: &Quince, looks: &Looks) -> Result<Planned, BookError> {
        let mut tx = quince.store().read().await?;
        if let Some(booked) = self.answered(quince, &mut tx).await? {
            return Ok(Planned::Answered(booked));
        }
        let (context, slot) = self.slot(quince, &mut tx).await?;
        let choices = plan::choices(&mut tx, &context, &slot, looks, None).await?;
        let first = choices.first().ok_or(BookError::SlotTaken)?;
        if !looks.is_settled(first.host) {
            let span = plan::occupied(&context.calendar, &slot);
            if let Some(look) = plan::look_at(quince, &mut tx, &context, first.host, span).await? {
                return Ok(Planned::Look(look));
            }
        }
        Ok(Planned::Ready)
    }

    /// Decides again, with nobody else writing the same place, and keeps everything at once.
    async fn commit(&self, quince: &Quince, looks: &Looks) -> Result<Try, TryError> {
        let mut tx = quince.store().write().await?;
        if let Some(booked) = self.answered(quince, &mut tx).await? {
            return Ok(Try::Booked(booked));
        }
        let (context, slot) = self.slot(quince, &mut tx).await?;
        let now = quince.now();
        let id = AppointmentId(store::new_id(now)?);
        for choice in plan::choices(&mut tx, &context, &slot, looks, None).await? {
            if !looks.is_settled(choice.host) {
                let span = plan::occupied(&context.calendar, &slot);
                if let Some(look) = plan::look_at(quince, &mut tx, &context, choice.host, span).await? {
                    return Ok(Try::Look(look));
                }
            }
            let place = plan::place(&context.calendar, &slot, choice.host);
            match occupancy::take(&mut tx, &place, id, now).await {
                Ok(_) => {}
                Err(StoreError::SlotTaken) => continue,
                Err(error) => return Err(error.into()),
            }
            let booked = self
                .keep(quince, &mut tx, &context, &slot, id, &choice, now)
                .await?;
            tx.commit().await?;
            return Ok(Try::Booked(booked));
        }
        Err(BookError::SlotTaken.into())
    }

    #[expect(clippy::too_many_arguments, reason = "one decision with all its parts")]
    async fn keep(
        &self,
        quince: &Quince,
        tx: &mut Tx,
        context: &Context,
        slot: &Slot,
        id: AppointmentId,
        choice: &Choice,
        now: Timestamp,
    ) -> Result<Booked, TryError> {
        let calendar = &context.calendar;
        let appointment = self.appointment(calendar, slot, id, choice, now);
        let secret = token::of(&quince.store().key().derive("manage"), id)?;
        store::appointments::insert(tx, &appointment, &token::hash(&secret)).await?;
        match idempotency_keys::insert(tx, self.booking.idempotency_key.trim(), &self.body_hash, id, now)
            .await
        {
            Err(StoreError::AlreadyExists) => return Err(TryError::SameMoment),
            other => other?,
        }
        outbox::follow(tx, &appointment, now).await?;
        mail::ask(tx, &appointment, MessageKind::ClientBooked, now).await?;
        if self.by != Some(choice.host) {
            mail::ask(tx, &appointment, MessageKind::HostBooked, now).await?;
        }
        let host = context
            .member(choice.host)
            .map(|person| person.name.clone())
            .unwrap_or_default();
        Ok(answer(&appointment, calendar, host, secret))
    }

    fn appointment(
        &self,
        calendar: &BookingCalendar,
        slot: &Slot,
        id: AppointmentId,
        choice: &Choice,
        now: Timestamp,
    ) -> Appointment {
        let reason = if self.booking.host.is_some() {
            "chosen by the client"
        } else {
            choice.reason.as_str()
        };
        let confirmed = calendar.auto_confirm || self.by.is_some();
        Appointment {
            id,
            calendar_id: calendar.id,
            host_id: Some(choice.host),
            name: self.details.name.clone(),
            email: self.details.email.clone(),
            phone: self.details.phone.clone(),
            notes: self.details.notes.clone(),
            client_zone: self.booking.zone.clone(),
            status: if confirmed { Status::Confirmed } else { Status::New },
            starts_at: slot.start,
            ends_at: slot.end,
            pre_buffer: calendar.rules.pre_buffer,
            post_buffer: calendar.rules.post_buffer,
            assignment_reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
            sequence: 0,
            booked_by: self.by,
            created_at: now,
            updated_at: now,
            cancelled_at: None,
            cancelled_by: None,
        }
    }

    /// The wished start as it is offered now.
    async fn slot(&self, quince: &Quince, tx: &mut Tx) -> Result<(Context, Slot), BookError> {
        let row = booking_calendars::find_by_slug(tx, &self.booking.slug).await?;
        let mut row = row.filter(|row| row.active).ok_or(BookError::CalendarNotFound)?;
        if let Some(by) = self.by {
            staff::find(tx, by).await?.ok_or(BookError::CalendarNotFound)?;
            row.rules.notice = Span::new(0, Unit::Minutes);
            row.rules.range = DateRange::Unlimited;
        }
        let now = quince.now();
        let mut context = Context::load(tx, row, plan::window(self.booking.start), now, None).await?;
        if let Some(host) = self.booking.host {
            if context.member(host).is_none() {
                let mut checked = Checked::default();
                checked.problem(
                    "host",
                    "This person cannot be booked here any more. Choose somebody else, or anybody.",
                );
                checked.finish()?;
            }
            context.only(host);
        }
        let checked = scheduling::check(&context.request(now, self.by.is_some()), self.booking.start);
        let slot = checked.map_err(|refusals| refused(&refusals))?;
        Ok((context, slot))
    }

    /// What was answered to this key before.
    async fn answered(&self, quince: &Quince, tx: &mut Tx) -> Result<Option<Booked>, BookError> {
        let Some(first) = idempotency_keys::find(tx, self.booking.idempotency_key.trim()).await? else {
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
        let host = match appointment.host_id {
            Some(host) => staff::find(tx, host)
                .await?
                .map(|person| person.name)
                .unwrap_or_default(),
            None => String::new(),
        };
        let secret = token::of(&quince.store().key().derive("manage"), appointment.id)?;
        Ok(Some(answer(&appointment, &calendar, host, secret)))
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
    }
}

fn refused(refusals: &[Refusal]) -> BookError {
    if why_not::is_taken(refusals) {
        BookError::SlotTaken
    } else {
        BookError::NotOffered(why_not::sentence(refusals))
    }
}
