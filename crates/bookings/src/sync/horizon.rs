//! The span of time whose events are stored: as far ahead as the owner can be booked.

use jiff::{SignedDuration, Timestamp, ToSpan};
use store::booking_calendars::BookingCalendar;
use store::remote_calendars::{COMPARING, RemoteCalendar};

use ical::Horizon;

use crate::clock::age;
use crate::servers::freshness::stored_from;

/// The least number of days after now whose events are stored.
const MIN_DAYS: i64 = 400;
/// The most days after today on which owners of calendars can be booked, also with an unlimited date range: five years.
const MAX_DAYS: i64 = 1_830;
/// Additional days, so that nothing is missing before the next comparison.
const SLACK_DAYS: i64 = 2;
/// The interval at which a whole calendar is compared with what is stored. The comparison also finds changes that a server failed to
/// report.
const COMPARE_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// The delay before a comparison that the server did not answer is repeated.
pub(super) const COMPARE_RETRY_DELAY: SignedDuration = SignedDuration::from_hours(1);

/// How much of a person's calendars is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HorizonPlan {
    /// The horizon of a new calendar.
    horizon: Horizon,
    /// What is stored up to this instant is enough for now.
    needed: Timestamp,
}

impl HorizonPlan {
    /// Computes it for a member of these booking calendars.
    pub(super) fn of(calendars: &[BookingCalendar], now: Timestamp) -> Self {
        let needed = calendars
            .iter()
            .map(|calendar| end(calendar, now))
            .fold(shifted(now, MIN_DAYS), Timestamp::max);
        Self {
            horizon: Horizon {
                from: stored_from(now),
                to: shifted(needed, SLACK_DAYS),
            },
            needed,
        }
    }

    /// Whether a whole calendar is to be compared with what is stored. `mark` identifies its owner and zone.
    pub(super) fn is_due(&self, calendar: &RemoteCalendar, mark: &str, now: Timestamp) -> bool {
        // A clock that was ahead may have stored instants in the future.
        let waits = |until: Timestamp| now < until && until.duration_since(now) <= COMPARE_RETRY_DELAY;
        if calendar.compare_again_at.is_some_and(waits) {
            return false;
        }
        let lately = |at: Timestamp| age(at, now).is_some_and(|age| age < COMPARE_EVERY);
        !calendar.compared_at.is_some_and(lately)
            || calendar.horizon_wanted.is_none_or(|to| to < self.needed)
            || calendar.read_for.as_deref() != Some(mark)
    }

    /// Returns the horizon of a calendar. It starts no later than that of the last read, as a clock that is ahead would drop events
    /// that are not over.
    pub(super) fn of_calendar(&self, calendar: &RemoteCalendar) -> Horizon {
        let stored = calendar.synced_at.map(stored_from);
        Horizon {
            from: stored.map_or(self.horizon.from, |stored| stored.min(self.horizon.from)),
            to: self.horizon.to,
        }
    }
}

/// Whether another comparison may bring something: none was made or attempted lately. A comparison under way, or one that was
/// interrupted and is therefore due, checks the search itself at its end; clearing its mark would repeat it in vain.
pub(super) fn is_comparison_useful(calendar: &RemoteCalendar, now: Timestamp) -> bool {
    let lately = |at: Timestamp| at == COMPARING || age(at, now).is_some_and(|age| age < COMPARE_RETRY_DELAY);
    calendar.compare_again_at.is_none() && !calendar.compared_at.is_some_and(lately)
}

/// The end of the longest appointment on the last bookable date, with its buffer.
fn end(calendar: &BookingCalendar, now: Timestamp) -> Timestamp {
    let (rules, zone) = (&calendar.settings.rules, &calendar.settings.rules.zone);
    let farthest = zone.date(now).saturating_add(MAX_DAYS.days());
    let last = rules.range.dates(zone, now).1.min(farthest);
    let minutes = i64::from(rules.duration) + i64::from(rules.post_buffer);
    let start_of_next = zone.start_of_day(last.saturating_add(1.day()));
    start_of_next
        .checked_add(SignedDuration::from_mins(minutes))
        .unwrap_or(Timestamp::MAX)
}

