//! From a calendar resource's text to what is kept of it.

use ical::{Horizon, Instance, Owner};
use jiff::{SignedDuration, Timestamp};
use zones::Zone;

/// Days before now that are kept, so that the calendar view shows last month.
const PAST_DAYS: i64 = 31;
/// Days after now that are kept at least.
const FUTURE_DAYS: i64 = 400;

/// The span whose events are kept, as of `now`.
pub(crate) fn horizon(now: Timestamp) -> Horizon {
    let shifted = |days: i64| now.checked_add(SignedDuration::from_hours(days * 24));
    Horizon {
        from: shifted(-PAST_DAYS).unwrap_or(Timestamp::MIN),
        to: shifted(FUTURE_DAYS).unwrap_or(Timestamp::MAX),
    }
}

/// Whether everything must be read again because the kept span ends too early. Once a day is enough, and it also heals
/// whatever a server forgot to tell.
pub(crate) fn is_due(horizon_to: Option<Timestamp>, now: Timestamp) -> bool {
    let needed = horizon(now)
        .to
        .checked_sub(SignedDuration::from_hours(24))
        .unwrap_or(Timestamp::MAX);
    horizon_to.is_none_or(|to| to < needed)
}

/// Whose calendar it is, and when.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(crate) zone: Zone,
    pub(crate) addresses: Vec<String>,
    pub(crate) horizon: Horizon,
}

/// A resource as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    pub(crate) uid: String,
    pub(crate) instances: Vec<Instance>,
    pub(crate) problem: Option<String>,
}

impl Reader {
    pub(crate) fn parse(&self, ics: &str) -> Parsed {
        let owner = Owner {
            zone: &self.zone,
            addresses: &self.addresses,
        };
        let reading = ical::read(ics, &owner, &self.horizon);
        // What may hide busy time comes first, as only one sentence is shown.
        let worst = reading
            .problems
            .iter()
            .find(|problem| problem.unplaced)
            .or(reading.problems.first());
        Parsed {
            uid: reading.uid,
            instances: reading.instances,
            problem: worst.map(ToString::to_string),
        }
    }
}

/// The name of the zone in a calendar's `calendar-timezone`: the TZID of its VTIMEZONE.
pub(crate) fn zone_name(vtimezone: Option<&str>) -> Option<String> {
    let line = vtimezone?
        .lines()
        .find_map(|line| line.trim().strip_prefix("TZID"))?;
    line.split_once(':').map(|(_, name)| name.trim().to_owned())
}

/// The zone of a stored name, by IANA's or by Windows' list.
pub(crate) fn zone_named(name: Option<&str>) -> Option<Zone> {
    let name = name?;
    Zone::named(name).ok().or_else(|| zones::from_windows(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendars_zone_is_read_from_its_definition() {
        let text =
            "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n";
        let name = zone_name(Some(text));
        assert_eq!(
            zone_named(name.as_deref()),
            Some(Zone::named("Europe/Berlin").unwrap())
        );
        assert_eq!(zone_named(Some("Somewhere odd")), None);
        assert_eq!(zone_name(None), None);
    }

    #[test]
    fn everything_is_read_again_once_a_day() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let to = horizon(now).to;
        assert!(is_due(None, now));
        assert!(!is_due(Some(to), now));
        assert!(!is_due(Some(to), now + SignedDuration::from_hours(23)));
        assert!(is_due(Some(to), now + SignedDuration::from_hours(25)));
    }
}
