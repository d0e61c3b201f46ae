//! Everything that the rules need to know about a booking calendar and a span of time, loaded with a fixed number of queries, however
//! many hosts, calendars, events or days there are.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use scheduling::{
    AppointmentId, Busy, Cause, DateOverride, Hours, Interval, Kind, Position, Priority, Refusal, Request,
    Resource, Schedule, Slot, StaffId, TimeOwner, UnitId, UnsupportedKind, Visit, VisitRequest,
};
use store::appointments::{Appointment, Start};
use store::booking_calendars::BookingCalendar;
use store::busy_time::{self, BusyTime};
use store::calendar_members::{CalendarMember, Member};
use store::holds::VisitorId;
use store::locks::Lock;
use store::occupancy::{OccupiedSpan, SharedSpan};
use store::remote_calendars::Watched;
use store::staff::Staff;
use store::{
    OccupancyId, ReadTx, StoreError, WriteTx, appointment_parts, appointments, calendar_members,
    class_sessions, occupancy, staff,
};

use super::{balance, busy};
use crate::error::HostProblem;
use crate::{holidays, services};

/// What does not count as busy, because it belongs to whoever asks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Own {
    /// The appointment that is being moved.
    pub(crate) moved: Option<AppointmentId>,
    /// The visitor, whose own holds do not count.
    pub(crate) holder: Option<VisitorId>,
}

impl Own {
    /// The appointment that is being changed.
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
    schedules: Vec<Schedule>,
    /// The active appointments of the days that the window touches; of whole months with equal distribution.
    pub(crate) booked: Vec<Start>,
    booked_per_day: BTreeMap<Date, u32>,
    /// With equal distribution, who is present on each day that the window touches.
    pub(crate) present: BTreeMap<Date, BTreeSet<StaffId>>,
    held_back: BTreeMap<Date, BTreeSet<StaffId>>,
    window: Interval,
    /// The requested seats.
    seats: u32,
    /// The requested visit, in a Service calendar, with its rooms and equipment.
    visit: Option<(services::Wanted, Vec<Resource>)>,
}

impl AvailabilityInput {
    /// Loads what counts for starts in `window` of a booking calendar with these members.
    pub(crate) async fn load(
        tx: &mut ReadTx,
        calendar: BookingCalendar,
        members: Vec<Member>,
        window: Interval,
        now: Timestamp,
        own: Own,
    ) -> Result<Self, StoreError> {
        Self::load_all(tx, calendar, members, window, now, own, None).await
    }

    /// As [`AvailabilityInput::load`], for these people, who need not be members.
    pub(crate) async fn load_for(
        tx: &mut ReadTx,
        calendar: BookingCalendar,
        people: &[StaffId],
        window: Interval,
        now: Timestamp,
        own: Own,
    ) -> Result<Self, StoreError> {
        let members = calendar_members::with_staff(tx, &[calendar.id]).await?;
        let people = as_members(tx, &calendar, &members, people).await?;
        Self::load_all(tx, calendar, people, window, now, own, None).await
    }

    /// As [`AvailabilityInput::load`], for a visit to a Service calendar.
    pub(crate) async fn load_visit(
        tx: &mut ReadTx,
        mut calendar: BookingCalendar,
        members: Vec<Member>,
        window: Interval,
        now: Timestamp,
        own: Own,
        wanted: services::Wanted,
    ) -> Result<Self, StoreError> {
        calendar.rules.duration = wanted.length();
        Self::load_all(tx, calendar, members, window, now, own, Some(wanted)).await
    }

