//! Converts local times to instants, for IANA zones and for zones that a calendar defines itself.

use std::cell::Cell;
use std::rc::Rc;

use jiff::Timestamp;
use jiff::civil::Date;
use zones::{LocalTime, Zone};

use crate::timezone::vtimezone::VTimezone;
use crate::values::days::{DAY, local, naive, naive_date};

/// The time zone of an event. A copy shares the calendar's definition.
#[derive(Debug, Clone)]
pub(crate) enum Clock {
    /// By its IANA name.
    Named(Named),
    /// A constant offset in seconds east of UTC.
    Fixed(i32),
    /// By the calendar's own VTIMEZONE.
    VTimezone(Rc<VTimezone>),
}

/// An IANA zone that remembers a span in which its clocks do not change: nearly all times asked of one calendar
/// lie in the same one.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    zone: Zone,
    steady: Cell<Option<Steady>>,
}

/// All local times in `[from, to)`, in naive seconds, have this offset.
#[derive(Debug, Clone, Copy)]
struct Steady {
    from: i64,
    to: i64,
    offset: i64,
}

/// The instants of a local time: the one that RFC 5545 means, and the second one where clocks are set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instants {
    pub meant: Timestamp,
    pub again: Option<Timestamp>,
    /// First valid instant, when the local time is skipped.
    after_gap: Option<Timestamp>,
}

impl Instants {
    fn once(meant: Timestamp) -> Self {
        Self {
            meant,
            again: None,
            after_gap: None,
        }
    }
}

/// At more than this distance from a change, a local time is unambiguous whatever the offsets are.
const FAR: i64 = 2 * DAY;

impl Clock {
    pub(crate) fn named(zone: Zone) -> Self {
        if zone == Zone::utc() {
            return Self::Fixed(0);
        }
        Self::Named(Named {
            zone,
            steady: Cell::new(None),
        })
    }

    /// Returns whether both are the same zone.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Named(a), Self::Named(b)) => a.zone == b.zone,
            (Self::Fixed(a), Self::Fixed(b)) => a == b,
            (Self::VTimezone(a), Self::VTimezone(b)) => a == b,
            _ => false,
        }
    }

    /// Returns whether it is UTC, by whatever name.
    pub(crate) fn is_utc(&self) -> bool {
        match self {
            Self::Fixed(offset) => *offset == 0,
            Self::VTimezone(observed) => observed.always() == Some(0),
            Self::Named(named) => {
                let rules = named.zone.rules();
                named.zone.offset_seconds(Timestamp::MIN) == 0
                    && rules.following(Timestamp::MIN).next().is_none()
            }
        }
    }

    /// Returns the IANA name of the zone.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Named(named) => Some(named.zone.name()),
            Self::Fixed(_) | Self::VTimezone(_) => None,
        }
    }

    /// Returns the changes in a span, in order: when, and the offset from then on, in seconds. Some may change nothing.
    pub(crate) fn changes(&self, from: Timestamp, to: Timestamp) -> Vec<(i64, i64)> {
        match self {
            Self::Fixed(_) => Vec::new(),
            Self::VTimezone(observed) => observed.changes_within(from.as_second(), to.as_second()),
            Self::Named(named) => {
                let following = named.zone.rules().following(from);
                following
                    .map(|change| (change.timestamp().as_second(), change.offset().seconds().into()))
                    .take_while(|(at, _)| *at < to.as_second())
                    .collect()
            }
        }
    }

    /// Returns the instants of a local time in naive seconds (RFC 5545, section 3.3.5: a skipped time is read with the offset
    /// before the gap, a repeated one is its first).
    pub(crate) fn instants(&self, at: i64) -> Instants {
        match self {
            Self::Fixed(offset) => Instants::once(instant(at.saturating_sub((*offset).into()))),
            Self::VTimezone(observed) => {
                let (first, second) = observed.instants(at);
                Instants {
                    meant: instant(first),
                    again: second.map(instant),
                    after_gap: None,
                }
            }
            Self::Named(named) => named.instants(at),
        }
    }

    /// Returns the instant of a local time.
    pub(crate) fn instant(&self, at: i64) -> Timestamp {
        self.instants(at).meant
    }

    /// Returns the first instant of a local day.
    pub(crate) fn start_of_day(&self, date: Date) -> Timestamp {
        let instants = self.instants(naive_date(date));
        instants.after_gap.unwrap_or(instants.meant)
    }

    /// Returns the local time at an instant, in naive seconds.
    pub(crate) fn naive(&self, at: Timestamp) -> i64 {
        match self {
            Self::Fixed(offset) => at.as_second() + i64::from(*offset),
            Self::VTimezone(observed) => at.as_second() + observed.offset_at(at.as_second()),
            Self::Named(named) => naive(named.zone.local(at)),
        }
    }
}

impl Named {
    fn instants(&self, at: i64) -> Instants {
        if let Some(steady) = self.steady.get()
            && (steady.from..steady.to).contains(&at)
        {
            return Instants::once(instant(at - steady.offset));
        }
        match self.zone.instants(local(at)) {
            LocalTime::Once(meant) => {
                self.steady.set(Some(self.steady_around(meant)));
                Instants::once(meant)
            }
            LocalTime::Skipped { first_valid, shifted } => Instants {
                meant: shifted,
                again: None,
                after_gap: Some(first_valid),
            },
            LocalTime::Twice { first, second } => Instants {
                meant: first,
                again: Some(second),
                after_gap: None,
            },
        }
    }

    fn steady_around(&self, at: Timestamp) -> Steady {
        let rules = self.zone.rules();
        let offset = i64::from(self.zone.offset_seconds(at));
        // Both iterators exclude the instant itself, which may be a change.
        let before = rules
            .preceding(moved(at, 1))
            .next()
            .map(|change| change.timestamp().as_second());
        let after = rules
            .following(at)
            .next()
            .map(|change| change.timestamp().as_second());
        Steady {
            from: before.map_or(i64::MIN, |change| change + FAR),
            to: after.map_or(i64::MAX, |change| change - FAR),
            offset,
        }
    }
}

/// Returns the instant of seconds since the epoch, clamped to what can be represented.
pub(crate) fn instant(seconds: i64) -> Timestamp {
    let seconds = seconds.clamp(Timestamp::MIN.as_second() + 1, Timestamp::MAX.as_second() - 1);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// Returns an instant moved by seconds, clamped likewise.
pub(crate) fn moved(at: Timestamp, seconds: i64) -> Timestamp {
    instant(at.as_second().saturating_add(seconds))
}
