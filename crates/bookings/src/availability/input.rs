//! The input of the scheduling rules for a booking calendar and a window, and the queries to the rules.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use scheduling::{
    AppointmentId, DateOverride, Distribution, Hours, Interval, Kind, Position, Refusal, Request, Resource,
    Schedule, Slot, StaffId, UnsupportedKind, Visit, VisitRequest,
};
use store::appointments::BookedStart;
use store::booking_calendars::BookingCalendar;
use store::calendar_members::Member;
use store::holds::VisitorId;
use store::locks::Lock;
use store::remote_calendars::Watched;
use store::staff::Staff;
use store::{StoreError, WriteTx};

use crate::problem::HostProblem;
use crate::{holidays, services};

/// What does not count as busy, because it belongs to the requester.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Exclusions {
    /// The appointment that is being moved.
    pub(crate) moved: Option<AppointmentId>,
    /// The visitor, whose own holds do not count.
    pub(crate) holder: Option<VisitorId>,
}

impl Exclusions {
    /// For changing an appointment.
    pub(crate) fn moved(appointment: AppointmentId) -> Self {
        Self {
            moved: Some(appointment),
            holder: None,
        }
    }
}

/// A booking calendar with its rules, its members and their schedules.
#[derive(Debug)]
pub(crate) struct AvailabilityInput {
    pub(crate) calendar: BookingCalendar,
    pub(crate) members: Vec<Member>,
    /// The primary and the conflict calendars of all hosts.
    pub(crate) watched: Vec<Watched>,
    pub(super) schedules: Vec<Schedule>,
    /// The active appointments of the days that the window touches; with equal distribution, of whole months.
    pub(crate) booked: Vec<BookedStart>,
    pub(super) booked_per_day: BTreeMap<Date, u32>,
    /// With equal distribution, who is present on each day that the window touches.
    pub(crate) present: BTreeMap<Date, BTreeSet<StaffId>>,
    pub(super) held_back: BTreeMap<Date, BTreeSet<StaffId>>,
    pub(super) window: Interval,
    /// The number of requested seats.
    pub(super) seats: u32,
    /// The requested visit, in a Service calendar, with its rooms and equipment.
    pub(super) visit: Option<(services::VisitRequest, Vec<Resource>)>,
}

impl AvailabilityInput {
    /// Keeps only the schedule of the chosen host, who is offered even if they are ahead of the others.
    ///
    /// # Errors
    /// Fails if they are not a member, or if the kind of booking calendar offers no choice.
    pub(crate) fn choose(&mut self, host: StaffId) -> Result<(), HostProblem> {
        match self.calendar.settings.kind {
            Kind::RoundRobin | Kind::Personal | Kind::Service => {}
            Kind::Collective | Kind::ClassBooking | Kind::Simple => return Err(HostProblem::NoChoice),
        }
        self.member(host).ok_or(HostProblem::NoMember)?;
        self.schedules.retain(|schedule| schedule.host() == Some(host));
        self.members.retain(|(_, person)| person.id == host);
        self.held_back.clear();
        Ok(())
    }

    /// Whether any member has calendars that may need a live check.
    pub(crate) fn is_watched(&self) -> bool {
        !self.watched.is_empty()
    }

    /// Offers a host even if they are ahead of the others, because they have the appointment already.
    pub(crate) fn keep_on_offer(&mut self, host: StaffId) {
        for held in self.held_back.values_mut() {
            held.remove(&host);
        }
    }

    /// Sets the number of requested seats.
    pub(crate) fn for_seats(&mut self, seats: u32) {
        self.seats = seats;
    }

