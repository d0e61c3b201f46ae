//! Time as clocks on the wall show it, minute by minute.

use std::ops::Range;

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan};
use scheduling::{Hours, LocalWindow};
use zones::Zone;

/// Minutes looked at: days before, in and after the asked window.
pub const HORIZON: usize = 8 * 1440;

/// The minutes of a case, counted from its beginning.
pub struct Minutes(pub Timestamp);

impl Minutes {
    pub fn at(&self, minute: usize) -> Timestamp {
        self.0 + SignedDuration::from_mins(i64::try_from(minute).unwrap())
    }

    /// What a clock shows at every minute. Clocks change on half hours only, so the zone is asked at those.
    pub fn clock(&self, zone: &Zone) -> Vec<i64> {
        let mut offset = 0;
        let shown = |minute: usize| {
            let second = self.0.as_second() + 60 * i64::try_from(minute).unwrap();
            if minute == 0 || second % 1800 == 0 {
                offset = i64::from(zone.offset_seconds(self.at(minute)));
            }
            (second + offset) / 60
        };
        (0..HORIZON).map(shown).collect()
    }

    pub fn of(&self, instant: Timestamp) -> i64 {
        instant.duration_since(self.0).as_mins()
    }
}

/// Which minutes are open, and where the grid of each began.
pub struct Open {
    pub open: Vec<bool>,
    pub anchor: Vec<usize>,
}

/// The minutes at which a clock may show a local time. Clocks change by less than three hours, so nearly all of the others need not
/// be looked at.
fn around(clock: &[i64], local: i64) -> Range<usize> {
    let minute = |minute: i64| usize::try_from(minute.max(0)).unwrap().min(clock.len());
    minute(local - clock[0] - 180)..minute(local - clock[0] + 180)
}

pub fn opening(clock: &[i64], local: i64) -> usize {
    let first = around(clock, local).start;
    let found = clock[first..].iter().position(|at| *at >= local);
    found.map_or(HORIZON, |after| first + after)
}

pub fn closing(clock: &[i64], local: i64) -> usize {
    let near = around(clock, local);
    let found = clock[near.clone()].iter().rposition(|at| *at == local);
    found.map_or_else(|| opening(clock, local), |after| near.start + after)
}

/// A local time in minutes since the first of January 1970 on the same clock.
pub fn local(at: DateTime) -> i64 {
    at.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0))
        .as_mins()
}

pub fn date_of(local: i64) -> Date {
    Date::constant(1970, 1, 1) + (local / 1440).days()
}

/// The date that a clock shows at every minute.
pub fn dates(clock: &[i64]) -> Vec<Date> {
    let days = clock.chunk_by(|a, b| a / 1440 == b / 1440);
    days.flat_map(|day| std::iter::repeat_n(date_of(day[0]), day.len()))
        .collect()
}

pub fn open(clock: &[i64], hours: &Hours) -> Open {
    let mut all = Open {
        open: vec![false; HORIZON],
        anchor: vec![0; HORIZON],
    };
    let mut date = date_of(clock[0]).tomorrow().unwrap();
    let last = date_of(clock[HORIZON - 1]).yesterday().unwrap();
    while date < last {
        let exception = hours.overrides.iter().find(|entry| entry.date == date);
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap();
        let midnight = local(date.at(0, 0, 0, 0));
        let windows = exception.map_or(&hours.weekly.0[weekday], |entry| &entry.windows);
        let of_window = |window: &LocalWindow| {
            let from = opening(clock, midnight + i64::from(window.from));
            let to = closing(clock, midnight + i64::from(window.to));
            from.min(to)..to
        };
        let of_day: Vec<Range<usize>> = windows.iter().map(of_window).collect();
        for window in of_day.iter().filter(|window| !window.is_empty()) {
            all.open[window.clone()].fill(true);
            // Within another window of the day nothing begins anew.
            let is_inside = |other: &Range<usize>| other.contains(&(window.start - 1));
            if !of_day.iter().any(is_inside) {
                all.anchor[window.start] = window.start;
            }
        }
        date = date.tomorrow().unwrap();
    }
    for minute in 1..HORIZON {
        all.anchor[minute] = all.anchor[minute].max(all.anchor[minute - 1]);
    }
    all
}

impl Open {
    pub fn is_start(&self, minute: usize, interval: usize) -> bool {
        self.open[minute] && (minute - self.anchor[minute]).is_multiple_of(interval)
    }
}

/// Whether a minute is a start for all of several who meet together: counted from when the last of them opened.
pub fn together(hosts: &[Open], minute: usize, interval: usize) -> bool {
    let anchor = hosts.iter().map(|hours| hours.anchor[minute]).max().unwrap();
    hosts.iter().all(|hours| hours.open[minute]) && (minute - anchor).is_multiple_of(interval)
}
