//! A VTIMEZONE (RFC 5545, section 3.6.5): what its STANDARD and DAYLIGHT parts say about the changes of the clocks.
//!
//! Definitions are written by many programs, and often wrongly. What is clear is read; where more than one reading is
//! possible, all of them are given, since half a definition would put events at the wrong hour without a word.

use std::ops::ControlFlow;

use crate::components::ZoneText;
use crate::days::{DAY, Day, naive, naive_date};
use crate::lines::{Line, Name};
use crate::observed::{Change, Observed};
use crate::rule::{Freq, Rule};
use crate::values::{self, Moment};
use crate::walk::{Asked, Walked, walk};

/// Most changes of the clocks that one rule of a definition may have.
const MOST_CHANGES: usize = 2_000;

/// Most parts of a definition that are looked at.
const MOST_PARTS: usize = 500;

/// Most readings of one definition.
const MOST_READINGS: usize = 8;

/// Seconds after a change for which its offset holds, when it is not said until when: the shorter half of the year is nowhere
/// shorter than four months.
const SURELY: i64 = 120 * DAY;

const YEAR: i64 = 366 * DAY;

/// The time in which events are asked for, in seconds since the epoch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub from: i64,
    pub to: i64,
}

impl Wanted {
    /// Changes before this are left out but for the last one. Series that began long ago measure their length on their first
    /// occurrence; before 1970 no calendar begins.
    fn begins(self) -> i64 {
        self.from.saturating_sub(10 * YEAR).min(0)
    }
}

/// What a definition may mean.
#[derive(Debug, Default)]
pub(crate) struct Meanings {
    /// One when the definition is clear; nothing when no part of it can be read.
    pub readings: Vec<Observed>,
    /// Something was missing or could not be read, and was taken from the rest.
    pub completed: bool,
    /// There are more readings than are looked at.
    pub too_many: bool,
}

impl Meanings {
    /// Reads a definition. Every unit of work is taken from `budget`.
    pub(crate) fn of(zone: &ZoneText, wanted: Wanted, budget: &mut u32) -> Self {
        let parts = zone.observances.iter().take(MOST_PARTS);
        let mut parts: Vec<Observance> = parts.map(|lines| Observance::read(lines)).collect();
        complete_offsets(&mut parts);
        disregard_common_starts(&mut parts);
        let offsets = offsets_of(&parts);
        let mut meanings = Self {
            too_many: zone.observances.len() > MOST_PARTS,
            ..Self::default()
        };
        if let [only] = *offsets
            && parts.iter().all(|part| part.to.is_some())
        {
            // Whatever is said of onsets, or not, there is but one offset to have.
            meanings.completed = parts.iter().any(|part| part.offset_concluded);
            meanings.add(always(&[only]), wanted);
            return meanings;
        }
        let (clear, unclear): (Vec<_>, Vec<_>) = parts.into_iter().partition(Observance::is_clear);
        let matters = |part: &&Observance| !part.is_over(wanted);
        let all = clear.iter().chain(&unclear).filter(matters);
        meanings.completed = all
            .into_iter()
            .any(|part| part.offset_concluded || part.onsets_assumed);
        if clear.is_empty() {
            meanings.add(always(&offsets), wanted);
            return meanings;
        }
        let mut unsaid = false;
        for edge in [Edge::Earliest, Edge::Latest] {
            let Some(changes) = onsets(&clear, edge, wanted, budget) else {
                unsaid = true;
                break;
            };
            meanings.add(readings_of(changes, wanted), wanted);
            if clear.iter().all(|part| part.odd.is_empty()) {
                break;
            }
        }
        if unsaid {
            meanings.readings.clear();
            meanings.completed = true;
            meanings.add(always(&offsets), wanted);
        } else if unclear.iter().any(|part| matters(&part)) && !meanings.explain(wanted) {
            // A part that cannot be placed may be in force.
            meanings.add(always(&offsets_of(&unclear)), wanted);
        }
        meanings
    }

