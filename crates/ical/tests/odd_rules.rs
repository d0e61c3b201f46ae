//! Rules that are written wrongly or not understood: what is clear is put right, and the rest closes no more than the times at
//! which the event can occur. For somebody in New York, in November and December 2026.

mod support;

use ical::{Blocks, FreeReason, ProblemKind};
use support::{busy, calendar, event, event_lines, read, read_in, reasons, shown};

/// An hour at ten in New York on Monday, 2 November.
const TEN: &str = "DTSTART;TZID=America/New_York:20261102T100000";

fn kinds(text: &str) -> Vec<ProblemKind> {
    read(text).problems.iter().map(|p| p.kind).collect()
}

/// What blocks of an hour at ten with these lines.
fn with(lines: &[&str]) -> Vec<String> {
    busy(&text(lines))
}

fn text(lines: &[&str]) -> String {
    event(&[&[TEN, "DURATION:PT1H"], lines].concat())
}

#[test]
fn a_rule_that_is_written_wrongly_but_clearly_is_what_it_means() {
    for (wrong, right) in [
        ("RRULE:FREQ=DAILY\\;COUNT=3", "FREQ=DAILY;COUNT=3"),
        ("RRULE:FREQ=DAILY\\\\;COUNT=3", "FREQ=DAILY;COUNT=3"),
        ("RRULE:RRULE:FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3"),
        ("RRULE:rrule=FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3"),
        ("RRULE=FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3"),
        ("RRULE:\"FREQ=DAILY;COUNT=3\"", "FREQ=DAILY;COUNT=3"),
        ("RRULE:FREQ=DAILY,COUNT=3", "FREQ=DAILY;COUNT=3"),
        ("RRULE:FREQ:DAILY;COUNT:3", "FREQ=DAILY;COUNT=3"),
        ("RRULE:FREQ=DAILY;COUNT=3\\n", "FREQ=DAILY;COUNT=3"),
        ("RRULE:DAILY;COUNT=3", "FREQ=DAILY;COUNT=3"),
        (
            "RRULE:FREQ=WEEKLY;BYDAY=MONDAY,Wed;COUNT=5",
            "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=5",
        ),
        (
            "RRULE:FREQ=WEEKLY;BYDAY=MO\\,WE\\;COUNT=5",
            "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=5",
        ),
        ("RRULE:FREQ=MONTHLY;BYDAY=0MO", "FREQ=MONTHLY;BYDAY=MO"),
        ("RRULE:FREQ=MONTHLY;BYDAY=+1MONDAY", "FREQ=MONTHLY;BYDAY=1MO"),
        (
            "RRULE:FREQ=DAILY;COUNT=3;DTSTART=20261102T150000Z",
            "FREQ=DAILY;COUNT=3",
        ),
    ] {
        assert_eq!(with(&[wrong]), with(&[&format!("RRULE:{right}")]), "{wrong}");
        assert_eq!(kinds(&text(&[wrong])), [ProblemKind::Mended], "{wrong}");
    }
    for (odd, right) in [
        ("freq=daily;count=3", "FREQ=DAILY;COUNT=3"),
        (" FREQ = DAILY ; COUNT = 3 ; ", "FREQ=DAILY;COUNT=3"),
        (";FREQ=DAILY;;COUNT=3;COUNT=3;freq=Daily;", "FREQ=DAILY;COUNT=3"),
    ] {
        assert_eq!(
            with(&[&format!("RRULE:{odd}")]),
            with(&[&format!("RRULE:{right}")]),
            "{odd}"
        );
    }
}

#[test]
fn an_empty_rule_is_none() {
    for rule in [
        "RRULE:",
        "RRULE: ",
        "RRULE:;",
        "RRULE",
        "RRULE:RRULE:",
        "RRULE:\\n",
        "RRULE:NONE",
        "RRULE:FREQ=NONE",
    ] {
        assert_eq!(
            with(&[rule]),
            ["2026-11-02T15:00/2026-11-02T16:00 busy"],
            "{rule}"
        );
        assert_eq!(kinds(&text(&[rule])), [ProblemKind::Mended], "{rule}");
    }
    // Beside an empty rule another one holds.
    assert_eq!(with(&["RRULE:", "RRULE:FREQ=DAILY;COUNT=2"]).len(), 2);
}

