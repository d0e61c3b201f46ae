//! An appointment as iCalendar text (icloud.md, "Writing").

mod support;

use ical::{Appointment, Organizer, Status, download, event, uid};
use support::{instant, read};

fn appointment() -> Appointment<'static> {
    Appointment {
        uid: "0193-quince",
        sequence: 2,
        stamp: instant("2026-11-23T08:00:00Z"),
        start: instant("2026-11-24T14:00:00Z"),
        end: instant("2026-11-24T14:30:00Z"),
        summary: "Consultation, Ana; first",
        description: "Client: Ana\nMail: ana@example.com",
        location: "Room 1",
        url: "https://book.example.com/a/1",
        status: Status::Confirmed,
    }
}

#[test]
fn an_appointment_is_one_event_in_utc_without_method_organizer_or_attendee() {
    assert_eq!(
        event(&appointment()),
        "BEGIN:VCALENDAR\r\n\
         VERSION:2.0\r\n\
         PRODID:-//Quince//Quince//EN\r\n\
         CALSCALE:GREGORIAN\r\n\
         BEGIN:VEVENT\r\n\
         UID:0193-quince\r\n\
         DTSTAMP:20261123T080000Z\r\n\
         SEQUENCE:2\r\n\
         DTSTART:20261124T140000Z\r\n\
         DTEND:20261124T143000Z\r\n\
         SUMMARY:Consultation\\, Ana\\; first\r\n\
         DESCRIPTION:Client: Ana\\nMail: ana@example.com\r\n\
         LOCATION:Room 1\r\n\
         URL:https://book.example.com/a/1\r\n\
         STATUS:CONFIRMED\r\n\
         TRANSP:OPAQUE\r\n\
         END:VEVENT\r\n\
         END:VCALENDAR\r\n"
    );
}

#[test]
fn a_download_is_published_by_its_organizer() {
    let organizer = Organizer {
        name: "Ana \"the\" Host; Ltd\r\n",
        email: "ana@example.com",
    };
    let text = download(&appointment(), organizer);
    assert!(text.contains("\r\nMETHOD:PUBLISH\r\n"));
    assert!(text.contains("\r\nORGANIZER;CN=\"Ana ^'the^' Host; Ltd\":mailto:ana@example.com\r\n"));
    assert!(!text.contains("ATTENDEE"));
}

#[test]
fn empty_parts_are_left_out_and_status_is_upper_case() {
    let text = event(&Appointment {
        description: " ",
        location: "",
        url: "",
        status: Status::Tentative,
        ..appointment()
    });
    assert!(!text.contains("DESCRIPTION") && !text.contains("LOCATION") && !text.contains("URL"));
    assert!(text.contains("\r\nSTATUS:TENTATIVE\r\n"));
    let cancelled = event(&Appointment {
        status: Status::Cancelled,
        ..appointment()
    });
    assert!(cancelled.contains("\r\nSTATUS:CANCELLED\r\n"));
}

#[test]
fn lines_have_at_most_75_octets_and_never_split_a_character() {
    for lead in 0..80 {
        let summary = format!(
            "{}{}",
            "x".repeat(lead),
            "Zo\u{eb} \u{1f600}\u{65e5}\u{672c}".repeat(20)
        );
        let text = event(&Appointment {
            summary: &summary,
            ..appointment()
        });
        for line in text.split("\r\n") {
            assert!(line.len() <= 75, "{} octets: {line}", line.len());
            assert!(!line.contains(['\r', '\n']));
        }
        assert_eq!(text.replace("\r\n ", "").matches(&summary).count(), 1);
    }
}

#[test]
fn nothing_that_a_client_types_becomes_a_line_of_its_own() {
    let nasty = "a\r\nATTENDEE:mailto:x@example.com\rDTSTART:1\n\u{0}\u{7}\u{1b}\u{7f}\u{85}\u{2028}b\\n";
    let text = event(&Appointment {
        uid: nasty,
        summary: nasty,
        description: nasty,
        location: nasty,
        url: nasty,
        ..appointment()
    });
    let unfolded = text.replace("\r\n ", "");
    let lines: Vec<&str> = unfolded.split("\r\n").collect();
    assert_eq!(lines.len(), 19);
    assert!(
        !lines
            .iter()
            .any(|line| line.starts_with("ATTENDEE") || line.starts_with("DTSTART:1"))
    );
    assert!(!unfolded.chars().any(|c| c.is_control() && c != '\r' && c != '\n'));
    assert!(unfolded.contains("SUMMARY:a\\nATTENDEE:mailto:x@example.com\\nDTSTART:1\\n\\nb\\\\n\r\n"));
}

#[test]
fn what_is_written_is_read_as_the_same_time_and_title() {
    let text = event(&appointment());
    let reading = read(&text);
    assert!(reading.problems.is_empty());
    let i = &reading.instances[0];
    assert_eq!((i.start, i.end), (appointment().start, appointment().end));
    assert_eq!(
        (&*i.summary, i.location.as_deref()),
        ("Consultation, Ana; first", Some("Room 1"))
    );
    assert_eq!(uid(&text).as_deref(), Some("0193-quince"));
}

#[test]
fn the_uid_is_found_wherever_it_stands() {
    assert_eq!(
        uid("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:UID:no\nU\n ID:yes\nEND:VEVENT"),
        Some("yes".to_owned())
    );
    assert_eq!(
        uid("BEGIN:VEVENT\nBEGIN:VALARM\nUID:alarm\nEND:VALARM\nUID:event"),
        Some("event".to_owned())
    );
    assert_eq!(uid("BEGIN:VCALENDAR\nEND:VCALENDAR"), None);
}
