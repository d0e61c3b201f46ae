//! Rescheduling appointments (D3).

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{AppointmentId, DateRange, Span, StaffId, Unit};
use store::appointment_parts::{NewPart, Part};
use store::appointments::{Appointment, NewTime};
use store::{MessageKind, Party, ReadTx, StoreError, WriteTx, appointment_parts, appointments};

use super::actor::{Actor, OpenedAppointment, check_may, record};
use super::find::{calendar_of, hosts_of, of_token};
use super::read::{names_of_hosts, one_view};
use super::view::AppointmentView;
use crate::availability::balance;
use crate::availability::input::{AvailabilityInput, limited_calendar_lock};
use crate::error::{Error, Missing, Preserved, Refusal};
use crate::notifications::BeforeMove;
use crate::placement::candidate::{Candidate, Placement};
use crate::placement::candidates;
use crate::placement::claim;
use crate::placement::live_check::LiveCheck;
use crate::placement::on_conflict::OnConflict;
use crate::placement::target::Target;
use crate::placement::{Loaded, NotPlaced, Request, place};
use crate::quince::Quince;
use crate::validate::Validator;
use crate::versions::{Differences, Editor, Field};
use crate::{classes, notifications, outbox};

/// Moves an appointment in place. Its host keeps it if free at the new time; otherwise another member gets it. The event in iCloud keeps
/// its identity as long as the host stays.
pub async fn reschedule(quince: &Quince, actor: &Actor, start: Timestamp) -> Result<AppointmentView, Error> {
    let request = RescheduleRequest {
        actor: actor.clone(),
        seen: None,
        start,
        on_conflict: OnConflict::Refuse,
    };
    request.run(quince).await
}

/// Like [`reschedule`], by a staff member, who may override conflicts.
pub async fn reschedule_as_staff(
    quince: &Quince,
    by: impl Into<Editor>,
    appointment: AppointmentId,
    start: Timestamp,
    on_conflict: OnConflict,
) -> Result<AppointmentView, Error> {
    let Editor { staff, seen } = by.into();
    let actor = Actor::Staff {
        id: staff,
        appointment,
    };
    let request = RescheduleRequest {
        actor,
        seen,
        start,
        on_conflict,
    };
    request.run(quince).await
}

/// A move, which can be attempted any number of times.
struct RescheduleRequest {
    actor: Actor,
    /// The version of the appointment that the staff member saw.
    seen: Option<i64>,
    start: Timestamp,
    on_conflict: OnConflict,
}

impl Request for RescheduleRequest {
    type Data = OpenedAppointment;
    type Placed = AppointmentView;

    const PRESERVED: Preserved = Preserved::Appointment;

    async fn read_unlocked(
        &self,
        tx: &mut ReadTx,
        now: Timestamp,
    ) -> Result<Option<(OpenedAppointment, Target)>, Error> {
        let opened = self.actor.read(tx, now).await?;
        Ok(self.check_request(tx, opened, now).await?.into_target())
    }

    async fn read_locked(
        &self,
        quince: &Quince,
        tx: &mut WriteTx,
        now: Timestamp,
    ) -> Result<Loaded<OpenedAppointment, AppointmentView>, Error> {
        self.lock(tx, now).await?;
        let opened = self.actor.open(tx, now).await?;
        // Before availability is computed: the waiting list may take the last seats of the day.
        classes::serve_start(quince, tx, &opened.calendar, self.start, now).await?;
        self.check_request(tx, opened, now).await
    }

    async fn may_check_live(
        &self,
        _: &Quince,
        _: &mut ReadTx,
        _: &Target,
        _: Timestamp,
    ) -> Result<(), Error> {
        // Whoever has the manage link may.
        Ok(())
    }

    async fn persist(
        &self,
        quince: &Quince,
        tx: &mut WriteTx,
        opened: &OpenedAppointment,
        target: &Target,
        placement: Placement,
        now: Timestamp,
    ) -> Result<AppointmentView, NotPlaced> {
        move_to(quince, tx, opened, &target.input, placement, now).await
    }
}

impl RescheduleRequest {
    async fn run(&self, quince: &Quince) -> Result<AppointmentView, Error> {
        let mut checked = Validator::default();
        checked.start("start", self.start);
        checked.finish()?;
        let moved = place(quince, self).await?;
        quince.wake();
        Ok(moved)
    }

    /// Locks the appointment, and the booking calendar if bookings in it are limited.
    async fn lock(&self, tx: &mut WriteTx, now: Timestamp) -> Result<(), Error> {
        let appointment = match &self.actor {
            Actor::Client { token } => of_token(tx, token, now).await?,
            Actor::Staff { appointment, .. } => appointments::find(tx, *appointment)
                .await?
                .ok_or(Error::NotFound(Missing::Appointment))?,
        };
        let calendar = calendar_of(tx, &appointment).await?;
        let mut locks = classes::locks_of(&appointment);
        locks.extend(limited_calendar_lock(&calendar));
        tx.lock(locks).await?;
        Ok(())
    }

    /// Checks the request against the appointment's present state.
    async fn check_request(
        &self,
        tx: &mut ReadTx,
        opened: OpenedAppointment,
        now: Timestamp,
    ) -> Result<Loaded<OpenedAppointment, AppointmentView>, Error> {
        check_may(&opened, opened.calendar.settings.rules.reschedule_cutoff, now)?;
        if opened.appointment.starts_at == self.start {
            let unchanged = one_view(tx, opened.appointment, now).await?;
            return Ok(Loaded::Done(unchanged));
        }
        opened.compare(tx, self.seen, now).await?;
        let target = self.target(tx, &opened, now).await?;
        Ok(Loaded::ToPlace(opened, Box::new(target)))
    }

