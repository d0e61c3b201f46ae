//! Joins the times of series with too many occurrences to spans, in bounded memory.
//!
//! Occurrences that touch or overlap are joined first. Where that is not enough, those with ever longer gaps between them are
//! joined, too; what is too much even then is one span.

use std::ops::ControlFlow;

use jiff::Timestamp;

use crate::events::types::Length;
use crate::model::{Blocks, Horizon};
use crate::recurrence::changes::{Changes, placed};
use crate::recurrence::series::{Budget, Occurrence, SeriesQuery};
use crate::rrule::expand::{Expanded, steady};
use crate::rrule::rule::Rule;
use crate::timezone::clock::moved;

/// Gaps that are closed, in seconds, one after the other until the spans are few enough. The longest keeps the nights between the
/// occurrences of days free.
const GAPS: [i64; 4] = [0, 900, 3_600, 6 * 3_600];

/// The time of one or more occurrences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: Timestamp,
    pub end: Timestamp,
    /// First day and first day after in naive seconds, for whole days.
    pub days: Option<(i64, i64)>,
    pub blocks: Blocks,
}

impl Span {
    /// Extends the span by another one, if the gap between both may be closed and both block alike.
    fn join(&mut self, other: &Self, gap: i64) -> bool {
        let joins = self.blocks == other.blocks
            && self.days.is_some() == other.days.is_some()
            && other.start <= moved(self.end, gap)
            && self.start <= moved(other.end, gap);
        if joins {
            self.start = self.start.min(other.start);
            self.end = self.end.max(other.end);
            self.days = self
                .days
                .zip(other.days)
                .map(|(a, b)| (a.0.min(b.0), a.1.max(b.1)));
        }
        joins
    }
}

/// Spans up to a maximum number.
#[derive(Debug)]
struct Spans {
    list: Vec<Span>,
    most: usize,
    /// Index of the gap that is closed.
    gap: usize,
}

impl Spans {
    /// Adds a span, best in ascending order; breaks when there is no room even if all gaps are closed.
    fn add(&mut self, span: Span) -> ControlFlow<()> {
        loop {
            if self
                .list
                .last_mut()
                .is_some_and(|last| last.join(&span, GAPS[self.gap]))
            {
                return ControlFlow::Continue(());
            }
            if self.list.len() < self.most {
                self.list.push(span);
                return ControlFlow::Continue(());
            }
            if self.gap + 1 == GAPS.len() {
                return ControlFlow::Break(());
            }
            self.gap += 1;
            self.settle();
        }
    }

    /// Returns whether the span that was added last covers the horizon, so that nothing else matters. For one that may be free
    /// this is only known if every occurrence blocks `alike`.
    fn cover(&self, horizon: Horizon, alike: bool) -> bool {
        self.list.last().is_some_and(|span| {
            let is_busy = matches!(span.blocks, Blocks::Busy | Blocks::NotUnderstood);
            (alike || is_busy) && span.start <= horizon.from && span.end >= horizon.to
        })
    }

    /// Sorts and joins the spans.
    fn settle(&mut self) {
        self.list.sort_unstable_by_key(|span| (span.start, span.end));
        let gap = GAPS[self.gap];
        // Spans that can be joined are next to each other unless others that block differently lie between.
        self.list.dedup_by(|next, kept| kept.join(next, gap));
    }
}

/// A dense series as spans: those in which its occurrences lie, and those in which they may.
#[derive(Debug)]
pub(crate) struct Dense {
    pub spans: Vec<Span>,
    pub unknown: Vec<(Timestamp, Timestamp)>,
    /// Gaps between occurrences are in the spans, too.
    pub gaps: bool,
    /// Its occurrences take no time and are left out, except additional dates with a length of their own.
    pub idle: bool,
}

