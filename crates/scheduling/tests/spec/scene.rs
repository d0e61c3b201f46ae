//! A question to the engine, built in few words and answered in local times.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use scheduling::ids::Uuid;
use scheduling::{
    AppointmentId, Busy, CalendarId, Cause, DateOverride, DateRange, Host, Hours, Interval, Kind,
    LocalWindow, Position, Refusal, Request, Resource, Rules, Shared, Slot, Span, StaffId, Step, Unit,
    WeeklyHours, check, explain, slots,
};
use zones::Zone;

pub const CALENDAR: CalendarId = CalendarId(Uuid::from_u128(1));

pub fn staff(number: u128) -> StaffId {
    StaffId(Uuid::from_u128(100 + number))
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

/// "09:00-17:30", "22:00-26:00".
pub fn window(text: &str) -> LocalWindow {
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':').unwrap();
        hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap()
    };
    let (from, to) = text.split_once('-').unwrap();
    LocalWindow::new(minute(from), minute(to)).unwrap()
}

pub fn windows(text: &str) -> Vec<LocalWindow> {
    text.split_whitespace().map(window).collect()
}

/// The same windows on every day.
pub fn daily(text: &str) -> WeeklyHours {
    WeeklyHours(std::array::from_fn(|_| windows(text)))
}

#[derive(Debug, Clone)]
pub struct Scene {
    pub zone: Zone,
    pub kind: Kind,
    pub rules: Rules,
    pub hosts: Vec<Host>,
    pub window: Interval,
    pub now: Timestamp,
    pub booked: BTreeMap<Date, u32>,
    pub seats: u32,
    pub held_back: BTreeMap<Date, BTreeSet<StaffId>>,
    pub staff_view: bool,
    /// What is chosen from the menu of a Service calendar, and the rooms and equipment for it.
    pub steps: Vec<Step>,
    pub resources: Vec<Resource>,
}

impl Scene {
    /// One host with the same hours on every day, asked about the local dates from `first` to `last`, both included,
    /// long before; without notice or a date range.
    pub fn new(zone_name: &str, hours: &str, first: &str, last: &str) -> Self {
        let zone = zone(zone_name);
        let window = Interval::new(
            zone.start_of_day(date(first)),
            zone.start_of_day(date(last).tomorrow().unwrap()),
        );
        let rules = Rules {
            zone: zone.clone(),
            notice: Span::new(0, Unit::Hours),
            range: DateRange::Unlimited,
            ..Rules::default()
        };
        let now = window
            .start
            .checked_sub(jiff::SignedDuration::from_hours(240))
            .unwrap();
        let scene = Self {
            zone,
            kind: Kind::RoundRobin,
            rules,
            hosts: Vec::new(),
            window,
            now,
            booked: BTreeMap::new(),
            seats: 1,
            held_back: BTreeMap::new(),
            staff_view: false,
            steps: Vec::new(),
            resources: Vec::new(),
        };
        scene.host(hours)
    }

    /// Another host, in the same zone.
    pub fn host(mut self, hours: &str) -> Self {
        let zone = self.zone.clone();
        self.add_host(zone, hours);
        self
    }

    /// Another host, in another zone.
    pub fn host_in(mut self, name: &str, hours: &str) -> Self {
        self.add_host(zone(name), hours);
        self
    }

    fn add_host(&mut self, zone: Zone, hours: &str) {
        let id = staff(self.hosts.len() as u128);
        let hours = Hours {
            zone,
            weekly: daily(hours),
            overrides: Vec::new(),
        };
        self.hosts.push(Host {
            id,
            hours,
            busy: Vec::new(),
        });
    }

    pub fn rules(mut self, change: impl FnOnce(&mut Rules)) -> Self {
        change(&mut self.rules);
        self
    }

    pub fn duration(self, minutes: u32) -> Self {
        self.rules(|rules| rules.duration = minutes)
    }

    pub fn interval(self, minutes: u32) -> Self {
        self.rules(|rules| rules.interval = minutes)
    }

    pub fn buffers(self, pre: u32, post: u32) -> Self {
        self.rules(|rules| (rules.pre_buffer, rules.post_buffer) = (pre, post))
    }

    /// The first host's hours on one date.
    pub fn on(mut self, day: &str, hours: &str) -> Self {
        self.hosts[0].hours.overrides.push(DateOverride {
            date: date(day),
            windows: windows(hours),
        });
        self
    }

