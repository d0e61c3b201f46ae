//! Dates and times that are legible but in none of the forms of RFC 5545. For somebody in New York, in November and December 2026.

mod support;

use ical::ProblemKind;
use support::{busy, event, event_lines, read, read_bytes_in, read_in, shown};

/// In UTC, so that the zone is seen to be kept.
const AT_NINE: [&str; 1] = ["2026-11-30T09:00/2026-11-30T10:00 busy"];
const AT_NINE_HERE: [&str; 1] = ["2026-11-30T14:00/2026-11-30T15:00 busy"];

fn starting(value: &str) -> String {
    event(&[&format!("DTSTART:{value}"), "DURATION:PT1H"])
}

fn kinds(text: &str) -> Vec<ProblemKind> {
    read(text).problems.iter().map(|problem| problem.kind).collect()
}

#[test]
fn digits_and_marks_of_other_alphabets_mean_what_those_of_ascii_mean() {
    for value in [
        "\u{200B}20261130T090000Z",
        "\u{200E}20261130T090000Z\u{200E}",
        "\u{202A}20261130\u{2060}T090000Z\u{202C}",
        "\u{FEFF}20261130T090000Z",
        "\u{A0}20261130T090000Z\u{A0}",
        "20261130\u{A0}T090000Z",
        "20261130\u{3000}090000Z",
        "２０２６１１３０T０９００００Z",
        "２０２６－１１－３０Ｔ０９：００：００Ｚ",
        "2026１１30T090000Z",
        "٢٠٢٦١١٣٠T٠٩٠٠٠٠Z",
        "۲۰۲۶۱۱۳۰T۰۹۰۰۰۰Z",
        "२०२६११३०T०९००००Z",
        "2026‐11‐30T09∶00∶00Z",
        "2026−11−30T09:00:00Z",
    ] {
        assert_eq!(busy(&starting(value)), AT_NINE, "{value}");
    }
    let lists = event(&[
        "DTSTART:20261124T090000Z",
        "DURATION:ＰＴ１Ｈ",
        "RRULE:FREQ=DAILY；COUNT=3",
        "EXDATE:\u{200B}20261125T090000Z，２０２６１１２６T090000Z",
        "RDATE:20261130T090000Z\u{200F}",
    ]);
    let expected = ["2026-11-24T09:00/2026-11-24T10:00 busy", AT_NINE[0]];
    assert_eq!(busy(&lists), expected);
}

#[test]
fn a_blank_that_is_no_utf8_is_a_blank() {
    let mut text = starting("20261130~T090000Z~").into_bytes();
    text.iter_mut().filter(|b| **b == b'~').for_each(|b| *b = 0xA0);
    let reading = read_bytes_in("America/New_York", "2026-11-01", "2027-01-01", &text);
    assert_eq!(shown(&reading), AT_NINE);
}

#[test]
fn other_marks_than_a_colon_begin_a_value() {
    for lines in [
        ["DTSTART=20261130T090000Z", "DTEND=20261130T100000Z"],
        ["DTSTART：20261130T090000Z", "DTEND：20261130T100000Z"],
        ["DTSTART:=20261130T090000Z", "DTEND::20261130T100000Z"],
        ["DTSTART=2026-11-30T09:00:00Z", "DURATION=PT1H"],
        ["DTSTART\u{200B}:20261130T090000Z", "DURATION：PT1H"],
        [
            "DTSTART；TZID＝Europe/Berlin：20261130T100000",
            "DTEND;TZID=Europe/Berlin=20261130T110000",
        ],
        [
            "DTSTART;TZID=Europe/Berlin 20261130T100000",
            "DTEND;TZID=Europe/Berlin::20261130T110000",
        ],
    ] {
        assert_eq!(busy(&event(&lines)), AT_NINE, "{lines:?}");
    }
}

