//! Who is present on a day, for the balance of a round robin: a member who is absent holds nobody back. A member whose day is full of
//! appointments is present.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::grid::{Grid, OwnHours, minutes};
use crate::ids::StaffId;
use crate::interval::{Interval, difference, union};
use crate::request::{Cause, Request, Schedule};

/// By each local date that the window touches: the members who could be offered on it if nobody had booked them. They are open
/// then, and blocked-off time, events and calendars that cannot be read leave them long enough for a meeting. The schedules' busy
/// time must cover the whole days.
pub fn present(request: &Request) -> BTreeMap<Date, BTreeSet<StaffId>> {
    let rules = request.rules;
    let whole = Request {
        window: rules.whole_days(request.window),
        ..*request
    };
    let own = OwnHours::of(&whole);
    let available: Vec<(StaffId, Vec<Interval>)> = request
        .schedules
        .iter()
        .filter_map(|schedule| Some((schedule.host()?, available(&whole, schedule, own.as_ref()))))
        .collect();
    // Nobody can be offered before the minimum notice is over.
    let soonest = request.now.max(rules.notice.after(request.now, &rules.zone));
    let mut days = BTreeMap::new();
    let mut date = rules.zone.date(whole.window.start);
    loop {
        let day = rules.day(date);
        if day.start >= whole.window.end {
            return days;
        }
        let starts = Interval::new(day.start.max(soonest), day.end);
        let present = available
            .iter()
            .filter(|(_, spans)| fits(&starts, rules.duration, spans));
        days.insert(date, present.map(|(host, _)| *host).collect());
        match date.tomorrow() {
            Ok(next) => date = next,
            Err(_) => return days,
        }
    }
}

/// When a member works and is not away. Appointments and holds do not count as being away.
fn available(request: &Request, schedule: &Schedule, own: Option<&OwnHours>) -> Vec<Interval> {
    let away = schedule.busy.iter().filter(|busy| match busy.cause {
        Cause::Blocked | Cause::External | Cause::Unreadable | Cause::NotRead => true,
        Cause::Appointment(_) | Cause::Hold => false,
    });
    let away = union(away.map(|busy| busy.interval).collect());
    difference(&Grid::of(request, schedule, own).open, &away)
}

/// Whether a meeting of so many minutes that starts within `starts` fits into one of the spans.
fn fits(starts: &Interval, duration: u32, spans: &[Interval]) -> bool {
    let first = spans.partition_point(|span| span.end <= starts.start);
    spans[first..]
        .iter()
        .map(|span| (span.start.max(starts.start), span.end))
        .take_while(|(from, _)| *from < starts.end)
        .any(|(from, end)| from.saturating_add(minutes(duration)).unwrap_or(Timestamp::MAX) <= end)
}
