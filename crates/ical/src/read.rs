//! A calendar resource, from text to what it means for its owner.

use std::collections::HashMap;

use crate::clock::moved;
use crate::components::parse;
use crate::event::{Event, bare_address};
use crate::group::{Sink, expand};
use crate::lines::{Name, Reader};
use crate::model::{Horizon, Instance, Owner, ProblemKind, Reading};
use crate::problems::Problems;
use crate::resolve::{Resolver, named};
use crate::series::Budget;
use zones::Zone;

/// What a calendar resource means for its owner within a horizon. Never panics; time and memory are bounded by
/// the length of the text; what is not understood blocks, and what cannot even be placed is a problem whose
/// `unplaced` is set.
pub fn read(text: &str, owner: &Owner, horizon: &Horizon) -> Reading {
    read_bytes(text.as_bytes(), owner, horizon)
}

/// As [`read`], from bytes: servers fold lines within a character, so that only the unfolded text is UTF-8.
pub fn read_bytes(text: &[u8], owner: &Owner, horizon: &Horizon) -> Reading {
    let calendar = parse(text);
    let mut problems = Problems::default();
    if !calendar.recognised {
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
    // Zones that a calendar defines are needed a little beyond the horizon, for ends and moved occurrences.
    let zones_to = moved(horizon.to, 800 * crate::days::DAY).as_second();
    let floating = floating_zone(&calendar.own_zones);
    let mut zones = Resolver::new(&calendar.zones, owner.zone, zones_to).floating_in(floating);
    let events: Vec<Event> = calendar
        .events
        .iter()
        .filter_map(|event| Event::read(event, &me, &mut zones, &mut problems))
        .collect();
    let owner_clock = zones.owner();
    let mut sink = Sink {
        owner: &owner_clock,
        horizon: *horizon,
        budget: Budget::default(),
        problems,
        instances: Vec::new(),
    };
    for group in by_uid(&events) {
        expand(&group, &mut sink);
    }
    let first = calendar.events.first().and_then(|event| event.first(Name::Uid));
    Reading {
        uid: first.unwrap_or("").to_owned(),
        instances: sorted(sink.instances),
        problems: sink.problems.into_list(),
    }
}

/// The zone that a text names as that of its floating times: closer to them than what is known of the owner. One that is
/// not known, or several, decide nothing. Whole days stay the owner's: programs show them as the viewer's own days, and in
/// another zone they would leave hours of that day free.
fn floating_zone(names: &[String]) -> Option<Zone> {
    let (first, others) = names.split_first()?;
    others.iter().all(|other| other == first).then(|| named(first))?
}

/// Instances by start, end and UID. Their order is found first and by small keys, since comparing and moving whole
/// instances costs more than that.
fn sorted(mut instances: Vec<Instance>) -> Vec<Instance> {
    let keys = instances.iter().map(|instance| (instance.start, instance.end));
    let mut order: Vec<_> = keys.enumerate().map(|(at, key)| (key, at)).collect();
    let by_uid = |a: usize, b: usize| instances[a].uid.cmp(&instances[b].uid);
    order.sort_unstable_by(|(key, a), (other, b)| key.cmp(other).then_with(|| by_uid(*a, *b)).then(a.cmp(b)));
    for place in 0..order.len() {
        // Whatever lay in a place before this one was swapped to where that place's came from.
        let mut from = order[place].1;
        while from < place {
            from = order[from].1;
        }
        instances.swap(place, from);
    }
    instances
}

/// Events that belong together. Those without a UID belong to nothing, or one could hide another.
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

/// The UID of the first component in a resource that has one, without reading the rest. Alarms have their own,
/// which is not meant.
pub fn uid(text: &str) -> Option<String> {
    let mut in_alarm = false;
    for line in Reader::new(text.as_bytes()) {
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
