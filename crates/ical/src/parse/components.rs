//! What a calendar text holds, by component (RFC 5545, section 3.6).

use crate::parse::lines::Line;
use crate::parse::names::Name;
use crate::parse::oddities::Oddities;

/// The properties of one VEVENT, in their order; those of its alarms left out.
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
    /// Its lines lie in no component, or in one of a name that is not known.
    pub loose: bool,
    /// Lines of it are likely notes, of which those are left out that would free time.
    pub has_notes: bool,
    pub oddities: Oddities,
}

impl<'a> EventText<'a> {
    /// Every property of this name.
    pub(crate) fn all(&self, name: Name) -> impl Iterator<Item = &Line<'a>> {
        self.lines.iter().filter(move |line| line.name == name)
    }

    /// The value of the first property of this name.
    pub(crate) fn first(&self, name: Name) -> Option<&str> {
        self.all(name).next().map(|line| line.value.as_ref())
    }

    /// Does it have several identities or starts, so that it may be events of which the lines between them were lost? What one of
    /// them says is then not said of the others.
    pub(crate) fn may_be_several(&self) -> bool {
        let differ = |name| {
            let mut all = self.all(name);
            let first = all.next();
            all.any(|line| Some(line) != first)
        };
        differ(Name::Uid) || differ(Name::DtStart)
    }

    /// Does the text end within one of these properties, so that there may be more of its value?
    pub(crate) fn ends_within(&self, names: &[Name]) -> bool {
        self.cut && self.lines.last().is_some_and(|line| names.contains(&line.name))
    }
}

/// A VTIMEZONE.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ZoneText<'a> {
    pub id: String,
    /// What may say by another name which zone it is.
    pub hints: Vec<Line<'a>>,
    /// STANDARD and DAYLIGHT, which differ in nothing that matters here.
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
    /// Something is there that is no event and not looked at, such as VTODO.
    pub others: bool,
    /// Some VAVAILABILITY is there (RFC 7953).
    pub availability: bool,
    pub zones: Vec<ZoneText<'a>>,
    /// The zones that the text names as those of its floating times (X-WR-TIMEZONE, of no RFC).
    pub own_zones: Vec<String>,
    /// Some component was found, so the text is iCalendar.
    pub recognised: bool,
    /// Every VCALENDAR that begins also ends.
    pub complete: bool,
}

impl CalendarText<'_> {
    /// How many events say when they begin, and busy times there are.
    pub(crate) fn placed(&self) -> usize {
        let has = |text: &&EventText, name| text.all(name).next().is_some();
        let events = self.events.iter().filter(|event| has(event, Name::DtStart));
        let lists = self.free_busy.iter().filter(|list| has(list, Name::FreeBusy));
        events.count() + lists.count()
    }

    /// Is nothing in it, or is an event without its start, so that lines may have been taken for parts of others?
    pub(crate) fn lacks_times(&self) -> bool {
        let all = self.events.len() + self.free_busy.len();
        all == 0 || self.placed() < all
    }

    /// How many events begin without saying when they end.
    pub(crate) fn endless(&self) -> usize {
        let has = |text: &EventText, name| text.all(name).next().is_some();
        let is_endless = |event: &&EventText| {
            has(event, Name::DtStart) && !has(event, Name::DtEnd) && !has(event, Name::Duration)
        };
        self.events.iter().filter(is_endless).count()
    }

    /// Is nothing in it that is known?
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.free_busy.is_empty() && !self.others && !self.availability
    }
}
