//! Spans of time, half-open: the start belongs to them, the end does not.

use jiff::Timestamp;

/// From `start` up to, and without, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Interval {
    /// The first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
}

impl Interval {
    /// From `start` up to `end`.
    pub fn new(start: Timestamp, end: Timestamp) -> Self {
        Self { start, end }
    }

    /// Whether no instant lies in it.
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Whether both have an instant in common. Touching ones have none.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end && !self.is_empty() && !other.is_empty()
    }

    /// Whether all of `other` lies in it.
    pub fn contains(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// What both have in common.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let common = Self {
            start: self.start.max(other.start),
            end: self.end.min(other.end),
        };
        (!common.is_empty()).then_some(common)
    }
}

/// Milliseconds since 1970, rounded up: the first whole millisecond that is not before the instant.
pub(crate) fn ceil(instant: Timestamp) -> i64 {
    let millis = instant.as_millisecond();
    // The conversion cuts towards 1970.
    if instant.subsec_nanosecond() % 1_000_000 > 0 {
        millis + 1
    } else {
        millis
    }
}

/// The same instants as sorted spans that neither overlap nor touch.
pub fn union(mut spans: Vec<Interval>) -> Vec<Interval> {
    spans.retain(|span| !span.is_empty());
    spans.sort_unstable();
    let mut joined: Vec<Interval> = Vec::with_capacity(spans.len());
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => joined.push(span),
        }
    }
    joined
}

/// The instants that lie in both, each in order and without overlaps. Where spans of either touch, so do the common ones.
pub fn intersection(left: &[Interval], right: &[Interval]) -> Vec<Interval> {
    let mut common = Vec::new();
    let (mut l, mut r) = (0, 0);
    while let (Some(a), Some(b)) = (left.get(l), right.get(r)) {
        common.extend(a.intersection(b));
        if a.end <= b.end { l += 1 } else { r += 1 }
    }
    common
}

/// The instants of `left` that do not lie in `right`, each in order and without overlaps.
pub fn difference(left: &[Interval], right: &[Interval]) -> Vec<Interval> {
    let mut rest = Vec::with_capacity(left.len());
    let mut next = 0;
    for span in left {
        while right.get(next).is_some_and(|gone| gone.end <= span.start) {
            next += 1;
        }
        let mut from = span.start;
        for gone in right[next..].iter().take_while(|gone| gone.start < span.end) {
            rest.push(Interval::new(from, gone.start));
            from = gone.end;
        }
        rest.push(Interval::new(from, span.end));
    }
    rest.retain(|span| !span.is_empty());
    rest
}
