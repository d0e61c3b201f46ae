//! The occurrences of one event within a horizon: its start, its rules, its additional dates.

use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::events::types::{Event, Length, begin};
use crate::events::until::until_in;
use crate::model::Horizon;
use crate::rrule::expand::{Expanded, RuleQuery, expand};
use crate::rrule::rule::{Broken, Freq, Rule};
use crate::timezone::clock::{Clock, moved};
use crate::values::days::DAY;

/// Most occurrences of one series that are kept one by one: more than those of a daily one in five years.
pub(crate) const MOST_PER_SERIES: usize = 2_000;
/// Most occurrences of one resource.
const MOST_PER_RESOURCE: usize = 50_000;
/// Most work for one series, in candidate days or times.
const WORK_PER_SERIES: u32 = 500_000;
/// Most work for one resource.
const WORK_PER_RESOURCE: u32 = 1_000_000;
/// Most pairs of a series and a change that are compared where several series of a resource have the same UID.
const PAIRS_PER_RESOURCE: usize = 200_000;

/// The work left for the whole resource, so that many hostile events cost no more than a few.
#[derive(Debug)]
pub(crate) struct Budget {
    work: u32,
    pub(crate) occurrences: usize,
    pairs: usize,
}

impl Budget {
    /// Takes so many pairs of a series and a change from the budget; false when too few are left.
    pub(crate) fn take_pairs(&mut self, pairs: usize) -> bool {
        let left = self.pairs.checked_sub(pairs);
        self.pairs = left.unwrap_or(self.pairs);
        left.is_some()
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            work: WORK_PER_RESOURCE,
            occurrences: MOST_PER_RESOURCE,
            pairs: PAIRS_PER_RESOURCE,
        }
    }
}

/// One occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Occurrence {
    /// The original start, which identifies it.
    pub start: Timestamp,
    /// Local time of the start in the series' zone, in naive seconds.
    pub naive: i64,
    pub length: Length,
    pub whole_day: bool,
    /// The length differs from that of the series.
    pub own_length: bool,
    /// A RECURRENCE-ID or EXDATE with a date alone can name it.
    pub by_day: bool,
}

/// The occurrences of a series within a horizon.
#[derive(Debug, Default)]
pub(crate) struct Occurrences {
    /// Sorted by start, no two with the same start. Incomplete if they are too many.
    pub list: Vec<Occurrence>,
    /// Spans in which further occurrences may lie whose times are not known.
    pub unknown: Vec<(Timestamp, Timestamp)>,
    /// There are more than can be listed, or than could be found.
    pub too_many: bool,
}

/// How far outside the horizon occurrences matter beyond their own length, because changes move them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reach {
    /// Seconds by which an occurrence can end later than by its own length.
    pub later: i64,
    /// Seconds by which an occurrence can begin before its own start.
    pub earlier: i64,
}

/// A series, and the part of it to list.
#[derive(Clone, Copy)]
pub(crate) struct SeriesQuery<'a> {
    pub event: &'a Event,
    /// The rules of the event that apply.
    pub rules: &'a [Rule],
    broken_rules: &'a [Broken],
    pub owner: &'a Clock,
    pub horizon: Horizon,
    /// Occurrences that begin here, in naive seconds of the series' zone, can touch the horizon.
    from: i64,
    to: i64,
    /// The same bounds as instants, which are exact.
    instants: (Timestamp, Timestamp),
    reach: Reach,
}

impl<'a> SeriesQuery<'a> {
    pub(crate) fn of(event: &'a Event, owner: &'a Clock, horizon: Horizon, reach: Reach) -> Self {
        let clock = &event.start.clock;
        // Two days more on each side than any offset, so that local time and UTC need not be told apart.
        let (later, earlier) = (event.length.at_most() + reach.later, reach.earlier);
        Self {
            event,
            rules: &event.rules,
            broken_rules: &event.broken_rules,
            owner,
            horizon,
            from: clock.naive(horizon.from).saturating_sub(later + 2 * DAY),
            to: clock.naive(horizon.to).saturating_add(earlier + 2 * DAY),
            instants: (moved(horizon.from, -later), moved(horizon.to, earlier)),
            reach,
        }
    }

