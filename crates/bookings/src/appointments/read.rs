//! Reading appointments.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scheduling::{AppointmentId, CalendarId, Span, StaffId};
use store::appointment_list::{self, Cursor};
use store::appointment_parts::Part;
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::event_writes::{EventWrite, Subject};
use store::{
    AppointmentStatus as Status, ReadTx, RemoteCalendarId, SessionId, StoreError, appointment_parts,
    appointments, booking_calendars, event_writes, remote_calendars, staff, strangers,
};

use super::find::{calendar_of, check_viewer, hosts_of, is_mailed, of_token};
use super::view::{AppointmentView, ClientView, ServicePart};
use super::{actor, unconfirmed};
use crate::accounts::is_admin;
use crate::busy_status;
use crate::collisions::{self, Collisions};
use crate::error::{Error, Missing, Permission};
use crate::notifications::facts;
use crate::outbox::{WriteView, urgency, write_sentence};
use crate::people::{CancellationView, names, names_of};
use crate::quince::Quince;
use crate::servers::{server_name_of, server_names};

/// Maximum number of appointments in one list.
const LIST_LIMIT: u32 = 500;

/// Which appointments to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Those that have not ended, soonest first; otherwise those that have, latest first.
    pub upcoming: bool,
    /// Only this host's. Staff who are not admins always see only their own.
    pub host: Option<StaffId>,
    /// Only those that wait for staff to confirm.
    pub to_confirm: bool,
    /// Only those that collide with an event in a host's calendar.
    pub colliding: bool,
    /// Only those whose client's name or address contains this text; empty for all.
    pub search: String,
    /// Where the page begins; none for the beginning of the list.
    pub cursor: Option<Cursor>,
    /// Maximum number of appointments on the page.
    pub limit: u32,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The appointments, in the order of the list.
    pub appointments: Vec<AppointmentView>,
    /// The page of earlier appointments, if there is one.
    pub earlier: Option<Cursor>,
    /// The page of later appointments, if there is one.
    pub later: Option<Cursor>,
}

/// Returns the appointment of a manage link, as its client sees it.
pub async fn by_token(quince: &Quince, token: &str) -> Result<ClientView, Error> {
    let now = quince.now();
    let mut tx = quince.store().read().await?;
    let appointment = of_token(&mut tx, token, now).await?;
    let calendar = calendar_of(&mut tx, &appointment).await?;
    let host_name = host_names(&mut tx, appointment.id).await?;
    let parts = appointment_parts::list(&mut tx, &[appointment.id]).await?;
    let services = services_of(&parts, &team(&mut tx).await?);
    Ok(ClientView {
        id: appointment.id,
        slug: calendar.settings.slug.clone(),
        calendar_name: calendar.settings.name.clone(),
        calendar_active: calendar.is_open(),
        description: calendar.settings.description.clone(),
        location: calendar.settings.location.clone(),
        kind: calendar.settings.kind,
        host: appointment.host_id,
        host_name,
        guests: appointment.guests.clone(),
        services,
        start: appointment.starts_at,
        end: appointment.ends_at,
        zone: appointment.client_zone.clone(),
        status: appointment.status,
        confirm_until: appointment
            .unconfirmed_until
            .filter(|_| appointment.is_unconfirmed()),
        has_expired: unconfirmed::has_expired(&appointment),
        movable_until: until(calendar.settings.rules.reschedule_cutoff, &appointment, &calendar),
        cancellable_until: until(calendar.settings.rules.cancel_cutoff, &appointment, &calendar),
        may_reschedule: actor::client_may(
            &appointment,
            &calendar,
            calendar.settings.rules.reschedule_cutoff,
            now,
        ),
        may_cancel: if appointment.is_unconfirmed() {
            Ok(())
        } else {
            actor::client_may(
                &appointment,
                &calendar,
                calendar.settings.rules.cancel_cutoff,
                now,
            )
        },
        name: appointment.name,
        email: appointment.email,
        phone: appointment.phone.unwrap_or_default(),
        notes: appointment.notes.unwrap_or_default(),
        answers: appointment.answers,
        cancel_reason: appointment
            .cancellation
            .and_then(|cancellation| cancellation.reason),
    })
}

/// Records that a client opened a mail's link, given the proof in that link, and thereby that somebody reads the mail address. A wrong
/// proof, or one for a former address of the client, changes nothing.
pub async fn opened_from_mail(quince: &Quince, token: &str, proof: &str) -> Result<(), Error> {
    let appointment = {
        let mut tx = quince.store().read().await?;
        let appointment = of_token(&mut tx, token, quince.now()).await?;
        if !is_mailed(quince, &appointment, proof)?
            || strangers::is_confirmed(&mut tx, &appointment.email).await?
        {
            return Ok(());
        }
        appointment
    };
    let mut tx = quince.store().write().await?;
    strangers::confirm_address(&mut tx, &appointment.email, quince.now()).await?;
    Ok(tx.commit().await?)
}

