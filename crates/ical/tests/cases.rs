//! Calendars as people and programs write them, as one table: for somebody in New York, what blocks in November and December
//! 2026. One line per case that no sentence of its own in the other files tells.

mod support;

use ical::ProblemKind;
use support::cases::{CASES, text};
use support::{busy, read};

#[test]
fn each_case_blocks_what_it_says() {
    for (name, events, expected) in CASES {
        assert_eq!(busy(&text(events)), *expected, "{name}");
    }
}

#[test]
fn what_is_in_the_table_is_understood() {
    // The old form of a range is said, everything else is read without a word.
    for (name, events, _) in CASES {
        let kinds: Vec<_> = read(&text(events)).problems.iter().map(|p| p.kind).collect();
        let expected: &[ProblemKind] = if events.iter().any(|event| event.contains("THISANDPRIOR")) {
            &[ProblemKind::Occurrence]
        } else {
            &[]
        };
        assert_eq!(kinds, expected, "{name}");
    }
}

#[test]
fn a_rule_of_exceptions_frees_nothing_and_is_said() {
    let text = text(&[
        "DTSTART:20261102T150000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\nEXRULE:FREQ=DAILY;INTERVAL=2",
    ]);
    assert_eq!(busy(&text).len(), 4);
    let problems = read(&text).problems;
    assert_eq!(problems.len(), 1);
    assert_eq!(
        (problems[0].kind, problems[0].unplaced),
        (ProblemKind::Rule, false)
    );
    assert!(problems[0].sentence.contains("exceptions are not applied"));
}
