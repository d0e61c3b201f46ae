//! Booking: places a new appointment, and stores it with all that follows from it in one transaction.

use jiff::Timestamp;
use scheduling::{AppointmentId, DateRange, Kind, Span, StaffId, Unit};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::calendar_members::Member;
use store::occupancy::Holds;
use store::questions::Answer;
use store::staff::Staff;
use store::{
    AppointmentStatus as Status, AssignmentReason, MessageKind, ReadTx, StoreError, WriteTx,
    booking_calendars, idempotency_keys, staff,
};

use super::read::host_names;
use super::view::Booked;
use super::{hold, unconfirmed};
use crate::accounts::is_admin;
use crate::availability::balance;
use crate::availability::input::{AvailabilityInput, Exclusions, lock_calendar_if_limited};
use crate::classes;
use crate::error::{Error, Missing, Preserved, Refusal};
use crate::links;
use crate::people::{names, names_of};
use crate::placement::candidate::{Candidate, Placement};
use crate::placement::candidates;
use crate::placement::live_check::LiveCheck;
use crate::placement::on_conflict::OnConflict;
use crate::placement::request::{Booking, Details};
use crate::placement::target::Target;
use crate::placement::{Loaded, NotPlaced, Request, place};
use crate::placement::{claim, notify, persist};
use crate::problem::{GuestProblem, VisitProblem};
use crate::questions::checked_answers;
use crate::quince::Quince;
use crate::strangers::{SpentOn, Stranger};
use crate::validate::Validator;
use crate::{notifications, services};

/// Books for a client. A request that is repeated with the same idempotency key gets the first answer, or [`Refusal::DeletedSince`].
pub async fn book(quince: &Quince, booking: Booking) -> Result<Booked, Error> {
    book_for(quince, booking, Booker::Client).await
}

/// Like [`book`], for an anonymous visitor, within the limits of [`crate::strangers`].
pub async fn book_as_stranger(
    quince: &Quince,
    stranger: &Stranger,
    booking: Booking,
) -> Result<Booked, Error> {
    book_for(quince, booking, Booker::Stranger(stranger)).await
}

/// Books for a client by a staff member. Minimum notice and date range do not apply, and the booking calendar may be switched off.
pub async fn book_as_staff(
    quince: &Quince,
    by: StaffId,
    booking: Booking,
    on_conflict: OnConflict,
) -> Result<Booked, Error> {
    book_for(quince, booking, Booker::Staff(by, on_conflict)).await
}

/// Who books.
enum Booker<'a> {
    Client,
    Stranger(&'a Stranger),
    Staff(StaffId, OnConflict),
}

/// A checked request, which can be attempted any number of times.
struct BookRequest<'a> {
    booking: Booking,
    details: Details,
    key: String,
    body_hash: [u8; 32],
    stranger: Option<&'a Stranger>,
    /// The staff member who books, and what to do on a conflict.
    staff: Option<(StaffId, OnConflict)>,
}

async fn book_for(quince: &Quince, booking: Booking, by: Booker<'_>) -> Result<Booked, Error> {
    let details = booking.check()?;
    let (stranger, staff) = match by {
        Booker::Client => (None, None),
        Booker::Stranger(stranger) => (Some(stranger), None),
        Booker::Staff(by, on_conflict) => (None, Some((by, on_conflict))),
    };
    let request = BookRequest {
        key: booking.stored_key(staff.map(|(by, _)| by)),
        body_hash: booking.body_hash(),
        booking,
        details,
        stranger,
        staff,
    };
    match place(quince, &request).await {
        Ok(booked) => {
            quince.wake();
            request.release_hold(quince).await;
            Ok(booked)
        }
        Err(error @ Error::Internal(_)) => Err(error),
        // This same request may have taken the time, or spent the puzzle, in an earlier or concurrent attempt.
        Err(error) => {
            let mut tx = quince.store().read().await?;
            request.previous_answer(quince, &mut tx).await?.ok_or(error)
        }
    }
}

