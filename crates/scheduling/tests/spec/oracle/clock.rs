//! Time as clocks on the wall show it, minute by minute.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp, ToSpan};
use scheduling::Hours;
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
            let instant = self.at(minute);
            if minute == 0 || instant.as_second() % 1800 == 0 {
                offset = i64::from(zone.offset_seconds(instant));
            }
            (instant.as_second() + offset) / 60
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

pub fn opening(clock: &[i64], local: i64) -> usize {
    clock.iter().position(|at| *at >= local).unwrap_or(HORIZON)
}

pub fn closing(clock: &[i64], local: i64) -> usize {
    clock
        .iter()
        .rposition(|at| *at == local)
        .unwrap_or_else(|| opening(clock, local))
}

/// A local time in minutes since the first of January 1970 on the same clock.
pub fn local(at: DateTime) -> i64 {
    at.duration_since(DateTime::constant(1970, 1, 1, 0, 0, 0, 0))
        .as_mins()
}

pub fn date_of(local: i64) -> Date {
    Date::constant(1970, 1, 1) + (local / 1440).days()
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
        let mut day = vec![false; HORIZON];
        for window in exception.map_or(&hours.weekly.0[weekday], |entry| &entry.windows) {
            let midnight = local(date.at(0, 0, 0, 0));
            let from = opening(clock, midnight + i64::from(window.from));
            let to = closing(clock, midnight + i64::from(window.to));
            day[from.min(to)..to].fill(true);
        }
        for minute in 1..HORIZON {
            all.open[minute] |= day[minute];
            if day[minute] && !day[minute - 1] {
                all.anchor[minute] = minute;
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