    /// Adds what another definition of the same name means. One that cannot be read adds nothing.
    pub(crate) fn join(&mut self, other: Self, wanted: Wanted) {
        self.completed |= other.completed && !other.readings.is_empty();
        self.too_many |= other.too_many;
        self.add(other.readings, wanted);
    }

    /// Adds readings that mean something else in the wanted time than those before.
    fn add(&mut self, readings: impl IntoIterator<Item = Observed>, wanted: Wanted) {
        for reading in readings {
            let is_known = self
                .readings
                .iter()
                .any(|known| known.agrees_from(wanted.from, &reading));
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

    /// Do the clocks change back and forth in the wanted time, so that a part that cannot be read is not missed?
    fn explain(&self, wanted: Wanted) -> bool {
        self.readings
            .iter()
            .all(|reading| reading.changes_between(wanted.from, wanted.to) > 1)
    }
}

/// STANDARD or DAYLIGHT, which differ in nothing that matters here.
#[derive(Debug, Default)]
struct Observance {
    /// First onset.
    start: Option<Onset>,
    /// The start is not an onset, but from when on the rules count.
    start_assumed: bool,
    /// Offset before an onset.
    from: Option<i64>,
    /// Offset from an onset on. Nothing when it can neither be read nor concluded.
    to: Option<i64>,
    rules: Vec<Rule>,
    /// Rules that cannot be read: the month of their onsets, as far as that is known.
    odd: Vec<Option<u8>>,
    dates: Vec<Onset>,
    /// The offset is missing or cannot be read.
    offset_concluded: bool,
    /// Some onset is missing or cannot be read.
    onsets_assumed: bool,
}

/// When an observance begins to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Onset {
    /// Local time by the offset before, in naive seconds.
    Local(i64),
    /// Seconds since the epoch.
    Utc(i64),
}

impl Onset {
    fn of(moment: Moment) -> Self {
        match moment {
            Moment::Date(date) => Self::Local(naive_date(date)),
            Moment::Local(local) => Self::Local(naive(local)),
            Moment::Utc(utc) => Self::Utc(naive(utc)),
        }
    }

    fn local(self, from: i64) -> i64 {
        match self {
            Self::Local(local) => local,
            Self::Utc(utc) => utc + from,
        }
    }

    fn utc(self, from: i64) -> i64 {
        match self {
            Self::Local(local) => local - from,
            Self::Utc(utc) => utc,
        }
    }
}

/// Which day of its month is taken for an onset of which no more than the month is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Earliest,
    Latest,
}

impl Observance {
    fn read(lines: &[Line]) -> Self {
        let mut part = Self::default();
        let mut abbreviation = None;
        for line in lines {
            let value = line.value.as_ref();
            match line.name {
                Name::OffsetFrom => part.from = zones::offset(value).map(i64::from).or(part.from),
                Name::OffsetTo => part.to = zones::offset(value).map(i64::from).or(part.to),
                Name::ZoneAbbreviation => abbreviation = Some(value),
                Name::DtStart => {
                    let start = values::moment(value);
                    part.onsets_assumed |= start.is_err();
                    let start = start.or_else(|day| day.map(Moment::Date).ok_or(())).ok();
                    part.start = part.start.or(start.map(Onset::of));
                }
                Name::RDate => {
                    for text in value.split(',').filter(|text| !text.trim().is_empty()) {
                        let begin = text.split('/').next().unwrap_or(text);
                        match values::moment(begin) {
                            Ok(moment) => part.dates.push(Onset::of(moment)),
                            Err(_) => part.onsets_assumed = true,
                        }
                    }
                }
                _ => {}
            }
        }
        if part.to.is_none() {
            part.to = abbreviation.and_then(offset_of_abbreviation);
            part.offset_concluded = true;
        }
        for line in lines.iter().filter(|line| line.name == Name::RRule) {
            part.rule(&line.value);
        }
        if part.start.is_none() {
            part.onsets_assumed = true;
            part.start_assumed = true;
            // The clocks are mostly changed at two.
            part.start = (!part.rules.is_empty() || !part.odd.is_empty()).then_some(Onset::Local(2 * 3_600));
        }
        part
    }

