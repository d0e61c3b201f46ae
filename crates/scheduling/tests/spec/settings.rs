//! Which settings are refused.

use scheduling::{DateOverride, DateRange, Rules, Span, Unit};

use crate::scene::{daily, date, windows};

fn on(day: &str, hours: &str) -> DateOverride {
    DateOverride {
        date: date(day),
        windows: windows(hours),
    }
}

#[test]
fn the_defaults_are_those_of_the_design() {
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
fn a_setting_that_cannot_be_used_is_named_with_a_sentence() {
    type Change = fn(&mut Rules);
    let cases: [(&str, Change); 15] = [
        ("duration", |rules| rules.duration = 0),
        ("duration", |rules| rules.duration = 1441),
        ("interval", |rules| rules.interval = 4),
        ("interval", |rules| rules.interval = 1441),
        ("pre_buffer", |rules| rules.pre_buffer = 1441),
        ("post_buffer", |rules| rules.post_buffer = 1441),
        ("notice", |rules| rules.notice = Span::new(61, Unit::Months)),
        ("per_slot", |rules| rules.per_slot = 0),
        ("per_day", |rules| rules.per_day = Some(0)),
        ("look_busy_percent", |rules| rules.look_busy_percent = 101),
        ("range", |rules| {
            rules.range = DateRange::Rolling(Span::new(0, Unit::Days));
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
    for (field, change) in cases {
        let mut rules = Rules::default();
        change(&mut rules);
        let problems = rules.check();
        assert_eq!(
            problems.iter().map(|problem| problem.field).collect::<Vec<_>>(),
            [field]
        );
        assert!(problems[0].sentence.ends_with('.'), "{field}");
    }
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
