//! Combines everything with one UID to instances: series, changes of single occurrences, and changes from one on.

use jiff::Timestamp;

use crate::events::types::{Event, When, begin};
use crate::model::{Blocks, Horizon, Instance, ProblemKind};
use crate::problems::{Problems, called};
use crate::recurrence::changes::{Changes, Placed, newest, placed};
use crate::recurrence::dense::{Dense, Span, join};
use crate::recurrence::incomplete_changes::complete;
use crate::recurrence::occurrence_key::{key, recurrence_id};
use crate::recurrence::series::{Budget, MOST_PER_SERIES, Occurrence, Reach, SeriesQuery};
use crate::timezone::clock::Clock;
use crate::values::days::date;

/// Collects instances, with the limits that bound them.
pub(crate) struct Sink<'a> {
    pub owner: &'a Clock,
    pub horizon: Horizon,
    pub budget: Budget,
    pub problems: Problems,
    pub instances: Vec<Instance>,
}

/// Adds the instances of the events of one UID.
pub(crate) fn add_instances(events: &[&Event], sink: &mut Sink) {
    let (changes, mut masters): (Vec<&Event>, Vec<&Event>) =
        events.iter().copied().partition(|event| event.replaces.is_some());
    let first: Option<&When> = masters.first().map(|master| &master.start);
    let changes = newest(&changes, &masters);
    let changes = complete(changes, &masters, &mut sink.problems);
    let changes: Vec<&Event> = changes.iter().map(|change| &**change).collect();
    let shared = masters.len() > 1;
    // A change replaces an occurrence of one series, and does not say of which. It is applied to the shortest, and what another
    // series has at that time stays.
    masters.sort_by_key(|master| (!matches!(master.blocks, Blocks::Free(_)), length_of(master)));
    let longest = masters.iter().map(|master| length_of(master)).max();
    let reach = longest.filter(|_| shared).unwrap_or(0);
    let mut taken = vec![false; changes.len()];
    let pairs = masters.len().saturating_mul(changes.len());
    let are_compared = !shared || sink.budget.take_pairs(pairs);
    if let Some(master) = masters.first().filter(|_| !are_compared) {
        let moves_others = |change: &&Event| {
            let replaces = change.replaces.as_ref();
            replaces.is_some_and(|replaces| replaces.future || replaces.prior)
        };
        sink.say(
            master,
            "is one of more series of one identity, and changes of them, than are compared; all dates of both are kept busy.",
            changes.iter().any(moves_others),
        );
    }
    let compared: &[&Event] = if are_compared { &changes } else { &[] };
    for master in &masters {
        let with = Terms {
            shared,
            reach,
            once: false,
        };
        series(master, compared, &mut taken, with, sink);
    }
    for change in changes {
        if change.start_assumed && !masters.is_empty() {
            // Without a start of its own it moves nothing: the series' own occurrence stays.
            continue;
        }
        let id = change
            .replaces
            .as_ref()
            .and_then(|replaces| replaces.occurrence.as_ref())
            .map(|occurrence| recurrence_id(key(occurrence, first.unwrap_or(&change.start), sink.owner)));
        // A rule within the change of one occurrence has no meaning (section 3.8.4.4).
        let once = !masters.is_empty() && change.replaces.as_ref().is_some_and(|replaces| !replaces.future);
        if once && change.has_rules() {
            let title = called(&change.summary);
            sink.problems.add(
                ProblemKind::Occurrence,
                &change.uid,
                false,
                format!("{title} changes one date of a series and repeats; only that date is changed."),
            );
        }
        if !change.extras.is_empty() || (change.has_rules() && !once) {
            series(
                change,
                &[],
                &mut [],
                Terms {
                    once,
                    ..Terms::default()
                },
                sink,
            );
        } else {
            let occurrence = Occurrence {
                start: begin(&change.start),
                naive: change.start.naive,
                length: change.length,
                whole_day: change.start.whole_day,
                own_length: false,
                by_day: true,
            };
            sink.add(&placed(
                change,
                (&*change.start.clock, sink.owner),
                occurrence,
                id,
                (change.odd, change.unsure),
            ));
        }
    }
}

/// Returns an upper bound of what an occurrence takes, in seconds.
fn length_of(event: &Event) -> i64 {
    event.length.at_most() + event.before + event.after
}

/// What else applies to a series.
#[derive(Clone, Copy, Default)]
struct Terms {
    /// Other series have its UID.
    shared: bool,
    /// Upper bound of what an occurrence of theirs takes, in seconds.
    reach: i64,
    /// Its rules do not apply.
    once: bool,
}