#[test]
fn behind_another_mark_than_a_colon_all_dates_count_and_no_other_parameter() {
    let days = |lines: &[&str]| -> Vec<String> {
        let mut reading = read_in("America/New_York", "2026-10-01", "2027-01-01", &event(lines));
        reading.instances.retain(|i| i.blocks.takes_time(true));
        shown(&reading).iter().map(|one| one[5..10].to_owned()).collect()
    };
    for (list, start) in [
        (
            "RDATE;VALUE=DATE 20261201 20261203",
            "DTSTART;VALUE=DATE:20261101",
        ),
        (
            "RDATE;VALUE=DATE=20261201,20261203",
            "DTSTART;VALUE=DATE:20261101",
        ),
        (
            "RDATE;VALUE=DATE 20261201;20261203",
            "DTSTART;VALUE=DATE:20261101",
        ),
        (
            "RDATE;TZID=Europe/Berlin 20261201T100000, 20261203T100000",
            "DTSTART:20261101T090000Z",
        ),
        (
            "RDATE;TZID=Europe/Berlin\t20261201T100000 20261203T100000",
            "DTSTART:20261101T090000Z",
        ),
        (
            "RDATE;TZID=Europe/Berlin 2026-12-01T10:00 2026-12-03T10:00",
            "DTSTART:20261101T090000Z",
        ),
    ] {
        let end = if start.contains("DATE:") {
            "SUMMARY:a"
        } else {
            "DURATION:PT1H"
        };
        assert_eq!(days(&[start, end, list]), ["11-01", "12-01", "12-03"], "{list}");
    }
    for start in [
        "DTSTART;TZID=Europe/Berlin 20261201T100000 20261203T100000",
        "DTSTART;TZID=Europe/Berlin=20261201T100000,20261203T100000",
        "DTSTART;TZID=Europe/Berlin:20261201T100000 20261203T100000",
    ] {
        let found = days(&[start, "DURATION:PT1H"]);
        assert!(
            ["12-01", "12-03"]
                .iter()
                .all(|day| found.contains(&(*day).to_owned())),
            "{start}: {found:?}"
        );
    }
    for start in [
        "DTSTART;TZID=Europe/Berlin;X-WAS=20261101T100000",
        "DTSTART;X-WAS=20261101T100000",
        "DTSTART;TZID=Europe/Berlin;X-WAS=a 20261101T100000",
        "DTSTART;TZID=Europe/Berlin;X-WAS=20261101T100000 20261102T100000",
    ] {
        let text = event(&[start, "DURATION:PT1H"]);
        assert!(days(&[start, "DURATION:PT1H"]).is_empty(), "{start}");
        assert!(
            read(&text).problems.iter().any(|problem| problem.unplaced),
            "{start}"
        );
    }
    let series = [
        "DTSTART;TZID=Europe/Berlin:20261201T100000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=3",
    ];
    // An end that is lost shortens nothing.
    let end = "DTEND;X-WAS=20261201T091500Z";
    let found = busy(&event(&["DTSTART:20261201T090000Z", end]));
    assert_eq!(
        found,
        ["2026-12-01T09:00/2026-12-02T05:00 not-understood"],
        "{end}"
    );
    let exception = "EXDATE;TZID=Europe/Berlin 20261202T100000";
    assert_eq!(
        days(&[&series[..], &[exception]].concat()),
        ["12-01", "12-02", "12-03"]
    );
    let change = [
        "RECURRENCE-ID;TZID=Europe/Berlin 20261202T100000",
        "DTSTART:20261220T090000Z",
        "DURATION:PT1H",
    ];
    let text = support::calendar(&[&event_lines("a", &series), &event_lines("a", &change)]);
    let found = busy(&text);
    assert!(
        busy(&event(&series)).iter().all(|one| found.contains(one)),
        "{found:?}"
    );
}