#[test]
fn days_that_are_not_understood_close_the_events_own_hour_of_each_day() {
    for rule in [
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=DI,DO",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=YEARLY;BYMONTH=November",
        "FREQ=YEARLY;BYEASTER=-2",
        "FREQ=WEEKLY;BYDAY=MO;X-SKIP=HOLIDAYS",
        "FREQ=DAILY;X-FOO=1;COUNT=5",
        "FREQ=WEEKLY;BYDAY=MO;BYDAY=TU",
        "FREQ=FORTNIGHTLY",
        "FREQ=WORKDAYS;BYMONTH=11",
        "RSCALE=MARTIAN;FREQ=YEARLY",
        "RSCALE=CHINESE;FREQ=WEEKLY;BYMONTH=10",
        "RSCALE=HEBREW;FREQ=YEARLY;BYWEEKNO=5",
        "FREQ=MONTHLY;SKIP=SOMEHOW",
    ] {
        let text = text(&[&format!("RRULE:{rule}")]);
        let busy = busy(&text);
        assert_eq!(busy.len(), 60, "{rule}");
        assert!(
            busy.iter()
                .all(|line| line.contains("T15:00/") && line.ends_with("T16:00 not-understood"))
        );
        let problems = read(&text).problems;
        assert_eq!(
            (problems.len(), problems[0].kind, problems[0].unplaced),
            (1, ProblemKind::Rule, false),
            "{rule}"
        );
        assert!(
            problems[0]
                .sentence
                .contains("its time of day is kept busy on each day"),
            "{rule}"
        );
    }
}

#[test]
fn a_readable_end_count_or_hour_bounds_what_is_closed() {
    let days = |rule: &str| with(&[&format!("RRULE:{rule}")]).len();
    assert_eq!(days("FREQ=WEEKLY;BYDAY=XX;UNTIL=20261111T150000Z"), 10);
    assert_eq!(days("FREQ=WEEKLY;BYDAY=XX;UNTIL=20261111"), 10);
    assert_eq!(days("FREQ=DAILY;BYDAY=XX;COUNT=2"), 21);
    assert_eq!(days("FREQ=MONTHLY;BYDAY=XX;COUNT=2"), 60);
    let hours = with(&["RRULE:FREQ=WEEKLY;BYDAY=XX;BYHOUR=9,14;UNTIL=20261103"]);
    assert_eq!(
        hours,
        [
            "2026-11-02T15:00/2026-11-02T16:00 not-understood",
            "2026-11-02T19:00/2026-11-02T20:00 not-understood",
            "2026-11-03T14:00/2026-11-03T15:00 not-understood",
            "2026-11-03T19:00/2026-11-03T20:00 not-understood",
        ]
    );
    let over = event(&[
        "DTSTART:20161124T140000Z",
        "RRULE:FREQ=WEEKLY;BYDAY=XX;UNTIL=20170101",
    ]);
    assert!(read(&over).instances.is_empty());
}

#[test]
fn exceptions_changes_travel_and_clocks_count_for_what_is_closed() {
    let series = event_lines(
        "a",
        &[
            "DTSTART;TZID=America/New_York:20261031T100000",
            "DURATION:PT1H",
            "X-APPLE-TRAVEL-DURATION:PT30M",
            "RRULE:FREQ=WEEKLY;BYDAY=XX;UNTIL=20261104",
            "EXDATE;TZID=America/New_York:20261102T100000",
        ],
    );
    let change = event_lines(
        "a",
        &[
            "RECURRENCE-ID;TZID=America/New_York:20261103T100000",
            "DTSTART:20261103T200000Z",
            "DURATION:PT1H",
        ],
    );
    let reading = read_in(
        "America/New_York",
        "2026-10-31",
        "2026-12-01",
        &calendar(&[&series, &change]),
    );
    assert_eq!(
        shown(&reading),
        [
            "2026-10-31T13:30/2026-10-31T15:00 not-understood",
            "2026-11-01T14:30/2026-11-01T16:00 not-understood",
            "2026-11-03T20:00/2026-11-03T21:00 busy",
            "2026-11-04T14:30/2026-11-04T16:00 not-understood",
        ]
    );
}

