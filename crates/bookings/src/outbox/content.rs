//! The content of the events in hosts' calendars: the clients with their contact data, and a link to the page in Quince.

use ical::Status as EventStatus;
use jiff::Timestamp;
use store::AppointmentStatus;
use store::appointment_parts::Part;
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::class_sessions::Session;

/// An event as Quince writes it.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    title: String,
    description: String,
    location: String,
    sequence: u32,
    stamp: Timestamp,
    start: Timestamp,
    end: Timestamp,
    /// The URL of the staff's page about it.
    page: String,
    /// Whether the appointment still waits for confirmation.
    pending: bool,
}

impl Content {
    /// The event for one host's part of an appointment. The client is named in the description only: iCloud would send an attendee an
    /// invitation of its own (icloud.md, "Writing"). `with` holds the names of the other hosts.
    pub(crate) fn of_part(
        calendar: &BookingCalendar,
        appointment: &Appointment,
        part: &Part,
        with: &[String],
        page: String,
    ) -> Self {
        let what = part
            .service
            .as_ref()
            .map_or(&calendar.settings.name, |service| &service.name);
        let mut lines = contact(appointment);
        if !with.is_empty() {
            lines.extend([String::new(), format!("Together with {}", with.join(", "))]);
        }
        let answers_and_notes = answers_and_notes(appointment);
        if !answers_and_notes.is_empty() {
            lines.push(String::new());
            lines.extend(answers_and_notes);
        }
        lines.extend([String::new(), page_line(&page)]);
        Self {
            title: format!("{what}: {}", appointment.name),
            description: lines.join("\n"),
            location: calendar.settings.location.clone(),
            sequence: appointment.sequence,
            stamp: appointment.updated_at,
            start: part.starts_at,
            end: part.ends_at,
            page,
            pending: appointment.status == AppointmentStatus::New,
        }
    }

    /// The event for a session, with the participants in its description.
    pub(crate) fn of_session(
        calendar: &BookingCalendar,
        session: &Session,
        roster: &[Appointment],
        page: String,
    ) -> Self {
        let taking_part = roster.iter().filter(|found| found.status.is_active());
        let seats: u32 = taking_part.map(Appointment::seats).sum();
        let mut lines = Vec::new();
        for appointment in roster {
            lines.push(match appointment.status {
                AppointmentStatus::New => format!("{} (to be confirmed)", appointment.name),
                AppointmentStatus::NoShow => format!("{} (did not come)", appointment.name),
                _ => appointment.name.clone(),
            });
            lines.extend(contact(appointment).into_iter().skip(1));
            lines.extend(appointment.guests.iter().map(|guest| format!("+ {guest}")));
            lines.extend(answers_and_notes(appointment));
            lines.push(String::new());
        }
        lines.push(page_line(&page));
        Self {
            title: format!(
                "{} {seats}/{}",
                calendar.settings.name, calendar.settings.rules.seats
            ),
            description: lines.join("\n"),
            location: calendar.settings.location.clone(),
            sequence: session.sequence,
            stamp: session.updated_at,
            start: session.starts_at,
            end: session.ends_at,
            page,
            pending: false,
        }
    }

    /// Returns the iCalendar object with this UID.
    pub(crate) fn event(&self, uid: &str) -> String {
        ical::event(&ical::Appointment {
            uid,
            sequence: self.sequence,
            stamp: self.stamp,
            start: self.start,
            end: self.end,
            summary: &self.title,
            description: &self.description,
            location: &self.location,
            url: &self.page,
            status: if self.pending {
                EventStatus::Tentative
            } else {
                EventStatus::Confirmed
            },
        })
    }
}

/// The client's name and how to reach them.
fn contact(appointment: &Appointment) -> Vec<String> {
    let mut lines = vec![appointment.name.clone(), appointment.email.clone()];
    lines.extend(appointment.phone.clone());
    lines
}

/// What the client wrote: their answers and notes.
fn answers_and_notes(appointment: &Appointment) -> Vec<String> {
    let answers = appointment.answers.iter();
    let mut lines: Vec<String> = answers
        .map(|answer| format!("{}: {}", answer.label, answer.text))
        .collect();
    lines.extend(appointment.notes.clone());
    lines
}