#[test]
fn a_date_in_another_form_that_is_clear_is_what_it_means_and_said() {
    for value in [
        "\"20261130T090000Z\"",
        "'20261130T090000Z'",
        "“20261130T090000Z”",
        "«20261130T090000Z»",
        "[20261130T090000Z]",
        "(20261130T090000Z)",
        "<20261130T090000Z>",
        "2026/11/30T09:00:00Z",
        "2026/11/30 09:00Z",
        "2026.11.30T09:00:00Z",
        "2026.11.30 9:00 UTC",
        "2026_11_30_09_00_00Z",
        "2026 11 30 T 09 00 00 Z",
        "20261130_090000Z",
        "20261130/090000Z",
        "20261130090000Z",
        "202611300900Z",
        "30112026T090000Z",
        "11302026T090000Z",
        "11/30/2026 9:00 AM GMT",
        "30.11.2026 09:00 GMT",
        "30-11-2026T09:00:00.000Z",
        "2026-334T090000Z",
        "2026-W49-1T090000Z",
        "2026W491T090000Z",
        "30 Nov 2026 10:00:00 +0100",
        "Nov 30 2026 10:00:00 GMT+0100 (Central European Standard Time)",
        "Mon Nov 30 09:00:00 UTC 2026",
        "November 30th, 2026, 9 am Z",
        "2026年11月30日 09:00Z",
    ] {
        let text = starting(value);
        assert_eq!(busy(&text), AT_NINE, "{value}");
        assert_eq!(kinds(&text), [ProblemKind::Mended], "{value}");
    }
}

#[test]
fn its_zone_is_kept() {
    for (here, abroad) in [
        ("2026/11/30 09:00", "2026/11/30 10:00"),
        ("30.11.2026 9:00", "30.11.2026 10:00"),
        ("November 30, 2026 9:00 a.m.", "November 30, 2026 10:00 a.m."),
        ("20261130090000", "20261130100000"),
        ("11/30/2026 09:00:00 AM", "11/30/2026 10:00:00 AM"),
    ] {
        assert_eq!(busy(&starting(here)), AT_NINE_HERE, "{here}");
        let line = format!("DTSTART;TZID=Europe/Berlin:{abroad}");
        assert_eq!(busy(&event(&[&line, "DURATION:PT1H"])), AT_NINE, "{line}");
    }
    let whole_day = event(&["DTSTART;VALUE=DATE:2026/11/30", "DTEND;VALUE=DATE:2026/12/02"]);
    assert_eq!(busy(&whole_day), ["2026-11-30T05:00/2026-12-02T05:00 all-day"]);
}

#[test]
fn of_a_time_that_cannot_be_read_the_day_is_kept() {
    for value in [
        "2026/11/30 noon",
        "30.11.2026 25:00",
        "11/30/2026 9",
        "2026/11/30 09:00-10:00",
        "30 Nov 2026 at nine",
        "2026/11/30 10-12",
        "Nov 30 2026 10-12",
        "30.11.2026 10-12",
        "2026/11/30 10 12",
        "2026/11/30 10.00-12.00",
        "2026/11/30 10:00-12.00",
        "2026/11/30 10:00.30-12",
        "2026/11/30 10_12-13",
        "2026/11/30 9-10 PM",
        "2026/11/30 10:00:00-12:00:00",
        "2026/11/30 10:00:00-12:00",
        "2026-11-30 10:00-12:00",
        "20261130T1000-1200",
        "2026/11/30 22:00:00-06:00:00",
        "2026/11/30 10:00 (see below)",
        "2026/11/30 9.30-10 PM",
        "2026-11-30/2026-12-02",
        "2026-11-30..2026-12-02",
        "30.11.2026-02.12.2026",
        "30.11.2026 - 02.12.2026",
        "30.11.2026 02.12.26",
        "2026_11_30_2026_12_02",
    ] {
        let text = starting(value);
        let all = read(&text);
        assert!(
            support::covered(&all, "2026-11-30T05:00:00Z", "2026-12-01T05:00:00Z"),
            "{value}: {:?}",
            shown(&all)
        );
        assert!(!all.problems.is_empty(), "{value}");
    }
}

/// What blocks in the whole year, for somebody in New York.
fn in_the_year(text: &str) -> Vec<String> {
    let mut reading = read_in("America/New_York", "2026-01-01", "2027-01-01", text);
    reading.instances.retain(|i| i.blocks.takes_time(true));
    shown(&reading)
}

