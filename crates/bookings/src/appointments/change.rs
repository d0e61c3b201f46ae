//! Moving, calling off and editing appointments. Every change goes to the calendar in the same transaction's outbox (D3).

use jiff::Timestamp;
use scheduling::{AppointmentId, DateRange, Slot, Span, StaffId, Unit};
use store::appointments::{Appointment, NewTime};
use store::booking_calendars::BookingCalendar;
use store::{AppointmentStatus as Status, StoreError, Tx, appointments, occupancy};

use super::details::Details;
use super::error::ChangeError;
use super::plan::{self, Look, Looks};
use super::read::{calendar_of, check_viewer, is_active, of_token, one_view};
use super::view::AppointmentView;
use super::why_not;
use crate::input::{Checked, NAME_LIMIT};
use crate::mail::kinds::MessageKind;
use crate::problem::Internal;
use crate::quince::Quince;
use crate::slots::context::Context;
use crate::{mail, outbox};

/// How often the choice of a host is made anew because of what a look told.
const ROUNDS: usize = 20;

/// Who changes an appointment.
#[derive(Clone, PartialEq, Eq)]
pub enum Actor {
    /// The client, by the manage link.
    Client {
        /// The link's secret.
        token: String,
    },
    /// A staff member: the host, or an admin.
    Staff {
        /// Who.
        id: StaffId,
        /// Which appointment.
        appointment: AppointmentId,
    },
}

/// Without the secret.
impl std::fmt::Debug for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Client { .. } => f.write_str("Client"),
            Self::Staff { id, appointment } => write!(f, "Staff({id}, {appointment})"),
        }
    }
}

/// New contact and notes of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The client's name.
    pub name: String,
    /// The client's address.
    pub email: String,
    /// The client's telephone number; may be empty.
    pub phone: String,
    /// The client's notes; may be empty.
    pub notes: String,
}

/// The appointment an actor may act on, and the actor's name.
struct Opened {
    appointment: Appointment,
    calendar: BookingCalendar,
    by: String,
    staff: Option<StaffId>,
}

impl Actor {
    /// Finds the appointment and keeps it as it is until the transaction ends, so that two changes at the same moment
    /// follow each other.
    async fn open(&self, tx: &mut Tx, now: Timestamp) -> Result<Opened, ChangeError> {
        let (appointment, by, staff) = match self {
            Self::Client { token } => {
                let known = of_token(tx, token, now).await?;
                appointments::lock(tx, known.id).await?;
                (of_token(tx, token, now).await?, "client".to_owned(), None)
            }
            Self::Staff { id, appointment } => {
                appointments::lock(tx, *appointment).await?;
                let appointment = appointments::find(tx, *appointment)
                    .await?
                    .ok_or(ChangeError::NotFound)?;
                let me = check_viewer(tx, *id, &appointment).await?;
                (appointment, me.name, Some(*id))
            }
        };
        let calendar = calendar_of(tx, &appointment).await?;
        Ok(Opened {
            appointment,
            calendar,
            by,
            staff,
        })
    }
}

/// Whether the client may change an appointment now, given the cut-off; else why not.
pub(crate) fn client_may(
    appointment: &Appointment,
    calendar: &BookingCalendar,
    cutoff: Span,
    now: Timestamp,
) -> Result<(), String> {
    if !is_active(appointment.status) {
        return Err(over(appointment.status));
    }
    if now >= appointment.starts_at {
        return Err("This appointment has begun or is over, so it cannot be changed any more.".to_owned());
    }
    if now > cutoff.before(appointment.starts_at, &calendar.rules.zone) {
        let unit = match cutoff.unit {
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Days => "days",
            Unit::Weeks => "weeks",
            Unit::Months => "months",
        };
        return Err(format!(
            "It is too late to change this appointment here: that was possible until {} {unit} before it. Please contact us.",
            cutoff.amount
        ));
    }
    Ok(())
}

fn over(status: Status) -> String {
    let what = match status {
        Status::Cancelled => "was cancelled",
        Status::NoShow => "is marked as not attended",
        _ => "is marked as invalid",
    };
    format!("This appointment {what}, so it cannot be changed. Book a new one.")
}

fn check_may(opened: &Opened, cutoff: Span, now: Timestamp) -> Result<(), ChangeError> {
    let appointment = &opened.appointment;
    if !is_active(appointment.status) {
        return Err(ChangeError::AlreadyOver(over(appointment.status)));
    }
    match opened.staff {
        Some(_) => Ok(()),
        None => client_may(appointment, &opened.calendar, cutoff, now).map_err(ChangeError::TooLate),
    }
}

