//! Rules that count in other calendars, and dates that do not exist (RFC 7529).

#![expect(clippy::unwrap_used, reason = "a test that breaks off has failed")]

mod support;

use ical::ProblemKind;
use jiff::civil::Date;
use support::{event, read_in, shown};

/// The days in `[from, to)` of whole days that begin on `start`.
fn days(start: &str, rule: &str, from: &str, to: &str) -> Vec<String> {
    let text = event(&[&format!("DTSTART;VALUE=DATE:{start}"), &format!("RRULE:{rule}")]);
    let reading = read_in("UTC", from, to, &text);
    assert!(reading.problems.is_empty(), "{rule}: {:?}", reading.problems);
    let first = |i: &ical::Instance| i.all_day.unwrap().0;
    reading.instances.iter().map(|i| first(i).to_string()).collect()
}

#[test]
fn new_years_and_feasts_come_when_they_do() {
    for (name, start, rule, expected) in [
        (
            "the Chinese new year",
            "20130210",
            "RSCALE=CHINESE;FREQ=YEARLY",
            [
                "2025-01-29",
                "2026-02-17",
                "2027-02-06",
                "2028-01-26",
                "2029-02-13",
            ],
        ),
        (
            "the mid-autumn feast",
            "20240917",
            "RSCALE=CHINESE;FREQ=YEARLY;BYMONTH=8;BYMONTHDAY=15",
            [
                "2025-10-06",
                "2026-09-25",
                "2027-09-15",
                "2028-10-03",
                "2029-09-22",
            ],
        ),
        (
            "the eve of the Chinese new year",
            "20240209",
            "RSCALE=CHINESE;FREQ=YEARLY;BYYEARDAY=-1",
            [
                "2025-01-28",
                "2026-02-16",
                "2027-02-05",
                "2028-01-25",
                "2029-02-12",
            ],
        ),
        (
            "the Jewish new year",
            "20231016",
            "RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1",
            [
                "2025-09-23",
                "2026-09-12",
                "2027-10-02",
                "2028-09-21",
                "2029-09-10",
            ],
        ),
        (
            "the Ethiopian new year",
            "20230912",
            "RSCALE=ETHIOPIC;FREQ=YEARLY",
            [
                "2025-09-11",
                "2026-09-11",
                "2027-09-12",
                "2028-09-11",
                "2029-09-11",
            ],
        ),
        (
            "the Persian new year",
            "20230321",
            "RSCALE=PERSIAN;FREQ=YEARLY",
            [
                "2025-03-21",
                "2026-03-21",
                "2027-03-21",
                "2028-03-20",
                "2029-03-20",
            ],
        ),
        (
            "the first of Muharram as Umm al-Qura has it",
            "20230719",
            "RSCALE=ISLAMIC-UMALQURA;FREQ=YEARLY",
            [
                "2025-06-26",
                "2026-06-16",
                "2027-06-06",
                "2028-05-25",
                "2029-05-14",
            ],
        ),
        (
            "a birthday in years of another count",
            "20240611",
            "RSCALE=BUDDHIST;FREQ=YEARLY",
            [
                "2025-06-11",
                "2026-06-11",
                "2027-06-11",
                "2028-06-11",
                "2029-06-11",
            ],
        ),
    ] {
        assert_eq!(days(start, rule, "2025-01-01", "2030-01-01"), expected, "{name}");
    }
}

#[test]
fn leap_months_that_a_year_does_not_have_are_left_out_or_another_one() {
    // A day in Adar I of 5774; 5776, 5779, 5782, 5784 and 5787 are leap years, too.
    let adar = |skip: &str| {
        let rule = format!("RSCALE=HEBREW;FREQ=YEARLY;BYMONTH=5L;BYMONTHDAY=8{skip}");
        days("20140208", &rule, "2014-01-01", "2019-01-01")
    };
    assert_eq!(adar(""), ["2014-02-08", "2016-02-17"]);
    assert_eq!(
        adar(";SKIP=FORWARD"),
        [
            "2014-02-08",
            "2015-02-27",
            "2016-02-17",
            "2017-03-06",
            "2018-02-23"
        ]
    );
    assert_eq!(
        adar(";SKIP=BACKWARD"),
        [
            "2014-02-08",
            "2015-01-28",
            "2016-02-17",
            "2017-02-04",
            "2018-01-24"
        ]
    );
    // Born in the leap month after the second one of 2023.
    let born = |skip: &str| {
        days(
            "20230401",
            &format!("RSCALE=CHINESE;FREQ=YEARLY{skip}"),
            "2023-01-01",
            "2026-01-01",
        )
    };
    assert_eq!(born(""), ["2023-04-01"]);
    assert_eq!(born(";SKIP=FORWARD"), ["2023-04-01", "2024-04-19", "2025-04-08"]);
    assert_eq!(born(";SKIP=BACKWARD"), ["2023-04-01", "2024-03-20", "2025-03-10"]);
}

