//! One part of a VTIMEZONE, STANDARD or DAYLIGHT: an offset, and when it begins to apply (RFC 5545, section 3.6.5).

use std::ops::ControlFlow;

use crate::parse::lines::Line;
use crate::parse::names::Name;
use crate::rrule::expand::{Expanded, RuleQuery, expand};
use crate::rrule::rule::{Freq, Rule};
use crate::timezone::offset_unit::OffsetUnit;
use crate::timezone::vtimezone::{ChangeWindow, YEAR};
use crate::values::date_time::{self, Moment};
use crate::values::days::{DAY, Day, naive, naive_date, number_of};

/// Most changes of the clocks that one rule of a definition may have.
const MOST_CHANGES: usize = 2_000;

/// STANDARD or DAYLIGHT, which differ in nothing that matters here.
#[derive(Debug, Default)]
pub(crate) struct Observance {
    /// First onset.
    pub start: Option<Onset>,
    /// The start is no onset, but the date from which the rules apply.
    pub start_assumed: bool,
    /// Offset before an onset.
    pub from: Option<i64>,
    /// Offset from an onset on. `None` when it can neither be read nor concluded.
    pub to: Option<i64>,
    pub rules: Vec<Rule>,
    /// Rules that cannot be read: the month of their onsets, as far as that is known.
    pub odd: Vec<Option<u8>>,
    dates: Vec<Onset>,
    /// The offset is missing or cannot be read.
    pub offset_concluded: bool,
    /// Some onset is missing or cannot be read.
    pub onsets_assumed: bool,
}

/// When an observance begins to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Onset {
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

    pub(crate) fn local(self, from: i64) -> i64 {
        match self {
            Self::Local(local) => local,
            Self::Utc(utc) => utc + from,
        }
    }

    pub(crate) fn utc(self, from: i64) -> i64 {
        match self {
            Self::Local(local) => local - from,
            Self::Utc(utc) => utc,
        }
    }
}

/// The day of the month that is used for an onset of which only the month is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    Earliest,
    Latest,
}