#[test]
fn a_date_of_which_the_order_is_not_known_blocks_in_each() {
    for value in [
        "05/12/2026 09:00Z",
        "05.12.2026 09:00Z",
        "05-12-2026T09:00:00Z",
        "05122026T090000Z",
        "05/12/26 9:00 GMT",
    ] {
        let text = starting(value);
        let found = in_the_year(&text);
        for expected in [
            "2026-05-12T09:00/2026-05-12T10:00 not-understood",
            "2026-12-05T09:00/2026-12-05T10:00 not-understood",
        ] {
            assert!(found.contains(&expected.to_owned()), "{value}: {found:?}");
        }
        assert!(kinds(&text).contains(&ProblemKind::Date), "{value}");
    }
    for value in [
        "26-11-30T09:00:00Z",
        "261130T090000Z",
        "+20261130T090000Z",
        "TIMESTAMP 20261130T090000Z",
        "1796029200",
        "R8.11.30 09:00Z",
        "令和8年11月30日 09:00Z",
    ] {
        assert_eq!(
            busy(&starting(value)),
            ["2026-11-30T09:00/2026-11-30T10:00 not-understood"],
            "{value}"
        );
    }
}

#[test]
fn all_dates_of_an_event_are_in_one_order() {
    let days = event(&["DTSTART:05/12/2026", "DTEND:07/12/2026"]);
    assert_eq!(
        in_the_year(&days),
        [
            "2026-05-12T04:00/2026-07-12T04:00 not-understood",
            "2026-12-05T05:00/2026-12-07T05:00 not-understood",
        ]
    );
    // One of them can be in one order only.
    let clear = event(&["DTSTART:05/12/2026 09:00Z", "DTEND:13/12/2026 10:00Z"]);
    assert_eq!(in_the_year(&clear), ["2026-12-05T09:00/2026-12-13T10:00 busy"]);
}

#[test]
fn an_order_by_which_each_occurrence_lasts_for_months_is_none() {
    for (lines, expected) in [
        (
            &[
                "DTSTART;VALUE=DATE:01.12.2026",
                "DTEND;VALUE=DATE:02.12.2026",
                "RRULE:FREQ=WEEKLY",
            ][..],
            "2026-12-01T05:00/2026-12-02T05:00 not-understood",
        ),
        (
            &[
                "DTSTART:01/12/2026 22:00Z",
                "DTEND:02/12/2026 06:00Z",
                "RRULE:FREQ=WEEKLY",
            ],
            "2026-12-01T22:00/2026-12-02T06:00 not-understood",
        ),
        (
            &[
                "DTSTART:01.12.26 22:00Z",
                "DTEND:02.12.26 06:00Z",
                "RRULE:FREQ=MONTHLY",
            ],
            "2026-12-01T22:00/2026-12-02T06:00 not-understood",
        ),
        (
            &[
                "DTSTART;VALUE=DATE:261201",
                "DTEND;VALUE=DATE:261202",
                "RRULE:FREQ=YEARLY",
            ],
            "2026-12-01T05:00/2026-12-02T05:00 not-understood",
        ),
        (
            &[
                "DTSTART:01.12.2026 09:00Z",
                "DTEND:02.12.2026 09:00Z",
                "RDATE:20261202T090000Z",
            ],
            "2026-12-01T09:00/2026-12-02T09:00 not-understood",
        ),
        // Only one of them is odd.
        (
            &[
                "DTSTART:20260105T100000Z",
                "DTEND:05/01/2026 11:00Z",
                "RRULE:FREQ=DAILY;INTERVAL=30",
            ],
            "2026-12-01T10:00/2026-12-01T11:00 not-understood",
        ),
        (
            &[
                "DTSTART;VALUE=DATE:20260106",
                "DTEND;VALUE=DATE:07/01/2026",
                "RRULE:FREQ=WEEKLY",
            ],
            "2026-12-01T05:00/2026-12-02T05:00 not-understood",
        ),
        (
            &[
                "DTSTART:01/12/2026 09:00Z",
                "DTEND:20261201T100000Z",
                "RRULE:FREQ=WEEKLY",
            ],
            "2026-12-01T09:00/2026-12-01T10:00 not-understood",
        ),
        (
            &["DTSTART:20261201T100000Z", "DTEND:12/01/2026 11:00Z"],
            "2026-12-01T10:00/2026-12-01T11:00 not-understood",
        ),
    ] {
        let text = event(lines);
        let found = busy(&text);
        assert!(found.contains(&expected.to_owned()), "{lines:?}: {found:?}");
        let is_short = |one: &String| expected.len() == one.len() && one[..10] >= expected[..10];
        assert!(
            lines.iter().any(|line| line.starts_with("RDATE"))
                || found.iter().filter(|one| is_short(one)).count() <= 5,
            "{lines:?}: {found:?}"
        );
        let reading = read(&text);
        let lasts = |i: &ical::Instance| i.end.as_second() - i.start.as_second();
        assert!(
            reading.instances.iter().all(|i| lasts(i) <= 86_400),
            "{lines:?}: {found:?}"
        );
        assert!(kinds(&text).contains(&ProblemKind::Date), "{lines:?}");
    }
}

