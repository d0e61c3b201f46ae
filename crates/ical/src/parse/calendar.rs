//! Sorts properties into components (RFC 5545, section 3.6), also where the lines that begin and end them are damaged.

use crate::parse::components::{CalendarText, EventText, ZoneText};
use crate::parse::lines::{Behind, Line, Reader};
use crate::parse::names::Name;

/// Components without busy time, and components within others.
const OTHERS: [&str; 13] = [
    "VTODO",
    "VJOURNAL",
    "VALARM",
    "STANDARD",
    "DAYLIGHT",
    "AVAILABLE",
    "VPOLL",
    "VVOTER",
    "PARTICIPANT",
    "VLOCATION",
    "VRESOURCE",
    "VCARD",
    "VNOTE",
];

/// Components that lie directly in a calendar, or are one, and so end every open one.
const OUTER: [&str; 5] = ["VEVENT", "VTIMEZONE", "VCALENDAR", "VFREEBUSY", "VAVAILABILITY"];

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// In VCALENDAR, outside everything, or in a component with an unknown name.
    #[default]
    Outside,
    Event,
    FreeBusy,
    Zone,
    Observance,
    /// In a component that is not read, such as VTODO.
    Other,
}

/// Sorts the lines of a text into components. Components that lack their END are ended by the next one.
pub(crate) fn parse(text: &[u8]) -> CalendarText<'_> {
    let mut parser = Parser::default();
    for line in Reader::new(text) {
        parser.line(line);
    }
    let is_open = parser.place == Place::Event;
    parser.close(is_open);
    let mut calendar = parser.calendar;
    if let Some(event) = calendar.events.last_mut().filter(|_| is_open) {
        event.cut = !matches!(text.last(), Some(b'\n' | b'\r'));
    }
    for zone in &mut calendar.zones {
        calendar.events.extend(events_of_zone(zone));
    }
    calendar.complete = parser.open_calendars <= 0;
    calendar
}

/// A component within another one.
#[derive(Clone, Copy)]
struct Inner {
    /// The index of its first line.
    begin: usize,
    /// It may be an event with a misspelt name, after one that lacks its END.
    unknown: bool,
}

/// The state of the sorting.
#[derive(Default)]
struct Parser<'a> {
    calendar: CalendarText<'a>,
    place: Place,
    open_calendars: i64,
    /// The open components within an event or within one that is not read.
    inner: Vec<Inner>,
    /// The lines of components within an event: alarms.
    within: Vec<Line<'a>>,
    /// Lines that lie in no component.
    loose: Vec<Line<'a>>,
}

impl<'a> Parser<'a> {
    fn line(&mut self, line: Line<'a>) {
        if is_note(&line) {
            if let Some(event) = self
                .calendar
                .events
                .last_mut()
                .filter(|_| self.place == Place::Event)
            {
                event.has_notes = true;
            }
            return;
        }
        match line.name {
            Name::Begin => self.begin(named(&line.value)),
            Name::End => self.end(named(&line.value)),
            _ if !self.inner.is_empty() => {
                let is_unknown = self.inner.last().is_some_and(|inner| inner.unknown);
                if self.place == Place::Event || is_unknown {
                    self.within.push(line);
                }
            }
            _ => self.property(line),
        }
    }

    fn begin(&mut self, component: &str) {
        self.calendar.recognised = true;
        if is_one_of(&OUTER, component) {
            self.close(self.place == Place::Event);
        }
        let calendar = &mut self.calendar;
        let is = |name: &str| component.eq_ignore_ascii_case(name);
        if is("VEVENT") {
            calendar.events.push(EventText::default());
            self.place = Place::Event;
        } else if is("VFREEBUSY") {
            calendar.free_busy.push(EventText::default());
            self.place = Place::FreeBusy;
        } else if is("VAVAILABILITY") {
            calendar.availability = true;
            self.place = Place::Other;
        } else if is("VTIMEZONE") {
            calendar.zones.push(ZoneText::default());
            self.place = Place::Zone;
        } else if is("VCALENDAR") {
            self.open_calendars += 1;
        } else if matches!(self.place, Place::Zone | Place::Observance) {
            if let Some(zone) = calendar.zones.last_mut() {
                zone.observances.push(Vec::new());
            }
            self.place = Place::Observance;
        } else if self.place != Place::Outside {
            self.inner.push(Inner {
                begin: self.within.len(),
                unknown: !is_other(component),
            });
        } else if is_other(component) {
            self.end_loose();
            self.calendar.others = true;
            self.place = Place::Other;
        } else {
            self.end_loose();
        }
    }

    fn end(&mut self, component: &str) {
        if is_one_of(&OUTER, component) {
            let ends_event = component.eq_ignore_ascii_case("VEVENT");
            self.close(self.place == Place::Event && (!self.inner.is_empty() || !ends_event));
            if component.eq_ignore_ascii_case("VCALENDAR") {
                self.open_calendars -= 1;
            }
        } else if let Some(inner) = self.inner.pop() {
            let lines = self.within.split_off(inner.begin);
            if inner.unknown {
                self.take_for_an_event(lines);
            }
        } else {
            self.place = match self.place {
                Place::Observance => Place::Zone,
                Place::Other => Place::Outside,
                same => same,
            };
            if self.place == Place::Outside {
                self.end_loose();
            }
        }
    }

