//! Limits that concern the booking calendar, not a host: the past, the minimum notice, the date range, the day's number.

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::ids::StaffId;
use crate::interval::{Interval, ceil};
use crate::request::{Reason, Request};

/// The limits of a request as instants.
pub(crate) struct Limits<'a> {
    request: &'a Request<'a>,
    now: i64,
    notice: i64,
    first: i64,
    end: i64,
    /// Full days as spans of milliseconds.
    full: Vec<(i64, i64)>,
    /// More seats are asked for than any day may have.
    too_many: bool,
}

impl<'a> Limits<'a> {
    pub(crate) fn of(request: &'a Request<'a>) -> Self {
        let rules = request.rules;
        let (first, last) = rules.range.dates(&rules.zone, request.now);
        let day_start = |date: Date| rules.zone.start_of_day(date).as_millisecond();
        let day_after = |date: Date| match date.checked_add(1.day()) {
            Ok(next) => day_start(next),
            Err(_) => i64::MAX,
        };
        let full = match rules.per_day {
            None => Vec::new(),
            Some(most) => request
                .booked_per_day
                .iter()
                .filter(|(_, booked)| booked.saturating_add(request.seats) > most)
                .map(|(date, _)| (day_start(*date), day_after(*date)))
                .collect(),
        };
        Self {
            request,
            now: ceil(request.now),
            notice: ceil(rules.notice.after(request.now, &rules.zone)),
            first: day_start(first),
            end: day_after(last),
            full,
            too_many: rules.per_day.is_some_and(|most| request.seats > most),
        }
    }

    /// Whether a start is neither past, nor too soon, nor out of range.
    pub(crate) fn allows(&self, start: i64) -> bool {
        start >= self.notice && start >= self.now && start >= self.first && start < self.end
    }

    fn is_full(&self, start: i64) -> bool {
        self.too_many || self.full.iter().any(|(from, to)| (*from..*to).contains(&start))
    }

    /// Drops what lies on days that have all the appointments they may have.
    pub(crate) fn drop_full_days<T>(&self, slots: &mut Vec<T>, start: impl Fn(&T) -> Timestamp) {
        if self.too_many || !self.full.is_empty() {
            slots.retain(|slot| !self.is_full(start(slot).as_millisecond()));
        }
    }

    /// Whether a start lies in the asked window.
    pub(crate) fn is_asked_for(&self, start: i64) -> bool {
        (ceil(self.request.window.start)..ceil(self.request.window.end)).contains(&start)
    }

    /// Drops the starts in months in which a host is too far ahead of the others.
    pub(crate) fn drop_held_back(&self, starts: &mut Vec<i64>, host: StaffId) {
        let zone = &self.request.rules.zone;
        let month = |date: Date| {
            let next = date.saturating_add(1.month());
            zone.start_of_day(date).as_millisecond()..zone.start_of_day(next).as_millisecond()
        };
        let held = self
            .request
            .held_back
            .iter()
            .filter(|(_, hosts)| hosts.contains(&host));
        for span in held.map(|(date, _)| month(*date)) {
            starts.retain(|start| !span.contains(start));
        }
    }

    /// Whether a host is too far ahead of the others to be offered at a start.
    pub(crate) fn is_held_back(&self, start: Timestamp, host: StaffId) -> bool {
        let held = self.request.held_back.get(&self.date(start).first_of_month());
        held.is_some_and(|hosts| hosts.contains(&host))
    }

    /// The limits that forbid a start.
    pub(crate) fn reasons(&self, start: Timestamp) -> Vec<Reason> {
        let start = start.as_millisecond();
        let mut reasons = Vec::new();
        if start < self.now {
            reasons.push(Reason::Past);
        } else if start < self.notice {
            reasons.push(Reason::Notice);
        }
        if start >= self.end || (start < self.first && start >= self.now) {
            reasons.push(Reason::TooFar);
        }
        if self.is_full(start) {
            reasons.push(Reason::DayLimit);
        }
        reasons
    }

    /// The least span of whole local days that covers another.
    pub(crate) fn whole_days(&self, span: Interval) -> Interval {
        let zone = &self.request.rules.zone;
        let day_after = self.date(span.end).checked_add(1.day());
        Interval {
            start: zone.start_of_day(self.date(span.start)),
            end: day_after.map_or(Timestamp::MAX, |date| zone.start_of_day(date)),
        }
    }

    /// The local date of an instant in the booking calendar's zone.
    pub(crate) fn date(&self, instant: Timestamp) -> Date {
        self.request.rules.zone.date(instant)
    }
}
