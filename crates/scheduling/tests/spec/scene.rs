//! Questions to the engine, built in few words and answered in local times. Unless something else is said they are of half
//! an hour each half hour in Berlin, asked about the first of June 2026, without notice or a date range.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use scheduling::ids::Uuid;
use scheduling::{
    AppointmentId, Busy, CalendarId, Cause, DateOverride, DateRange, Hours, Interval, Kind, LocalWindow,
    Position, Refusal, Request, Resource, ResourceId, Rules, Schedule, Shared, Slot, Span, StaffId, Step,
    Unit, UnitId, VisitRequest, WeeklyHours, check, explain, slots,
};
use zones::Zone;

pub const CALENDAR: CalendarId = CalendarId(Uuid::from_u128(1));
pub const DAY: &str = "2026-06-01";
pub const BERLIN: &str = "Europe/Berlin";
/// Open all day.
pub const ALWAYS: &str = "00:00-24:00";

pub fn staff(number: u128) -> StaffId {
    StaffId(Uuid::from_u128(100 + number))
}

pub fn resource(number: u128) -> ResourceId {
    ResourceId(Uuid::from_u128(1000 + number))
}

pub fn unit(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(2000 + number))
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

/// The same hours every day.
pub fn day(hours: &str) -> Scene {
    days(BERLIN, DAY, DAY, hours)
}

/// One host with the same hours every day, asked about the local dates from `first` to `last`, both included, long before.
pub fn days(zone: &str, first: &str, last: &str, hours: &str) -> Scene {
    Scene::new(zone, first, last).host(hours)
}

/// Open on one date alone, asked about that date and the next.
pub fn only(zone: &str, on: &str, hours: &str) -> Scene {
    let next = date(on).tomorrow().unwrap().to_string();
    days(zone, on, &next, "").on(on, hours)
}

/// An appointment of somebody else.
pub fn appointment() -> Cause {
    Cause::Appointment(AppointmentId(Uuid::from_u128(5)))
}

#[derive(Debug, Clone)]
pub struct Scene {
    pub zone: Zone,
    pub kind: Kind,
    pub rules: Rules,
    pub schedules: Vec<Schedule>,
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
    fn new(zone_name: &str, first: &str, last: &str) -> Self {
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
        Self {
            zone,
            kind: Kind::RoundRobin,
            rules,
            schedules: Vec::new(),
            window,
            now,
            booked: BTreeMap::new(),
            seats: 1,
            held_back: BTreeMap::new(),
            staff_view: false,
            steps: Vec::new(),
            resources: Vec::new(),
        }
    }