#[test]
fn one_by_which_it_lasts_for_months_once_is_none_either() {
    for lines in [
        &["DTSTART:20260112T100000Z", "DTEND:12/01/2026 11:00Z"][..],
        &["DTSTART;VALUE=DATE:25.12.25", "DTEND;VALUE=DATE:26.12.25"],
        &[
            "DTSTART:20260112T100000Z",
            "DURATION:PT1H",
            "RDATE;VALUE=PERIOD:20260112T120000Z/12/01/2026 13:00Z",
        ],
        &[
            "DTSTART:20260112T100000Z",
            "DURATION:PT1H",
            "RDATE;VALUE=PERIOD:25.12.25 10:00Z/26.12.25 11:00Z",
        ],
    ] {
        let text = event(lines);
        assert_eq!(busy(&text), [""; 0], "{lines:?}");
        assert!(kinds(&text).contains(&ProblemKind::Date), "{lines:?}");
    }
}

#[test]
fn an_order_that_is_only_the_most_likely_one_frees_nothing() {
    let series = [
        "DTSTART:01/12/2026 22:00Z",
        "DTEND:02/12/2026 06:00Z",
        "RRULE:FREQ=DAILY;COUNT=5",
    ];
    let all = busy(&event(&series));
    assert_eq!(all.len(), 5);
    let left_out = event(&[&series[..], &["EXDATE:03/12/2026 22:00Z"]].concat());
    assert_eq!(busy(&left_out), all);
    let clear = event(&[&series[..], &["EXDATE:2026/12/03 22:00Z"]].concat());
    assert_eq!(busy(&clear).len(), 4);
    let until = event(&[series[0], series[1], "RRULE:FREQ=DAILY;UNTIL=03/12/2026"]);
    assert_eq!(busy(&until).len(), 31);
    let change = [
        "RECURRENCE-ID:03/12/2026 22:00Z",
        "DTSTART:20261220T090000Z",
        "DURATION:PT1H",
    ];
    let changed = support::calendar(&[&event_lines("a", &series), &event_lines("a", &change)]);
    let found = busy(&changed);
    assert!(all.iter().all(|one| found.contains(one)), "{found:?}");
}

#[test]
fn a_time_with_an_offset_by_hours_is_read() {
    for value in [
        "20261130T010000-8",
        "20261130T010000 -8",
        "20261130T0100GMT-8",
        "20261130T010000 GMT-8",
        "2026-11-30T01:00:00 UTC-08:00",
        "2026/11/30 01:00 GMT-8",
        "2026/11/30 01:00:00 -8",
        "20261130T010000-0800",
        "20261130T090000GMT",
        "20261130T180000UTC+9",
    ] {
        assert_eq!(busy(&starting(value)), AT_NINE, "{value}");
    }
}

#[test]
fn of_a_time_in_a_zone_that_is_not_known_the_day_everywhere_is_kept() {
    for value in [
        "20261130T230000 PST",
        "20261130T2300PST",
        "2026/11/30 23:00 PST",
        "30.11.2026 11:00 pm XYZT",
        "20261130T230000-99",
        "20261130T230000GMT-99",
    ] {
        for lines in [
            vec![format!("DTSTART:{value}"), "DURATION:PT1H".to_owned()],
            vec![format!("DTSTART:{value}"), format!("DTEND:{value}")],
            vec!["DTSTART:20261129T090000Z".to_owned(), format!("DTEND:{value}")],
            vec!["DTSTART:20261101T090000Z".to_owned(), format!("RDATE:{value}")],
            vec![
                "DTSTART:20261101T090000Z".to_owned(),
                format!("RDATE;VALUE=PERIOD:20261129T090000Z/{value}"),
            ],
        ] {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let reading = read(&event(&lines));
            assert!(
                support::covered(&reading, "2026-11-29T10:00:00Z", "2026-12-01T12:00:00Z"),
                "{lines:?}: {:?}",
                shown(&reading)
            );
            assert!(
                reading.problems.iter().any(|problem| !problem.unplaced),
                "{lines:?}"
            );
            let to = "2026-12-03T05:00:00Z".parse().expect("a time");
            assert!(
                reading.instances.iter().all(|i| i.end <= to),
                "{lines:?}: {:?}",
                shown(&reading)
            );
        }
    }
}

