//! Local time, daylight-saving changes and the names of zones.

mod support;

use ical::ProblemKind;
use support::{busy, calendar, event, event_lines, read, read_in, shown, starts};

fn weekly(zone: &str, start: &str, from: &str, to: &str) -> Vec<String> {
    let text = event(&[
        &format!("DTSTART;TZID={zone}:{start}"),
        "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY",
    ]);
    shown(&read_in("UTC", from, to, &text))
}

#[test]
fn a_series_in_new_york_keeps_its_local_time_over_both_changes() {
    assert_eq!(
        weekly("America/New_York", "20231026T090000", "2026-10-28", "2026-11-07"),
        [
            "2026-10-29T13:00/2026-10-29T14:00 busy",
            "2026-11-05T14:00/2026-11-05T15:00 busy"
        ]
    );
    assert_eq!(
        weekly("America/New_York", "20230302T090000", "2026-03-04", "2026-03-14"),
        [
            "2026-03-05T14:00/2026-03-05T15:00 busy",
            "2026-03-12T13:00/2026-03-12T14:00 busy"
        ]
    );
}

#[test]
fn a_series_in_london_keeps_its_local_time_over_both_changes() {
    assert_eq!(
        weekly("Europe/London", "20231018T090000", "2026-10-20", "2026-10-30"),
        [
            "2026-10-21T08:00/2026-10-21T09:00 busy",
            "2026-10-28T09:00/2026-10-28T10:00 busy"
        ]
    );
}

#[test]
fn vancouver_is_at_minus_seven_in_december_2026() {
    assert_eq!(
        weekly("America/Vancouver", "20261201T090000", "2026-12-01", "2026-12-02"),
        ["2026-12-01T16:00/2026-12-01T17:00 busy"]
    );
}

#[test]
fn a_skipped_time_is_read_with_the_offset_before_the_gap() {
    // 02:30 on 2026-03-08 does not exist in New York; with the offset before it is 03:30 summer time.
    let text = event(&["DTSTART;TZID=America/New_York:20260308T023000", "DURATION:PT1H"]);
    assert_eq!(
        shown(&read_in("UTC", "2026-03-01", "2026-04-01", &text)),
        ["2026-03-08T07:30/2026-03-08T08:30 busy"]
    );
}

#[test]
fn a_repeated_time_is_its_first_occurrence() {
    let text = event(&["DTSTART;TZID=America/New_York:20261101T013000", "DURATION:PT1H"]);
    assert_eq!(busy(&text), ["2026-11-01T05:30/2026-11-01T06:30 busy"]);
}

#[test]
fn an_hourly_series_blocks_the_hour_that_comes_twice_both_times() {
    let text = event(&[
        "DTSTART;TZID=America/New_York:20261101T000000",
        "DURATION:PT1H",
        "RRULE:FREQ=HOURLY;COUNT=4",
    ]);
    assert_eq!(
        starts(&text),
        [
            "2026-11-01T04:00",
            "2026-11-01T05:00",
            "2026-11-01T06:00",
            "2026-11-01T07:00",
            "2026-11-01T08:00"
        ]
    );
}

#[test]
fn a_night_with_a_change_lasts_until_the_later_of_both_readings() {
    // Eight hours, and until six on the wall: they differ by an hour where the clocks are set back.
    let text = event(&[
        "DTSTART;TZID=America/New_York:20261030T220000",
        "DTEND;TZID=America/New_York:20261031T060000",
        "RRULE:FREQ=DAILY;COUNT=3",
    ]);
    assert_eq!(
        shown(&read_in("UTC", "2026-10-30", "2026-11-05", &text)),
        [
            "2026-10-31T02:00/2026-10-31T10:00 busy",
            "2026-11-01T02:00/2026-11-01T11:00 busy",
            "2026-11-02T03:00/2026-11-02T11:00 busy",
        ]
    );
}

