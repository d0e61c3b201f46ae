//! The edits of a person with a phone: another title, another time.

use jiff::Timestamp;
use zones::Zone;

use super::lines::{self, Line};
use super::times::{When, utc_text};

/// A new event in the form that Apple's calendar writes: local times with a TZID.
pub(crate) fn new_event(
    uid: &str,
    summary: &str,
    start: Timestamp,
    end: Timestamp,
    zone: &Zone,
    now: Timestamp,
) -> String {
    let local = |name: &str, instant: Timestamp| {
        let mut line = Line::new(name, zone.local(instant).strftime("%Y%m%dT%H%M%S").to_string());
        line.params.push(("TZID".to_owned(), zone.name().to_owned()));
        line
    };
    let times = if zone.name() == "UTC" {
        [
            Line::new("DTSTART", utc_text(start)),
            Line::new("DTEND", utc_text(end)),
        ]
    } else {
        [local("DTSTART", start), local("DTEND", end)]
    };
    object(uid, summary, times, now)
}

/// A new event of whole days; `end` is the day after the last.
pub(crate) fn new_day_event(
    uid: &str,
    summary: &str,
    start: jiff::civil::Date,
    end: jiff::civil::Date,
    now: Timestamp,
) -> String {
    let day = |name: &str, date| {
        let mut line = Line::new(name, When::Day(date).text());
        line.params.push(("VALUE".to_owned(), "DATE".to_owned()));
        line
    };
    object(uid, summary, [day("DTSTART", start), day("DTEND", end)], now)
}

fn object(uid: &str, summary: &str, times: [Line; 2], now: Timestamp) -> String {
    let mut all = vec![
        Line::new("BEGIN", "VCALENDAR"),
        Line::new("CALSCALE", "GREGORIAN"),
        Line::new("PRODID", "-//Apple Inc.//iOS 26.0//EN"),
        Line::new("VERSION", "2.0"),
        Line::new("BEGIN", "VEVENT"),
        Line::new("CREATED", utc_text(now)),
        Line::new("DTSTAMP", utc_text(now)),
    ];
    all.extend(times);
    all.extend([
        Line::new("LAST-MODIFIED", utc_text(now)),
        Line::new("SEQUENCE", "0"),
        Line::new("SUMMARY", lines::escape(summary)),
        Line::new("UID", uid),
        Line::new("END", "VEVENT"),
        Line::new("END", "VCALENDAR"),
    ]);
    lines::write(&all)
}

/// An object of events that are given as raw lines, folded as it must be.
pub(crate) fn compose(events: &[Vec<String>]) -> String {
    let mut text = String::from(
        "BEGIN:VCALENDAR\r\nCALSCALE:GREGORIAN\r\nPRODID:-//Apple Inc.//iOS 26.0//EN\r\nVERSION:2.0\r\n",
    );
    for event in events {
        text.push_str("BEGIN:VEVENT\r\n");
        for line in event {
            text.push_str(line);
            text.push_str("\r\n");
        }
        text.push_str("END:VEVENT\r\n");
    }
    text.push_str("END:VCALENDAR\r\n");
    lines::read(&text).map_or(text, |all| lines::write(&all))
}

/// Gives every event of the object this title.
pub(crate) fn retitle(ics: &str, summary: &str, now: Timestamp) -> Option<String> {
    change(ics, now, |line| {
        if line.name == "SUMMARY" {
            line.value = lines::escape(summary);
        }
    })
}

/// Moves every instance by this many seconds of clock time.
pub(crate) fn move_by(ics: &str, seconds: i64, now: Timestamp) -> Option<String> {
    change(ics, now, |line| {
        if matches!(
            line.name.as_str(),
            "DTSTART" | "DTEND" | "RECURRENCE-ID" | "EXDATE" | "RDATE" | "DUE"
        ) {
            let tzid = line.param("TZID").map(str::to_owned);
            let moved = |text: &str| match When::parse(text.trim(), tzid.as_deref()) {
                Some(when) => when.moved(seconds).text(),
                None => text.to_owned(),
            };
            line.value = line.value.split(',').map(moved).collect::<Vec<_>>().join(",");
        }
    })
}

/// Moves the object so that its first instance begins at `start`, in the form in which it is written.
pub(crate) fn move_to(ics: &str, start: Timestamp, owner: &Zone, now: Timestamp) -> Option<String> {
    let all = lines::read(ics).ok()?;
    let events = lines::components(&all, "VEVENT");
    let master = events
        .iter()
        .find(|inner| lines::property(&all[(*inner).clone()], "RECURRENCE-ID").is_none())
        .or_else(|| events.first())?;
    let old = When::of(lines::property(&all[master.clone()], "DTSTART")?)?;
    let target = match &old {
        When::Utc(_) => Zone::utc().local(start),
        When::ZonedDateTime(_, tzid) => Zone::named(tzid).unwrap_or_else(|_| owner.clone()).local(start),
        When::Floating(_) => owner.local(start),
        When::Day(_) => owner.date(start).at(0, 0, 0, 0),
    };
    move_by(ics, target.duration_since(old.local()).as_secs(), now)
}