/// Joins the occurrences of a series to at most `most` spans.
pub(crate) fn join(query: &SeriesQuery, changes: &Changes, most: usize, budget: &mut Budget) -> Dense {
    let mut spans = Spans {
        list: Vec::new(),
        most,
        gap: 0,
    };
    let mut unknown = Vec::new();
    let idle = changes.take_no_time();
    let others = query.first().into_iter().chain(query.extras());
    let mut others: Vec<Occurrence> = others
        .filter(|occurrence| !idle || !occurrence.length.is_nothing())
        .collect();
    others.sort_unstable_by_key(|occurrence| occurrence.start);
    let left = others
        .iter()
        .position(|occurrence| add(occurrence, query, changes, &mut spans).is_break());
    if let Some(left) = left {
        unknown.extend(hull(&others[left..], query, changes));
    }
    for rule in query.rules.iter().filter(|_| !idle) {
        if let Some((span, gap)) = steady_span(rule, query, changes) {
            spans.gap = spans.gap.max(gap);
            if spans.add(span).is_break() {
                unknown.push((span.start, span.end));
            }
        } else {
            // Once the whole horizon is covered, nothing more can be found.
            let mut is_full = false;
            let expanded = query.expand(rule, budget, &mut |occurrence| {
                add(&occurrence, query, changes, &mut spans)?;
                is_full = spans.cover(query.horizon, !changes.follow_on());
                if is_full {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            if is_full {
                break;
            }
            if let Expanded::GaveUpAt(naive) = expanded {
                let end = query.rule_query(rule).until.filter(|_| rule.count.is_none());
                unknown.extend(query.unknown_span(naive, end));
            }
        }
        spans.settle();
    }
    Dense {
        idle,
        gaps: spans.gap > 0,
        spans: spans.list,
        unknown,
    }
}

fn add(
    occurrence: &Occurrence,
    query: &SeriesQuery,
    changes: &Changes,
    spans: &mut Spans,
) -> ControlFlow<()> {
    let mut flow = ControlFlow::Continue(());
    if !changes.excludes(occurrence) {
        changes.place(*occurrence, &mut |placed| {
            if query.horizon.touches(placed.start, placed.end) && flow.is_continue() {
                flow = spans.add(Span {
                    start: placed.start,
                    end: placed.end,
                    days: placed.days,
                    blocks: placed.blocks,
                });
            }
        });
    }
    flow
}

/// Returns all time from the first to the last of some occurrences.
fn hull(
    occurrences: &[Occurrence],
    query: &SeriesQuery,
    changes: &Changes,
) -> Option<(Timestamp, Timestamp)> {
    let mut hull: Option<(Timestamp, Timestamp)> = None;
    for occurrence in occurrences {
        changes.place(*occurrence, &mut |placed| {
            if query.horizon.touches(placed.start, placed.end) {
                let (from, to) = hull.unwrap_or((placed.start, placed.end));
                hull = Some((from.min(placed.start), to.max(placed.end)));
            }
        });
    }
    let horizon = query.horizon;
    hull.map(|(from, to)| (from.max(horizon.from), to.min(horizon.to)))
}

/// Returns the only span of a rule whose occurrences follow each other with no gap or a short one, without visiting them, and the
/// index of that gap.
fn steady_span(rule: &Rule, query: &SeriesQuery, changes: &Changes) -> Option<(Span, usize)> {
    let event = query.event;
    let clock = &event.start.clock;
    if !changes.is_empty() || matches!(event.length, Length::RestOfDay { .. }) {
        return None;
    }
    let (first, last, step) = steady(rule, query.rule_query(rule))?;
    let at = |naive| {
        placed(
            event,
            (&**clock, query.owner),
            query.at(naive, clock.instant(naive)),
            None,
            (event.odd, event.unsure),
        )
    };
    let (first, last) = (at(first), at(last));
    let length = first.end.as_second() - first.start.as_second();
    let gap = usize::from(step > length);
    (step <= length.saturating_add(GAPS[gap])).then_some((
        Span {
            start: first.start,
            end: last.end,
            days: None,
            blocks: first.blocks,
        },
        gap,
    ))
}
