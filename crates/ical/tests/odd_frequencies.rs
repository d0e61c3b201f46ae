//! Rules whose frequency or times of day are not understood: no more is closed than the times at which the event can occur.
//! For somebody in New York, in November and December 2026.

mod support;

use ical::{Blocks, ProblemKind};
use support::{busy, calendar, covered, event, event_lines, read, read_in, shown};

/// An hour at ten in New York on Monday, 2 November.
const TEN: &str = "DTSTART;TZID=America/New_York:20261102T100000";

fn text(rule: &str) -> String {
    event(&[TEN, "DURATION:PT1H", &format!("RRULE:{rule}")])
}

fn with(rule: &str) -> Vec<String> {
    busy(&text(rule))
}

#[test]
fn a_frequency_that_is_not_known_closes_the_events_own_hour_of_each_day() {
    for rule in [
        "COUNT=10",
        "INTERVAL=1",
        "BYDAY=MO",
        "FREQ",
        "FREQ=",
        "FREQ=FOO",
        "FREQ=M",
        "FREQ=SOMETIMES",
        "FREQ=WORKDAYS;BYDAY=MO",
        "FREQ=WEEKLY/2",
        "weekly on monday",
        "FREQ%3DWEEKLY%3BCOUNT%3D10",
        "{\"freq\":\"WEEKLY\"}",
        "D1 2500",
    ] {
        let busy = with(rule);
        assert_eq!(busy.len(), 60, "{rule}");
        assert!(
            busy.iter()
                .all(|line| line.contains("T15:00/") && line.ends_with("T16:00 not-understood")),
            "{rule}"
        );
        let problems = read(&text(rule)).problems;
        assert_eq!(
            problems.iter().map(|p| (p.kind, p.unplaced)).collect::<Vec<_>>(),
            [(ProblemKind::Rule, false)],
            "{rule}"
        );
    }
    assert_eq!(with("UNTIL=20261104").len(), 3);
}

#[test]
fn a_frequency_in_other_words_is_one() {
    for (odd, right) in [
        ("FREQ=D;COUNT=3", "FREQ=DAILY;COUNT=3"),
        ("every day", "FREQ=DAILY"),
        ("FREQ=täglich;INTERVAL=2", "FREQ=DAILY;INTERVAL=2"),
        ("FREQ=QUOTIDIEN;COUNT=3", "FREQ=DAILY;COUNT=3"),
        ("FREQ=W;BYDAY=MO,TU", "FREQ=WEEKLY;BYDAY=MO,TU"),
        ("FREQ=WEEK;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO"),
        ("FREQ=wöchentlich;BYDAY=FR", "FREQ=WEEKLY;BYDAY=FR"),
        ("FREQ=semanal", "FREQ=WEEKLY"),
        ("FREQ=mensuel;BYMONTHDAY=5", "FREQ=MONTHLY;BYMONTHDAY=5"),
        ("FREQ=MONTH", "FREQ=MONTHLY"),
        ("FREQ=Y", "FREQ=YEARLY"),
        ("FREQ=ANNUALLY", "FREQ=YEARLY"),
    ] {
        assert_eq!(with(odd), with(right), "{odd}");
        let kinds: Vec<ProblemKind> = read(&text(odd)).problems.iter().map(|p| p.kind).collect();
        assert_eq!(kinds, [ProblemKind::Mended], "{odd}");
    }
}

#[test]
fn what_may_be_hours_or_less_closes_all_time() {
    for rule in [
        "FREQ=HORLY",
        "FREQ=STÜNDLICH",
        "FREQ=SECONDS",
        "every hour",
        "FREQ=3 times a day",
        "{\"freq\":\"HOURLY\"}",
        "M60 #5",
        "FREQ=DAILY;FREQ=MINUTELY",
    ] {
        let reading = read(&text(rule));
        assert!(
            covered(&reading, "2026-11-02T15:00:00Z", "2027-01-01T00:00:00Z"),
            "{rule}"
        );
    }
}

#[test]
fn days_that_are_forbidden_with_a_frequency_are_not_known() {
    for rule in [
        "FREQ=WEEKLY;BYMONTHDAY=2",
        "FREQ=WEEKLY;BYYEARDAY=340",
        "FREQ=WEEKLY;BYWEEKNO=50;BYDAY=MO,WE",
        "FREQ=DAILY;BYWEEKNO=1",
        "FREQ=DAILY;BYYEARDAY=1",
        "FREQ=MONTHLY;BYWEEKNO=1",
        "FREQ=MONTHLY;BYYEARDAY=-1;COUNT=1",
    ] {
        let busy = with(rule);
        assert_eq!(busy.len(), 60, "{rule}");
        assert!(
            busy.iter().all(|line| line.ends_with("T16:00 not-understood")),
            "{rule}"
        );
    }
    // The same parts where they are allowed.
    assert_eq!(with("FREQ=DAILY;BYMONTHDAY=2").len(), 2);
    assert_eq!(with("FREQ=YEARLY;BYWEEKNO=50;BYDAY=MO,WE").len(), 3);
    assert_eq!(with("FREQ=YEARLY;BYYEARDAY=340").len(), 2);
}