impl Request for BookRequest<'_> {
    type Data = Vec<Answer>;
    type Placed = Booked;

    const PRESERVED: Preserved = Preserved::FormInput;

    async fn read_unlocked(
        &self,
        tx: &mut ReadTx,
        now: Timestamp,
    ) -> Result<Option<(Vec<Answer>, Target)>, Error> {
        let calendar = self.calendar(tx).await?;
        self.target(tx, calendar, now).await.map(Some)
    }

    async fn read_locked(
        &self,
        quince: &Quince,
        tx: &mut WriteTx,
        now: Timestamp,
    ) -> Result<Loaded<Vec<Answer>, Booked>, Error> {
        if let Some(booked) = self.previous_answer(quince, tx).await? {
            return Ok(Loaded::Done(booked));
        }
        if let Some(stranger) = self.stranger {
            stranger.may_book(tx, &self.details.email, now).await??;
        }
        let mut calendar = self.calendar(tx).await?;
        if let Some(stranger) = self.stranger {
            stranger
                .prove(quince, tx, &calendar.0, SpentOn::Booking)
                .await??;
        }
        if lock_calendar_if_limited(tx, &calendar.0).await? {
            calendar = self.calendar(tx).await?;
        }
        // Before availability is computed: the waiting list may take the last seats of the day.
        classes::serve_start(quince, tx, &calendar.0, self.booking.start, now).await?;
        let (answers, target) = self.target(tx, calendar, now).await?;
        Ok(Loaded::ToPlace(answers, Box::new(target)))
    }

    async fn may_check_live(
        &self,
        quince: &Quince,
        tx: &mut ReadTx,
        target: &Target,
        now: Timestamp,
    ) -> Result<(), Error> {
        if let Some(stranger) = self.stranger {
            stranger.bookings_left(tx, &self.details.email, now).await??;
            stranger
                .could_prove(quince, tx, &target.input.calendar, SpentOn::Booking)
                .await??;
        }
        Ok(())
    }

    async fn persist(
        &self,
        quince: &Quince,
        tx: &mut WriteTx,
        answers: &Vec<Answer>,
        target: &Target,
        placement: Placement,
        now: Timestamp,
    ) -> Result<Booked, NotPlaced> {
        let calendar = &target.input.calendar;
        let mut appointment = self.appointment(calendar, answers, &placement, now)?;
        let candidate =
            classes::join_session(tx, calendar, placement.candidate, &mut appointment, now).await?;
        let (id, visitor) = (appointment.id, self.booking.holder);
        let holds = if visitor.is_some() || placement.is_contended {
            Holds::MayBeInTheWay
        } else {
            Holds::Ignored
        };
        claim::claim_new(tx, &candidate, &appointment, now, (visitor, holds)).await?;
        let sender = self.stranger.map(|stranger| stranger.sender(&appointment.email));
        let secret = persist::insert(quince, tx, &appointment, &candidate, sender.as_ref()).await?;
        balance::record_present_members(tx, &target.input, id, appointment.starts_at).await?;
        match idempotency_keys::insert(tx, &self.key, &self.body_hash, id, now).await {
            Err(StoreError::AlreadyExists) => return Err(NotPlaced::Overtaken),
            other => other?,
        }
        let hosts = hosts(target, &candidate);
        self.notify(tx, &appointment, &candidate, &hosts, now).await?;
        let ids: Vec<StaffId> = candidate.parts.iter().map(|part| part.host_id).collect();
        Ok(answer(
            &appointment,
            calendar,
            names_of(&ids, &names(hosts)),
            secret,
        ))
    }
}

/// Returns the members who take part, each once.
fn hosts(target: &Target, candidate: &Candidate) -> Vec<Staff> {
    let members = target.input.members.iter().map(|(_, person)| person);
    let takes_part = |person: &&Staff| candidate.parts.iter().any(|part| part.host_id == person.id);
    members.filter(takes_part).cloned().collect()
}