/// Adds the instances of one event, with what changes its occurrences.
fn series(master: &Event, changes: &[&Event], taken: &mut [bool], with: Terms, sink: &mut Sink) {
    let mut changes = Changes::of(master, changes, taken, with.shared, sink.owner);
    let alone = SeriesQuery::of(master, sink.owner, sink.horizon, Reach::default());
    if changes.settle(alone, &mut sink.budget) {
        sink.say(
            master,
            "has a change of all its dates from one on that it does not have; both are kept busy.",
            false,
        );
    }
    if changes.are_too_many() {
        sink.say(
            master,
            "is changed in more ways at once than are looked at, so times may be missing.",
            true,
        );
    }
    let own = changes.reach();
    let reach = Reach {
        later: own.later.max(with.reach),
        ..own
    };
    let mut query = SeriesQuery::of(master, sink.owner, sink.horizon, reach);
    if with.once {
        query = query.without_rules();
    }
    let before = sink.instances.len();
    let mut found = query.list(&mut sink.budget);
    for occurrence in &found.list {
        if !changes.drops(occurrence, taken) && !found.too_many {
            changes.place(*occurrence, &mut |placed| sink.add(&placed));
        }
    }
    if found.too_many {
        found.list = Vec::new();
        changes.keep_shared();
        let most = MOST_PER_SERIES.min(sink.budget.occurrences);
        let dense = join(&query, &changes, most, &mut sink.budget);
        sink.too_many(master, &dense);
        for span in &dense.spans {
            sink.add_span(master, span, dense.gaps);
        }
        found.unknown.extend(dense.unknown);
    }
    if changes.take_no_time() {
        found.unknown.clear();
    }
    for span in joined(found.unknown) {
        sink.add_unknown(master, &changes, span);
    }
    let listed = sink.instances.len() - before;
    sink.budget.occurrences = sink.budget.occurrences.saturating_sub(listed);
}

/// Returns the spans in order, with overlapping and touching ones joined.
fn joined(mut spans: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    spans.sort_unstable();
    spans.dedup_by(|next, kept| {
        let joins = next.0 <= kept.1;
        if joins {
            kept.1 = kept.1.max(next.1);
        }
        joins
    });
    spans
}

impl Sink<'_> {
    fn add(&mut self, placed: &Placed) {
        if !self.horizon.touches(placed.start, placed.end) {
            return;
        }
        let event = placed.event;
        self.instances.push(Instance {
            start: placed.start,
            end: placed.end,
            all_day: placed.days.map(|(from, to)| (date(from), date(to))),
            summary: event.summary.clone(),
            uid: event.uid.clone(),
            recurrence_id: placed.id,
            blocks: placed.blocks,
            location: event.location.clone(),
        });
    }

    /// Adds joined occurrences. Closed gaps between them block as not understood.
    fn add_span(&mut self, event: &Event, span: &Span, gaps: bool) {
        if !self.horizon.touches(span.start, span.end) {
            return;
        }
        let blocks = match span.blocks {
            Blocks::Busy | Blocks::Tentative if gaps => Blocks::NotUnderstood,
            blocks => blocks,
        };
        self.instances.push(Instance {
            start: span.start,
            end: span.end,
            all_day: span.days.map(|(from, to)| (date(from), date(to))),
            summary: event.summary.clone(),
            uid: event.uid.clone(),
            recurrence_id: None,
            blocks,
            location: event.location.clone(),
        });
    }

    /// Adds a span in which occurrences may lie that are not known one by one.
    fn add_unknown(&mut self, event: &Event, changes: &Changes, (start, end): (Timestamp, Timestamp)) {
        let blocks = changes.blocks_unknown();
        let all_day = (blocks == Blocks::AllDayDefault).then(|| {
            let clock = &event.start.clock;
            let after = date(clock.naive(end) + crate::values::days::DAY - 1);
            (date(clock.naive(start)), after)
        });
        self.instances.push(Instance {
            start,
            end,
            all_day,
            summary: event.summary.clone(),
            uid: event.uid.clone(),
            recurrence_id: None,
            blocks,
            location: event.location.clone(),
        });
    }

    /// Adds a problem with the changes of a series.
    fn say(&mut self, master: &Event, what: &str, unplaced: bool) {
        let sentence = format!("{} {what}", called(&master.summary));
        self.problems
            .add(ProblemKind::Occurrence, &master.uid, unplaced, sentence);
    }

    fn too_many(&mut self, master: &Event, dense: &Dense) {
        let rest = match (dense.unknown.is_empty(), dense.gaps) {
            _ if dense.idle => "its dates take no time",
            (false, _) => "the rest of its time is kept busy",
            (true, true) => "short times between its dates are kept busy, too",
            (true, false) => "dates that follow each other without a break are shown as one",
        };
        let title = called(&master.summary);
        self.problems.add(
            ProblemKind::TooMany,
            &master.uid,
            false,
            format!("{title} repeats more often than can be listed; {rest}."),
        );
    }
}
