//! The components of a calendar text (RFC 5545, section 3.6).

use crate::parse::lines::Line;
use crate::parse::names::Name;
use crate::parse::oddities::Oddities;

/// The properties of one VEVENT, in their order, without those of its alarms.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says another thing of the lines"
)]
#[derive(Debug, Clone, Default)]
pub(crate) struct EventText<'a> {
    pub lines: Vec<Line<'a>>,
    /// The event, or an alarm in it, lacks its END: properties may be missing.
    pub truncated: bool,
    /// The text ends within its last line.
    pub cut: bool,
    /// Its lines lie in no component, or in one with an unknown name.
    pub loose: bool,
    /// Some of its lines are probably notes; those that would free time are left out.
    pub has_notes: bool,
    pub oddities: Oddities,
}

impl<'a> EventText<'a> {
    /// Returns every property of this name.
    pub(crate) fn all(&self, name: Name) -> impl Iterator<Item = &Line<'a>> {
        self.lines.iter().filter(move |line| line.name == name)
    }

    /// Returns the value of the first property of this name.
    pub(crate) fn first(&self, name: Name) -> Option<&str> {
        self.all(name).next().map(|line| line.value.as_ref())
    }

    /// Returns whether it has several UIDs or starts, so that it may be several events whose dividing lines were lost. What one
    /// of them says does not apply to the others.
    pub(crate) fn may_be_several(&self) -> bool {
        let differ = |name| {
            let mut all = self.all(name);
            let first = all.next();
            all.any(|line| Some(line) != first)
        };
        differ(Name::Uid) || differ(Name::DtStart)
    }

    /// Returns whether the text ends within one of these properties, so that its value may be incomplete.
    pub(crate) fn ends_within(&self, names: &[Name]) -> bool {
        self.cut && self.lines.last().is_some_and(|line| names.contains(&line.name))
    }
}

/// A VTIMEZONE.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ZoneText<'a> {
    pub id: String,
    /// Properties that may name the zone in another way.
    pub hints: Vec<Line<'a>>,
    /// STANDARD and DAYLIGHT, which are read alike.
    pub observances: Vec<Vec<Line<'a>>>,
}

/// A whole resource.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says another thing of the text"
)]
#[derive(Debug, Default)]
pub(crate) struct CalendarText<'a> {
    pub events: Vec<EventText<'a>>,
    /// VFREEBUSY, with the properties of an event.
    pub free_busy: Vec<EventText<'a>>,
    /// There is a component that is no event and is not read, such as VTODO.
    pub others: bool,
    /// There is a VAVAILABILITY (RFC 7953).
    pub availability: bool,
    pub zones: Vec<ZoneText<'a>>,
    /// The zones that the text names for its floating times (X-WR-TIMEZONE, of no RFC).
    pub own_zones: Vec<String>,
    /// Some component was found, so the text is iCalendar.
    pub recognised: bool,
    /// Every VCALENDAR that begins also ends.
    pub complete: bool,
}

impl CalendarText<'_> {
    /// Returns the number of events with a start and of lists with busy times.
    pub(crate) fn placed(&self) -> usize {
        let has = |text: &&EventText, name| text.all(name).next().is_some();
        let events = self.events.iter().filter(|event| has(event, Name::DtStart));
        let lists = self.free_busy.iter().filter(|list| has(list, Name::FreeBusy));
        events.count() + lists.count()
    }

    /// Returns whether it is empty or an event has no start, so that lines may have been taken for parts of others.
    pub(crate) fn lacks_times(&self) -> bool {
        let all = self.events.len() + self.free_busy.len();
        all == 0 || self.placed() < all
    }

    /// Returns the number of events with a start and without an end.
    pub(crate) fn endless(&self) -> usize {
        let has = |text: &EventText, name| text.all(name).next().is_some();
        let is_endless = |event: &&EventText| {
            has(event, Name::DtStart) && !has(event, Name::DtEnd) && !has(event, Name::Duration)
        };
        self.events.iter().filter(is_endless).count()
    }

    /// Returns whether it has no known component.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.free_busy.is_empty() && !self.others && !self.availability
    }
}
