//! Moving appointments (D3).

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{AppointmentId, DateRange, Interval, Refusal, Slot, Span, StaffId, Unit};
use store::appointment_parts::{NewPart, Part};
use store::appointments::{Appointment, NewTime};
use store::{StoreError, Tx, appointment_parts, appointments, occupancy};

use super::change::{Actor, Opened, check_may, over};
use super::error::ChangeError;
use super::looks::{Look, Looks};
use super::overriding::{self, IfTaken};
use super::plan::{self, Decided, Plan};
use super::read::{calendar_of, hosts_of, is_active, of_token, one_view};
use super::view::AppointmentView;
use super::why_not;
use crate::contention::retried;
use crate::mail::Before;
use crate::mail::kinds::MessageKind;
use crate::quince::Quince;
use crate::slots::context::{Context, queue_for_counting};
use crate::{classes, mail, outbox, services};

/// How often the choice of a host is made anew because of what a look or another booking told.
const ROUNDS: usize = 20;

/// Moves an appointment in place: its host keeps it if free then, otherwise another member gets it, and the event in
/// iCloud keeps its identity as long as the host does.
pub async fn reschedule(
    quince: &Quince,
    actor: &Actor,
    start: Timestamp,
) -> Result<AppointmentView, ChangeError> {
    let wish = Wish {
        actor: actor.clone(),
        start,
        if_taken: IfTaken::Refuse,
    };
    wish.carry_out(quince).await
}

/// As [`reschedule`], by a staff member who may want the time all the same when it is not on offer.
pub async fn reschedule_as_staff(
    quince: &Quince,
    by: StaffId,
    appointment: AppointmentId,
    start: Timestamp,
    if_taken: IfTaken,
) -> Result<AppointmentView, ChangeError> {
    let actor = Actor::Staff { id: by, appointment };
    let wish = Wish {
        actor,
        start,
        if_taken,
    };
    wish.carry_out(quince).await
}

/// One wish with all that is needed to try it again and again.
struct Wish {
    actor: Actor,
    start: Timestamp,
    if_taken: IfTaken,
}

/// What one try came to.
enum Try {
    Moved(Box<AppointmentView>),
    Look(Vec<Look>),
    /// Somebody was faster: what they did is in the way now.
    Again,
}

/// Where an appointment moves to.
struct Wanted {
    context: Context,
    /// The new start as it is offered now; else what is in the way of it, when a staff member wants it all the same.
    offer: Result<Slot, Vec<Refusal>>,
}

impl Wish {
    async fn carry_out(&self, quince: &Quince) -> Result<AppointmentView, ChangeError> {
        let mut looks = Looks::new();
        // Everybody worth looking at is looked at before the writer is held up.
        for _ in 0..ROUNDS {
            let needed = self.looks(quince, &looks).await?;
            if needed.is_empty() {
                break;
            }
            looks.make(quince, needed).await?;
        }
        for _ in 0..ROUNDS {
            match retried(|| self.try_to_move(quince, &looks)).await? {
                Try::Moved(view) => {
                    quince.wake();
                    return Ok(*view);
                }
                Try::Look(needed) => looks.make(quince, needed).await?,
                Try::Again => {}
            }
        }
        Err(ChangeError::SlotTaken)
    }

    /// The looks that have to be made before it can be moved.
    async fn looks(&self, quince: &Quince, looks: &Looks) -> Result<Vec<Look>, ChangeError> {
        let now = quince.now();
        let mut tx = quince.store().read().await?;
        let opened = self.actor.open(&mut tx, now).await?;
        check_may(&opened, opened.calendar.rules.reschedule_cutoff, now)?;
        if opened.appointment.starts_at == self.start {
            return Ok(Vec::new());
        }
        let wanted = self.wanted(&mut tx, &opened, now).await?;
        let Ok(slot) = &wanted.offer else {
            return Ok(Vec::new());
        };
        let host = opened.appointment.host_id;
        let plans = plan::plans(&mut tx, &wanted.context, slot, looks, host, now).await?;
        let Some(first) = plans.first() else {
            return self.in_the_way(&opened, &wanted, looks, now).map(|_| Vec::new());
        };
        Ok(looks.needed(quince, &mut tx, &wanted.context, first).await?)
    }

