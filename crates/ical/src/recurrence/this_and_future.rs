//! Changes of all occurrences of a series from one on, or up to one (RANGE, RFC 5545, section 3.2.13).

use crate::events::types::Event;
use crate::recurrence::series::{Budget, SeriesQuery};

/// Most changes that are considered for one occurrence, because it is not clear which of them applies.
const MOST: usize = 16;

/// A change of all occurrences from one on, or up to one.
#[derive(Clone, Copy)]
pub(crate) struct RangeChange<'e> {
    /// First or last occurrence that is changed, in naive seconds of the series' zone.
    pub naive: i64,
    /// By how much the change moves them, in naive seconds.
    pub shift: i64,
    /// The occurrence it names is known, and with it by how much they move.
    pub certain: bool,
    /// It names the occurrence by a date, in a series with times.
    pub by_day: bool,
    pub event: &'e Event,
}

/// All such changes of a series.
#[derive(Default)]
pub(crate) struct Ranges<'e> {
    /// Sorted by the occurrence they name.
    from: Vec<RangeChange<'e>>,
    up_to: Vec<RangeChange<'e>>,
    /// More of them apply to an occurrence than are considered.
    pub too_many: bool,
}

/// The changes that apply to one occurrence.
pub(crate) struct Counting<'a, 'e> {
    pub changes: Vec<&'a RangeChange<'e>>,
    /// Its original time blocks, too.
    pub original: bool,
    /// None of them changes all occurrences up to one.
    pub sole: bool,
}

impl<'e> Ranges<'e> {
    /// Adds a change of the later occurrences.
    pub(crate) fn from(&mut self, change: RangeChange<'e>) {
        self.from.push(change);
    }

    /// Adds a change of the earlier occurrences.
    pub(crate) fn up_to(&mut self, change: RangeChange<'e>) {
        self.up_to.push(change);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.from.is_empty() && self.up_to.is_empty()
    }

    /// Returns all of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &RangeChange<'e>> {
        self.from.iter().chain(&self.up_to)
    }

    /// Finds the changes whose occurrence the series does not have. It is uncertain what they mean, so they also move occurrences
    /// as if the one before it were meant. Returns whether there are any.
    pub(crate) fn settle(&mut self, query: Option<SeriesQuery>, budget: &mut Budget) -> bool {
        let mut is_unclear = false;
        for list in [&mut self.from, &mut self.up_to] {
            list.sort_by_key(|change| change.naive);
            if let Some(query) = query {
                is_unclear |= match_occurrences(list, query, budget);
            }
        }
        self.too_many = self.most_at_once() > MOST;
        is_unclear
    }

    /// Returns how many apply to one occurrence at most.
    fn most_at_once(&self) -> usize {
        let (mut most, mut before) = (0, 0);
        for same in self.from.chunk_by(|a, b| a.naive == b.naive) {
            let is_clear = same.iter().all(|change| change.certain);
            before = same.len() + if is_clear { 0 } else { before };
            most = most.max(before);
        }
        let up_to = self.up_to.chunk_by(|a, b| a.naive == b.naive);
        up_to.map(<[RangeChange]>::len).fold(most, usize::max)
    }

    /// Returns the changes that apply to an occurrence at a local time. Of the changes from one on the last applies, and all
    /// before it as long as it is unclear what they mean.
    pub(crate) fn counting(&self, naive: i64) -> Counting<'_, 'e> {
        let mut begun = self.from.partition_point(|change| change.naive <= naive);
        let mut changes = Vec::new();
        let mut original = true;
        while let Some(last) = begun.checked_sub(1).map(|at| &self.from[at]) {
            let first = self.from[..begun].partition_point(|change| change.naive < last.naive);
            let same = &self.from[first..begun];
            changes.extend(same.iter().take(MOST.saturating_sub(changes.len())));
            if same.iter().all(|change| change.certain) {
                original = false;
                break;
            }
            if changes.len() >= MOST {
                break;
            }
            begun = first;
        }
        let next = self.up_to.partition_point(|change| change.naive < naive);
        let last = self.up_to.get(next).map(|change| change.naive);
        let same = self.up_to[next..]
            .iter()
            .take_while(|change| Some(change.naive) == last);
        let earlier = changes.len();
        changes.extend(same.take(MOST));
        Counting {
            sole: changes.len() == earlier,
            changes,
            original,
        }
    }
}

/// Marks the changes that name an occurrence of the series, and adds what the others may mean. Returns whether there are others.
fn match_occurrences(list: &mut Vec<RangeChange>, query: SeriesQuery, budget: &mut Budget) -> bool {
    let (Some(earliest), Some(latest)) = (list.first(), list.last()) else {
        return false;
    };
    let (from, to) = (earliest.naive, latest.naive + 1);
    let mut is_matched = vec![false; list.len()];
    // The last occurrence between each change and the one before it.
    let mut before: Vec<Option<i64>> = vec![None; list.len() + 1];
    query.between(from, to, budget, &mut |naive| {
        let at = list.partition_point(|change| change.naive < naive);
        if list.get(at).is_some_and(|change| change.naive == naive) {
            is_matched[at] = true;
        }
        let after = at + list[at..].partition_point(|change| change.naive <= naive);
        before[after] = before[after].max(Some(naive));
    });
    let mut others = Vec::new();
    let (mut matched, mut previous) = (None, None);
    for (at, change) in list.iter_mut().enumerate() {
        previous = previous.max(before[at]);
        if is_matched[at] {
            matched = Some(change.naive);
        }
        if matched == Some(change.naive) || change.by_day {
            continue;
        }
        change.certain = false;
        let shift = previous.map_or(change.shift, |previous| change.naive + change.shift - previous);
        if shift != change.shift {
            others.push(RangeChange { shift, ..*change });
        }
    }
    let is_unclear = list.iter().any(|change| !change.certain && !change.by_day);
    list.extend(others);
    list.sort_by_key(|change| change.naive);
    is_unclear
}
