//! A time zone that a calendar defines itself (VTIMEZONE), as the changes of its offset.

use crate::values::days::DAY;

/// The changes of the offset, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VTimezone {
    /// Offset before the first change, in seconds east of UTC.
    initial: i64,
    changes: Vec<Change>,
}

/// The offset that applies from an instant on, in seconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Change {
    pub at: i64,
    pub offset: i64,
}

impl VTimezone {
    /// Returns the zone with these changes, without those that change nothing.
    pub(crate) fn new(initial: i64, mut changes: Vec<Change>) -> Self {
        changes.sort_unstable();
        let mut before = initial;
        changes.retain(|change| std::mem::replace(&mut before, change.offset) != change.offset);
        Self { initial, changes }
    }

    /// Returns the offset, if it never changes.
    pub(crate) fn always(&self) -> Option<i64> {
        self.changes.is_empty().then_some(self.initial)
    }

    /// Returns whether both zones have the same offsets from an instant on.
    pub(crate) fn agrees_from(&self, at: i64, other: &Self) -> bool {
        let later = |zone: &Self| zone.changes.partition_point(|change| change.at <= at);
        self.offset_at(at) == other.offset_at(at)
            && self.changes[later(self)..] == other.changes[later(other)..]
    }

    /// Returns the changes in a span: when, and the offset from then on.
    pub(crate) fn changes_within(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let begins = self.changes.partition_point(|change| change.at < from);
        let within = self.changes[begins..].iter().take_while(|change| change.at < to);
        within.map(|change| (change.at, change.offset)).collect()
    }

    /// Returns the offset at an instant.
    pub(crate) fn offset_at(&self, at: i64) -> i64 {
        match self.changes.partition_point(|change| change.at <= at) {
            0 => self.initial,
            after => self.changes[after - 1].offset,
        }
    }

    /// Returns the instant of a local time, and its second one when the time is repeated.
    pub(crate) fn instants(&self, local: i64) -> (i64, Option<i64>) {
        // No offset is longer than 26 hours, so only changes this near can matter.
        let (early, late) = (local - 2 * DAY, local + 2 * DAY);
        let mut before = self.offset_at(early);
        let mut found: Option<i64> = None;
        let mut skipped: Option<i64> = None;
        let begins = self.changes.partition_point(|change| change.at <= early);
        let mut from = i64::MIN;
        for change in self.changes[begins..]
            .iter()
            .take_while(|change| change.at <= late)
        {
            let candidate = local - before;
            if candidate >= from && candidate < change.at {
                match found {
                    None => found = Some(candidate),
                    Some(first) => return (first, Some(candidate)),
                }
            } else if candidate >= change.at && local - change.offset < change.at {
                skipped.get_or_insert(candidate);
            }
            (from, before) = (change.at, change.offset);
        }
        let last = local - before;
        match found {
            Some(first) if last >= from => (first, Some(last)),
            Some(first) => (first, None),
            None if last >= from => (last, None),
            None => (skipped.unwrap_or(last), None),
        }
    }
}

pub(crate) const YEAR: i64 = 366 * DAY;

/// The span in which changes of the offset are needed, in seconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChangeWindow {
    /// Changes before this are left out but for the last one: a definition from the year 1 costs no more than one of today.
    pub begins: i64,
    /// From here on, readings of a definition are compared.
    pub from: i64,
    pub to: i64,
    /// The horizon of the reading. Times outside it matter only for the lengths of series and for moved occurrences.
    pub horizon: (i64, i64),
}