    async fn try_to_move(&self, quince: &Quince, looks: &Looks) -> Result<Try, ChangeError> {
        let now = quince.now();
        let mut tx = quince.store().write().await?;
        self.queue(&mut tx, now).await?;
        let opened = self.actor.open(&mut tx, now).await?;
        check_may(&opened, opened.calendar.rules.reschedule_cutoff, now)?;
        let old = &opened.appointment;
        if old.starts_at == self.start {
            return Ok(Try::Moved(Box::new(one_view(&mut tx, old.clone()).await?)));
        }
        let wanted = self.wanted(&mut tx, &opened, now).await?;
        classes::waiting_first(quince, &mut tx, &wanted.context.calendar, self.start, now).await?;
        if let Ok(slot) = &wanted.offer {
            let plans = plan::plans(&mut tx, &wanted.context, slot, looks, old.host_id, now).await?;
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
                match move_to(quince, &mut tx, &opened, &wanted.context, decided, now).await {
                    Err(ChangeError::SlotTaken) => {}
                    Err(error) => return Err(error),
                    Ok(view) => {
                        tx.commit().await?;
                        return Ok(Try::Moved(Box::new(view)));
                    }
                }
            }
            if are_some && opened.staff.is_some() {
                return Ok(Try::Again);
            }
        }
        let refusals = self.in_the_way(&opened, &wanted, looks, now)?;
        let context = &wanted.context;
        let over =
            overriding::override_all(&mut tx, context, self.start, &refusals, old.host_id, now).await?;
        let Some(decided) = over else {
            return Err(overriding::in_the_way(context, &refusals, self.start, now).into());
        };
        let view = move_to(quince, &mut tx, &opened, context, decided, now).await?;
        tx.commit().await?;
        Ok(Try::Moved(Box::new(view)))
    }

    /// Waits for the booking calendar where that is needed, before anything else is waited for.
    async fn queue(&self, tx: &mut Tx, now: Timestamp) -> Result<(), ChangeError> {
        let appointment = match &self.actor {
            Actor::Client { token } => of_token(tx, token, now).await?,
            Actor::Staff { appointment, .. } => appointments::find(tx, *appointment)
                .await?
                .ok_or(ChangeError::NotFound)?,
        };
        let calendar = calendar_of(tx, &appointment).await?;
        queue_for_counting(tx, &calendar).await?;
        Ok(())
    }

    /// The new start as it is offered, or as a staff member wants it all the same, with the appointment itself out of the way.
    async fn wanted(&self, tx: &mut Tx, opened: &Opened, now: Timestamp) -> Result<Wanted, ChangeError> {
        let mut calendar = opened.calendar.clone();
        if opened.staff.is_some() {
            calendar.rules.notice = Span::new(0, Unit::Minutes);
            calendar.rules.range = DateRange::Unlimited;
        }
        let window = plan::window(self.start);
        let id = opened.appointment.id;
        let mut context = Context::load_move(tx, calendar, id, window, now, None).await?;
        context.for_seats(opened.appointment.seats());
        if let Some(host) = opened.appointment.host_id {
            context.keep_on_offer(host);
        }
        let offer = context.check(now, opened.staff.is_some(), self.start);
        let wanted = Wanted { context, offer };
        if wanted.offer.is_err() {
            self.in_the_way(opened, &wanted, &Looks::new(), now)?;
        }
        Ok(wanted)
    }

    /// What is in the way, for a staff member who wants it all the same; a refusal for everybody else.
    fn in_the_way(
        &self,
        opened: &Opened,
        wanted: &Wanted,
        looks: &Looks,
        now: Timestamp,
    ) -> Result<Vec<Refusal>, ChangeError> {
        let refusals = match &wanted.offer {
            Ok(slot) => looks.in_the_way(Interval::new(slot.start, slot.end)),
            Err(refusals) => refusals.clone(),
        };
        if opened.staff.is_none() {
            return Err(if wanted.offer.is_ok() || why_not::is_taken(&refusals) {
                ChangeError::SlotTaken
            } else {
                ChangeError::NotOffered(why_not::sentence(&refusals))
            });
        }
        let context = &wanted.context;
        if self.if_taken == IfTaken::BookAllTheSame && overriding::can_be_overridden(context, self.start, now)
        {
            return Ok(refusals);
        }
        Err(overriding::in_the_way(context, &refusals, self.start, now).into())
    }
}

