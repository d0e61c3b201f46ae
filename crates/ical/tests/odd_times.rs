//! Starts and ends of series and events that do not exist, are written in another form than they should be, or of which not all can
//! be read.

mod support;

use ical::{Blocks, ProblemKind};
use support::{busy, covered, event, instant, read, read_in, shown};

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
    for (start, until, last, is_later) in [
        // In UTC with a local end: noon in New York is 17:00.
        (
            "DTSTART:20261201T170000Z",
            "20261205T120000",
            "2026-12-05T17:00",
            true,
        ),
        (
            "DTSTART;TZID=UTC:20261201T170000",
            "20261205T120000",
            "2026-12-05T17:00",
            true,
        ),
        (
            "DTSTART:20261201T170000Z",
            "20261205T180000",
            "2026-12-05T17:00",
            false,
        ),
        // The evening of 5 December in New York is 6 December.
        ("DTSTART:20261202T010000Z", "20261205", "2026-12-06T01:00", true),
        ("DTSTART:20261201T120000Z", "20261205", "2026-12-05T12:00", false),
        // 20:00 as written, or 15:00 in New York.
        (
            "DTSTART:20261201T200000",
            "20261205T200000Z",
            "2026-12-06T01:00",
            true,
        ),
        (
            "DTSTART;TZID=Nowhere:20261201T200000",
            "20261205T200000Z",
            "2026-12-06T01:00",
            true,
        ),
        (
            "DTSTART:20261201T100000",
            "20261205T150000Z",
            "2026-12-05T15:00",
            false,
        ),
    ] {
        let text = event(&[start, "DURATION:PT1H", &format!("RRULE:FREQ=DAILY;UNTIL={until}")]);
        let reading = read(&text);
        let found = shown(&reading).pop().unwrap();
        assert_eq!(&found[..16], last, "{start} {until}");
        // Said only where it makes a difference.
        let is_said = reading
            .problems
            .iter()
            .any(|problem| problem.kind == ProblemKind::Rule);
        assert_eq!(is_said, is_later, "{start} {until}");
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

#[test]
fn of_a_time_that_cannot_be_read_its_day_blocks_where_it_is_written_and_where_the_owner_is() {
    for (start, end, expected) in [
        (
            "DTSTART;TZID=Asia/Tokyo:20261202T990000",
            "DTEND;TZID=Asia/Tokyo:20261202T110000",
            "2026-12-01T15:00/2026-12-03T05:00",
        ),
        (
            "DTSTART;TZID=Asia/Tokyo:20261202T99",
            "DTEND;TZID=Asia/Tokyo:20261205T110000",
            "2026-12-01T15:00/2026-12-05T02:00",
        ),
        (
            "DTSTART;TZID=America/Los_Angeles:20261202T9",
            "DURATION:PT1H",
            "2026-12-02T05:00/2026-12-03T09:00",
        ),
        (
            "DTSTART:20261202T99Z",
            "DURATION:PT1H",
            "2026-12-02T00:00/2026-12-03T06:00",
        ),
        // It may begin a moment before midnight.
        (
            "DTSTART:20261202T990000",
            "DURATION:PT4H",
            "2026-12-02T05:00/2026-12-03T09:00",
        ),
        (
            "DTSTART:20261202T240100",
            "DTEND:20261202T020000",
            "2026-12-02T05:00/2026-12-03T05:00",
        ),
        (
            "DTSTART:20261202T99",
            "SUMMARY:A",
            "2026-12-02T05:00/2026-12-03T05:00",
        ),
        (
            "DTSTART;TZID=GMT+09:00:20261202T99",
            "SUMMARY:A",
            "2026-12-01T15:00/2026-12-03T05:00",
        ),
        (
            "SUMMARY:A",
            "DTEND;TZID=Asia/Tokyo:20261202T110000",
            "2026-12-01T15:00/2026-12-03T05:00",
        ),
    ] {
        let text = event(&[start, end]);
        assert_eq!(
            busy(&text),
            [format!("{expected} not-understood")],
            "{start} {end}"
        );
        assert!(
            read(&text)
                .problems
                .iter()
                .any(|problem| problem.kind == ProblemKind::Start)
        );
    }
    let series = [
        "DTSTART;TZID=Asia/Tokyo:20261202T99",
        "DURATION:PT1H",
        "RRULE:FREQ=WEEKLY;BYHOUR=9;COUNT=2",
    ];
    assert_eq!(
        busy(&event(&series)),
        [
            "2026-12-01T15:00/2026-12-03T06:00 not-understood",
            "2026-12-08T15:00/2026-12-10T06:00 not-understood"
        ]
    );
    let travel = [
        "DTSTART:20261202T99",
        "DURATION:PT1H",
        "X-APPLE-TRAVEL-DURATION:PT2H",
    ];
    assert_eq!(
        busy(&event(&travel)),
        ["2026-12-02T03:00/2026-12-03T06:00 not-understood"]
    );
    let additional = [
        "DTSTART:20261102T150000Z",
        "DURATION:PT1H",
        "RDATE;TZID=Asia/Tokyo:20261204T99",
    ];
    assert_eq!(
        busy(&event(&additional))[1],
        "2026-12-03T15:00/2026-12-04T16:00 not-understood"
    );
}

#[test]
fn a_day_that_does_not_exist_is_every_day_that_it_may_be() {
    let starts_of = |lines: &[&str]| {
        busy(&event(lines))
            .iter()
            .map(|line| line[..16].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        starts_of(&["DTSTART:20261131T090000Z", "DURATION:PT1H"]),
        ["2026-11-30T09:00", "2026-12-01T09:00"]
    );
    let february = event(&["DTSTART:20270230T090000Z", "DURATION:PT1H"]);
    let reading = read_in("UTC", "2027-02-01", "2027-04-01", &february);
    assert_eq!(
        shown(&reading),
        [
            "2027-02-28T09:00/2027-02-28T10:00 not-understood",
            "2027-03-01T09:00/2027-03-01T10:00 not-understood",
            "2027-03-02T09:00/2027-03-02T10:00 not-understood"
        ]
    );
    assert_eq!(
        busy(&event(&["DTSTART:20261130T230000Z", "DTEND:20261131T010000Z"])),
        ["2026-11-30T23:00/2026-12-01T01:00 not-understood"]
    );
    assert_eq!(
        busy(&event(&[
            "DTSTART;VALUE=DATE:20261130",
            "DTEND;VALUE=DATE:20261131",
            "TRANSP:OPAQUE"
        ])),
        ["2026-11-30T05:00/2026-12-01T05:00 not-understood"]
    );
    assert_eq!(
        starts_of(&["DTSTART;VALUE=DATE:2026-11-31"]),
        ["2026-11-30T05:00", "2026-12-01T05:00"]
    );
    assert_eq!(
        starts_of(&[
            "DTSTART:20261102T150000Z",
            "DURATION:PT1H",
            "RDATE:20261131T150000Z"
        ]),
        ["2026-11-02T15:00", "2026-11-30T15:00", "2026-12-01T15:00"]
    );
    // What is left out must be certain.
    assert_eq!(
        starts_of(&[
            "DTSTART:20261130T150000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;COUNT=2",
            "EXDATE:20261131T150000Z"
        ]),
        ["2026-11-30T15:00", "2026-12-01T15:00"]
    );
    let busy_times = "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY:20261131T090000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
    assert_eq!(busy(busy_times).len(), 2);
}

#[test]
fn a_series_repeats_from_every_day_on_which_it_may_begin() {
    let days = |lines: &[&str]| {
        let reading = read_in("UTC", "2026-11-30", "2026-12-20", &event(lines));
        let short = |i: &ical::Instance| i.start.strftime("%d %H:%M").to_string();
        let mut days: Vec<String> = reading.instances.iter().map(short).collect();
        days.dedup();
        days
    };
    let start = ["DTSTART:20261131T100000Z", "DURATION:PT1H"];
    let both = [
        "30 10:00", "01 10:00", "07 10:00", "08 10:00", "14 10:00", "15 10:00",
    ];
    assert_eq!(days(&[start[0], start[1], "RRULE:FREQ=WEEKLY"]), both);
    assert_eq!(
        days(&[start[0], start[1], "RRULE:FREQ=DAILY;COUNT=3"]),
        ["30 10:00", "01 10:00", "02 10:00", "03 10:00"]
    );
    assert_eq!(
        days(&["DTSTART;VALUE=DATE:20261131", "RRULE:FREQ=WEEKLY"]),
        both.map(|day| day.replace("10:00", "00:00"))
    );
    assert_eq!(
        days(&[
            "DTSTART:20261130T090000Z",
            "DTSTART:20261201T150000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=WEEKLY;COUNT=2"
        ]),
        ["30 09:00", "01 15:00", "07 09:00", "08 15:00"]
    );
    // A rule that is not understood, and a start of which only the day is known.
    assert_eq!(
        days(&[start[0], start[1], "RRULE:FREQ=FOO;UNTIL=20261202T100000Z"]),
        ["30 10:00", "01 10:00", "02 10:00"]
    );
    assert_eq!(
        days(&["DTSTART:20261131T996000Z", start[1], "RRULE:FREQ=WEEKLY;COUNT=2"]),
        both[..4]
            .iter()
            .map(|day| day.replace("10:00", "00:00"))
            .collect::<Vec<_>>()
    );
    let monthly = event(&[start[0], start[1], "RRULE:FREQ=MONTHLY"]);
    let reading = read_in("UTC", "2027-01-01", "2027-02-01", &monthly);
    assert_eq!(
        shown(&reading),
        [
            "2027-01-01T10:00/2027-01-01T11:00 not-understood",
            "2027-01-30T10:00/2027-01-30T11:00 not-understood"
        ]
    );
    // What is left out of one of them is left out, and a change replaces the one that it names.
    assert!(
        !days(&[start[0], start[1], "RRULE:FREQ=WEEKLY", "EXDATE:20261208T100000Z"])
            .contains(&"08 10:00".to_owned())
    );
}

#[test]
fn neither_a_day_nor_a_time_that_exists_is_all_the_days_that_it_may_be() {
    for lines in [
        &["DTSTART:20261131T996000Z", "DURATION:PT1H"][..],
        &["DTSTART;TZID=America/New_York:2026-11-31T25:00", "DURATION:PT1H"],
        &["DTEND:20261131T996000Z"],
        &[
            "DTSTART:20261102T100000Z",
            "DTSTART:20261131T996000Z",
            "DURATION:PT1H",
        ],
        &[
            "DTSTART:20261102T100000Z",
            "DURATION:PT1H",
            "RDATE:20261131T996000Z",
        ],
    ] {
        let reading = read(&event(lines));
        let busy: Vec<_> = reading
            .instances
            .iter()
            .filter(|i| i.start > instant("2026-11-29"))
            .collect();
        for day in ["2026-11-30", "2026-12-01"] {
            let (from, to) = (
                instant(&format!("{day}T05:00:00Z")),
                instant(&format!("{day}T23:59:00Z")),
            );
            assert!(
                busy.iter().any(|i| i.start <= from && i.end >= to),
                "{lines:?} {day}"
            );
        }
        assert!(
            busy.iter().all(|i| i.blocks == Blocks::NotUnderstood),
            "{lines:?}"
        );
        assert!(busy.iter().all(|i| i.end < instant("2026-12-03")), "{lines:?}");
        assert!(
            !reading.problems.is_empty() && reading.problems.iter().all(|p| !p.unplaced),
            "{lines:?}"
        );
    }
    let far = read_in(
        "UTC",
        "2026-12-01",
        "2027-02-10",
        &event(&["DTSTART:20261331T996000Z", "DURATION:PT1H"]),
    );
    assert!(
        shown(&far).iter().any(|line| line.starts_with("2026-12-31")),
        "{far:?}"
    );
    assert!(
        shown(&far).iter().any(|line| line.starts_with("2027-01-31")),
        "{far:?}"
    );
    let list = "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY:20261131T996000Z/PT1H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
    assert!(covered(&read(list), "2026-12-01T05:00:00Z", "2026-12-01T23:00:00Z") || busy(list).len() >= 2);
}

#[test]
fn a_series_of_very_many_starts_is_told() {
    let mut lines = vec!["DURATION:PT1H".to_owned()];
    for day in 0..2_000 {
        lines.push(format!(
            "DTSTART:20261201T{:02}{:02}{:02}Z",
            day / 3_600,
            day / 60 % 60,
            day % 60
        ));
        lines.push(format!("RRULE:FREQ=WEEKLY;COUNT={}", day + 2));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let reading = read(&event(&lines));
    assert!(reading.problems.iter().any(|p| p.unplaced));
    assert!(covered(&reading, "2026-12-01T00:00:00Z", "2026-12-01T01:30:00Z"));
}

#[test]
fn lists_of_dates_are_read_whatever_separates_them() {
    for mark in [",", ";", " ", ", ", "; ", "\\,", "\\;", "\t", "  "] {
        let list = ["20261202T090000Z", "2026-12-03T09:00:00Z", "20261204 090000Z"].join(mark);
        let text = event(&[
            "DTSTART:20261201T090000Z",
            "DURATION:PT1H",
            &format!("RDATE:{list}"),
        ]);
        let found = busy(&text);
        assert_eq!(found.len(), 4, "{mark:?}: {found:?}");
        assert_eq!(found[3], "2026-12-04T09:00/2026-12-04T10:00 busy", "{mark:?}");
        let text = event(&[
            "DTSTART:20261201T090000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;COUNT=4",
            &format!("EXDATE:{list}"),
        ]);
        assert_eq!(
            busy(&text),
            ["2026-12-01T09:00/2026-12-01T10:00 busy"],
            "{mark:?}"
        );
        let times = ["20261202T090000Z/PT1H", "20261203T090000Z / 20261203T100000Z"].join(mark);
        let text = format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY:{times}\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
        );
        assert_eq!(
            busy(&text),
            [
                "2026-12-02T09:00/2026-12-02T10:00 busy",
                "2026-12-03T09:00/2026-12-03T10:00 busy"
            ],
            "{mark:?}"
        );
    }
    // A zone that lost its colon is none of the dates, and what is left out is not known then.
    let text = event(&[
        "DTSTART:20261201T090000Z",
        "DURATION:PT1H",
        "EXDATE;TZID=Asia/Tokyo;20261201T090000",
    ]);
    assert_eq!(busy(&text), ["2026-12-01T09:00/2026-12-01T10:00 busy"]);
    // A long list, and one of spaces alone, take no time to read.
    let spaces = " ".repeat(2_000_000);
    let text = event(&[
        "DTSTART:20261201T090000Z",
        "DURATION:PT1H",
        &format!("RDATE:20261202T090000Z{spaces}1{spaces}20261203T090000Z"),
    ]);
    assert!(busy(&text).len() >= 2);
}

#[test]
fn a_time_in_another_zone_among_whole_days_takes_the_owners_day_too() {
    // The evening of 8 December in Los Angeles is 9 December in Berlin.
    let text = event(&[
        "DTSTART;VALUE=DATE:20261130",
        "RDATE;TZID=America/Los_Angeles:20261208T200000",
    ]);
    let reading = read_in("Europe/Berlin", "2026-12-01", "2027-01-01", &text);
    assert_eq!(
        shown(&reading),
        [
            "2026-12-07T23:00/2026-12-08T23:00 all-day",
            "2026-12-08T23:00/2026-12-09T23:00 all-day",
            "2026-12-09T04:00/2026-12-10T04:00 busy"
        ]
    );
}

#[test]
fn a_list_of_busy_times_keeps_the_day_of_one_whose_time_cannot_be_read() {
    let text = "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nFREEBUSY:20261202T99/PT2H\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n";
    assert_eq!(busy(text), ["2026-12-02T05:00/2026-12-03T07:00 not-understood"]);
}