    fn property(&mut self, line: Line<'a>) {
        let calendar = &mut self.calendar;
        match self.place {
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
                    match line.name {
                        Name::TzId => zone.id = line.value.into_owned(),
                        Name::ZoneAlias | Name::ZoneNumber => zone.hints.push(line),
                        _ => {}
                    }
                }
            }
            Place::Observance => {
                if let Some(lines) = calendar.zones.last_mut().and_then(|z| z.observances.last_mut()) {
                    // Two rules never change the clocks at once.
                    if line.behind == Behind::Joined {
                        lines.pop();
                    }
                    lines.push(line);
                }
            }
            Place::Outside if line.name == Name::CalendarZone => {
                calendar.own_zones.push(line.value.into_owned());
            }
            Place::Outside => self.loose.push(line),
            Place::Other => {}
        }
    }

    /// Ends every open component.
    fn close(&mut self, truncated: bool) {
        self.end_loose();
        if let Some(at) = self.inner.iter().position(|inner| inner.unknown) {
            let lines = self.within.split_off(self.inner[at].begin);
            self.inner.truncate(at);
            // It lacks its END, so its last lines may belong to the event around it.
            self.take_for_an_event(lines.into_iter().filter(is_kept).collect());
        }
        if let Some(event) = self
            .calendar
            .events
            .last_mut()
            .filter(|_| self.place == Place::Event)
        {
            event.truncated |= truncated;
            if let Some(inner) = self.inner.first() {
                event
                    .lines
                    .extend(of_the_event(self.within.split_off(inner.begin)));
            }
        }
        self.place = Place::Outside;
        self.inner.clear();
        self.within.clear();
    }

    /// Makes an event of the lines of an unknown component within another one if they have a time. The open event stays last.
    fn take_for_an_event(&mut self, lines: Vec<Line<'a>>) {
        if lines.iter().any(|line| line.name == Name::DtStart) {
            let open = usize::from(self.place == Place::Event);
            let events = &mut self.calendar.events;
            events.insert(events.len().saturating_sub(open), of_lines(lines));
        }
    }

    /// Makes an event, or a list of busy times, of lines that lie in no component, if they have a time.
    fn end_loose(&mut self) {
        let lines = std::mem::take(&mut self.loose);
        let has = |names: &[Name]| lines.iter().any(|line| names.contains(&line.name));
        let is_event = has(&[Name::DtStart, Name::DtEnd, Name::RDate]);
        let list = match (is_event, has(&[Name::FreeBusy])) {
            (_, true) => &mut self.calendar.free_busy,
            (true, _) => &mut self.calendar.events,
            _ => return,
        };
        list.push(of_lines(lines));
    }
}

/// Returns an event of lines that lie in no component.
fn of_lines(lines: Vec<Line>) -> EventText {
    EventText {
        lines,
        loose: true,
        ..EventText::default()
    }
}

/// Returns events with misspelt names within a zone that lacks its END: they have properties that no zone has, and no offsets.
fn events_of_zone<'a>(zone: &mut ZoneText<'a>) -> Vec<EventText<'a>> {
    let is_event = |lines: &mut Vec<Line>| {
        let has = |names: &[Name]| lines.iter().any(|line| names.contains(&line.name));
        has(&[Name::DtStart])
            && has(&[Name::Uid, Name::DtEnd, Name::Duration, Name::Summary])
            && !has(&[Name::OffsetFrom, Name::OffsetTo])
    };
    zone.observances.extract_if(.., is_event).map(of_lines).collect()
}

fn is_other(component: &str) -> bool {
    is_one_of(&OTHERS, component) || component.get(..2).is_some_and(|x| x.eq_ignore_ascii_case("X-"))
}

/// Returns the lines of an alarm without END that belong to the event: from the first property on that no alarm has, without
/// those that may belong to the alarm and would free time.
fn of_the_event(lines: Vec<Line>) -> impl Iterator<Item = Line> {
    let is_foreign = |line: &Line| {
        matches!(
            line.name,
            Name::DtStart
                | Name::DtEnd
                | Name::RRule
                | Name::ExRule
                | Name::RDate
                | Name::ExDate
                | Name::RecurrenceId
                | Name::Transp
                | Name::Sequence
        )
    };
    lines
        .into_iter()
        .skip_while(move |line| !is_foreign(line))
        .filter(is_kept)
}

/// Returns whether a line is probably one of notes and would free time, or begin or end something that is no component.
fn is_note(line: &Line) -> bool {
    let component = named(&line.value);
    match line.name {
        Name::Begin | Name::End => {
            let is_known = is_one_of(&OUTER, component) || is_other(component);
            component.starts_with(|c: char| c.is_ascii_digit()) || (line.of_notes && !is_known)
        }
        Name::Status => line.of_notes && !line.value.eq_ignore_ascii_case("CONFIRMED"),
        Name::Transp => line.of_notes && !line.value.eq_ignore_ascii_case("OPAQUE"),
        Name::ExDate | Name::RecurrenceId | Name::Sequence => line.of_notes,
        _ => false,
    }
}

/// Returns whether a line cannot free time, so that it does no harm where it may belong to another event.
fn is_kept(line: &Line) -> bool {
    match line.name {
        Name::Status | Name::Attendee => false,
        Name::Transp => !line.value.eq_ignore_ascii_case("TRANSPARENT"),
        _ => true,
    }
}

/// Returns the name of a component, without characters that no name has.
fn named(value: &str) -> &str {
    let is_odd = |c: char| !(c.is_ascii_alphanumeric() || c == '-');
    let name = value.trim_start_matches(is_odd);
    name.find(is_odd).map_or(name, |end| &name[..end])
}

fn is_one_of(names: &[&str], component: &str) -> bool {
    names.iter().any(|name| component.eq_ignore_ascii_case(name))
}
