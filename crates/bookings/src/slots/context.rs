//! Everything the rules need to know about a booking calendar and a span of time, loaded with a fixed number of
//! queries: it does not grow with hosts, calendars, events or days.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use scheduling::{AppointmentId, Busy, Cause, Host, Hours, Interval, Request, StaffId};
use store::booking_calendars::BookingCalendar;
use store::calendar_members::CalendarMember;
use store::external_events::Instance;
use store::remote_calendars::Watched;
use store::staff::Staff;
use store::{
    RemoteCalendarId, StoreError, Tx, appointments, blocked_time, calendar_members, external_events,
    occupancy, remote_calendars,
};

use super::busy;

/// A loaded booking calendar: its rules, its hosts and when they are busy.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) calendar: BookingCalendar,
    pub(crate) members: Vec<(CalendarMember, Staff)>,
    /// The primary and the conflict calendars of all hosts.
    pub(crate) watched: Vec<Watched>,
    hosts: Vec<Host>,
    booked_per_day: BTreeMap<Date, u32>,
    held_back: BTreeMap<Date, BTreeSet<StaffId>>,
    window: Interval,
}

impl Context {
    /// Loads what counts for starts in `window`. The appointment that is being `moved` blocks nothing.
    pub(crate) async fn load(
        tx: &mut Tx,
        calendar: BookingCalendar,
        window: Interval,
        now: Timestamp,
        moved: Option<AppointmentId>,
    ) -> Result<Self, StoreError> {
        let members = calendar_members::with_staff(tx, &[calendar.id]).await?;
        let ids: Vec<StaffId> = members.iter().map(|(_, person)| person.id).collect();
        let reach = reach(&calendar, window);
        let watched = remote_calendars::watched(tx, &ids).await?;
        let remote: Vec<RemoteCalendarId> = watched.iter().map(|calendar| calendar.id).collect();
        let external = external_events::between(tx, &remote, reach.start, reach.end).await?;
        let mut instances: BTreeMap<RemoteCalendarId, Vec<&Instance>> = BTreeMap::new();
        for instance in &external {
            instances
                .entry(instance.remote_calendar_id)
                .or_default()
                .push(instance);
        }
        let mut taken: BTreeMap<StaffId, Vec<Busy>> = BTreeMap::new();
        for place in occupancy::between(tx, &ids, reach.start, reach.end, now).await? {
            // A start that others share stays taken when one of them moves away; it just has a seat more.
            if moved.is_some() && place.appointment_id == moved && place.taken <= 1 {
                continue;
            }
            taken
                .entry(place.host_id)
                .or_default()
                .push(busy::of_taken(&place));
        }
        for blocked in blocked_time::between(tx, &ids, reach.start, reach.end).await? {
            let interval = Interval::new(blocked.starts_at, blocked.ends_at);
            taken.entry(blocked.staff_id).or_default().push(Busy {
                interval,
                cause: Cause::Blocked,
                shared: None,
            });
        }
        let booked_per_day = booked_per_day(tx, &calendar, window, moved).await?;
        let hosts = members
            .iter()
            .map(|(_, person)| {
                let mut busy = busy::of_calendars(person, &watched, &instances, reach, now);
                busy.extend(taken.remove(&person.id).unwrap_or_default());
                Host {
                    id: person.id,
                    hours: hours(person),
                    busy,
                }
            })
            .collect();
        Ok(Self {
            calendar,
            members,
            watched,
            hosts,
            booked_per_day,
            held_back: BTreeMap::new(),
            window,
        })
    }

    /// Keeps one host alone: the one that the client chose.
    pub(crate) fn only(&mut self, host: StaffId) {
        self.hosts.retain(|known| known.id == host);
        self.members.retain(|(_, person)| person.id == host);
    }

    /// The question to the rules.
    pub(crate) fn request(&self, now: Timestamp, staff_view: bool) -> Request<'_> {
        Request {
            calendar: self.calendar.id,
            kind: self.calendar.kind,
            rules: &self.calendar.rules,
            hosts: &self.hosts,
            window: self.window,
            now,
            booked_per_day: &self.booked_per_day,
            seats: 1,
            held_back: &self.held_back,
            staff_view,
        }
    }

    /// The member of this id.
    pub(crate) fn member(&self, host: StaffId) -> Option<&Staff> {
        self.members
            .iter()
            .map(|(_, person)| person)
            .find(|person| person.id == host)
    }
}

/// A staff member's hours.
pub(crate) fn hours(person: &Staff) -> Hours {
    Hours {
        zone: person.zone.clone(),
        weekly: person.hours.clone(),
        overrides: person.overrides.clone(),
    }
}

/// The window with what a meeting that starts in it can occupy outside of it.
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

/// Active bookings by local date, for all days that the window touches.
async fn booked_per_day(
    tx: &mut Tx,
    calendar: &BookingCalendar,
    window: Interval,
    moved: Option<AppointmentId>,
) -> Result<BTreeMap<Date, u32>, StoreError> {
    let zone = &calendar.rules.zone;
    let (first, last) = (zone.date(window.start), zone.date(window.end));
    let (from, to) = (
        zone.start_of_day(first),
        zone.start_of_day(last.saturating_add(1.day())),
    );
    let mut days = BTreeMap::new();
    for (id, start) in appointments::starts_between(tx, calendar.id, from, to).await? {
        if Some(id) != moved {
            *days.entry(zone.date(start)).or_insert(0) += 1;
        }
    }
    Ok(days)
}
