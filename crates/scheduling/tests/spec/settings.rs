//! The settings: their defaults, and the least and the most that each may say.

use scheduling::{DateOverride, DateRange, Rules, Span, Unit};

use crate::scene::{daily, date, windows};

fn on(day: &str, hours: &str) -> DateOverride {
    DateOverride {
        date: date(day),
        windows: windows(hours),
    }
}

type Change = fn(&mut Rules);

#[test]
fn bounds_are_good_and_one_beyond_is_not() {
    let good: &[(&str, Change)] = &[
        ("a meeting of a minute", |rules| rules.duration = 1),
        ("a meeting of a day", |rules| rules.duration = 1440),
        ("a grid of five minutes", |rules| rules.interval = 5),
        ("a grid of a day", |rules| rules.interval = 1440),
        ("a day before a meeting", |rules| rules.pre_buffer = 1440),
        ("a day after a meeting", |rules| rules.post_buffer = 1440),
        ("one appointment a slot", |rules| rules.per_slot = 1),
        ("9999 appointments a slot", |rules| rules.per_slot = 9999),
        ("one seat", |rules| rules.seats = 1),
        ("9999 seats", |rules| rules.seats = 9999),
        ("one appointment a day", |rules| rules.per_day = Some(1)),
        ("nothing that looks busy", |rules| rules.look_busy_percent = 0),
        ("everything that looks busy", |rules| {
            rules.look_busy_percent = 100;
        }),
        ("no notice", |rules| rules.notice = Span::new(0, Unit::Minutes)),
        ("a notice of five years", |rules| {
            rules.notice = Span::new(60, Unit::Months);
        }),
        ("a day ahead", |rules| {
            rules.range = DateRange::Rolling(Span::new(1, Unit::Days));
        }),
        ("five years ahead", |rules| {
            rules.range = DateRange::Rolling(Span::new(60, Unit::Months));
        }),
    ];
    for (sentence, change) in good {
        let mut rules = Rules::default();
        change(&mut rules);
        assert_eq!(rules.check(), [], "{sentence}");
    }
    let refused: &[(&str, Change)] = &[
        ("duration", |rules| rules.duration = 0),
        ("duration", |rules| rules.duration = 1441),
        ("interval", |rules| rules.interval = 4),
        ("interval", |rules| rules.interval = 1441),
        ("pre_buffer", |rules| rules.pre_buffer = 1441),
        ("post_buffer", |rules| rules.post_buffer = 1441),
        ("per_slot", |rules| rules.per_slot = 0),
        ("per_slot", |rules| rules.per_slot = 10_000),
        ("seats", |rules| rules.seats = 0),
        ("seats", |rules| rules.seats = 10_000),
        ("per_day", |rules| rules.per_day = Some(0)),
        ("look_busy_percent", |rules| rules.look_busy_percent = 101),
        ("notice", |rules| rules.notice = Span::new(61, Unit::Months)),
        ("range", |rules| {
            rules.range = DateRange::Rolling(Span::new(0, Unit::Days));
        }),
        ("range", |rules| {
            rules.range = DateRange::Rolling(Span::new(61, Unit::Months));
        }),
        ("range_to", |rules| {
            rules.range = DateRange::Fixed {
                from: date("2026-06-02"),
                to: date("2026-06-01"),
            }
        }),
        ("overrides", |rules| {
            rules.overrides.push(on("2026-06-01", "09:00-12:00"));
        }),
        ("cancel_cutoff", |rules| {
            rules.cancel_cutoff = Span::new(2000, Unit::Days);
        }),
        ("reschedule_cutoff", |rules| {
            rules.reschedule_cutoff = Span::new(2000, Unit::Days);
        }),
    ];
    for (index, (field, change)) in refused.iter().enumerate() {
        let mut rules = Rules::default();
        change(&mut rules);
        let problems = rules.check();
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field()).collect();
        assert_eq!(fields, [*field], "row {index}");
        assert!(problems[0].to_string().ends_with('.'), "{field}");
    }
}

#[test]
fn the_defaults_are_those_of_the_documentation() {
    let rules = Rules::default();
    assert_eq!(rules.check(), []);
    assert_eq!(
        (
            rules.duration,
            rules.interval,
            rules.pre_buffer,
            rules.post_buffer
        ),
        (30, 30, 0, 0)
    );
    assert_eq!(
        (rules.per_slot, rules.per_day, rules.look_busy_percent),
        (1, None, 0)
    );
    assert_eq!(rules.notice, Span::new(2, Unit::Hours));
    assert_eq!(rules.range, DateRange::Rolling(Span::new(60, Unit::Days)));
}

#[test]
fn a_date_can_be_closed_without_hours_and_opened_with_them() {
    let mut rules = Rules::default();
    rules.overrides.push(on("2026-06-01", ""));
    assert_eq!(rules.check(), []);
    rules.overrides.push(on("2026-06-02", "09:00-12:00"));
    rules.hours = Some(daily("10:00-11:00"));
    assert_eq!(rules.check(), []);
}

#[test]
fn rules_survive_being_written_and_read() {
    let rules = Rules {
        per_day: Some(3),
        range: DateRange::Unlimited,
        ..Rules::default()
    };
    let text = serde_json::to_string(&rules).unwrap();
    assert_eq!(serde_json::from_str::<Rules>(&text).unwrap(), rules);
}