fn shifted(instant: Timestamp, days: i64) -> Timestamp {
    let end = if days < 0 { Timestamp::MIN } else { Timestamp::MAX };
    instant
        .checked_add(SignedDuration::from_hours(days * 24))
        .unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use scheduling::{CalendarId, DateRange, Kind, Rules, Span, Unit};
    use store::booking_calendars::CalendarSettings;
    use store::{ConnectionId, RemoteCalendarId};

    use super::*;

    const ID: &str = "018f0000-0000-7000-8000-000000000001";

    const OWNER_MARK: &str = "UTC me@example.org";

    fn now() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    fn bookable(range: DateRange) -> BookingCalendar {
        BookingCalendar {
            id: ID.parse::<CalendarId>().unwrap(),
            settings: CalendarSettings {
                kind: Kind::Personal,
                rules: Rules {
                    range,
                    ..Rules::default()
                },
                ..CalendarSettings::new("")
            },
            created_at: now(),
            updated_at: now(),
            unreadable: Vec::new(),
        }
    }

    fn stored(horizon_wanted: Option<Timestamp>, compared_at: Option<Timestamp>) -> RemoteCalendar {
        RemoteCalendar {
            id: ID.parse::<RemoteCalendarId>().unwrap(),
            connection_id: ID.parse::<ConnectionId>().unwrap(),
            url: String::new(),
            name: String::new(),
            color: None,
            zone: None,
            writable: true,
            readable: true,
            checked_for_conflicts: true,
            all_day_blocks: true,
            sync_token: None,
            ctag: None,
            synced_at: Some(now()),
            horizon_to: horizon_wanted,
            horizon_wanted,
            compared_at,
            compare_again_at: None,
            read_for: Some(OWNER_MARK.to_owned()),
            search_fails: false,
            search_problem: None,
            vanished_at: None,
            problem: None,
            failure: None,
            failing_since: None,
            failed_at: None,
            failures: 0,
            next_read_at: None,
            notified_at: None,
        }
    }

    #[test]
    fn everything_is_compared_once_a_day_and_when_more_is_needed() {
        let plan = HorizonPlan::of(&[], now());
        let to = Some(plan.horizon.to);
        let hours = SignedDuration::from_hours;
        assert!(plan.is_due(&stored(None, None), OWNER_MARK, now()));
        assert!(!plan.is_due(&stored(to, Some(now())), OWNER_MARK, now()));
        assert!(!plan.is_due(&stored(to, Some(now())), OWNER_MARK, now() + hours(23)));
        assert!(plan.is_due(&stored(to, Some(now())), OWNER_MARK, now() + hours(25)));
        for ahead in [1, 72] {
            let compared_at = now() + hours(ahead);
            assert!(
                plan.is_due(&stored(to, Some(compared_at)), OWNER_MARK, now()),
                "a clock was {ahead} h ahead"
            );
        }
        assert!(
            plan.is_due(&stored(to, Some(now())), "Asia/Tokyo me@example.org", now()),
            "it is somebody else's, or lies elsewhere"
        );
        let longer = HorizonPlan::of(&[bookable(DateRange::Unlimited)], now());
        assert!(longer.is_due(&stored(to, Some(now())), OWNER_MARK, now()));
        assert!(!longer.is_due(&stored(Some(longer.horizon.to), Some(now())), OWNER_MARK, now()));
    }

    #[test]
    fn a_comparison_that_was_not_answered_is_tried_again_with_pauses() {
        let longer = HorizonPlan::of(&[bookable(DateRange::Unlimited)], now());
        let put_off = |hours| RemoteCalendar {
            compare_again_at: Some(now() + SignedDuration::from_hours(hours)),
            ..stored(Some(now()), None)
        };
        assert!(
            !longer.is_due(&put_off(1), OWNER_MARK, now()),
            "whatever the reason"
        );
        assert!(longer.is_due(&put_off(0), OWNER_MARK, now()));
        assert!(longer.is_due(&put_off(2), OWNER_MARK, now()), "a clock was ahead");
    }

    #[test]
    fn what_was_kept_by_the_last_read_stays_whatever_the_clock_says() {
        let from = |synced_at: &str, now: Timestamp| {
            let calendar = RemoteCalendar {
                synced_at: Some(synced_at.parse().unwrap()),
                ..stored(None, None)
            };
            HorizonPlan::of(&[], now).of_calendar(&calendar).from
        };
        let before = "2026-11-22T08:00:00Z";
        assert_eq!(from(before, now()), stored_from(before.parse().unwrap()));
        let ahead = now() + SignedDuration::from_hours(24 * 90);
        assert_eq!(from(before, ahead), stored_from(before.parse().unwrap()));
        assert_eq!(from("2027-11-22T08:00:00Z", now()), stored_from(now()));
    }

    #[test]
    fn what_can_be_booked_is_read_within_bounds() {
        let days = |calendars: &[BookingCalendar]| {
            let to = HorizonPlan::of(calendars, now()).horizon.to;
            to.duration_since(now()).as_hours() / 24
        };
        let rolling = |days| bookable(DateRange::Rolling(Span::new(days, Unit::Days)));
        assert_eq!(days(&[]), 402);
        assert_eq!(days(&[rolling(60)]), 402, "the calendar view goes farther");
        assert_eq!(days(&[rolling(60), rolling(700)]), 702);
        assert_eq!(days(&[bookable(DateRange::Unlimited)]), 1_832);
        let fixed = |to: &str| {
            bookable(DateRange::Fixed {
                from: to.parse().unwrap(),
                to: to.parse().unwrap(),
            })
        };
        assert_eq!(days(&[fixed("2028-11-23")]), 733);
        assert_eq!(days(&[fixed("2100-01-01")]), 1_832);
        // The longest range is covered until the next comparison.
        let longest = HorizonPlan::of(&[rolling(1_830)], now());
        let tomorrow = HorizonPlan::of(&[rolling(1_830)], now() + SignedDuration::from_hours(25));
        assert!(tomorrow.needed <= longest.horizon.to);
    }
}
