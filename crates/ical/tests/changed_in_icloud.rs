//! D4: an event that was changed in iCloud is noticed, and what only a server changed is not.

mod support;

use ical::{Appointment, Change, Status, changes, event, same_event};
use support::instant;

fn ours() -> String {
    event(&Appointment {
        uid: "u-1",
        sequence: 0,
        stamp: instant("2026-11-23T08:00:00Z"),
        start: instant("2026-11-24T14:00:00Z"),
        end: instant("2026-11-24T14:30:00Z"),
        summary: "Consultation, Ana",
        description: "First line\nsecond; line",
        location: "Room 1",
        url: "https://book.example.com/a/1",
        status: Status::Confirmed,
    })
}

#[track_caller]
fn after(from: &str, to: &str) -> Vec<Change> {
    let ours = ours();
    assert!(ours.contains(from), "{from}");
    changes(&ours, &ours.replace(from, to))
}

#[test]
fn d4_what_servers_add_or_rearrange_is_no_change() {
    let theirs = "BEGIN:VCALENDAR\nCALSCALE:GREGORIAN\nPRODID:-//Apple Inc.//iCloud//EN\nVERSION:2.0\n\
        BEGIN:VEVENT\nCREATED:20261123T080001Z\nLAST-MODIFIED:20261123T090000Z\nDTSTAMP:20261123T090000Z\n\
        SUMMARY:Consultation\\, \n Ana\nLOCATION:Room 1\nDESCRIPTION:First line\\Nsecond\\; line\n\
        URL;VALUE=URI:https://book.example.com/a/1\nDTEND:20261124T143000Z\nDTSTART:20261124T140000Z\nSEQUENCE:7\n\
        UID:u-1\nX-APPLE-CREATOR-IDENTITY:com.apple.calendar\nBEGIN:VALARM\nACTION:DISPLAY\nDESCRIPTION:Alarm\n\
        TRIGGER:-PT15M\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n";
    assert_eq!(changes(&ours(), theirs), []);
    assert!(same_event(&ours(), theirs));
}

#[test]
fn d4_the_same_instant_in_another_zone_or_as_a_duration_is_no_change() {
    assert_eq!(
        after(
            "DTSTART:20261124T140000Z",
            "DTSTART;TZID=America/New_York:20261124T090000"
        ),
        []
    );
    assert_eq!(after("DTEND:20261124T143000Z", "DURATION:PT30M"), []);
    let zone = "BEGIN:VTIMEZONE\r\nTZID:Own\r\nBEGIN:STANDARD\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n\
        DTSTART:16011028T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n\
        TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nDTSTART:16010325T020000\r\n\
        RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n";
    let theirs = ours()
        .replace("BEGIN:VEVENT", &format!("{zone}BEGIN:VEVENT"))
        .replace("DTSTART:20261124T140000Z", "DTSTART;TZID=Own:20261124T150000");
    assert_eq!(changes(&ours(), &theirs), []);
}

#[test]
fn d4_every_change_that_a_person_makes_is_named() {
    assert_eq!(
        after("DTSTART:20261124T140000Z", "DTSTART:20261124T141500Z"),
        [Change::Time]
    );
    assert_eq!(
        after("DTEND:20261124T143000Z", "DTEND:20261124T150000Z"),
        [Change::Time]
    );
    assert_eq!(
        after("DTSTART:20261124T140000Z", "DTSTART:20261124T140000"),
        [Change::Time]
    );
    assert_eq!(after("Consultation", "Meeting"), [Change::Title]);
    assert_eq!(after("second", "2nd"), [Change::Notes]);
    assert_eq!(after("Room 1", "Room 2"), [Change::Place]);
    assert_eq!(after("LOCATION:Room 1\r\n", ""), [Change::Place]);
    assert_eq!(after("/a/1", "/a/2"), [Change::Url]);
    assert_eq!(after("CONFIRMED", "CANCELLED"), [Change::Status]);
    assert_eq!(after("OPAQUE", "TRANSPARENT"), [Change::Transparency]);
    assert_eq!(after("SEQUENCE:0", "RRULE:FREQ=WEEKLY"), [Change::Repetition]);
}

#[test]
fn d4_a_whole_day_over_the_same_instants_is_a_change() {
    let timed = ours()
        .replace("T140000Z", "T000000Z")
        .replace("20261124T143000Z", "20261125T000000Z");
    let day = timed.replace("DTSTART:20261124T000000Z", "DTSTART;VALUE=DATE:20261124");
    let day = day.replace("DTEND:20261125T000000Z", "DTEND;VALUE=DATE:20261125");
    assert_eq!(changes(&timed, &day), [Change::Time]);
}

#[test]
fn d4_another_event_or_no_event_is_no_match() {
    assert_eq!(after("UID:u-1", "UID:u-2"), [Change::Unreadable]);
    assert_eq!(changes(&ours(), ""), [Change::Unreadable]);
    assert_eq!(
        changes(&ours(), "BEGIN:VCALENDAR\r\nEND:VCALENDAR"),
        [Change::Unreadable]
    );
    assert!(!same_event(&ours(), "BEGIN:VCALENDAR\r\nEND:VCALENDAR"));
}
