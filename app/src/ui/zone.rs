//! Choosing a time zone. The names come from the server, because the browser has no zone data.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::field::{Choice, Problem};

/// A zone in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneOption {
    /// The IANA name.
    pub name: String,
    /// The label with the present offset: "Europe/Berlin (UTC+1)".
    pub label: String,
}

/// Returns all zones with their offset at an instant, by name.
pub fn zone_options(now: jiff::Timestamp) -> Vec<ZoneOption> {
    zones::names()
        .iter()
        .filter_map(|name| zones::Zone::named(name).ok())
        .map(|zone| ZoneOption {
            label: zone_label(&zone, now),
            name: zone.name().to_owned(),
        })
        .collect()
}

/// A zone with its offset at an instant: "Europe/Berlin (UTC+1)".
pub fn zone_label(zone: &zones::Zone, at: jiff::Timestamp) -> String {
    if !zone.is_known() {
        return zone.to_string();
    }
    let name = zone.name().replace('_', " ");
    let offset = offset_text(zone.offset_seconds(at));
    if name == offset {
        name
    } else {
        format!("{name} ({offset})")
    }
}

/// Formats an offset: "UTC+1", "UTC−3:30".
pub fn offset_text(seconds: i32) -> String {
    let sign = if seconds < 0 { '−' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// A list of all time zones.
#[component]
pub fn ZonePicker(
    /// The label.
    #[prop(into, default = "Time zone".to_owned())]
    label: String,
    /// The posted name.
    #[prop(into, default = "zone".to_owned())]
    name: String,
    /// The zones.
    options: Vec<ZoneOption>,
    /// The initial zone.
    #[prop(into)]
    value: String,
    /// The help text.
    #[prop(into, optional)]
    help: String,
    /// The form's error.
    #[prop(optional)]
    problem: Option<Problem>,
) -> impl IntoView {
    let mut options: Vec<(String, String)> =
        options.into_iter().map(|zone| (zone.name, zone.label)).collect();
    // An alias of a zone is not in the list, but it must survive opening and saving the form.
    if !value.is_empty() && !options.iter().any(|(name, _)| *name == value) {
        options.insert(0, (value.clone(), value.clone()));
    }
    let problem = problem.unwrap_or_else(|| Signal::stored(None));
    view! { <Choice label name options value help problem/> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_read_as_people_write_them() {
        assert_eq!(offset_text(0), "UTC");
        assert_eq!(offset_text(3600), "UTC+1");
        assert_eq!(offset_text(-12_600), "UTC−3:30");
    }

    #[test]
    fn every_zone_has_its_offset_of_the_day() {
        let winter: jiff::Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
        let options = zone_options(winter);
        let berlin = options.iter().find(|zone| zone.name == "Europe/Berlin").unwrap();
        assert_eq!(berlin.label, "Europe/Berlin (UTC+1)");
        let vancouver = options
            .iter()
            .find(|zone| zone.name == "America/Vancouver")
            .unwrap();
        assert_eq!(vancouver.label, "America/Vancouver (UTC−7)");
        assert_eq!(zone_label(&zones::Zone::utc(), winter), "UTC");
        assert_eq!(
            zone_label(&zones::Zone::stored("Old_Place"), winter),
            "UTC, as the zone “Old_Place” is not known here"
        );
    }
}
