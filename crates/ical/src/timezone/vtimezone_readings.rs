//! Reads a VTIMEZONE (RFC 5545, section 3.6.5): its STANDARD and DAYLIGHT parts as changes of the offset.
//!
//! Definitions are written by many programs, and often wrongly. Where more than one reading is possible, all of them are
//! returned, since half a definition would put events at the wrong hour unnoticed.

use crate::parse::components::ZoneText;
use crate::timezone::observance::{Edge, Observance, Onset};
use crate::timezone::offset_unit::OffsetUnit;
use crate::timezone::vtimezone::{Change, ChangeWindow, VTimezone, YEAR};
use crate::values::days::DAY;

/// Most parts of a definition that are read.
const MOST_PARTS: usize = 500;

/// Most readings of one definition.
const MOST_READINGS: usize = 8;

/// Seconds after a change for which its offset certainly applies, when its end is not stated: the shorter half of the year is
/// nowhere shorter than four months.
const SURELY: i64 = 120 * DAY;

/// The possible readings of a definition.
#[derive(Debug, Default)]
pub(crate) struct Meanings {
    /// One when the definition is clear; none when no part of it can be read.
    pub readings: Vec<VTimezone>,
    /// Something was missing or could not be read, and was taken from the rest.
    pub completed: bool,
    /// There are more readings than are considered.
    pub too_many: bool,
}

impl Meanings {
    /// Reads a definition. Every unit of work is taken from `budget`.
    pub(crate) fn of(zone: &ZoneText, window: ChangeWindow, budget: &mut u32) -> Self {
        let mut all = Self::default();
        for unit in OffsetUnit::of(zone) {
            let mut meanings = Self::in_unit(zone, unit, window, budget);
            meanings.completed |= unit != OffsetUnit::Clock;
            all.join(meanings, window);
        }
        all
    }

    fn in_unit(zone: &ZoneText, unit: OffsetUnit, window: ChangeWindow, budget: &mut u32) -> Self {
        let parts = zone.observances.iter().take(MOST_PARTS);
        let mut parts: Vec<Observance> = parts.map(|lines| Observance::read(lines, unit)).collect();
        complete_offsets(&mut parts);
        disregard_common_starts(&mut parts);
        for part in &mut parts {
            part.begin_before(window.to);
        }
        let offsets = offsets_of(&parts);
        let mut meanings = Self {
            too_many: zone.observances.len() > MOST_PARTS,
            ..Self::default()
        };
        if let [only] = *offsets
            && parts.iter().all(|part| part.to.is_some())
        {
            // With one offset only, the onsets do not matter.
            meanings.completed = parts.iter().any(|part| part.offset_concluded);
            meanings.add(always(&[only]), window);
            return meanings;
        }
        let (clear, unclear): (Vec<_>, Vec<_>) = parts.into_iter().partition(Observance::is_clear);
        let matters = |part: &&Observance| !part.is_over(window);
        let all = clear.iter().chain(&unclear).filter(matters);
        meanings.completed = all
            .into_iter()
            .any(|part| part.offset_concluded || part.onsets_assumed);
        if clear.is_empty() {
            meanings.add(always(&offsets), window);
            return meanings;
        }
        let mut unsaid = false;
        for edge in [Edge::Earliest, Edge::Latest] {
            let Some(changes) = onsets(&clear, edge, window, budget) else {
                unsaid = true;
                break;
            };
            meanings.add(readings_of(&changes, window), window);
            if clear.iter().all(|part| part.odd.is_empty()) {
                break;
            }
        }
        if unsaid {
            meanings.readings.clear();
            meanings.completed = true;
            meanings.add(always(&offsets), window);
        } else if unclear.iter().any(|part| matters(&part)) && !meanings.explain(window) {
            // A part whose onset is unknown may be in force.
            meanings.add(always(&offsets_of(&unclear)), window);
        }
        meanings
    }

    /// Adds the readings of another definition of the same name. One that cannot be read adds nothing.
    pub(crate) fn join(&mut self, other: Self, window: ChangeWindow) {
        self.completed |= other.completed && !other.readings.is_empty();
        self.too_many |= other.too_many;
        self.add(other.readings, window);
    }

    /// Adds the readings that differ within the window from those before.
    fn add(&mut self, readings: impl IntoIterator<Item = VTimezone>, window: ChangeWindow) {
        for reading in readings {
            let is_known = self
                .readings
                .iter()
                .any(|known| known.agrees_from(window.from, &reading));
            if is_known {
                continue;
            }
            if self.readings.len() == MOST_READINGS {
                self.too_many = true;
                return;
            }
            self.readings.push(reading);
        }
    }

    /// Returns whether the offset changes back and forth within the window, so that a part that cannot be read is not missed.
    fn explain(&self, window: ChangeWindow) -> bool {
        self.readings
            .iter()
            .all(|reading| reading.changes_within(window.from, window.to).len() > 1)
    }
}

