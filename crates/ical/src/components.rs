//! Which property belongs to which component (RFC 5545, section 3.6).

use crate::lines::{Line, Name, Reader};

/// The properties of one VEVENT, in their order; those of its alarms left out.
#[derive(Debug, Default)]
pub(crate) struct EventText<'a> {
    lines: Vec<Line<'a>>,
    /// The event, or an alarm in it, lacks its END: properties may be missing.
    pub truncated: bool,
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
#[derive(Debug, Default)]
pub(crate) struct CalendarText<'a> {
    pub events: Vec<EventText<'a>>,
    /// VFREEBUSY, with the properties of an event.
    pub free_busy: Vec<EventText<'a>>,
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In VCALENDAR or outside everything.
    Outside,
    Event,
    FreeBusy,
    Zone,
    Observance,
    /// In a component that does not matter, such as VTODO.
    Other,
}

/// Sorts the lines of a text into components. Components that lack their END are ended by whatever follows.
pub(crate) fn parse(text: &[u8]) -> CalendarText<'_> {
    let mut calendar = CalendarText::default();
    let mut place = Place::Outside;
    // Depth of components within an event or an uninteresting one: alarms.
    let mut inner = 0_usize;
    let mut open_calendars = 0_i64;
    for line in Reader::new(text) {
        match line.name {
            Name::Begin => {
                calendar.recognised = true;
                let component = line.value.as_ref();
                mark_truncated(&mut calendar, place == Place::Event && is_outer(component));
                if component.eq_ignore_ascii_case("VEVENT") {
                    calendar.events.push(EventText::default());
                    (place, inner) = (Place::Event, 0);
                } else if component.eq_ignore_ascii_case("VFREEBUSY") {
                    calendar.free_busy.push(EventText::default());
                    (place, inner) = (Place::FreeBusy, 0);
                } else if component.eq_ignore_ascii_case("VAVAILABILITY") {
                    calendar.availability = true;
                    (place, inner) = (Place::Other, 0);
                } else if component.eq_ignore_ascii_case("VTIMEZONE") {
                    calendar.zones.push(ZoneText::default());
                    (place, inner) = (Place::Zone, 0);
                } else if component.eq_ignore_ascii_case("VCALENDAR") {
                    open_calendars += 1;
                    (place, inner) = (Place::Outside, 0);
                } else if matches!(place, Place::Zone | Place::Observance) {
                    if let Some(zone) = calendar.zones.last_mut() {
                        zone.observances.push(Vec::new());
                    }
                    place = Place::Observance;
                } else if place == Place::Outside {
                    place = Place::Other;
                } else {
                    inner += 1;
                }
            }
            Name::End => {
                let component = line.value.as_ref();
                if is_outer(component) {
                    let ends_event = component.eq_ignore_ascii_case("VEVENT");
                    mark_truncated(&mut calendar, place == Place::Event && (inner > 0 || !ends_event));
                    if component.eq_ignore_ascii_case("VCALENDAR") {
                        open_calendars -= 1;
                    }
                    (place, inner) = (Place::Outside, 0);
                } else if inner > 0 {
                    inner -= 1;
                } else {
                    place = match place {
                        Place::Observance => Place::Zone,
                        Place::Other => Place::Outside,
                        same => same,
                    };
                }
            }
            _ if inner > 0 => {}
            name => match place {
                Place::Event => {
                    if let Some(event) = calendar.events.last_mut() {
                        event.lines.push(line);
                    }
                }
                Place::FreeBusy => {
                    if let Some(free_busy) = calendar.free_busy.last_mut() {
                        free_busy.lines.push(line);
                    }
                }
                Place::Zone => {
                    if let Some(zone) = calendar.zones.last_mut() {
                        match name {
                            Name::TzId => zone.id = line.value.into_owned(),
                            Name::ZoneAlias | Name::ZoneNumber => zone.hints.push(line),
                            _ => {}
                        }
                    }
                }
                Place::Observance => {
                    if let Some(lines) = calendar.zones.last_mut().and_then(|z| z.observances.last_mut()) {
                        lines.push(line);
                    }
                }
                Place::Outside if name == Name::CalendarZone => {
                    calendar.own_zones.push(line.value.into_owned());
                }
                Place::Outside | Place::Other => {}
            },
        }
    }
    mark_truncated(&mut calendar, place == Place::Event);
    calendar.complete = open_calendars <= 0;
    calendar
}

/// Components that lie directly in a calendar, or are one, and so end whatever is open.
fn is_outer(component: &str) -> bool {
    ["VEVENT", "VTIMEZONE", "VCALENDAR", "VFREEBUSY", "VAVAILABILITY"]
        .iter()
        .any(|name| component.eq_ignore_ascii_case(name))
}

fn mark_truncated(calendar: &mut CalendarText, truncated: bool) {
    if truncated && let Some(event) = calendar.events.last_mut() {
        event.truncated = true;
    }
}
