//! Loads what determines availability in a booking calendar. The number of queries is fixed: it does not grow with hosts, calendars, events
//! or days.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use scheduling::{
    AppointmentId, Busy, Cause, Interval, Kind, Resource, Schedule, StaffId, TimeOwner, UnitId,
};
use store::appointments::{self, Appointment, BookedStart};
use store::booking_calendars::BookingCalendar;
use store::busy_time::{self, BusyTime};
use store::calendar_members::{self, CalendarMember, Member, MemberSettings};
use store::holds::VisitorId;
use store::occupancy::{self, OccupiedSpan, SharedSpan};
use store::{OccupancyId, ReadTx, StoreError, appointment_parts, class_sessions, staff};

use super::input::{AvailabilityInput, Exclusions, counts_months, extended_window, hours, is_counted};
use super::{balance, busy};
use crate::{busy_status, holidays, services};

impl AvailabilityInput {
    /// Loads the input for starts in `window` of a booking calendar with these members.
    pub(crate) async fn load(
        tx: &mut ReadTx,
        calendar: BookingCalendar,
        members: Vec<Member>,
        window: Interval,
        now: Timestamp,
        exclude: Exclusions,
    ) -> Result<Self, StoreError> {
        Self::load_all(tx, calendar, members, window, now, exclude, None).await
    }

    /// Like [`AvailabilityInput::load`], for these people, who need not be members.
    pub(crate) async fn load_for(
        tx: &mut ReadTx,
        calendar: BookingCalendar,
        people: &[StaffId],
        window: Interval,
        now: Timestamp,
        exclude: Exclusions,
    ) -> Result<Self, StoreError> {
        let members = calendar_members::with_staff(tx, &[calendar.id]).await?;
        let people = as_members(tx, &calendar, &members, people).await?;
        Self::load_all(tx, calendar, people, window, now, exclude, None).await
    }

    /// Like [`AvailabilityInput::load`], for a visit to a Service calendar.
    pub(crate) async fn load_visit(
        tx: &mut ReadTx,
        mut calendar: BookingCalendar,
        members: Vec<Member>,
        window: Interval,
        now: Timestamp,
        exclude: Exclusions,
        visit: services::VisitRequest,
    ) -> Result<Self, StoreError> {
        calendar.settings.rules.duration = visit.length();
        Self::load_all(tx, calendar, members, window, now, exclude, Some(visit)).await
    }

    /// Loads the input for moving an appointment to a start in `window`. It keeps the duration and buffers that it was booked with, a visit
    /// its services, and a Collective appointment its hosts. Only a seat of a class gets the duration of its new session.
    pub(crate) async fn load_move(
        tx: &mut ReadTx,
        mut calendar: BookingCalendar,
        moved: &Appointment,
        window: Interval,
        now: Timestamp,
        holder: Option<VisitorId>,
    ) -> Result<Self, StoreError> {
        let exclude = Exclusions {
            moved: Some(moved.id),
            holder,
        };
        let members = calendar_members::with_staff(tx, &[calendar.id]).await?;
        let parts = appointment_parts::list(tx, &[moved.id]).await?;
        if calendar.settings.kind != Kind::ClassBooking {
            let rules = &mut calendar.settings.rules;
            rules.duration = moved.length().unwrap_or(rules.duration);
            (rules.pre_buffer, rules.post_buffer) = (moved.pre_buffer, moved.post_buffer);
        }
        let (people, visit) = match calendar.settings.kind {
            Kind::Service => {
                let visit = services::of_parts(tx, &calendar, &members, &parts).await?;
                calendar.settings.rules.duration = visit.length();
                let hosts = visit.steps.iter().flat_map(|step| &step.hosts);
                let people = members.iter().map(|(_, person)| &person.id).chain(hosts);
                (people.copied().collect(), Some(visit))
            }
            Kind::Collective if !parts.is_empty() => (parts.iter().map(|part| part.host_id).collect(), None),
            Kind::Collective | Kind::ClassBooking | Kind::RoundRobin | Kind::Personal | Kind::Simple => {
                return Self::load_all(tx, calendar, members, window, now, exclude, None).await;
            }
        };
        let people: Vec<StaffId> = people;
        let people = as_members(tx, &calendar, &members, &people).await?;
        Self::load_all(tx, calendar, people, window, now, exclude, visit).await
    }

