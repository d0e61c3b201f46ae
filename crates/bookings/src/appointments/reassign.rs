//! Reassigning a host's part in an appointment to another member.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::{AppointmentId, DateRange, Kind, Slot, Span, StaffId, Unit};
use store::appointment_parts::{self, Part};
use store::appointments::{self, Appointment, NewTime};
use store::{AssignmentReason, MessageKind, ReadTx, StoreError, WriteTx, occupancy, staff};

use super::actor::{Actor, OpenedAppointment, check_may, record};
use super::find::hosts_of;
use super::read::{host_names, names_of_hosts, one_view};
use super::view::AppointmentView;
use crate::availability::input::{AvailabilityInput, Exclusions};
use crate::error::{Error, Missing, Preserved, Refusal};
use crate::placement::candidate::{Candidate, Placement};
use crate::placement::candidates;
use crate::placement::live_check::LiveCheck;
use crate::placement::target::Target;
use crate::placement::{Loaded, NotPlaced, Request, claim, place, refusals};
use crate::problem::ReassignProblem;
use crate::quince::Quince;
use crate::validate::Validator;
use crate::versions::{self, Differences, Editor, Field, Versioned};
use crate::{notifications, outbox};

/// Reassigns `from`'s part in an appointment to `to`, any member of the team who is free then. The event is removed from the calendar of
/// `from` and created in that of `to`; the events of other hosts stay.
pub async fn reassign(
    quince: &Quince,
    by: impl Into<Editor>,
    id: AppointmentId,
    from: StaffId,
    to: StaffId,
) -> Result<AppointmentView, Error> {
    let Editor { staff: by, seen } = by.into();
    let actor = Actor::Staff {
        id: by,
        appointment: id,
    };
    let request = ReassignRequest {
        actor,
        by,
        seen,
        from,
        to,
    };
    match place(quince, &request).await {
        Ok(view) => {
            quince.wake();
            Ok(view)
        }
        Err(Error::SlotTaken { .. }) => Err(Refusal::PersonNotFree.into()),
        Err(other) => Err(other),
    }
}

/// A reassignment, which can be attempted any number of times.
struct ReassignRequest {
    actor: Actor,
    by: StaffId,
    /// The version that the staff member saw.
    seen: Option<i64>,
    from: StaffId,
    to: StaffId,
}

/// The appointment, and how it would be held after the reassignment.
struct PlannedReassignment {
    opened: OpenedAppointment,
    /// All parts: the new host's and those that stay.
    parts: Vec<Part>,
    /// The parts that the new host takes over.
    candidate: Candidate,
}

impl Request for ReassignRequest {
    type Data = PlannedReassignment;
    type Placed = AppointmentView;

    const PRESERVED: Preserved = Preserved::Appointment;

    async fn read_unlocked(
        &self,
        tx: &mut ReadTx,
        now: Timestamp,
    ) -> Result<Option<(PlannedReassignment, Target)>, Error> {
        let opened = self.actor.read(tx, now).await?;
        Ok(self.check_request(tx, opened, now).await?.into_target())
    }

    async fn read_locked(
        &self,
        _: &Quince,
        tx: &mut WriteTx,
        now: Timestamp,
    ) -> Result<Loaded<PlannedReassignment, AppointmentView>, Error> {
        let opened = self.actor.open(tx, now).await?;
        self.check_request(tx, opened, now).await
    }

    async fn first_choice(
        &self,
        _: &mut ReadTx,
        reassigned: &PlannedReassignment,
        _: &Target,
        _: &Slot,
        check: &LiveCheck,
        _: Timestamp,
    ) -> Result<Option<Candidate>, StoreError> {
        let candidate = &reassigned.candidate;
        let mut spans = candidate.to_check();
        let is_busy = spans.any(|(host, span)| check.found_busy(host, span));
        Ok((!is_busy).then(|| candidate.clone()))
    }

    async fn may_check_live(
        &self,
        _: &Quince,
        _: &mut ReadTx,
        _: &Target,
        _: Timestamp,
    ) -> Result<(), Error> {
        // Staff always may.
        Ok(())
    }

    async fn persist(
        &self,
        _: &Quince,
        tx: &mut WriteTx,
        PlannedReassignment { opened, parts, .. }: &PlannedReassignment,
        _: &Target,
        _: Placement,
        now: Timestamp,
    ) -> Result<AppointmentView, NotPlaced> {
        let old = &opened.appointment;
        let by = names_of_hosts(tx, opened.by.staff().as_slice()).await?;
        let new = NewTime {
            host_id: parts.first().map(|part| part.host_id),
            session_id: old.session_id,
            starts_at: old.starts_at,
            ends_at: old.ends_at,
            pre_buffer: old.pre_buffer,
            post_buffer: old.post_buffer,
            assignment_reason: Some(AssignmentReason::ReassignedBy(by)),
            overridden: old.overridden.clone(),
        };
        appointments::update_time(tx, old.id, &new, now).await?;
        let changed = appointments::find(tx, old.id)
            .await?
            .ok_or(Error::NotFound(Missing::Appointment))?;
        let names_before = host_names(tx, old.id).await?;
        let all = self.with_remaining_hosts(tx, opened, &changed, parts).await?;
        claim::claim_instead(tx, &all, &changed, now).await?;
        appointment_parts::replace(tx, old.id, &all.parts).await?;
        let mut differences = Differences::default();
        differences.value(Field::Host, &names_before, &host_names(tx, old.id).await?);
        record(tx, old.id, opened.author(None), &differences, now).await?;
        outbox::sync_events(tx, &changed, now).await?;
        self.notify(tx, &changed, &all, now).await?;
        Ok(one_view(tx, changed, now).await?)
    }
}

