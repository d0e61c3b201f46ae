//! Reads a calendar resource, from text to the instances of its owner.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::ambiguous_dates::date_readings::DateReadings;
use crate::events::types::Event;
use crate::events::vevent::bare_address;
use crate::events::vfreebusy;
use crate::model::{Blocks, Horizon, Instance, Owner, ProblemKind, Reading};
use crate::parse::calendar::parse;
use crate::parse::components::{CalendarText, EventText};
use crate::parse::line_breaks;
use crate::parse::lines::Reader;
use crate::parse::names::Name;
use crate::problems::Problems;
use crate::recurrence::recurrence_set::{Sink, add_instances};
use crate::recurrence::series::Budget;
use crate::timezone::clock::moved;
use crate::timezone::tzid::Resolver;
use crate::timezone::vtimezone::ChangeWindow;
use crate::values::days::{DAY, naive_date};

/// Returns what a calendar resource means for its owner within a horizon. Never panics; time and memory are bounded by the length
/// of the text; what is not understood blocks, and what cannot even be placed is a problem whose `unplaced` is set.
pub fn read(text: &str, owner: &Owner, horizon: &Horizon) -> Reading {
    read_bytes(text.as_bytes(), owner, horizon)
}

/// As [`read`], from bytes: servers fold lines within a character, so that only the unfolded text is UTF-8.
pub fn read_bytes(text: &[u8], owner: &Owner, horizon: &Horizon) -> Reading {
    let text = line_breaks::mended(text);
    let mut calendar = parse(&text);
    let (repaired, with_ends);
    if calendar.lacks_times() {
        repaired = line_breaks::repaired(&text);
        let again = parse(&repaired);
        if again.placed() > calendar.placed() {
            calendar = again;
        }
    } else if calendar.endless() > 0
        && let Some(text) = line_breaks::with_ends(&text)
    {
        with_ends = text;
        let again = parse(&with_ends);
        if again.endless() < calendar.endless() {
            calendar = again;
        }
    }
    let date_readings = DateReadings::of(&mut calendar);
    let mut problems = Problems::default();
    let has_events = !(calendar.events.is_empty() && calendar.free_busy.is_empty());
    if (!calendar.recognised && !has_events) || hides_events(&calendar, &text) {
        problems.add(
            ProblemKind::NotACalendar,
            "",
            true,
            "This is not a calendar event; it cannot be read.".to_owned(),
        );
    }
    if !calendar.complete {
        problems.add(
            ProblemKind::Truncated,
            "",
            true,
            "The text of a calendar ends in the middle, so events may be missing.".to_owned(),
        );
    }
    let me: Vec<String> = owner
        .addresses
        .iter()
        .map(|address| bare_address(address))
        .collect();
    let window = change_window(&calendar, &date_readings, *horizon);
    let mut zones = Resolver::new(&calendar, owner.zone, window);
    if calendar.availability {
        problems.add(
            ProblemKind::Component,
            "",
            false,
            "This calendar says when its owner is available (VAVAILABILITY), which is not read; hours are set in Quince."
                .to_owned(),
        );
    }
    let owner_clock = zones.owner();
    let mut sink = Sink {
        owner: &owner_clock,
        horizon: *horizon,
        budget: Budget::default(),
        problems,
        instances: Vec::new(),
    };
    let mut readings = 0;
    let mut blocking = Blocking::default();
    loop {
        for (place, date_reading) in date_readings.all().iter().enumerate() {
            let is_read = |text: &&EventText| date_readings.has(place, text);
            let texts = calendar.events.iter().filter(is_read);
            let events: Vec<Event> = texts
                .flat_map(|event| Event::read(&date_reading.of(event), &me, &mut zones, &mut sink.problems))
                .collect();
            if !sink.problems.is_empty() {
                blocking.note(&events);
            }
            for group in by_uid(&events) {
                add_instances(&group, &mut sink);
            }
            for text in calendar.free_busy.iter().filter(is_read) {
                for list in vfreebusy::read(&date_reading.of(text), &mut zones, &mut sink.problems) {
                    add_instances(&[&list], &mut sink);
                }
            }
        }
        readings += 1;
        if !zones.next_reading() {
            break;
        }
    }
    sink.problems.forget(|uid| blocking.are_free(uid));
    note_incomplete(&zones, &date_readings, &mut sink.problems);
    let mut all = calendar.events.iter().chain(&calendar.free_busy);
    let first = all.next().and_then(|event| event.first(Name::Uid));
    Reading {
        uid: first.unwrap_or("").to_owned(),
        instances: of_all_readings(sorted(sink.instances), readings, date_readings.all().len()),
        problems: sink.problems.into_list(),
    }
}

/// The UIDs of which some event, or every one, takes no time.
#[derive(Default)]
struct Blocking {
    free: HashSet<Arc<str>>,
    busy: HashSet<Arc<str>>,
}

