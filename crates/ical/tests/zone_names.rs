//! The names of zones as programs write them, and when the calendar's own definition counts.

mod support;

use support::calendar;
use support::defined::Said::{Assumed, Nothing, Several};
use support::defined::*;

#[test]
fn a_definition_is_found_by_its_name_however_it_is_written() {
    let mut rows = Vec::new();
    for (id, tzid) in [
        ("\"My Zone\"", "My Zone"),
        ("My Zone", "\"My Zone\""),
        ("My Zone ", "\" My Zone\""),
        ("My  Zone", "MY ZONE"),
        ("/My Zone", "My Zone"),
        ("My Zone", "/My Zone"),
        (
            "(UTC+07:00) Bangkok\\, Hanoi\\, Jakarta",
            "\"(UTC+07:00) Bangkok, Hanoi, Jakarta\"",
        ),
        (
            "(UTC+07:00) Bangkok\\, Hanoi\\, Jakarta",
            "(UTC+07:00) Bangkok\\, Hanoi\\, Jakarta",
        ),
        (
            "(UTC+07:00) Bangkok, Hanoi, Jakarta",
            "\"(UTC+07:00) Bangkok, Hanoi, Jakarta\"",
        ),
        ("Pacific Time\\; Tijuana", "\"Pacific Time; Tijuana\""),
        ("Ärzte\\\\Büro", "\"ÄRZTE\\\\BÜRO\""),
        ("W. Europe Standard Time 1", "W. Europe Standard Time 1"),
        ("Customized Time Zone", "Customized Time Zone"),
        ("/example.com/20260101/Office", "/example.com/20260101/Office"),
        ("tzone://Microsoft/Custom", "\"tzone://Microsoft/Custom\""),
    ] {
        rows.push((id, defined(id, &berlin()), tzid, BERLIN, Nothing));
    }
    check(&rows);
}

#[test]
fn the_calendars_own_definition_wins_over_names_without_an_area() {
    let fixed =
        |offset: &str| format!("STANDARD|DTSTART:19700101T000000|TZOFFSETFROM:{offset}|TZOFFSETTO:{offset}");
    let eastern_all_year: Starts = (&["15:00"], &["15:00"]);
    check(&[
        ("EST", defined("EST", &new_york()), "EST", NEW_YORK, Nothing),
        ("est", defined("est", &new_york()), "EST", NEW_YORK, Nothing),
        ("GMT", defined("GMT", &london()), "GMT", LONDON, Nothing),
        ("UTC", defined("UTC", &berlin()), "UTC", BERLIN, Nothing),
        ("HST", defined("HST", &new_york()), "HST", NEW_YORK, Nothing),
        ("PST", defined("PST", &new_york()), "PST", NEW_YORK, Nothing),
        (
            "CET",
            defined("CET", &fixed("+0100")),
            "CET",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "EST5EDT",
            defined("EST5EDT", &fixed("-0500")),
            "EST5EDT",
            eastern_all_year,
            Nothing,
        ),
        (
            "a name of Windows",
            defined("Eastern Standard Time", &fixed("-0500")),
            "Eastern Standard Time",
            eastern_all_year,
            Nothing,
        ),
        (
            "a numbered one",
            defined("Eastern Standard Time 2", &fixed("-0500")),
            "Eastern Standard Time 2",
            eastern_all_year,
            Nothing,
        ),
        (
            "behind a prefix",
            defined("/example.com/EST", &new_york()),
            "/example.com/EST",
            NEW_YORK,
            Nothing,
        ),
        (
            "a label",
            defined("(UTC+09:00) Osaka", &berlin()),
            "\"(UTC+09:00) Osaka\"",
            BERLIN,
            Nothing,
        ),
        (
            "a place",
            defined("Europe/Berlin", &fixed("+0900")),
            "Europe/Berlin",
            BERLIN,
            Nothing,
        ),
        (
            "a place behind a prefix",
            defined("/example.com/Europe/Berlin", &fixed("+0900")),
            "/example.com/Europe/Berlin",
            BERLIN,
            Nothing,
        ),
        (
            "a place by an old name",
            defined("US/Eastern", &fixed("-0500")),
            "US/Eastern",
            NEW_YORK,
            Nothing,
        ),
        (
            "EST of two minds",
            defined("EST", "STANDARD|TZOFFSETTO:-0500\nDAYLIGHT|TZOFFSETTO:-0400"),
            "EST",
            (&["14:00", "15:00"], &["14:00", "15:00"]),
            Several,
        ),
    ]);
}