    fn rule(&mut self, text: &str) {
        match Rule::parse(text).or_else(|| yearly(text)) {
            Some(rule) if rule.freq >= Freq::Monthly => {
                self.onsets_assumed |= rule.guessed || Rule::parse(text).is_none();
                self.rules.push(rule);
            }
            _ => {
                self.onsets_assumed = true;
                self.odd.push(month_of(text).or_else(|| self.month_of_start()));
            }
        }
    }

    /// The month of the first onset. The first of January is what programs write that know none.
    fn month_of_start(&self) -> Option<u8> {
        let start = self.start?.local(self.from.unwrap_or(0));
        let day = Day::of(start.div_euclid(DAY));
        ((day.month, day.of_month) != (1, 1)).then_some(day.month)
    }

    /// Is it known from when on the offset applies?
    fn is_clear(&self) -> bool {
        self.to.is_some() && (self.start.is_some() || !self.dates.is_empty())
    }

    /// Did it apply long ago only? What follows it decides then.
    fn is_over(&self, wanted: Wanted) -> bool {
        let rules_end = self.odd.is_empty() && self.rules.iter().all(|rule| rule.until.is_some());
        let last = self.rules.iter().filter_map(|rule| rule.until.map(Onset::of));
        let onsets = self
            .start
            .into_iter()
            .chain(self.dates.iter().copied())
            .chain(last);
        let last = onsets.map(|onset| onset.utc(0)).max();
        rules_end && !self.start_assumed && last.is_some_and(|last| last < wanted.from - 10 * YEAR)
    }

    /// Every onset that matters. Nothing when the rules cannot be followed.
    fn onsets(&self, edge: Edge, wanted: Wanted, budget: &mut u32) -> Option<Vec<Onset>> {
        let from = self.from.or(self.to)?;
        let mut found: Vec<Onset> = self.dates.clone();
        let Some(start) = self.start else {
            return Some(found);
        };
        if !self.start_assumed {
            found.push(start);
        }
        let start = start.local(from);
        for rule in &self.rules {
            found.extend(followed(rule, start, from, wanted, budget)?);
        }
        for month in &self.odd {
            found.extend(in_month((*month)?, edge, start, from, wanted, budget)?);
        }
        Some(found)
    }
}

/// The offset that an abbreviation such as `CEST` stands for, when it is one.
fn offset_of_abbreviation(name: &str) -> Option<i64> {
    let known = match zones::abbreviated(name).as_slice() {
        [(offset, _)] => Some(*offset),
        _ => None,
    };
    known.or_else(|| zones::offset(name)).map(i64::from)
}

/// A rule whose frequency is missing or makes no sense: clocks are changed once a year.
fn yearly(text: &str) -> Option<Rule> {
    let is_freq = |part: &&str| {
        part.trim()
            .get(..4)
            .is_some_and(|key| key.eq_ignore_ascii_case("FREQ"))
    };
    let others: Vec<&str> = text.split(';').filter(|part| !is_freq(part)).collect();
    let rule = Rule::parse(&format!("FREQ=YEARLY;{}", others.join(";")))?;
    // Without a month such a rule says no more than that there is one.
    (rule.months != 0).then_some(rule)
}

/// The only month that a rule names.
fn month_of(text: &str) -> Option<u8> {
    let parts = text.split(';').filter_map(|part| part.split_once('='));
    let mut months = parts.filter(|(key, _)| key.trim().eq_ignore_ascii_case("BYMONTH"));
    let (_, month) = months.next()?;
    let month = month.trim().parse().ok()?;
    (1..=12).contains(&month).then_some(month)
}