    /// Returns the query for only the start and the additional dates.
    pub(crate) fn without_rules(self) -> Self {
        Self {
            rules: &[],
            broken_rules: &[],
            ..self
        }
    }

    /// Lists the occurrences, as far as they are few enough.
    pub(crate) fn list(&self, budget: &mut Budget) -> Occurrences {
        let event = self.event;
        let most = MOST_PER_SERIES.min(budget.occurrences);
        let mut found = Occurrences::default();
        found.list.extend(self.first());
        for rule in self.rules {
            let list = &mut found.list;
            let expanded = self.expand(rule, budget, &mut |occurrence| {
                if occurrence.start < self.instants.0 || occurrence.start >= self.instants.1 {
                    return ControlFlow::Continue(());
                }
                if list.len() >= most {
                    return ControlFlow::Break(());
                }
                list.push(occurrence);
                ControlFlow::Continue(())
            });
            found.too_many |= expanded != Expanded::All;
        }
        for rule in self.broken_rules {
            match rule {
                Broken::Always { until } => {
                    let end = until.map(|end| until_in(&event.start, end, self.owner));
                    found.unknown.extend(self.unknown_span(event.start.naive, end));
                }
                Broken::Within { rule, seconds } => {
                    self.spans_within(rule, *seconds, budget, &mut found.unknown);
                }
            }
        }
        found.list.extend(self.extras());
        // Of two that start together the longer one comes first and is kept.
        found
            .list
            .sort_unstable_by_key(|o| (o.start, std::cmp::Reverse(o.length.at_most())));
        found.list.dedup_by_key(|o| o.start);
        found.too_many |= found.list.len() > most;
        found
    }

    /// Returns the start as an occurrence, which exists whatever the rules say.
    pub(crate) fn first(&self) -> Option<Occurrence> {
        let start = &self.event.start;
        (self.from..self.to)
            .contains(&start.naive)
            .then(|| self.at(start.naive, begin(start)))
    }

