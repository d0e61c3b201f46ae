//! The zone of a whole calendar.

mod support;

use ical::calendar_zone;
use support::defined::{berlin, defined, new_york};
use support::{calendar, instant};
use zones::Zone;

fn zone(id: &str, lines: &str) -> Option<Zone> {
    let now = instant("2026-11-29T12:00:00Z");
    calendar_zone(&calendar(&[&defined(id, lines)]), now)
}

#[test]
fn a_calendars_zone_is_known_by_its_name_however_it_is_written() {
    for id in [
        "Europe/Berlin",
        "europe-berlin",
        "\"Europe/Berlin\"",
        "/citadel.org/20100101_1/Europe/Berlin",
        "W. Europe Standard Time",
        "(UTC+01:00) Amsterdam\\, Berlin\\, Bern\\, Rom\\, Stockholm\\, Wien",
        "Mitteleuropäische Zeit",
    ] {
        assert_eq!(zone(id, ""), Zone::named("Europe/Berlin").ok(), "{id}");
    }
    assert_eq!(zone("Etc/UTC", ""), Zone::named("Etc/UTC").ok());
}

#[test]
fn a_calendars_zone_is_known_by_its_definition() {
    let at = |zone: &Zone, at: &str| zone.offset_seconds(at.parse().unwrap()) / 3_600;
    for (lines, winter, summer) in [(berlin(), 1, 2), (new_york(), -5, -4)] {
        let zone = zone("Our office", &lines).unwrap();
        assert_eq!(Zone::named(zone.name()).as_ref(), Ok(&zone));
        assert_eq!(at(&zone, "2027-01-01T12:00:00Z"), winter);
        assert_eq!(at(&zone, "2027-07-01T12:00:00Z"), summer);
        assert_eq!(
            at(&zone, "2027-03-28T00:59:59Z"),
            if winter == 1 { 1 } else { -4 }
        );
    }
    let hinted = "X-LIC-LOCATION:Asia/Tokyo";
    assert_eq!(zone("Our office", hinted), Zone::named("Asia/Tokyo").ok());
    let posix = zone("EST5EDT,M3.2.0,M11.1.0", "").unwrap();
    assert!(Zone::named(posix.name()).is_ok());
    assert_eq!(at(&posix, "2027-07-01T12:00:00Z"), -4);
}

#[test]
fn a_calendars_zone_that_is_not_clear_is_none() {
    for (id, lines) in [
        ("Our office", ""),
        (
            "Our office",
            "STANDARD|TZOFFSETTO:-0500\nDAYLIGHT|TZOFFSETTO:-0400",
        ),
        (
            "Our office",
            "STANDARD|DTSTART:19700101T000000|TZOFFSETFROM:+0117|TZOFFSETTO:+0117",
        ),
        ("", ""),
    ] {
        assert_eq!(zone(id, lines), None, "{id} {lines}");
    }
    let now = instant("2026-11-29T12:00:00Z");
    for text in ["", "Europe/Berlin", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"] {
        assert_eq!(calendar_zone(text, now), None, "{text}");
    }
}
