//! Zones in tables: an hour from ten, in winter and in summer. The owner is in Tokyo, so that what is taken for the owner's zone
//! begins at one.

use ical::{ProblemKind, Reading};

use super::{calendar, event_lines, read_in, shown};

/// What the problems say of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It is known.
    Nothing,
    /// Something of it was concluded or assumed.
    Assumed,
    /// It can be meant in more than one way.
    Several,
}
use Said::{Assumed, Nothing, Several};

/// The starts in UTC on 7 December 2026 and on 6 July 2026.
pub type Starts = (&'static [&'static str], &'static [&'static str]);

pub const BERLIN: Starts = (&["09:00"], &["08:00"]);
pub const BERLIN_OR_HOUR_LATER: Starts = (&["08:00", "09:00"], &["08:00", "09:00"]);
pub const NEW_YORK: Starts = (&["15:00"], &["14:00"]);
pub const LONDON: Starts = (&["10:00"], &["09:00"]);
pub const OWNER: Starts = (&["01:00"], &["01:00"]);

pub const SPRING: &str = "DAYLIGHT|DTSTART:19810329T020000|TZOFFSETFROM:+0100|TZOFFSETTO:+0200|RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n";
pub const AUTUMN: &str = "STANDARD|DTSTART:19961027T030000|TZOFFSETFROM:+0200|TZOFFSETTO:+0100|RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\n";

/// Berlin's rules, as programs write them that know no more than today's.
pub fn berlin() -> String {
    format!("{SPRING}{AUTUMN}")
}

/// New York's rules, likewise.
pub fn new_york() -> String {
    "DAYLIGHT|DTSTART:16010101T020000|TZOFFSETFROM:-0500|TZOFFSETTO:-0400|RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\n\
     STANDARD|DTSTART:16010101T020000|TZOFFSETFROM:-0400|TZOFFSETTO:-0500|RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"
        .to_owned()
}

/// London's.
pub fn london() -> String {
    berlin()
        .replace("FROM:+0100", "FROM:+0000")
        .replace("TO:+0100", "TO:+0000")
        .replace("+0200", "+0100")
        .replace("19810329T02", "19810329T01")
        .replace("19961027T03", "19961027T02")
}

/// A definition: a line is a property, or a part with its properties between bars.
pub fn defined(id: &str, lines: &str) -> String {
    let mut text = vec![format!("BEGIN:VTIMEZONE\r\nTZID:{id}")];
    for line in lines.lines() {
        match line.split_once('|') {
            Some((part, properties)) => {
                let properties = properties.replace('|', "\r\n");
                text.push(format!("BEGIN:{part}\r\n{properties}\r\nEND:{part}"));
            }
            None => text.push(line.to_owned()),
        }
    }
    text.push("END:VTIMEZONE".to_owned());
    text.join("\r\n")
}

pub fn mine(lines: &str) -> String {
    defined("My Zone", lines)
}

/// An hour from ten on both days.
pub fn events(tzid: &str) -> String {
    ["20261207", "20260706"]
        .map(|day| {
            event_lines(
                day,
                &[&format!("DTSTART;TZID={tzid}:{day}T100000"), "DURATION:PT1H"],
            )
        })
        .join("\r\n")
}

pub fn of_2026(text: &str) -> Reading {
    read_in("Asia/Tokyo", "2026-01-01", "2027-01-01", text)
}

/// What a text is read as, if it is not as expected.
pub fn fault(name: &str, text: &str, (winter, summer): Starts, said: Said) -> Option<String> {
    let reading = of_2026(text);
    let starts = |month: &str| -> Vec<String> {
        let starts = shown(&reading).into_iter().filter(|line| line[5..7] == *month);
        starts.map(|line| line[11..16].to_owned()).collect()
    };
    let sentences: Vec<&str> = reading.problems.iter().map(|p| p.sentence.as_str()).collect();
    let told = match sentences.first() {
        None => Nothing,
        Some(sentence) if sentence.contains("more than one way") => Several,
        Some(_) => Assumed,
    };
    let is_placed = reading
        .problems
        .iter()
        .all(|p| p.kind == ProblemKind::Zone && !p.unplaced);
    let got = (starts("12"), starts("07"), told);
    let right = got.0 == winter && got.1 == summer && told == said && is_placed;
    (!right).then(|| format!("{name}: {got:?} instead of {winter:?}, {summer:?}, {said:?}; {sentences:?}"))
}

/// Each row: what it is about, the definitions, the TZID of the events, when they block, and what is said.
pub fn check(rows: &[(&str, String, &str, Starts, Said)]) {
    let mut wrong = Vec::new();
    for (name, definitions, tzid, starts, said) in rows {
        let before = calendar(&[definitions, &events(tzid)]);
        let after = calendar(&[&events(tzid), definitions]);
        wrong.extend(fault(name, &before, *starts, *said));
        wrong.extend(fault(
            &format!("{name}, after the events"),
            &after,
            *starts,
            *said,
        ));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

pub fn since(year_and_day: &str) -> String {
    let date = format!("DTSTART:{year_and_day}T");
    berlin()
        .replace("DTSTART:19810329T", &date)
        .replace("DTSTART:19961027T", &date)
}
