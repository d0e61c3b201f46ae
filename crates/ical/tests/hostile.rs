//! Broken, odd and hostile texts: time that may be busy blocks or is reported, and nothing takes for ever.

mod support;

use ical::{Blocks, FreeReason, ProblemKind, Reading};
use support::{
    Dice, busy, calendar, covered, event, event_lines, read, read_bytes_in, read_in, reasons, shown, starts,
};

const START: &str = "DTSTART:20261124T140000Z";

fn kinds(reading: &Reading) -> Vec<ProblemKind> {
    reading.problems.iter().map(|p| p.kind).collect()
}

#[test]
fn a_rule_that_cannot_be_read_blocks_from_the_start_on() {
    for rule in [
        "RRULE:FREQ=SEVERAL TIMES A DAY",
        "RRULE:FREQ=HOURLY;BYDAY=MO,XX",
        "RRULE:FREQ=DAILY;BYHOUR=25",
        "RRULE:every hour",
    ] {
        let reading = read(&event(&[START, "DURATION:PT1H", rule]));
        assert!(covered(&reading, "2026-11-24T14:00:00Z", "2027-01-01"), "{rule}");
        assert!(kinds(&reading).contains(&ProblemKind::Rule), "{rule}");
        assert!(
            reading
                .instances
                .iter()
                .all(|i| i.start >= support::instant("2026-11-24T14:00:00Z"))
        );
    }
}

#[test]
fn a_property_without_its_colon_is_not_lost() {
    let text = event(&[
        "DTSTART 20261124T140000Z",
        "DURATION PT1H",
        "RRULE FREQ=DAILY;COUNT=2",
    ]);
    assert_eq!(starts(&text), ["2026-11-24T14:00", "2026-11-25T14:00"]);
}

#[test]
fn a_rule_that_cannot_be_read_blocks_no_longer_than_its_end() {
    let text = event(&[START, "DURATION:PT1H", "RRULE:FREQ=HORLY;UNTIL=20261201T140000Z"]);
    assert!(covered(
        &read(&text),
        "2026-11-24T14:00:00Z",
        "2026-12-01T15:00:00Z"
    ));
    assert!(!covered(
        &read(&text),
        "2026-11-24T14:00:00Z",
        "2026-12-01T15:00:01Z"
    ));
    let over = event(&["DTSTART:20161124T140000Z", "RRULE:FREQ=HORLY;UNTIL=20170101"]);
    assert!(read(&over).instances.is_empty());
}

#[test]
fn an_interval_of_zero_blocks_as_an_interval_of_one() {
    let text = event(&[START, "DURATION:PT1H", "RRULE:FREQ=DAILY;INTERVAL=0;COUNT=3"]);
    let reading = read(&text);
    assert_eq!(reading.instances.len(), 38);
    assert!(
        reading
            .instances
            .iter()
            .all(|i| i.blocks == Blocks::NotUnderstood)
    );
    assert_eq!(kinds(&reading), [ProblemKind::Rule]);
}

#[test]
fn a_rule_with_both_ends_lasts_until_the_later_one() {
    let with = |ends: &str| starts(&event(&[START, &format!("RRULE:FREQ=DAILY;{ends}")])).len();
    assert_eq!(with("COUNT=2;UNTIL=20261128T140000Z"), 5);
    assert_eq!(with("COUNT=5;UNTIL=20261125T140000Z"), 5);
}

#[test]
fn a_series_by_the_second_blocks_as_a_whole() {
    for rule in [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;INTERVAL=7",
        "FREQ=SECONDLY;COUNT=999999999",
        "FREQ=SECONDLY;UNTIL=99991231T235959Z",
        "FREQ=MINUTELY",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23;BYMINUTE=0,1,2,3,4,5,6,7,8,9,\
         10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,\
         46,47,48,49,50,51,52,53,54,55,56,57,58,59",
    ] {
        let reading = read(&event(&[
            "DTSTART:20000101T000000Z",
            "DURATION:PT1M",
            &format!("RRULE:{rule}"),
        ]));
        assert!(covered(&reading, "2026-11-01", "2027-01-01"), "{rule}");
        assert!(kinds(&reading).contains(&ProblemKind::TooMany), "{rule}");
        assert!(reading.instances.len() <= 2_001);
    }
}

#[test]
fn a_free_series_by_the_second_stays_free() {
    let reading = read(&event(&[
        "DTSTART:20000101T000000Z",
        "RRULE:FREQ=SECONDLY",
        "TRANSP:TRANSPARENT",
    ]));
    assert!(
        reading
            .instances
            .iter()
            .all(|i| i.blocks == Blocks::Free(FreeReason::Transparent))
    );
}

#[test]
fn a_short_series_by_the_second_is_just_that() {
    assert_eq!(
        starts(&event(&[START, "RRULE:FREQ=SECONDLY;INTERVAL=60;COUNT=3"])).len(),
        3
    );
    let nine = event(&[
        "DTSTART:20000101T090000Z",
        "RRULE:FREQ=SECONDLY;BYHOUR=9;BYMINUTE=0;BYSECOND=0",
    ]);
    assert_eq!(starts(&nine).len(), 61);
}

