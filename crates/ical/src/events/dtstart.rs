//! Reads when an event begins (DTSTART, RFC 5545, section 3.8.2.4), even if its time or day cannot be read.

use std::collections::HashSet;

use crate::events::event_times::EventReader;
use crate::events::types::{Replaces, When, begin};
use crate::model::ProblemKind;
use crate::parse::components::EventText;
use crate::parse::names::Name;
use crate::values::days::DAY;

/// The start of an event.
pub(crate) struct Start {
    /// Midnight where only the day is known.
    pub when: When,
    /// It is not stated, but that of the occurrence the event replaces.
    pub assumed: bool,
    /// It may be at any time of its day, by its zone's clock or the owner's.
    pub at_any_time: bool,
    /// Further starts, which contradict it.
    pub others: Vec<When>,
}

impl Start {
    fn known(when: When) -> Self {
        Self {
            when,
            assumed: false,
            at_any_time: false,
            others: Vec::new(),
        }
    }

    fn some_time_on(day: When) -> Self {
        Self {
            at_any_time: true,
            ..Self::known(When {
                whole_day: false,
                ..day
            })
        }
    }
}

impl EventReader<'_, '_> {
    /// Reads when an event begins.
    pub(crate) fn start(&mut self, text: &EventText, replaces: Option<&Replaces>) -> Option<Start> {
        let mut starts: Vec<When> = Vec::new();
        // Starts of which only the day is known: the owner's day, and that of the named zone.
        let mut days: Vec<Vec<When>> = Vec::new();
        let (mut known, mut known_days) = (HashSet::new(), HashSet::new());
        let mut lost = false;
        for line in text.all(Name::DtStart) {
            match self.meanings(line, &line.value) {
                Ok(meant) => {
                    for written in meant {
                        let when = self.when(&written);
                        if known.insert((when.whole_day, when.clock.instant(when.naive))) {
                            starts.push(when);
                        }
                    }
                }
                Err(day) => {
                    let meant = self.days_meant(&line.value, day);
                    lost |= meant.is_empty();
                    for day in meant {
                        let day = self.days_of(line, &line.value, day);
                        if day.last().is_some_and(|day| known_days.insert(begin(day))) {
                            days.push(day);
                        }
                    }
                }
            }
        }
        let bad = lost || !days.is_empty();
        if lost && !(starts.is_empty() && days.is_empty()) {
            self.unplaced(
                ProblemKind::Start,
                "has a second start that could not be read, so it could not be placed.",
            );
        }
        if starts.is_empty() && !days.is_empty() {
            self.note(
                ProblemKind::Start,
                "has a time of day that could not be read, so the whole day is kept busy.",
            );
            let mut first = days.remove(0);
            let named = first.pop();
            return named.map(|day| Start {
                // The day covers the owner's own day as well.
                others: first
                    .into_iter()
                    .skip(1)
                    .chain(days.into_iter().flatten())
                    .collect(),
                ..Start::some_time_on(day)
            });
        }
        starts.extend(days.into_iter().flatten());
        if starts.len() > 1 {
            self.note(
                ProblemKind::Contradiction,
                "has more than one start; all of them block.",
            );
        }
        if !starts.is_empty() {
            let when = starts.remove(0);
            return Some(Start {
                others: starts,
                ..Start::known(when)
            });
        }
        if let Some(occurrence) = replaces.and_then(|replaces| replaces.occurrence.as_ref()) {
            self.note(
                ProblemKind::Start,
                "changes one date of a series without a readable start; the date it replaces stays busy.",
            );
            return Some(Start {
                assumed: true,
                ..Start::known(self.when(occurrence))
            });
        }
        if let Some(start) = self.start_by_end(text) {
            return Some(start);
        }
        let what = if bad {
            "has a start that could not be read"
        } else {
            "has no start"
        };
        self.unplaced(
            ProblemKind::Start,
            &format!("{what}, so it could not be placed and blocks nothing."),
        );
        None
    }

    /// Returns the start of an event of which only the end is known: any time of that day.
    fn start_by_end(&mut self, text: &EventText) -> Option<Start> {
        let line = text.all(Name::DtEnd).next()?;
        let ends: Vec<When> = match self.meanings(line, &line.value) {
            Ok(meant) => meant.iter().map(|written| self.when(written)).collect(),
            Err(day) => {
                let days = self.days_meant(&line.value, day).into_iter();
                days.flat_map(|day| self.days_of(line, &line.value, day))
                    .collect()
            }
        };
        let mut days = ends.into_iter().map(|end| When {
            naive: end.naive.div_euclid(DAY) * DAY,
            ..end
        });
        let last = days.next_back()?;
        self.note(
            ProblemKind::Start,
            "has no readable start, so the day of its end is kept busy.",
        );
        let others = days.map(|day| When {
            whole_day: true,
            ..day
        });
        let start = if last.whole_day {
            Start::known(last)
        } else {
            Start::some_time_on(last)
        };
        Some(Start {
            others: others.collect(),
            ..start
        })
    }
}
