//! The limit of instances per calendar. Beyond it, the horizon is cut: the farthest instances are deleted, and that time counts as not
//! read.

use store::remote_calendars::RemoteCalendar;
use zones::Zone;

/// The most instances of one calendar.
pub(super) const MAX_INSTANCES: u64 = 100_000;

/// The most instances that are deleted in one transaction.
pub(crate) const DELETION_BATCH: u32 = 2_000;

/// Returns the sentence about a calendar beyond the limit; none for others.
pub(crate) fn sentence(calendar: &RemoteCalendar, zone: &Zone) -> Option<String> {
    let (to, wanted) = (calendar.horizon_to?, calendar.horizon_wanted?);
    let last = zone.date(to).strftime("%-d %B %Y");
    (to < wanted).then(|| {
        format!(
            "This calendar has more than 100,000 dates (each repetition counts) in the time that can be booked, so times after \
             {last} are not offered. Delete events that repeat too often, or stop checking this calendar for conflicts."
        )
    })
}
