//! Parses a calendar resource into the data that is stored.

use ical::{Horizon, Instance, Owner};
use jiff::Timestamp;
use zones::Zone;

/// The owner of a calendar, and the span of time to expand.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    pub(crate) zone: Zone,
    pub(crate) addresses: Vec<String>,
    pub(crate) horizon: Horizon,
}

/// A parsed resource.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    pub(crate) uid: String,
    pub(crate) instances: Vec<Instance>,
    pub(crate) problem: Option<String>,
}

impl Reader {
    /// Returns a text that identifies the owner and the zone. Instances have to be expanded again when it changes.
    pub(crate) fn mark(&self) -> String {
        let mut addresses = self.addresses.clone();
        addresses.sort_unstable();
        format!("{} {}", self.zone.name(), addresses.join(" "))
    }

    pub(crate) fn parse(&self, ics: &str) -> Parsed {
        let owner = Owner {
            zone: &self.zone,
            addresses: &self.addresses,
        };
        let reading = ical::read(ics, &owner, &self.horizon);
        // Only one problem is shown, and one that may hide busy time has priority.
        let worst = reading
            .problems
            .iter()
            .find(|problem| problem.unplaced)
            .or(reading.problems.first());
        let is_placed = !reading.instances.is_empty();
        Parsed {
            uid: reading.uid,
            instances: reading.instances,
            // A problem of an event outside the horizon affects nobody's time.
            problem: worst
                .filter(|worst| worst.unplaced || is_placed)
                .map(ToString::to_string),
        }
    }
}

/// Returns the name of the zone in a calendar's `calendar-timezone`, if it can be identified.
pub(crate) fn zone_name(calendar_timezone: Option<&str>, now: Timestamp) -> Option<String> {
    let zone = ical::calendar_zone(calendar_timezone?, now)?;
    Some(zone.name().to_owned())
}

/// Finds the zone of a stored name in the IANA or the Windows list.
pub(crate) fn zone_named(name: Option<&str>) -> Option<Zone> {
    let name = name?;
    Zone::named(name).ok().or_else(|| zones::from_windows(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendars_zone_is_read_from_its_definition() {
        let now = "2026-11-29T12:00:00Z".parse().unwrap();
        let name = |id: &str, parts: &str| {
            let text = format!(
                "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID{id}\r\n{parts}END:VTIMEZONE\r\nEND:VCALENDAR\r\n"
            );
            zone_name(Some(&text), now)
        };
        let berlin = Some("Europe/Berlin".to_owned());
        for id in [
            ":Europe/Berlin",
            ";X-A=b:Europe/Berlin",
            ":Europe\\/Berlin",
            ":/mozilla.org/20070129_1/Europe/Berlin",
            ":W. Europe Standard Time",
            ":(UTC+01:00) Amsterdam\\, Berlin\\, Bern\\, Rom\\, Stockholm\\, Wien",
        ] {
            assert_eq!(name(id, ""), berlin, "{id}");
            assert!(zone_named(name(id, "").as_deref()).is_some(), "{id}");
        }
        let kolkata = "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0530\r\nTZOFFSETTO:+0530\r\nEND:STANDARD\r\n";
        let zone = zone_named(name(":Our office", kolkata).as_deref()).unwrap();
        assert_eq!(zone.offset_seconds(now), 19_800);
        assert_eq!(name(":Somewhere odd", ""), None);
        assert_eq!(zone_named(Some("Somewhere odd")), None);
        assert_eq!(zone_name(None, now), None);
    }
}