/// The onsets of a rule, as far as they matter; nothing when they are too many.
fn followed(rule: &Rule, start: i64, from: i64, wanted: Wanted, budget: &mut u32) -> Option<Vec<Onset>> {
    let until = rule.until.map(|until| match until {
        Moment::Date(date) => naive_date(date) + DAY - 1,
        Moment::Local(local) => naive(local),
        Moment::Utc(utc) => naive(utc) + from,
    });
    let begins = wanted.begins();
    // The last onset before that time counts, too, however far apart they are.
    let apart = rule.interval.min(100) * 10 * YEAR;
    let asked = Asked {
        start,
        whole_days: false,
        until,
        from: match rule.count {
            Some(_) => start,
            None => until.map_or(begins, |until| until.min(begins)) - apart,
        },
        to: wanted.to,
    };
    let mut before = None;
    let mut onsets = Vec::new();
    let walked = walk(rule, asked, budget, &mut |onset| {
        if onset < begins {
            before = Some(onset);
        } else {
            onsets.push(Onset::Local(onset));
        }
        if onsets.len() > MOST_CHANGES {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    onsets.extend(before.map(Onset::Local));
    (walked == Walked::All).then_some(onsets)
}

/// An onset a year on the first or last day of a month.
fn in_month(
    month: u8,
    edge: Edge,
    start: i64,
    from: i64,
    wanted: Wanted,
    budget: &mut u32,
) -> Option<Vec<Onset>> {
    let (day, time) = match edge {
        Edge::Earliest => (1, 0),
        Edge::Latest => (-1, DAY - 1),
    };
    let rule = Rule::parse(&format!("FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}"))?;
    let first_day = start.div_euclid(DAY) - 31;
    followed(&rule, first_day * DAY + time, from, wanted, budget)
}

/// Concludes offsets that are missing: where another part changes from, this one has changed to.
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

/// Parts that begin on the same day begin on none that means anything: the first day of a year, mostly. Their rules say when.
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

/// Every offset that is named, without duplicates.
fn offsets_of(parts: &[Observance]) -> Vec<i64> {
    let mut offsets: Vec<i64> = parts
        .iter()
        .flat_map(|part| part.to.into_iter().chain(part.from))
        .collect();
    offsets.sort_unstable();
    offsets.dedup();
    offsets
}

/// Zones whose clocks never change.
fn always(offsets: &[i64]) -> impl Iterator<Item = Observed> {
    offsets.iter().map(|offset| Observed::new(*offset, Vec::new()))
}

/// A change of the clocks as it is written.
#[derive(Debug, Clone, Copy)]
struct Step {
    onset: Onset,
    from: Option<i64>,
    to: i64,
}

/// The onsets of all parts in their order; nothing when one of them cannot be followed.
fn onsets(parts: &[Observance], edge: Edge, wanted: Wanted, budget: &mut u32) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for part in parts {
        let to = part.to?;
        let onsets = part.onsets(edge, wanted, budget)?;
        steps.extend(onsets.into_iter().map(|onset| Step {
            onset,
            from: part.from,
            to,
        }));
    }
    steps.sort_by_key(|step| step.onset.utc(step.from.unwrap_or(step.to)));
    Some(steps)
}

/// What changes of the clocks mean. An onset that follows one to the same offset, and says that it comes from another, shows
/// that the way back is missing: the clocks are there at the latest just before it, and at the earliest some months after
/// the one before.
fn readings_of(steps: Vec<Step>, wanted: Wanted) -> Vec<Observed> {
    let Some(first) = steps.first() else {
        return Vec::new();
    };
    let other = steps.iter().map(|step| step.to).find(|to| *to != first.to);
    let initial = first.from.or(other).unwrap_or(first.to);
    let mut changes: Vec<Change> = Vec::new();
    let mut ways_back = Vec::new();
    let mut offset = initial;
    for step in &steps {
        let from = step.from.unwrap_or(offset);
        let at = step.onset.utc(from);
        if let Some(before) = changes.last()
            && offset == step.to
            && from != offset
            && at >= wanted.from
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
    let mut readings = vec![Observed::new(initial, changes.clone())];
    if !ways_back.is_empty() {
        changes.extend(ways_back);
        readings.push(Observed::new(initial, changes));
    }
    readings
}