#[test]
fn a_definition_that_cannot_be_read_may_say_its_name() {
    let hinted = |hint: &str| {
        mine(&format!(
            "{hint}\nSTANDARD|TZOFFSETTO:-0500\nDAYLIGHT|TZOFFSETTO:-0400"
        ))
    };
    check(&[
        (
            "X-LIC-LOCATION",
            hinted("X-LIC-LOCATION:Europe/Berlin"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "X-LIC-LOCATION alone",
            mine("X-LIC-LOCATION:Europe/Berlin"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "X-MICROSOFT-CDO-TZID",
            hinted("X-MICROSOFT-CDO-TZID:4"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "X-MICROSOFT-CDO-TZID with a name",
            hinted("X-MICROSOFT-CDO-TZID:Europe/Berlin"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "a number that is no zone",
            mine("X-MICROSOFT-CDO-TZID:52\nX-LIC-LOCATION:Europe/Berlin"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "TZID-ALIAS-OF",
            hinted("TZID-ALIAS-OF:Europe/Berlin"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "TZURL",
            hinted("TZURL:http://tzurl.org/zoneinfo/Europe/Berlin.ics"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "a name of Windows",
            hinted("X-LIC-LOCATION:W. Europe Standard Time"),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "one that can be read counts",
            mine(&format!("X-LIC-LOCATION:Asia/Tokyo\n{}", berlin())),
            "My Zone",
            BERLIN,
            Nothing,
        ),
        (
            "its own name is one of Windows",
            defined(
                "W. Europe Standard Time",
                "STANDARD|TZOFFSETTO:+0100\nDAYLIGHT|TZOFFSETTO:+0200",
            ),
            "W. Europe Standard Time",
            BERLIN,
            Nothing,
        ),
        (
            "its only definition says it",
            mine("X-LIC-LOCATION:Europe/Berlin"),
            "Other",
            BERLIN,
            Assumed,
        ),
    ]);
}

#[test]
fn names_of_other_programs_are_known_without_a_definition() {
    let all_year: Starts = (&["09:00"], &["09:00"]);
    let utc: Starts = (&["10:00"], &["10:00"]);
    let rows: Vec<(&str, Starts, Said)> = vec![
        ("W. Europe Standard Time 1", BERLIN, Nothing),
        ("w. europe daylight time", BERLIN, Nothing),
        ("Romance Standard Time", BERLIN, Nothing),
        (
            "\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\"",
            BERLIN,
            Nothing,
        ),
        (
            "(UTC+01:00) Amsterdam\\, Berlin\\, Bern\\, Rom\\, Stockholm\\, Wien",
            BERLIN,
            Nothing,
        ),
        ("(GMT+01.00) Paris/Madrid/Brussels/Copenhagen", BERLIN, Nothing),
        ("\"(GMT+01:00) Sarajevo/Warsaw/Zagreb\"", BERLIN, Nothing),
        ("\"Paris, Madrid\"", BERLIN, Nothing),
        ("Paris\\, Madrid", BERLIN, Nothing),
        ("Romance (heure standard)", BERLIN, Nothing),
        ("Romance (heure d'été)", BERLIN, Nothing),
        ("Mitteleuropäische Zeit", BERLIN, Nothing),
        ("Mitteleuropäische Sommerzeit", BERLIN, Nothing),
        ("Hora estándar romance", BERLIN, Nothing),
        ("ora solare Europa occidentale", BERLIN, Nothing),
        ("West-Europa (standaardtijd)", BERLIN, Nothing),
        ("Central European Time", BERLIN, Nothing),
        ("Eastern Time (US & Canada)", NEW_YORK, Nothing),
        ("(UTC-05:00) Eastern Time (US & Canada)", NEW_YORK, Nothing),
        ("America/New York", NEW_YORK, Nothing),
        ("US/Eastern", NEW_YORK, Nothing),
        ("/mozilla.org/20070129_1/Europe/Berlin", BERLIN, Nothing),
        ("mozilla.org-20050126_1-Europe/Berlin", BERLIN, Nothing),
        ("/citadel.org/20100101_1/Europe/Berlin", BERLIN, Nothing),
        (
            "/softwarestudio.org/Olson_20011030_5/Europe/Berlin",
            BERLIN,
            Nothing,
        ),
        ("\"TZ:Europe/Berlin\"", BERLIN, Nothing),
        ("Europe/Berlin (CET)", BERLIN, Nothing),
        ("Europe/Berlin 1", BERLIN, Nothing),
        ("BüroäEurope/Berlin", BERLIN, Nothing),
        ("Asia/Beijing", (&["02:00"], &["02:00"]), Nothing),
        ("CET", BERLIN, Nothing),
        ("EST", (&["15:00"], &["15:00"]), Nothing),
        ("EST5EDT", NEW_YORK, Nothing),
        ("tzone://Microsoft/Utc", utc, Nothing),
        ("\"tzone://Microsoft/Utc\"", utc, Nothing),
        ("Z", utc, Nothing),
        ("Zulu", utc, Nothing),
        ("Coordinated Universal Time", utc, Nothing),
        ("Etc/GMT-1", all_year, Nothing),
        ("UTC+1", all_year, Nothing),
        ("UTC+01:00", all_year, Nothing),
        ("GMT +0100", all_year, Nothing),
        ("+01", all_year, Nothing),
        ("\"+01:00\"", all_year, Nothing),
        ("\"(UTC+01:00)\"", all_year, Nothing),
        ("\"(UTC+01:00) Headquarters\"", BERLIN_OR_HOUR_LATER, Several),
        ("PST", (&["18:00"], &["17:00", "18:00"]), Several),
        (
            "CST",
            (&["02:00", "16:00"], &["02:00", "15:00", "16:00"]),
            Several,
        ),
        ("Customized Time Zone", OWNER, Assumed),
        ("Hora oficial de Marte", OWNER, Assumed),
    ];
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(tzid, starts, said)| fault(tzid, &calendar(&[&events(tzid)]), *starts, *said))
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_name_that_is_written_in_another_way_is_the_zone_that_it_says() {
    let mut rows = Vec::new();
    for name in [
        "US-Eastern",
        "us-eastern",
        "US/Eastern",
        "us_eastern",
        "American/New_York",
        "america/new york",
    ] {
        rows.push((name, String::new(), name, NEW_YORK, Nothing));
    }
    rows.push(("words", String::new(), "Western/Central Europe", BERLIN, Nothing));
    check(&rows);
}

#[test]
fn a_name_whose_separators_or_letters_are_written_otherwise_is_the_place_that_it_says() {
    let mut rows = Vec::new();
    for (starts, names) in [
        (
            BERLIN,
            &[
                "Europe-Berlin",
                "Europe.Berlin",
                "Europe_Berlin",
                "EuropeBerlin",
                "Europe%2FBerlin",
                "Europe\\/Berlin",
                "Europe\u{ff0f}Berlin",
                "\u{200b}Europe/Berlin\u{a0}",
                "/freeassociation.sourceforge.net/Europe_Berlin",
                "Europe/Berlin-1",
                "Europe/Berlin/Office",
                "W.Europe Standard Time",
                "W_Europe_Standard_Time",
                "Mitteleuropa\u{308}ische Zeit",
                "(CET) Berlin",
                "Berlin UTC+1",
                "\u{ff08}UTC+01:00\u{ff09} Berlin",
            ][..],
        ),
        (
            NEW_YORK,
            &[
                "America/NewYork",
                "America-New-York",
                "NewYork",
                "US/Eastern-New",
                "Östliche Normalzeit",
                "Nordamerikanische Ostküsten-Normalzeit",
                "Heure de l'Est nord-américain",
                "Hora est. del Este",
                "Horário padrão oriental",
                "Ora solare orientale",
                "東部標準時",
                "美国东部标准时间",
                "동부 표준시",
            ],
        ),
    ] {
        for name in names {
            rows.push((*name, String::new(), *name, starts, Nothing));
        }
    }
    check(&rows);
}

#[test]
fn rules_of_posix_are_followed_and_offsets_that_may_be_either_way_are_both() {
    let five_hours = (&["05:00", "15:00"][..], &["05:00", "15:00"][..]);
    check(&[
        (
            "rules",
            String::new(),
            "EST5EDT,M3.2.0,M11.1.0",
            NEW_YORK,
            Nothing,
        ),
        (
            "other rules",
            String::new(),
            "CET-1CEST,M3.5.0,M10.5.0/3",
            BERLIN,
            Nothing,
        ),
        (
            "semicolons",
            String::new(),
            "\"EST5EDT;M3.2.0;M11.1.0\"",
            NEW_YORK,
            Nothing,
        ),
        ("no rules", String::new(), "CET-1CEST", BERLIN, Nothing),
        ("a sign", String::new(), "EST+5EDT", NEW_YORK, Nothing),
        (
            "an offset",
            String::new(),
            "<+01>-1",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "names that say nothing",
            String::new(),
            "AAA-1BBB",
            BERLIN_OR_HOUR_LATER,
            Several,
        ),
        ("either way", String::new(), "Etc/UTC-5", five_hours, Several),
        (
            "either way, without a sign",
            String::new(),
            "Etc/GMT5",
            five_hours,
            Several,
        ),
        (
            "as IANA has it",
            String::new(),
            "Etc/GMT+5",
            (&["15:00"], &["15:00"]),
            Nothing,
        ),
        (
            "defined",
            defined("Etc/UTC-5", &berlin()),
            "Etc/UTC-5",
            BERLIN,
            Nothing,
        ),
        (
            "defined like POSIX",
            defined("CET-1CEST", &new_york()),
            "CET-1CEST",
            NEW_YORK,
            Nothing,
        ),
    ]);
}

#[test]
fn accents_are_compared_however_they_are_written() {
    let other = defined("Other", &new_york());
    let both = |id: &str| format!("{}\r\n{other}", defined(id, &berlin()));
    check(&[
        (
            "apart",
            both("Zu\u{308}rich Office"),
            "Zürich Office",
            BERLIN,
            Nothing,
        ),
        (
            "together",
            both("Zürich Office"),
            "Zu\u{308}rich Office",
            BERLIN,
            Nothing,
        ),
        ("full width", both("Office\u{ff11}"), "Office1", BERLIN, Nothing),
    ]);
}
