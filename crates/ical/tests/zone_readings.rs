//! Zones that can be meant in several ways: what blocks in one of them blocks.

#![expect(clippy::too_many_lines, reason = "the tables are long")]

mod support;

use ical::{Blocks, Reading};
use support::defined::Said::{self, Several};
use support::defined::*;
use support::{calendar, covered, event_lines, shown};

#[test]
fn what_can_be_meant_in_several_ways_blocks_in_all_of_them() {
    let with = |from: &str, to: &str| mine(&berlin().replace(from, to));
    check(&[
        (
            "an offset without a time, and another before",
            mine("STANDARD|TZOFFSETFROM:+0200|TZOFFSETTO:+0100"),
            "My Zone",
            BERLIN_OR_HOUR_LATER,
            Several,
        ),
        (
            "a part that only seems to change nothing",
            mine(
                &berlin()
                    .replace("FROM:+0200", "FROM:+0100")
                    .replace("BYMONTH=10;BYDAY=-1SU", "BYMONTH=10;BYDAY=LAST"),
            ),
            "My Zone",
            BERLIN,
            Several,
        ),
        // The month of the change is known, and with it winter and summer.
        (
            "a day that cannot be read",
            with("BYMONTH=10;BYDAY=-1SU", "BYMONTH=10;BYDAY=LAST"),
            "My Zone",
            BERLIN,
            Several,
        ),
        (
            "an empty rule",
            with("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "RRULE:"),
            "My Zone",
            BERLIN,
            Several,
        ),
        (
            "empty rules",
            mine(
                &berlin()
                    .replace("FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "")
                    .replace("FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", ""),
            ),
            "My Zone",
            BERLIN,
            Several,
        ),
        (
            "a rule of seconds",
            with("FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "FREQ=SECONDLY"),
            "My Zone",
            BERLIN,
            Several,
        ),
        (
            "a rule of days",
            with("FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "FREQ=DAILY"),
            "My Zone",
            BERLIN,
            Several,
        ),
        // No word of when.
        (
            "both offsets alone",
            mine("STANDARD|TZOFFSETTO:+0100\nDAYLIGHT|TZOFFSETTO:+0200"),
            "My Zone",
            BERLIN_OR_HOUR_LATER,
            Several,
        ),
        (
            "rules without a month",
            mine(
                &since("19700101")
                    .replace("RRULE:FREQ=YEARLY", "RRULE:OFTEN")
                    .replace(";BYMONTH=10", "")
                    .replace(";BYMONTH=3", ""),
            ),
            "My Zone",
            BERLIN_OR_HOUR_LATER,
            Several,
        ),
        (
            "summer time that cannot be placed",
            mine(
                "STANDARD|DTSTART:19700101T000000|TZOFFSETFROM:+0100|TZOFFSETTO:+0100\nDAYLIGHT|TZOFFSETTO:+0200",
            ),
            "My Zone",
            BERLIN_OR_HOUR_LATER,
            Several,
        ),
        // The way back is missing: some months after the one change, either offset may be in force.
        (
            "summer time alone",
            mine(SPRING),
            "My Zone",
            (&["08:00", "09:00"], &["08:00"]),
            Several,
        ),
        (
            "winter time alone",
            mine(AUTUMN),
            "My Zone",
            (&["09:00"], &["08:00", "09:00"]),
            Several,
        ),
        (
            "winter time that came once",
            mine(&format!(
                "{SPRING}{}",
                AUTUMN.split("|RRULE").next().unwrap_or("")
            )),
            "My Zone",
            (&["08:00", "09:00"], &["08:00"]),
            Several,
        ),
        (
            "two of one name",
            format!("{}\r\n{}", mine(&berlin()), mine(&new_york())),
            "My Zone",
            (&["09:00", "15:00"], &["08:00", "14:00"]),
            Several,
        ),
        (
            "two of other names",
            format!("{}\r\n{}", defined("A", &berlin()), defined("B", &new_york())),
            "My Zone",
            (&["09:00", "15:00"], &["08:00", "14:00"]),
            Several,
        ),
    ]);
}

/// A definition of which only the offsets can be read.
fn either() -> String {
    mine("STANDARD|TZOFFSETTO:+0100\nDAYLIGHT|TZOFFSETTO:+0200")
}

fn reading_of(lines: &[&str]) -> Reading {
    of_2026(&calendar(&[&either(), &event_lines("x", lines)]))
}

#[test]
fn only_what_every_reading_has_is_understood() {
    let text = calendar(&[&mine(SPRING), &events("My Zone")]);
    let reading = of_2026(&text);
    let blocks: Vec<Blocks> = reading.instances.iter().map(|i| i.blocks).collect();
    assert_eq!(
        blocks,
        [Blocks::Busy, Blocks::NotUnderstood, Blocks::NotUnderstood]
    );
}

#[test]
fn a_series_leaves_out_and_moves_its_occurrences_in_every_reading() {
    let reading = of_2026(&calendar(&[
        &either(),
        &event_lines(
            "x",
            &[
                "DTSTART;TZID=My Zone:20260706T100000",
                "DTEND;TZID=My Zone:20260706T110000",
                "RRULE:FREQ=DAILY;COUNT=3",
                "EXDATE;TZID=My Zone:20260707T100000",
            ],
        ),
        &event_lines(
            "x",
            &[
                "RECURRENCE-ID;TZID=My Zone:20260708T100000",
                "DTSTART;TZID=My Zone:20260708T150000",
                "DURATION:PT1H",
            ],
        ),
    ]));
    assert_eq!(
        shown(&reading),
        [
            "2026-07-06T08:00/2026-07-06T09:00 not-understood",
            "2026-07-06T09:00/2026-07-06T10:00 not-understood",
            "2026-07-08T13:00/2026-07-08T14:00 not-understood",
            "2026-07-08T14:00/2026-07-08T15:00 not-understood",
        ]
    );
}

#[test]
fn an_exception_frees_only_what_it_frees_in_every_reading() {
    // Ten o'clock there may be eight or nine in UTC.
    let reading = reading_of(&[
        "DTSTART:20260706T080000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=2",
        "EXDATE;TZID=My Zone:20260706T100000",
    ]);
    assert_eq!(
        shown(&reading),
        [
            "2026-07-06T08:00/2026-07-06T09:00 not-understood",
            "2026-07-07T08:00/2026-07-07T09:00 busy",
        ]
    );
}

#[test]
fn a_start_and_an_end_of_two_unclear_zones_block_from_the_earliest_to_the_latest() {
    let other = defined("Other", "STANDARD|TZOFFSETTO:-0500\nDAYLIGHT|TZOFFSETTO:-0400");
    let event = event_lines(
        "x",
        &[
            "DTSTART;TZID=My Zone:20260706T100000",
            "DTEND;TZID=Other:20260706T100000",
        ],
    );
    let reading = of_2026(&calendar(&[&either(), &other, &event]));
    assert!(
        covered(&reading, "2026-07-06T08:00:00Z", "2026-07-06T15:00:00Z"),
        "{:?}",
        shown(&reading)
    );
}

#[test]
fn dates_and_times_in_utc_need_no_zone() {
    for (line, start) in [
        ("DTSTART;TZID=My Zone;VALUE=DATE:20260706", "2026-07-05T15:00"),
        ("DTSTART;TZID=Nowhere:20260706T100000Z", "2026-07-06T10:00"),
        ("DTSTART;TZID=UTC:20260706T100000Z", "2026-07-06T10:00"),
        ("DTSTART;TZID=Etc/UTC:20260706T100000Z", "2026-07-06T10:00"),
        ("DTSTART;TZID=GMT:20260706T100000Z", "2026-07-06T10:00"),
        (
            "DTSTART;TZID=Europe/Berlin:20260706T120000+0200",
            "2026-07-06T10:00",
        ),
        ("DTSTART:20260706T100000", "2026-07-06T01:00"),
    ] {
        let reading = reading_of(&[line]);
        assert_eq!(shown(&reading)[0][..16], *start, "{line}");
        assert!(reading.problems.is_empty(), "{line}");
    }
}

#[test]
fn a_time_with_a_zone_and_the_mark_of_utc_blocks_in_both() {
    for (lines, expected) in [
        (
            &[
                "DTSTART;TZID=Europe/Berlin:20261207T100000Z",
                "DTEND;TZID=Europe/Berlin:20261207T110000Z",
            ][..],
            &[
                "2026-12-07T09:00/2026-12-07T10:00",
                "2026-12-07T10:00/2026-12-07T11:00",
            ][..],
        ),
        (
            &[
                "DTSTART;TZID=Europe/Berlin:20261207T100000Z",
                "DTEND;TZID=Europe/Berlin:20261207T110000",
            ],
            &[
                "2026-12-07T09:00/2026-12-07T10:00",
                "2026-12-07T10:00/2026-12-07T11:00",
            ],
        ),
        (
            &[
                "DTSTART;TZID=Europe/Berlin:20261207T100000",
                "DTEND;TZID=Europe/Berlin:20261207T110000Z",
            ],
            &[
                "2026-12-07T09:00/2026-12-07T10:00",
                "2026-12-07T09:00/2026-12-07T11:00",
            ],
        ),
        // What is left out, or replaced, in one of the readings only stays.
        (
            &[
                "DTSTART:20261207T100000Z",
                "DURATION:PT1H",
                "RRULE:FREQ=DAILY;COUNT=2",
                "EXDATE;TZID=Europe/Berlin:20261207T100000Z",
            ],
            &[
                "2026-12-07T10:00/2026-12-07T11:00",
                "2026-12-08T10:00/2026-12-08T11:00",
            ],
        ),
        (
            &[
                "DTSTART;TZID=Europe/Berlin:20261207T100000Z",
                "DURATION:PT1H",
                "RRULE:FREQ=DAILY;COUNT=2",
                "EXDATE;TZID=Europe/Berlin:20261207T100000Z",
            ],
            &[
                "2026-12-08T09:00/2026-12-08T10:00",
                "2026-12-08T10:00/2026-12-08T11:00",
            ],
        ),
    ] {
        let reading = of_2026(&calendar(&[&event_lines("x", lines)]));
        let times: Vec<String> = shown(&reading).iter().map(|line| line[..33].to_owned()).collect();
        assert_eq!(times, expected, "{lines:?}");
        let told = |problem: &ical::Problem| problem.sentence.contains("and in UTC");
        assert!(reading.problems.iter().any(told), "{:?}", reading.problems);
    }
}

#[test]
fn whether_the_mark_of_utc_counts_is_one_question_however_many_zones_there_are() {
    let zones = [
        "Europe/Berlin",
        "Asia/Kolkata",
        "America/New_York",
        "America/Lima",
        "Asia/Dubai",
    ];
    let events: Vec<String> = zones
        .iter()
        .map(|zone| {
            event_lines(
                zone,
                &[&format!("DTSTART;TZID={zone}:20261207T100000Z"), "DURATION:PT1H"],
            )
        })
        .collect();
    let lines: Vec<&str> = events.iter().map(String::as_str).collect();
    let reading = of_2026(&calendar(&lines));
    assert_eq!(reading.instances.len(), 2 * zones.len());
    assert!(reading.problems.iter().all(|problem| !problem.unplaced));
}

#[test]
fn a_zone_that_is_not_known_may_be_any_that_its_calendar_names_or_the_owners() {
    let lines = [
        "DTSTART;TZID=Nowhere:20261207T090000",
        "DTEND;TZID=America/New_York:20261207T100000",
    ];
    let reading = of_2026(&calendar(&[&event_lines("x", &lines)]));
    assert!(covered(&reading, "2026-12-07T14:00:00Z", "2026-12-07T15:00:00Z"));
    assert!(
        covered(&reading, "2026-12-07T00:00:00Z", "2026-12-07T01:00:00Z"),
        "Tokyo's"
    );
    // Of many zones none is likelier than another.
    let other = |n: i32| format!("DTSTART;TZID=Etc/GMT+{n}:20261207T090000");
    let others: Vec<String> = (1..=6)
        .map(|n| event_lines(&n.to_string(), &[&other(n)]))
        .collect();
    let unknown = event_lines("x", &["DTSTART;TZID=Nowhere:20261207T090000", "DURATION:PT1H"]);
    let mut all: Vec<&str> = others.iter().map(String::as_str).collect();
    all.push(&unknown);
    let reading = of_2026(&calendar(&all));
    let starts: Vec<_> = reading
        .instances
        .iter()
        .filter(|i| &*i.uid == "x")
        .map(|i| i.start.to_string())
        .collect();
    assert_eq!(starts, ["2026-12-07T00:00:00Z"]);
}

#[test]
fn a_definition_that_is_repeated_often_is_one() {
    let same = vec![mine(&berlin()); 40].join("\r\n");
    let text = calendar(&[&same, &events("My Zone")]);
    assert_eq!(fault("repeated", &text, BERLIN, Said::Nothing), None);
}

#[test]
fn more_meanings_than_are_looked_at_are_said() {
    // Six zones of two meanings each.
    let zones: Vec<String> = (0..6)
        .map(|n| {
            defined(
                &format!("Zone {n}"),
                "STANDARD|TZOFFSETTO:+0100\nDAYLIGHT|TZOFFSETTO:+0200",
            )
        })
        .collect();
    let events: Vec<String> = (0..6)
        .map(|n| {
            event_lines(
                &n.to_string(),
                &[&format!("DTSTART;TZID=Zone {n}:20260706T100000"), "DURATION:PT1H"],
            )
        })
        .collect();
    let lines: Vec<&str> = zones.iter().chain(&events).map(String::as_str).collect();
    let reading = of_2026(&calendar(&lines));
    assert_eq!(
        reading.instances.len(),
        12,
        "each event blocks in both of its meanings"
    );
    assert!(reading.problems.iter().any(|problem| problem.unplaced));
}