    /// Checks the new start against current availability, which ignores the appointment itself.
    async fn target(
        &self,
        tx: &mut ReadTx,
        opened: &OpenedAppointment,
        now: Timestamp,
    ) -> Result<Target, Error> {
        let is_staff = opened.by != Party::Client;
        let mut calendar = opened.calendar.clone();
        if is_staff {
            calendar.settings.rules.notice = Span::new(0, Unit::Minutes);
            calendar.settings.rules.range = DateRange::Unlimited;
        }
        let window = candidates::window(self.start);
        let moved = &opened.appointment;
        let mut input = AvailabilityInput::load_move(tx, calendar, moved, window, now, None).await?;
        input.for_seats(opened.appointment.seats());
        if let Some(host) = opened.appointment.host_id {
            input.keep_on_offer(host);
        }
        let offer = input.check(now, is_staff, self.start);
        let mut target = Target {
            input,
            start: self.start,
            preferred: opened.appointment.host_id,
            staff: is_staff.then_some(self.on_conflict),
            offer,
        };
        if target.offer.is_err() {
            target.conflicts(Self::PRESERVED, &LiveCheck::new(), now)?;
        }
        Ok(target)
    }
}

/// Moves the appointment to its placement.
async fn move_to(
    quince: &Quince,
    tx: &mut WriteTx,
    opened: &OpenedAppointment,
    input: &AvailabilityInput,
    placement: Placement,
    now: Timestamp,
) -> Result<AppointmentView, NotPlaced> {
    let Placement {
        slot,
        candidate,
        overridden,
        ..
    } = placement;
    let old = &opened.appointment;
    let hosts_before = hosts_of(tx, old.id).await?;
    let parts_before = appointment_parts::list(tx, &[old.id]).await?;
    let parts_before: Vec<NewPart> = parts_before.iter().map(Part::to_new).collect();
    let mut moved = Appointment {
        host_id: candidate.lead(),
        starts_at: slot.start,
        ends_at: slot.end,
        ..old.clone()
    };
    let candidate = classes::join_session(tx, &input.calendar, candidate, &mut moved, now).await?;
    let keeps_host = old.host_id == moved.host_id;
    let new = NewTime {
        host_id: moved.host_id,
        session_id: moved.session_id,
        starts_at: moved.starts_at,
        ends_at: moved.ends_at,
        pre_buffer: input.calendar.settings.rules.pre_buffer,
        post_buffer: input.calendar.settings.rules.post_buffer,
        assignment_reason: if keeps_host {
            old.assignment_reason.clone()
        } else {
            candidate.reason.clone()
        },
        overridden,
    };
    // The row is updated first: on Postgres, a concurrent change by somebody else then ends before this goes on.
    appointments::update_time(tx, old.id, &new, now).await?;
    balance::record_present_members(tx, input, old.id, new.starts_at).await?;
    let moved = appointments::find(tx, old.id)
        .await?
        .ok_or(Error::NotFound(Missing::Appointment))?;
    if !moved.status.is_active() {
        return Err(Error::from(Refusal::Inactive(moved.status)).into());
    }
    claim::claim_instead(tx, &candidate, &moved, now).await?;
    appointment_parts::replace(tx, old.id, &candidate.parts).await?;
    let mut differences = Differences::default();
    differences.value(Field::Start, &old.starts_at, &moved.starts_at);
    let hosts: Vec<StaffId> = candidate.parts.iter().map(|part| part.host_id).collect();
    if hosts.iter().any(|host| !hosts_before.contains(host)) {
        let before = names_of_hosts(tx, &hosts_before).await?;
        differences.value(Field::Host, &before, &names_of_hosts(tx, &hosts).await?);
    }
    record(tx, old.id, opened.author(None), &differences, now).await?;
    outbox::sync_events(tx, &moved, now).await?;
    if let Some(left) = old.session_id.filter(|left| Some(*left) != moved.session_id) {
        // The waiting list first, so that the session's event stays when only clients from it come.
        classes::promote(quince, tx, left, now).await?;
        outbox::sync_session_event(tx, left, now).await?;
    }
    let before = BeforeMove {
        appointment: old,
        parts: &parts_before,
    };
    notify_of_move(tx, opened, &moved, (&before, &hosts_before), &candidate, now).await?;
    Ok(one_view(tx, moved, now).await?)
}

async fn notify_of_move(
    tx: &mut WriteTx,
    opened: &OpenedAppointment,
    moved: &Appointment,
    (before, hosts_before): (&BeforeMove<'_>, &[StaffId]),
    candidate: &Candidate,
    now: Timestamp,
) -> Result<(), StoreError> {
    notifications::replace_reminders(tx, moved, now).await?;
    let hosts: BTreeSet<StaffId> = candidate.parts.iter().map(|part| part.host_id).collect();
    let left = hosts_before.iter().copied().filter(|host| !hosts.contains(host));
    for host in left.filter(|host| opened.by != Party::Staff(*host)) {
        notifications::enqueue_for_host(tx, &opened.appointment, host, MessageKind::HostLeft, now).await?;
    }
    let (stayed, joined): (Vec<StaffId>, Vec<StaffId>) =
        hosts.into_iter().partition(|host| hosts_before.contains(host));
    if !joined.is_empty() {
        notifications::enqueue_joined(tx, moved, joined, opened.by.staff(), now).await?;
    }
    let stayed = (!stayed.is_empty() || moved.host_id.is_none()).then_some(stayed);
    notifications::enqueue_moved(tx, moved, before, stayed, opened.by.staff(), now).await
}
