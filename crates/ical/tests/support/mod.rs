//! Builders that let tests read as sentences.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, reason = "this is part of tests")]

pub mod cases;
pub mod defined;
pub mod files;
pub mod rules;

use ical::{Blocks, Horizon, Owner, Reading};
use jiff::Timestamp;
use zones::Zone;

/// Me, in every test.
pub const ME: &str = "Me@Example.com";

/// A calendar that holds the given lines.
pub fn calendar(lines: &[&str]) -> String {
    let mut text = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
    for line in lines {
        text.push_str(line);
        text.push_str("\r\n");
    }
    text.push_str("END:VCALENDAR\r\n");
    text
}

/// A calendar with one event that has the given lines.
pub fn event(lines: &[&str]) -> String {
    calendar(&[&event_lines("series-1", lines)])
}

/// The text of one event.
pub fn event_lines(uid: &str, lines: &[&str]) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:Thing\r\n{}\r\nEND:VEVENT",
        lines.join("\r\n")
    )
}

pub fn instant(text: &str) -> Timestamp {
    let full = if text.len() == 10 {
        format!("{text}T00:00:00Z")
    } else {
        text.to_owned()
    };
    full.parse().unwrap()
}

/// Reads for somebody in a zone, over `[from, to)`.
pub fn read_in(zone: &str, from: &str, to: &str, text: &str) -> Reading {
    read_bytes_in(zone, from, to, text.as_bytes())
}

pub fn read_bytes_in(zone: &str, from: &str, to: &str, text: &[u8]) -> Reading {
    let zone = Zone::named(zone).unwrap();
    let addresses = [ME.to_owned(), "/1234/principal/".to_owned()];
    let owner = Owner {
        zone: &zone,
        addresses: &addresses,
    };
    ical::read_bytes(
        text,
        &owner,
        &Horizon {
            from: instant(from),
            to: instant(to),
        },
    )
}

/// Reads for somebody in New York over November and December 2026.
pub fn read(text: &str) -> Reading {
    read_in("America/New_York", "2026-11-01", "2027-01-01", text)
}

/// Each instance as `start/end reason`, in UTC without seconds.
pub fn shown(reading: &Reading) -> Vec<String> {
    let short = |t: Timestamp| t.strftime("%Y-%m-%dT%H:%M").to_string();
    reading
        .instances
        .iter()
        .map(|i| format!("{}/{} {}", short(i.start), short(i.end), i.blocks.word()))
        .collect()
}

/// What blocks, shown; all-day events by default included.
pub fn busy(text: &str) -> Vec<String> {
    let mut reading = read(text);
    reading.instances.retain(|i| i.blocks.takes_time(true));
    shown(&reading)
}

/// Starts of what blocks, in UTC without seconds.
pub fn starts(text: &str) -> Vec<String> {
    busy(text).iter().map(|line| line[..16].to_owned()).collect()
}

/// Is all of `[from, to)` covered by something that blocks?
pub fn covered(reading: &Reading, from: &str, to: &str) -> bool {
    let (mut at, to) = (instant(from), instant(to));
    for i in reading.instances.iter().filter(|i| i.blocks.takes_time(true)) {
        if i.start <= at {
            at = at.max(i.end);
        }
    }
    at >= to
}

/// The reasons of all instances.
pub fn reasons(text: &str) -> Vec<Blocks> {
    read(text).instances.iter().map(|i| i.blocks).collect()
}

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.below(all.len() as u64)).unwrap()]
    }
}
