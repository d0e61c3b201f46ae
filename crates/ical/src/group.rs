//! Everything with one UID: a series, the changes of single occurrences, and changes from one on.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::clock::{Clock, moved};
use crate::days::{DAY, date, naive, naive_date};
use crate::event::{Event, When, Written};
use crate::length::Length;
use crate::model::{Blocks, Horizon, Instance, ProblemKind, RecurrenceId};
use crate::problems::{Problems, called};
use crate::reading::date_for_whole_days;
use crate::series::{Budget, Occurrence, Reach, begin, occurrences};
use crate::values::Moment;

/// What says which occurrence of a series is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    /// By its start, in seconds since the epoch.
    At(i64),
    /// By its day, in naive seconds of the series' zone.
    On(i64),
}

/// Where instances go, and what they are bounded by.
pub(crate) struct Sink<'a> {
    pub owner: &'a Clock,
    pub horizon: Horizon,
    pub budget: Budget,
    pub problems: Problems,
    pub instances: Vec<Instance>,
}

/// Expands the events of one UID.
pub(crate) fn expand(events: &[&Event], sink: &mut Sink) {
    let (changes, masters): (Vec<&Event>, Vec<&Event>) =
        events.iter().copied().partition(|event| event.replaces.is_some());
    let first = masters.first().map(|master| &master.start);
    let changes = newest(&changes, first, sink.owner);
    for master in &masters {
        series(master, &changes, sink);
    }
    for change in changes {
        if change.start_assumed && !masters.is_empty() {
            // Without a start of its own it moves nothing: the series' own occurrence stays.
            continue;
        }
        let id = change
            .replaces
            .as_ref()
            .and_then(|replaces| replaces.occurrence.as_ref())
            .map(|occurrence| recurrence_id(key(occurrence, first.unwrap_or(&change.start), sink.owner)));
        if change.repeats() {
            series(change, &[], sink);
        } else {
            let occurrence = Occurrence {
                start: begin(&change.start),
                naive: change.start.naive,
                length: change.length,
                whole_day: change.start.whole_day,
            };
            sink.add(change, &change.start.clock, occurrence, id, change.odd);
        }
    }
}

/// Of several changes of one occurrence those with the highest SEQUENCE; all of them when one's cannot be read.
fn newest<'e>(changes: &[&'e Event], master: Option<&When>, owner: &Clock) -> Vec<&'e Event> {
    let key_of = |change: &Event| {
        let replaces = change.replaces.as_ref()?;
        let occurrence = replaces.occurrence.as_ref()?;
        Some((
            key(occurrence, master.unwrap_or(&change.start), owner),
            replaces.future,
        ))
    };
    let mut newest = HashMap::new();
    for change in changes {
        if let Some(key) = key_of(change) {
            let highest = newest.entry(key).or_insert(change.sequence);
            *highest = highest
                .zip(change.sequence)
                .map(|(known, other)| known.max(other));
        }
    }
    let is_newest = |change: &Event| {
        let highest = key_of(change).and_then(|key| newest.get(&key).copied().flatten());
        highest.is_none_or(|highest| change.sequence == Some(highest))
    };
    changes
        .iter()
        .copied()
        .filter(|change| is_newest(change))
        .collect()
}

/// A change of all occurrences from one on.
struct FromHere<'e> {
    /// First occurrence that is changed, in naive seconds of the series' zone.
    naive: i64,
    /// By how much it moves them, in naive seconds.
    shift: i64,
    event: &'e Event,
}

