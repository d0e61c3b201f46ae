//! Values that go on in a line without the blank that marks folding (RFC 5545, section 3.1). For somebody in New York, in November
//! and December 2026.

mod support;

use support::{busy, calendar, event, read, shown};

const ONCE: [&str; 1] = ["2026-11-30T09:00/2026-11-30T10:00 busy"];

#[test]
fn a_time_is_put_together_wherever_it_is_cut() {
    let start = "DTSTART;VALUE=DATE-TIME;TZID=Europe/Berlin:20261130T100000";
    for newline in ["\r\n", "\n", "\r", "\r\n\r\n", "\r\r\n"] {
        // Without its whole name it is not known.
        for at in "DTSTART".len() + 1..start.len() {
            if start[at..].starts_with([' ', '\t']) {
                continue;
            }
            let cut = format!("{}\r\n{}", &start[..at], &start[at..]);
            let text = event(&[&cut, "DTEND;TZID=Europe/Berlin:20261130T110000"]).replace("\r\n", newline);
            assert_eq!(busy(&text), ONCE, "{cut:?} {newline:?}");
        }
    }
    let twice = "DTSTART:20261130\r\nT09\r\n0000Z";
    assert_eq!(busy(&event(&[twice, "DTEND:2026\r\n1130T1000\r\n00Z"])), ONCE);
    assert_eq!(
        busy(&event(&["DTSTART:\r\n20261130T090000\r\nZ", "DURATION:PT\r\n1H"])),
        ONCE
    );
}

#[test]
fn lists_and_rules_are_put_together() {
    let series = ["DTSTART:20261124T090000Z", "DURATION:PT1H"];
    let days = |line: &str| -> Vec<String> {
        let text = event(&[&series[..], &[line]].concat());
        support::starts(&text)
            .iter()
            .map(|start| start[8..10].to_owned())
            .collect()
    };
    for list in [
        "RDATE:20261125T090000Z,\r\n20261130T090000Z",
        "RDATE:20261125T090000Z\r\n,20261130T090000Z",
        "RDATE:20261125T090000Z\r\n20261130T090000Z",
        "RDATE:20261125T0900\r\n00Z,2026113\r\n0T090000Z",
        "RDATE;VALUE=PERIOD:20261125T090000Z/\r\nPT1H,20261130T090000Z/PT\r\n1H",
    ] {
        assert_eq!(days(list), ["24", "25", "30"], "{list:?}");
    }
    for rule in [
        "RRULE:FREQ=DAILY;\r\nCOUNT=3",
        "RRULE:FREQ=DAILY\r\n;COUNT=3",
        "RRULE:FREQ=DAILY;COUNT\r\n=3",
        "RRULE:FREQ=DAILY;UNTIL=2026\r\n1126T090000Z",
        "RRULE:FREQ=DAILY;UNTIL=\r\n20261126T090000Z",
        "RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU,\r\nWE,TH",
        "RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TU,WE,\r\nTH",
    ] {
        assert_eq!(days(rule), ["24", "25", "26"], "{rule:?}");
    }
    let exceptions = "RRULE:FREQ=DAILY;COUNT=4\r\nEXDATE:20261125T090000Z,\r\n20261126T090000Z";
    assert_eq!(days(exceptions), ["24", "27"]);
}

#[test]
fn what_is_no_part_of_a_value_stays_apart() {
    for line in [
        "END",
        "S",
        "some text",
        "X-NOTE:1",
        "SEQUENCE:20261201",
        "DTSTAMP:20261201T000000Z",
        "\u{2013}",
        "===",
    ] {
        let text = event(&[
            "DTSTART:20261130T090000Z",
            line,
            "DURATION:PT1H",
            line,
            "CLASS:PUBLIC",
        ]);
        assert_eq!(busy(&text), ONCE, "{line:?}");
    }
    // The start lacks its time, which is not that of another property.
    for line in [
        "DTSTAMP:20261202T090000Z",
        "DTEND:20261130T100000Z",
        "X-START:20261202T090000Z",
    ] {
        let text = calendar(&["BEGIN:VEVENT", "DTSTART;TZID=Europe/Berlin", line, "END:VEVENT"]);
        let reading = read(&text);
        assert!(!reading.problems.is_empty(), "{line}");
        assert!(
            !shown(&reading).iter().any(|one| one.contains("2026-12-02T08")),
            "{line}"
        );
    }
}

