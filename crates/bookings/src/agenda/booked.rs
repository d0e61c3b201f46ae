//! The appointments of a calendar view; a class session stands for all who take part.

use std::collections::BTreeMap;

use scheduling::{AppointmentId, CalendarId, StaffId};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::event_writes::{EventWrite, Subject};
use store::{
    AppointmentStatus as Status, SessionId, Tx, appointment_parts, booking_calendars, event_writes, staff,
};

use super::AgendaAppointment;
use crate::appointments::{ChangeError, is_active};

/// Appointments without those called off.
pub(super) async fn views(
    tx: &mut Tx,
    booked: Vec<Appointment>,
) -> Result<Vec<AgendaAppointment>, ChangeError> {
    let calendars: BTreeMap<CalendarId, BookingCalendar> = booking_calendars::list(tx)
        .await?
        .into_iter()
        .map(|calendar| (calendar.id, calendar))
        .collect();
    let mut hosts: BTreeMap<AppointmentId, Vec<StaffId>> = BTreeMap::new();
    let ids: Vec<AppointmentId> = booked.iter().map(|appointment| appointment.id).collect();
    let team = staff::list(tx).await?;
    for part in appointment_parts::list(tx, &ids).await? {
        let of_appointment = hosts.entry(part.appointment_id).or_default();
        // Who does several services of a visit is named once.
        if !of_appointment.contains(&part.host_id) {
            of_appointment.push(part.host_id);
        }
    }
    let names = |hosts: Vec<StaffId>| {
        let name = |host: &StaffId| team.iter().find(|person| person.id == *host);
        let names = hosts.iter().filter_map(name).map(|person| person.name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let sessions: Vec<SessionId> = booked.iter().filter_map(|found| found.session_id).collect();
    let mut writes = event_writes::list_for_appointments(tx, &ids).await?;
    writes.extend(event_writes::list_for_sessions(tx, &sessions).await?);
    let mut seats: BTreeMap<SessionId, u32> = BTreeMap::new();
    let mut views: Vec<AgendaAppointment> = Vec::new();
    for found in booked {
        let Some(calendar) = calendars.get(&found.calendar_id) else {
            continue;
        };
        let is_over = matches!(found.status, Status::Cancelled | Status::Invalid);
        // Who missed a session has no seat of it any more.
        if is_over || (found.session_id.is_some() && !is_active(found.status)) {
            continue;
        }
        if let Some(session) = found.session_id {
            let taken = seats.entry(session).or_insert(0);
            *taken = taken.saturating_add(found.seats());
            let title = format!("{taken} of {}", calendar.rules.seats);
            if let Some(view) = views.iter_mut().find(|view| view.session == Some(session)) {
                view.title = title;
                continue;
            }
        }
        let is_of = |write: &&EventWrite| match found.session_id {
            Some(session) => write.subject == Subject::Session(session),
            None => write.subject.appointment_id() == Some(found.id),
        };
        views.push(AgendaAppointment {
            id: found.id,
            session: found.session_id,
            start: found.starts_at,
            end: found.ends_at,
            title: match found.session_id {
                Some(_) => format!("{} of {}", found.seats(), calendar.rules.seats),
                None => found.name,
            },
            calendar_name: calendar.name.clone(),
            host: found.host_id,
            host_name: names(hosts.remove(&found.id).unwrap_or_default()),
            color: calendar.color.clone(),
            status: found.status,
            write: writes.iter().find(is_of).map(|write| write.state),
        });
    }
    Ok(views)
}