/// Expands one event, with what changes its occurrences.
fn series(master: &Event, changes: &[&Event], sink: &mut Sink) {
    let clock = &master.start.clock;
    let mut replaced = HashSet::new();
    let mut from_here = Vec::new();
    for change in changes.iter().filter(|change| !change.start_assumed) {
        let Some(target) = &change.replaces else {
            continue;
        };
        let Some(occurrence) = &target.occurrence else {
            continue;
        };
        let key = key(occurrence, &master.start, sink.owner);
        replaced.insert(key);
        if target.future {
            let naive = match key {
                Key::At(at) => clock.naive(crate::clock::instant(at)),
                Key::On(day) => day,
            };
            let shift = match key {
                Key::On(_) if !master.start.whole_day => 0,
                _ => clock.naive(begin(&change.start)) - naive,
            };
            from_here.push(FromHere {
                naive,
                shift,
                event: change,
            });
        }
    }
    from_here.sort_by_key(|change| change.naive);
    let excluded: HashSet<Key> = master
        .exceptions
        .iter()
        .map(|written| key(written, &master.start, sink.owner))
        .collect();
    let reach = from_here.iter().fold(
        Reach {
            later: master.after,
            earlier: master.before,
        },
        |reach, change| Reach {
            later: reach
                .later
                .max(change.shift.max(0) + change.event.after + change.event.length.at_most()),
            earlier: reach.earlier.max(change.event.before - change.shift.min(0)),
        },
    );
    let found = occurrences(master, sink.owner, sink.horizon, reach, &mut sink.budget);
    if found.too_many {
        sink.problems.add(
            ProblemKind::TooMany,
            &master.uid,
            false,
            format!(
                "{} repeats more often than can be listed; the rest of its time is kept busy.",
                called(&master.summary)
            ),
        );
    }
    for (from, to) in found.unknown {
        sink.add_unknown(master, &from_here, from, to);
    }
    let repeats = master.repeats();
    for occurrence in found.list {
        let (at, on) = keys(&occurrence, &master.start);
        if excluded.contains(&at) || excluded.contains(&on) {
            continue;
        }
        // A day without a time replaces one occurrence of that day only.
        if replaced.contains(&at) || replaced.remove(&on) {
            continue;
        }
        let id = repeats.then(|| recurrence_id(if master.start.whole_day { on } else { at }));
        let begun = from_here.partition_point(|change| change.naive <= occurrence.naive);
        let Some(change) = begun.checked_sub(1).map(|at| &from_here[at]) else {
            sink.add(master, clock, occurrence, id, master.odd);
            continue;
        };
        if change.event.start.whole_day != master.start.whole_day {
            // How a time becomes a day, or a day a time, is not said; the original time blocks.
            sink.add(master, clock, occurrence, id, true);
            continue;
        }
        let naive = occurrence.naive + change.shift;
        let start = When {
            naive,
            clock: clock.clone(),
            whole_day: master.start.whole_day,
        };
        let moved = Occurrence {
            start: begin(&start),
            naive,
            length: change.event.length,
            ..occurrence
        };
        sink.add(change.event, clock, moved, id, master.odd || change.event.odd);
    }
}

impl Sink<'_> {
    fn add(
        &mut self,
        event: &Event,
        clock: &Clock,
        occurrence: Occurrence,
        id: Option<RecurrenceId>,
        odd: bool,
    ) {
        let end = occurrence.length.end(clock, occurrence.naive, occurrence.start);
        let (start, until) = (moved(occurrence.start, -event.before), moved(end, event.after));
        if !self.horizon.touches(start, until) {
            return;
        }
        let all_day = match occurrence.length {
            Length::Days(days) if occurrence.whole_day => {
                Some((date(occurrence.naive), date(occurrence.naive + days * DAY)))
            }
            _ => None,
        };
        self.instances.push(Instance {
            start,
            end: until,
            all_day,
            summary: event.summary.clone(),
            uid: event.uid.clone(),
            recurrence_id: id,
            blocks: blocks(event, odd),
            location: event.location.clone(),
        });
    }

    /// A span in which occurrences may lie that are not known one by one.
    fn add_unknown(&mut self, event: &Event, changes: &[FromHere], from: Timestamp, to: Timestamp) {
        let all_free = changes
            .iter()
            .all(|change| matches!(change.event.blocks, Blocks::Free(_)));
        let blocks = match event.blocks {
            Blocks::Free(reason) if all_free => Blocks::Free(reason),
            _ => Blocks::NotUnderstood,
        };
        self.instances.push(Instance {
            start: from,
            end: to,
            all_day: None,
            summary: event.summary.clone(),
            uid: event.uid.clone(),
            recurrence_id: None,
            blocks,
            location: event.location.clone(),
        });
    }
}

fn blocks(event: &Event, odd: bool) -> Blocks {
    match event.blocks {
        Blocks::Free(reason) => Blocks::Free(reason),
        _ if odd => Blocks::NotUnderstood,
        other => other,
    }
}

/// Which occurrence of the series that starts at `master` is meant by a time. The form may differ from the
/// start's: a time in UTC or another zone is compared as an instant, a day as a day.
fn key(written: &Written, master: &When, owner: &Clock) -> Key {
    if master.whole_day {
        return Key::On(naive_date(date_for_whole_days(written, owner)));
    }
    let at = match written.moment {
        Moment::Date(day) => return Key::On(naive_date(day)),
        Moment::Utc(utc) => Clock::Fixed(0).instant(naive(utc)),
        Moment::Local(local) => written
            .zone
            .as_ref()
            .unwrap_or(&master.clock)
            .instant(naive(local)),
    };
    Key::At(at.as_second())
}

fn keys(occurrence: &Occurrence, master: &When) -> (Key, Key) {
    let day = occurrence.naive.div_euclid(DAY) * DAY;
    if master.whole_day {
        return (Key::On(day), Key::On(day));
    }
    (Key::At(occurrence.start.as_second()), Key::On(day))
}

fn recurrence_id(key: Key) -> RecurrenceId {
    match key {
        Key::At(at) => RecurrenceId::At(crate::clock::instant(at)),
        Key::On(at) => RecurrenceId::On(date(at)),
    }
}
