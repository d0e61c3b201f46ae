//! From a calendar resource's text to what is kept of it.

use ical::{Horizon, Instance, Owner};
use zones::Zone;

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
        let is_placed = !reading.instances.is_empty();
        Parsed {
            uid: reading.uid,
            instances: reading.instances,
            // What was not understood of an event that is over, or far ahead, takes no time from anybody.
            problem: worst
                .filter(|worst| worst.unplaced || is_placed)
                .map(ToString::to_string),
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
}
