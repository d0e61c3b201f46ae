//! Expands resources into instances, in portions of bounded size, so that any number of resources needs little memory and no long
//! transaction.

use std::collections::VecDeque;

use ical::{Blocks, Instance};
use jiff::Timestamp;
use store::external_events::NewInstance;

use super::parse::{Parsed, Reader};
use crate::busy_status;
use crate::problem::Internal;

/// The most instances, resources and bytes of text in one portion. A single resource may exceed the bytes.
pub(super) const MAX_ROWS: usize = 2_000;
pub(super) const MAX_RESOURCES: usize = 250;
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// The sentence about an event whose occurrences are joined.
const TOO_MANY: &str = "An event happens too often to be kept one by one, so the time from its first to its last occurrence is \
                        taken as a whole where they are close together, or many.";

/// Resources that are yet to be parsed.
pub(super) struct Queue<T> {
    reader: Reader,
    text: fn(&T) -> &str,
    waiting: VecDeque<T>,
    /// A parsed resource that did not fit into the last portion.
    next: Option<(T, Parsed)>,
}

impl<T: Send + 'static> Queue<T> {
    /// Queues resources; `text` returns the text of one.
    pub(super) fn new(reader: &Reader, waiting: Vec<T>, text: fn(&T) -> &str) -> Self {
        Self {
            reader: reader.clone(),
            text,
            waiting: waiting.into(),
            next: None,
        }
    }

    /// Returns the next portion and the rest; the portion is empty at the end. Parses on a blocking thread. If the horizon has changed,
    /// the remaining resources are parsed with the new reader.
    pub(super) async fn portion(mut self, reader: &Reader) -> Result<(Vec<(T, Parsed)>, Self), Internal> {
        if self.reader.horizon != reader.horizon {
            self.reader = reader.clone();
            self.waiting
                .extend(self.next.take().map(|(resource, _)| resource));
        }
        let worked_out = tokio::task::spawn_blocking(move || {
            let portion = self.parse_portion();
            (portion, self)
        });
        worked_out.await.map_err(Internal::because)
    }

    fn parse_portion(&mut self) -> Vec<(T, Parsed)> {
        let (mut rows, mut bytes) = (0, 0);
        let mut portion = Vec::new();
        while portion.len() < MAX_RESOURCES {
            let next = self.next.take().or_else(|| {
                let resource = self.waiting.pop_front()?;
                let parsed = joined(self.reader.parse((self.text)(&resource)));
                Some((resource, parsed))
            });
            let Some((resource, parsed)) = next else { break };
            rows += parsed.instances.len();
            bytes += (self.text)(&resource).len();
            if !portion.is_empty() && (rows > MAX_ROWS || bytes > MAX_BYTES) {
                self.next = Some((resource, parsed));
                break;
            }
            portion.push((resource, parsed));
        }
        portion
    }
}

/// Splits a list into parts whose weights add up to at most [`MAX_ROWS`]; a heavier entry is a part of its own.
pub(super) fn parts<T>(all: &[T], weight: impl Fn(&T) -> usize) -> impl Iterator<Item = &[T]> {
    let mut rest = all;
    std::iter::from_fn(move || {
        let mut sum = 0;
        let fits = |thing: &&T| {
            sum += weight(thing);
            sum <= MAX_ROWS
        };
        let count = rest.iter().take(MAX_RESOURCES).take_while(fits).count();
        let (part, after) = rest.split_at(count.max(1).min(rest.len()));
        rest = after;
        (!part.is_empty()).then_some(part)
    })
}

/// Limits the instances to [`MAX_ROWS`]: adjacent ones are joined, and if there are still too many, the last ones become one span.
fn joined(mut parsed: Parsed) -> Parsed {
    if parsed.instances.len() <= MAX_ROWS {
        return parsed;
    }
    let (free, taken): (Vec<_>, Vec<_>) = std::mem::take(&mut parsed.instances)
        .into_iter()
        .partition(|instance| matches!(instance.blocks, Blocks::Free(_)));
    let mut merged: Vec<Instance> = Vec::new();
    for instance in taken {
        match merged.last_mut() {
            Some(last) if last.blocks == instance.blocks && instance.start <= last.end => {
                join(last, &instance);
            }
            _ => merged.push(instance),
        }
    }
    if merged.len() > MAX_ROWS {
        let rest = merged.split_off(MAX_ROWS - 1);
        let mut rest = rest.into_iter();
        merged.extend(rest.next().map(|mut first| {
            for instance in rest {
                if instance.blocks != first.blocks {
                    first.blocks = Blocks::NotUnderstood;
                }
                join(&mut first, &instance);
            }
            first
        }));
    }
    // Instances that take no time are only shown.
    let room = MAX_ROWS.saturating_sub(merged.len());
    merged.extend(free.into_iter().take(room));
    parsed.instances = merged;
    parsed.problem.get_or_insert_with(|| TOO_MANY.to_owned());
    parsed
}

