//! Scenes in the words of the specification. Unless something else is said they are of half an hour each half hour in
//! Berlin, asked about the first of June 2026, without notice or a date range.

use scheduling::ids::Uuid;
use scheduling::{
    AppointmentId, Busy, CalendarId, Cause, DateOverride, DateRange, Resource, ResourceId, Span, Step, Unit,
    UnitId, WeeklyHours,
};

use crate::scene::{CALENDAR, Scene, daily, date, staff, windows, zone};

pub const DAY: &str = "2026-06-01";
pub const BERLIN: &str = "Europe/Berlin";
/// Open all day.
pub const ALWAYS: &str = "00:00-24:00";

/// The same hours every day.
pub fn day(hours: &str) -> Scene {
    days(BERLIN, DAY, DAY, hours)
}

/// The same hours every day, asked about several.
pub fn days(zone: &str, first: &str, last: &str, hours: &str) -> Scene {
    Scene::new(zone, hours, first, last)
}

/// Open on one date alone, asked about that date and the next.
pub fn only(zone: &str, on: &str, hours: &str) -> Scene {
    let next = date(on).tomorrow().unwrap().to_string();
    Scene::new(zone, "", on, &next).on(on, hours)
}

/// An appointment of somebody else.
pub fn appointment() -> Cause {
    Cause::Appointment(AppointmentId(Uuid::from_u128(5)))
}

impl Scene {
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

    /// The first host has had more than their share on this day.
    pub fn held_back(mut self, day: &str) -> Self {
        self.held_back.entry(date(day)).or_default().insert(staff(0));
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

    /// The last step needs the one room, which is taken for a while.
    pub fn room_taken(mut self, from: &str, to: &str) -> Self {
        let id = ResourceId(Uuid::from_u128(1000));
        let busy = Busy {
            interval: self.span(from, to),
            cause: Cause::Blocked,
            shared: None,
        };
        self.steps.last_mut().unwrap().resources.push((id, 1));
        self.resources.push(Resource {
            id,
            units: vec![(UnitId(Uuid::from_u128(2000)), vec![busy])],
        });
        self
    }
}