#[test]
fn a_duration_in_days_follows_the_calendar_and_one_in_hours_the_clock() {
    let text = event(&["DTSTART;TZID=America/New_York:20261031T120000", "DURATION:P1D"]);
    assert_eq!(busy(&text), ["2026-10-31T16:00/2026-11-01T17:00 busy"]);
    let text = event(&["DTSTART;TZID=America/New_York:20261031T120000", "DURATION:PT24H"]);
    assert_eq!(busy(&text), ["2026-10-31T16:00/2026-11-01T16:00 busy"]);
}

#[test]
fn floating_times_are_in_the_owners_zone() {
    let text = event(&["DTSTART:20261124T090000", "DTEND:20261124T100000"]);
    assert_eq!(busy(&text), ["2026-11-24T14:00/2026-11-24T15:00 busy"]);
    let london = read_in("Europe/London", "2026-11-01", "2026-12-01", &text);
    assert_eq!(shown(&london), ["2026-11-24T09:00/2026-11-24T10:00 busy"]);
}

/// What is read of an hour at ten without a zone, in a calendar that names these zones.
fn naming(zones: &[&str]) -> ical::Reading {
    let text = event(&["DTSTART:20261124T100000", "DTEND:20261124T110000"]);
    let mut head = "VERSION:2.0\r\n".to_owned();
    for zone in zones {
        head.extend(["X-WR-TIMEZONE:", zone, "\r\n"]);
    }
    read(&text.replace("VERSION:2.0\r\n", &head))
}

#[test]
fn floating_times_are_in_the_zone_that_the_calendar_names_for_them_and_in_the_owners() {
    let new_york = "2026-11-24T15:00/2026-11-24T16:00";
    let berlin = "2026-11-24T09:00/2026-11-24T10:00";
    for (zones, expected) in [
        (&[][..], &[new_york][..]),
        (&["America/New_York"], &[new_york]),
        (&["Europe/Berlin"], &[berlin, new_york]),
        (&["Europe/Berlin", "Europe/Berlin"], &[berlin, new_york]),
        (&["W. Europe Standard Time"], &[berlin, new_york]),
        (&["\"Mitteleuropäische Zeit\""], &[berlin, new_york]),
        (&["/mozilla.org/20070129_1/Europe/Berlin"], &[berlin, new_york]),
        (
            &["(UTC+01:00) Amsterdam\\, Berlin\\, Bern\\, Rom\\, Stockholm\\, Wien"],
            &[berlin, new_york],
        ),
        (&["Somewhere/Else"], &[new_york]),
        (
            &["Europe/Berlin", "Asia/Tokyo"],
            &["2026-11-24T01:00/2026-11-24T02:00", berlin, new_york],
        ),
    ] {
        let reading = naming(zones);
        let times: Vec<String> = shown(&reading).iter().map(|line| line[..33].to_owned()).collect();
        assert_eq!(times, expected, "{zones:?}");
        let is_clear = zones.is_empty() || *zones == ["America/New_York"];
        assert_eq!(reading.problems.is_empty(), is_clear, "{zones:?}");
        let is_told = |p: &ical::Problem| p.kind == ical::ProblemKind::Zone && !p.unplaced;
        assert!(reading.problems.iter().all(is_told), "{zones:?}");
        let understood = reading.instances.iter().all(|i| i.blocks == ical::Blocks::Busy);
        assert_eq!(understood, expected.len() == 1, "{zones:?}");
    }
}

#[test]
fn a_zone_for_floating_times_may_be_one_that_the_calendar_defines() {
    let definition = "BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0530\r\n\
                      TZOFFSETTO:+0530\r\nEND:STANDARD\r\nEND:VTIMEZONE";
    let floating = event_lines("a", &["DTSTART:20261124T100000", "DURATION:PT1H"]);
    let text = calendar(&["X-WR-TIMEZONE:Office", definition, &floating]);
    assert_eq!(starts(&text), ["2026-11-24T04:30", "2026-11-24T15:00"]);
}