/// Returns the last instant at which a client may change an appointment.
fn until(cutoff: Span, appointment: &Appointment, calendar: &BookingCalendar) -> Timestamp {
    cutoff.before(appointment.starts_at, &calendar.settings.rules.zone)
}

/// Returns the appointment of a manage link as an iCalendar file for the client.
pub async fn ics(quince: &Quince, token: &str) -> Result<String, Error> {
    let mut tx = quince.store().read().await?;
    let appointment = of_token(&mut tx, token, quince.now()).await?;
    Ok(facts::download(quince, &mut tx, &appointment).await?)
}

/// Returns one appointment, for its hosts, for the staff member who booked it, and for admins.
pub async fn get(quince: &Quince, viewer: StaffId, id: AppointmentId) -> Result<AppointmentView, Error> {
    let mut tx = quince.store().read().await?;
    let appointment = appointments::find(&mut tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::Appointment))?;
    check_viewer(&mut tx, viewer, &appointment).await?;
    one_view(&mut tx, appointment, quince.now()).await
}

/// Returns a page of appointments: everybody's for admins, otherwise the viewer's own.
pub async fn list(quince: &Quince, viewer: StaffId, filter: &Filter) -> Result<Page, Error> {
    let mut tx = quince.store().read().await?;
    let me = staff::find(&mut tx, viewer)
        .await?
        .ok_or(Error::NotAllowed(Permission::ActAsStaff))?;
    let (limit, now) = (filter.limit.min(LIST_LIMIT), quince.now());
    let stored_filter = appointment_list::Filter {
        upcoming: filter.upcoming,
        now,
        host: if is_admin(me.account.role) {
            filter.host
        } else {
            Some(viewer)
        },
        to_confirm: filter.to_confirm,
        colliding: filter.colliding.then_some(busy_status::FREE),
        search: filter.search.trim().to_owned(),
        cursor: filter.cursor,
        // One more than the page holds shows whether there are more.
        limit: limit + 1,
    };
    let mut found = appointment_list::list(&mut tx, &stored_filter).await?;
    let has_more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let goes_on = stored_filter.is_ascending();
    if !goes_on {
        found.reverse();
    }
    // A cursor comes from a neighbouring page, so there is at least one appointment on the side it came from.
    let has_earlier = if goes_on {
        filter.cursor.is_some()
    } else {
        has_more
    };
    let has_later = if goes_on {
        has_more
    } else {
        filter.cursor.is_some()
    };
    let first = found.first().map(|listed| Cursor::Before(listed.position));
    let last = found.last().map(|listed| Cursor::After(listed.position));
    if !filter.upcoming {
        found.reverse();
    }
    let found = found.into_iter().map(|listed| listed.appointment).collect();
    Ok(Page {
        appointments: views(&mut tx, found, now).await?,
        earlier: first.filter(|_| has_earlier),
        later: last.filter(|_| has_later),
    })
}

/// Counts the appointments that have not ended and wait for staff to confirm: everybody's for admins, otherwise the viewer's own.
pub async fn to_confirm(quince: &Quince, viewer: StaffId) -> Result<u32, Error> {
    let mut tx = quince.store().read().await?;
    let me = staff::find(&mut tx, viewer)
        .await?
        .ok_or(Error::NotAllowed(Permission::ActAsStaff))?;
    let host = (!is_admin(me.account.role)).then_some(viewer);
    Ok(appointments::count_to_confirm(&mut tx, host, quince.now()).await?)
}

/// Returns the names of an appointment's hosts, in order; empty if there are none.
pub(crate) async fn host_names(tx: &mut ReadTx, id: AppointmentId) -> Result<String, StoreError> {
    let hosts = hosts_of(tx, id).await?;
    names_of_hosts(tx, &hosts).await
}

/// Returns the names of these hosts, each once.
pub(super) async fn names_of_hosts(tx: &mut ReadTx, hosts: &[StaffId]) -> Result<String, StoreError> {
    let people = staff::list_of(tx, hosts).await?;
    Ok(names_of(hosts, &names(people)))
}

async fn team(tx: &mut ReadTx) -> Result<BTreeMap<StaffId, String>, StoreError> {
    Ok(names(staff::list(tx).await?))
}

fn services_of(parts: &[Part], team: &BTreeMap<StaffId, String>) -> Vec<ServicePart> {
    let service = |part: &Part| {
        Some(ServicePart {
            name: part.service.as_ref()?.name.clone(),
            host_name: team.get(&part.host_id).cloned().unwrap_or_default(),
            start: part.starts_at,
            end: part.ends_at,
        })
    };
    parts.iter().filter_map(service).collect()
}

pub(crate) async fn one_view(
    tx: &mut ReadTx,
    appointment: Appointment,
    now: Timestamp,
) -> Result<AppointmentView, Error> {
    views(tx, vec![appointment], now)
        .await?
        .pop()
        .ok_or(Error::NotFound(Missing::Appointment))
}