#[test]
fn a_count_that_takes_too_long_to_count_blocks() {
    let text = event(&[
        "DTSTART:16010101T000000Z",
        "DURATION:PT1M",
        "RRULE:FREQ=MINUTELY;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;COUNT=999999999",
    ]);
    assert!(covered(&read(&text), "2026-11-01", "2027-01-01"));
}

#[test]
fn a_rule_that_never_matches_costs_nothing_and_blocks_its_start() {
    let text = event(&[
        START,
        "DURATION:PT1H",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5",
    ]);
    assert_eq!(busy(&text), ["2026-11-24T14:00/2026-11-24T15:00 busy"]);
    let text = event(&[
        START,
        "DURATION:PT1H",
        "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    ]);
    assert_eq!(busy(&text), ["2026-11-24T14:00/2026-11-24T15:00 busy"]);
}

#[test]
fn a_hundred_thousand_additional_dates_are_covered() {
    let mut line = String::from("RDATE:");
    let mut at = support::instant("2026-11-01");
    for _ in 0..100_000 {
        line.push_str(&at.strftime("%Y%m%dT%H%M%SZ,").to_string());
        at += jiff::SignedDuration::from_secs(50);
    }
    let reading = read(&event(&["DTSTART:20261101T000000Z", "DURATION:PT1M", &line]));
    assert!(covered(&reading, "2026-11-01", "2026-12-28T20:00:00Z"));
    assert!(reading.instances.len() <= 2_001);
    assert!(kinds(&reading).contains(&ProblemKind::TooMany));
}

#[test]
fn many_hostile_events_cost_no_more_than_a_few_and_are_covered() {
    let event = event_lines(
        "x",
        &[
            "DTSTART:20200101T000000Z",
            "DURATION:PT1M",
            "RRULE:FREQ=MINUTELY;BYDAY=MO,TU",
        ],
    );
    let events: Vec<String> = (0..500)
        .map(|n| event.replace("UID:x", &format!("UID:{n}")))
        .collect();
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let reading = read(&calendar(&events));
    assert!(reading.instances.len() < 250_000);
    for uid in ["0", "250", "499"] {
        let mut own = reading.clone();
        own.instances.retain(|i| &*i.uid == uid);
        assert!(
            covered(&own, "2026-11-02T00:00:00Z", "2026-11-04T00:00:00Z"),
            "{uid}"
        );
    }
}

/// Many daily series of an hour, each at its own minute, and an ordinary event behind them.
fn many_daily(series: usize) -> String {
    let mut events: Vec<String> = (0..series)
        .map(|n| {
            let start = format!("DTSTART:20200101T{:02}{:02}00Z", n / 60 % 24, n % 60);
            event_lines(&n.to_string(), &[&start, "DURATION:PT1H", "RRULE:FREQ=DAILY"])
        })
        .collect();
    events.push(event_lines(
        "before",
        &["DTSTART:20261030T140000Z", "DURATION:PT1H"],
    ));
    events.push(event_lines(
        "within",
        &["DTSTART:20261124T140000Z", "DURATION:PT1H"],
    ));
    calendar(&events.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn five_thousand_daily_series_are_bounded_and_an_ordinary_event_behind_them_blocks_just_its_time() {
    let reading = read(&many_daily(5_000));
    assert!(
        reading.instances.len() <= 50_000 + 5_002,
        "{}",
        reading.instances.len()
    );
    assert!(kinds(&reading).contains(&ProblemKind::TooMany));
    for uid in ["0", "2500", "4999"] {
        let mut own = reading.clone();
        own.instances.retain(|i| &*i.uid == uid);
        let n: usize = uid.parse().unwrap();
        for day in ["2026-11-02", "2026-12-30"] {
            let start = format!("{day}T{:02}:{:02}:00Z", n / 60 % 24, n % 60);
            let end = support::instant(&start) + jiff::SignedDuration::from_hours(1);
            assert!(covered(&own, &start, &end.to_string()), "{uid} {day}");
        }
    }
    let mut ordinary = reading;
    ordinary
        .instances
        .retain(|i| ["before", "within"].contains(&&*i.uid));
    assert_eq!(
        shown(&ordinary),
        ["2026-11-24T14:00/2026-11-24T15:00 not-understood"]
    );
}

#[test]
fn an_event_that_lasts_for_centuries_and_repeats_often_is_one_busy_time() {
    for rule in ["FREQ=DAILY;BYHOUR=8,15;BYMINUTE=0,30", "FREQ=DAILY;BYMINUTE=%uo"] {
        let text = event(&[
            "DTSTART;TZID=Europe/Berlin:09850105T010000",
            "DTEND;TZID=Europe/Berlin:19700103T010000",
            &format!("RRULE:{rule}"),
            "EXDATE;VALUE=DATE:20261106",
        ]);
        let reading = read(&text);
        assert!(
            covered(&reading, "2026-11-02T00:00:00Z", "2026-12-30T00:00:00Z"),
            "{rule}"
        );
        assert!(
            reading.instances.len() < 10,
            "{rule}: {}",
            reading.instances.len()
        );
    }
}

/// A series from a day that does not exist, so from several, each date of which lasts for centuries.
fn for_centuries(uid: &str) -> [String; 2] {
    let series = [
        "DTSTART;TZID=America/New_York:10120051T140000",
        "DTEND;TZID=America/New_York:20240102T150000",
        "RRULE:FREQ=WEEKLY;BYDAY=TU,T#",
    ];
    let change = [
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20261117T190000Z",
        "DTSTART:20261117T200000Z",
        "DTEND:20261117T213000Z",
    ];
    [event_lines(uid, &series), event_lines(uid, &change)]
}

#[test]
fn series_whose_dates_last_for_centuries_leave_work_for_what_is_behind_them() {
    let mut events: Vec<String> = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
        .into_iter()
        .flat_map(for_centuries)
        .collect();
    events.push(event_lines(
        "behind",
        &[
            "DTSTART:20261124T100000Z",
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;COUNT=2",
        ],
    ));
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let reading = read(&calendar(&events));
    let of = |uid: &str| {
        let mut own = reading.clone();
        own.instances.retain(|instance| &*instance.uid == uid);
        own
    };
    for uid in ["a", "j"] {
        assert!(
            covered(&of(uid), "2026-11-02T00:00:00Z", "2026-12-30T00:00:00Z"),
            "{uid}"
        );
    }
    assert_eq!(
        shown(&of("behind")),
        [
            "2026-11-24T10:00/2026-11-24T11:00 busy",
            "2026-11-25T10:00/2026-11-25T11:00 busy"
        ]
    );
}

#[test]
fn of_an_event_that_is_free_nothing_is_said_to_be_kept_busy() {
    let odd = [
        "DTSTART:20261124T100000Z",
        "DTEND:20261124T110000Z",
        "RRULE:nonsense",
    ];
    assert_eq!(kinds(&read(&event(&odd))), [ProblemKind::Rule]);
    for free in ["TRANSP:TRANSPARENT", "STATUS:CANCELLED"] {
        let reading = read(&event(&[odd[0], odd[1], odd[2], free]));
        assert_eq!(kinds(&reading), [], "{free}");
        assert!(
            reading
                .instances
                .iter()
                .all(|i| matches!(i.blocks, Blocks::Free(_)))
        );
    }
    // A change of the series that takes time follows what cannot be read.
    let series = event_lines("a", &[odd[0], odd[1], odd[2], "TRANSP:TRANSPARENT"]);
    let change = event_lines(
        "a",
        &[
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20261124T100000Z",
            odd[0],
            odd[1],
        ],
    );
    assert_eq!(kinds(&read(&calendar(&[&series, &change]))), [ProblemKind::Rule]);
    // What cannot be placed may be anything.
    assert!(read(&event(&["DTSTART:soon", "TRANSP:TRANSPARENT"])).problems[0].unplaced);
}

#[test]
fn a_bad_time_of_day_blocks_the_whole_day() {
    let reading = read(&event(&["DTSTART;TZID=America/New_York:20261124T250000"]));
    assert_eq!(
        shown(&reading),
        ["2026-11-24T05:00/2026-11-25T05:00 not-understood"]
    );
    assert_eq!(kinds(&reading), [ProblemKind::Start]);
    assert!(!reading.problems[0].unplaced);
}

#[test]
fn an_event_without_any_time_is_reported_as_unplaced() {
    for lines in [
        &["X-A:1"][..],
        &["DTSTART:soon"],
        &["DTSTART:"],
        &["DTSTART:soon", "DTEND:later"],
    ] {
        let reading = read(&event(lines));
        assert!(reading.instances.is_empty());
        assert!(reading.problems[0].unplaced, "{lines:?}");
        assert!(
            reading.problems[0].sentence.starts_with("“Thing”"),
            "{}",
            reading.problems[0]
        );
    }
}

#[test]
fn a_lost_start_blocks_the_day_of_the_end() {
    let reading = read(&event(&["DTSTART:???", "DTEND:20261124T150000Z"]));
    assert_eq!(
        shown(&reading),
        ["2026-11-24T00:00/2026-11-25T05:00 not-understood"],
        "that of UTC, too"
    );
}

#[test]
fn an_end_that_cannot_be_read_blocks_the_rest_of_the_day() {
    for end in ["DTEND:whenever", "DURATION:1 hour", "DTEND:20261124T990000Z"] {
        let reading = read(&event(&["DTSTART;TZID=America/New_York:20261124T140000", end]));
        assert_eq!(
            shown(&reading),
            ["2026-11-24T19:00/2026-11-25T05:00 not-understood"],
            "{end}"
        );
        assert_eq!(kinds(&reading), [ProblemKind::End]);
    }
    let days_later = event(&[
        "DTSTART;TZID=America/New_York:20261124T140000",
        "DTEND:20261126T990000",
    ]);
    assert_eq!(
        busy(&days_later),
        ["2026-11-24T19:00/2026-11-27T05:00 not-understood"]
    );
}

#[test]
fn an_end_before_the_start_blocks_the_time_between_or_a_day() {
    assert_eq!(
        busy(&event(&[START, "DTEND:20261124T130000Z"])),
        ["2026-11-24T13:00/2026-11-24T15:00 not-understood"]
    );
    // Which of the two hours is meant is not known.
    assert_eq!(
        busy(&event(&[START, "DURATION:-PT1H"])),
        ["2026-11-24T13:00/2026-11-24T15:00 not-understood"]
    );
    assert_eq!(
        busy(&event(&[START, "DURATION:-P3D"])),
        ["2026-11-24T14:00/2026-11-27T14:00 not-understood"]
    );
    assert_eq!(
        busy(&event(&["DTSTART;VALUE=DATE:20261124", "DURATION:-P2D"])),
        ["2026-11-24T05:00/2026-11-26T05:00 all-day"]
    );
    assert_eq!(
        busy(&event(&[START, "DTEND:19700101T000000Z"])),
        ["2026-11-24T14:00/2026-11-25T14:00 not-understood"]
    );
    assert_eq!(
        busy(&event(&[
            "DTSTART;VALUE=DATE:20261124",
            "DTEND;VALUE=DATE:20261120"
        ])),
        ["2026-11-24T05:00/2026-11-25T05:00 all-day"]
    );
}

#[test]
fn of_two_ends_the_later_one_counts() {
    let text = event(&[
        START,
        "DTEND:20261124T150000Z",
        "DURATION:PT3H",
        "DTEND:20261124T160000Z",
    ]);
    assert_eq!(busy(&text), ["2026-11-24T14:00/2026-11-24T17:00 busy"]);
}

#[test]
fn a_second_end_or_start_that_cannot_be_read_is_not_overlooked() {
    for (bad, expected) in [
        (
            "DTEND:20261?24T180000Z",
            "2026-11-24T14:00/2026-11-25T05:00 not-understood",
        ),
        (
            "DTEND:20261125T9Z",
            "2026-11-24T14:00/2026-11-26T05:00 not-understood",
        ),
        (
            "DURATION:PT?H",
            "2026-11-24T14:00/2026-11-25T05:00 not-understood",
        ),
    ] {
        let reading = read(&event(&[START, "DURATION:PT20M", bad]));
        assert_eq!(shown(&reading), [expected], "{bad}");
        assert_eq!(kinds(&reading), [ProblemKind::End], "{bad}");
    }
    let longer = read(&event(&[START, "DURATION:PT20H", "DTEND:soon"]));
    assert_eq!(
        shown(&longer),
        ["2026-11-24T14:00/2026-11-25T10:00 not-understood"],
        "the rest of the day is shorter than what could be read"
    );
    let day = read(&event(&[START, "DURATION:PT1H", "DTSTART:20261126T99Z"]));
    assert_eq!(
        shown(&day),
        [
            "2026-11-24T14:00/2026-11-24T15:00 not-understood",
            "2026-11-26T00:00/2026-11-27T01:00 not-understood",
            "2026-11-26T05:00/2026-11-27T06:00 not-understood"
        ]
    );
    let nothing = read(&event(&[START, "DTSTART:tomorrow"]));
    assert!(
        nothing.problems.iter().any(|p| p.unplaced),
        "{:?}",
        nothing.problems
    );
}

#[test]
fn of_two_different_starts_both_block() {
    let reading = read(&event(&[START, "DTSTART:20261125T140000Z", "DURATION:PT1H"]));
    assert_eq!(
        shown(&reading),
        [
            "2026-11-24T14:00/2026-11-24T15:00 not-understood",
            "2026-11-25T14:00/2026-11-25T15:00 not-understood"
        ]
    );
    let same = read(&event(&[
        START,
        "DTSTART;TZID=America/New_York:20261124T090000",
        "DTSTAMP:1",
        "DTSTAMP:2",
    ]));
    assert_eq!((same.instances.len(), same.problems.len()), (1, 0));
}

#[test]
fn a_start_with_a_time_and_an_end_without_blocks_that_day() {
    let text = event(&[
        "DTSTART;TZID=America/New_York:20261124T140000",
        "DTEND;VALUE=DATE:20261124",
    ]);
    assert_eq!(busy(&text), ["2026-11-24T19:00/2026-11-25T05:00 not-understood"]);
}

#[test]
fn an_absurd_duration_is_one_that_cannot_be_read() {
    for duration in [
        "P99999999999999W",
        "P999999999999999999W",
        "P99999W",
        "PT9999999999999H",
        "-P99999999W",
        "P36526D",
    ] {
        let reading = read(&event(&[START, &format!("DURATION:{duration}")]));
        assert_eq!(
            shown(&reading),
            ["2026-11-24T14:00/2026-11-25T05:00 not-understood"],
            "{duration}"
        );
        assert_eq!(kinds(&reading), [ProblemKind::End], "{duration}");
        let period = format!("RDATE;VALUE=PERIOD:20261201T140000Z/{duration}");
        let reading = read(&event(&[START, &period]));
        assert_eq!(
            shown(&reading)[1],
            "2026-12-01T14:00/2026-12-02T05:00 not-understood"
        );
        let travel = format!("X-APPLE-TRAVEL-DURATION:{duration}");
        let reading = read(&event(&[START, &travel]));
        assert_eq!(
            shown(&reading),
            ["2026-11-24T13:00/2026-11-24T14:00 not-understood"]
        );
    }
    let days = read(&event(&["DTSTART;VALUE=DATE:20261124", "DURATION:P9999999D"]));
    assert_eq!(shown(&days), ["2026-11-24T05:00/2026-11-25T05:00 all-day"]);
    // A hundred years are long, and can be meant.
    let reading = read(&event(&[START, "DURATION:P36500D"]));
    assert!(covered(&reading, "2026-11-24T14:00:00Z", "2027-01-01") && reading.problems.is_empty());
    let series = read(&event(&[
        "DTSTART:20200101T000000Z",
        "DURATION:P99999999999999W",
        "RRULE:FREQ=HOURLY",
    ]));
    assert!(covered(&series, "2026-11-01", "2027-01-01"));
}

#[test]
fn an_end_that_can_be_read_is_heeded_however_far_it_is_and_said() {
    for lines in [
        ["DTSTART:20261124T140000Z", "DTEND:99991231T235959Z"],
        ["DTSTART;VALUE=DATE:20261124", "DTEND;VALUE=DATE:99991231"],
    ] {
        let reading = read(&event(&lines));
        assert!(covered(&reading, "2026-11-24T14:00:00Z", "2027-01-01"));
        assert_eq!(kinds(&reading), [ProblemKind::End]);
        assert!(reading.problems[0].sentence.contains("more than a hundred years"));
    }
}

#[test]
fn the_ends_of_the_calendar_are_harmless() {
    for start in [
        "00010101T000000Z",
        "99991231T235959Z",
        "99991231T235959",
        "00010101",
    ] {
        for rule in [
            "FREQ=YEARLY;INTERVAL=99999999999",
            "FREQ=DAILY",
            "FREQ=WEEKLY;UNTIL=99991231",
            "FREQ=HOURLY",
        ] {
            let text = event(&[
                &format!("DTSTART:{start}"),
                "DURATION:P9999W",
                &format!("RRULE:{rule}"),
            ]);
            let reading = read(&text);
            assert!(
                reading.instances.iter().all(|i| i.start <= i.end),
                "{start} {rule}"
            );
        }
    }
    let all = read_in(
        "Pacific/Apia",
        "2026-11-24",
        "2026-11-25",
        &event(&["DTSTART:99991231"]),
    );
    assert!(all.instances.is_empty());
}

#[test]
fn travel_time_that_cannot_be_read_blocks_an_hour() {
    let reading = read(&event(&[START, "DURATION:PT1H", "X-APPLE-TRAVEL-DURATION:long"]));
    assert_eq!(
        shown(&reading),
        ["2026-11-24T13:00/2026-11-24T15:00 not-understood"]
    );
}

#[test]
fn an_additional_date_that_cannot_be_read_is_reported() {
    let reading = read(&event(&[START, "RDATE:later"]));
    assert!(
        reading
            .problems
            .iter()
            .any(|p| p.kind == ProblemKind::Date && p.unplaced)
    );
    let reading = read(&event(&[START, "RDATE:20261126T990000"]));
    assert_eq!(reading.instances.len(), 2);
    assert_eq!(
        shown(&reading)[1],
        "2026-11-26T05:00/2026-11-27T05:00 not-understood"
    );
}

#[test]
fn additional_dates_and_exceptions_in_great_numbers_are_told_apart() {
    let times = |second: usize| -> String {
        let at = |at: usize| {
            let (hour, minute) = (at / 60 % 24, at % 60);
            format!("202612{:02}T{hour:02}{minute:02}{second:02}Z", at / 1_440 + 1)
        };
        (0..20_000).map(at).collect::<Vec<_>>().join(",")
    };
    let (dates, others) = (times(0), times(1));
    let with = |exceptions: &str| {
        read(&event(&[
            START,
            "DURATION:PT30S",
            &format!("RDATE:{dates}"),
            &format!("EXDATE:{exceptions}"),
        ]))
    };
    assert!(covered(
        &with(&others),
        "2026-12-10T10:00:00Z",
        "2026-12-10T10:00:30Z"
    ));
    assert!(!covered(
        &with(&dates),
        "2026-12-10T10:00:00Z",
        "2026-12-10T10:00:30Z"
    ));
}

#[test]
fn a_zone_with_a_colon_counts_for_its_date_of_a_list() {
    let list = "RDATE;TZID=GMT+01:00:20261125T150000,20261126T150000";
    let found = starts(&event(&[START, "DURATION:PT1H", list]));
    assert!(found.contains(&"2026-11-25T14:00".to_owned()), "{found:?}");
}

#[test]
fn a_text_that_is_cut_off_is_reported_and_blocks_what_is_left() {
    let whole = event(&[START, "DTEND:20261124T150000Z", "LOCATION:Here"]);
    for length in whole.find("20261124T140000Z").unwrap() + 16..whole.len() - 5 {
        let reading = read(&whole[..length]);
        assert!(!reading.instances.is_empty(), "{length}");
        assert!(reading.problems.iter().any(|p| p.unplaced), "{length}");
    }
    assert!(read(&whole).problems.is_empty());
}

#[test]
fn an_unclosed_alarm_does_not_hide_the_next_event() {
    let text = calendar(&[
        "BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261124T140000Z\r\nBEGIN:VALARM\r\nEND:VEVENT",
        &event_lines("b", &["DTSTART:20261125T140000Z"]),
    ]);
    let reading = read(&text);
    assert_eq!(reading.instances.len(), 2);
    assert_eq!(kinds(&reading), [ProblemKind::Truncated, ProblemKind::End]);
}

#[test]
fn what_is_no_calendar_is_reported() {
    for text in ["", "<html>not found</html>", "UID:1", "\0\0\0"] {
        let reading = read(text);
        assert_eq!(kinds(&reading), [ProblemKind::NotACalendar], "{text:?}");
        assert!(reading.problems[0].unplaced);
    }
    assert!(read("BEGIN:VCALENDAR\nEND:VCALENDAR").problems.is_empty());
}

#[test]
fn lines_may_end_in_any_way_and_be_folded_anywhere() {
    let text = event(&[
        "DTSTART;TZID=America/New_York:20261124T090000",
        "DURATION:PT1H",
        "SUMMARY:Caf\u{e9} \u{1f600}",
    ]);
    let expected = read(&text);
    assert_eq!(read(&text.replace("\r\n", "\n")), expected);
    assert_eq!(read(&text.replace("\r\n", "\r")), expected);
    assert_eq!(read(&text.replace("\r\n", "\r\n\r\n")), expected);
    assert_eq!(read(&format!("\u{feff}{text}")), expected);
    for width in 1..30 {
        let mut folded = Vec::new();
        let mut in_line = 0;
        for b in text.bytes() {
            if in_line == width && b != b'\r' && b != b'\n' {
                folded.extend_from_slice(if width % 2 == 0 { b"\r\n " } else { b"\n\t" });
                in_line = 0;
            }
            folded.push(b);
            in_line = if b == b'\n' { 0 } else { in_line + 1 };
        }
        let reading = read_bytes_in("America/New_York", "2026-11-01", "2027-01-01", &folded);
        assert_eq!(reading, expected, "folded at {width}");
    }
}

#[test]
fn control_characters_are_soiling_only() {
    let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:\u{1}x\nDT\u{0}START:2026\u{b}1124T140000Z\nSUMMARY:A\u{7}\rB\nEND:VEVENT\nEND:VCALENDAR";
    let reading = read(text);
    assert_eq!(shown(&reading), ["2026-11-24T14:00/2026-11-24T14:00 busy"]);
    assert_eq!(
        (reading.uid.as_str(), &*reading.instances[0].summary),
        ("x", "AB")
    );
}

#[test]
fn bytes_that_are_no_utf8_do_not_matter() {
    let mut text = event(&[START, "SUMMARY:x"]).into_bytes();
    let at = text.windows(8).position(|w| w == b"SUMMARY:").unwrap() + 8;
    text.splice(at..at, [0xff, 0xfe, 0xc3]);
    assert_eq!(
        read_bytes_in("UTC", "2026-11-01", "2027-01-01", &text)
            .instances
            .len(),
        1
    );
}

#[test]
fn an_attachment_of_twenty_megabytes_is_passed_over() {
    let mut text =
        String::from("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:big\r\nATTACH;ENCODING=BASE64;VALUE=BINARY:");
    for _ in 0..270_000 {
        text.push_str("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAx\r\n ");
    }
    text.push_str("\r\nDTSTART:20261124T140000Z\r\nDURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    assert!(text.len() > 20_000_000);
    assert_eq!(busy(&text), ["2026-11-24T14:00/2026-11-24T15:00 busy"]);
    assert_eq!(ical::uid(&text).as_deref(), Some("big"));
}

#[test]
fn titles_and_problems_are_bounded() {
    let long = "x".repeat(100_000);
    let reading = read(&event(&[
        &format!("SUMMARY:{long}"),
        &format!("LOCATION:{long}"),
        "DTSTART:20261124T99",
    ]));
    assert!(reading.instances[0].summary.len() <= ical::TEXT_LIMIT);
    assert!(reading.problems[0].sentence.len() < 500);
    let many: Vec<String> = (0..5_000)
        .map(|n| event_lines(&n.to_string(), &["DTSTART:bad"]))
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let reading = read(&calendar(&many));
    assert!(reading.problems.len() <= 200 && reading.problems.iter().all(|p| p.unplaced));
}

#[test]
fn a_broken_property_that_decides_nothing_is_ignored() {
    let text = event(&[
        START,
        "DURATION:PT1H",
        "no colon here",
        ":",
        ";",
        "=",
        "DESCRIPTION",
        "X-\u{e9}:1",
        "SEQUENCE:x",
    ]);
    assert_eq!(reasons(&text), [Blocks::Busy]);
    assert!(read(&text).problems.is_empty());
}

#[test]
fn one_unreadable_character_in_a_value_never_frees_time_silently() {
    let master = [
        "DTSTART;TZID=America/New_York:20251124T140000",
        "DTEND;TZID=America/New_York:20251124T150000",
        "RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=TU,TH;WKST=SU;UNTIL=20291224T000000Z",
        "RDATE;VALUE=PERIOD:20261127T120000Z/PT3H,20261128T120000Z/20261128T130000Z",
        "EXDATE;TZID=America/New_York:20261126T140000",
        "X-APPLE-TRAVEL-DURATION:PT30M",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
    ];
    let change = [
        "RECURRENCE-ID:20261201T190000Z",
        "DTSTART:20261201T210000Z",
        "DURATION:PT1H",
    ];
    let text = calendar(&[&event_lines("a", &master), &event_lines("a", &change)]);
    let mut expected = read(&text);
    expected.instances.retain(|i| i.blocks.takes_time(true));
    assert!(expected.problems.is_empty() && expected.instances.len() > 15);
    for (at, line) in text
        .match_indices("\r\n")
        .map(|(at, _)| (at + 2, &text[at + 2..]))
    {
        let line = line.split("\r\n").next().unwrap();
        let value = line.find(':').map_or(line.len(), |colon| colon + 1);
        if ["BEGIN", "END", "UID"].iter().any(|name| line.starts_with(name)) {
            continue;
        }
        for place in value..line.len() {
            let mut damaged = text.clone();
            damaged.replace_range(at + place..=at + place, "?");
            let reading = read(&damaged);
            let still_busy = expected
                .instances
                .iter()
                .all(|i| covered(&reading, &i.start.to_string(), &i.end.to_string()));
            assert!(
                still_busy || !reading.problems.is_empty(),
                "{line} damaged at {place}"
            );
        }
    }
}

/// A resource with every kind of property, to be damaged.
fn rich() -> String {
    calendar(&[
        "BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n\
         RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nDTSTART:19961027T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE",
        &event_lines(
            "a",
            &[
                "DTSTART;TZID=Own:20201124T140000",
                "DTEND;TZID=Own:20201124T150000",
                "RRULE:FREQ=MONTHLY;INTERVAL=1;BYDAY=MO,-1FR;BYSETPOS=1,-1;WKST=SU;UNTIL=20291224T000000Z",
                "RDATE;VALUE=PERIOD:20261126T120000Z/PT3H",
                "EXDATE;TZID=Europe/London:20261127T090000",
                "X-APPLE-TRAVEL-DURATION:PT30M",
                "ATTENDEE;CN=\"A; B\";PARTSTAT=ACCEPTED:mailto:me@example.com",
            ],
        ),
        &event_lines(
            "a",
            &[
                "RECURRENCE-ID;RANGE=THISANDFUTURE:20261102T130000Z",
                "DTSTART:20261102T140000Z",
            ],
        ),
        &event_lines(
            "b",
            &[
                "DTSTART;VALUE=DATE:20261124",
                "RRULE:FREQ=YEARLY;BYWEEKNO=48;COUNT=9",
                "DURATION:P2D",
            ],
        ),
    ])
}

#[test]
fn damaged_texts_never_panic_and_intervals_are_never_reversed() {
    let mut dice = Dice(7);
    let rich = rich();
    let words = [
        "\r\n",
        ":",
        ";",
        ",",
        "=",
        "-",
        "9",
        "0",
        "T",
        "Z",
        "P",
        "/",
        "\"",
        "BEGIN:VEVENT\r\n",
        "\u{1f600}",
    ];
    for round in 0..3_000 {
        let mut text = rich.clone().into_bytes();
        for _ in 0..=dice.below(4) {
            let at = usize::try_from(dice.below(text.len() as u64)).unwrap();
            match dice.below(4) {
                0 => text[at] = u8::try_from(dice.below(256)).unwrap(),
                1 => text.truncate(at.max(1)),
                2 => drop(text.drain(at..(at + 12).min(text.len()))),
                _ => drop(text.splice(at..at, dice.pick(&words).bytes())),
            }
        }
        let reading = read_bytes_in("Europe/London", "2026-11-01", "2027-01-01", &text);
        for i in &reading.instances {
            assert!(
                i.start <= i.end,
                "round {round}: {}",
                String::from_utf8_lossy(&text)
            );
        }
    }
}

/// A daily series of one identity for each offset, and changes of it without a zone.
fn series_in_many_zones(offsets: usize, changes: usize) -> String {
    let series = (0..offsets).map(|n| {
        let (hour, minute) = (n / 4 % 12, n % 4 * 15);
        let sign = if n < 48 { '-' } else { '+' };
        event_lines(
            "a",
            &[
                &format!("DTSTART;TZID=UTC{sign}{hour:02}:{minute:02}:20261101T090000"),
                "DURATION:PT1H",
            ],
        )
    });
    let changes = (0..changes).map(|n| {
        let (hour, minute) = (n / 60 % 24, n % 60);
        event_lines(
            "a",
            &[
                &format!("RECURRENCE-ID:20261110T{hour:02}{minute:02}00"),
                &format!("DTSTART:20261124T{hour:02}{minute:02}00"),
                "DURATION:PT1M",
            ],
        )
    });
    let events: Vec<String> = series.chain(changes).collect();
    calendar(&events.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_change_without_a_zone_is_read_in_so_many_zones_of_its_series_and_the_rest_is_said() {
    let few = read(&series_in_many_zones(16, 50));
    assert!(!few.problems.iter().any(|problem| problem.unplaced));
    assert_eq!(few.instances.len(), 16 + 50 * 17);
    let many = read(&series_in_many_zones(90, 50));
    assert!(many.problems.iter().any(|problem| problem.unplaced));
    assert!(many.instances.len() <= 90 + 50 * 17, "{}", many.instances.len());
    // By the owner's clock they are busy all the same.
    assert!(covered(&many, "2026-11-24T05:00:00Z", "2026-11-24T05:50:00Z"));
    let most = read(&series_in_many_zones(16, 1_000));
    assert!(most.problems.iter().any(|problem| problem.unplaced));
    assert!(
        most.instances.len() <= 16 + 1_000 + 10_000,
        "{}",
        most.instances.len()
    );
}

/// A text with a definition of a zone, and events in zones of so many other names.
fn in_unknown_zones(definition: &str, names: usize) -> String {
    let events: Vec<String> = (0..names)
        .map(|n| {
            let start = format!("DTSTART;TZID=Elsewhere {n}:20261130T100000");
            event_lines(&format!("u{n}"), &[&start, "DURATION:PT1H"])
        })
        .collect();
    calendar(
        &std::iter::once(definition)
            .chain(events.iter().map(String::as_str))
            .collect::<Vec<_>>(),
    )
}

#[test]
fn a_definition_is_read_once_for_all_names_that_may_mean_it() {
    let rules = ["RRULE:FREQ=MONTHLY;BYDAY=1SU;UNTIL=20251231T000000Z"; 20].join("\r\n");
    let dates: Vec<String> = (0..20_000)
        .map(|n| format!("{}0101T{:02}{:02}00", 1_900 + n / 1_440, n / 60 % 24, n % 60))
        .collect();
    for onsets in [rules, format!("RDATE:{}", dates.join(","))] {
        let definition = format!(
            "BEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nDTSTART:19700101T020000\r\nTZOFFSETFROM:+0200\r\n\
             TZOFFSETTO:+0300\r\n{onsets}\r\nEND:STANDARD\r\nEND:VTIMEZONE"
        );
        let reading = read(&in_unknown_zones(&definition, 3_000));
        assert_eq!(reading.instances.len(), 3_000);
        let first = &reading.instances[0];
        assert_eq!(first.start, support::instant("2026-11-30T07:00:00Z"));
        assert!(
            reading
                .instances
                .iter()
                .all(|i| (i.start, i.end) == (first.start, first.end))
        );
    }
}

/// So many events of one identity, and as many changes, each of the date of one of them.
fn series_and_changes(number: usize, range: &str) -> String {
    let of = |n: usize, day: usize| format!("202611{day:02}T{:02}{:02}00Z", n / 60 % 24, n % 60);
    let events: Vec<String> = (0..number)
        .flat_map(|n| {
            let (original, moved) = (of(n, 3 + n / 1_440), of(n, 23 + n / 1_440));
            let series = [format!("DTSTART:{original}"), "DURATION:PT1M".to_owned()];
            let change = [
                format!("RECURRENCE-ID{range}:{original}"),
                format!("DTSTART:{moved}"),
                "DURATION:PT1M".to_owned(),
            ];
            [series.to_vec(), change.to_vec()]
        })
        .map(|lines| event_lines("a", &lines.iter().map(String::as_str).collect::<Vec<_>>()))
        .collect();
    calendar(&events.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn of_more_series_and_changes_of_one_identity_than_can_be_compared_all_dates_are_busy() {
    let few = read(&series_and_changes(50, ""));
    assert_eq!((few.instances.len(), few.problems.len()), (50, 0));
    let many = read(&series_and_changes(6_000, ""));
    assert_eq!(many.instances.len(), 12_000);
    assert_eq!(kinds(&many), [ProblemKind::Occurrence]);
    assert!(!many.problems[0].unplaced);
    // Where others would be moved is not known.
    let moving = read(&series_and_changes(2_000, ";RANGE=THISANDFUTURE"));
    assert!(moving.problems.iter().any(|problem| problem.unplaced));
}
