//! Opening hours: weekly windows in local time, and dates with windows of their own.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};
use serde::{Deserialize, Serialize};
use zones::Zone;

use crate::clock::Clock;
use crate::interval::{Interval, union};

const DAY: u16 = 24 * 60;

/// A window of a day, in minutes after local midnight. One that passes midnight ends after 1440.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Minutes")]
pub struct LocalWindow {
    /// Opening, 0 to 1439.
    pub from: u16,
    /// Closing, after `from`, at most 2880 and at most a day later.
    pub to: u16,
}

/// A window that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A window must open before midnight, close after it opens, and last at most a day.")]
pub struct NotAWindow;

/// A window as it is written down, before it is known to be one.
#[derive(Deserialize)]
struct Minutes {
    from: u16,
    to: u16,
}

impl TryFrom<Minutes> for LocalWindow {
    type Error = NotAWindow;

    fn try_from(minutes: Minutes) -> Result<Self, NotAWindow> {
        Self::new(minutes.from, minutes.to)
    }
}

impl LocalWindow {
    /// The window between two minutes.
    ///
    /// # Errors
    /// [`NotAWindow`] when it opens after midnight, closes before it opens, or is longer than a day.
    pub fn new(from: u16, to: u16) -> Result<Self, NotAWindow> {
        (from < DAY && from < to && to - from <= DAY)
            .then_some(Self { from, to })
            .ok_or(NotAWindow)
    }
}

/// The windows of each weekday, Monday first. A day without windows is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WeeklyHours(pub [Vec<LocalWindow>; 7]);

impl WeeklyHours {
    /// Monday to Friday between two minutes of the day, for instance 540 and 1020.
    pub fn weekdays(from: u16, to: u16) -> Self {
        let mut week = Self::default();
        week.0[..5].fill(vec![LocalWindow { from, to }]);
        week
    }

    /// Open at all hours.
    pub fn always() -> Self {
        Self(std::array::from_fn(|_| vec![LocalWindow { from: 0, to: DAY }]))
    }

    fn on(&self, weekday: Weekday) -> &[LocalWindow] {
        usize::try_from(weekday.to_monday_zero_offset())
            .ok()
            .and_then(|day| self.0.get(day))
            .map_or(&[], Vec::as_slice)
    }
}

/// A date whose windows replace those of its weekday. Without windows it is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateOverride {
    /// The local date.
    pub date: Date,
    /// Its windows.
    pub windows: Vec<LocalWindow>,
}

/// Somebody's opening hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// The zone of all local times.
    pub zone: Zone,
    /// The windows of an ordinary week.
    pub weekly: WeeklyHours,
    /// Dates that differ.
    pub overrides: Vec<DateOverride>,
}

/// A window of one date as instants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The local date on which it opens.
    pub date: Date,
    /// When it is open. Windows of one date that overlapped or touched are one.
    pub interval: Interval,
}

impl Hours {
    /// The windows that open on the dates `from` to `to`, both included, in order.
    pub fn open(&self, from: Date, to: Date) -> Vec<Opening> {
        let mut openings = Vec::new();
        let mut clock = Clock::of(&self.zone);
        let mut date = from;
        while date <= to {
            let windows = self.windows(date);
            match windows {
                [] => {}
                [window] => openings.extend(opening(&mut clock, date, *window)),
                several => {
                    let spans = several
                        .iter()
                        .filter_map(|window| Some(opening(&mut clock, date, *window)?.interval))
                        .collect();
                    openings.extend(
                        union(spans)
                            .into_iter()
                            .map(|interval| Opening { date, interval }),
                    );
                }
            }
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        openings
    }

    /// When it is open on the dates `from` to `to`, as spans that neither overlap nor touch.
    pub fn spans(&self, from: Date, to: Date) -> Vec<Interval> {
        union(
            self.open(from, to)
                .into_iter()
                .map(|opening| opening.interval)
                .collect(),
        )
    }

    fn windows(&self, date: Date) -> &[LocalWindow] {
        match self.overrides.iter().find(|entry| entry.date == date) {
            Some(entry) => &entry.windows,
            None => self.weekly.on(date.weekday()),
        }
    }
}

fn opening(clock: &mut Clock, date: Date, window: LocalWindow) -> Option<Opening> {
    let interval = Interval {
        start: clock.opening(local(date, window.from)),
        end: clock.closing(local(date, window.to)),
    };
    (!interval.is_empty()).then_some(Opening { date, interval })
}

fn local(date: Date, minutes: u16) -> DateTime {
    let days = i32::from(minutes / DAY);
    let date = if days == 0 {
        date
    } else {
        date.saturating_add(days.days())
    };
    let within = minutes % DAY;
    // Both parts are in range by construction, so the conversions keep their values.
    let (hour, minute) = (
        i8::try_from(within / 60).unwrap_or(0),
        i8::try_from(within % 60).unwrap_or(0),
    );
    date.at(hour, minute, 0, 0)
}
