//! Years of other calendars in the dates of RFC 5545. For somebody in New York, in November and December 2026.

mod support;

use ical::ProblemKind;
use support::{busy, calendar, event, event_lines, read, read_in, shown};

const ONCE: [&str; 1] = ["2026-12-01T15:00/2026-12-01T16:00 not-understood"];
const DAILY: [&str; 3] = [
    "2026-12-01T15:00/2026-12-01T16:00 not-understood",
    "2026-12-02T15:00/2026-12-02T16:00 not-understood",
    "2026-12-03T15:00/2026-12-03T16:00 not-understood",
];

fn is_told(text: &str) -> bool {
    read(text)
        .problems
        .iter()
        .any(|problem| problem.kind == ProblemKind::Date)
}

#[test]
fn a_buddhist_year_blocks_in_the_year_that_it_means() {
    for lines in [
        ["DTSTART:25691201T150000Z", "DURATION:PT1H"],
        ["DTSTART:25691201T150000Z", "DTEND:25691201T160000Z"],
        ["DTSTART:2569-12-01T15:00:00Z", "DTEND:2569-12-01T16:00:00Z"],
        ["DTSTART:2569/12/01 15:00Z", "DURATION:PT1H"],
        [
            "DTSTART;TZID=Asia/Bangkok:25691201T220000",
            "DTEND;TZID=Asia/Bangkok:25691201T230000",
        ],
        ["DTSTART:๒๕๖๙๑๒๐๑T๑๕๐๐๐๐Z", "DURATION:PT1H"],
        // Either of the two by the other calendar.
        ["DTSTART:20261201T150000Z", "DTEND:25691201T160000Z"],
        ["DTSTART:25691201T150000Z", "DTEND:20261201T160000Z"],
    ] {
        let text = event(&lines);
        assert_eq!(busy(&text), ONCE, "{lines:?}");
        assert!(is_told(&text), "{lines:?}");
    }
    let whole_days = event(&["DTSTART;VALUE=DATE:25691201", "DTEND;VALUE=DATE:25691203"]);
    assert_eq!(
        busy(&whole_days),
        ["2026-12-01T05:00/2026-12-03T05:00 not-understood"]
    );
    let end_only = event(&["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:25691203"]);
    assert_eq!(busy(&end_only), busy(&whole_days));
    let free_busy = calendar(&[
        "BEGIN:VFREEBUSY",
        "FREEBUSY:25691201T150000Z/25691201T160000Z",
        "END:VFREEBUSY",
    ]);
    assert_eq!(busy(&free_busy), ONCE);
}

#[test]
fn it_blocks_in_the_year_that_is_written_too() {
    let text = event(&["DTSTART:25691201T150000Z", "DURATION:PT1H"]);
    let far = read_in("America/New_York", "2569-11-01", "2570-01-01", &text);
    assert_eq!(shown(&far), ["2569-12-01T15:00/2569-12-01T16:00 not-understood"]);
}

#[test]
fn a_leap_day_of_the_buddhist_calendar_is_the_one_that_it_means() {
    let text = event(&[
        "DTSTART:25670229T150000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=29",
    ]);
    assert!(busy(&text).contains(&"2026-11-29T15:00/2026-11-29T16:00 not-understood".to_owned()));
}

#[test]
fn a_series_of_buddhist_years_has_its_additional_dates_exceptions_end_and_changes() {
    let series = ["DTSTART:25691201T150000Z", "DURATION:PT1H"];
    let with = |line: &str| busy(&event(&[&series[..], &[line]].concat()));
    assert_eq!(with("RRULE:FREQ=DAILY;COUNT=3"), DAILY);
    assert_eq!(with("RRULE:FREQ=DAILY;UNTIL=25691203T150000Z"), DAILY);
    assert_eq!(with("RDATE:25691202T150000Z,25691203T150000Z"), DAILY);
    assert_eq!(
        with("RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:25691202T150000Z"),
        [DAILY[0], DAILY[2]]
    );
    let change = [
        "RECURRENCE-ID:25691202T150000Z",
        "DTSTART:25691202T150000Z",
        "STATUS:CANCELLED",
    ];
    let master = [&series[..], &["RRULE:FREQ=DAILY;COUNT=3"]].concat();
    let text = calendar(&[&event_lines("a", &master), &event_lines("a", &change)]);
    assert_eq!(busy(&text), [DAILY[0], DAILY[2]]);
}

#[test]
fn a_buddhist_year_frees_no_time_of_a_series_of_other_years() {
    let series = [
        "DTSTART:20261201T150000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=3",
    ];
    let starts = |text: &str| support::starts(text);
    let all = starts(&event(&series));
    let exception = event(&[&series[..], &["EXDATE:25691202T150000Z"]].concat());
    assert_eq!(starts(&exception), all);
    assert!(is_told(&exception));
    let change = [
        "RECURRENCE-ID:25691202T150000Z",
        "DTSTART:25691202T150000Z",
        "STATUS:CANCELLED",
    ];
    let cancelled = calendar(&[&event_lines("a", &series), &event_lines("a", &change)]);
    assert_eq!(starts(&cancelled), all);
    let until = event(&[
        "DTSTART:20261201T150000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;UNTIL=25691202T150000Z",
    ]);
    assert_eq!(starts(&until).len(), 31);
    assert!(is_told(&until));
    let date = event(&[
        "DTSTART:20261201T150000Z",
        "DURATION:PT1H",
        "RDATE:25691202T150000Z",
    ]);
    assert_eq!(starts(&date), all[..2]);
}

