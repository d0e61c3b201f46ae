//! The calendar view: appointments and external events of some days (D5), with how fresh they are.

mod event;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use scheduling::{AppointmentId, CalendarId, Interval, StaffId};
use store::appointments::Appointment;
use store::booking_calendars::BookingCalendar;
use store::event_writes::EventWrite;
use store::external_events::Instance;
use store::remote_calendars::Watched;
use store::staff::Staff;
use store::{
    AppointmentStatus as Status, ConnectionId, ConnectionState, EventId, RemoteCalendarId, Tx, WriteState,
    appointments, booking_calendars, connections, event_writes, external_events, remote_calendars, staff,
};
use zones::Zone;

pub use event::{EventView, event};

use crate::accounts::is_admin;
use crate::appointments::ChangeError;
use crate::connections::freshness;
use crate::quince::Quince;
use crate::slots::{busy, context};

/// Most days in one view.
const DAYS_LIMIT: u8 = 45;

/// Whose days are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The viewer's own.
    Me,
    /// One staff member's; another person's only for admins.
    Person(StaffId),
    /// Everybody's, for admins; otherwise the viewer's own.
    Everybody,
}

/// Some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agenda {
    /// The viewer's zone, in which the days are.
    pub zone: Zone,
    /// The first day.
    pub from: Date,
    /// Each day in order.
    pub days: Vec<AgendaDay>,
    /// How fresh the connections are whose events are shown.
    pub freshness: Vec<Freshness>,
}

/// One day. What passes midnight is on every day that it touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaDay {
    /// The local date.
    pub date: Date,
    /// When the person works, if one person is shown.
    pub open: Vec<(Timestamp, Timestamp)>,
    /// Appointments in order, without those called off.
    pub appointments: Vec<AgendaAppointment>,
    /// External events in order.
    pub external: Vec<AgendaEvent>,
}

/// An appointment in the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaAppointment {
    /// The appointment.
    pub id: AppointmentId,
    /// Start of the meeting.
    pub start: Timestamp,
    /// End of the meeting.
    pub end: Timestamp,
    /// The client's name.
    pub title: String,
    /// Name of the booking calendar.
    pub calendar_name: String,
    /// Who holds it.
    pub host: Option<StaffId>,
    /// Who holds it; empty when nobody does.
    pub host_name: String,
    /// `#rrggbb` of the booking calendar.
    pub color: String,
    /// Where it stands.
    pub status: Status,
    /// How its event in iCloud stands.
    pub write: Option<WriteState>,
}

/// An external event in the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaEvent {
    /// The event; nothing for others than its owner.
    pub id: Option<EventId>,
    /// First blocked instant, travel included.
    pub start: Timestamp,
    /// First free instant.
    pub end: Timestamp,
    /// Whether it is about whole days.
    pub all_day: bool,
    /// Its title; “Busy” to others than its owner.
    pub title: String,
    /// The remote calendar; empty to others than its owner.
    pub calendar_name: String,
    /// `#rrggbb` of the remote calendar.
    pub color: Option<String>,
    /// Whose it is.
    pub host: StaffId,
    /// Whether it takes time.
    pub blocks: bool,
}

/// How fresh a connection is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// The connection.
    pub connection: ConnectionId,
    /// The Apple ID.
    pub username: String,
    /// Connected, stale, or in need of attention.
    pub state: ConnectionState,
    /// When it was last read.
    pub synced_at: Option<Timestamp>,
    /// The same in a sentence.
    pub sentence: String,
}

/// The days from `from` on, in the viewer's zone.
pub async fn view(
    quince: &Quince,
    viewer: StaffId,
    from: Date,
    days: u8,
    who: Who,
) -> Result<Agenda, ChangeError> {
    let now = quince.now();
    let mut tx = quince.store().read().await?;
    let me = staff::find(&mut tx, viewer)
        .await?
        .ok_or(ChangeError::NotAllowed)?;
    let people = people(&mut tx, &me, who).await?;
    let dates: Vec<Date> = (0..days.clamp(1, DAYS_LIMIT))
        .map(|day| from.saturating_add(i64::from(day).days()))
        .collect();
    let last = dates.last().copied().unwrap_or(from);
    let span = Interval::new(
        me.zone.start_of_day(from),
        me.zone.start_of_day(last.saturating_add(1.day())),
    );
    let ids: Vec<StaffId> = people.iter().map(|person| person.id).collect();
    let booked = appointments::between(&mut tx, &ids, span.start, span.end).await?;
    let booked = booked_views(&mut tx, booked, &people).await?;
    let watched = remote_calendars::watched(&mut tx, &ids).await?;
    let remote: Vec<RemoteCalendarId> = watched.iter().map(|calendar| calendar.id).collect();
    let events = external_events::between(&mut tx, &remote, span.start, span.end).await?;
    let events: Vec<AgendaEvent> = events
        .iter()
        .filter_map(|found| external(found, &watched, viewer))
        .collect();
    let mut fresh = Vec::new();
    for person in &people {
        for connection in connections::list_for_staff(&mut tx, person.id).await? {
            fresh.push(Freshness {
                connection: connection.id,
                state: freshness::state(&connection, now),
                synced_at: connection.synced_at,
                sentence: freshness::sentence(&connection, now),
                username: connection.username,
            });
        }
    }
    let one = if let [person] = people.as_slice() {
        Some(person)
    } else {
        None
    };
    let days = dates
        .into_iter()
        .map(|date| day(date, &me.zone, one, &booked, &events))
        .collect();
    Ok(Agenda {
        zone: me.zone,
        from,
        days,
        freshness: fresh,
    })
}