    /// Loads what counts for moving an appointment to a start in `window`: it keeps the length and the buffers that it was booked
    /// with, a visit its services, a Collective those who take part. Only a seat of a class is as long as the session it moves to.
    pub(crate) async fn load_move(
        tx: &mut ReadTx,
        mut calendar: BookingCalendar,
        moved: &Appointment,
        window: Interval,
        now: Timestamp,
        holder: Option<VisitorId>,
    ) -> Result<Self, StoreError> {
        let own = Own {
            moved: Some(moved.id),
            holder,
        };
        let members = calendar_members::with_staff(tx, &[calendar.id]).await?;
        let parts = appointment_parts::list(tx, &[moved.id]).await?;
        if calendar.kind != Kind::ClassBooking {
            let rules = &mut calendar.rules;
            rules.duration = moved.length().unwrap_or(rules.duration);
            (rules.pre_buffer, rules.post_buffer) = (moved.pre_buffer, moved.post_buffer);
        }
        let (people, wanted) = match calendar.kind {
            Kind::Service => {
                let wanted = services::of_parts(tx, &calendar, &members, &parts).await?;
                calendar.rules.duration = wanted.length();
                let hosts = wanted.steps.iter().flat_map(|step| &step.hosts);
                let people = members.iter().map(|(_, person)| &person.id).chain(hosts);
                (people.copied().collect(), Some(wanted))
            }
            Kind::Collective if !parts.is_empty() => (parts.iter().map(|part| part.host_id).collect(), None),
            _ => return Self::load_all(tx, calendar, members, window, now, own, None).await,
        };
        let people: Vec<StaffId> = people;
        let people = as_members(tx, &calendar, &members, &people).await?;
        Self::load_all(tx, calendar, people, window, now, own, wanted).await
    }

    async fn load_all(
        tx: &mut ReadTx,
        calendar: BookingCalendar,
        members: Vec<Member>,
        window: Interval,
        now: Timestamp,
        own: Own,
        wanted: Option<services::Wanted>,
    ) -> Result<Self, StoreError> {
        let members = match calendar.kind {
            Kind::Simple => Vec::new(),
            _ => members,
        };
        let people: Vec<TimeOwner> = match calendar.kind {
            Kind::Simple => vec![calendar.id.into()],
            _ => members.iter().map(|(_, person)| person.id.into()).collect(),
        };
        let mut owners = people.clone();
        let needed = wanted.iter().flat_map(|wanted| &wanted.resources);
        owners.extend(needed.flat_map(services::units_of).map(TimeOwner::Unit));
        let reach = reach(&calendar, counted(&calendar, window));
        let query = busy_time::BusyQuery {
            owners: &owners,
            people: &people,
            from: reach.start,
            to: reach.end,
            now,
            holder: own.holder,
            takes_time: busy::takes_time,
        };
        let BusyTime {
            watched,
            holidays,
            external,
            taken,
            blocked,
        } = busy_time::between(tx, &query).await?;
        let mut busy_of = busy_without(tx, &taken, own.moved).await?;
        for (owner, from, to) in blocked {
            busy_of.entry(owner).or_default().push(Busy {
                interval: Interval::new(from, to),
                cause: Cause::Blocked,
                shared: None,
            });
        }
        add_called_off(tx, &calendar, &people, reach, &mut busy_of).await?;
        let booked = booked(tx, &calendar, window, own.moved).await?;
        let closed = holidays::closed(holidays);
        let mut schedules: Vec<Schedule> = members
            .iter()
            .map(|(_, person)| {
                let mut busy = busy::of_calendars(person.id, watched.iter().zip(&external), reach, now);
                busy.extend(busy_of.remove(&person.id.into()).unwrap_or_default());
                busy.extend((!person.hours_are_known()).then(|| busy::unreadable(reach)));
                Schedule {
                    owner: person.id.into(),
                    hours: hours(person, &closed),
                    busy,
                }
            })
            .collect();
        if let (Kind::Simple, Some(hours)) = (calendar.kind, calendar.rules.own_hours()) {
            let owner = TimeOwner::Calendar(calendar.id);
            schedules.push(Schedule {
                owner,
                hours: holidays::without(hours, &closed),
                busy: busy_of.remove(&owner).unwrap_or_default(),
            });
        }
        if !calendar.is_readable() {
            // Without known rules nothing may be offered.
            schedules.clear();
        }
        let visit = wanted.map(|wanted| {
            let mut busy_of = |unit: UnitId| busy_of.remove(&TimeOwner::Unit(unit)).unwrap_or_default();
            let resource = |resource: &store::resources::Resource| Resource {
                id: resource.id,
                units: services::units_of(resource)
                    .into_iter()
                    .map(|unit| (unit, busy_of(unit)))
                    .collect(),
            };
            let resources = wanted.resources.iter().map(resource).collect();
            (wanted, resources)
        });
        let booked_per_day = per_day(&calendar, &booked);
        let mut input = Self {
            calendar,
            members,
            watched,
            schedules,
            booked,
            booked_per_day,
            present: BTreeMap::new(),
            held_back: BTreeMap::new(),
            window,
            seats: 1,
            visit,
        };
        input.present = balance::present(&input, now);
        input.held_back = balance::held_back(&input);
        Ok(input)
    }

