//! Moving, calling off and editing appointments. Every change goes to the calendar in the same transaction's outbox (D3).

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{AppointmentId, DateRange, Kind, Slot, Span, StaffId, Unit};
use store::appointments::{Appointment, NewTime};
use store::booking_calendars::BookingCalendar;
use store::{
    AppointmentStatus as Status, StoreError, Tx, appointment_parts, appointments, calendar_members, occupancy,
};

use super::details::Details;
use super::error::ChangeError;
use super::looks::{Look, Looks};
use super::plan::{self, Plan};
use super::read::{calendar_of, check_viewer, hosts_of, is_active, of_token, one_view};
use super::view::{AppointmentView, next_statuses};
use super::why_not;
use crate::input::{Checked, NAME_LIMIT};
use crate::mail::kinds::MessageKind;
use crate::quince::Quince;
use crate::slots::context::{Context, Own, queue_for_counting};
use crate::{classes, mail, outbox, services};

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
pub(super) struct Opened {
    pub(super) appointment: Appointment,
    pub(super) calendar: BookingCalendar,
    pub(super) by: String,
    staff: Option<StaffId>,
}

impl Actor {
    /// Finds the appointment and keeps it as it is until the transaction ends, so that two changes at the same moment
    /// follow each other.
    pub(super) async fn open(&self, tx: &mut Tx, now: Timestamp) -> Result<Opened, ChangeError> {
        let (appointment, by, staff) = match self {
            Self::Client { token } => {
                let known = of_token(tx, token, now).await?;
                classes::queue_for(tx, &known).await?;
                appointments::lock(tx, known.id).await?;
                (of_token(tx, token, now).await?, "client".to_owned(), None)
            }
            Self::Staff { id, appointment } => {
                if let Some(known) = appointments::find(tx, *appointment).await? {
                    classes::queue_for(tx, &known).await?;
                }
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

pub(super) fn check_may(opened: &Opened, cutoff: Span, now: Timestamp) -> Result<(), ChangeError> {
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
        let host = opened.appointment.host_id;
        let plans = plan::plans(&mut tx, &context, &slot, &looks, host, quince.now()).await?;
        let first = plans.first().ok_or(ChangeError::SlotTaken)?;
        let needed = looks.needed(quince, &mut tx, &context, first).await?;
        drop(tx);
        if needed.is_empty() {
            break;
        }
        looks.make(quince, needed).await?;
    }
    for _ in 0..ROUNDS {
        match try_to_move(quince, actor, start, &looks).await? {
            Moved::Done(view) => {
                quince.wake();
                return Ok(*view);
            }
            Moved::Look(needed) => looks.make(quince, needed).await?,
        }
    }
    Err(ChangeError::SlotTaken)
}

enum Moved {
    Done(Box<AppointmentView>),
    Look(Vec<Look>),
}

async fn try_to_move(
    quince: &Quince,
    actor: &Actor,
    start: Timestamp,
    looks: &Looks,
) -> Result<Moved, ChangeError> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    queue(&mut tx, actor, now).await?;
    let opened = actor.open(&mut tx, now).await?;
    check_may(&opened, opened.calendar.rules.reschedule_cutoff, now)?;
    let old = &opened.appointment;
    if old.starts_at == start {
        return Ok(Moved::Done(Box::new(one_view(&mut tx, old.clone()).await?)));
    }
    let (context, slot) = new_slot(quince, &mut tx, &opened, start).await?;
    let hosts_before = hosts_of(&mut tx, old.id).await?;
    for plan in plan::plans(&mut tx, &context, &slot, looks, old.host_id, now).await? {
        let needed = looks.needed(quince, &mut tx, &context, &plan).await?;
        if !needed.is_empty() {
            return Ok(Moved::Look(needed));
        }
        let mut moved = Appointment {
            host_id: plan.lead(),
            starts_at: slot.start,
            ends_at: slot.end,
            ..old.clone()
        };
        let plan = classes::join(&mut tx, &context.calendar, plan, &mut moved, now).await?;
        let kept = old.host_id == moved.host_id;
        let new = NewTime {
            host_id: moved.host_id,
            session_id: moved.session_id,
            starts_at: moved.starts_at,
            ends_at: moved.ends_at,
            pre_buffer: context.calendar.rules.pre_buffer,
            post_buffer: context.calendar.rules.post_buffer,
            assignment_reason: if kept {
                old.assignment_reason.clone()
            } else {
                Some(plan.reason.clone()).filter(|reason| !reason.is_empty())
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
        match occupancy::relocate(&mut tx, &plan.places, old.id, moved.seats(), now).await {
            Ok(()) => {}
            Err(StoreError::SlotTaken) => continue,
            Err(error) => return Err(error.into()),
        }
        if !services::are_there(&mut tx, &plan.parts).await? {
            return Err(ChangeError::SlotTaken);
        }
        appointment_parts::replace(&mut tx, old.id, &plan.parts).await?;
        outbox::follow(&mut tx, &moved, now).await?;
        if let Some(left) = old.session_id.filter(|left| Some(*left) != moved.session_id) {
            outbox::follow_session(&mut tx, left, now).await?;
            classes::seats_freed(quince, &mut tx, left, now).await?;
        }
        tell_of_the_move(&mut tx, &opened, &moved, &hosts_before, &plan, now).await?;
        let view = one_view(&mut tx, moved).await?;
        tx.commit().await?;
        return Ok(Moved::Done(Box::new(view)));
    }
    Err(ChangeError::SlotTaken)
}

/// Waits for the booking calendar where that is needed, before anything else is waited for.
async fn queue(tx: &mut Tx, actor: &Actor, now: Timestamp) -> Result<(), ChangeError> {
    let appointment = match actor {
        Actor::Client { token } => of_token(tx, token, now).await?,
        Actor::Staff { appointment, .. } => appointments::find(tx, *appointment)
            .await?
            .ok_or(ChangeError::NotFound)?,
    };
    let calendar = calendar_of(tx, &appointment).await?;
    Ok(queue_for_counting(tx, &calendar).await?)
}

async fn tell_of_the_move(
    tx: &mut Tx,
    opened: &Opened,
    moved: &Appointment,
    hosts_before: &[StaffId],
    plan: &Plan,
    now: Timestamp,
) -> Result<(), StoreError> {
    mail::ask(tx, moved, MessageKind::ClientRescheduled, now).await?;
    let hosts: BTreeSet<StaffId> = plan.parts.iter().map(|part| part.host_id).collect();
    for host in hosts_before.iter().filter(|host| !hosts.contains(host)) {
        mail::ask_host(tx, &opened.appointment, *host, MessageKind::HostCancelled, now).await?;
    }
    for host in hosts.into_iter().filter(|host| opened.staff != Some(*host)) {
        let kind = if hosts_before.contains(&host) {
            MessageKind::HostRescheduled
        } else {
            MessageKind::HostBooked
        };
        mail::ask_host(tx, moved, host, kind, now).await?;
    }
    Ok(())
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
    let own = Own::moved(opened.appointment.id);
    let window = plan::window(start);
    let mut context = if calendar.kind == Kind::Service {
        let members = calendar_members::with_staff(tx, &[calendar.id]).await?;
        let parts = appointment_parts::list(tx, &[opened.appointment.id]).await?;
        let wanted = services::of_parts(tx, &calendar, &members, &parts).await?;
        Context::load_visit(tx, calendar, window, now, own, wanted).await?
    } else {
        Context::load(tx, calendar, window, now, own).await?
    };
    context.for_seats(opened.appointment.seats());
    if let Some(host) = opened.appointment.host_id {
        context.keep_on_offer(host);
    }
    let slot = context
        .check(now, opened.staff.is_some(), start)
        .map_err(|refusals| {
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
    change_status(quince, &mut tx, &opened, Status::Cancelled, Some(&by), now).await?;
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
    let has_begun = opened.appointment.starts_at <= now;
    if !next_statuses(opened.appointment.status, has_begun).contains(&status) {
        return Err(ChangeError::NotOffered(
            "An appointment cannot be given this status now. Whether the client came is known when it has begun."
                .to_owned(),
        ));
    }
    change_status(quince, &mut tx, &opened, status, None, now).await?;
    tx.commit().await?;
    quince.wake();
    Ok(())
}

async fn change_status(
    quince: &Quince,
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
    match (is_active(old.status), is_active(status)) {
        (true, false) => occupancy::release(tx, changed.id).await?,
        (false, true) => {
            let places = plan::places_again(tx, &opened.calendar, &changed).await?;
            occupancy::take(tx, &places, changed.id, changed.seats(), now).await?;
        }
        _ => {}
    }
    outbox::follow(tx, &changed, now).await?;
    match (old.status, status) {
        (_, Status::Cancelled) => {
            mail::ask(tx, &changed, MessageKind::ClientCancelled, now).await?;
            for host in hosts_of(tx, changed.id).await? {
                if opened.staff != Some(host) {
                    mail::ask_host(tx, &changed, host, MessageKind::HostCancelled, now).await?;
                }
            }
        }
        (Status::New, Status::Confirmed) => mail::ask(tx, &changed, MessageKind::ClientBooked, now).await?,
        _ => {}
    }
    if let Some(session) = changed.session_id.filter(|_| !is_active(status)) {
        classes::seats_freed(quince, tx, session, now).await?;
    }
    Ok(())
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