#[test]
fn hours_that_can_be_read_are_closed_beside_the_events_own() {
    let nine_and_ten = [
        "2026-11-02T15:00/2026-11-02T16:00 not-understood",
        "2026-11-09T14:00/2026-11-09T15:00 not-understood",
        "2026-11-09T15:00/2026-11-09T16:00 not-understood",
    ];
    for rule in [
        "FREQ=WEEKLY;BYHOUR=9,25;UNTIL=20261109",
        "FREQ=WEEKLY;BYHOUR=9,x;UNTIL=20261109",
        "FREQ=WEEKLY;BYHOUR=9;BYHOUR=9,-3;UNTIL=20261109",
    ] {
        assert_eq!(with(rule), nine_and_ten, "{rule}");
        let problems = read(&text(rule)).problems;
        assert_eq!(problems.len(), 1, "{rule}");
        assert!(
            problems[0]
                .sentence
                .contains("times of day that could not be read"),
            "{rule}"
        );
    }
}

#[test]
fn where_no_hour_can_be_read_the_rules_days_are_closed_and_no_others() {
    let text = text("FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=24;UNTIL=20261109T120000");
    let reading = read(&text);
    assert_eq!(
        shown(&reading),
        [
            "2026-11-02T15:00/2026-11-02T16:00 not-understood",
            // From its start on; something that begins at midnight takes an hour.
            "2026-11-02T15:00/2026-11-03T06:00 not-understood",
            "2026-11-04T05:00/2026-11-05T06:00 not-understood",
            "2026-11-09T05:00/2026-11-10T06:00 not-understood",
        ]
    );
    assert!(
        reading
            .problems
            .iter()
            .all(|p| p.kind == ProblemKind::Rule && !p.unplaced)
    );
}

#[test]
fn where_no_minute_can_be_read_the_hour_is_closed() {
    assert_eq!(
        with("FREQ=DAILY;INTERVAL=2;BYMINUTE=60;COUNT=2"),
        [
            "2026-11-02T15:00/2026-11-02T16:00 not-understood",
            "2026-11-02T15:00/2026-11-02T17:00 not-understood",
            "2026-11-04T15:00/2026-11-04T17:00 not-understood",
            "2026-11-06T15:00/2026-11-06T17:00 not-understood",
        ]
    );
    assert_eq!(
        with("FREQ=WEEKLY;BYHOUR=9;BYMINUTE=xx;UNTIL=20261109"),
        [
            "2026-11-02T15:00/2026-11-02T16:00 not-understood",
            "2026-11-09T14:00/2026-11-09T16:00 not-understood",
        ]
    );
}

#[test]
fn a_leap_second_is_the_last_one_or_the_events_own() {
    assert_eq!(
        with("FREQ=WEEKLY;BYSECOND=60;UNTIL=20261109"),
        [
            "2026-11-02T15:00/2026-11-02T16:00 not-understood",
            "2026-11-02T15:00/2026-11-02T16:00 not-understood",
            "2026-11-09T15:00/2026-11-09T16:00 not-understood",
            "2026-11-09T15:00/2026-11-09T16:00 not-understood",
        ]
    );
}

#[test]
fn exceptions_free_nothing_of_days_whose_times_are_not_known_and_changes_reach_farther() {
    let series = event_lines(
        "a",
        &[
            TEN,
            "DURATION:PT1H",
            "RRULE:FREQ=WEEKLY;BYHOUR=24;UNTIL=20261115",
            "EXDATE;VALUE=DATE:20261109",
        ],
    );
    let later = event_lines(
        "a",
        &[
            "RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/New_York:20261109T100000",
            "DTSTART;TZID=America/New_York:20261110T100000",
            "DURATION:PT1H",
        ],
    );
    let reading = read(&calendar(&[&series]));
    assert!(covered(&reading, "2026-11-09T05:00:00Z", "2026-11-10T06:00:00Z"));
    let reading = read(&calendar(&[&series, &later]));
    assert!(covered(&reading, "2026-11-09T05:00:00Z", "2026-11-11T06:00:00Z"));
}

