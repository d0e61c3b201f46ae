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

fn is_always(text: &str) -> bool {
    matches!(read(text), Repetition::Broken(rules) if matches!(*rules, [Broken::Always { .. }]))
}

#[test]
fn a_frequency_that_is_not_known_is_one_of_days_unless_it_may_be_a_shorter_one() {
    for text in [
        "FREQ=DIALY",
        "FREQ=DALIY",
        "FREQ=WEKLY",
        "FREQ=WEELKY",
        "FREQ=MOTHLY",
        "FREQ=YRLY",
        "FREQ=FOO",
        "FREQ=M",
        "FREQ=1",
        "FREQ",
        "FREQ=",
        "FREQ=SOMETIMES",
        "FREQ=WORKDAYS",
        "COUNT=3",
        "INTERVAL=2",
        "every second week",
        "the second monday of a month",
        "weekly on monday",
        "{\"freq\":\"DAILY\",\"count\":10}",
        "FREQ%3DDAILY%3BCOUNT%3D10",
        "D0",
        "D1 2500",
        "D1 whatever",
        "D1 99999999",
        "W1 #x",
        "X1 #2",
        "é1",
        "X-TIME=3",
    ] {
        assert_eq!(each_day(text), Rule::every(Freq::Daily), "{text}");
    }
    assert_eq!(each_day("FREQ=FOO;BYHOUR=9;COUNT=2;UNTIL=20261201").hours, 1 << 9);
    assert_eq!(
        each_day(&format!("FREQ={}", "X".repeat(10_000))),
        Rule::every(Freq::Daily)
    );
    for text in [
        "FREQ=HURLY",
        "FREQ=HORLY",
        "FREQ=MNUTELY",
        "FREQ=SCONDLY",
        "FREQ=OURLY",
        "FREQ=HOUR",
        "FREQ=S",
        "FREQ=STÜNDLICH",
        "FREQ=5MIN",
        "FREQ=TWICE A DAY",
        "FREQ=3 TIMES A DAY",
        "every hour",
        "every second",
        "{\"freq\":\"HOURLY\"}",
        "FREQ%3DHOURLY",
        "cada hora",
        "FREQ=DAILY;FREQ=HOURLY",
        "FREQ=HOURLY;BYDAY=XX",
        "M5 #3",
        "D1 0900 #5 M30",
    ] {
        assert!(is_always(text), "{text}: {:?}", read(text));
    }
}

