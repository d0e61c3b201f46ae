//! An appointment as iCalendar text: the object written to a calendar server, and the client's download.

use jiff::Timestamp;

use crate::write::fold::{Lines, compact, quoted};

/// Who made the text (RFC 5545, section 3.7.3).
const PRODID: &str = "-//Quince//Quince//EN";

/// What is written of an appointment. Clients belong into `description`: an attendee would make the server
/// send its own invitations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appointment<'a> {
    /// Identifier of the event, a fresh one for every write generation.
    pub uid: &'a str,
    /// Counts the changes of the appointment, from 0.
    pub sequence: u32,
    /// When this version was made.
    pub stamp: Timestamp,
    /// Start of the meeting, without buffers.
    pub start: Timestamp,
    /// End of the meeting, without buffers.
    pub end: Timestamp,
    /// Title.
    pub summary: &'a str,
    /// Notes; may have several lines; left out when empty.
    pub description: &'a str,
    /// Place; left out when empty.
    pub location: &'a str,
    /// Address of the appointment's page or of the video meeting; left out when empty.
    pub url: &'a str,
    /// How certain the appointment is.
    pub status: Status,
}

/// How certain an appointment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Waits for the host's confirmation.
    Tentative,
    /// Takes place.
    Confirmed,
    /// Was cancelled; for mail, since a calendar's event is deleted instead.
    Cancelled,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Tentative => "TENTATIVE",
            Self::Confirmed => "CONFIRMED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// Who invites, as the client's calendar shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Organizer<'a> {
    /// Display name.
    pub name: &'a str,
    /// Mail address without `mailto:`.
    pub email: &'a str,
}

/// Returns the object that is PUT to a calendar server: one VEVENT in UTC, with no method, organizer or attendee, so that the
/// server sends no mail of its own (icloud.md, "Writing").
pub fn event(appointment: &Appointment) -> String {
    let mut lines = Lines::default();
    open(&mut lines, None);
    body(&mut lines, appointment, None);
    close(&mut lines);
    lines.finish()
}

/// Returns the `.ics` file that a client downloads (`METHOD:PUBLISH`, RFC 5546, section 3.2.1).
pub fn download(appointment: &Appointment, organizer: Organizer) -> String {
    let mut lines = Lines::default();
    open(&mut lines, Some("PUBLISH"));
    body(&mut lines, appointment, Some(organizer));
    close(&mut lines);
    lines.finish()
}

fn open(lines: &mut Lines, method: Option<&str>) {
    lines.raw("BEGIN", "VCALENDAR");
    lines.raw("VERSION", "2.0");
    lines.raw("PRODID", PRODID);
    lines.raw("CALSCALE", "GREGORIAN");
    if let Some(method) = method {
        lines.raw("METHOD", method);
    }
}

fn close(lines: &mut Lines) {
    lines.raw("END", "VCALENDAR");
}

fn body(lines: &mut Lines, a: &Appointment, organizer: Option<Organizer>) {
    lines.raw("BEGIN", "VEVENT");
    lines.raw("UID", &compact(a.uid));
    lines.raw("DTSTAMP", &utc(a.stamp));
    lines.raw("SEQUENCE", &a.sequence.to_string());
    lines.raw("DTSTART", &utc(a.start));
    lines.raw("DTEND", &utc(a.end));
    lines.text("SUMMARY", a.summary);
    lines.text_unless_empty("DESCRIPTION", a.description);
    lines.text_unless_empty("LOCATION", a.location);
    let url = compact(a.url);
    if !url.is_empty() {
        lines.raw("URL", &url);
    }
    lines.raw("STATUS", a.status.word());
    lines.raw("TRANSP", "OPAQUE");
    if let Some(organizer) = organizer {
        let name = format!("ORGANIZER;CN={}", quoted(organizer.name));
        lines.raw(&name, &format!("mailto:{}", compact(organizer.email)));
    }
    lines.raw("END", "VEVENT");
}

/// Returns an instant as `20261124T140000Z`; parts of a second are dropped.
pub(crate) fn utc(instant: Timestamp) -> String {
    instant.strftime("%Y%m%dT%H%M%SZ").to_string()
}
