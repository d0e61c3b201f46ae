//! Giving a member's part in an appointment to another member.

use jiff::{SignedDuration, Timestamp};
use scheduling::{AppointmentId, DateRange, Kind, Reason, Slot, Span, StaffId, Unit};
use store::appointment_parts::{self, NewPart};
use store::appointments::{self, NewTime};
use store::{Tx, occupancy};

use super::change::{Actor, Opened, check_may};
use super::error::ChangeError;
use super::looks::{Look, Looks};
use super::plan::{self, Plan};
use super::read::{hosts_of, one_view};
use super::view::AppointmentView;
use super::why_not;
use crate::input::Checked;
use crate::mail::kinds::MessageKind;
use crate::quince::Quince;
use crate::slots::context::{Context, Own};
use crate::{mail, outbox};

/// How often a look at the new member's calendars leads to another one.
const ROUNDS: usize = 3;

/// Gives `leaves`' part in an appointment to `joins`, another member of the booking calendar who is free then. The events
/// follow: one goes from the calendar of the first, one comes to that of the second, and the others stay.
pub async fn exchange(
    quince: &Quince,
    by: StaffId,
    id: AppointmentId,
    leaves: StaffId,
    joins: StaffId,
) -> Result<AppointmentView, ChangeError> {
    let mut looks = Looks::new();
    for _ in 0..ROUNDS {
        match try_to_exchange(quince, by, id, (leaves, joins), &looks).await? {
            Exchanged::Done(view) => {
                quince.wake();
                return Ok(*view);
            }
            Exchanged::Look(needed) => looks.make(quince, needed).await?,
        }
    }
    Err(ChangeError::SlotTaken)
}

enum Exchanged {
    Done(Box<AppointmentView>),
    Look(Vec<Look>),
}

async fn try_to_exchange(
    quince: &Quince,
    by: StaffId,
    id: AppointmentId,
    (leaves, joins): (StaffId, StaffId),
    looks: &Looks,
) -> Result<Exchanged, ChangeError> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let actor = Actor::Staff {
        id: by,
        appointment: id,
    };
    let opened = actor.open(&mut tx, now).await?;
    let old = &opened.appointment;
    check_may(&opened, Span::new(0, Unit::Minutes), now)?;
    let mut hosts = hosts_of(&mut tx, id).await?;
    if !hosts.contains(&leaves) && hosts.contains(&joins) {
        return Ok(Exchanged::Done(Box::new(one_view(&mut tx, old.clone()).await?)));
    }
    check_choice(&opened, &hosts, leaves, joins)?;
    let (context, plan) = of_the_new_host(&mut tx, &opened, joins, now).await?;
    if plan.to_look_at().any(|(host, span)| looks.found_busy(host, span)) {
        return Err(ChangeError::SlotTaken);
    }
    let needed = looks.needed(quince, &mut tx, &context, &plan).await?;
    if !needed.is_empty() {
        return Ok(Exchanged::Look(needed));
    }
    for host in &mut hosts {
        if *host == leaves {
            *host = joins;
        }
    }
    let new = NewTime {
        host_id: hosts.first().copied(),
        session_id: old.session_id,
        starts_at: old.starts_at,
        ends_at: old.ends_at,
        pre_buffer: old.pre_buffer,
        post_buffer: old.post_buffer,
        assignment_reason: Some(format!("exchanged by {}", opened.by)),
        overridden: old.overridden.clone(),
    };
    appointments::update_time(&mut tx, id, &new, now).await?;
    let changed = appointments::find(&mut tx, id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    let places = plan::places_of(&opened.calendar, &changed, &hosts);
    occupancy::relocate(&mut tx, &places, id, changed.seats(), now).await?;
    let parts: Vec<NewPart> = hosts
        .iter()
        .map(|host| NewPart::of(*host, changed.starts_at, changed.ends_at))
        .collect();
    appointment_parts::replace(&mut tx, id, &parts).await?;
    outbox::follow(&mut tx, &changed, now).await?;
    mail::ask(&mut tx, &changed, MessageKind::ClientHostChanged, now).await?;
    for (host, kind) in [
        (leaves, MessageKind::HostCancelled),
        (joins, MessageKind::HostBooked),
    ] {
        if host != by {
            mail::ask_host(&mut tx, &changed, host, kind, now).await?;
        }
    }
    let view = one_view(&mut tx, changed).await?;
    tx.commit().await?;
    Ok(Exchanged::Done(Box::new(view)))
}

fn check_choice(
    opened: &Opened,
    hosts: &[StaffId],
    leaves: StaffId,
    joins: StaffId,
) -> Result<(), ChangeError> {
    let mut checked = Checked::default();
    if !matches!(opened.calendar.kind, Kind::RoundRobin | Kind::Collective) || !hosts.contains(&leaves) {
        checked.problem(
            "leaves",
            "Choose a member who takes part in this appointment; only those of a Round Robin or Collective calendar can \
             be exchanged.",
        );
    }
    if hosts.contains(&joins) {
        checked.problem("joins", "This member takes part already. Choose somebody else.");
    }
    Ok(checked.finish()?)
}

/// What the new host has to do then, with the plan of their part.
///
/// # Errors
/// [`ChangeError::SlotTaken`] and [`ChangeError::NotOffered`] when they are not free.
async fn of_the_new_host(
    tx: &mut Tx,
    opened: &Opened,
    joins: StaffId,
    now: Timestamp,
) -> Result<(Context, Plan), ChangeError> {
    let appointment = &opened.appointment;
    let mut calendar = opened.calendar.clone();
    calendar.kind = Kind::Personal;
    let rules = &mut calendar.rules;
    let length = appointment.ends_at.duration_since(appointment.starts_at);
    rules.duration = u32::try_from(length.as_mins()).unwrap_or(rules.duration);
    (rules.pre_buffer, rules.post_buffer) = (appointment.pre_buffer, appointment.post_buffer);
    rules.notice = Span::new(0, Unit::Minutes);
    rules.range = DateRange::Unlimited;
    rules.per_day = None;
    let window = plan::window(appointment.starts_at);
    let mut context = Context::load(tx, calendar, window, now, Own::moved(appointment.id)).await?;
    if context.member(joins).is_none() {
        let mut checked = Checked::default();
        checked.problem(
            "joins",
            "This person is not a member of the booking calendar. Add them there first.",
        );
        checked.finish()?;
    }
    context.choose(joins).map_err(|_| ChangeError::NotFound)?;
    let mut refusals = context
        .check(now, true, appointment.starts_at)
        .err()
        .unwrap_or_default();
    // The appointment was booked by the grid of another time, or of another member.
    refusals.retain(|refusal| refusal.reason != Reason::Grid);
    if why_not::is_taken(&refusals) {
        return Err(ChangeError::NotOffered(
            "This member is not free then. Choose somebody else.".to_owned(),
        ));
    }
    if !refusals.is_empty() {
        return Err(ChangeError::NotOffered(why_not::sentence(&refusals)));
    }
    let slot = Slot {
        start: appointment.starts_at,
        end: appointment
            .starts_at
            .checked_add(SignedDuration::from_mins(i64::from(
                context.calendar.rules.duration,
            )))
            .unwrap_or(appointment.ends_at),
        hosts: [joins].into(),
        seats_left: None,
    };
    let plan = plan::held_by(&context.calendar, &slot, &[joins], String::new());
    Ok((context, plan))
}
