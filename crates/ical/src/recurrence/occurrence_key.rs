//! Identifies the occurrence of a series that a time names (RECURRENCE-ID, EXDATE; RFC 5545, sections 3.8.4.4 and 3.8.5.1).

use std::rc::Rc;

use crate::events::event_times::date_for_whole_days;
use crate::events::types::{When, Written};
use crate::model::RecurrenceId;
use crate::recurrence::series::Occurrence;
use crate::timezone::clock::Clock;
use crate::values::date_time::Moment;
use crate::values::days::{DAY, date, naive, naive_date};

/// Identifies an occurrence of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// By its start, in seconds since the epoch.
    At(i64),
    /// By its day, in naive seconds of the series' zone.
    On(i64),
}

/// The value of a RECURRENCE-ID, to tell which of them certainly name the same occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Named {
    /// In naive seconds.
    On(i64),
    /// In seconds since the epoch.
    At(i64),
    /// In naive seconds: without a zone, or in one that is not known for certain.
    Local(i64, Option<*const Clock>),
}

impl Named {
    /// `None` for a value that may name several occurrences: a date in a series that may have several occurrences a day, and a
    /// local time that comes twice.
    pub(crate) fn of(written: &Written, of_whole_days: bool) -> Option<Self> {
        match (written.moment, &written.zone) {
            (Moment::Date(day), _) => of_whole_days.then(|| Self::On(naive_date(day))),
            (Moment::Utc(utc), _) => Some(Self::At(Clock::Fixed(0).instant(naive(utc)).as_second())),
            (Moment::Local(local), None) => Some(Self::Local(naive(local), None)),
            (Moment::Local(local), Some(zone)) if written.certain && written.agreed => {
                let instants = zone.instants(naive(local));
                let is_once = instants.again.is_none();
                is_once.then(|| Self::At(instants.meant.as_second()))
            }
            (Moment::Local(local), Some(zone)) => Some(Self::Local(naive(local), Some(Rc::as_ptr(zone)))),
        }
    }
}

/// Returns which occurrence of the series that starts at `master` a time names. Its form may differ from that of the start: a
/// time in UTC or another zone is compared as an instant, a date as a day.
pub(crate) fn key(written: &Written, master: &When, owner: &Clock) -> Key {
    if master.whole_day {
        return Key::On(naive_date(date_for_whole_days(written, owner)));
    }
    let at = match written.moment {
        Moment::Date(day) => return Key::On(naive_date(day)),
        Moment::Utc(utc) => Clock::Fixed(0).instant(naive(utc)),
        Moment::Local(local) => written
            .zone
            .as_ref()
            .unwrap_or(&master.clock)
            .instant(naive(local)),
    };
    Key::At(at.as_second())
}

/// Returns whether it is certain which time is meant; otherwise nothing is left out or replaced. A guessed or ambiguous time zone
/// is certain enough where it is that of the series or yields the same instant.
pub(crate) fn is_sure(written: &Written, master: &When) -> bool {
    match (&written.zone, written.moment) {
        (Some(zone), Moment::Local(local)) if !master.whole_day && !Rc::ptr_eq(zone, &master.clock) => {
            let says_same = || zone.instant(naive(local)) == master.clock.instant(naive(local));
            written.agreed && (written.certain || says_same())
        }
        _ => true,
    }
}

/// Returns the keys of an occurrence: its time or day as the series has it, and its day where a date alone can name it.
pub(crate) fn keys(occurrence: &Occurrence, master: &When) -> (Key, Option<Key>) {
    let on = Key::On(occurrence.naive.div_euclid(DAY) * DAY);
    let at = if master.whole_day && occurrence.whole_day {
        on
    } else {
        Key::At(occurrence.start.as_second())
    };
    (at, occurrence.by_day.then_some(on))
}

pub(crate) fn recurrence_id(key: Key) -> RecurrenceId {
    match key {
        Key::At(at) => RecurrenceId::At(crate::timezone::clock::instant(at)),
        Key::On(at) => RecurrenceId::On(date(at)),
    }
}