    async fn load_all(
        tx: &mut ReadTx,
        calendar: BookingCalendar,
        members: Vec<Member>,
        window: Interval,
        now: Timestamp,
        exclude: Exclusions,
        visit: Option<services::VisitRequest>,
    ) -> Result<Self, StoreError> {
        let (members, people): (Vec<Member>, Vec<TimeOwner>) = match calendar.settings.kind {
            Kind::Simple => (Vec::new(), vec![calendar.id.into()]),
            Kind::ClassBooking | Kind::RoundRobin | Kind::Collective | Kind::Service | Kind::Personal => {
                let people = members.iter().map(|(_, person)| person.id.into()).collect();
                (members, people)
            }
        };
        let mut owners = people.clone();
        let needed = visit.iter().flat_map(|visit| &visit.resources);
        owners.extend(needed.flat_map(services::units_of).map(TimeOwner::Unit));
        let extended = extended_window(&calendar, counted(&calendar, window));
        let query = busy_time::BusyQuery {
            owners: &owners,
            people: &people,
            from: extended.start,
            to: extended.end,
            now,
            holder: exclude.holder,
            takes_time: busy_status::takes_time,
        };
        let BusyTime {
            watched,
            holidays,
            external,
            taken,
            blocked,
        } = busy_time::between(tx, &query).await?;
        let mut busy_of = busy_without(tx, &taken, exclude.moved).await?;
        for (owner, from, to) in blocked {
            busy_of.entry(owner).or_default().push(Busy {
                interval: Interval::new(from, to),
                cause: Cause::Blocked,
                shared: None,
            });
        }
        add_cancelled_sessions(tx, &calendar, &people, extended, &mut busy_of).await?;
        let booked = booked(tx, &calendar, window, exclude.moved).await?;
        let closed = holidays::closed(holidays);
        let mut schedules: Vec<Schedule> = members
            .iter()
            .map(|(_, person)| {
                let mut busy = busy::of_calendars(person.id, watched.iter().zip(&external), extended, now);
                busy.extend(busy_of.remove(&person.id.into()).unwrap_or_default());
                busy.extend((!person.hours_are_known()).then(|| busy::unreadable(extended)));
                Schedule {
                    owner: person.id.into(),
                    hours: hours(person, &closed),
                    busy,
                }
            })
            .collect();
        if let (Kind::Simple, Some(hours)) = (calendar.settings.kind, calendar.settings.rules.own_hours()) {
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
        let visit = visit.map(|visit| {
            let mut busy_of = |unit: UnitId| busy_of.remove(&TimeOwner::Unit(unit)).unwrap_or_default();
            let resource = |resource: &store::resources::Resource| Resource {
                id: resource.id,
                units: services::units_of(resource)
                    .into_iter()
                    .map(|unit| (unit, busy_of(unit)))
                    .collect(),
            };
            let resources = visit.resources.iter().map(resource).collect();
            (visit, resources)
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
}

/// Returns these people as members, each once, in this order. Someone who is not a member gets default settings and the last position.
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
                settings: MemberSettings::new(*id),
                position: u32::try_from(members.len()).unwrap_or(u32::MAX),
                joined_at: person.created_at,
            };
            all.push((member, person));
        }
    }
    Ok(all)
}

/// Returns the busy time from appointments and holds, by owner (people, units, and booking calendars without hosts), without the
/// appointment that is being moved.
async fn busy_without(
    tx: &mut ReadTx,
    taken: &[OccupiedSpan],
    moved: Option<AppointmentId>,
) -> Result<BTreeMap<TimeOwner, Vec<Busy>>, StoreError> {
    let mut moved_seats: BTreeMap<OccupancyId, u32> = BTreeMap::new();
    let mut shared: BTreeMap<OccupancyId, SharedSpan> = BTreeMap::new();
    if let Some(moved) = moved {
        moved_seats.extend(occupancy::seats_of(tx, moved).await?);
        let with_others = occupancy::shared_with_others(tx, moved).await?;
        shared.extend(with_others.into_iter().map(|span| (span.id, span)));
    }
    let mut busy: BTreeMap<TimeOwner, Vec<Busy>> = BTreeMap::new();
    for place in taken {
        let seats = moved_seats.get(&place.id).copied().unwrap_or(0);
        let others = place.taken.saturating_sub(seats);
        // If others share the start, it stays busy, with more seats left.
        if seats > 0 && others == 0 {
            continue;
        }
        let mut place = *place;
        if let Some(span) = shared.get(&place.id) {
            // The others may need less time.
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

/// Adds the time of a class's cancelled sessions, for every host.
async fn add_cancelled_sessions(
    tx: &mut ReadTx,
    calendar: &BookingCalendar,
    people: &[TimeOwner],
    extended: Interval,
    busy_of: &mut BTreeMap<TimeOwner, Vec<Busy>>,
) -> Result<(), StoreError> {
    if calendar.settings.kind != Kind::ClassBooking {
        return Ok(());
    }
    for session in class_sessions::between(tx, calendar.id, extended.start, extended.end).await? {
        for owner in people.iter().filter(|_| session.cancellation.is_some()) {
            let busy = busy_of.entry(*owner).or_default();
            busy.push(busy::of_cancelled_session(&session));
        }
    }
    Ok(())
}

/// Widens the window to whole local days if availability depends on the rest of the day: with look busy, and with equal distribution.
fn counted(calendar: &BookingCalendar, window: Interval) -> Interval {
    if calendar.settings.rules.look_busy_percent > 0 || counts_months(calendar) {
        calendar.settings.rules.whole_days(window)
    } else {
        window
    }
}

/// Returns the active appointments of all days that the window touches; with equal distribution, of their months. Empty if they are not
/// counted.
async fn booked(
    tx: &mut ReadTx,
    calendar: &BookingCalendar,
    window: Interval,
    moved: Option<AppointmentId>,
) -> Result<Vec<BookedStart>, StoreError> {
    if !is_counted(calendar) {
        return Ok(Vec::new());
    }
    let zone = &calendar.settings.rules.zone;
    let (mut first, mut last) = (zone.date(window.start), zone.date(window.end));
    if counts_months(calendar) {
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

/// Counts the appointments by local date; in a Class Booking calendar, the seats.
fn per_day(calendar: &BookingCalendar, booked: &[BookedStart]) -> BTreeMap<Date, u32> {
    let mut days = BTreeMap::new();
    for start in booked {
        let count = match calendar.settings.kind {
            Kind::ClassBooking => start.seats,
            Kind::RoundRobin | Kind::Collective | Kind::Service | Kind::Personal | Kind::Simple => 1,
        };
        *days
            .entry(calendar.settings.rules.zone.date(start.starts_at))
            .or_insert(0) += count;
    }
    days
}
