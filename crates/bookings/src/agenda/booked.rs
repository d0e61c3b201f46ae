//! The appointments of a calendar view. A class session is shown instead of its appointments, and a visit as the parts of each host.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, StaffId};
use store::appointment_parts::Part;
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::event_writes::{EventWrite, Subject};
use store::{
    AppointmentStatus as Status, ConnectionId, ReadTx, SessionId, appointment_parts, booking_calendars,
    event_writes, staff,
};

use super::appointment::AgendaAppointment;
use crate::collisions::Collisions;
use crate::error::Error;
use crate::outbox::urgency;
use crate::servers::{server_name_of, server_names};

/// What is loaded once for all appointments of a view.
struct AgendaContext {
    calendars: BTreeMap<CalendarId, BookingCalendar>,
    names: BTreeMap<StaffId, String>,
    writes: Vec<EventWrite>,
    server_names: BTreeMap<ConnectionId, String>,
    collisions: Collisions,
}

/// Returns views of appointments as these people have them, without cancelled ones.
pub(super) async fn views(
    tx: &mut ReadTx,
    booked: Vec<Appointment>,
    people: &[StaffId],
    now: Timestamp,
) -> Result<Vec<AgendaAppointment>, Error> {
    let ids: Vec<AppointmentId> = booked.iter().map(|appointment| appointment.id).collect();
    let sessions: Vec<SessionId> = booked.iter().filter_map(|found| found.session_id).collect();
    let mut writes = event_writes::list_for_appointments(tx, &ids).await?;
    writes.extend(event_writes::list_for_sessions(tx, &sessions).await?);
    let calendars = booking_calendars::list(tx).await?.into_iter();
    let team = staff::list(tx).await?.into_iter();
    let server_names = server_names(tx, &writes).await?;
    let context = AgendaContext {
        calendars: calendars.map(|calendar| (calendar.id, calendar)).collect(),
        names: team.map(|person| (person.id, person.profile.name)).collect(),
        writes,
        server_names,
        collisions: Collisions::of(tx, &ids, now).await?,
    };
    let mut parts: BTreeMap<AppointmentId, Vec<Part>> = BTreeMap::new();
    for part in appointment_parts::list(tx, &ids).await? {
        parts.entry(part.appointment_id).or_default().push(part);
    }
    let mut seats: BTreeMap<SessionId, u32> = BTreeMap::new();
    let mut views: Vec<AgendaAppointment> = Vec::new();
    for found in booked {
        let Some(calendar) = context.calendars.get(&found.calendar_id) else {
            continue;
        };
        let is_over = matches!(found.status, Status::Cancelled | Status::Invalid);
        // A client who missed a session does not have a seat in it.
        if is_over || (found.session_id.is_some() && !found.status.is_active()) {
            continue;
        }
        let parts = parts.remove(&found.id).unwrap_or_default();
        let Some(session) = found.session_id else {
            views.extend(context.of_one(&found, calendar, &parts, people));
            continue;
        };
        let taken = seats.entry(session).or_insert(0);
        *taken = taken.saturating_add(found.seats());
        let title = format!("{taken} of {}", calendar.settings.rules.seats);
        match views.iter_mut().find(|view| view.session == Some(session)) {
            Some(view) => view.title = title,
            None => views.push(AgendaAppointment {
                title,
                ..context.whole(&found, calendar, &parts, people)
            }),
        }
    }
    Ok(views)
}

impl AgendaContext {
    /// Returns the views of one appointment: a single one, or for a visit one for each part of these people.
    fn of_one(
        &self,
        found: &Appointment,
        calendar: &BookingCalendar,
        parts: &[Part],
        people: &[StaffId],
    ) -> Vec<AgendaAppointment> {
        let whole = self.whole(found, calendar, parts, people);
        if !parts.iter().any(|part| part.service.is_some()) {
            return vec![whole];
        }
        let own = parts.iter().filter(|part| people.contains(&part.host_id));
        own.map(|part| {
            let write = self.write(Subject::Part(found.id, part.position), &[part.host_id]);
            AgendaAppointment {
                start: part.starts_at,
                end: part.ends_at,
                service: part.service.as_ref().map(|service| service.name.clone()),
                host: Some(part.host_id),
                host_name: self.names.get(&part.host_id).cloned().unwrap_or_default(),
                write: write.map(|write| write.state),
                write_server_name: self.server_name(write),
                collides: self.collisions.hosts(found.id).any(|host| host == part.host_id),
                ..whole.clone()
            }
        })
        .collect()
    }

    fn whole(
        &self,
        found: &Appointment,
        calendar: &BookingCalendar,
        parts: &[Part],
        people: &[StaffId],
    ) -> AgendaAppointment {
        let mut names: Vec<&str> = Vec::new();
        for name in parts.iter().filter_map(|part| self.names.get(&part.host_id)) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let write = match found.session_id {
            Some(session) => self.write(Subject::Session(session), people),
            None => parts
                .iter()
                .filter_map(|part| self.write(Subject::Part(found.id, part.position), people))
                .max_by_key(|write| urgency(write.state)),
        };
        AgendaAppointment {
            id: found.id,
            session: found.session_id,
            start: found.starts_at,
            end: found.ends_at,
            title: found.name.clone(),
            service: None,
            calendar_name: calendar.settings.name.clone(),
            host: found.host_id,
            host_name: names.join(", "),
            color: calendar.settings.color.clone(),
            status: found.status,
            write: write.map(|write| write.state),
            write_server_name: self.server_name(write),
            collides: self.collisions.hosts(found.id).next().is_some(),
        }
    }

    /// Returns the event write of a part or a session in the calendars of these people; of several, the most urgent.
    fn write(&self, subject: Subject, people: &[StaffId]) -> Option<&EventWrite> {
        let of_them = |write: &&EventWrite| write.subject == subject && people.contains(&write.host_id);
        let writes = self.writes.iter().filter(of_them);
        writes.max_by_key(|write| urgency(write.state))
    }

    fn server_name(&self, write: Option<&EventWrite>) -> String {
        write
            .map(|write| server_name_of(&self.server_names, write))
            .unwrap_or_default()
    }
}
