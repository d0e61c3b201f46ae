//! Applies to the occurrences of a series what changes them: exceptions (EXDATE), changes of single ones (RECURRENCE-ID), and
//! changes from one on (RANGE).

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::events::types::{Event, Length, When, begin};
use crate::model::{Blocks, RecurrenceId};
use crate::recurrence::occurrence_key::{Key, Named, is_sure, key, keys, recurrence_id};
use crate::recurrence::series::{Budget, Occurrence, Reach, SeriesQuery};
use crate::recurrence::this_and_future::{RangeChange, Ranges};
use crate::timezone::clock::{Clock, moved};
use crate::values::days::DAY;

/// An occurrence where it takes place.
pub(crate) struct Placed<'e> {
    /// The event whose texts it has.
    pub event: &'e Event,
    pub start: Timestamp,
    pub end: Timestamp,
    /// First day and first day after in naive seconds, for whole days.
    pub days: Option<(i64, i64)>,
    pub id: Option<RecurrenceId>,
    pub blocks: Blocks,
}

/// Everything that changes the occurrences of one series.
pub(crate) struct Changes<'e> {
    master: &'e Event,
    owner: &'e Clock,
    excluded: HashSet<Key>,
    /// Occurrences that exceptions in an uncertain time zone may name.
    doubtful: HashSet<Key>,
    /// Occurrences that changes replace, with the indexes of those changes in their list.
    replaced: HashMap<Key, Vec<usize>>,
    ranges: Ranges<'e>,
    /// Other series have the same UID, so that a change may belong to one of them.
    shared: bool,
}

