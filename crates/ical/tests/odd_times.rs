//! Starts and ends of series and events that do not exist, are written in another form than they should be, or of which not all can
//! be read.

mod support;

use ical::ProblemKind;
use support::{busy, event, read, read_in, shown};

fn of_berlin(lines: &[&str]) -> Vec<String> {
    let mut reading = read_in("Europe/Berlin", "2027-03-26", "2027-04-02", &event(lines));
    reading.instances.retain(|i| i.blocks.takes_time(true));
    assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    shown(&reading)
}

#[test]
fn an_event_whose_start_the_clocks_jump_over_keeps_its_length() {
    let zone = |name: &str, time: &str| format!("{name};TZID=Europe/Berlin:20270328T{time}");
    for (start, end, expected) in [
        ("023000", "033000", "2027-03-28T01:30/2027-03-28T02:30 busy"),
        ("020000", "030000", "2027-03-28T01:00/2027-03-28T02:00 busy"),
        ("021500", "024500", "2027-03-28T01:15/2027-03-28T01:45 busy"),
        ("013000", "023000", "2027-03-28T00:30/2027-03-28T01:30 busy"),
        ("010000", "040000", "2027-03-28T00:00/2027-03-28T02:00 busy"),
        // From the end as it is written to the start as it is moved, and as long as it is.
        ("024500", "031500", "2027-03-28T01:15/2027-03-28T02:15 busy"),
        ("023000", "023000", "2027-03-28T01:30/2027-03-28T01:30 busy"),
    ] {
        assert_eq!(
            of_berlin(&[&zone("DTSTART", start), &zone("DTEND", end)]),
            [expected]
        );
        let floating = [
            format!("DTSTART:20270328T{start}"),
            format!("DTEND:20270328T{end}"),
        ];
        assert_eq!(of_berlin(&[&floating[0], &floating[1]]), [expected]);
    }
    let series = [
        &zone("DTSTART", "023000"),
        &zone("DTEND", "033000"),
        "RRULE:FREQ=DAILY;COUNT=2",
    ];
    assert_eq!(
        of_berlin(&series),
        [
            "2027-03-28T01:30/2027-03-28T02:30 busy",
            "2027-03-29T00:30/2027-03-29T01:30 busy"
        ]
    );
}

#[test]
fn a_series_that_ends_in_another_form_than_it_starts_ends_at_the_later_of_both() {
    for (start, until, last) in [
        // In UTC with a local end: noon in New York is 17:00.
        ("DTSTART:20261201T170000Z", "20261205T120000", "2026-12-05T17:00"),
        (
            "DTSTART;TZID=UTC:20261201T170000",
            "20261205T120000",
            "2026-12-05T17:00",
        ),
        ("DTSTART:20261201T170000Z", "20261205T180000", "2026-12-05T17:00"),
        // The evening of 5 December in New York is 6 December.
        ("DTSTART:20261202T010000Z", "20261205", "2026-12-06T01:00"),
        ("DTSTART:20261201T120000Z", "20261205", "2026-12-05T12:00"),
        // 20:00 as written, or 15:00 in New York.
        ("DTSTART:20261201T200000", "20261205T200000Z", "2026-12-06T01:00"),
        (
            "DTSTART;TZID=Nowhere:20261201T200000",
            "20261205T200000Z",
            "2026-12-06T01:00",
        ),
        ("DTSTART:20261201T100000", "20261205T150000Z", "2026-12-05T15:00"),
    ] {
        let text = event(&[start, "DURATION:PT1H", &format!("RRULE:FREQ=DAILY;UNTIL={until}")]);
        let reading = read(&text);
        let found = shown(&reading).pop().unwrap();
        assert_eq!(&found[..16], last, "{start} {until}");
        assert!(
            reading
                .problems
                .iter()
                .any(|problem| problem.kind == ProblemKind::Rule)
        );
    }
}

#[test]
fn a_series_that_ends_in_the_form_it_should_ends_exactly_there() {
    for (start, until, last) in [
        (
            "DTSTART;TZID=America/New_York:20261201T200000",
            "20261205T200000Z",
            "2026-12-05T01:00",
        ),
        (
            "DTSTART;TZID=America/New_York:20261201T200000",
            "20261205",
            "2026-12-06T01:00",
        ),
        ("DTSTART:20261202T010000Z", "20261205T010000Z", "2026-12-05T01:00"),
        ("DTSTART:20261201T200000", "20261204T200000", "2026-12-05T01:00"),
        ("DTSTART;VALUE=DATE:20261201", "20261204", "2026-12-04T05:00"),
    ] {
        let text = event(&[start, &format!("RRULE:FREQ=DAILY;UNTIL={until}")]);
        let reading = read(&text);
        assert_eq!(&shown(&reading).pop().unwrap()[..16], last, "{start} {until}");
        assert!(reading.problems.is_empty());
    }
}

#[test]
fn whole_days_of_an_odd_length_are_under_the_switch_for_whole_days() {
    for odd in [
        "DTEND;VALUE=DATE:20261123",
        "DTEND;VALUE=DATE:20261101",
        "DTEND:whenever",
        "DTEND;VALUE=DATE:20261124T99",
        "DURATION:-P1D",
        "DURATION:one day",
        "DURATION:P1DT",
        "X-APPLE-TRAVEL-DURATION:soon",
        "X-APPLE-TRAVEL-DURATION:P400D",
    ] {
        for rule in ["SUMMARY:Thing", "RRULE:FREQ=DAILY;COUNT=3"] {
            let start = "DTSTART;VALUE=DATE:20261124";
            let reading = read(&event(&[start, odd, rule]));
            assert!(!reading.instances.is_empty(), "{odd}");
            assert!(
                reading.instances.iter().all(|i| i.blocks.takes_time(true)),
                "{odd}"
            );
            assert!(
                !reading.instances.iter().any(|i| i.blocks.takes_time(false)),
                "{odd}"
            );
            assert!(odd.ends_with("DT") || !reading.problems.is_empty(), "{odd}");
            let opaque = read(&event(&[start, odd, rule, "TRANSP:OPAQUE"]));
            assert!(
                opaque.instances.iter().all(|i| i.blocks.takes_time(false)),
                "{odd}"
            );
        }
    }
}

#[test]
fn the_midnight_at_the_end_of_a_day_is_that_of_the_next() {
    let text = event(&["DTSTART:20261124T235900Z", "DTEND:20261124T240000Z"]);
    assert_eq!(busy(&text), ["2026-11-24T23:59/2026-11-25T00:00 busy"]);
    let text = event(&["DTSTART:20261124T240000", "DURATION:PT1H"]);
    assert_eq!(busy(&text), ["2026-11-25T05:00/2026-11-25T06:00 busy"]);
    let text = event(&["DTSTART:2026-12-31T24:00:00Z", "DURATION:PT1H"]);
    assert!(busy(&text).is_empty() && read(&text).problems.is_empty());
}
