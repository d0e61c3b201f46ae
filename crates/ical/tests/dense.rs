//! Series of more occurrences than are listed: joined, with as little more time as that takes.

mod support;

use ical::{Blocks, ProblemKind, Reading};
use support::{covered, event, read_in};

/// Five years.
fn five_years(lines: &[&str]) -> Reading {
    read_in("UTC", "2026-01-01", "2031-01-01", &event(lines))
}

fn said(reading: &Reading) -> &str {
    assert_eq!(reading.problems.len(), 1);
    assert_eq!(reading.problems[0].kind, ProblemKind::TooMany);
    &reading.problems[0].sentence
}

#[test]
fn a_daily_series_of_five_years_is_listed() {
    for start in ["DTSTART:20200101T090000Z", "DTSTART;VALUE=DATE:20200101"] {
        let reading = five_years(&[start, "RRULE:FREQ=DAILY"]);
        assert_eq!((reading.instances.len(), reading.problems.len()), (1_826, 0));
        assert!(reading.instances.iter().all(|i| i.recurrence_id.is_some()));
    }
}

#[test]
fn occurrences_that_touch_are_one_span_with_just_their_time() {
    for (start, rule) in [
        (
            "20260301T000000Z",
            "FREQ=SECONDLY;INTERVAL=600;UNTIL=20300301T000000Z",
        ),
        (
            "20260301T000000Z",
            "FREQ=MINUTELY;INTERVAL=10;UNTIL=20300301T000000Z",
        ),
        ("20260301T000000Z", "FREQ=MINUTELY;INTERVAL=5;COUNT=420769"),
    ] {
        let reading = five_years(&[
            &format!("DTSTART:{start}"),
            "DURATION:PT10M",
            &format!("RRULE:{rule}"),
        ]);
        assert_eq!(reading.instances.len(), 1, "{rule}");
        let span = &reading.instances[0];
        assert_eq!(
            (span.start.to_string(), span.end.to_string()),
            ("2026-03-01T00:00:00Z".into(), "2030-03-01T00:10:00Z".into()),
            "{rule}"
        );
        assert_eq!(span.blocks, Blocks::Busy);
        assert!(said(&reading).contains("shown as one"));
    }
    // Every minute of two hours a day is two hours a day.
    let reading = read_in(
        "UTC",
        "2026-01-01",
        "2026-03-01",
        &event(&[
            "DTSTART:20260101T000000Z",
            "DURATION:PT1M",
            "RRULE:FREQ=MINUTELY;BYHOUR=9,10",
        ]),
    );
    assert_eq!(reading.instances.len(), 60);
    assert!(covered(&reading, "2026-02-03T09:00:00Z", "2026-02-03T11:00:00Z"));
    assert!(!covered(&reading, "2026-02-03T11:00:00Z", "2026-02-03T11:00:01Z"));
}

#[test]
fn short_gaps_are_closed_and_the_nights_left_where_that_is_enough() {
    let reading = five_years(&[
        "DTSTART:20260101T000000Z",
        "DURATION:PT5M",
        "RRULE:FREQ=SECONDLY;INTERVAL=600",
    ]);
    assert_eq!(reading.instances.len(), 1);
    assert_eq!(reading.instances[0].blocks, Blocks::NotUnderstood);
    assert!(said(&reading).contains("short times between"));
    // Three times a day for five years.
    let reading = five_years(&[
        "DTSTART:20260101T080000Z",
        "DURATION:PT15M",
        "RRULE:FREQ=DAILY;BYHOUR=8,13,18",
    ]);
    assert_eq!(reading.instances.len(), 1_826);
    assert!(covered(&reading, "2029-05-05T08:00:00Z", "2029-05-05T18:15:00Z"));
    assert!(!covered(&reading, "2029-05-05T18:15:00Z", "2029-05-05T18:15:01Z"));
}

#[test]
fn what_is_too_much_even_so_is_kept_busy_and_never_more_than_some_thousand() {
    let reading = read_in(
        "UTC",
        "2026-01-01",
        "2037-01-01",
        &event(&[
            "DTSTART:20260101T080000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;UNTIL=20351231T080000Z",
        ]),
    );
    assert!(reading.instances.len() <= 2_001, "{}", reading.instances.len());
    assert!(said(&reading).contains("the rest of its time"));
    assert!(covered(&reading, "2033-01-01", "2035-12-31T09:00:00Z"));
    assert!(!covered(&reading, "2035-12-31T09:00:00Z", "2035-12-31T09:00:01Z"));
    assert!(!covered(&reading, "2027-01-01T09:00:00Z", "2027-01-01T09:00:01Z"));
}

