//! Whether a time range of a query may touch an object.
//!
//! The answer is exact for single events whose zone is known. Recurring events are not expanded: they match from
//! their first instance to their UNTIL, and without one for ever. So the answer holds everything that was asked
//! for, and sometimes more; RFC 4791 clients must look at the instances themselves anyway.

use jiff::Timestamp;

use super::lines::{self, Line};
use super::times::{DAY, When, duration, shifted};

/// A time range of a query (RFC 4791, section 9.9), half-open; a missing side is without limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeRange {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
}

impl TimeRange {
    pub(crate) fn from_attributes(start: Option<&str>, end: Option<&str>) -> Option<Self> {
        let instant = |text: &str| match When::parse(text, None) {
            Some(When::Utc(local)) => Some(super::times::utc(local)),
            _ => None,
        };
        if start.is_none() && end.is_none() {
            return None;
        }
        let start = start.map_or(Some(Timestamp::MIN), instant)?;
        let end = end.map_or(Some(Timestamp::MAX), instant)?;
        (start < end).then_some(Self { start, end })
    }

    fn touches(&self, start: Timestamp, end: Timestamp) -> bool {
        start < self.end && (end > self.start || (start == end && start >= self.start))
    }
}

/// Whether the object has a component of this kind that may touch the range. An object that cannot be read
/// matches, so that it is never hidden.
pub(crate) fn matches(ics: &str, kind: &str, range: Option<TimeRange>) -> bool {
    let Ok(all) = lines::read(ics) else {
        return true;
    };
    let found = lines::components(&all, kind);
    match range {
        None => !found.is_empty(),
        Some(range) => found
            .into_iter()
            .any(|inner| component_touches(&all[inner], &range)),
    }
}

fn component_touches(component: &[Line], range: &TimeRange) -> bool {
    let Some(start) = lines::property(component, "DTSTART").and_then(When::of) else {
        return true;
    };
    let (earliest, latest) = start.bounds();
    let end = end_of(component, &start, latest);
    if lines::property(component, "RDATE").is_some() {
        return true;
    }
    match lines::property(component, "RRULE") {
        None => range.touches(earliest, end),
        Some(rule) => {
            let length = end.duration_since(latest).as_secs().max(0);
            let last = until(&rule.value).map_or(Timestamp::MAX, |until| shifted(until, length + DAY));
            shifted(earliest, -DAY) < range.end && last > range.start
        }
    }
}

fn end_of(component: &[Line], start: &When, latest_start: Timestamp) -> Timestamp {
    if let Some(end) = lines::property(component, "DTEND").and_then(When::of) {
        return end.bounds().1.max(latest_start);
    }
    let length = lines::property(component, "DURATION").and_then(|line| duration(&line.value));
    let unsaid = if matches!(start, When::Day(_)) { DAY } else { 0 };
    shifted(latest_start, length.unwrap_or(unsaid).max(0))
}

fn until(rule: &str) -> Option<Timestamp> {
    let text = rule.split(';').find_map(|part| {
        part.trim()
            .to_ascii_uppercase()
            .strip_prefix("UNTIL=")
            .map(str::to_owned)
    })?;
    When::parse(&text, None).map(|when| shifted(when.bounds().1, DAY))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(inner: &str) -> String {
        format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\n{inner}\nEND:VEVENT\nEND:VCALENDAR\n")
    }

    fn found(inner: &str, start: &str, end: &str) -> bool {
        matches(
            &event(inner),
            "VEVENT",
            TimeRange::from_attributes(Some(start), Some(end)),
        )
    }

    #[test]
    fn a_single_event_matches_exactly_while_it_lasts() {
        let inner =
            "DTSTART;TZID=America/New_York:20261123T090000\nDTEND;TZID=America/New_York:20261123T100000";
        assert!(found(inner, "20261123T143000Z", "20261123T150000Z"));
        assert!(
            !found(inner, "20261123T150000Z", "20261123T160000Z"),
            "its end is not part of it"
        );
        assert!(
            !found(inner, "20261123T130000Z", "20261123T140000Z"),
            "the range's end is not part of it"
        );
    }

    #[test]
    fn an_event_without_length_matches_at_its_instant() {
        assert!(found(
            "DTSTART:20261123T090000Z",
            "20261123T090000Z",
            "20261123T100000Z"
        ));
        assert!(!found(
            "DTSTART:20261123T090000Z",
            "20261123T080000Z",
            "20261123T090000Z"
        ));
    }

    #[test]
    fn a_series_matches_long_after_its_start_and_not_after_its_until() {
        let daily = "DTSTART:20200101T090000Z\nDTEND:20200101T100000Z\nRRULE:FREQ=DAILY";
        assert!(found(daily, "20261123T000000Z", "20261124T000000Z"));
        assert!(!found(daily, "20190101T000000Z", "20190102T000000Z"));
        let ended = format!("{daily};UNTIL=20210101T000000Z");
        assert!(!found(&ended, "20261123T000000Z", "20261124T000000Z"));
        assert!(found(&ended, "20201231T000000Z", "20210101T000000Z"));
    }

    #[test]
    fn whole_days_and_floating_times_match_in_every_zone() {
        assert!(found(
            "DTSTART;VALUE=DATE:20261123",
            "20261124T090000Z",
            "20261124T100000Z"
        ));
        assert!(found(
            "DTSTART:20261123T090000",
            "20261123T210000Z",
            "20261123T220000Z"
        ));
    }

    #[test]
    fn what_cannot_be_read_is_never_hidden() {
        assert!(found("DTSTART:nonsense", "20261123T000000Z", "20261124T000000Z"));
        assert!(matches(
            "garbage",
            "VEVENT",
            TimeRange::from_attributes(None, Some("20260101T000000Z"))
        ));
    }

    #[test]
    fn another_kind_of_component_does_not_match() {
        assert!(!matches(&event("DTSTART:20261123T090000Z"), "VTODO", None));
    }
}
