//! Limits that concern the booking calendar, not a member: the past, the minimum notice, the date range, the appointments of a day.
//! And who is held back on a day.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::Date;

use crate::ids::{StaffId, TimeOwner};
use crate::interval::ceil;
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
    /// Days in the same way, with the members who are too far ahead of the others on them.
    held_back: Vec<(i64, i64, &'a BTreeSet<StaffId>)>,
    /// More seats are requested than any day may have.
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
        let held_back = request.held_back.iter();
        let held_back = held_back.map(|(date, hosts)| (day_start(*date), day_after(*date), hosts));
        let held_back = held_back.collect();
        Self {
            request,
            now: ceil(request.now),
            notice: ceil(rules.notice.after(request.now, &rules.zone)),
            first: day_start(first),
            end: day_after(last),
            full,
            held_back,
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

    /// Whether a start lies in the requested window.
    pub(crate) fn is_in_window(&self, start: i64) -> bool {
        (ceil(self.request.window.start)..ceil(self.request.window.end)).contains(&start)
    }

    /// Drops the starts, which are in order, on days on which a member is too far ahead of the others.
    pub(crate) fn drop_held_back(&self, starts: &mut Vec<i64>, owner: TimeOwner) {
        let Some(host) = owner.staff() else { return };
        let mut held = self
            .held_back
            .iter()
            .filter(|(_, _, hosts)| hosts.contains(&host));
        let mut next = held.next();
        if next.is_none() {
            return;
        }
        starts.retain(|start| {
            while next.is_some_and(|(_, end, _)| end <= start) {
                next = held.next();
            }
            next.is_none_or(|(from, _, _)| start < from)
        });
    }

    /// Whether a member is too far ahead of the others to be offered at a start.
    pub(crate) fn is_held_back(&self, start: Timestamp, owner: TimeOwner) -> bool {
        let Some(host) = owner.staff() else { return false };
        let start = start.as_millisecond();
        let day = self.held_back.partition_point(|(_, end, _)| *end <= start);
        let held = self.held_back.get(day);
        held.is_some_and(|(from, _, hosts)| *from <= start && hosts.contains(&host))
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

    /// The local date of an instant in the booking calendar's zone.
    pub(crate) fn date(&self, instant: Timestamp) -> Date {
        self.request.rules.zone.date(instant)
    }
}