/// Changes lines of the events and notes that they were changed.
fn change(ics: &str, now: Timestamp, mut edit: impl FnMut(&mut Line)) -> Option<String> {
    let mut all = lines::read(ics).ok()?;
    // From the last, so that lines which are added do not move the places of the others.
    for inner in lines::components(&all, "VEVENT").into_iter().rev() {
        let mut depth = 0_usize;
        let mut sequence_seen = false;
        for line in &mut all[inner.clone()] {
            match line.name.as_str() {
                "BEGIN" => depth += 1,
                "END" => depth = depth.saturating_sub(1),
                _ if depth > 0 => {}
                "DTSTAMP" | "LAST-MODIFIED" => line.value = utc_text(now),
                "SEQUENCE" => {
                    sequence_seen = true;
                    line.value = (line.value.trim().parse::<u64>().unwrap_or(0) + 1).to_string();
                }
                _ => edit(line),
            }
        }
        if !sequence_seen {
            all.insert(inner.start, Line::new("SEQUENCE", "1"));
        }
    }
    Some(lines::write(&all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::check;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn new_york() -> Zone {
        Zone::named("America/New_York").unwrap()
    }

    fn lunch() -> String {
        let (start, end) = (at("2026-11-23T17:00:00Z"), at("2026-11-23T18:00:00Z"));
        new_event(
            "u",
            "Lunch, long",
            start,
            end,
            &new_york(),
            at("2026-11-01T00:00:00Z"),
        )
    }

    #[test]
    fn a_new_event_is_one_that_the_server_itself_accepts() {
        assert!(check::check(&lunch()).is_ok());
        assert!(lunch().contains("DTSTART;TZID=America/New_York:20261123T120000\r\n"));
    }

    #[test]
    fn moving_keeps_the_length_and_the_zone_and_raises_the_sequence() {
        let moved = move_to(
            &lunch(),
            at("2026-11-24T18:30:00Z"),
            &Zone::utc(),
            at("2026-11-02T00:00:00Z"),
        )
        .unwrap();
        assert!(
            moved.contains("DTSTART;TZID=America/New_York:20261124T133000\r\n"),
            "{moved}"
        );
        assert!(moved.contains("DTEND;TZID=America/New_York:20261124T143000\r\n"));
        assert!(moved.contains("SEQUENCE:1\r\n"));
        assert!(moved.contains("DTSTAMP:20261102T000000Z\r\n"));
    }

    #[test]
    fn a_series_moves_with_its_exceptions() {
        let series = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:s\r\nDTSTART:20261123T090000Z\r\nRRULE:FREQ=DAILY\r\n\
                      EXDATE:20261124T090000Z,20261125T090000Z\r\nBEGIN:VALARM\r\nSUMMARY:ring\r\nEND:VALARM\r\n\
                      END:VEVENT\r\nEND:VCALENDAR\r\n";
        let moved = move_by(series, 3_600, at("2026-11-02T00:00:00Z")).unwrap();
        assert!(
            moved.contains("EXDATE:20261124T100000Z,20261125T100000Z\r\n"),
            "{moved}"
        );
        assert!(moved.contains("SEQUENCE:1\r\n"));
        assert!(moved.contains("RRULE:FREQ=DAILY\r\n"));
    }

    #[test]
    fn an_all_day_event_moves_by_days() {
        let day = jiff::civil::date(2026, 11, 23);
        let ics = new_day_event(
            "u",
            "Off",
            day,
            day.tomorrow().unwrap(),
            at("2026-11-01T00:00:00Z"),
        );
        let moved = move_to(
            &ics,
            at("2026-11-26T03:00:00Z"),
            &new_york(),
            at("2026-11-01T00:00:00Z"),
        )
        .unwrap();
        assert!(moved.contains("DTSTART;VALUE=DATE:20261125\r\n"), "{moved}");
        assert!(moved.contains("DTEND;VALUE=DATE:20261126\r\n"));
    }

    #[test]
    fn a_title_is_escaped() {
        let changed = retitle(&lunch(), "a, b", at("2026-11-02T00:00:00Z")).unwrap();
        assert!(changed.contains("SUMMARY:a\\, b\r\n"));
    }
}