#[test]
fn whole_days_are_closed_under_the_switch_for_whole_days() {
    let day = "DTSTART;VALUE=DATE:20261230";
    for rule in [
        "FREQ=YEARLY;BYDAY=XX",
        "FREQ=SOMETIMES",
        "FREQ=HOURLY;BYDAY=XX",
        "every odd day",
    ] {
        let rule = format!("RRULE:{rule}");
        let reading = read(&event(&[day, &rule]));
        assert_eq!(
            shown(&reading),
            [
                "2026-12-30T05:00/2026-12-31T05:00 all-day",
                "2026-12-31T05:00/2027-01-01T05:00 all-day"
            ],
            "{rule}"
        );
        assert!(reading.instances.iter().all(|i| i.all_day.is_some()));
        assert_eq!(kinds(&event(&[day, &rule])), [ProblemKind::Rule], "{rule}");
        assert_eq!(
            reasons(&event(&[day, "TRANSP:OPAQUE", &rule])),
            [Blocks::NotUnderstood; 2],
            "{rule}"
        );
    }
    // What is guessed of a rule is no reason to close more than the switch does, either.
    assert_eq!(
        reasons(&event(&[day, "RRULE:FREQ=DAILY;INTERVAL=0"])),
        [Blocks::AllDayDefault; 2]
    );
    // Times of day mean nothing for whole days.
    assert_eq!(
        reasons(&event(&[day, "RRULE:FREQ=YEARLY;BYHOUR=25"])),
        [Blocks::AllDayDefault]
    );
}

#[test]
fn what_is_free_stays_free_however_its_rule_is_written() {
    for rule in [
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=SOMETIMES",
        "RSCALE=CHINESE;FREQ=YEARLY",
        "FREQ=SECONDLY",
    ] {
        for (line, reason) in [
            ("TRANSP:TRANSPARENT", FreeReason::Transparent),
            ("STATUS:CANCELLED", FreeReason::Cancelled),
            (
                "ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.com",
                FreeReason::Declined,
            ),
        ] {
            let reasons = reasons(&text(&[&format!("RRULE:{rule}"), line]));
            assert!(
                reasons.iter().all(|blocks| *blocks == Blocks::Free(reason)),
                "{rule} {line}"
            );
        }
    }
}

#[test]
fn odd_numbers_and_ends_only_add_occurrences() {
    let count = |rule: &str| with(&[&format!("RRULE:{rule}")]).len();
    // No end that could be meant is earlier.
    for rule in [
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;COUNT=many",
        "FREQ=DAILY;INTERVAL=-1;COUNT=2",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=1.5;COUNT=2",
        "FREQ=DAILY;INTERVAL=2;INTERVAL=3;COUNT=2",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=DAILY;UNTIL=0",
        "FREQ=DAILY;BYSETPOS=0;COUNT=2",
    ] {
        assert_eq!(count(rule), 60, "{rule}");
        assert_eq!(
            kinds(&text(&[&format!("RRULE:{rule}")])),
            [ProblemKind::Rule],
            "{rule}"
        );
    }
    for (rule, days) in [
        ("FREQ=DAILY;UNTIL=2026-11-04", 3),
        ("FREQ=DAILY;UNTIL=20261104T", 3),
        ("FREQ=DAILY;UNTIL=20261104T2500", 3),
        ("FREQ=DAILY;UNTIL=20261131", 30),
        ("FREQ=DAILY;COUNT=0;UNTIL=20261104", 3),
        ("FREQ=DAILY;COUNT=2;COUNT=4", 4),
        ("FREQ=DAILY;UNTIL=20261103;UNTIL=20261105T235959Z", 4),
        ("FREQ=DAILY;UNTIL=20201102T150000Z", 1),
        ("FREQ=DAILY;UNTIL=20261101", 1),
    ] {
        assert_eq!(count(rule), days, "{rule}");
    }
}