impl Observance {
    pub(crate) fn read(lines: &[Line], unit: OffsetUnit) -> Self {
        let mut part = Self::default();
        let mut abbreviation = None;
        for line in lines {
            let value = line.value.as_ref();
            match line.name {
                Name::OffsetFrom => part.from = unit.read(value).map(i64::from).or(part.from),
                Name::OffsetTo => part.to = unit.read(value).map(i64::from).or(part.to),
                Name::ZoneAbbreviation => abbreviation = Some(value),
                Name::DtStart => {
                    let start = date_time::moment(value);
                    part.onsets_assumed |= start.is_err();
                    let start = start.or_else(|day| day.map(Moment::Date).ok_or(())).ok();
                    part.start = part.start.or(start.map(Onset::of));
                }
                Name::RDate => {
                    for text in value.split(',').filter(|text| !text.trim().is_empty()) {
                        let begin = text.split('/').next().unwrap_or(text);
                        match date_time::moment(begin) {
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
            // Clocks are mostly changed at two in the morning.
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

    /// Returns the month of the first onset. Programs that know none write the first of January.
    fn month_of_start(&self) -> Option<u8> {
        let start = self.start?.local(self.from.unwrap_or(0));
        let day = Day::of(start.div_euclid(DAY));
        ((day.month, day.of_month) != (1, 1)).then_some(day.month)
    }

    /// Returns whether only dates, and no rule, say when it begins to apply.
    pub(crate) fn is_of_dates(&self) -> bool {
        self.odd.is_empty() && self.rules.is_empty()
    }

    /// Lets rules that begin only after `to`, as in the year 9999, apply to any year: only their dates are meaningful.
    pub(crate) fn begin_before(&mut self, end: i64) {
        let is_late = self.start.is_some_and(|start| start.utc(0) >= end);
        let is_yearly = !self.rules.is_empty() && self.rules.iter().all(|rule| rule.count.is_none());
        if is_late && is_yearly {
            let years = |onset: Onset| match onset {
                Onset::Local(local) => Onset::Local(in_1970(local)),
                Onset::Utc(utc) => Onset::Utc(in_1970(utc)),
            };
            self.start = self.start.map(years);
            self.onsets_assumed |= !self.start_assumed;
        }
    }

    /// Returns whether it is known from when on the offset applies.
    pub(crate) fn is_clear(&self) -> bool {
        self.to.is_some() && (self.start.is_some() || !self.dates.is_empty())
    }

    /// Returns whether it applied only long ago, so that later parts decide.
    pub(crate) fn is_over(&self, window: ChangeWindow) -> bool {
        let rules_end = self.odd.is_empty() && self.rules.iter().all(|rule| rule.until.is_some());
        let last = self.rules.iter().filter_map(|rule| rule.until.map(Onset::of));
        let onsets = self
            .start
            .into_iter()
            .chain(self.dates.iter().copied())
            .chain(last);
        let last = onsets.map(|onset| onset.utc(0)).max();
        rules_end && !self.start_assumed && last.is_some_and(|last| last < window.from - 10 * YEAR)
    }

    /// Returns every onset within the window; `None` when the rules cannot be expanded.
    pub(crate) fn onsets(&self, edge: Edge, window: ChangeWindow, budget: &mut u32) -> Option<Vec<Onset>> {
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
            found.extend(followed(rule, start, from, window, budget)?);
        }
        for month in &self.odd {
            found.extend(in_month((*month)?, edge, start, from, window, budget)?);
        }
        Some(found)
    }
}

/// Returns the same day and time in 1970, or on the next day where 1970 has none.
fn in_1970(at: i64) -> i64 {
    let day = Day::of(at.div_euclid(DAY));
    let first_of_month = number_of(1970, day.month, 1);
    (first_of_month + i64::from(day.of_month) - 1) * DAY + at.rem_euclid(DAY)
}

/// Returns the offset that an abbreviation such as `CEST` stands for.
fn offset_of_abbreviation(name: &str) -> Option<i64> {
    let known = match zones::abbreviated(name).as_slice() {
        [(offset, _)] => Some(*offset),
        _ => None,
    };
    known.or_else(|| zones::offset(name)).map(i64::from)
}

/// Returns a yearly rule for one whose frequency is missing or makes no sense: clocks are changed once a year.
fn yearly(text: &str) -> Option<Rule> {
    let is_freq = |part: &&str| {
        part.trim()
            .get(..4)
            .is_some_and(|key| key.eq_ignore_ascii_case("FREQ"))
    };
    let others: Vec<&str> = text.split(';').filter(|part| !is_freq(part)).collect();
    let rule = Rule::parse(&format!("FREQ=YEARLY;{}", others.join(";")))?;
    // Without a month such a rule says only that there is one onset a year.
    (rule.months != 0).then_some(rule)
}

/// Returns the only month that a rule names.
fn month_of(text: &str) -> Option<u8> {
    let parts = text.split(';').filter_map(|part| part.split_once('='));
    let mut months = parts.filter(|(key, _)| key.trim().eq_ignore_ascii_case("BYMONTH"));
    let (_, month) = months.next()?;
    let month = month.trim().parse().ok()?;
    (1..=12).contains(&month).then_some(month)
}

/// Returns the onsets of a rule within the window; `None` when they are too many.
fn followed(
    rule: &Rule,
    start: i64,
    from: i64,
    window: ChangeWindow,
    budget: &mut u32,
) -> Option<Vec<Onset>> {
    let until = rule.until.map(|until| match until {
        Moment::Date(date) => naive_date(date) + DAY - 1,
        Moment::Local(local) => naive(local),
        Moment::Utc(utc) => naive(utc) + from,
    });
    let begins = window.begins;
    // The last onset before the window applies, too, however far apart they are.
    let apart = rule.interval.min(100) * 10 * YEAR;
    let query = RuleQuery {
        start,
        whole_days: false,
        until,
        from: match rule.count {
            Some(_) => start,
            None => until.map_or(begins, |until| until.min(begins)) - apart,
        },
        to: window.to,
    };
    let mut before = None;
    let mut onsets = Vec::new();
    let expanded = expand(rule, query, budget, &mut |onset| {
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
    (expanded == Expanded::All).then_some(onsets)
}

/// Returns one onset a year on the first or last day of a month.
fn in_month(
    month: u8,
    edge: Edge,
    start: i64,
    from: i64,
    window: ChangeWindow,
    budget: &mut u32,
) -> Option<Vec<Onset>> {
    let (day, time) = match edge {
        Edge::Earliest => (1, 0),
        Edge::Latest => (-1, DAY - 1),
    };
    let rule = Rule::parse(&format!("FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}"))?;
    let first_day = start.div_euclid(DAY) - 31;
    followed(&rule, first_day * DAY + time, from, window, budget)
}
