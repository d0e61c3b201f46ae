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
