//! A zone as a calendar defines it itself, in a VTIMEZONE (RFC 5545, section 3.6.5).

use std::ops::ControlFlow;

use crate::components::ZoneText;
use crate::days::{DAY, naive, naive_date};
use crate::lines::{Line, Name};
use crate::rule::Rule;
use crate::values::{self, Moment};
use crate::walk::{Asked, Walked, walk};

/// Most changes of the clocks that a definition may have.
const MOST_CHANGES: usize = 2_000;

/// The changes of the clocks, in order.
#[derive(Debug)]
pub(crate) struct Observed {
    /// Offset before the first change, in seconds east of UTC.
    initial: i64,
    changes: Vec<Change>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    /// Seconds since the epoch.
    at: i64,
    offset: i64,
}

impl Observed {
    /// Expands a definition up to a time, in seconds since the epoch. Nothing when a part of it cannot be read:
    /// half a definition would put events at the wrong hour without a word.
    pub(crate) fn read(zone: &ZoneText, to: i64, budget: &mut u32) -> Option<Self> {
        let mut changes = Vec::new();
        let mut initial: Option<(i64, i64)> = None;
        for lines in &zone.observances {
            let observance = Observance::read(lines)?;
            let offset = observance.to;
            for onset in observance.onsets(to, budget)? {
                let at = onset - observance.from;
                changes.push(Change { at, offset });
                if initial.is_none_or(|(earliest, _)| at < earliest) {
                    initial = Some((at, observance.from));
                }
            }
            if changes.len() > MOST_CHANGES {
                return None;
            }
        }
        changes.sort_unstable();
        initial.map(|(_, initial)| Self { initial, changes })
    }

    /// Offset at an instant.
    pub(crate) fn offset_at(&self, at: i64) -> i64 {
        match self.changes.partition_point(|change| change.at <= at) {
            0 => self.initial,
            after => self.changes[after - 1].offset,
        }
    }

    /// The instant that a local time means, and its second one when it is repeated.
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

/// STANDARD or DAYLIGHT.
struct Observance {
    start: i64,
    from: i64,
    to: i64,
    rules: Vec<Rule>,
    dates: Vec<i64>,
}

impl Observance {
    fn read(lines: &[Line]) -> Option<Self> {
        let value = |name| {
            lines
                .iter()
                .find(|line| line.name == name)
                .map(|line| line.value.as_ref())
        };
        let from = i64::from(values::utc_offset(value(Name::OffsetFrom)?)?);
        let to = i64::from(values::utc_offset(value(Name::OffsetTo)?)?);
        let onset = |moment: Moment| match moment {
            Moment::Date(date) => naive_date(date),
            Moment::Local(local) => naive(local),
            Moment::Utc(utc) => naive(utc) + from,
        };
        let start = onset(values::moment(value(Name::DtStart)?).ok()?);
        let mut rules = Vec::new();
        let mut dates = Vec::new();
        for line in lines {
            match line.name {
                Name::RRule => rules.push(Rule::parse(&line.value)?),
                Name::RDate => {
                    for text in line.value.split(',').filter(|text| !text.trim().is_empty()) {
                        dates.push(onset(values::moment(text).ok()?));
                    }
                }
                _ => {}
            }
        }
        Some(Self {
            start,
            from,
            to,
            rules,
            dates,
        })
    }

    /// Local times, by the offset before, at which it begins to apply.
    fn onsets(&self, to: i64, budget: &mut u32) -> Option<Vec<i64>> {
        let mut onsets = vec![self.start];
        onsets.extend(&self.dates);
        for rule in &self.rules {
            let until = rule.until.map(|until| match until {
                Moment::Date(date) => naive_date(date) + DAY - 1,
                Moment::Local(local) => naive(local),
                Moment::Utc(utc) => naive(utc) + self.from,
            });
            let asked = Asked {
                start: self.start,
                whole_days: false,
                until,
                from: self.start,
                to,
            };
            let walked = walk(rule, asked, budget, &mut |onset| {
                onsets.push(onset);
                if onsets.len() > MOST_CHANGES {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            if walked != Walked::All {
                return None;
            }
        }
        onsets.sort_unstable();
        onsets.dedup();
        Some(onsets)
    }
}
