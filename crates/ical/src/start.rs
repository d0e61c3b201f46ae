//! When an event begins (DTSTART, RFC 5545, section 3.8.2.4), also where its time or day cannot be read.

use std::collections::HashSet;

use crate::components::EventText;
use crate::days::DAY;
use crate::event::{Replaces, When};
use crate::lines::Name;
use crate::model::ProblemKind;
use crate::reading::Reading;

/// When an event begins.
pub(crate) struct Start {
    /// Midnight where only the day is known.
    pub when: When,
    /// It is not the event's own but that of the occurrence it replaces.
    pub assumed: bool,
    /// It is at any time of its day, by its zone's clock or the owner's.
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

impl Reading<'_, '_> {
    /// When an event begins.
    pub(crate) fn start(&mut self, text: &EventText, replaces: Option<&Replaces>) -> Option<Start> {
        let mut starts: Vec<When> = Vec::new();
        let mut days: Vec<When> = Vec::new();
        let mut known = HashSet::new();
        let mut bad = false;
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
                    bad = true;
                    if let Some(day) = day.filter(|_| days.is_empty()) {
                        days = self.days_of(line, &line.value, day);
                    }
                }
            }
        }
        if bad && !starts.is_empty() {
            if days.is_empty() {
                self.unplaced(
                    ProblemKind::Start,
                    "has a second start that could not be read, so it could not be placed.",
                );
            }
            starts.append(&mut days);
        }
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
        if let Some(day) = days.pop() {
            self.note(
                ProblemKind::Start,
                "has a time of day that could not be read, so the whole day is kept busy.",
            );
            return Some(Start::some_time_on(day));
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
        let end = text.all(Name::DtEnd).next();
        if let Some(line) = end
            && let Ok(meant) = self.meanings(line, &line.value)
            && let Some(written) = meant.last()
        {
            self.note(
                ProblemKind::Start,
                "has no readable start, so the day of its end is kept busy.",
            );
            let end = self.when(written);
            if end.whole_day {
                return Some(Start::known(end));
            }
            return Some(Start::some_time_on(When {
                naive: end.naive.div_euclid(DAY) * DAY,
                ..end
            }));
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
}