    /// Returns the additional dates as occurrences.
    pub(crate) fn extras(&self) -> impl Iterator<Item = Occurrence> + '_ {
        let event = self.event;
        event.extras.iter().filter_map(move |extra| {
            let start = begin(&extra.start);
            let naive = event.start.clock.naive(start);
            // Its own length may reach farther than the series'.
            let reaches = extra.length.map_or(0, Length::at_most);
            (naive < self.to && naive >= self.from.saturating_sub(reaches)).then(|| Occurrence {
                start,
                naive,
                length: extra.length.unwrap_or(event.length),
                whole_day: extra.start.whole_day,
                own_length: extra.length.is_some(),
                by_day: extra.by_day,
            })
        })
    }

    /// Visits the occurrences of a rule in ascending order.
    pub(crate) fn expand(
        &self,
        rule: &Rule,
        budget: &mut Budget,
        visit: &mut dyn FnMut(Occurrence) -> ControlFlow<()>,
    ) -> Expanded {
        let start = &self.event.start;
        let clock = &*start.clock;
        let mut previous = i64::MIN;
        let mut work = WORK_PER_SERIES.min(budget.work);
        let granted = work;
        let expanded = expand(rule, self.rule_query(rule), &mut work, &mut |naive| {
            if start.whole_day {
                // Several hours of a whole day are one occurrence.
                let naive = naive.div_euclid(DAY) * DAY;
                if naive == previous {
                    return ControlFlow::Continue(());
                }
                previous = naive;
                return visit(self.at(naive, clock.start_of_day(crate::values::days::date(naive))));
            }
            let instants = clock.instants(naive);
            visit(self.at(naive, instants.meant))?;
            match instants.again.filter(|_| rule.freq < Freq::Daily) {
                // A rule of hours or less also means the hour that comes twice.
                Some(again) => visit(self.at(naive, again)),
                None => ControlFlow::Continue(()),
            }
        });
        budget.work = budget.work.saturating_sub(granted - work);
        expanded
    }

    /// Collects the spans in which a rule occurs of which only the day, hour or minute (`seconds` long) of each occurrence is
    /// known. Exceptions and changes take nothing from them, because it is not known which occurrence they mean.
    fn spans_within(
        &self,
        rule: &Rule,
        seconds: i64,
        budget: &mut Budget,
        spans: &mut Vec<(Timestamp, Timestamp)>,
    ) {
        let (event, clock) = (self.event, &*self.event.start.clock);
        let from = self.from.saturating_sub(seconds);
        let query = RuleQuery {
            from,
            to: self.to.saturating_add(seconds),
            ..self.rule_query(rule)
        };
        let mut work = WORK_PER_SERIES.min(budget.work);
        let granted = work;
        let mut is_full = false;
        let expanded = expand(rule, query, &mut work, &mut |naive| {
            let first = naive - naive.rem_euclid(seconds);
            let last = first + seconds;
            let first = first.max(event.start.naive);
            let (start, last_start) = (clock.instant(first), clock.instant(last));
            let end = event.length.end((clock, self.owner), last, last_start);
            let start = moved(start, -self.reach.earlier).max(self.horizon.from);
            let end = moved(end, self.reach.later).min(self.horizon.to);
            match spans.last_mut() {
                Some(before) if (before.0..=before.1).contains(&start) => before.1 = before.1.max(end),
                _ if start < end => spans.push((start, end)),
                _ => {}
            }
            // Once the whole horizon is covered, nothing more can be found.
            is_full = spans.last() == Some(&(self.horizon.from, self.horizon.to));
            if is_full {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        budget.work = budget.work.saturating_sub(granted - work);
        if let Expanded::GaveUpAt(naive) = expanded
            && !is_full
        {
            spans.extend(self.unknown_span(naive, query.until.filter(|_| rule.count.is_none())));
        }
    }

    /// Visits the occurrences from `from` to `to`, in naive seconds, rule by rule in ascending order; the start and all
    /// additional dates always. Work is bounded, so that some may be missing.
    pub(crate) fn between(&self, from: i64, to: i64, budget: &mut Budget, visit: &mut dyn FnMut(i64)) {
        let clock = &self.event.start.clock;
        for extra in &self.event.extras {
            visit(clock.naive(begin(&extra.start)));
        }
        visit(self.event.start.naive);
        for rule in self.rules {
            let around = Self {
                from: if rule.freq < Freq::Daily {
                    from - 2 * DAY
                } else {
                    from - 370 * DAY
                },
                to,
                ..*self
            };
            around.expand(rule, budget, &mut |occurrence| {
                visit(occurrence.naive);
                ControlFlow::Continue(())
            });
        }
    }

    /// Returns the query for expanding a rule.
    pub(crate) fn rule_query(&self, rule: &Rule) -> RuleQuery {
        let start = &self.event.start;
        RuleQuery {
            start: start.naive,
            whole_days: start.whole_day,
            until: rule.until.map(|until| until_in(start, until, self.owner)),
            from: self.from,
            to: self.to,
        }
    }

    /// Returns the part of the horizon in which occurrences from `naive` up to `end` may lie.
    pub(crate) fn unknown_span(&self, naive: i64, end: Option<i64>) -> Option<(Timestamp, Timestamp)> {
        let (event, horizon) = (self.event, self.horizon);
        let clock = &event.start.clock;
        let from = moved(clock.instant(naive), -event.before).max(horizon.from);
        let to = end.map_or(horizon.to, |end| {
            let last = clock.instant(end);
            moved(event.length.end((clock, self.owner), end, last), event.after).min(horizon.to)
        });
        (from < to).then_some((from, to))
    }

    /// Returns the occurrence of the series at a local time.
    pub(crate) fn at(&self, naive: i64, start: Timestamp) -> Occurrence {
        Occurrence {
            start,
            naive,
            length: self.event.length,
            whole_day: self.event.start.whole_day,
            own_length: false,
            by_day: true,
        }
    }
}