/// Moves an appointment in place: its host keeps it if free then, otherwise another member gets it, and the event in
/// iCloud keeps its identity as long as the host does.
pub async fn reschedule(
    quince: &Quince,
    actor: &Actor,
    start: Timestamp,
) -> Result<AppointmentView, ChangeError> {
    let mut looks = Looks::new();
    for _ in 0..ROUNDS {
        let mut tx = quince.store().read().await?;
        let opened = actor.open(&mut tx, quince.now()).await?;
        check_may(&opened, opened.calendar.rules.reschedule_cutoff, quince.now())?;
        if opened.appointment.starts_at == start {
            return one_view(&mut tx, opened.appointment).await;
        }
        let (context, slot) = new_slot(quince, &mut tx, &opened, start).await?;
        let choices = plan::choices(&mut tx, &context, &slot, &looks, opened.appointment.host_id).await?;
        let first = choices.first().ok_or(ChangeError::SlotTaken)?.host;
        match look_needed(quince, &mut tx, &context, &slot, &looks, first).await? {
            Some(look) => {
                drop(tx);
                looks.make(quince, look).await?;
            }
            None => break,
        }
    }
    for _ in 0..ROUNDS {
        match try_to_move(quince, actor, start, &looks).await? {
            Moved::Done(view) => {
                quince.wake();
                return Ok(*view);
            }
            Moved::Look(look) => looks.make(quince, look).await?,
        }
    }
    Err(ChangeError::SlotTaken)
}

enum Moved {
    Done(Box<AppointmentView>),
    Look(Look),
}

async fn try_to_move(
    quince: &Quince,
    actor: &Actor,
    start: Timestamp,
    looks: &Looks,
) -> Result<Moved, ChangeError> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = actor.open(&mut tx, now).await?;
    check_may(&opened, opened.calendar.rules.reschedule_cutoff, now)?;
    let old = &opened.appointment;
    if old.starts_at == start {
        return Ok(Moved::Done(Box::new(one_view(&mut tx, old.clone()).await?)));
    }
    let (context, slot) = new_slot(quince, &mut tx, &opened, start).await?;
    for choice in plan::choices(&mut tx, &context, &slot, looks, old.host_id).await? {
        if let Some(look) = look_needed(quince, &mut tx, &context, &slot, looks, choice.host).await? {
            return Ok(Moved::Look(look));
        }
        let kept = old.host_id == Some(choice.host);
        let new = NewTime {
            host_id: Some(choice.host),
            starts_at: slot.start,
            ends_at: slot.end,
            pre_buffer: context.calendar.rules.pre_buffer,
            post_buffer: context.calendar.rules.post_buffer,
            assignment_reason: if kept {
                old.assignment_reason.clone()
            } else {
                Some(choice.reason)
            },
        };
        // The row is written first: on Postgres, a change by somebody else at the same moment ends before this goes on.
        appointments::update_time(&mut tx, old.id, &new, now).await?;
        let moved = appointments::find(&mut tx, old.id)
            .await?
            .ok_or(ChangeError::NotFound)?;
        if !is_active(moved.status) {
            return Err(ChangeError::AlreadyOver(over(moved.status)));
        }
        let place = plan::place(&context.calendar, &slot, choice.host);
        match occupancy::relocate(&mut tx, &place, old.id, now).await {
            Ok(_) => {}
            Err(StoreError::SlotTaken) => continue,
            Err(error) => return Err(error.into()),
        }
        outbox::follow(&mut tx, &moved, now).await?;
        mail::ask(&mut tx, &moved, MessageKind::ClientRescheduled, now).await?;
        if !kept {
            mail::ask(&mut tx, old, MessageKind::HostCancelled, now).await?;
        }
        if opened.staff != Some(choice.host) {
            let kind = if kept {
                MessageKind::HostRescheduled
            } else {
                MessageKind::HostBooked
            };
            mail::ask(&mut tx, &moved, kind, now).await?;
        }
        let view = one_view(&mut tx, moved).await?;
        tx.commit().await?;
        return Ok(Moved::Done(Box::new(view)));
    }
    Err(ChangeError::SlotTaken)
}

async fn look_needed(
    quince: &Quince,
    tx: &mut Tx,
    context: &Context,
    slot: &Slot,
    looks: &Looks,
    host: StaffId,
) -> Result<Option<Look>, Internal> {
    if looks.is_settled(host) {
        return Ok(None);
    }
    plan::look_at(quince, tx, context, host, plan::occupied(&context.calendar, slot)).await
}

/// The new start as it is offered, with the appointment itself out of the way.
async fn new_slot(
    quince: &Quince,
    tx: &mut Tx,
    opened: &Opened,
    start: Timestamp,
) -> Result<(Context, Slot), ChangeError> {
    let mut calendar = opened.calendar.clone();
    if opened.staff.is_some() {
        calendar.rules.notice = Span::new(0, Unit::Minutes);
        calendar.rules.range = DateRange::Unlimited;
    }
    let now = quince.now();
    let context = Context::load(
        tx,
        calendar,
        plan::window(start),
        now,
        Some(opened.appointment.id),
    )
    .await?;
    let slot =
        scheduling::check(&context.request(now, opened.staff.is_some()), start).map_err(|refusals| {
            if why_not::is_taken(&refusals) {
                ChangeError::SlotTaken
            } else {
                ChangeError::NotOffered(why_not::sentence(&refusals))
            }
        })?;
    Ok((context, slot))
}

