//! The end of a rule (UNTIL; RFC 5545, section 3.3.10) as the last local time at which an occurrence can start.

use crate::events::event_times::date_for_whole_days;
use crate::events::types::{When, Written};
use crate::timezone::clock::Clock;
use crate::values::date_time::Moment;
use crate::values::days::{DAY, naive, naive_date};

/// Returns whether a series may have one more date because its UNTIL has another form than its start.
pub(crate) fn is_until_unclear(start: &When, until: Moment, owner: &Clock) -> bool {
    let days = |end: i64| (end - start.naive).div_euclid(DAY);
    let [meant, latest] = untils(start, until, owner);
    days(meant) < days(latest)
}

/// Returns UNTIL as the last naive second at which an occurrence can start; the later one of its possible meanings.
pub(crate) fn until_in(start: &When, until: Moment, owner: &Clock) -> i64 {
    let [_, latest] = untils(start, until, owner);
    latest
}

/// Returns UNTIL as the last naive second at which an occurrence can start: its likely meaning, and the latest possible one where
/// its form is not that of the start (RFC 5545, section 3.3.10). A date includes its whole day.
fn untils(start: &When, until: Moment, owner: &Clock) -> [i64; 2] {
    let end_of_day = |date| naive_date(date) + DAY - 1;
    if start.whole_day && !matches!(until, Moment::Date(_)) {
        // Programs disagree on which day a time in UTC is for whole days.
        let written = Written {
            moment: until,
            zone: None,
            certain: true,
            agreed: true,
        };
        let latest = date_for_whole_days(&written, owner).max(until.date());
        return [end_of_day(latest); 2];
    }
    let meant = match until {
        Moment::Date(date) => end_of_day(date),
        Moment::Local(local) => naive(local),
        Moment::Utc(utc) => start.clock.naive(Clock::Fixed(0).instant(naive(utc))),
    };
    let latest = match until {
        Moment::Utc(utc) if !start.whole_day && !start.certain => naive(utc),
        Moment::Date(_) | Moment::Local(_) if !start.whole_day && start.clock.is_utc() => {
            start.clock.naive(owner.instant(meant))
        }
        _ => meant,
    };
    [meant, latest.max(meant)]
}