impl BookRequest<'_> {
    fn by(&self) -> Option<StaffId> {
        self.staff.map(|(by, _)| by)
    }

    /// Enqueues the mails and event writes that follow from a booking.
    async fn notify(
        &self,
        tx: &mut WriteTx,
        appointment: &Appointment,
        candidate: &Candidate,
        hosts: &[Staff],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if appointment.unconfirmed_until.is_some() {
            return notifications::enqueue(tx, appointment, MessageKind::ClientConfirm, now).await;
        }
        let recipients = (hosts, self.by());
        notify::enqueue_booked(
            tx,
            appointment,
            candidate,
            recipients,
            MessageKind::ClientBooked,
            now,
        )
        .await
    }

    fn appointment(
        &self,
        calendar: &BookingCalendar,
        answers: &[Answer],
        placement: &Placement,
        now: Timestamp,
    ) -> Result<Appointment, StoreError> {
        let reason = match (self.booking.host, self.staff) {
            (Some(_), None) => Some(AssignmentReason::ChosenByClient),
            (Some(_), Some(_)) => Some(AssignmentReason::ChosenByStaff),
            (None, _) => placement.candidate.reason.clone(),
        };
        let confirmed =
            (calendar.settings.auto_confirm && !calendar.settings.confirm_by_mail) || self.staff.is_some();
        Ok(Appointment {
            id: AppointmentId(store::new_id(now)?),
            calendar_id: calendar.id,
            host_id: placement.candidate.lead(),
            session_id: None,
            guests: self.details.guests.clone(),
            name: self.details.name.clone(),
            email: self.details.email.clone(),
            phone: self.details.phone.clone(),
            notes: self.details.notes.clone(),
            answers: answers.to_vec(),
            client_zone: self.booking.zone.clone(),
            status: if confirmed { Status::Confirmed } else { Status::New },
            starts_at: placement.slot.start,
            ends_at: placement.slot.end,
            pre_buffer: calendar.settings.rules.pre_buffer,
            post_buffer: calendar.settings.rules.post_buffer,
            assignment_reason: reason,
            sequence: 0,
            booked_by: self.by().into(),
            overridden: placement.overridden.clone(),
            created_at: now,
            updated_at: now,
            cancellation: None,
            unconfirmed_until: (calendar.settings.confirm_by_mail && self.staff.is_none())
                .then(|| unconfirmed::confirmation_deadline(now)),
        })
    }

    /// Finds the booking calendar and its members. One that is switched off takes bookings by staff only; one with unreadable settings
    /// takes none.
    async fn calendar(&self, tx: &mut ReadTx) -> Result<(BookingCalendar, Vec<Member>), Error> {
        booking_calendars::find_with_members(tx, &self.booking.slug)
            .await?
            .filter(|(row, _)| row.is_open() || (self.staff.is_some() && row.is_readable()))
            .ok_or(Error::NotFound(Missing::BookingCalendar))
    }

    /// Checks the requested start against current availability, and the answers to the calendar's questions.
    async fn target(
        &self,
        tx: &mut ReadTx,
        (mut row, members): (BookingCalendar, Vec<Member>),
        now: Timestamp,
    ) -> Result<(Vec<Answer>, Target), Error> {
        if let Some(by) = self.by() {
            let me = staff::find(tx, by)
                .await?
                .ok_or(Error::NotFound(Missing::BookingCalendar))?;
            if !is_admin(me.account.role) && !members.iter().any(|(_, person)| person.id == by) {
                return Err(Error::NotFound(Missing::BookingCalendar));
            }
            row.settings.rules.notice = Span::new(0, Unit::Minutes);
            row.settings.rules.range = DateRange::Unlimited;
        }
        let answers = self.answers(&row)?;
        let mut input = self.input(tx, row, members, now).await?;
        input.for_seats(self.details.seats());
        if let Some(host) = self.booking.host {
            input.choose(host)?;
        }
        let offer = input.check(now, self.staff.is_some(), self.booking.start);
        let mut target = Target {
            input,
            start: self.booking.start,
            preferred: None,
            staff: self.staff.map(|(_, on_conflict)| on_conflict),
            offer,
        };
        if target.offer.is_err() {
            target.conflicts(Self::PRESERVED, &LiveCheck::new(), now)?;
        }
        Ok((answers, target))
    }

    /// Checks the answers to the booking calendar's questions. None is required of staff.
    fn answers(&self, row: &BookingCalendar) -> Result<Vec<Answer>, Error> {
        let mut checked = Validator::default();
        if row.settings.kind != Kind::ClassBooking && !self.details.guests.is_empty() {
            checked.problem("guests", GuestProblem::NoClass);
        }
        let mut questions = row.settings.questions.clone();
        for question in &mut questions {
            question.required &= self.staff.is_none();
        }
        let answers = checked_answers(&mut checked, &questions, &self.booking.answers);
        checked.finish()?;
        Ok(answers)
    }

    /// Loads what determines availability at the requested start.
    async fn input(
        &self,
        tx: &mut ReadTx,
        row: BookingCalendar,
        members: Vec<Member>,
        now: Timestamp,
    ) -> Result<AvailabilityInput, Error> {
        let window = candidates::window(self.booking.start);
        let exclude = Exclusions {
            moved: None,
            holder: self.booking.holder,
        };
        if row.settings.kind != Kind::Service {
            if !self.booking.services.is_empty() {
                return Err(VisitProblem::NoMenu.into());
            }
            return Ok(AvailabilityInput::load(tx, row, members, window, now, exclude).await?);
        }
        let visit = services::visit_request(tx, &row, &members, &self.booking.services).await??;
        Ok(AvailabilityInput::load_visit(tx, row, members, window, now, exclude, visit).await?)
    }

    /// Releases the client's hold. If that fails, the hold expires.
    async fn release_hold(&self, quince: &Quince) {
        let Some(holder) = self.booking.holder else { return };
        if let Err(cause) = hold::release(quince, holder).await {
            tracing::warn!(cause = %cause.cause(), "what a client held stays held until it expires");
        }
    }

    /// Returns the answer that was given to this idempotency key before.
    async fn previous_answer(&self, quince: &Quince, tx: &mut ReadTx) -> Result<Option<Booked>, Error> {
        let Some(first) = idempotency_keys::find(tx, &self.key).await? else {
            return Ok(None);
        };
        if first.body_hash != self.body_hash {
            return Err(Refusal::KeyReused.into());
        }
        let appointment = store::appointments::find(tx, first.appointment_id)
            .await?
            .ok_or(Refusal::DeletedSince)?;
        let calendar = booking_calendars::find(tx, appointment.calendar_id)
            .await?
            .ok_or(Refusal::DeletedSince)?;
        let hosts = host_names(tx, appointment.id).await?;
        let secret = links::manage(quince, appointment.id)?;
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
        calendar_name: calendar.settings.name.clone(),
        host_name,
        start: appointment.starts_at,
        end: appointment.ends_at,
        zone: appointment.client_zone.clone(),
        status: appointment.status,
        confirm_until: appointment
            .unconfirmed_until
            .filter(|_| appointment.is_unconfirmed()),
    }
}