/// Returns views of appointments. The number of queries does not depend on how many there are, except for the names of remote calendars.
async fn views(
    tx: &mut ReadTx,
    found: Vec<Appointment>,
    now: Timestamp,
) -> Result<Vec<AppointmentView>, StoreError> {
    let calendars: BTreeMap<CalendarId, BookingCalendar> = booking_calendars::list(tx)
        .await?
        .into_iter()
        .map(|calendar| (calendar.id, calendar))
        .collect();
    let team = team(tx).await?;
    let ids: Vec<AppointmentId> = found.iter().map(|appointment| appointment.id).collect();
    let mut parts: BTreeMap<AppointmentId, Vec<Part>> = BTreeMap::new();
    for part in appointment_parts::list(tx, &ids).await? {
        parts.entry(part.appointment_id).or_default().push(part);
    }
    let collisions = Collisions::of(tx, &ids, now).await?;
    let sessions: Vec<SessionId> = found.iter().filter_map(|found| found.session_id).collect();
    let mut writes = event_writes::list_for_appointments(tx, &ids).await?;
    writes.extend(event_writes::list_for_sessions(tx, &sessions).await?);
    let mut names: BTreeMap<RemoteCalendarId, String> = BTreeMap::new();
    for id in writes.iter().filter_map(|write| write.remote_calendar_id) {
        if !names.contains_key(&id)
            && let Some(calendar) = remote_calendars::find(tx, id).await?
        {
            names.insert(id, calendar.name);
        }
    }
    let server_names = server_names(tx, &writes).await?;
    Ok(found
        .into_iter()
        .filter_map(|appointment| {
            let calendar = calendars.get(&appointment.calendar_id)?;
            let subject = appointment.session_id.map(Subject::Session);
            let is_of = |write: &&EventWrite| match subject {
                Some(session) => write.subject == session,
                None => write.subject.appointment_id() == Some(appointment.id),
            };
            let writes: Vec<WriteView> = writes
                .iter()
                .filter(is_of)
                .map(|write| {
                    write_view(
                        write,
                        &names,
                        server_name_of(&server_names, write),
                        &team,
                        appointment.status,
                    )
                })
                .collect();
            let parts = parts.remove(&appointment.id).unwrap_or_default();
            let busy: Vec<StaffId> = collisions.hosts(appointment.id).collect();
            let collision = collisions::sentence(&names_of(&busy, &team));
            Some(AppointmentView {
                collision,
                ..view(appointment, calendar, &parts, &team, writes)
            })
        })
        .collect())
}

fn write_view(
    write: &EventWrite,
    names: &BTreeMap<RemoteCalendarId, String>,
    server_name: String,
    team: &BTreeMap<StaffId, String>,
    status: Status,
) -> WriteView {
    let calendar_name = write.remote_calendar_id.and_then(|id| names.get(&id).cloned());
    let host_name = team.get(&write.host_id).cloned().unwrap_or_default();
    let view = WriteView::of(write, calendar_name, server_name, host_name);
    WriteView {
        can_write_again: view.can_write_again && status.is_active(),
        ..view
    }
}

fn view(
    appointment: Appointment,
    calendar: &BookingCalendar,
    parts: &[Part],
    team: &BTreeMap<StaffId, String>,
    writes: Vec<WriteView>,
) -> AppointmentView {
    let mut hosts: Vec<StaffId> = Vec::new();
    for part in parts {
        if !hosts.contains(&part.host_id) {
            hosts.push(part.host_id);
        }
    }
    let host_name = names_of(&hosts, team);
    let write_sentence = write_sentence(&writes, !hosts.is_empty());
    let is_unconfirmed = appointment.is_unconfirmed();
    AppointmentView {
        id: appointment.id,
        calendar: calendar.id,
        calendar_slug: calendar.settings.slug.clone(),
        calendar_name: calendar.settings.name.clone(),
        location: calendar.settings.location.clone(),
        host: appointment.host_id,
        hosts,
        host_name,
        session: appointment.session_id,
        guests: appointment.guests,
        services: services_of(parts, team),
        overridden: appointment.overridden,
        start: appointment.starts_at,
        end: appointment.ends_at,
        client_zone: appointment.client_zone,
        name: appointment.name,
        email: appointment.email,
        phone: appointment.phone,
        notes: appointment.notes,
        answers: appointment.answers,
        status: appointment.status,
        assignment_reason: appointment.assignment_reason,
        booked_by: appointment.booked_by,
        confirm_until: appointment.unconfirmed_until.filter(|_| is_unconfirmed),
        created_at: appointment.created_at,
        cancellation: appointment
            .cancellation
            .map(|cancellation| CancellationView::of(cancellation, team)),
        write: writes.iter().max_by_key(|write| urgency(write.state)).cloned(),
        writes,
        write_sentence,
        collision: None,
    }
}
