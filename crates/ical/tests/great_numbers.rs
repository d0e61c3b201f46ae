//! Texts of great numbers: of dates, series, changes, zones. Time and memory are bounded, and what is not worked out blocks.

mod support;

use ical::{Blocks, FreeReason, ProblemKind, Reading};
use support::{busy, calendar, covered, event, event_lines, read, shown, starts};

const START: &str = "DTSTART:20261124T140000Z";

fn kinds(reading: &Reading) -> Vec<ProblemKind> {
    reading.problems.iter().map(|p| p.kind).collect()
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