impl<'e> Changes<'e> {
    /// Collects the changes of a series; `taken` says which of them another series with the same UID has used.
    pub(crate) fn of(
        master: &'e Event,
        changes: &[&'e Event],
        taken: &[bool],
        shared: bool,
        owner: &'e Clock,
    ) -> Self {
        let clock = &master.start.clock;
        let mut replaced: HashMap<Key, Vec<usize>> = HashMap::new();
        let mut ranges = Ranges::default();
        let mut doubtful = HashSet::new();
        for (place, change) in changes.iter().enumerate() {
            let target = change.replaces.as_ref().filter(|_| !change.start_assumed);
            let Some((target, occurrence)) = target.and_then(|t| Some((t, t.occurrence.as_ref()?))) else {
                continue;
            };
            let key = key(occurrence, &master.start, owner);
            let is_sure = is_sure(occurrence, &master.start);
            let own_start = begin(&change.start);
            // A date does not say which occurrence of a series with times is meant: only one that begins when the change does.
            let day = match key {
                Key::On(day) if !master.start.whole_day => Some(day),
                _ => None,
            };
            let instead_of = match day {
                None => Some(key),
                // With several series it is not known which occurrence on a day is meant, nor when the change may be.
                Some(_) if shared || change.is_reading => None,
                Some(day) => (clock.naive(own_start).div_euclid(DAY) * DAY == day)
                    .then(|| Key::At(own_start.as_second())),
            };
            let is_taken = taken.get(place).is_some_and(|taken| *taken);
            match instead_of.filter(|_| !is_taken) {
                Some(key) if is_sure => replaced.entry(key).or_default().push(place),
                Some(key) => {
                    doubtful.insert(key);
                }
                None => {}
            }
            if !target.future && !target.prior {
                continue;
            }
            let naive = match key {
                Key::At(at) => clock.naive(crate::timezone::clock::instant(at)),
                Key::On(day) => day,
            };
            let first = naive + day.map_or(0, |_| master.start.naive.rem_euclid(DAY));
            let shift = clock.naive(own_start) - first;
            let is_alike = change.start.whole_day == master.start.whole_day;
            let range = RangeChange {
                naive,
                shift,
                certain: is_sure && is_alike && (day.is_none() || shift == 0),
                by_day: day.is_some(),
                event: change,
            };
            if target.future {
                ranges.from(range);
            }
            if target.prior {
                ranges.up_to(range);
            }
        }
        let mut excluded = HashSet::new();
        for written in &master.exceptions {
            let kind = if is_sure(written, &master.start) {
                &mut excluded
            } else {
                &mut doubtful
            };
            kind.insert(key(written, &master.start, owner));
        }
        Self {
            master,
            owner,
            excluded,
            doubtful,
            replaced,
            ranges,
            shared,
        }
    }

    /// Finds the changes of more than one occurrence that name one of the series. Returns whether any does not.
    pub(crate) fn settle(&mut self, query: SeriesQuery, budget: &mut Budget) -> bool {
        // With several series a change belongs to one of them, and the others stay as they are.
        let query = (!self.shared).then_some(query);
        self.ranges.settle(query, budget)
    }

    /// Returns whether more changes apply to an occurrence than are considered.
    pub(crate) fn are_too_many(&self) -> bool {
        self.ranges.too_many
    }

    /// Returns how far the changes can move occurrences.
    pub(crate) fn reach(&self) -> Reach {
        let reach = Reach {
            later: self.master.after,
            earlier: self.master.before,
        };
        self.ranges.iter().fold(reach, |reach, change| Reach {
            later: reach
                .later
                .max(change.shift.max(0) + change.event.after + change.event.length.at_most()),
            earlier: reach.earlier.max(change.event.before - change.shift.min(0)),
        })
    }

    /// Returns whether any change applies from one occurrence on.
    pub(crate) fn follow_on(&self) -> bool {
        !self.ranges.is_empty()
    }

    /// Returns whether nothing changes any occurrence.
    pub(crate) fn is_empty(&self) -> bool {
        self.excluded.is_empty()
            && self.doubtful.is_empty()
            && self.replaced.is_empty()
            && self.ranges.is_empty()
    }

    /// Returns whether the occurrences of its rules take no time, whatever is changed from one on.
    pub(crate) fn take_no_time(&self) -> bool {
        self.master.takes_no_time() && self.ranges.iter().all(|change| change.event.takes_no_time())
    }

    /// Returns how time blocks of which only the series is known; as whole days if the series is one of whole days.
    pub(crate) fn blocks_unknown(&self) -> Blocks {
        let all = |test: fn(Blocks) -> bool| {
            test(self.master.blocks) && self.ranges.iter().all(|change| test(change.event.blocks))
        };
        if all(|blocks| matches!(blocks, Blocks::Free(_))) {
            self.master.blocks
        } else if !self.master.odd && all(|blocks| matches!(blocks, Blocks::AllDayDefault | Blocks::Free(_)))
        {
            Blocks::AllDayDefault
        } else {
            Blocks::NotUnderstood
        }
    }

    /// Returns whether an occurrence is replaced or left out, and marks the changes that replace it as taken.
    pub(crate) fn drops(&self, occurrence: &Occurrence, taken: &mut [bool]) -> bool {
        if self.excluded.is_empty() && self.replaced.is_empty() {
            return false;
        }
        let (at, on) = keys(occurrence, &self.master.start);
        if self.excluded.contains(&at) || on.is_some_and(|on| self.excluded.contains(&on)) {
            return true;
        }
        match self.replaced.get(&at) {
            Some(places) => {
                mark(places, taken);
                true
            }
            None => false,
        }
    }

    /// Keeps the occurrences that changes replace, where the changes may belong to another series.
    pub(crate) fn keep_shared(&mut self) {
        if self.shared {
            self.replaced.clear();
        }
    }

    /// Returns whether an occurrence is left out or replaced by its time, or left out by its day.
    pub(crate) fn excludes(&self, occurrence: &Occurrence) -> bool {
        let (at, on) = keys(occurrence, &self.master.start);
        self.excluded.contains(&at)
            || self.replaced.contains_key(&at)
            || on.is_some_and(|on| self.excluded.contains(&on))
    }

    /// Returns where an occurrence takes place: at its own time, where a change of it and all later ones moves it, or at both
    /// while it is not known whose change that is.
    pub(crate) fn place(&self, occurrence: Occurrence, place: &mut dyn FnMut(Placed<'e>)) {
        let master = self.master;
        let clocks = (&*master.start.clock, self.owner);
        let id = master.repeats().then(|| {
            let (at, _) = keys(&occurrence, &master.start);
            recurrence_id(at)
        });
        let counting = self.ranges.counting(occurrence.naive);
        let is_certain = counting.changes.iter().all(|change| change.certain);
        let is_doubtful = !self.doubtful.is_empty() && {
            let (at, on) = keys(&occurrence, &master.start);
            self.doubtful.contains(&at) || on.is_some_and(|on| self.doubtful.contains(&on))
        };
        let master_odd = master.odd || is_doubtful;
        if counting.original || self.shared {
            let odd = master_odd || !is_certain || !counting.sole;
            place(placed(master, clocks, occurrence, id, (odd, master.unsure)));
        }
        for change in counting.changes {
            // RFC 5545 does not say how a time becomes a day, or a day a time; the original time blocks.
            if change.event.start.whole_day == master.start.whole_day {
                let doubts = (
                    master_odd || change.event.odd || !(change.certain || change.by_day) || !counting.sole,
                    master.unsure || change.event.unsure,
                );
                place(placed(
                    change.event,
                    clocks,
                    self.moved(occurrence, change),
                    id,
                    doubts,
                ));
            }
        }
    }

    /// Returns an occurrence as a change of several moves it.
    fn moved(&self, occurrence: Occurrence, change: &RangeChange) -> Occurrence {
        let master = self.master;
        let clocks = (&*master.start.clock, self.owner);
        let naive = occurrence.naive + change.shift;
        let start = begin(&When {
            naive,
            whole_day: master.start.whole_day && occurrence.whole_day,
            ..master.start.clone()
        });
        let length = change.event.length;
        let longer = |own: Length| own.end(clocks, naive, start) > length.end(clocks, naive, start);
        Occurrence {
            start,
            naive,
            // A PERIOD has its own end, which is kept if it is the later one.
            length: if occurrence.own_length && longer(occurrence.length) {
                occurrence.length
            } else {
                length
            },
            ..occurrence
        }
    }
}

fn mark(places: &[usize], taken: &mut [bool]) {
    for place in places {
        if let Some(taken) = taken.get_mut(*place) {
            *taken = true;
        }
    }
}

/// Returns an occurrence with travel time, by its own clock and the owner's. `doubts` say that it may be wrong, and that it may
/// be one too many.
pub(crate) fn placed<'e>(
    event: &'e Event,
    clocks: (&Clock, &Clock),
    occurrence: Occurrence,
    id: Option<RecurrenceId>,
    doubts: (bool, bool),
) -> Placed<'e> {
    let end = occurrence.length.end(clocks, occurrence.naive, occurrence.start);
    let days = match occurrence.length {
        Length::Days(days) if occurrence.whole_day => Some((occurrence.naive, occurrence.naive + days * DAY)),
        _ => None,
    };
    Placed {
        event,
        start: moved(occurrence.start, -event.before),
        end: moved(end, event.after),
        days,
        id,
        blocks: blocks(event.blocks, occurrence.whole_day, doubts),
    }
}

fn blocks(blocks: Blocks, whole_day: bool, (odd, unsure): (bool, bool)) -> Blocks {
    match blocks {
        Blocks::Free(reason) => Blocks::Free(reason),
        Blocks::AllDayDefault if !odd && whole_day => Blocks::AllDayDefault,
        _ if odd || unsure => Blocks::NotUnderstood,
        // An additional date with a time of day.
        Blocks::AllDayDefault => Blocks::Busy,
        other => other,
    }
}

/// Returns, of several changes of one occurrence, those with the highest SEQUENCE (RFC 5545, section 3.8.7.4); all of them when a
/// SEQUENCE cannot be read. With several series it is not known whose occurrence a change means, so none makes another one
/// outdated.
pub(crate) fn newest<'e>(changes: &[&'e Event], masters: &[&Event]) -> Vec<&'e Event> {
    if masters.len() > 1 {
        return changes.to_vec();
    }
    let whole_days = masters.first().is_some_and(|master| master.start.whole_day);
    let key_of = |change: &Event| {
        let replaces = change.replaces.as_ref()?;
        let named = Named::of(replaces.occurrence.as_ref()?, whole_days)?;
        Some((named, replaces.future, replaces.prior))
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