/// What blocks of an event with a line behind another one, and whether something is said of it.
fn with_line(lines: &[&str], at: usize, line: &str) -> (Vec<String>, bool) {
    let mut all = lines.to_vec();
    all.insert(at + 1, line);
    let reading = read(&event(&all));
    (shown(&reading), !reading.problems.is_empty())
}

#[test]
fn a_line_of_digits_behind_a_complete_value_frees_nothing_and_is_told() {
    let start = "DTSTART;TZID=Europe/Berlin:20261201T100000";
    let end = "DTEND;TZID=Europe/Berlin:20261201T200000";
    for (lines, at, strays) in [
        (
            &[start, "DURATION:PT1H", "RRULE:FREQ=DAILY;INTERVAL=1"][..],
            2,
            &["7", "0", "12", "\r\n7", "\n\n12", "10,15", "10115", "2026-12-03"][..],
        ),
        (
            &[start, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=TU,TH;INTERVAL=1"],
            2,
            &["2", "+2", "1000"],
        ),
        (
            &[start, "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYMONTHDAY=1,2,3"],
            2,
            &["0", "1", "20261201"],
        ),
        (
            &[start, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=TU,TH"],
            2,
            &["2", "20261201", "\r\n1000"],
        ),
        (
            &[start, "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20261220"],
            2,
            &["2", "1000", "20261201", "\r\n235959"],
        ),
        (
            &[
                start,
                "DURATION:PT1H",
                "RRULE:FREQ=DAILY",
                "EXDATE;TZID=Europe/Berlin:20261202T100000",
            ],
            3,
            &["2026-12-03", "20261203", "20261203T100000", "\r\n20261203", "7"],
        ),
        (
            &[start, "DURATION:PT1H", "RRULE:FREQ=DAILY", "EXDATE:20261202"],
            3,
            &["20261203\r\n20261204", "1000", "2026-12-03"],
        ),
        (
            &["DTSTART;VALUE=DATE:20261201"],
            0,
            &["1000", "10", "\r\n10", "20", "10115", "1", "T100000", "+0900"],
        ),
        (
            &["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261203"],
            0,
            &["1800", "20", "10115"],
        ),
        (
            &["DTEND;VALUE=DATE:20261203", "DTSTART;VALUE=DATE:20261201"],
            0,
            &["1", "10", "1000", "10115"],
        ),
        (&["DTSTART:20261201"], 0, &["1000", "10", "7"]),
        (&[start, end], 1, &["+0900", "-0900", "1", "20261201"]),
        (
            &["DTSTART:2026-12-01T10:00:00", "DTEND:2026-12-01T20:00"],
            1,
            &["10", "1"],
        ),
        (
            &["DTSTART:2026-12-01 10:00", "DTEND:2026-12-01 20:00"],
            1,
            &["10", "1"],
        ),
        (&[start, "DURATION:PT10H"], 1, &["1", "20261201"]),
    ] {
        let all = busy(&event(lines));
        assert!(!all.is_empty(), "{lines:?}");
        for stray in strays {
            let (found, is_told) = with_line(lines, at, stray);
            let missing: Vec<_> = all.iter().filter(|one| !found.contains(one)).collect();
            assert!(missing.is_empty(), "{lines:?} {stray:?}: {missing:?}");
            assert!(is_told, "{lines:?} {stray:?}");
        }
    }
}

#[test]
fn a_number_of_a_rule_that_may_go_on_is_followed_with_and_without_its_rest() {
    let days = |rule: &str| -> Vec<String> {
        let text = event(&["DTSTART:20261124T090000Z", "DURATION:PT1H", rule]);
        let starts = support::starts(&text);
        starts.iter().map(|start| start[5..10].to_owned()).collect()
    };
    let both = days("RRULE:FREQ=MONTHLY;BYMONTHDAY=1\r\n5");
    assert_eq!(both, ["11-24", "12-01", "12-15"]);
    let counted = days("RRULE:FREQ=DAILY;COUNT=1\r\n2");
    assert_eq!(counted.len(), 12);
    // What follows belongs to the rule.
    let parts = days("RRULE:FREQ=DAILY;INTERVAL=1\r\n0;COUNT=3");
    assert_eq!(parts, ["11-24", "12-04", "12-14"]);
    // Lines of this length are folded.
    let long = "RRULE:FREQ=MONTHLY;BYMINUTE=0;BYSECOND=0;WKST=MO;BYHOUR=9,9,9;BYMONTHDAY=1";
    assert_eq!(long.len(), 74);
    assert_eq!(days(&format!("{long}\r\n5")), ["11-24", "12-15"]);
}

#[test]
fn a_rule_cut_within_a_word_is_put_together() {
    let days = |rule: &str| -> Vec<String> {
        let text = event(&["DTSTART:20261201T090000Z", "DURATION:PT1H", rule]);
        let starts = support::starts(&text);
        starts.iter().map(|start| start[5..10].to_owned()).collect()
    };
    for rule in [
        "RRULE:FREQ=WEEKLY;UNTIL=20261204T235959Z;BYDAY=TU,TH",
        "rrule:freq=weekly;until=20261204t235959z;byday=tu,th",
        "RRULE:FREQ=WEEKLY;BYMINUTE=0;BYSECOND=0;BYHOUR=9;UNTIL=20261204T225959Z;WKST=MO;BYDAY=TU,TH",
        "RRULE:RSCALE=GREGORIAN;FREQ=MONTHLY;COUNT=2;SKIP=FORWARD;BYMONTHDAY=1,3",
        "RRULE:COUNT=2;FREQ=WEEKLY;BYDAY=TU,TH",
        "RRULE:COUNT=2;FREQ=WEEKLY;WKST=MO;BYDAY=TU,TH;INTERVAL=1",
    ] {
        let value = rule.find(':').unwrap_or(0) + 1;
        for at in value..rule.len() {
            let text = format!("{}\r\n{}", &rule[..at], &rule[at..]);
            let found = days(&text);
            for expected in ["12-01", "12-03"] {
                assert!(found.contains(&expected.to_owned()), "{text:?}: {found:?}");
            }
        }
        for cut in [
            "T2", "t2", "FORWARD;", "EEKLY;", "eekly;", "WEEKLY;", "WE", "EGORIAN",
        ] {
            if let Some(at) = rule.find(cut) {
                let text = format!("{}\r\n{}", &rule[..at], &rule[at..]);
                assert_eq!(days(&text), ["12-01", "12-03"], "{text:?}");
            }
        }
    }
    // Another property ends it.
    let other = days("RRULE:FREQ=DAILY;UNTIL=20261203\r\nT225959Z;BYDAY=TU:20261201");
    assert_eq!(other, ["12-01", "12-02", "12-03"]);
}

/// What blocks in all of 2026, and whether something is said of it.
fn in_the_year(lines: &[&str]) -> (Vec<String>, bool) {
    let text = event(lines);
    let mut reading = support::read_in("America/New_York", "2026-01-01", "2027-01-01", &text);
    reading.instances.retain(|one| one.blocks.takes_time(true));
    (shown(&reading), !reading.problems.is_empty())
}

#[test]
fn another_property_behind_cut_parameters_says_no_time() {
    for cut in [
        "DTSTART;TZID=Europe/Berlin",
        "DTSTART;TZID=Europe/Berlin;",
        "DTSTART;TZID=\"Europe/Berlin\"",
        "DTSTART;TZID=",
        "DTSTART;VALUE=DATE-TIME",
        "DTSTART;TZID",
        "DTSTART;",
    ] {
        for other in [
            "RECEIVED:20261101T100000",
            "EXPIRES:20261101T100000",
            "MODIFIED:20261101T100000Z",
            "Received:20261101T100000",
            "received:20261101T100000",
            "RECEIVED;TZID=Europe/Berlin:20261101T100000",
            "Last seen:20261101T100000",
        ] {
            let (found, is_told) = in_the_year(&[cut, other, "DURATION:PT1H"]);
            assert!(is_told, "{cut} {other}");
            assert!(found.is_empty(), "{cut} {other}: {found:?}");
        }
    }
    let series = [
        "DTSTART;TZID=Europe/Berlin:20261201T100000",
        "RRULE:FREQ=DAILY;COUNT=4",
        "DURATION:PT1H",
    ];
    let (all, _) = in_the_year(&series);
    assert_eq!(all.len(), 4);
    for exception in [
        "EXDATE;TZID=Europe/Berlin",
        "EXDATE;TZID=Europe/",
        "EXDATE;TZID=",
        "EXDATE;",
    ] {
        for other in [
            "MODIFIED:20261202T100000",
            "Berlin:20261202T100000",
            "DTSTAMP:20261202T100000",
        ] {
            let (found, is_told) = in_the_year(&[&series[..], &[exception, other]].concat());
            assert!(is_told, "{exception} {other}");
            assert_eq!(found, all, "{exception} {other}");
        }
    }
}
