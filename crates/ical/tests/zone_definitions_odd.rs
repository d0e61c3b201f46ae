//! Definitions of zones that leave out most years, count offsets in another unit, begin too late or say nothing.

mod support;

use support::defined::Said::{Assumed, Nothing, Several};
use support::defined::*;
use support::{calendar, event_lines, shown};

/// The changes of a year alone, in Berlin.
fn only_in(years: &[i32]) -> String {
    // Last Sundays of March and October.
    let dates = [
        (2019, 31, 27),
        (2024, 31, 27),
        (2025, 30, 26),
        (2026, 29, 25),
        (1970, 29, 25),
        (2030, 31, 27),
    ];
    let parts = dates.iter().filter(|(year, ..)| years.contains(year));
    let parts = parts.map(|(year, march, october)| {
        format!(
            "DAYLIGHT|DTSTART:{year}03{march}T020000|TZOFFSETFROM:+0100|TZOFFSETTO:+0200\n\
             STANDARD|DTSTART:{year}10{october}T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100\n"
        )
    });
    parts.collect()
}

#[test]
fn the_changes_of_one_year_may_be_those_of_every_year() {
    let either = (&["08:00", "09:00"][..], &["08:00", "09:00"][..]);
    let by_dates = "DAYLIGHT|DTSTART:20240331T020000|TZOFFSETFROM:+0100|TZOFFSETTO:+0200|RDATE:20250330T020000\n\
                    STANDARD|DTSTART:20241027T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100|RDATE:20251026T030000";
    check(&[
        ("last year", mine(&only_in(&[2025])), "My Zone", either, Several),
        ("long ago", mine(&only_in(&[1970])), "My Zone", either, Several),
        (
            "some years",
            mine(&only_in(&[2019, 2024, 2025])),
            "My Zone",
            either,
            Several,
        ),
        ("some years by dates", mine(by_dates), "My Zone", either, Several),
        ("this year", mine(&only_in(&[2026])), "My Zone", BERLIN, Nothing),
        (
            "a year to come",
            mine(&only_in(&[2030])),
            "My Zone",
            either,
            Several,
        ),
        (
            "the name says more",
            defined("W. Europe Standard Time", &only_in(&[2025])),
            "W. Europe Standard Time",
            BERLIN,
            Nothing,
        ),
        (
            "the name says otherwise",
            defined("Eastern Standard Time", &only_in(&[2025])),
            "Eastern Standard Time",
            (&["08:00", "09:00", "15:00"], &["08:00", "09:00", "14:00"]),
            Several,
        ),
        // What is over is over.
        (
            "history",
            mine(
                "DAYLIGHT|DTSTART:19480502T020000|TZOFFSETFROM:+0900|TZOFFSETTO:+1000|RDATE:19490403T020000,19500507T020000\n\
                 STANDARD|DTSTART:19480912T020000|TZOFFSETFROM:+1000|TZOFFSETTO:+0900|RDATE:19490911T020000,19500910T020000",
            ),
            "My Zone",
            OWNER,
            Nothing,
        ),
        (
            "rules with an end",
            mine(&berlin().replace("=-1SU", "=-1SU;UNTIL=20251101T000000Z")),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
        (
            "another offset for good",
            mine("STANDARD|DTSTART:20160327T020000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100"),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Nothing,
        ),
    ]);
}

#[test]
fn of_the_changes_of_one_year_what_they_say_of_it_is_clear() {
    // In the winter after the last change the clocks are what it says; in the summer behind it they may be either.
    let text = calendar(&[
        &mine(&only_in(&[2025])),
        &event_lines("x", &["DTSTART;TZID=My Zone:20260107T100000", "DURATION:PT1H"]),
    ]);
    let reading = of_2026(&text);
    assert_eq!(shown(&reading), ["2026-01-07T09:00/2026-01-07T10:00 busy"]);
}

#[test]
fn offsets_in_minutes_or_seconds_are_read_in_all_units_that_fit() {
    let with =
        |winter: &str, summer: &str| mine(&new_york().replace("-0500", winter).replace("-0400", summer));
    let either = (&["13:00", "15:00"][..], &["13:00", "15:00"][..]);
    let all_year = |offset: &str| {
        mine(&format!(
            "STANDARD|DTSTART:19700101T000000|TZOFFSETFROM:{offset}|TZOFFSETTO:{offset}"
        ))
    };
    check(&[
        ("seconds", with("-18000", "-14400"), "My Zone", NEW_YORK, Assumed),
        ("minutes", with("-300", "-240"), "My Zone", NEW_YORK, Assumed),
        ("minutes or hours", all_year("-300"), "My Zone", either, Several),
        (
            "seconds with a sign",
            all_year("+3600"),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Assumed,
        ),
        (
            "minutes with a sign",
            all_year("+60"),
            "My Zone",
            (&["09:00"], &["09:00"]),
            Assumed,
        ),
        (
            "seconds that are no whole hour",
            all_year("19800"),
            "My Zone",
            (&["04:30"], &["04:30"]),
            Assumed,
        ),
        (
            "nothing in any unit",
            all_year("0"),
            "My Zone",
            (&["10:00"], &["10:00"]),
            Nothing,
        ),
        (
            "London in seconds",
            mine(&london().replace("+0000", "0").replace("+0100", "3600")),
            "My Zone",
            LONDON,
            Assumed,
        ),
        ("hours", with("-5", "-4"), "My Zone", NEW_YORK, Nothing),
        (
            "hours and minutes",
            with("-500", "-0400"),
            "My Zone",
            NEW_YORK,
            Nothing,
        ),
    ]);
}

#[test]
fn a_definition_that_says_nothing_is_as_good_as_none() {
    let other = defined("Other", &berlin());
    for (name, definition) in [
        ("empty", mine("")),
        (
            "unreadable",
            mine("STANDARD|DTSTART:19700101T000000|TZOFFSETFROM:noon|TZOFFSETTO:night"),
        ),
    ] {
        check(&[(
            name,
            format!("{definition}\r\n{other}"),
            "My Zone",
            BERLIN,
            Assumed,
        )]);
    }
}

#[test]
fn rules_that_begin_in_a_year_that_never_comes_hold_in_all_years() {
    check(&[("9999", mine(&since("99990101")), "My Zone", BERLIN, Nothing)]);
    let off_its_common_day = berlin()
        .replace("DTSTART:1981", "DTSTART:9999")
        .replace("DTSTART:1996", "DTSTART:9998");
    check(&[(
        "off a common day",
        mine(&off_its_common_day),
        "My Zone",
        BERLIN,
        Assumed,
    )]);
}