    /// Keeps the schedule of the chosen host alone, who is offered even if they are ahead of the others.
    ///
    /// # Errors
    /// When they are no member, or when nobody can be chosen in this kind of booking calendar.
    pub(crate) fn choose(&mut self, host: StaffId) -> Result<(), HostProblem> {
        match self.calendar.kind {
            Kind::RoundRobin | Kind::Personal | Kind::Service => {}
            Kind::Collective | Kind::ClassBooking | Kind::Simple => return Err(HostProblem::NoChoice),
        }
        self.member(host).ok_or(HostProblem::NoMember)?;
        self.schedules.retain(|schedule| schedule.host() == Some(host));
        self.members.retain(|(_, person)| person.id == host);
        self.held_back.clear();
        Ok(())
    }

    /// Whether members have calendars that may have to be asked before they are booked.
    pub(crate) fn is_watched(&self) -> bool {
        !self.watched.is_empty()
    }

    /// Offers a host even if they are ahead of the others, because they have the appointment already.
    pub(crate) fn keep_on_offer(&mut self, host: StaffId) {
        for held in self.held_back.values_mut() {
            held.remove(&host);
        }
    }

    /// Requests so many seats.
    pub(crate) fn for_seats(&mut self, seats: u32) {
        self.seats = seats;
    }

    /// The request to the rules.
    pub(crate) fn request(&self, now: Timestamp, staff_view: bool) -> Request<'_> {
        Request {
            calendar: self.calendar.id,
            kind: self.calendar.kind,
            rules: &self.calendar.rules,
            schedules: &self.schedules,
            window: self.window,
            now,
            booked_per_day: &self.booked_per_day,
            seats: self.seats,
            held_back: &self.held_back,
            staff_view,
        }
    }

    /// The starts that are offered.
    pub(crate) fn slots(&self, now: Timestamp, staff_view: bool) -> Result<Vec<Slot>, UnsupportedKind> {
        let Some((wanted, resources)) = &self.visit else {
            return scheduling::slots(&self.request(now, staff_view));
        };
        let request = VisitRequest {
            request: self.request(now, staff_view),
            steps: &wanted.steps,
            resources,
        };
        Ok(scheduling::visits(&request).iter().map(Visit::slot).collect())
    }

    /// Every start of the grid, offered or not, with the reasons against it.
    pub(crate) fn explain(&self, now: Timestamp) -> Result<Vec<Position>, UnsupportedKind> {
        let Some((wanted, resources)) = &self.visit else {
            return scheduling::explain(&self.request(now, false));
        };
        Ok(scheduling::explain_visits(&VisitRequest {
            request: self.request(now, false),
            steps: &wanted.steps,
            resources,
        }))
    }

    /// The slot at exactly this start, if it is offered; else why not.
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

    /// The visit that starts then, without the people who `is_busy` says are busy while they would work; else why not.
    pub(crate) fn visit_at(
        &self,
        now: Timestamp,
        start: Timestamp,
        is_busy: impl Fn(StaffId, Interval) -> bool,
    ) -> Result<Visit, Vec<Refusal>> {
        let Some((wanted, resources)) = &self.visit else {
            return Err(Vec::new());
        };
        let request = VisitRequest {
            request: self.request(now, true),
            steps: &wanted.without(start, is_busy),
            resources,
        };
        scheduling::check_visit(&request, start)
    }

    /// The visit that starts then although it may be refused, and the reasons against it.
    pub(crate) fn override_visit(&self, now: Timestamp, start: Timestamp) -> Option<(Visit, Vec<Refusal>)> {
        let (wanted, resources) = self.visit.as_ref()?;
        let request = VisitRequest {
            request: self.request(now, true),
            steps: &wanted.steps,
            resources,
        };
        scheduling::override_visit(&request, start)
    }

    /// The requested visit, in a Service calendar.
    pub(crate) fn visit(&self) -> Option<&services::Wanted> {
        self.visit.as_ref().map(|(wanted, _)| wanted)
    }

    /// The member of this id.
    pub(crate) fn member(&self, host: StaffId) -> Option<&Staff> {
        self.members
            .iter()
            .map(|(_, person)| person)
            .find(|person| person.id == host)
    }
}

