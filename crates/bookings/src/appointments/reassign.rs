//! Giving a member's part in an appointment to another member.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{AppointmentId, DateRange, Kind, Span, StaffId, Unit};
use store::appointment_parts::{self, NewPart, Part};
use store::appointments::{self, NewTime};
use store::{StoreError, Tx, occupancy, staff};

use super::change::{Actor, Opened, check_may};
use super::read::{hosts_of, one_view};
use super::view::AppointmentView;
use crate::availability::context::{AvailabilityInput, Own};
use crate::error::ChangeError;
use crate::notifications::kinds::MessageKind;
use crate::placement::candidates::{self, Candidate};
use crate::placement::live_check::{FreeBusyQuery, LiveCheck};
use crate::placement::refusals;
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::validate::Validator;
use crate::{notifications, outbox};

/// How often a look at the new host's calendars leads to another one: at most once for each service of a visit.
const ROUNDS: usize = 12;

/// Gives `leaves`' part in an appointment to `joins`, anybody of the team who is free then. The events follow: one goes from
/// the calendar of the first, one comes to that of the second, and the others stay.
pub async fn reassign(
    quince: &Quince,
    by: StaffId,
    id: AppointmentId,
    leaves: StaffId,
    joins: StaffId,
) -> Result<AppointmentView, ChangeError> {
    let mut check = LiveCheck::new();
    for _ in 0..ROUNDS {
        match retried_if_lost(|| try_to_reassign(quince, by, id, (leaves, joins), &check)).await? {
            Reassigned::Done(view) => {
                quince.wake();
                return Ok(*view);
            }
            Reassigned::ToCheck(needed) => drop(check.run(quince, needed).await?),
        }
    }
    Err(ChangeError::SlotTaken)
}

enum Reassigned {
    Done(Box<AppointmentView>),
    ToCheck(Vec<FreeBusyQuery>),
}

async fn try_to_reassign(
    quince: &Quince,
    by: StaffId,
    id: AppointmentId,
    (leaves, joins): (StaffId, StaffId),
    check: &LiveCheck,
) -> Result<Reassigned, ChangeError> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let actor = Actor::Staff {
        id: by,
        appointment: id,
    };
    let opened = actor.open(&mut tx, now).await?;
    let old = &opened.appointment;
    check_may(&opened, Span::new(0, Unit::Minutes), now)?;
    let hosts = hosts_of(&mut tx, id).await?;
    if !hosts.contains(&leaves) && hosts.contains(&joins) {
        return Ok(Reassigned::Done(Box::new(
            one_view(&mut tx, old.clone(), now).await?,
        )));
    }
    check_choice(&mut tx, &opened, &hosts, leaves, joins).await?;
    let mut parts = appointment_parts::list(&mut tx, &[id]).await?;
    for part in parts.iter_mut().filter(|part| part.host_id == leaves) {
        let (context, candidate) = of_the_new_host(&mut tx, &opened, part, joins, now).await?;
        if candidate
            .to_check()
            .any(|(host, span)| check.found_busy(host, span))
        {
            return Err(not_free());
        }
        let needed = check.needed(quince, &mut tx, &context, &candidate).await?;
        if !needed.is_empty() {
            return Ok(Reassigned::ToCheck(needed));
        }
        part.host_id = joins;
    }
    let new = NewTime {
        host_id: parts.first().map(|part| part.host_id),
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
    // Those who stay keep their time, whatever was booked over what.
    let kept = occupancy::overrides_of(&mut tx, id).await?;
    let mut places = candidates::places_of_booked(&opened.calendar, &changed, &parts);
    for place in places.iter_mut().filter(|place| place.host_id != joins) {
        place.overriding = kept.contains(&(place.host_id, place.meeting_start))
            || candidates::is_known_to_overlap(&mut tx, &changed, place).await?;
    }
    match occupancy::relocate(&mut tx, &places, id, changed.seats(), now).await {
        Err(StoreError::SlotTaken) => return Err(not_free()),
        other => other?,
    }
    let parts: Vec<NewPart> = parts.iter().map(Part::to_new).collect();
    appointment_parts::replace(&mut tx, id, &parts).await?;
    outbox::sync_events(&mut tx, &changed, now).await?;
    notifications::enqueue(&mut tx, &changed, MessageKind::ClientHostChanged, now).await?;
    let take_part: BTreeSet<StaffId> = parts.iter().map(|part| part.host_id).collect();
    for host in take_part.iter().copied().filter(|host| *host != by) {
        if host == joins {
            notifications::enqueue_joined(&mut tx, &changed, [host], None, now).await?;
        } else {
            notifications::enqueue_exchanged(&mut tx, &changed, host, (leaves, joins), now).await?;
        }
    }
    if leaves != by && !take_part.contains(&leaves) {
        notifications::enqueue_for_host(&mut tx, &changed, leaves, MessageKind::HostLeft, now).await?;
    }
    let view = one_view(&mut tx, changed, now).await?;
    tx.commit().await?;
    Ok(Reassigned::Done(Box::new(view)))
}

async fn check_choice(
    tx: &mut Tx,
    opened: &Opened,
    hosts: &[StaffId],
    leaves: StaffId,
    joins: StaffId,
) -> Result<(), ChangeError> {
    let mut checked = Validator::default();
    if matches!(opened.calendar.kind, Kind::ClassBooking | Kind::Simple) || !hosts.contains(&leaves) {
        checked.problem(
            "leaves",
            "Choose somebody who takes part in this appointment. In a Class Booking or Simple calendar nobody can be \
             exchanged.",
        );
    }
    if hosts.contains(&joins) && (opened.calendar.kind != Kind::Service || joins == leaves) {
        checked.problem("joins", "This person takes part already. Choose somebody else.");
    }
    if staff::find(tx, joins).await?.is_none() {
        checked.problem(
            "joins",
            "This person is not in the team any more. Choose somebody else.",
        );
    }
    Ok(checked.finish()?)
}

fn not_free() -> ChangeError {
    ChangeError::NotOffered("This person is not free then. Choose somebody else.".to_owned())
}

/// What the new host has to do then, with the plan of the part.
///
/// # Errors
/// [`ChangeError::NotOffered`] when they are not free.
async fn of_the_new_host(
    tx: &mut Tx,
    opened: &Opened,
    part: &Part,
    joins: StaffId,
    now: Timestamp,
) -> Result<(AvailabilityInput, Candidate), ChangeError> {
    let appointment = &opened.appointment;
    let mut calendar = opened.calendar.clone();
    calendar.kind = Kind::Personal;
    let rules = &mut calendar.rules;
    let length = part.ends_at.duration_since(part.starts_at);
    rules.duration = u32::try_from(length.as_mins()).unwrap_or(rules.duration);
    (rules.pre_buffer, rules.post_buffer) = (appointment.pre_buffer, appointment.post_buffer);
    rules.notice = Span::new(0, Unit::Minutes);
    rules.range = DateRange::Unlimited;
    rules.per_day = None;
    // It was booked by the grid of another time or person, or by none.
    rules.interval = 1;
    let window = candidates::window(part.starts_at);
    let own = Own::moved(appointment.id);
    let context = AvailabilityInput::load_for(tx, calendar, &[joins], window, now, own).await?;
    let slot = context.check(now, true, part.starts_at).map_err(|refusals| {
        if refusals::is_taken(&refusals) {
            not_free()
        } else {
            ChangeError::NotOffered(refusals::sentence(&refusals))
        }
    })?;
    let candidate = candidates::held_by(&context.calendar, &slot, &[joins], String::new());
    Ok((context, candidate))
}