#[test]
fn a_part_of_a_programs_own_says_nothing_of_times() {
    for rule in [
        "FREQ=DAILY;X-TIMEZONE=Europe/Berlin",
        "FREQ=DAILY;X-DTSTART=20261130",
        "FREQ=DAILY;X-HOURS=3",
        "FREQ=FOO;X-TIME=9",
    ] {
        let busy = with(rule);
        assert_eq!(busy.len(), 60, "{rule}");
        assert!(busy.iter().all(|line| line.contains("T15:00/")), "{rule}");
    }
}

#[test]
fn a_whole_day_is_one_however_odd_its_times_and_frequency_are() {
    let day = |rule: &str| {
        let rule = format!("RRULE:{rule}");
        let reading = read_in(
            "America/New_York",
            "2026-11-01",
            "2026-11-30",
            &event(&["DTSTART;VALUE=DATE:20261102", &rule]),
        );
        reading.instances
    };
    for (rule, days) in [
        ("FREQ=WEEKLY;BYHOUR=25", 4),
        ("FREQ=WEEKLY;BYHOUR=9,25;BYMINUTE=60", 4),
        ("FREQ=HORLY", 28),
        ("COUNT=3", 28),
        ("FREQ=W", 4),
    ] {
        let found = day(rule);
        assert_eq!(found.len(), days, "{rule}");
        assert!(found.iter().all(|i| i.blocks == Blocks::AllDayDefault), "{rule}");
    }
}

#[test]
fn what_stands_beside_a_frequency_of_days_or_longer_makes_it_no_shorter() {
    for rule in [
        "FREQ=WEEKLY;MINUTES=60",
        "FREQ=WEEKLY;SECONDS=3600",
        "FREQ=WEEKLY;DURATIONMINUTES=60",
        "FREQ=WEEKLY;SECONDARY=MO",
        "FREQ=WEEKLY;TIMEZONE=Europe/Berlin",
        "FREQ=MONTHLY;DURATION-HOURS=1.5",
        "FREQ=WEEKLY (10 times)",
        "FREQ=WEEKLY;10 times",
        "FREQ=WEEKLY;1 hour",
        "FREQ=weekly, 90 min",
        "WEEKLY for 10 times",
        "weekly, 1 hour",
        "every week for an hour",
        "jede Woche 1 Stunde",
        "chaque semaine, 2 heures",
        "monatlich 3 mal",
        "every day 1h",
        "3 times a week",
        "twice a month",
        "every second Tuesday",
        "every second tue",
        "le second mardi",
        "toda segunda-feira",
        "el segundo martes",
    ] {
        let busy = with(rule);
        assert_eq!(busy.len(), 60, "{rule}");
        let is_own = |line: &String| line.contains("T15:00/") && line.ends_with("T16:00 not-understood");
        assert!(busy.iter().all(is_own), "{rule}");
    }
    // A time of day that is named is meant beside the event's own, and no others.
    assert_eq!(with("FREQ=WEEKLY;MINUTEOFDAY=840").len(), 2 * 60);
    assert!(
        with("FREQ=DAILY;MINUTEOFDAY=1200")
            .iter()
            .any(|line| line.contains("T01:00/"))
    );
    assert!(
        with("FREQ=DAILY;BYMINUTES=30")
            .iter()
            .any(|line| line.contains("T15:30/"))
    );
    for rule in [
        "weekly, every 2 hours",
        "daily, 3 times a day",
        "every day every hour",
        "twice daily",
        "jeden Tag alle 30 Minuten",
        "5 times an hour",
        "every week, 3 mal pro Stunde",
        "FREQ=DAILY;every hour",
    ] {
        let reading = read(&text(rule));
        assert!(
            covered(&reading, "2026-11-02T15:00:00Z", "2027-01-01T00:00:00Z"),
            "{rule}"
        );
    }
}

#[test]
fn one_time_is_no_repetition() {
    for rule in [
        "FREQ=ONE_TIME",
        "FREQ=1 time",
        "FREQ=One-Time",
        "FREQ=ONCE;INTERVAL=1;COUNT=1",
        "FREQ=1x",
        "1 mal",
        "once",
        "einmalig",
        "une fois",
    ] {
        assert_eq!(with(rule), ["2026-11-02T15:00/2026-11-02T16:00 busy"], "{rule}");
        let kinds: Vec<ProblemKind> = read(&text(rule)).problems.iter().map(|p| p.kind).collect();
        assert_eq!(kinds, [ProblemKind::Mended], "{rule}");
    }
    // What contradicts it is at the event's own hour.
    for rule in ["FREQ=ONCE;COUNT=3", "FREQ=1 time;BYDAY=MO", "once;MINUTES=60"] {
        let busy = with(rule);
        assert_eq!(busy.len(), 60, "{rule}");
        assert!(busy.iter().all(|line| line.contains("T15:00/")), "{rule}");
    }
}