/// Concludes missing offsets: this part changes to the offset from which another one changes.
fn complete_offsets(parts: &mut [Observance]) {
    let froms: Vec<Option<i64>> = parts.iter().map(|part| part.from).collect();
    for (at, part) in parts.iter_mut().enumerate() {
        if part.to.is_none() {
            let others = froms.iter().enumerate().filter(|(other, _)| *other != at);
            let mut others: Vec<i64> = others.filter_map(|(_, from)| *from).collect();
            others.sort_unstable();
            others.dedup();
            part.to = match others.as_slice() {
                [only] => Some(*only),
                _ => None,
            };
        }
    }
}

/// Ignores starts that several parts share, which are mostly the first day of a year and mean nothing. Their rules say when.
fn disregard_common_starts(parts: &mut [Observance]) {
    let day = |part: &Observance| part.start.map(|start| start.local(0).div_euclid(DAY));
    let days: Vec<Option<i64>> = parts.iter().map(day).collect();
    for (at, part) in parts.iter_mut().enumerate() {
        let is_common = days
            .iter()
            .enumerate()
            .any(|(other, day)| other != at && *day == days[at]);
        part.start_assumed |= is_common && !part.rules.is_empty();
    }
}

/// Returns every offset that the parts name, without duplicates.
fn offsets_of(parts: &[Observance]) -> Vec<i64> {
    let mut offsets: Vec<i64> = parts
        .iter()
        .flat_map(|part| part.to.into_iter().chain(part.from))
        .collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

/// Returns zones whose offset never changes.
fn always(offsets: &[i64]) -> impl Iterator<Item = VTimezone> {
    offsets.iter().map(|offset| VTimezone::new(*offset, Vec::new()))
}

/// A change of the offset as it is written.
#[derive(Debug, Clone, Copy)]
struct Step {
    onset: Onset,
    from: Option<i64>,
    to: i64,
    /// Others may follow: no rule says when.
    open: bool,
}

/// Returns the onsets of all parts in order; `None` when one of them cannot be expanded.
fn onsets(parts: &[Observance], edge: Edge, window: ChangeWindow, budget: &mut u32) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for part in parts {
        let to = part.to?;
        let onsets = part.onsets(edge, window, budget)?;
        steps.extend(onsets.into_iter().map(|onset| Step {
            onset,
            from: part.from,
            to,
            open: part.is_of_dates(),
        }));
    }
    steps.sort_by_key(|step| step.onset.utc(step.from.unwrap_or(step.to)));
    Some(steps)
}

/// Returns the readings of changes. An onset that follows one to the same offset, and says that it comes from another, shows that
/// the change back is missing: it happened at the latest just before, and at the earliest some months after the previous onset.
fn readings_of(steps: &[Step], window: ChangeWindow) -> Vec<VTimezone> {
    let Some(first) = steps.first() else {
        return Vec::new();
    };
    let other = steps.iter().map(|step| step.to).find(|to| *to != first.to);
    let initial = first.from.or(other).unwrap_or(first.to);
    let mut changes: Vec<Change> = Vec::new();
    let mut ways_back = Vec::new();
    let mut offset = initial;
    for step in steps {
        let from = step.from.unwrap_or(offset);
        let at = step.onset.utc(from);
        if let Some(before) = changes.last()
            && offset == step.to
            && from != offset
            && at >= window.from
            && before.at + SURELY < at
        {
            ways_back.push(Change {
                at: before.at + SURELY,
                offset: from,
            });
        }
        offset = step.to;
        changes.push(Change { at, offset });
    }
    let mut readings = vec![VTimezone::new(initial, changes.clone())];
    let mut earlier = initial;
    if let Some((before, last)) = last_year(steps, &changes, window) {
        if last.at + SURELY < window.horizon.1 {
            ways_back.push(Change {
                at: last.at + SURELY,
                offset: before.offset,
            });
        }
        if changes.len() == 2 && window.horizon.0 < before.at - SURELY {
            // Only one year is written, and others precede it, too.
            earlier = before.offset;
            ways_back.push(Change {
                at: before.at - SURELY,
                offset: initial,
            });
        }
    }
    if !ways_back.is_empty() {
        changes.extend(ways_back);
        readings.push(VTimezone::new(earlier, changes));
    }
    readings
}

/// Returns the last two changes, if they are those of a year with summer time without a rule: programs write the changes of one
/// or some years and mean all that follow. Whether they follow, and on which days, is not known. Where the changes of many years
/// ended long ago, they are history.
fn last_year(steps: &[Step], changes: &[Change], window: ChangeWindow) -> Option<(Change, Change)> {
    let ([.., first, second], [.., before, last]) = (steps, changes) else {
        return None;
    };
    let is_open = steps[steps.len() - 2..].iter().all(|step| step.open);
    let is_pair = first.to != second.to
        && (first.to - second.to).abs() <= 2 * 3_600
        && second.from.is_none_or(|from| from == first.to)
        && first.from.is_none_or(|from| from == second.to);
    let is_year = last.at - before.at < YEAR;
    let is_recent = steps.len() == 2 || last.at > window.from - 10 * YEAR;
    (is_open && is_pair && is_year && is_recent).then_some((*before, *last))
}