    pub fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Asked about a part of the day.
    pub fn asked(mut self, from: &str, to: &str) -> Self {
        self.window = self.span(from, to);
        self
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

    pub fn without_members(mut self) -> Self {
        self.schedules.clear();
        self
    }

    /// The first host's hours of each weekday.
    pub fn weekly(mut self, hours: WeeklyHours) -> Self {
        self.schedules[0].hours.weekly = hours;
        self
    }

    fn add_host(&mut self, zone: Zone, hours: &str) {
        let owner = staff(self.schedules.len() as u128).into();
        let hours = Hours {
            zone,
            weekly: daily(hours),
            overrides: Vec::new(),
        };
        self.schedules.push(Schedule {
            owner,
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
        self.schedules[0].hours.overrides.push(DateOverride {
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
        self.schedules[host].busy.push(Busy {
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
        self.schedules[0].busy.push(Busy {
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

    /// The first host is busy.
    pub fn taken(self, from: &str, to: &str, cause: Cause) -> Self {
        self.busy(0, from, to, cause)
    }

    /// A meeting of this booking calendar that so many share already.
    pub fn session(self, from: &str, to: &str, taken: u32) -> Self {
        self.shared(CALENDAR, from, (from, to), taken)
    }

    /// A meeting of another booking calendar.
    pub fn elsewhere(self, from: &str, to: &str) -> Self {
        self.shared(CalendarId(Uuid::from_u128(2)), from, (from, to), 1)
    }

    /// Places of a slot, or seats of a class.
    pub fn places(self, count: u32) -> Self {
        self.rules(|rules| rules.per_slot = count)
    }

    /// The booking calendar's own hours.
    pub fn own(self, hours: &str) -> Self {
        self.rules(|rules| rules.hours = Some(daily(hours)))
    }

    /// Own hours that never open.
    pub fn own_week_without_hours(self) -> Self {
        self.rules(|rules| rules.hours = Some(WeeklyHours::default()))
    }

    /// The booking calendar's own hours on one date.
    pub fn own_on(self, on: &str, hours: &str) -> Self {
        let entry = DateOverride {
            date: date(on),
            windows: windows(hours),
        };
        self.rules(|rules| rules.overrides.push(entry))
    }

    /// The booking calendar is in another zone than its member.
    pub fn calendar_in(self, name: &str) -> Self {
        self.rules(|rules| rules.zone = zone(name))
    }

    pub fn notice(self, amount: u32, unit: Unit) -> Self {
        self.rules(|rules| rules.notice = Span::new(amount, unit))
    }

    pub fn rolling(self, amount: u32, unit: Unit) -> Self {
        self.rules(|rules| rules.range = DateRange::Rolling(Span::new(amount, unit)))
    }

    pub fn between(self, from: &str, to: &str) -> Self {
        let (from, to) = (date(from), date(to));
        self.rules(|rules| rules.range = DateRange::Fixed { from, to })
    }

    pub fn per_day(self, most: u32) -> Self {
        self.rules(|rules| rules.per_day = Some(most))
    }

    pub fn looks_busy(self, percent: u8) -> Self {
        self.rules(|rules| rules.look_busy_percent = percent)
    }

    /// As staff see it.
    pub fn for_staff(mut self) -> Self {
        self.staff_view = true;
        self
    }

    /// The client brings guests: so many seats in all.
    pub fn party_of(mut self, seats: u32) -> Self {
        self.seats = seats;
        self
    }

    /// A member has had more than their share on this day.
    pub fn held_back(mut self, host: u128, day: &str) -> Self {
        self.held_back.entry(date(day)).or_default().insert(staff(host));
        self
    }

    /// A service of the visit: minutes of work, minutes in which the host is free again, and who may do it.
    pub fn step(mut self, duration: u32, processing: u32, hosts: &[u128]) -> Self {
        self.steps.push(Step {
            preferred: None,
            duration,
            processing,
            hosts: hosts.iter().copied().map(staff).collect(),
            resources: Vec::new(),
        });
        self
    }

    /// The last step was theirs before.
    pub fn preferring(mut self, host: u128) -> Self {
        self.steps.last_mut().unwrap().preferred = Some(staff(host));
        self
    }

    /// The last step needs so many units of a resource.
    pub fn needs(mut self, number: u128, quantity: u32) -> Self {
        let needed = (resource(number), quantity);
        self.steps.last_mut().unwrap().resources.push(needed);
        self
    }

    /// A resource of so many units, numbered on from ten times its own number.
    pub fn has(mut self, number: u128, quantity: u128) -> Self {
        let units = (0..quantity).map(|one| (unit(number * 10 + one), Vec::new()));
        self.resources.push(Resource {
            id: resource(number),
            units: units.collect(),
        });
        self
    }

    /// A unit of a resource is taken, both by their index.
    pub fn unit_taken(mut self, resource: usize, index: usize, from: &str, to: &str) -> Self {
        let busy = Busy {
            interval: self.span(from, to),
            cause: Cause::Blocked,
            shared: None,
        };
        self.resources[resource].units[index].1.push(busy);
        self
    }

    pub fn request(&self) -> Request<'_> {
        Request {
            calendar: CALENDAR,
            kind: self.kind,
            rules: &self.rules,
            schedules: &self.schedules,
            window: self.window,
            now: self.now,
            booked_per_day: &self.booked,
            seats: self.seats,
            held_back: &self.held_back,
            staff_view: self.staff_view,
        }
    }

    pub fn visit(&self) -> VisitRequest<'_> {
        VisitRequest {
            request: self.request(),
            steps: &self.steps,
            resources: &self.resources,
        }
    }

    pub fn slots(&self) -> Vec<Slot> {
        slots(&self.request()).unwrap()
    }

    /// The same as [`Scene::slots`], asked for in parts of so many minutes.
    pub fn slots_in_parts(&self, minutes: i64) -> Vec<Slot> {
        let mut slots = Vec::new();
        let mut part = self.clone();
        while part.window.start < self.window.end {
            let end = part.window.start + jiff::SignedDuration::from_mins(minutes);
            part.window.end = end.min(self.window.end);
            slots.extend(part.slots());
            part.window.start = end;
        }
        slots
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
        refusals.iter().map(|refusal| refusal.reason.as_str()).collect()
    }

    /// Local times of day: "09:00 09:30"; with the day of the month where there are several.
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
}