#[test]
fn dates_that_do_not_exist_are_left_out_or_moved_in_the_gregorian_calendar() {
    let leap = |skip: &str| {
        days(
            "20120229",
            &format!("RSCALE=GREGORIAN;FREQ=YEARLY{skip}"),
            "2026-01-01",
            "2029-01-01",
        )
    };
    assert_eq!(leap(""), ["2028-02-29"]);
    assert_eq!(leap(";SKIP=OMIT"), ["2028-02-29"]);
    assert_eq!(leap(";SKIP=FORWARD"), ["2026-03-01", "2027-03-01", "2028-02-29"]);
    assert_eq!(leap(";SKIP=BACKWARD"), ["2026-02-28", "2027-02-28", "2028-02-29"]);
    let month = |rule: &str| days("20260131", rule, "2026-01-01", "2026-06-01");
    assert_eq!(
        month("FREQ=MONTHLY;SKIP=BACKWARD"),
        [
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
            "2026-05-31"
        ]
    );
    assert_eq!(
        month("RSCALE=GREGORIAN;SKIP=FORWARD;FREQ=MONTHLY;COUNT=4"),
        ["2026-01-31", "2026-03-01", "2026-03-31", "2026-05-01"]
    );
    // What becomes the same day happens once and is counted once.
    assert_eq!(
        month("RSCALE=GREGORIAN;SKIP=BACKWARD;FREQ=MONTHLY;BYMONTHDAY=29,30,31;COUNT=4"),
        ["2026-01-31", "2026-02-28", "2026-03-29", "2026-03-30"]
    );
    assert_eq!(
        month("RSCALE=GREGORIAN;SKIP=FORWARD;FREQ=MONTHLY;BYMONTHDAY=1,31;COUNT=5"),
        [
            "2026-01-31",
            "2026-02-01",
            "2026-03-01",
            "2026-03-31",
            "2026-04-01"
        ]
    );
}

#[test]
fn months_of_other_calendars_are_counted_with_their_leap_months() {
    // 2025 had a leap month after the sixth one; every month begins with its new moon.
    assert_eq!(
        days(
            "20250428",
            "RSCALE=CHINESE;FREQ=MONTHLY;COUNT=6",
            "2025-01-01",
            "2026-01-01"
        ),
        [
            "2025-04-28",
            "2025-05-27",
            "2025-06-25",
            "2025-07-25",
            "2025-08-23",
            "2025-09-22"
        ]
    );
    assert_eq!(
        days(
            "20250428",
            "RSCALE=CHINESE;FREQ=MONTHLY;INTERVAL=3",
            "2025-07-01",
            "2025-12-01"
        ),
        ["2025-07-25", "2025-10-21"]
    );
}

#[test]
fn timed_series_keep_their_time_and_zone() {
    let text = event(&[
        "DTSTART;TZID=America/New_York:20260217T200000",
        "DURATION:PT2H",
        "RRULE:RSCALE=CHINESE;FREQ=YEARLY;UNTIL=20280101",
    ]);
    let reading = read_in("America/New_York", "2026-01-01", "2030-01-01", &text);
    assert_eq!(
        shown(&reading),
        [
            "2026-02-18T01:00/2026-02-18T03:00 busy",
            "2027-02-07T01:00/2027-02-07T03:00 busy"
        ]
    );
}

#[test]
fn a_calendar_that_goes_by_the_moon_seen_blocks_the_day_before_and_after_too() {
    for rule in [
        "RSCALE=ISLAMIC;FREQ=YEARLY;BYMONTH=10;BYMONTHDAY=1",
        "FREQ=LUNAR_YEARLY;INTERVAL=1;BYMONTH=10;BYMONTHDAY=8",
    ] {
        let text = event(&["DTSTART;VALUE=DATE:20231121", &format!("RRULE:{rule}")]);
        let reading = read_in("UTC", "2026-01-01", "2027-01-01", &text);
        let first: Vec<Date> = reading.instances.iter().map(|i| i.all_day.unwrap().0).collect();
        assert_eq!(first.len(), 3, "{rule}");
        assert_eq!(first[1], first[0].tomorrow().unwrap());
        assert_eq!(first[2], first[1].tomorrow().unwrap());
        assert_eq!(reading.problems[0].kind, ProblemKind::Rule);
    }
}