/// Calls an appointment off. Doing it twice is as good as once.
pub async fn cancel(quince: &Quince, actor: &Actor, reason: &str) -> Result<(), ChangeError> {
    let mut checked = Checked::default();
    let reason = checked.line("reason", "the reason", reason, NAME_LIMIT);
    checked.finish()?;
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = actor.open(&mut tx, now).await?;
    if opened.appointment.status == Status::Cancelled {
        return Ok(());
    }
    check_may(&opened, opened.calendar.rules.cancel_cutoff, now)?;
    let by = if reason.is_empty() {
        opened.by.clone()
    } else {
        format!("{}: {reason}", opened.by)
    };
    change_status(&mut tx, &opened, Status::Cancelled, Some(&by), now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}

/// Sets where an appointment stands, for its host and for admins. What no longer takes place gives its time back; what
/// takes place again needs its time to be free.
pub async fn set_status(
    quince: &Quince,
    by: StaffId,
    id: AppointmentId,
    status: Status,
) -> Result<(), ChangeError> {
    let actor = Actor::Staff {
        id: by,
        appointment: id,
    };
    if status == Status::Cancelled {
        return cancel(quince, &actor, "").await;
    }
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = actor.open(&mut tx, now).await?;
    if opened.appointment.status == status {
        return Ok(());
    }
    if opened.appointment.status == Status::Cancelled {
        return Err(ChangeError::AlreadyOver(over(Status::Cancelled)));
    }
    change_status(&mut tx, &opened, status, None, now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}

async fn change_status(
    tx: &mut Tx,
    opened: &Opened,
    status: Status,
    by: Option<&str>,
    now: Timestamp,
) -> Result<(), ChangeError> {
    let old = &opened.appointment;
    // The row is written first: on Postgres, a move at the same moment ends before its time is given back.
    appointments::set_status(tx, old.id, status, by, now).await?;
    let changed = appointments::find(tx, old.id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    match (is_active(old.status), is_active(status), changed.host_id) {
        (true, false, _) => occupancy::release(tx, changed.id).await?,
        (false, true, Some(host)) => {
            let place = occupancy::Place {
                host_id: host,
                calendar_id: changed.calendar_id,
                meeting_start: changed.starts_at,
                from: minutes_from(changed.starts_at, -i64::from(changed.pre_buffer)),
                to: minutes_from(changed.ends_at, i64::from(changed.post_buffer)),
                capacity: opened.calendar.rules.per_slot,
            };
            occupancy::take(tx, &place, changed.id, now).await?;
        }
        _ => {}
    }
    outbox::follow(tx, &changed, now).await?;
    match (old.status, status) {
        (_, Status::Cancelled) => {
            mail::ask(tx, &changed, MessageKind::ClientCancelled, now).await?;
            if opened.staff != changed.host_id {
                mail::ask(tx, &changed, MessageKind::HostCancelled, now).await?;
            }
        }
        (Status::New, Status::Confirmed) => mail::ask(tx, &changed, MessageKind::ClientBooked, now).await?,
        _ => {}
    }
    Ok(())
}

fn minutes_from(instant: Timestamp, minutes: i64) -> Timestamp {
    instant
        .checked_add(jiff::SignedDuration::from_mins(minutes))
        .unwrap_or(instant)
}

/// Changes who the client is and what they noted, for the host and for admins.
pub async fn edit(quince: &Quince, by: StaffId, id: AppointmentId, edit: &Edit) -> Result<(), ChangeError> {
    let details = Details::check(&edit.name, &edit.email, &edit.phone, &edit.notes)?;
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = Actor::Staff {
        id: by,
        appointment: id,
    }
    .open(&mut tx, now)
    .await?;
    let (phone, notes) = (details.phone.as_deref(), details.notes.as_deref());
    appointments::update_contact(&mut tx, id, &details.name, &details.email, phone, notes, now).await?;
    let changed = appointments::find(&mut tx, opened.appointment.id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    outbox::follow(&mut tx, &changed, now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}

/// Writes an appointment's event again after it was changed or deleted in iCloud, or could not be written (D4).
pub async fn write_again(quince: &Quince, by: StaffId, id: AppointmentId) -> Result<(), ChangeError> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let opened = Actor::Staff {
        id: by,
        appointment: id,
    }
    .open(&mut tx, now)
    .await?;
    if !is_active(opened.appointment.status) {
        return Err(ChangeError::AlreadyOver(over(opened.appointment.status)));
    }
    outbox::follow(&mut tx, &opened.appointment, now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}