impl ReassignRequest {
    /// Checks the request against the appointment's present state.
    async fn check_request(
        &self,
        tx: &mut ReadTx,
        opened: OpenedAppointment,
        now: Timestamp,
    ) -> Result<Loaded<PlannedReassignment, AppointmentView>, Error> {
        check_may(&opened, Span::new(0, Unit::Minutes), now)?;
        let id = opened.appointment.id;
        let hosts = hosts_of(tx, id).await?;
        if !hosts.contains(&self.from) && hosts.contains(&self.to) {
            let (of, by) = (Versioned::appointment(id), opened.author(self.seen));
            if versions::was_changed_by(tx, of, by, Field::Host).await? {
                return Ok(Loaded::Done(one_view(tx, opened.appointment, now).await?));
            }
        }
        opened.compare(tx, self.seen, now).await?;
        check_choice(tx, &opened, &hosts, self.from, self.to).await?;
        let mut parts = appointment_parts::list(tx, &[id]).await?;
        let mut taken_over: Option<(Target, Candidate)> = None;
        for part in parts.iter_mut().filter(|part| part.host_id == self.from) {
            let (target, candidate) = for_new_host(tx, &opened, part, self.to, now).await?;
            taken_over = Some(match taken_over {
                None => (target, candidate),
                Some((first, before)) => (first, before.and(candidate)),
            });
            part.host_id = self.to;
        }
        let (target, candidate) = taken_over.ok_or(Error::NotFound(Missing::Appointment))?;
        let reassigned = PlannedReassignment {
            opened,
            parts,
            candidate,
        };
        Ok(Loaded::ToPlace(reassigned, Box::new(target)))
    }

    /// Returns the candidate with all parts. Hosts who stay keep their time, including overlaps that staff allowed.
    async fn with_remaining_hosts(
        &self,
        tx: &mut ReadTx,
        opened: &OpenedAppointment,
        changed: &Appointment,
        parts: &[Part],
    ) -> Result<Candidate, StoreError> {
        let overridden = occupancy::overrides_of(tx, changed.id).await?;
        let mut all = candidates::of_booked(&opened.calendar, changed, parts);
        for claim in &mut all.claims {
            if claim.owner != self.to.into() {
                claim.overriding = overridden.contains(&(claim.owner, claim.meeting_start))
                    || candidates::is_known_to_overlap(tx, changed, claim).await?;
            }
        }
        Ok(all)
    }

    async fn notify(
        &self,
        tx: &mut WriteTx,
        changed: &Appointment,
        all: &Candidate,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (by, from, to) = (self.by, self.from, self.to);
        notifications::enqueue(tx, changed, MessageKind::ClientHostChanged, now).await?;
        let take_part: BTreeSet<StaffId> = all.parts.iter().map(|part| part.host_id).collect();
        for host in take_part.iter().copied().filter(|host| *host != by) {
            if host == to {
                notifications::enqueue_joined(tx, changed, [host], None, now).await?;
            } else {
                notifications::enqueue_host_replaced(tx, changed, host, (from, to), now).await?;
            }
        }
        if from != by && !take_part.contains(&from) {
            notifications::enqueue_for_host(tx, changed, from, MessageKind::HostLeft, now).await?;
        }
        Ok(())
    }
}

async fn check_choice(
    tx: &mut ReadTx,
    opened: &OpenedAppointment,
    hosts: &[StaffId],
    from: StaffId,
    to: StaffId,
) -> Result<(), Error> {
    let mut checked = Validator::default();
    if matches!(opened.calendar.settings.kind, Kind::ClassBooking | Kind::Simple) || !hosts.contains(&from) {
        checked.problem("from", ReassignProblem::FromNoHost);
    }
    if hosts.contains(&to) && (opened.calendar.settings.kind != Kind::Service || to == from) {
        checked.problem("to", ReassignProblem::ToTakesPart);
    }
    if staff::find(tx, to).await?.is_none() {
        checked.problem("to", ReassignProblem::ToNotInTeam);
    }
    Ok(checked.finish()?)
}

/// Returns the target and the candidate for the new host, with the duration and buffers of the part.
///
/// # Errors
/// [`Refusal::PersonNotFree`], or why the time is not on offer to anybody.
async fn for_new_host(
    tx: &mut ReadTx,
    opened: &OpenedAppointment,
    part: &Part,
    to: StaffId,
    now: Timestamp,
) -> Result<(Target, Candidate), Error> {
    let appointment = &opened.appointment;
    let mut calendar = opened.calendar.clone();
    calendar.settings.kind = Kind::Personal;
    let rules = &mut calendar.settings.rules;
    let length = part.ends_at.duration_since(part.starts_at);
    rules.duration = u32::try_from(length.as_mins()).unwrap_or(rules.duration);
    (rules.pre_buffer, rules.post_buffer) = (appointment.pre_buffer, appointment.post_buffer);
    rules.notice = Span::new(0, Unit::Minutes);
    rules.range = DateRange::Unlimited;
    rules.per_day = None;
    // The start may come from another grid, or from an override.
    rules.interval = 1;
    let window = candidates::window(part.starts_at);
    let exclude = Exclusions::moved(appointment.id);
    let input = AvailabilityInput::load_for(tx, calendar, &[to], window, now, exclude).await?;
    let slot = input.check(now, true, part.starts_at).map_err(|refusals| {
        if refusals::is_taken(&refusals) {
            Refusal::PersonNotFree
        } else {
            refusals::never_offered(&refusals)
        }
    })?;
    let candidate = candidates::held_by(&input.calendar, &slot, &[to], None);
    let target = Target {
        input,
        start: part.starts_at,
        preferred: Some(to),
        staff: None,
        offer: Ok(slot),
    };
    Ok((target, candidate))
}