    /// Returns the request to the rules.
    pub(crate) fn request(&self, now: Timestamp, staff_view: bool) -> Request<'_> {
        Request {
            calendar: self.calendar.id,
            kind: self.calendar.settings.kind,
            rules: &self.calendar.settings.rules,
            schedules: &self.schedules,
            window: self.window,
            now,
            booked_per_day: &self.booked_per_day,
            seats: self.seats,
            held_back: &self.held_back,
            staff_view,
        }
    }

    /// Returns the slots that are on offer.
    pub(crate) fn slots(&self, now: Timestamp, staff_view: bool) -> Result<Vec<Slot>, UnsupportedKind> {
        let Some((requested, resources)) = &self.visit else {
            return scheduling::slots(&self.request(now, staff_view));
        };
        let request = VisitRequest {
            request: self.request(now, staff_view),
            steps: &requested.steps,
            resources,
        };
        Ok(scheduling::visits(&request).iter().map(Visit::slot).collect())
    }

    /// Returns every start of the grid, offered or not, with the reasons against it.
    pub(crate) fn explain(&self, now: Timestamp) -> Result<Vec<Position>, UnsupportedKind> {
        let Some((requested, resources)) = &self.visit else {
            return scheduling::explain(&self.request(now, false));
        };
        Ok(scheduling::explain_visits(&VisitRequest {
            request: self.request(now, false),
            steps: &requested.steps,
            resources,
        }))
    }

    /// Returns the slot at exactly this start, or the reasons why it is not on offer.
    pub(crate) fn check(
        &self,
        now: Timestamp,
        staff_view: bool,
        start: Timestamp,
    ) -> Result<Slot, Vec<Refusal>> {
        match &self.visit {
            Some(_) => self.visit_at(now, start, |_, _| false).map(|visit| visit.slot()),
            None => scheduling::check(&self.request(now, staff_view), start),
        }
    }

    /// Returns the visit at this start, without people who are busy during their work according to `is_busy`; or the reasons why there is
    /// none.
    pub(crate) fn visit_at(
        &self,
        now: Timestamp,
        start: Timestamp,
        is_busy: impl Fn(StaffId, Interval) -> bool,
    ) -> Result<Visit, Vec<Refusal>> {
        let Some((requested, resources)) = &self.visit else {
            return Err(Vec::new());
        };
        let request = VisitRequest {
            request: self.request(now, true),
            steps: &requested.without(start, is_busy),
            resources,
        };
        scheduling::check_visit(&request, start)
    }

    /// Returns a visit at this start even if it is not on offer, with the reasons against it.
    pub(crate) fn override_visit(&self, now: Timestamp, start: Timestamp) -> Option<(Visit, Vec<Refusal>)> {
        let (requested, resources) = self.visit.as_ref()?;
        let request = VisitRequest {
            request: self.request(now, true),
            steps: &requested.steps,
            resources,
        };
        scheduling::override_visit(&request, start)
    }

    /// The requested visit, in a Service calendar.
    pub(crate) fn visit(&self) -> Option<&services::VisitRequest> {
        self.visit.as_ref().map(|(requested, _)| requested)
    }

    /// Finds a member by id.
    pub(crate) fn member(&self, host: StaffId) -> Option<&Staff> {
        self.members
            .iter()
            .map(|(_, person)| person)
            .find(|person| person.id == host)
    }
}

/// Returns a staff member's hours, without the workspace's closed dates.
pub(crate) fn hours(person: &Staff, closed: &[DateOverride]) -> Hours {
    let hours = Hours {
        zone: person.profile.zone.clone(),
        weekly: person.profile.hours.clone(),
        overrides: person.profile.overrides.clone(),
    };
    holidays::without(hours, closed)
}

/// Returns the window, extended by the time outside of it that a meeting which starts in it can occupy.
pub(crate) fn extended_window(calendar: &BookingCalendar, window: Interval) -> Interval {
    let minutes = |amount: u32| SignedDuration::from_mins(i64::from(amount));
    let rules = &calendar.settings.rules;
    let after = minutes(rules.duration.saturating_add(rules.post_buffer));
    Interval {
        start: window
            .start
            .checked_sub(minutes(rules.pre_buffer))
            .unwrap_or(Timestamp::MIN),
        end: window.end.checked_add(after).unwrap_or(Timestamp::MAX),
    }
}

/// Whether appointments are counted by month.
pub(crate) fn counts_months(calendar: &BookingCalendar) -> bool {
    calendar.settings.kind == Kind::RoundRobin && calendar.settings.distribution == Distribution::Equal
}

/// Whether a limit counts the appointments of a day or of a month.
pub(super) fn is_counted(calendar: &BookingCalendar) -> bool {
    calendar.settings.rules.per_day.is_some() || counts_months(calendar)
}

/// Returns the lock that serialises bookings where appointments are counted. Without it, concurrent bookings at different times could
/// exceed the limit together.
pub(crate) fn limited_calendar_lock(calendar: &BookingCalendar) -> Option<Lock> {
    is_counted(calendar).then_some(Lock::Count(calendar.id))
}

/// Takes that lock if appointments are counted, and returns whether they are. Data that were read before may then be out of date.
pub(crate) async fn lock_calendar_if_limited(
    tx: &mut WriteTx,
    calendar: &BookingCalendar,
) -> Result<bool, StoreError> {
    let count = limited_calendar_lock(calendar);
    tx.lock(count).await?;
    Ok(count.is_some())
}