/// These people as members, each once, in this order. Whoever is no member counts as one who has just joined.
async fn as_members(
    tx: &mut ReadTx,
    calendar: &BookingCalendar,
    members: &[Member],
    people: &[StaffId],
) -> Result<Vec<Member>, StoreError> {
    let mut all: Vec<Member> = Vec::new();
    for id in people {
        if all.iter().any(|(_, person)| person.id == *id) {
            continue;
        }
        if let Some(member) = members.iter().find(|(_, person)| person.id == *id) {
            all.push(member.clone());
        } else if let Some(person) = staff::find(tx, *id).await? {
            let member = CalendarMember {
                calendar_id: calendar.id,
                staff_id: *id,
                priority: Priority::Medium,
                weight: 1,
                position: u32::try_from(members.len()).unwrap_or(u32::MAX),
                joined_at: person.created_at,
            };
            all.push((member, person));
        }
    }
    Ok(all)
}

/// When people, rooms, equipment and booking calendars without hosts are busy with appointments and holds, without the appointment
/// that is being moved.
async fn busy_without(
    tx: &mut ReadTx,
    taken: &[OccupiedSpan],
    moved: Option<AppointmentId>,
) -> Result<BTreeMap<TimeOwner, Vec<Busy>>, StoreError> {
    let mut own: BTreeMap<OccupancyId, u32> = BTreeMap::new();
    let mut shared: BTreeMap<OccupancyId, SharedSpan> = BTreeMap::new();
    if let Some(moved) = moved {
        own.extend(occupancy::seats_of(tx, moved).await?);
        let with_others = occupancy::shared_with_others(tx, moved).await?;
        shared.extend(with_others.into_iter().map(|span| (span.id, span)));
    }
    let mut busy: BTreeMap<TimeOwner, Vec<Busy>> = BTreeMap::new();
    for place in taken {
        let seats = own.get(&place.id).copied().unwrap_or(0);
        let others = place.taken.saturating_sub(seats);
        // A start that others share stays busy when one of them is moved; it only has more room.
        if seats > 0 && others == 0 {
            continue;
        }
        let mut place = *place;
        if let Some(span) = shared.get(&place.id) {
            // The others may need less of it.
            (place.from, place.to) = (span.from, span.to);
            place.meeting_end = place.meeting_end.min(span.to);
            if span.appointments == 0 {
                place.appointment_id = None;
            }
        }
        let of_owner = busy.entry(place.owner).or_default();
        of_owner.push(busy::of_taken(&place, others));
    }
    Ok(busy)
}

