//! Calendar files with what of them must block: a case fails where some of that is free, or where more is busy than it may be.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use zones::Zone;

use super::instant;

/// What is asked of one file, and what is right.
pub struct Case {
    pub name: String,
    pub text: Vec<u8>,
    pub zone: Zone,
    /// First and last moment: local days of the zone, as `quince busy` takes them.
    pub days: (Date, Date),
    /// Addresses of the owner.
    pub me: Vec<String>,
    /// Each lies in one busy span.
    pub must_block: Vec<(Timestamp, Timestamp)>,
    /// All that is busy together.
    pub at_most: Option<SignedDuration>,
}

impl Case {
    /// One element of `cases.json`, and the file that it names.
    pub fn of(case: &Value, folder: &std::path::Path) -> Self {
        let text = |key: &str| case[key].as_str().unwrap();
        let span = |span: &Value| {
            (
                instant(span[0].as_str().unwrap()),
                instant(span[1].as_str().unwrap()),
            )
        };
        Self {
            name: text("file").to_owned(),
            text: std::fs::read(folder.join(text("file"))).unwrap(),
            zone: Zone::named(text("timezone")).unwrap(),
            days: (text("from").parse().unwrap(), text("to").parse().unwrap()),
            me: serde_json::from_value(case["me"].clone()).unwrap(),
            must_block: case["must_block"].as_array().unwrap().iter().map(span).collect(),
            // Hours are written with a fraction, half an hour being the smallest.
            at_most: case.get("at_most_hours").map(|hours| {
                let hours: f64 = hours.as_f64().unwrap();
                SignedDuration::from_secs_f64(hours * 3_600.0)
            }),
        }
    }

    /// What is wrong, in words; nothing when the file is read rightly.
    pub fn fault(&self) -> Option<String> {
        let owner = ical::Owner {
            zone: &self.zone,
            addresses: &self.me,
        };
        let horizon = ical::Horizon {
            from: self.zone.start_of_day(self.days.0),
            to: self.zone.start_of_day(self.days.1),
        };
        let reading = ical::read_bytes(&self.text, &owner, &horizon);
        let busy = merged(&reading);
        let is_free = |wanted: &&(Timestamp, Timestamp)| {
            !busy.iter().any(|(from, to)| *from <= wanted.0 && wanted.1 <= *to)
        };
        let free: Vec<_> = self.must_block.iter().filter(is_free).collect();
        let total = busy.iter().fold(SignedDuration::ZERO, |sum, (from, to)| {
            sum + from.duration_until(*to)
        });
        if !free.is_empty() {
            Some(format!(
                "{}: free although busy: {free:?}; busy is {busy:?}",
                self.name
            ))
        } else if self.at_most.is_some_and(|most| total > most) {
            Some(format!("{}: {total:#} are busy: {busy:?}", self.name))
        } else {
            None
        }
    }
}

/// What blocks, as spans that neither touch nor overlap.
fn merged(reading: &ical::Reading) -> Vec<(Timestamp, Timestamp)> {
    let mut spans: Vec<(Timestamp, Timestamp)> = Vec::new();
    // Instances come by start.
    for instance in reading.instances.iter().filter(|i| i.blocks.takes_time(true)) {
        match spans.last_mut() {
            Some((_, end)) if instance.start <= *end => *end = (*end).max(instance.end),
            _ => spans.push((instance.start, instance.end)),
        }
    }
    spans
}