#[test]
fn a_zone_for_floating_times_is_nothing_to_times_that_have_one() {
    let named = event_lines("a", &["DTSTART;TZID=Asia/Tokyo:20261124T100000", "DURATION:PT1H"]);
    let reading = read(&calendar(&["X-WR-TIMEZONE:Europe/Berlin", &named]));
    assert_eq!(shown(&reading), ["2026-11-24T01:00/2026-11-24T02:00 busy"]);
    assert!(reading.problems.is_empty());
}

#[test]
fn whole_days_stay_the_owners_whatever_zone_the_calendar_names() {
    let day = event(&[
        "DTSTART;VALUE=DATE:20261124",
        "RRULE:FREQ=WEEKLY;COUNT=2",
        "EXDATE;VALUE=DATE:20261201",
    ]);
    let named = day.replace(
        "VERSION:2.0\r\n",
        "VERSION:2.0\r\nX-WR-TIMEZONE:Europe/Berlin\r\n",
    );
    assert_eq!(busy(&named), ["2026-11-24T05:00/2026-11-25T05:00 all-day"]);
}

#[test]
fn floating_exceptions_and_changes_are_in_the_zone_of_their_series() {
    let lines = [
        "DTSTART:20261123T100000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;UNTIL=20261126T100000",
        "EXDATE:20261124T100000",
    ];
    let change = [
        "RECURRENCE-ID:20261125T100000",
        "DTSTART:20261125T120000",
        "DURATION:PT1H",
    ];
    let text = calendar(&[
        "X-WR-TIMEZONE:Asia/Tokyo",
        &event_lines("a", &lines),
        &event_lines("a", &change),
    ]);
    assert_eq!(
        starts(&text),
        [
            "2026-11-23T01:00",
            "2026-11-23T15:00",
            "2026-11-25T03:00",
            "2026-11-25T17:00",
            "2026-11-26T01:00",
            "2026-11-26T15:00",
        ]
    );
}

#[test]
fn start_and_end_may_be_in_different_zones() {
    let text = event(&[
        "DTSTART;TZID=Europe/London:20261124T090000",
        "DTEND;TZID=America/New_York:20261124T120000",
    ]);
    assert_eq!(busy(&text), ["2026-11-24T09:00/2026-11-24T17:00 busy"]);
}

#[test]
fn zones_are_found_by_iana_olson_and_windows_names_and_by_offsets() {
    for zone in [
        "TZID=Europe/Berlin",
        "TZID=\"Europe/Berlin\"",
        "TZID=europe/berlin",
        "TZID=/freeassociation.sourceforge.net/Tzfile/Europe/Berlin",
        "TZID=/mozilla.org/20050126_1/Europe/Berlin",
        "TZID=W. Europe Standard Time",
        "TZID=GMT+0100",
        "TZID=GMT+01:00",
        "TZID=\"UTC+01:00\"",
        "X-OTHER=1;TZID=Europe/Berlin;X-MORE=\"a;b:c\"",
    ] {
        let text = event(&[&format!("DTSTART;{zone}:20261124T090000")]);
        assert_eq!(starts(&text), ["2026-11-24T08:00"], "{zone}");
        assert!(read(&text).problems.is_empty(), "{zone}");
    }
    let three_parts = "/softwarestudio.org/Olson_20011030_5/America/Argentina/Buenos_Aires";
    assert_eq!(
        starts(&event(&[&format!("DTSTART;TZID={three_parts}:20261124T090000")])),
        ["2026-11-24T12:00"]
    );
    assert_eq!(
        starts(&event(&["DTSTART;TZID=tzone://Microsoft/Utc:20261124T090000"])),
        ["2026-11-24T09:00"]
    );
}

#[test]
fn an_unknown_zone_is_the_owners_and_a_problem() {
    let reading = read(&event(&["DTSTART;TZID=Custom Zone 7:20261124T090000"]));
    assert_eq!(shown(&reading), ["2026-11-24T14:00/2026-11-24T14:00 busy"]);
    assert_eq!(reading.problems[0].kind, ProblemKind::Zone);
    assert!(!reading.problems[0].unplaced);
    assert!(reading.problems[0].sentence.contains("“Custom Zone 7”"));
}

