//! Completes changes of single occurrences that lack what their series has: a time zone, an end.

use std::borrow::Cow;
use std::rc::Rc;

use crate::events::types::{Event, Length, When, begin};
use crate::model::{Blocks, ProblemKind};
use crate::problems::{Problems, called};
use crate::timezone::clock::Clock;

/// Most time zones of the series of one UID in which their changes are read.
const MOST_CLOCKS: usize = 16;

/// Most readings of changes that are added for one UID.
const MOST_ADDED: usize = 10_000;

/// Returns the changes of some series with what they lack, once for each way to read them.
pub(crate) fn complete<'e>(
    changes: Vec<&'e Event>,
    masters: &[&Event],
    problems: &mut Problems,
) -> Vec<Cow<'e, Event>> {
    let longest = masters.iter().max_by_key(|master| master.length.at_most());
    let mut clocks: Vec<&Rc<Clock>> = Vec::new();
    let mut more_clocks = false;
    for master in masters.iter().filter(|master| !master.start.whole_day) {
        if !clocks.iter().any(|known| Rc::ptr_eq(known, &master.start.clock)) {
            if clocks.len() == MOST_CLOCKS {
                more_clocks = true;
                break;
            }
            clocks.push(&master.start.clock);
        }
    }
    let mut all = Vec::with_capacity(changes.len());
    let mut added = 0;
    for change in changes {
        let mut change = Cow::Borrowed(change);
        if let Some(length) = longest.and_then(|longest| missing_length(&change, longest)) {
            let with_length = change.to_mut();
            with_length.length = length;
            if with_length.start.whole_day {
                with_length.unsure = true;
            } else {
                with_length.odd = true;
            }
            say(
                problems,
                ProblemKind::End,
                &change,
                "changes a date of a series and does not say when it ends; it is kept busy as long as the others last.",
            );
        }
        if !lacks_zone(&change) {
            all.push(change);
            continue;
        }
        let mut others = elsewhere(&change.start, &clocks);
        let most = MOST_ADDED - added;
        if more_clocks || others.len() > most {
            others.truncate(most);
            problems.add(
                ProblemKind::Zone,
                &change.uid,
                true,
                format!(
                    "{} changes a date without a known time zone, which can be meant in more zones than are looked at, so times \
                     may be missing.",
                    called(&change.summary)
                ),
            );
        }
        if others.is_empty() {
            all.push(change);
            continue;
        }
        added += others.len();
        say(
            problems,
            ProblemKind::Zone,
            &change,
            "changes a date of a series without a known time zone; what it means in that of its series and in your own is kept \
             busy.",
        );
        let reading = Event {
            odd: true,
            is_reading: true,
            ..change.into_owned()
        };
        for start in others {
            all.push(Cow::Owned(Event {
                start,
                ..reading.clone()
            }));
        }
        all.push(Cow::Owned(reading));
    }
    all
}

/// Returns whether a change begins at a time whose zone is not known.
fn lacks_zone(change: &Event) -> bool {
    let start = &change.start;
    !(start.certain || start.whole_day || change.start_assumed)
}

/// Returns a start in the time zones of the series, where that is another instant.
fn elsewhere(start: &When, clocks: &[&Rc<Clock>]) -> Vec<When> {
    let mut known = vec![begin(start)];
    let mut others = Vec::new();
    for clock in clocks {
        let other = When {
            clock: Rc::clone(clock),
            ..start.clone()
        };
        let at = begin(&other);
        if !known.contains(&at) {
            known.push(at);
            others.push(other);
        }
    }
    others
}

/// Returns the length of a change that does not say when it ends, if its series lasts longer than it would.
fn missing_length(change: &Event, master: &Event) -> Option<Length> {
    let is_open = !change.has_end && !change.start_assumed && !matches!(change.blocks, Blocks::Free(_));
    if !is_open {
        return None;
    }
    match (change.start.whole_day, master.start.whole_day, master.length) {
        (true, true, Length::Days(1)) | (true, false, _) => None,
        (true, true, length) => Some(length),
        (false, true, Length::Days(days)) => Some(Length::RestOfDay { days: days - 1 }),
        (false, _, length) => change
            .length
            .is_nothing()
            .then_some(length)
            .filter(|length| !length.is_nothing()),
    }
}

fn say(problems: &mut Problems, kind: ProblemKind, change: &Event, what: &str) {
    problems.add(
        kind,
        &change.uid,
        false,
        format!("{} {what}", called(&change.summary)),
    );
}