#[test]
fn a_word_for_a_frequency_is_one() {
    for (freq, words) in [
        (
            Freq::Daily,
            &[
                "D",
                "DAY",
                "every day",
                "everyday",
                "TÄGLICH",
                "ta\u{308}glich",
                "quotidien",
                "tous les jours",
                "每天",
            ][..],
        ),
        (
            Freq::Weekly,
            &[
                "W",
                "Week",
                "every week",
                "Wöchentlich",
                "jede Woche",
                "hebdomadaire",
                "SEMANAL",
                "settimanale",
                "毎週",
            ],
        ),
        (
            Freq::Monthly,
            &[
                "MONTH",
                "each month",
                "monatlich",
                "mensuel",
                "mensual",
                "mensile",
                "once a month",
            ],
        ),
        (
            Freq::Yearly,
            &[
                "Y",
                "YEAR",
                "ANNUALLY",
                "jährlich",
                "annuel",
                "chaque année",
                "once per year",
            ],
        ),
    ] {
        for word in words {
            let rule = Rule {
                mended: true,
                count: Some(3),
                ..Rule::every(freq)
            };
            assert_eq!(
                Rule::parse(&format!("FREQ={word};COUNT=3")).as_ref(),
                Some(&rule),
                "{word}"
            );
            assert_eq!(
                Rule::parse(&format!("{word};COUNT=3")).as_ref(),
                Some(&rule),
                "{word}"
            );
        }
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
        "FREQ=DAILY;X-BYTIME=9",
        "FREQ=DAILY;X-DTSTART=20261130T090000",
        "FREQ=DAILY;X-TIMEZONE=Europe/Berlin",
        "FREQ=WEEKLY;BYMONTHDAY=2",
        "FREQ=WEEKLY;BYYEARDAY=100",
        "FREQ=WEEKLY;BYWEEKNO=1",
        "FREQ=DAILY;BYWEEKNO=1;COUNT=2",
        "FREQ=DAILY;BYYEARDAY=1",
        "FREQ=MONTHLY;BYYEARDAY=-1",
        "FREQ=MONTHLY;BYWEEKNO=1;BYDAY=MO",
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
    // What else a text says of times of day may hold beside the start's.
    let Repetition::Times(rules) = read("D1 0900 whatever") else {
        panic!("no times of day");
    };
    assert_eq!(
        rules.iter().map(|rule| rule.hours).collect::<Vec<_>>(),
        [1 << 9, 0, 1 << 9, 0]
    );
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

/// The rules of which only days, hours or minutes are known, and how many seconds these have.
fn within(text: &str) -> (Rule, i64) {
    match read(text) {
        Repetition::Broken(rules) => match <[Broken; 1]>::try_from(rules) {
            Ok([Broken::Within { rule, seconds }]) => (rule, seconds),
            other => panic!("{text}: {other:?}"),
        },
        other => panic!("{text}: {other:?}"),
    }
}

fn times(text: &str) -> Vec<Rule> {
    match read(text) {
        Repetition::Times(rules) => rules,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn where_a_time_of_day_cannot_be_read_those_that_can_and_the_starts_are_meant() {
    let hours = |text: &str| times(text).iter().map(|rule| rule.hours).collect::<Vec<_>>();
    assert_eq!(hours("FREQ=DAILY;BYHOUR=9,25"), [1 << 9, 0]);
    assert_eq!(hours("FREQ=DAILY;BYHOUR=9;BYHOUR=10"), [(1 << 9) | (1 << 10), 0]);
    assert_eq!(hours("FREQ=WEEKLY;BYDAY=XX;BYHOUR=x,9"), [1 << 9, 0]);
    assert_eq!(hours("FREQ=DAILY;BYTIME=9"), [1 << 9, 0]);
    assert_eq!(
        hours("FREQ=WEEKLY;DTSTART=20261102T090000"),
        [1 << 9, 0, 1 << 9, 0]
    );
    assert_eq!(times("FREQ=DAILY;BYHOUR=9;BYMINUTE=0,99")[1].minutes, 0);
    // However many times a day were meant, an end by number is no earlier.
    let counts = times("FREQ=DAILY;BYHOUR=9,10,25;COUNT=4");
    assert_eq!(
        counts.iter().map(|rule| rule.count).collect::<Vec<_>>(),
        [Some(10), Some(5)]
    );
    assert_eq!(times("FREQ=DAILY;BYHOUR=9,25;BYSETPOS=1;COUNT=4")[0].count, None);
}

#[test]
fn where_no_time_of_day_can_be_read_its_day_hour_or_minute_is_known() {
    for (text, seconds) in [
        ("FREQ=WEEKLY;BYDAY=MO;BYHOUR=24", 86_400),
        ("FREQ=DAILY;INTERVAL=2;BYHOUR=", 0),
        ("FREQ=DAILY;INTERVAL=2;BYHOUR=-1", 86_400),
        ("FREQ=MONTHLY;BYHOUR=noon;BYMINUTE=5", 86_400),
        ("FREQ=DAILY;BYMINUTE=60", 3_600),
        ("FREQ=DAILY;BYHOUR=9;BYMINUTE=60", 3_600),
        ("FREQ=DAILY;BYSECOND=61", 60),
        ("FREQ=WEEKLY;BYTIME=soon", 86_400),
    ] {
        if seconds > 0 && !text.contains("BYTIME") {
            assert_eq!(within(text).1, seconds, "{text}");
        }
        // Whole days have no time of day.
        assert!(
            !matches!(Repetition::read(text, true, &|_| false), Repetition::Broken(_)),
            "{text}"
        );
    }
    let (rule, _) = within("FREQ=WEEKLY;BYDAY=MO;BYHOUR=24;UNTIL=20261207T080000;COUNT=2");
    assert_eq!((rule.weekdays, rule.count), (1, Some(3)));
    assert_eq!(rule.until, Some(Moment::Date(jiff::civil::date(2026, 12, 8))));
    for text in [
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=HOURLY;BYMINUTE=99",
        "FREQ=WEEKLY;BYTIME=soon",
        "FREQ=WEEKLY;every hour",
    ] {
        assert!(is_always(text), "{text}: {:?}", read(text));
    }
    let end = read("FREQ=HOURLY;BYDAY=XX;UNTIL=20261201");
    assert!(
        matches!(end, Repetition::Broken(rules) if matches!(*rules, [Broken::Always { until: Some(_) }]))
    );
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
    assert!(is_always(text));
}