/// Berlin's rules under a name of the calendar's own.
const OWN_ZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:Head Office\r\nBEGIN:DAYLIGHT\r\nTZOFFSETFROM:+0100\r\n\
    RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nDTSTART:19810329T020000\r\nTZNAME:CEST\r\nTZOFFSETTO:+0200\r\n\
    END:DAYLIGHT\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n\
    DTSTART:19961027T030000\r\nTZNAME:CET\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE";

#[test]
fn a_zone_that_the_calendar_defines_agrees_with_the_same_zone_by_name() {
    let mut local = jiff::civil::datetime(2026, 3, 28, 0, 15, 0, 0);
    while local < jiff::civil::datetime(2026, 11, 1, 0, 0, 0, 0) {
        let start = |zone: &str| {
            event_lines(
                "x",
                &[
                    &format!("DTSTART;TZID={zone}:{}", local.strftime("%Y%m%dT%H%M%S")),
                    "DURATION:PT30M",
                ],
            )
        };
        let own = calendar(&[OWN_ZONE, &start("Head Office")]);
        let named = calendar(&[&start("Europe/Berlin")]);
        let both = [own, named].map(|text| read_in("UTC", "2026-01-01", "2027-01-01", &text));
        assert!(both[0].problems.is_empty());
        assert_eq!(both[0].instances, both[1].instances, "{local}");
        // Every half hour near the changes, elsewhere with larger steps.
        let near = matches!((local.month(), local.day()), (3, 28..=30) | (10, 24..=26));
        local = local
            .checked_add(jiff::SignedDuration::from_mins(if near { 30 } else { 60 * 31 }))
            .unwrap();
    }
}

#[test]
fn a_name_that_is_known_is_stronger_than_a_definition() {
    let wrong = OWN_ZONE.replace("Head Office", "Europe/London");
    let text = calendar(&[
        &wrong,
        &event_lines("x", &["DTSTART;TZID=Europe/London:20261124T090000"]),
    ]);
    assert_eq!(starts(&text), ["2026-11-24T09:00"]);
}

#[test]
fn a_definition_without_a_word_of_its_offset_is_an_unknown_zone() {
    for broken in [
        "BEGIN:VTIMEZONE\r\nTZID:Head Office\r\nEND:VTIMEZONE",
        "BEGIN:VTIMEZONE\r\nTZID:Head Office\r\nBEGIN:STANDARD\r\nTZOFFSETTO:one\r\nEND:STANDARD\r\nEND:VTIMEZONE",
    ] {
        let text = calendar(&[
            broken,
            &event_lines("x", &["DTSTART;TZID=Head Office:20261124T090000"]),
        ]);
        assert_eq!(starts(&text), ["2026-11-24T14:00"], "{broken}");
        assert_eq!(read(&text).problems[0].kind, ProblemKind::Zone);
    }
}

#[test]
fn whole_days_begin_and_end_with_the_owners_days_over_a_change() {
    let text = event(&["DTSTART;VALUE=DATE:20261031", "DTEND;VALUE=DATE:20261102"]);
    assert_eq!(busy(&text), ["2026-10-31T04:00/2026-11-02T05:00 all-day"]);
    let auckland = read_in("Pacific/Auckland", "2026-10-01", "2026-12-01", &text);
    assert_eq!(shown(&auckland), ["2026-10-30T11:00/2026-11-01T11:00 all-day"]);
}

#[test]
fn a_day_whose_midnight_is_skipped_begins_with_its_first_instant() {
    // Clocks in Beirut jump from 00:00 to 01:00 on 2026-03-29.
    let text = event(&["DTSTART;VALUE=DATE:20260329"]);
    let beirut = read_in("Asia/Beirut", "2026-03-01", "2026-04-05", &text);
    assert_eq!(shown(&beirut), ["2026-03-28T22:00/2026-03-29T21:00 all-day"]);
}