#[test]
fn an_event_without_its_own_other_years_stays_as_it_is_beside_one_with() {
    let plain = event_lines("a", &["DTSTART:20261124T150000Z", "DURATION:PT1H"]);
    let odd = event_lines("b", &["DTSTART:25691201T150000Z", "DURATION:PT1H"]);
    assert_eq!(
        busy(&calendar(&[&plain, &odd])),
        ["2026-11-24T15:00/2026-11-24T16:00 busy", ONCE[0]]
    );
}

#[test]
fn a_year_that_another_calendar_may_have_counted_is_told_and_closes_nobody() {
    for year in ["0008", "0115", "1405", "1448", "1582", "4359", "5787"] {
        for rule in ["", "\r\nRRULE:FREQ=DAILY;COUNT=9", "\r\nRDATE:20261130T150000Z"] {
            let text = event(&[&format!("DTSTART:{year}1201T150000Z{rule}"), "DURATION:PT1H"]);
            assert!(
                read(&text).problems.iter().any(|problem| problem.unplaced),
                "{year} {rule}"
            );
            assert!(busy(&text).len() <= 1, "{year} {rule}");
        }
    }
    let endless = event(&[
        "DTSTART:14921012T150000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=MONTHLY;BYMONTHDAY=12",
    ]);
    assert!(is_told(&endless));
    assert!(read(&endless).problems.iter().all(|problem| !problem.unplaced));
    assert_eq!(busy(&endless).len(), 2);
}

#[test]
fn far_years_of_this_calendar_are_no_problem() {
    for lines in [
        ["DTSTART;VALUE=DATE:19261201", "RRULE:FREQ=YEARLY"],
        ["DTSTART;VALUE=DATE:16041201", "RRULE:FREQ=YEARLY"],
        ["DTSTART:16010101T150000Z", "DURATION:PT1H"],
        ["DTSTART:16010101T150000Z", "RRULE:FREQ=DAILY;UNTIL=99991231"],
        ["DTSTART:21000101T150000Z", "DURATION:PT1H"],
        ["DTSTART:23991231T150000Z", "DURATION:PT1H"],
        ["DTSTART;VALUE=DATE:99991231", "DURATION:P1D"],
        [
            "DTSTART:20261201T150000Z",
            "RRULE:FREQ=DAILY;UNTIL=22001231T000000Z",
        ],
    ] {
        assert!(read(&event(&lines)).problems.is_empty(), "{lines:?}");
    }
}

#[test]
fn a_buddhist_year_that_would_lie_before_the_start_is_none() {
    for lines in [
        &[
            "DTSTART:20261201T150000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;UNTIL=25001231T235959Z",
        ][..],
        &[
            "DTSTART:20261201T150000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;UNTIL=24991231",
        ],
        &[
            "DTSTART:20261201T150000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;UNTIL=24000101",
        ],
        &[
            "DTSTART:20261201T150000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;COUNT=3",
            "EXDATE:25001202T150000Z",
        ],
        &["DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:25001231"],
        &["DTSTART;VALUE=DATE:29991231", "DURATION:P1D"],
        &["DTSTART;VALUE=DATE:30251231", "DURATION:P1D"],
    ] {
        assert!(!is_told(&event(lines)), "{lines:?}");
    }
    let until = |until: &str| {
        let rule = format!("RRULE:FREQ=DAILY;UNTIL={until}");
        support::starts(&event(&["DTSTART:20261201T150000Z", "DURATION:PT1H", &rule])).len()
    };
    assert_eq!(until("25001231T235959Z"), 31);
    assert_eq!(until("25691203T150000Z"), 31);
}

#[test]
fn an_end_of_a_repetition_that_stands_for_none_is_none_and_told() {
    for (until, is_none) in [
        ("00010101T000000Z", true),
        ("0001-01-01T00:00:00Z", true),
        ("00010101", true),
        ("16010101T000000Z", true),
        ("18991230T000000Z", true),
        ("19000101", true),
        ("19691231T190000Z", true),
        ("19700101T000000Z", true),
        ("1970/01/01", true),
        ("20010101T000000Z", true),
        // Programs that split a series, and other dates that were once an end.
        ("20261130T145959Z", false),
        ("20201102T150000Z", false),
    ] {
        let rule = format!("RRULE:FREQ=DAILY;UNTIL={until}");
        let text = event(&["DTSTART:20261201T150000Z", "DURATION:PT1H", &rule]);
        assert_eq!(busy(&text).len(), if is_none { 31 } else { 1 }, "{until}");
        let is_told = |problem: &ical::Problem| problem.kind == ProblemKind::Rule && !problem.unplaced;
        assert_eq!(read(&text).problems.iter().any(is_told), is_none, "{until}");
    }
    // It ended on that day.
    let old = event(&[
        "DTSTART:19691101T150000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;UNTIL=19700101T000000Z",
    ]);
    assert_eq!(busy(&old), [""; 0]);
    assert!(read(&old).problems.is_empty());
}
