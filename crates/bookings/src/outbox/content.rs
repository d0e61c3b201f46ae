//! What is written to the host's calendar: who comes, how to reach them, and where to change it.

use ical::Status as EventStatus;
use jiff::Timestamp;

/// An appointment as its event tells it.
#[derive(Debug, Clone)]
pub(crate) struct Content<'a> {
    pub(crate) uid: &'a str,
    pub(crate) sequence: u32,
    pub(crate) stamp: Timestamp,
    pub(crate) calendar: &'a str,
    pub(crate) location: &'a str,
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
    pub(crate) phone: &'a str,
    pub(crate) notes: &'a str,
    /// The staff's page of the appointment.
    pub(crate) staff_url: &'a str,
    /// Whether the host has yet to confirm it.
    pub(crate) pending: bool,
}

impl Content<'_> {
    /// The iCalendar object for the host's calendar. The client stands in the description: as an attendee they would
    /// get an invitation from iCloud itself (icloud.md, "Writing").
    pub(crate) fn event(&self) -> String {
        ical::event(&self.appointment(&self.title(), &self.description()))
    }

    fn title(&self) -> String {
        format!("{}: {}", self.calendar, self.name)
    }

    fn description(&self) -> String {
        let mut lines = vec![self.name, self.email];
        if !self.phone.is_empty() {
            lines.push(self.phone);
        }
        if !self.notes.is_empty() {
            lines.extend(["", self.notes]);
        }
        let page = format!("Change or cancel in Quince, not here: {}", self.staff_url);
        lines.extend(["", &page]);
        lines.join("\n")
    }

    fn appointment<'a>(&'a self, summary: &'a str, description: &'a str) -> ical::Appointment<'a> {
        ical::Appointment {
            uid: self.uid,
            sequence: self.sequence,
            stamp: self.stamp,
            start: self.start,
            end: self.end,
            summary,
            description,
            location: self.location,
            url: self.staff_url,
            status: if self.pending {
                EventStatus::Tentative
            } else {
                EventStatus::Confirmed
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_described_and_never_invited() {
        let content = Content {
            uid: "u1",
            sequence: 2,
            stamp: "2026-11-23T08:00:00Z".parse().unwrap(),
            calendar: "Intro call",
            location: "",
            start: "2026-11-24T15:00:00Z".parse().unwrap(),
            end: "2026-11-24T15:30:00Z".parse().unwrap(),
            name: "Ada",
            email: "ada@example.com",
            phone: "+1 555",
            notes: "Bring tea",
            staff_url: "https://book.example/appointments/1",
            pending: false,
        };
        let text = content.event();
        assert!(text.contains("SUMMARY:Intro call: Ada"), "{text}");
        assert!(text.contains("DTSTART:20261124T150000Z"));
        assert!(text.contains("SEQUENCE:2"));
        assert!(!text.contains("ATTENDEE") && !text.contains("ORGANIZER") && !text.contains("METHOD"));
        let unfolded = text.replace("\r\n ", "");
        for part in [
            "ada@example.com",
            "+1 555",
            "Bring tea",
            "https://book.example/appointments/1",
        ] {
            assert!(unfolded.contains(part), "{part} in {unfolded}");
        }
    }
}