fn join(first: &mut Instance, second: &Instance) {
    first.end = first.end.max(second.end);
    first.all_day = first
        .all_day
        .zip(second.all_day)
        .map(|((from, to), (_, other))| (from, to.max(other)));
}

/// Converts the instances for the database; those that take no time only up to `free_to`, if given.
pub(super) fn rows(parsed: &Parsed, free_to: Option<Timestamp>) -> Vec<NewInstance> {
    let is_kept = |instance: &&Instance| {
        let is_free = matches!(instance.blocks, Blocks::Free(_));
        !is_free || free_to.is_none_or(|to| instance.start < to)
    };
    let new = |instance: &Instance| NewInstance {
        starts_at: instance.start,
        ends_at: instance.end,
        all_day: instance.all_day,
        uid: instance.uid.to_string(),
        summary: instance.summary.to_string(),
        location: instance.location.as_deref().map(str::to_owned),
        busy_status: busy_status::stored(instance.blocks),
    };
    parsed.instances.iter().filter(is_kept).map(new).collect()
}

#[cfg(test)]
mod tests {
    use ical::Horizon;
    use jiff::SignedDuration;
    use zones::Zone;

    use super::*;

    /// Minutes after the epoch.
    fn minute(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn parsed(spans: impl Iterator<Item = (i64, i64)>) -> Parsed {
        let instance = |(from, to)| Instance {
            start: minute(from),
            end: minute(to),
            all_day: None,
            summary: "".into(),
            uid: "".into(),
            recurrence_id: None,
            blocks: Blocks::Busy,
            location: None,
        };
        Parsed {
            uid: String::new(),
            instances: spans.map(instance).collect(),
            problem: None,
        }
    }

    fn covers(parsed: &Parsed, at: Timestamp) -> bool {
        parsed
            .instances
            .iter()
            .any(|instance| instance.start <= at && at < instance.end)
    }

    #[test]
    fn a_usual_series_stays_as_it_is() {
        let usual = joined(parsed((0..2_000).map(|n| (n * 1_440, n * 1_440 + 30))));
        assert_eq!((usual.instances.len(), usual.problem), (2_000, None));
    }

    #[test]
    fn close_occurrences_are_joined_and_none_is_lost() {
        let dense = joined(parsed((0..50_000).map(|n| (n * 10, n * 10 + 10))));
        assert_eq!(dense.instances.len(), 1);
        assert!(dense.problem.is_some());
        let sparse = joined(parsed((0..50_000).map(|n| (n * 10, n * 10 + 5))));
        assert!(sparse.instances.len() <= MAX_ROWS);
        for n in (0..50_000).step_by(97) {
            assert!(covers(&sparse, minute(n * 10)), "{n}");
        }
        assert!(!covers(&sparse, minute(7)), "what could be kept one by one is");
    }

    #[test]
    fn parts_are_bounded_and_complete() {
        let weights = [1_999, 2, 5_000, 0, 0, 1_000, 1_000, 1];
        let parts: Vec<&[usize]> = parts(&weights, |weight| *weight).collect();
        assert_eq!(parts, [&[1_999][..], &[2], &[5_000], &[0, 0, 1_000, 1_000], &[1]]);
        assert_eq!(super::parts(&[] as &[usize], |weight| *weight).count(), 0);
        assert_eq!(super::parts(&[0; 600], |weight| *weight).count(), 3);
    }

    #[tokio::test]
    async fn a_portion_is_bounded_by_rows() {
        let reader = Reader {
            zone: Zone::utc(),
            addresses: Vec::new(),
            horizon: Horizon {
                from: minute(0),
                to: minute(1_440 * 900),
            },
        };
        let daily = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:19700101T000000Z\r\nDTEND:19700101T000500Z\r\n\
                     RRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
        let mut queue = Queue::new(&reader, vec![daily.to_owned(); 5], String::as_str);
        let mut sizes = Vec::new();
        loop {
            let (portion, rest) = queue.portion(&reader).await.unwrap();
            if portion.is_empty() {
                break;
            }
            sizes.push(portion.len());
            queue = rest;
        }
        assert_eq!(sizes, [2, 2, 1]);
    }
}