#[test]
fn a_guessed_end_takes_the_rest_of_its_day() {
    for end in [
        "not before 2026/11/30 11:00",
        "about 2026/11/30 11:00",
        "after 2026/11/30 11:00",
        "+20261130T110000",
        "2026/11/30 10-12",
    ] {
        for lines in [
            ["DTSTART:20261130T100000".to_owned(), format!("DTEND:{end}")],
            [
                "DTSTART:20261101T100000".to_owned(),
                format!("RDATE;VALUE=PERIOD:20261130T100000/{end}"),
            ],
        ] {
            let text = event(&[&lines[0], &lines[1]]);
            let reading = read(&text);
            assert!(
                support::covered(&reading, "2026-11-30T15:00:00Z", "2026-12-01T05:00:00Z"),
                "{lines:?}: {:?}",
                shown(&reading)
            );
            assert!(
                reading.problems.iter().any(|problem| !problem.unplaced),
                "{lines:?}"
            );
        }
    }
    // At midnight in UTC it is still the day before here.
    let text = event(&["DTSTART:20261130T100000", "DTEND:1796086800"]);
    assert!(
        support::covered(&read(&text), "2026-11-30T15:00:00Z", "2026-12-01T05:00:00Z"),
        "{:?}",
        busy(&text)
    );
}

#[test]
fn days_of_a_span_and_times_behind_a_date_are_not_another_year() {
    for value in [
        "1.-3.12.2026",
        "01-03.12.2026",
        "01.03.12.2026",
        "+0120261201T100000",
        "2026120110115",
        "0796029200",
    ] {
        let reading = read(&starting(value));
        assert!(
            reading.problems.iter().all(|problem| problem.unplaced),
            "{value}: {:?}",
            reading.problems
        );
        assert!(!reading.problems.is_empty(), "{value}");
    }
    let date = read(&event(&["DTSTART;VALUE=DATE:202611301000", "DURATION:PT1H"]));
    assert!(
        support::covered(&date, "2026-11-30T05:00:00Z", "2026-12-01T05:00:00Z"),
        "{:?}",
        shown(&date)
    );
}

#[test]
fn what_can_be_meant_in_several_ways_frees_nothing() {
    let series = [
        "DTSTART:20261204T090000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=3",
    ];
    let all = busy(&event(&series));
    let but_the_second = [all[0].clone(), all[2].clone()];
    for (exception, expected) in [
        ("EXDATE:05/12/2026 09:00Z", &all[..]),
        ("EXDATE:12/05/2026 09:00Z", &all[..]),
        ("EXDATE:261205T090000Z", &all[..]),
        ("EXDATE:DATE-TIME20261205T090000Z", &all[..]),
        ("EXDATE:25691205T090000Z", &all[..]),
        ("EXDATE:2026/12/05T09:00:00Z", &but_the_second[..]),
        (
            "EXDATE:20261210T090000Z,\"20261205T090000Z\"",
            &but_the_second[..],
        ),
    ] {
        let text = event(&[&series[..], &[exception]].concat());
        assert_eq!(busy(&text), expected, "{exception}");
        assert!(!read(&text).problems.is_empty(), "{exception}");
    }
    let until = event(&[
        "DTSTART:20261204T090000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;UNTIL=06/12/2026",
    ]);
    assert_eq!(busy(&until), all);
    let until = event(&[
        "DTSTART:20260110T090000Z",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;UNTIL=12/01/2026",
    ]);
    assert!(busy(&until).contains(&"2026-12-01T09:00/2026-12-01T10:00 busy".to_owned()));
    for change in ["05/12/2026 09:00Z", "261205T090000Z"] {
        let change = [
            &format!("RECURRENCE-ID:{change}"),
            "DTSTART:20261220T090000Z",
            "DURATION:PT1H",
        ];
        let text = support::calendar(&[&event_lines("a", &series), &event_lines("a", &change)]);
        let found = busy(&text);
        assert!(all.iter().all(|one| found.contains(one)), "{change:?}: {found:?}");
    }
}

