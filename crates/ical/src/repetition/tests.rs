use super::*;

fn read(text: &str) -> Repetition {
    Repetition::read(text, false, &|_| false)
}

fn each_day(text: &str) -> Rule {
    match read(text) {
        Repetition::EachDay(rule) => rule,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_misspelt_frequency_is_one_of_days_unless_it_may_be_a_shorter_one() {
    for word in [
        "DIALY", "DALIY", "WEKLY", "WEELKY", "MOTHLY", "MONHTLY", "YEALRY", "YRLY",
    ] {
        assert_eq!(
            each_day(&format!("FREQ={word};BYDAY=MO")).freq,
            Freq::Daily,
            "{word}"
        );
    }
    for word in [
        "HURLY",
        "HORLY",
        "MNUTELY",
        "SCONDLY",
        "OURLY",
        "FOO",
        "D",
        "M",
        &"X".repeat(10_000),
    ] {
        let rule = read(&format!("FREQ={word};BYDAY=MO"));
        assert!(matches!(rule, Repetition::Unknown { .. }), "{word}: {rule:?}");
    }
}

#[test]
fn the_parts_of_a_rule_are_read_in_any_order_and_case() {
    let rule = Rule::parse("interval=2;BYDAY=mo,-1FR;FREQ=monthly;wkst=SU;BYMONTH=3,12;").unwrap();
    assert_eq!((rule.freq, rule.interval, rule.week_start), (Freq::Monthly, 2, 6));
    assert_eq!(
        (rule.weekdays, rule.nth_weekdays.as_slice()),
        (1, [(-1, 4)].as_slice())
    );
    assert_eq!(rule.months, (1 << 3) | (1 << 12));
    assert!(!rule.guessed && !rule.mended);
}

#[test]
fn what_is_written_wrongly_but_clearly_is_what_it_means() {
    for (wrong, right) in [
        ("RRULE:FREQ=WEEKLY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO"),
        ("FREQ=DAILY\\;COUNT=10", "FREQ=DAILY;COUNT=10"),
        ("FREQ=WEEKLY;BYDAY=MO\\,TU", "FREQ=WEEKLY;BYDAY=MO,TU"),
        ("FREQ=WEEKLY;BYDAY=Monday,TUE,Weds.", "FREQ=WEEKLY;BYDAY=MO,TU,XX"),
        (
            "FREQ=WEEKLY;BYDAY=Monday,TUE,thurs.",
            "FREQ=WEEKLY;BYDAY=MO,TU,TH",
        ),
        ("FREQ=MONTHLY;BYDAY=0MO,+0TU,2WE", "FREQ=MONTHLY;BYDAY=MO,TU,2WE"),
        (
            "FREQ=MONTHLY;BYDAY=-1FRIDAY;WKST=SUNDAY",
            "FREQ=MONTHLY;BYDAY=-1FR;WKST=SU",
        ),
        ("FREQ=DAILY;WKST=0", "FREQ=DAILY"),
    ] {
        let plain = |text| match Rule::parse(text) {
            Some(rule) => Repetition::Rule(Rule {
                mended: false,
                ..rule
            }),
            None => read(text),
        };
        assert_eq!(plain(wrong), plain(right), "{wrong}");
        assert!(
            Rule::parse(wrong).is_none_or(|rule| rule.mended && !rule.guessed),
            "{wrong}"
        );
    }
}

#[test]
fn where_days_make_no_sense_each_day_is_meant_at_the_same_time() {
    for text in [
        "FREQ=FORTNIGHTLY",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYDAY=é",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYMONTHDAY=,",
        "FREQ=MONTHLY;BYDAY=MO1",
        "FREQ=DAILY;X-WHAT=1",
        "FREQ=YEARLY;BYEASTER=1",
        "FREQ=WEEKLY;WKST=1",
        "FREQ=MONTHLY;RSCALE=MARTIAN",
        "FREQ=MONTHLY;SKIP=YES",
        "FREQ=MONTHLY;BYMONTH=5L",
        "FREQ=WEEKLY;RSCALE=HEBREW;BYMONTH=5",
        "FREQ=WEEKLY;BYDAY=MO;BYDAY=TU",
        "FREQ=WEEKLY;every second week",
    ] {
        assert_eq!(each_day(text), Rule::every(Freq::Daily), "{text}");
    }
    let rule = each_day("FREQ=WEEKLY;BYDAY=XX;BYHOUR=9,14;COUNT=3;UNTIL=20261201");
    assert_eq!((rule.hours, rule.count), ((1 << 9) | (1 << 14), None));
    assert!(rule.until.is_some());
}

#[test]
fn a_rule_of_vcalendar_1_occurs_at_its_times_on_any_day() {
    let daily = Rule::every(Freq::Daily);
    for (text, count) in [
        ("D3 #50", Some(153)),
        ("D1 #0", None),
        ("D1", None),
        ("W2 TU TH #27", Some(392)),
        ("w1 mo$ #1", Some(14)),
        ("MP3 2- FR #17", None),
        ("MP1 1+ MO 2- FR LD #17", None),
        ("MD3 20", None),
        ("MD1 1- 15+ LD #3", None),
        ("YM2 5 #13", None),
        ("YD1 141", None),
        ("YM1 6 7 MP1 1+ MO #5", None),
        ("RRULE:D1 #9223372036854775807", None),
    ] {
        assert_eq!(
            each_day(text),
            Rule {
                count,
                ..daily.clone()
            },
            "{text}"
        );
    }
    let rule = each_day("W2 MO WE FR 20270630T000000 #3");
    let end = Some(Moment::Date(jiff::civil::date(2027, 7, 1)));
    assert_eq!((rule.until, rule.count), (end, None));
    let rule = each_day("D2 0900 1430$ #5");
    assert_eq!((rule.hours, rule.minutes), ((1 << 9) | (1 << 14), 1 | (1 << 30)));
    // By minutes, and what is no such rule.
    for text in [
        "M5 #3",
        "D1 0900 #5 M30",
        "D1 2500",
        "D0",
        "D",
        "D1 whatever",
        "D1 99999999",
        "W1 #x",
        "X1 #2",
        "é1",
    ] {
        assert_eq!(read(text), Repetition::Unknown { until: None }, "{text}");
    }
}

#[test]
fn a_count_bounds_the_days_where_a_weekday_alone_is_not_understood() {
    assert_eq!(
        each_day("FREQ=WEEKLY;BYDAY=XX;COUNT=3;INTERVAL=2").count,
        Some(49)
    );
    for text in [
        "FREQ=WEEKLY;BYDAY=XX;COUNT=0",
        "FREQ=WEEKLY;BYDAY=XX;COUNT=3;X-FOO=1",
        "FREQ=WEEKLY;BYDAY=XX;COUNT=3;INTERVAL=0",
        "FREQ=WEEKLY;BYDAY=XX;COUNT=3;BYMONTH=2",
        "FREQ=MONTHLY;BYDAY=XX;COUNT=3",
        "FREQ=DAILY;BYDAY=XX;COUNT=9999999999999999",
    ] {
        assert_eq!(
            each_day(text).count.filter(|count| *count < 1 << 50),
            None,
            "{text}"
        );
    }
}

#[test]
fn where_times_of_day_make_no_sense_nothing_is_known() {
    for text in [
        "BYDAY=MO",
        "FREQ",
        "FREQ=",
        "FREQ=SOMETIMES",
        "FREQ=DAILY;FREQ=HOURLY",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;BYHOUR=9;BYHOUR=10",
        "FREQ=TWICE A DAY",
        "FREQ=FORTNIGHTLY;BYHOUR=9",
        "FREQ=HOURLY;BYDAY=XX",
        "FREQ=DAILY;X-BYTIME=9",
    ] {
        assert_eq!(read(text), Repetition::Unknown { until: None }, "{text}");
        // Whole days have no time of day.
        assert!(
            !matches!(
                Repetition::read(text, true, &|_| false),
                Repetition::Unknown { .. }
            ),
            "{text}"
        );
    }
    let end = read("FREQ=HOURLY;BYDAY=XX;UNTIL=20261201");
    assert!(matches!(end, Repetition::Unknown { until: Some(_) }));
}

#[test]
fn what_is_read_leniently_only_adds_occurrences() {
    let rule = Rule::parse("FREQ=DAILY;INTERVAL=0;COUNT=3").unwrap();
    assert_eq!((rule.interval, rule.count, rule.guessed), (1, None, true));
    let rule = Rule::parse("FREQ=DAILY;INTERVAL=2;INTERVAL=3;COUNT=3").unwrap();
    assert_eq!((rule.interval, rule.count, rule.guessed), (1, None, true));
    let rule = Rule::parse("FREQ=DAILY;COUNT=-1;UNTIL=never").unwrap();
    assert_eq!((rule.count, rule.until, rule.guessed), (None, None, true));
    let rule = Rule::parse("FREQ=DAILY;BYSETPOS=2").unwrap();
    assert!(rule.positions.is_empty() && rule.guessed);
    let rule = Rule::parse("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0;COUNT=3").unwrap();
    assert_eq!((rule.positions.len(), rule.count, rule.guessed), (0, None, true));
    let rule = Rule::parse("FREQ=DAILY;COUNT=;BYDAY=").unwrap();
    assert_eq!((rule.count, rule.weekdays), (None, 0));
    let rule = Rule::parse("FREQ=DAILY;COUNT=3;COUNT=5;UNTIL=20261201;UNTIL=20261101").unwrap();
    assert_eq!((rule.count, rule.guessed), (Some(5), true));
    assert_eq!(rule.until, Some(Moment::Date(jiff::civil::date(2026, 12, 1))));
    // A day that its month does not have ends no later than the month.
    let rule = Rule::parse("FREQ=DAILY;UNTIL=20261131T100000Z").unwrap();
    assert_eq!(rule.until, Some(Moment::Date(jiff::civil::date(2026, 12, 1))));
}

#[test]
fn other_calendars_are_walked_only_where_they_differ() {
    for text in [
        "FREQ=YEARLY;RSCALE=GREGORIAN",
        "FREQ=WEEKLY;RSCALE=CHINESE;BYDAY=MO",
        "FREQ=DAILY;RSCALE=GREGORIAN;SKIP=FORWARD",
        "FREQ=YEARLY;SKIP=FORWARD;BYWEEKNO=53;BYDAY=MO",
        "FREQ=YEARLY;RSCALE=BUDDHIST",
    ] {
        assert_eq!(Rule::parse(text).unwrap().scaled, None, "{text}");
    }
    let rule = Rule::parse("RSCALE=hebrew;FREQ=YEARLY;BYMONTH=5L,6;SKIP=FORWARD").unwrap();
    assert_eq!((rule.months, rule.leap_months), (1 << 6, 1 << 5));
    let scaled = rule.scaled.unwrap();
    assert_eq!(
        (scaled.scale, scaled.skip, scaled.nearly),
        (Scale::Hebrew, Skip::Forward, false)
    );
    let lunar = Rule::parse("FREQ=LUNAR_YEARLY;BYMONTH=10;COUNT=3").unwrap();
    assert!(lunar.guessed && lunar.count.is_none() && lunar.scaled.is_some_and(|scaled| scaled.nearly));
}

#[test]
fn the_start_within_a_rule_says_nothing_new() {
    let start = Moment::Utc(jiff::civil::datetime(2026, 11, 2, 9, 0, 0, 0));
    let text = "DTSTART:20261102T090000Z;FREQ=WEEKLY;COUNT=3";
    let rule = Repetition::read(text, false, &|moment| moment == start);
    assert!(matches!(rule, Repetition::Rule(rule) if rule.mended && rule.count == Some(3)));
    assert_eq!(read(text), Repetition::Unknown { until: None });
}