async fn people(tx: &mut Tx, me: &Staff, who: Who) -> Result<Vec<Staff>, ChangeError> {
    match who {
        Who::Everybody if is_admin(me.role) => Ok(staff::list(tx).await?),
        Who::Me | Who::Everybody => Ok(vec![me.clone()]),
        Who::Person(id) if id == me.id => Ok(vec![me.clone()]),
        Who::Person(_) if !is_admin(me.role) => Err(ChangeError::NotAllowed),
        Who::Person(id) => Ok(vec![staff::find(tx, id).await?.ok_or(ChangeError::NotFound)?]),
    }
}

async fn booked_views(
    tx: &mut Tx,
    booked: Vec<Appointment>,
    people: &[Staff],
) -> Result<Vec<AgendaAppointment>, ChangeError> {
    let calendars: BTreeMap<CalendarId, BookingCalendar> = booking_calendars::list(tx)
        .await?
        .into_iter()
        .map(|calendar| (calendar.id, calendar))
        .collect();
    let ids: Vec<AppointmentId> = booked.iter().map(|appointment| appointment.id).collect();
    let writes: BTreeMap<AppointmentId, EventWrite> = event_writes::list_for_appointments(tx, &ids)
        .await?
        .into_iter()
        .map(|write| (write.appointment_id, write))
        .collect();
    let shown = booked
        .into_iter()
        .filter(|found| !matches!(found.status, Status::Cancelled | Status::Invalid));
    Ok(shown
        .filter_map(|found| {
            let calendar = calendars.get(&found.calendar_id)?;
            let host = people.iter().find(|person| Some(person.id) == found.host_id);
            Some(AgendaAppointment {
                id: found.id,
                start: found.starts_at,
                end: found.ends_at,
                title: found.name,
                calendar_name: calendar.name.clone(),
                host: found.host_id,
                host_name: host.map(|host| host.name.clone()).unwrap_or_default(),
                color: calendar.color.clone(),
                status: found.status,
                write: writes.get(&found.id).map(|write| write.state),
            })
        })
        .collect())
}

fn external(found: &Instance, watched: &[Watched], viewer: StaffId) -> Option<AgendaEvent> {
    let calendar = watched
        .iter()
        .find(|calendar| calendar.id == found.remote_calendar_id)?;
    let own = calendar.staff_id == viewer;
    let blocks = busy::takes_time(&found.blocks, calendar.all_day_blocks);
    // Another person's event that takes no time is nobody's business.
    (own || blocks).then(|| AgendaEvent {
        id: own.then_some(found.event_id),
        start: found.starts_at,
        end: found.ends_at,
        all_day: found.all_day.is_some(),
        title: if own {
            found.summary.clone()
        } else {
            "Busy".to_owned()
        },
        calendar_name: if own { calendar.name.clone() } else { String::new() },
        color: calendar.color.clone(),
        host: calendar.staff_id,
        blocks,
    })
}

fn day(
    date: Date,
    zone: &Zone,
    person: Option<&Staff>,
    booked: &[AgendaAppointment],
    external: &[AgendaEvent],
) -> AgendaDay {
    let span = Interval::new(
        zone.start_of_day(date),
        zone.start_of_day(date.saturating_add(1.day())),
    );
    // An event without length is shown on the day of its instant.
    let touches =
        |start: Timestamp, end: Timestamp| start < span.end && (end > span.start || start >= span.start);
    let open = person.map(|person| {
        // Hours are local to the person's own zone, so those of the neighbouring dates can reach into this one.
        let (before, after) = (date.saturating_sub(1.day()), date.saturating_add(1.day()));
        let spans = context::hours(person).spans(before, after);
        let cut = |open: Interval| open.intersection(&span).map(|open| (open.start, open.end));
        spans.into_iter().filter_map(cut).collect()
    });
    AgendaDay {
        date,
        open: open.unwrap_or_default(),
        appointments: booked
            .iter()
            .filter(|found| touches(found.start, found.end))
            .cloned()
            .collect(),
        external: external
            .iter()
            .filter(|found| touches(found.start, found.end))
            .cloned()
            .collect(),
    }
}