#[test]
fn additional_dates_and_periods_in_other_forms_block() {
    let first = "2026-11-24T09:00/2026-11-24T10:00 busy";
    for (line, expected) in [
        ("RDATE:2026/11/30T09:00:00Z", AT_NINE[0]),
        ("RDATE:20261124T090000Z,\"20261130T090000Z\"", AT_NINE[0]),
        ("RDATE:2026/11/24T09:00:00Z 2026/11/30T09:00:00Z", AT_NINE[0]),
        (
            "RDATE;VALUE=PERIOD:2026/11/30 09:00Z/2026/11/30 10:00Z",
            AT_NINE[0],
        ),
        ("RDATE;VALUE=PERIOD:2026/11/30 09:00Z/PT1H", AT_NINE[0]),
        (
            "RDATE;VALUE=PERIOD:2026.11.30 09:00Z/2026.11.30 10:00Z",
            AT_NINE[0],
        ),
        ("RDATE;VALUE=PERIOD:20261130090000Z/20261130100000Z", AT_NINE[0]),
    ] {
        let found = busy(&event(&["DTSTART:20261124T090000Z", "DURATION:PT1H", line]));
        assert!(found.contains(&first.to_owned()), "{line}: {found:?}");
        assert!(found.contains(&expected.to_owned()), "{line}: {found:?}");
    }
    let list = support::calendar(&[
        "BEGIN:VFREEBUSY",
        "FREEBUSY:2026/11/30T09:00:00Z/PT1H",
        "END:VFREEBUSY",
    ]);
    assert_eq!(busy(&list), AT_NINE);
}

#[test]
fn more_dates_of_several_meanings_than_are_looked_at_are_told() {
    let events = |count: usize| -> Vec<String> {
        let lines = ["DTSTART:05/12/26 09:00Z", "DURATION:PT1H"];
        (0..count)
            .map(|at| event_lines(&at.to_string(), &lines))
            .collect()
    };
    for (count, is_told) in [(1_000, false), (10_001, true)] {
        let events = events(count);
        let text = support::calendar(&events.iter().map(String::as_str).collect::<Vec<_>>());
        let is_unplaced = read(&text).problems.iter().any(|problem| problem.unplaced);
        assert_eq!(is_unplaced, is_told, "{count}");
    }
}

#[test]
fn a_long_list_of_dates_of_several_meanings_is_told_not_read_again() {
    for (count, is_told) in [(1_000, false), (10_000, true)] {
        let dates = vec!["20261130T090000Z"; count].join(",");
        let text = event(&[
            "DTSTART:05/12/26 09:00Z",
            "DURATION:PT1H",
            &format!("RDATE:{dates}"),
        ]);
        let reading = read(&text);
        assert!(
            shown(&reading).iter().any(|one| one.contains("2026-11-30T09:00")),
            "{count}"
        );
        let is_unplaced = reading.problems.iter().any(|problem| problem.unplaced);
        assert_eq!(is_unplaced, is_told, "{count}");
    }
}

#[test]
fn what_is_no_date_is_none() {
    for value in [
        "?0261130T090000Z",
        "2026?130T090000Z",
        "2026113?T090000Z",
        "sometime",
        "12345",
        "1234567",
        "2026/13/45",
        "99/99/2026",
        "0/0/0",
        "Nov 2026",
        "2026113009000?Z",
        "//",
        "\u{200B}",
        "令和8年",
    ] {
        let text = starting(value);
        let reading = read(&text);
        assert!(
            reading.problems.iter().any(|problem| problem.unplaced),
            "{value}: {:?}",
            shown(&reading)
        );
    }
}
