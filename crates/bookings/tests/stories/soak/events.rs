//! What people and their programs put into calendars: usual events and odd ones.

use jiff::{SignedDuration, Timestamp};

use super::Soak;

/// The part of an event's text that differs from kind to kind.
const USUAL: [&str; 9] = [
    "",
    "",
    "RRULE:FREQ=DAILY;COUNT=5\r\n",
    "RRULE:FREQ=WEEKLY;BYDAY=MO,WE,FR\r\n",
    "RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=10\r\n",
    "RRULE:FREQ=MONTHLY;BYDAY=2TU\r\n",
    "TRANSP:TRANSPARENT\r\n",
    "STATUS:CANCELLED\r\n",
    "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT30M\r\n",
];

/// Those that the server's search by time may break on or leave out, and rules that few programs understand.
const ODD: [&str; 9] = [
    BREAKS_QUERIES,
    "X-BREAKS-QUERIES:1\r\nRRULE:FREQ=DAILY;INTERVAL=-1\r\n",
    LEFT_OUT,
    "X-LEFT-OUT:1\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\n",
    "RRULE:\r\n",
    "RRULE:FREQ=DAILY\\;COUNT=10\r\n",
    "RRULE:FREQ=WEEKLY;BYDAY=0MO;COUNT=3\r\n",
    "RRULE:RSCALE=CHINESE;FREQ=YEARLY\r\n",
    "RRULE:FREQ=DAILY;COUNT=3\r\nRDATE;VALUE=DATE:20270105\r\nEXDATE;TZID=Nowhere/Land:20261201T100000\r\n",
];

pub(super) const BREAKS_QUERIES: &str = "X-BREAKS-QUERIES:1\r\n";
pub(super) const LEFT_OUT: &str = "X-LEFT-OUT:1\r\n";

/// Those that come back after minutes. They end after some days, so that there is free time, too.
const DENSE: [&str; 3] = [
    "RRULE:FREQ=MINUTELY;INTERVAL=5;COUNT=400\r\n",
    "RRULE:FREQ=SECONDLY;INTERVAL=600;COUNT=300\r\n",
    "RRULE:FREQ=SECONDLY;COUNT=5000\r\n",
];
/// How the UIDs of those begin, of which Quince may keep the time between two occurrences busy, too.
pub(super) const DENSE_UID: &str = "dense-";

/// What no program can read.
const UNREADABLE: [&str; 5] = [
    "",
    "nonsense",
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:unreadable\r\n",
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:no-start\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:odd-start\r\nDTSTART:yesterday\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
];

/// Files with zones, rules and changes that others wrote, with dates of their own.
const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ical/tests/files");

impl Soak {
    /// The text of a new event. Most are usual.
    pub(super) fn some_event(&mut self, start: Timestamp) -> String {
        let number = self.counts.edits;
        match self.dice.below(12) {
            0 | 1 => {
                self.counts.odd += 1;
                event_text(&format!("odd-{number}"), start, self.dice.pick(&ODD).unwrap())
            }
            2 => {
                self.counts.odd += 1;
                let rule = self.dice.pick(&DENSE).unwrap();
                event_text(&format!("{DENSE_UID}{number}"), start, rule)
            }
            3 => {
                self.counts.odd += 1;
                self.dice.pick(&UNREADABLE).unwrap().to_owned()
            }
            4 => {
                self.counts.odd += 1;
                let text = self.dice.pick(&self.files.clone()).unwrap();
                // Each time another event.
                text.replace("\nUID:", &format!("\nUID:{number}-"))
            }
            _ => event_text(&format!("event-{number}"), start, self.dice.pick(&USUAL).unwrap()),
        }
    }
}

/// The texts of all files, always in the same order.
pub(super) fn files() -> Vec<String> {
    let mut paths: Vec<_> = std::fs::read_dir(FILES)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ics"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned())
        .collect()
}

fn event_text(uid: &str, start: Timestamp, rest: &str) -> String {
    let end = start + SignedDuration::from_mins(45);
    let utc = |instant: Timestamp| instant.strftime("%Y%m%dT%H%M%SZ").to_string();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T000000Z\r\n\
         SUMMARY:Something\r\nDTSTART:{}\r\nDTEND:{}\r\n{rest}END:VEVENT\r\nEND:VCALENDAR\r\n",
        utc(start),
        utc(end)
    )
}