#[test]
fn exceptions_are_holes_and_changes_count_in_dense_series_too() {
    let series = support::event_lines(
        "a",
        &[
            "DTSTART:20260101T000000Z",
            "DURATION:PT10M",
            "RRULE:FREQ=MINUTELY;INTERVAL=10",
            "EXDATE:20260103T100000Z",
        ],
    );
    let change = support::event_lines(
        "a",
        &[
            "RECURRENCE-ID:20260104T100000Z",
            "DTSTART:20260201T003000Z",
            "DURATION:PT5H",
        ],
    );
    let reading = read_in(
        "UTC",
        "2026-01-01",
        "2026-01-31",
        &support::calendar(&[&series, &change]),
    );
    assert_eq!(reading.instances.len(), 3);
    assert!(!covered(&reading, "2026-01-03T10:00:00Z", "2026-01-03T10:10:00Z"));
    assert!(!covered(&reading, "2026-01-04T10:00:00Z", "2026-01-04T10:10:00Z"));
    assert!(covered(&reading, "2026-01-04T10:10:00Z", "2026-01-31T00:00:00Z"));
    // From one date on an hour later and longer.
    let later = support::event_lines(
        "a",
        &[
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20260110T000000Z",
            "DTSTART:20260110T010000Z",
            "DURATION:PT20M",
        ],
    );
    let reading = read_in(
        "UTC",
        "2026-01-01",
        "2026-01-31",
        &support::calendar(&[&series, &later]),
    );
    assert!(!covered(&reading, "2026-01-10T00:00:00Z", "2026-01-10T01:00:00Z"));
    assert!(covered(&reading, "2026-01-10T01:00:00Z", "2026-01-31T00:00:00Z"));
}

#[test]
fn whole_days_without_a_word_stay_under_their_switch_when_they_are_joined() {
    let reading = read_in(
        "UTC",
        "2026-01-01",
        "2036-01-01",
        &event(&["DTSTART;VALUE=DATE:20260101", "RRULE:FREQ=DAILY"]),
    );
    assert_eq!(reading.instances.len(), 1);
    assert_eq!(reading.instances[0].blocks, Blocks::AllDayDefault);
    let days = reading.instances[0]
        .all_day
        .map(|(from, to)| (from.to_string(), to.to_string()));
    assert_eq!(days, Some(("2026-01-01".into(), "2036-01-01".into())));
}

#[test]
fn a_dense_series_that_is_over_before_the_horizon_takes_nothing_of_it() {
    let reading = five_years(&[
        "DTSTART:20251201T000000Z",
        "DURATION:PT1S",
        "RRULE:FREQ=SECONDLY;UNTIL=20251231T120000Z",
    ]);
    assert!(reading.instances.is_empty());
}

#[test]
fn what_takes_no_time_takes_none_however_often_it_happens() {
    for lines in [
        &["DTSTART:20260101T000000Z", "RRULE:FREQ=MINUTELY;INTERVAL=4"][..],
        &[
            "DTSTART:20260101T000000Z",
            "DTEND:20260101T000000Z",
            "RRULE:FREQ=SECONDLY",
        ],
        &[
            "DTSTART:20200101T000000Z",
            "DURATION:PT0S",
            "RRULE:FREQ=SECONDLY;BYSECOND=1,3;BYDAY=MO;BYMONTHDAY=1",
        ],
        // Not understood, but no longer.
        &["DTSTART:20260101T000000Z", "RRULE:FREQ=NOW AND THEN"],
    ] {
        let reading = five_years(lines);
        let takes = |i: &&ical::Instance| i.blocks.takes_time(true) && i.start < i.end;
        assert_eq!(reading.instances.iter().find(takes), None, "{lines:?}");
        assert_eq!(reading.problems.len(), 1, "{:?}", reading.problems);
    }
    let reading = five_years(&["DTSTART:20260101T000000Z", "RRULE:FREQ=SECONDLY"]);
    assert!(said(&reading).contains("take no time"));
}

#[test]
fn what_has_a_length_of_its_own_blocks_among_many_dates_that_take_no_time() {
    let series = [
        "DTSTART:20260101T000000Z",
        "RRULE:FREQ=MINUTELY",
        "RDATE;VALUE=PERIOD:20270101T100000Z/PT2H",
    ];
    let reading = five_years(&series);
    let blocking: Vec<_> = reading.instances.iter().filter(|i| i.start < i.end).collect();
    assert_eq!(blocking.len(), 1);
    assert!(covered(&reading, "2027-01-01T10:00:00Z", "2027-01-01T12:00:00Z"));
    // Travel time is a length.
    let travel = five_years(&[series[0], series[1], "X-APPLE-TRAVEL-DURATION:PT1M"]);
    assert!(covered(&travel, "2027-01-01", "2027-02-01"));
    // From one date on they last.
    let later = support::event_lines(
        "a",
        &[
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20270301T000000Z",
            "DTSTART:20270301T000000Z",
            "DURATION:PT1M",
        ],
    );
    let text = support::calendar(&[&support::event_lines("a", &series[..2]), &later]);
    let reading = read_in("UTC", "2027-02-01", "2027-05-01", &text);
    assert!(covered(&reading, "2027-03-01", "2027-05-01"));
}
