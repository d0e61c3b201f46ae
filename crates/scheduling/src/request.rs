//! What the rules are asked, and what they answer.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use smallvec::SmallVec;

use crate::hours::Hours;
use crate::ids::{AppointmentId, CalendarId, StaffId, TimeOwner};
use crate::interval::Interval;
use crate::rules::{Kind, Rules};
use crate::words::text_enum;

/// Why time is busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// An appointment in any booking calendar.
    Appointment(AppointmentId),
    /// Another visitor is about to book it.
    Hold,
    /// Its owner blocked it off.
    Blocked,
    /// An event of a primary or conflict calendar.
    External,
    /// A calendar could not be read, and the member chose not to be offered meanwhile.
    Unreadable,
    /// It lies further ahead than a calendar was read.
    NotRead,
}

/// The start of a booking calendar that a busy span is, which further appointments may share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shared {
    /// The booking calendar.
    pub calendar: CalendarId,
    /// The start of the meeting.
    pub start: Timestamp,
    /// Its end, without the buffer after it.
    pub end: Timestamp,
    /// The places of it that are taken, or [`Shared::CLOSED`].
    pub taken: u32,
}

impl Shared {
    /// Stands for `taken` where nobody else may share the start, however many places there are.
    pub const CLOSED: u32 = u32::MAX;
}

/// Time that somebody or something is not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy {
    /// When; for an appointment with the buffers stored with it.
    pub interval: Interval,
    /// Why.
    pub cause: Cause,
    /// Set for appointments whose start others may share.
    pub shared: Option<Shared>,
}

impl Busy {
    /// The time of the meeting itself, without the buffers stored with it; for other causes the whole span.
    pub(crate) fn meeting(&self) -> Interval {
        self.shared
            .map_or(self.interval, |shared| Interval::new(shared.start, shared.end))
    }
}

/// The time that can be booked of a member, or of a booking calendar without members. The caller leaves out the appointment that is
/// being moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Whose time it is: a staff member's, or a Simple calendar's own.
    pub owner: TimeOwner,
    /// When it is open.
    pub hours: Hours,
    /// When it is busy, in any order.
    pub busy: Vec<Busy>,
}

impl Schedule {
    /// The member who would host an appointment in this time; nobody in a Simple calendar.
    pub fn host(&self) -> Option<StaffId> {
        self.owner.staff()
    }
}

/// What the rules are asked about one booking calendar.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The booking calendar.
    pub calendar: CalendarId,
    /// What it is.
    pub kind: Kind,
    /// When it can be booked.
    pub rules: &'a Rules,
    /// The schedules of the members who may be offered; a Simple calendar's own.
    pub schedules: &'a [Schedule],
    /// Starts from here, up to and without its end.
    pub window: Interval,
    /// The present instant.
    pub now: Timestamp,
    /// Active appointments of this booking calendar by local start date, in the zone of the rules; in a Class Booking
    /// calendar their seats.
    pub booked_per_day: &'a BTreeMap<Date, u32>,
    /// The requested seats: those of the client and their guests. Only a Class Booking calendar has several.
    pub seats: u32,
    /// By local date: the members of a Round Robin calendar who are too far ahead of those who are there then (see
    /// [`crate::ahead`]).
    pub held_back: &'a BTreeMap<Date, BTreeSet<StaffId>>,
    /// Staff see every time; clients do not see those that look busy.
    pub staff_view: bool,
}

/// Who is free at a start: mostly one, for whom nothing is allocated, as there are many starts.
pub type SlotHosts = SmallVec<[StaffId; 1]>;

/// A start that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The meeting's start.
    pub start: Timestamp,
    /// The meeting's end, without buffers.
    pub end: Timestamp,
    /// The members who are free, in the order of the request; nobody in a Simple calendar.
    pub hosts: SlotHosts,
    /// The seats that a session of a Class Booking calendar has left; nothing in other kinds.
    pub seats_left: Option<u32>,
}

text_enum! {
    /// Why a start is not offered (docs/scheduling.md, "Limits").
    Reason {
        /// Outside the hours of the member or of the booking calendar.
        Hours = "HOURS",
        /// Not a start of the grid.
        Grid = "GRID",
        /// Over already.
        Past = "PAST",
        /// Sooner than the minimum notice.
        Notice = "NOTICE",
        /// Beyond the date range, on either side.
        TooFar = "TOOFAR",
        /// The day has as many appointments as it may have.
        DayLimit = "DAYLIMIT",
        /// The member has an appointment.
        Booked = "BOOKED",
        /// Another visitor is about to book it.
        Held = "HELD",
        /// The member blocked the time off.
        Blocked = "BLOCKED",
        /// The member has an event.
        Conflict = "CONFLICT",
        /// A calendar of the member cannot be read.
        Stale = "STALE",
        /// Only the buffers are in the way.
        Buffer = "BUFFER",
        /// The session has fewer seats left than are requested.
        NoSeats = "NOSEATS",
        /// Another member who has to take part is not free.
        Collective = "COLLECTIVE",
        /// The member has had more than their share this month.
        RoundRobin = "ROUNDROBIN",
        /// Hidden, so that the day looks busy.
        LookBusy = "LOOKBUSY",
        /// A room or piece of equipment is taken.
        Resource = "RESOURCE",
    }
}

/// One reason against a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The reason.
    pub reason: Reason,
    /// Whose time it concerns; nobody's when the start is refused for everybody.
    pub owner: Option<TimeOwner>,
    /// The busy time that is in the way, if that is the reason.
    pub busy: Option<Busy>,
}

impl Refusal {
    /// A reason that concerns everybody.
    pub fn for_all(reason: Reason) -> Self {
        Self {
            reason,
            owner: None,
            busy: None,
        }
    }

    /// A reason that concerns one owner's time.
    pub fn of(owner: impl Into<TimeOwner>, reason: Reason) -> Self {
        Self {
            reason,
            owner: Some(owner.into()),
            busy: None,
        }
    }

    /// The member it concerns, if it concerns one.
    pub fn host(&self) -> Option<StaffId> {
        self.owner.and_then(TimeOwner::staff)
    }
}

/// A start of the grid, offered or not, with the reasons against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The meeting's start.
    pub start: Timestamp,
    /// The meeting's end.
    pub end: Timestamp,
    /// Whether it is one of the slots.
    pub is_offered: bool,
    /// The members who are free if it is offered; nobody in a Simple calendar.
    pub hosts: SlotHosts,
    /// Why it is not offered at all, or not with some members.
    pub refusals: Vec<Refusal>,
}

/// A Service calendar has no times of its own: they depend on what is chosen from its menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("The times of this booking calendar depend on the services that are chosen. Choose them first.")]
pub struct UnsupportedKind(pub Kind);