/// Moves it to a slot in one way.
///
/// # Errors
/// [`ChangeError::SlotTaken`] when that is taken; the transaction stays usable, so that others can be tried.
async fn move_to(
    quince: &Quince,
    tx: &mut Tx,
    opened: &Opened,
    context: &Context,
    decided: Decided,
    now: Timestamp,
) -> Result<AppointmentView, ChangeError> {
    let Decided {
        slot,
        plan,
        overridden,
    } = decided;
    let old = &opened.appointment;
    let hosts_before = hosts_of(tx, old.id).await?;
    let parts_before = appointment_parts::list(tx, &[old.id]).await?;
    let parts_before: Vec<NewPart> = parts_before.iter().map(Part::to_new).collect();
    let mut moved = Appointment {
        host_id: plan.lead(),
        starts_at: slot.start,
        ends_at: slot.end,
        ..old.clone()
    };
    let plan = classes::join(tx, &context.calendar, plan, &mut moved, now).await?;
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
        overridden,
    };
    // The row is written first: on Postgres, a change by somebody else at the same moment ends before this goes on.
    appointments::update_time(tx, old.id, &new, now).await?;
    let moved = appointments::find(tx, old.id)
        .await?
        .ok_or(ChangeError::NotFound)?;
    if !is_active(moved.status) {
        return Err(ChangeError::AlreadyOver(over(moved.status)));
    }
    occupancy::relocate(tx, &plan.places, old.id, moved.seats(), now).await?;
    if !services::are_there(tx, &plan.parts).await? {
        return Err(ChangeError::SlotTaken);
    }
    appointment_parts::replace(tx, old.id, &plan.parts).await?;
    outbox::follow(tx, &moved, now).await?;
    if let Some(left) = old.session_id.filter(|left| Some(*left) != moved.session_id) {
        // Those who wait first, so that the session's event stays when they are all who come.
        classes::seats_freed(quince, tx, left, now).await?;
        outbox::follow_session(tx, left, now).await?;
    }
    let before = Before {
        appointment: old,
        parts: &parts_before,
    };
    tell_of_the_move(tx, opened, &moved, (&before, &hosts_before), &plan, now).await?;
    one_view(tx, moved).await
}

async fn tell_of_the_move(
    tx: &mut Tx,
    opened: &Opened,
    moved: &Appointment,
    (before, hosts_before): (&Before<'_>, &[StaffId]),
    plan: &Plan,
    now: Timestamp,
) -> Result<(), StoreError> {
    mail::remind(tx, moved, now).await?;
    let hosts: BTreeSet<StaffId> = plan.parts.iter().map(|part| part.host_id).collect();
    let left = hosts_before.iter().copied().filter(|host| !hosts.contains(host));
    for host in left.filter(|host| opened.staff != Some(*host)) {
        mail::ask_host(tx, &opened.appointment, host, MessageKind::HostLeft, now).await?;
    }
    let (stayed, joined): (Vec<StaffId>, Vec<StaffId>) =
        hosts.into_iter().partition(|host| hosts_before.contains(host));
    if !joined.is_empty() {
        mail::ask_who_join(tx, moved, joined, opened.staff, now).await?;
    }
    let stayed = (!stayed.is_empty() || moved.host_id.is_none()).then_some(stayed);
    mail::ask_about_move(tx, moved, before, stayed, opened.staff, now).await
}