    pub fn now(mut self, local: &str) -> Self {
        self.now = self.at(local);
        self
    }

    /// The instant of "2026-06-01T09:00", the first of two; of "09:00" on the first asked date; of
    /// "2026-06-01T07:00Z" in UTC.
    pub fn at(&self, text: &str) -> Timestamp {
        if text.ends_with('Z') {
            return text.parse().unwrap();
        }
        let local = match text.parse::<DateTime>() {
            Ok(local) => local,
            Err(_) => self
                .zone
                .date(self.window.start)
                .to_datetime(text.parse().unwrap()),
        };
        self.zone.opening(local)
    }

    pub fn span(&self, from: &str, to: &str) -> Interval {
        Interval::new(self.at(from), self.at(to))
    }

    /// Makes a host busy.
    pub fn busy(mut self, host: usize, from: &str, to: &str, cause: Cause) -> Self {
        let interval = self.span(from, to);
        self.hosts[host].busy.push(Busy {
            interval,
            cause,
            shared: None,
        });
        self
    }

    /// An event of the first host.
    pub fn event(self, from: &str, to: &str) -> Self {
        self.busy(0, from, to, Cause::External)
    }

    /// An appointment of the first host whose start may be shared, as long as the rules say by now, with the buffers stored
    /// with it.
    pub fn shared(self, calendar: CalendarId, start: &str, occupied: (&str, &str), taken: u32) -> Self {
        let cause = Cause::Appointment(AppointmentId(Uuid::from_u128(9)));
        self.shared_by(cause, calendar, start, occupied, taken)
    }

    /// The same for whatever takes the places of the start.
    pub fn shared_by(
        mut self,
        cause: Cause,
        calendar: CalendarId,
        start: &str,
        occupied: (&str, &str),
        taken: u32,
    ) -> Self {
        let interval = self.span(occupied.0, occupied.1);
        let start = self.at(start);
        let length = jiff::SignedDuration::from_mins(i64::from(self.rules.duration));
        let shared = Some(Shared {
            calendar,
            start,
            end: start.checked_add(length).unwrap().min(interval.end),
            taken,
        });
        self.hosts[0].busy.push(Busy {
            interval,
            cause,
            shared,
        });
        self
    }

    pub fn booked(mut self, day: &str, count: u32) -> Self {
        self.booked.insert(date(day), count);
        self
    }

    pub fn request(&self) -> Request<'_> {
        Request {
            calendar: CALENDAR,
            kind: self.kind,
            rules: &self.rules,
            hosts: &self.hosts,
            window: self.window,
            now: self.now,
            booked_per_day: &self.booked,
            seats: self.seats,
            held_back: &self.held_back,
            staff_view: self.staff_view,
        }
    }

    pub fn slots(&self) -> Vec<Slot> {
        slots(&self.request()).unwrap()
    }

    pub fn explain(&self) -> Vec<Position> {
        explain(&self.request()).unwrap()
    }

    pub fn check(&self, local: &str) -> Result<Slot, Vec<Refusal>> {
        check(&self.request(), self.at(local))
    }

    /// The reason codes against a start, in order.
    pub fn codes(&self, local: &str) -> Vec<&'static str> {
        let refusals = self.check(local).expect_err("the start is on offer");
        refusals.iter().map(|refusal| refusal.reason.code()).collect()
    }

    /// The offered starts as local times of day: "09:00 09:30"; with the date where there are several.
    pub fn starts(&self) -> String {
        let starts: Vec<_> = self.slots().iter().map(|slot| slot.start).collect();
        self.local_times(&starts)
    }

    pub fn local_times(&self, starts: &[Timestamp]) -> String {
        let several = starts
            .iter()
            .any(|start| self.zone.date(*start) != self.zone.date(starts[0]));
        let format = if several { "%d.%H:%M" } else { "%H:%M" };
        starts
            .iter()
            .map(|start| self.zone.local(*start).strftime(format).to_string())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The offered starts in UTC.
    pub fn utc(&self) -> String {
        let slots = self.slots();
        slots
            .iter()
            .map(|slot| slot.start.strftime("%H:%M").to_string())
            .collect::<Vec<_>>()
            .join(" ")
    }
}
