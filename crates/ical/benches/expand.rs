//! Expands 1,000 recurring events over 60 days and prints how long that takes.
//!
//! `cargo bench -p ical --bench expand`. The events began three years ago in a zone with summer time: a quarter
//! each daily, weekly on two days, fortnightly, and monthly by weekday. Measured is everything from text to
//! sorted instances, once as one calendar and once as one resource per event, as a calendar server keeps them; beside
//! it, on the same file, other programs' readers, where `scripts/setup test` has installed them. The `rrule` crate does the
//! recurrence alone, on a part of the events.

#![allow(missing_docs, reason = "the macros of a benchmark have no interface")]

mod series;

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use ical::{Horizon, Owner};
use rrule::RRuleSet;
use series::{EVENTS, FROM, RULES, TO, ZONE, event, wrapped};
use zones::Zone;

const ROUNDS: usize = 30;

/// The middle and the shortest of several measurements: on a busy machine only the latter says what the work takes.
fn measured(mut work: impl FnMut() -> usize) -> (String, usize) {
    let mut size = 0;
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            size = black_box(work());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    (
        format!("{:>10.2?}, at best {:.2?}", times[ROUNDS / 2], times[0]),
        size,
    )
}

fn main() {
    let zone = Zone::named(ZONE).unwrap_or_else(|_| Zone::utc());
    let owner = Owner {
        zone: &zone,
        addresses: &[],
    };
    let instant = |second| jiff::Timestamp::from_second(second).unwrap_or_default();
    let (from, to) = (instant(FROM), instant(TO));
    let horizon = Horizon { from, to };
    let events: Vec<String> = (0..EVENTS).map(event).collect();
    let whole = wrapped(&events.concat());
    let resources: Vec<String> = events.iter().map(|event| wrapped(event)).collect();

    println!("{EVENTS} recurring events, started three years ago, over 60 days; median of {ROUNDS} runs");
    let (time, whole_size) = measured(|| ical::read(&whole, &owner, &horizon).instances.len());
    println!("  one calendar, text to {whole_size} instances:        {time}");
    let (time, size) = measured(|| {
        resources
            .iter()
            .map(|r| ical::read(r, &owner, &horizon).instances.len())
            .sum()
    });
    println!("  {EVENTS} resources, text to {size} instances:    {time}");
    let (time, size) = measured(|| resources.iter().filter_map(|r| ical::uid(r)).count());
    println!("  UIDs of {size} resources:                     {time}");

    peers(&whole, horizon, whole_size);

    let part = EVENTS / 10;
    let sets: Vec<String> = (0..part)
        .map(|n| {
            format!(
                "DTSTART:202311{:02}T{:02}{:02}00Z\nRRULE:{}",
                1 + n % 28,
                n % 22,
                n % 60,
                RULES[n % 4]
            )
        })
        .collect();
    let utc = |t: jiff::Timestamp| {
        chrono::DateTime::from_timestamp(t.as_second(), 0).map(|t| t.with_timezone(&rrule::Tz::UTC))
    };
    let start = Instant::now();
    let count: usize = sets
        .iter()
        .filter_map(|set| set.parse::<RRuleSet>().ok())
        .filter_map(|set| Some(set.after(utc(from)?).before(utc(to)?).all(u16::MAX).dates.len()))
        .sum();
    println!(
        "  the rrule crate, {part} of the rules ({count} dates): {:>10.2?}",
        start.elapsed()
    );
}

/// Other programs on the same file, one run each, timed by themselves so that their start does not count.
fn peers(calendar: &str, horizon: Horizon, ours: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let peer = |name| root.join("crates/ical/benches/peers").join(name);
    let file = std::env::temp_dir().join(format!("quince-bench-{}.ics", std::process::id()));
    if let Err(error) = std::fs::write(&file, calendar) {
        println!("  the file for other programs cannot be written: {error}");
        return;
    }
    let (from, to) = (
        horizon.from.as_second().to_string(),
        horizon.to.as_second().to_string(),
    );
    let python = root.join(".tools/venv/bin/python");
    let mut runs = [
        (
            "python recurring-ical-events",
            Command::new(python),
            peer("expand.py"),
            None,
        ),
        (
            "rrule.js",
            Command::new("node"),
            peer("expand.cjs"),
            Some("rrule"),
        ),
        (
            "ical.js",
            Command::new("node"),
            peer("expand.cjs"),
            Some("ical.js"),
        ),
    ];
    for (name, command, script, library) in &mut runs {
        let output = command
            .arg(script)
            .args(*library)
            .arg(&file)
            .args([&from, &to])
            .output();
        let said = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        match said.ok().as_deref().and_then(|said| said.split_once(' ')) {
            Some((count, milliseconds)) => {
                println!("  {name}: {count} instances, {milliseconds} ms");
                assert!(
                    count == ours.to_string(),
                    "{name} finds {count} instances, not {ours}"
                );
            }
            None => println!("  {name}: not installed (scripts/setup test)"),
        }
    }
    let _ = std::fs::remove_file(file);
}