impl Blocking {
    fn note(&mut self, events: &[Event]) {
        for event in events {
            let is_free = matches!(event.blocks, Blocks::Free(_));
            let known = if is_free { &mut self.free } else { &mut self.busy };
            if !known.contains(&event.uid) {
                known.insert(Arc::clone(&event.uid));
            }
        }
    }

    /// Returns whether no event of this UID takes time.
    fn are_free(&self, uid: &str) -> bool {
        !uid.is_empty() && self.free.contains(uid) && !self.busy.contains(uid)
    }
}

/// Adds problems for what has more meanings than are considered.
fn note_incomplete(zones: &Resolver, date_readings: &DateReadings, problems: &mut Problems) {
    let mut note = |kind, what: &str| {
        let sentence = format!(
            "The {what} of a calendar can be meant in more ways than are looked at, so times may be missing."
        );
        problems.add(kind, "", true, sentence);
    };
    if zones.is_incomplete() {
        note(ProblemKind::Zone, "time zones");
    }
    if date_readings.is_incomplete() {
        note(ProblemKind::Date, "dates");
    }
}

/// Returns whether a text without known components has an event, even if it could not be read.
fn hides_events(calendar: &CalendarText, text: &[u8]) -> bool {
    let has = |word: &[u8]| {
        text.windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    // Zones have times of their own.
    calendar.is_empty()
        && (has(b"VEVENT") || has(b"FREEBUSY") || (calendar.zones.is_empty() && has(b"DTSTART")))
}

/// Returns the span in which the calendar's zones are needed: a little before and after the horizon, for ends and moved
/// occurrences, and since the first event, on which the length of its series is measured.
fn change_window(calendar: &CalendarText, date_readings: &DateReadings, horizon: Horizon) -> ChangeWindow {
    let from = moved(horizon.from, -400 * DAY).as_second();
    let mut begins = from;
    if !calendar.zones.is_empty() {
        let days = calendar
            .events
            .iter()
            .flat_map(|event| date_readings.starts(event));
        // An unreadable start may be any time.
        let first = days.map(|day| day.map_or(0, naive_date)).min();
        // Before 1970 no calendar begins, whatever it says.
        begins = first.map_or(from, |first| from.min((first - 2 * DAY).max(0)));
    }
    let to = moved(horizon.to, 800 * DAY).as_second();
    ChangeWindow {
        begins,
        from,
        to,
        horizon: (
            moved(horizon.from, -2 * DAY).as_second(),
            moved(horizon.to, 2 * DAY).as_second(),
        ),
    }
}

/// Combines the readings of a text with ambiguous zones or dates: what blocks in one reading blocks, but only what is in all
/// readings of the zones is understood. An event with ambiguous dates is never understood.
fn of_all_readings(instances: Vec<Instance>, readings: usize, date_readings: usize) -> Vec<Instance> {
    if readings == 1 && date_readings == 1 {
        return instances;
    }
    let same = instances.chunk_by(|a, b| a == b);
    let mut all: Vec<Instance> = same
        .map(|same| {
            let mut instance = same[0].clone();
            if same.len() < readings && !matches!(instance.blocks, Blocks::Free(_)) {
                instance.blocks = Blocks::NotUnderstood;
            }
            instance
        })
        .collect();
    all.dedup();
    all
}

/// Sorts instances by start, end and UID. Their order is found first and by small keys, since comparing and moving whole
/// instances costs more than that.
fn sorted(mut instances: Vec<Instance>) -> Vec<Instance> {
    let keys = instances.iter().map(|instance| (instance.start, instance.end));
    let mut order: Vec<_> = keys.enumerate().map(|(at, key)| (key, at)).collect();
    let by_uid = |a: usize, b: usize| instances[a].uid.cmp(&instances[b].uid);
    order.sort_unstable_by(|(key, a), (other, b)| key.cmp(other).then_with(|| by_uid(*a, *b)).then(a.cmp(b)));
    for place in 0..order.len() {
        // The instance of an earlier index was swapped to where that index's instance came from.
        let mut from = order[place].1;
        while from < place {
            from = order[from].1;
        }
        instances.swap(place, from);
    }
    instances
}

/// Groups events by UID. Those without a UID form no group, or one could hide another.
fn by_uid(events: &[Event]) -> Vec<Vec<&Event>> {
    let mut groups: Vec<Vec<&Event>> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for event in events {
        if event.uid.is_empty() {
            groups.push(vec![event]);
            continue;
        }
        let group = *known.entry(&*event.uid).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[group].push(event);
    }
    groups
}

/// Returns the UID of the first component in a resource that has one, without reading the rest. The UIDs of alarms are ignored.
pub fn uid(text: &str) -> Option<String> {
    let mut in_alarm = false;
    for line in Reader::new(&line_breaks::mended(text.as_bytes())) {
        match line.name {
            Name::Begin | Name::End if line.value.eq_ignore_ascii_case("VALARM") => {
                in_alarm = line.name == Name::Begin;
            }
            Name::Uid if !in_alarm && !line.value.is_empty() => return Some(line.value.into_owned()),
            _ => {}
        }
    }
    None
}