fn page_line(page: &str) -> String {
    format!("Change or cancel in Quince, not here: {page}")
}

#[cfg(test)]
mod tests {
    use scheduling::{AppointmentId, CalendarId, Kind, Rules, StaffId};
    use store::booking_calendars::CalendarSettings;
    use store::{Party, SessionId};
    use zones::Zone;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn calendar(name: &str) -> BookingCalendar {
        BookingCalendar {
            id: CalendarId(uuid::Uuid::from_u128(1)),
            settings: CalendarSettings {
                slug: "intro".into(),
                kind: Kind::Personal,
                rules: Rules {
                    seats: 8,
                    ..Rules::default()
                },
                ..CalendarSettings::new(name)
            },
            created_at: at("2026-11-23T08:00:00Z"),
            updated_at: at("2026-11-23T08:00:00Z"),
            unreadable: Vec::new(),
        }
    }

    fn appointment(name: &str, guests: &[&str]) -> Appointment {
        Appointment {
            id: AppointmentId(uuid::Uuid::from_u128(2)),
            calendar_id: CalendarId(uuid::Uuid::from_u128(1)),
            host_id: None,
            session_id: None,
            guests: guests.iter().map(|guest| (*guest).to_owned()).collect(),
            name: name.into(),
            email: format!("{}@example.com", name.to_lowercase()),
            phone: Some("+1 555".into()),
            answers: Vec::new(),
            notes: Some("Bring tea".into()),
            client_zone: Zone::utc(),
            status: AppointmentStatus::Confirmed,
            starts_at: at("2026-11-24T15:00:00Z"),
            ends_at: at("2026-11-24T15:30:00Z"),
            pre_buffer: 0,
            post_buffer: 0,
            assignment_reason: None,
            sequence: 2,
            booked_by: Party::Client,
            overridden: None,
            created_at: at("2026-11-23T08:00:00Z"),
            updated_at: at("2026-11-23T08:00:00Z"),
            cancellation: None,
            unconfirmed_until: None,
        }
    }

    #[test]
    fn the_client_is_described_and_never_invited() {
        let ada = appointment("Ada", &[]);
        let part = Part {
            appointment_id: ada.id,
            position: 0,
            host_id: StaffId(uuid::Uuid::from_u128(3)),
            starts_at: ada.starts_at,
            ends_at: ada.ends_at,
            service: None,
        };
        let page = "https://book.example/appointments/1".to_owned();
        let content = Content::of_part(&calendar("Intro call"), &ada, &part, &["Jonas".to_owned()], page);
        let text = content.event("u1");
        assert!(text.contains("SUMMARY:Intro call: Ada"), "{text}");
        assert!(text.contains("DTSTART:20261124T150000Z"));
        assert!(text.contains("SEQUENCE:2"));
        assert!(!text.contains("ATTENDEE") && !text.contains("ORGANIZER") && !text.contains("METHOD"));
        let unfolded = text.replace("\r\n ", "");
        for part in [
            "ada@example.com",
            "+1 555",
            "Bring tea",
            "Together with Jonas",
            "https://book.example/appointments/1",
        ] {
            assert!(unfolded.contains(part), "{part} in {unfolded}");
        }
    }

    #[test]
    fn a_session_tells_its_seats_and_who_comes() {
        let roster = [appointment("Ada", &["Byron", "Anne"]), appointment("Grace", &[])];
        let session = Session {
            id: SessionId(uuid::Uuid::from_u128(4)),
            calendar_id: CalendarId(uuid::Uuid::from_u128(1)),
            host_id: StaffId(uuid::Uuid::from_u128(3)),
            starts_at: roster[0].starts_at,
            ends_at: roster[0].ends_at,
            sequence: 5,
            updated_at: roster[0].updated_at,
            cancellation: None,
        };
        let page = "https://book.example/sessions/1".to_owned();
        let text = Content::of_session(&calendar("Yoga"), &session, &roster, page).event("u1");
        assert!(text.contains("SUMMARY:Yoga 4/8"), "{text}");
        let unfolded = text.replace("\r\n ", "");
        for part in ["ada@example.com", "+ Byron", "+ Anne", "grace@example.com"] {
            assert!(unfolded.contains(part), "{part} in {unfolded}");
        }
        assert!(!text.contains("ATTENDEE"));
    }
}