/// Adds the time of a class's sessions that were called off, whoever was to hold them.
async fn add_called_off(
    tx: &mut ReadTx,
    calendar: &BookingCalendar,
    people: &[TimeOwner],
    reach: Interval,
    busy_of: &mut BTreeMap<TimeOwner, Vec<Busy>>,
) -> Result<(), StoreError> {
    if calendar.kind != Kind::ClassBooking {
        return Ok(());
    }
    for session in class_sessions::between(tx, calendar.id, reach.start, reach.end).await? {
        for owner in people.iter().filter(|_| session.called_off.is_some()) {
            let busy = busy_of.entry(*owner).or_default();
            busy.push(busy::of_called_off(&session));
        }
    }
    Ok(())
}

/// A staff member's hours, without the workspace's closed dates.
pub(crate) fn hours(person: &Staff, closed: &[DateOverride]) -> Hours {
    let hours = Hours {
        zone: person.zone.clone(),
        weekly: person.hours.clone(),
        overrides: person.overrides.clone(),
    };
    holidays::without(hours, closed)
}

/// The window, widened to whole local days where what is offered at one time of a day depends on the rest of the day: with look busy,
/// and with equal distribution.
fn counted(calendar: &BookingCalendar, window: Interval) -> Interval {
    if calendar.rules.look_busy_percent > 0 || balance::counts_months(calendar) {
        calendar.rules.whole_days(window)
    } else {
        window
    }
}

/// The window with the time outside of it that a meeting which starts in it can occupy.
pub(crate) fn reach(calendar: &BookingCalendar, window: Interval) -> Interval {
    let minutes = |amount: u32| SignedDuration::from_mins(i64::from(amount));
    let rules = &calendar.rules;
    let after = minutes(rules.duration.saturating_add(rules.post_buffer));
    Interval {
        start: window
            .start
            .checked_sub(minutes(rules.pre_buffer))
            .unwrap_or(Timestamp::MIN),
        end: window.end.checked_add(after).unwrap_or(Timestamp::MAX),
    }
}

/// Whether a limit counts the appointments of a day or of a month.
fn is_counted(calendar: &BookingCalendar) -> bool {
    calendar.rules.per_day.is_some() || balance::counts_months(calendar)
}

/// The lock that keeps others from booking here meanwhile, where appointments are counted: two who book different times at once would
/// otherwise both find the limit not reached.
pub(crate) fn count_if_limited(calendar: &BookingCalendar) -> Option<Lock> {
    is_counted(calendar).then_some(Lock::Count(calendar.id))
}

/// Takes that lock where appointments are counted, and returns whether they are: then what was read before may be out of date.
pub(crate) async fn lock_calendar_if_limited(
    tx: &mut WriteTx,
    calendar: &BookingCalendar,
) -> Result<bool, StoreError> {
    let count = count_if_limited(calendar);
    tx.lock(count).await?;
    Ok(count.is_some())
}

/// The active appointments of all days that the window touches, or of their months with equal distribution; none where they are not
/// counted.
async fn booked(
    tx: &mut ReadTx,
    calendar: &BookingCalendar,
    window: Interval,
    moved: Option<AppointmentId>,
) -> Result<Vec<Start>, StoreError> {
    if !is_counted(calendar) {
        return Ok(Vec::new());
    }
    let zone = &calendar.rules.zone;
    let (mut first, mut last) = (zone.date(window.start), zone.date(window.end));
    if balance::counts_months(calendar) {
        (first, last) = (first.first_of_month(), last.last_of_month());
    }
    let (from, to) = (
        zone.start_of_day(first),
        zone.start_of_day(last.saturating_add(1.day())),
    );
    let mut booked = appointments::starts_between(tx, calendar.id, from, to).await?;
    booked.retain(|start| Some(start.appointment_id) != moved);
    Ok(booked)
}

/// The number of appointments by local date, in a Class Booking calendar of seats.
fn per_day(calendar: &BookingCalendar, booked: &[Start]) -> BTreeMap<Date, u32> {
    let mut days = BTreeMap::new();
    for start in booked {
        let count = match calendar.kind {
            Kind::ClassBooking => start.seats,
            _ => 1,
        };
        *days.entry(calendar.rules.zone.date(start.starts_at)).or_insert(0) += count;
    }
    days
}
