//! The calendar view: the appointments and external events of some days (D5), and the freshness of the connections.

mod appointment;
mod booked;
mod event;

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use scheduling::{CalendarId, Interval, StaffId, TimeOwner};
use store::blocked_time::Blocked;
use store::booking_calendars::BookingCalendar;
use store::external_events::Instance;
use store::holidays::Holiday;
use store::remote_calendars::Watched;
use store::staff::Staff;
use store::{
    BlockId, ConnectionId, ConnectionState, EventId, ReadTx, RemoteCalendarId, appointments, blocked_time,
    connections, external_events, remote_calendars, staff,
};
use zones::Zone;

pub use event::{EventView, event};

use crate::accounts::is_admin;
use crate::availability::input;
use crate::blocked;
use crate::busy_status;
use crate::error::{Error, Missing, Permission};
use crate::holidays;
use crate::quince::Quince;
use crate::servers::{freshness, server_name};
pub use appointment::AgendaAppointment;

/// Maximum number of days in one view.
const DAYS_LIMIT: u8 = 45;

/// Whose appointments and events are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The viewer's own.
    Me,
    /// One staff member's; only admins may see another person's.
    Person(StaffId),
    /// Everybody's for admins; otherwise the viewer's own.
    Everybody,
}

/// A calendar view of some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agenda {
    /// The viewer's zone, in which the days are.
    pub zone: Zone,
    /// The first day.
    pub from: Date,
    /// The days, in order.
    pub days: Vec<AgendaDay>,
    /// The freshness of the connections whose events are shown.
    pub freshness: Vec<Freshness>,
}

/// One day. Anything that spans midnight is on every day that it touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaDay {
    /// The local date.
    pub date: Date,
    /// The person's hours, if a single person is shown.
    pub open: Vec<(Timestamp, Timestamp)>,
    /// Appointments in order, without cancelled ones.
    pub appointments: Vec<AgendaAppointment>,
    /// External events in order.
    pub external: Vec<AgendaEvent>,
    /// Blocked-off time, in order.
    pub blocked: Vec<AgendaBlock>,
    /// The name of the day's holiday, which may be empty; none if it is not a holiday.
    pub holiday: Option<String>,
    /// The shown people who have the day off, with their names.
    pub days_off: Vec<(StaffId, String)>,
}

/// Blocked-off time in the calendar view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaBlock {
    /// Its id.
    pub id: BlockId,
    /// Its start.
    pub start: Timestamp,
    /// Its end.
    pub end: Timestamp,
    /// Its title; for a Simple calendar preceded by the calendar's name.
    pub title: String,
    /// Its owner.
    pub owner: TimeOwner,
}

/// An external event in the calendar view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgendaEvent {
    /// The event; only for its owner.
    pub id: Option<EventId>,
    /// First blocked instant, travel included.
    pub start: Timestamp,
    /// First free instant.
    pub end: Timestamp,
    /// Whether it is about whole days.
    pub all_day: bool,
    /// Its title; “Busy” for anyone but its owner.
    pub title: String,
    /// The name of the remote calendar; empty for anyone but its owner.
    pub calendar_name: String,
    /// The color of the remote calendar, as `#rrggbb`.
    pub color: Option<String>,
    /// Its owner.
    pub host: StaffId,
    /// Whether it takes time.
    pub blocks: bool,
}

/// The freshness of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freshness {
    /// The connection.
    pub connection: ConnectionId,
    /// Its owner.
    pub owner: StaffId,
    /// Its server: iCloud, or the host name of another one.
    pub server_name: String,
    /// The Apple ID.
    pub username: String,
    /// Connected, stale, or in need of attention.
    pub state: ConnectionState,
    /// When it was last read.
    pub synced_at: Option<Timestamp>,
    /// The same as a sentence.
    pub sentence: String,
}

/// Returns the calendar view of the days from `from` on, in the viewer's zone.
pub async fn view(
    quince: &Quince,
    viewer: StaffId,
    from: Date,
    days: u8,
    who: Scope,
) -> Result<Agenda, Error> {
    let now = quince.now();
    let mut tx = quince.store().read().await?;
    let me = staff::find(&mut tx, viewer)
        .await?
        .ok_or(Error::NotAllowed(Permission::HandleTime))?;
    let people = people(&mut tx, &me, who).await?;
    let dates: Vec<Date> = (0..days.clamp(1, DAYS_LIMIT))
        .map(|day| from.saturating_add(i64::from(day).days()))
        .collect();
    let last = dates.last().copied().unwrap_or(from);
    let span = Interval::new(
        me.profile.zone.start_of_day(from),
        me.profile.zone.start_of_day(last.saturating_add(1.day())),
    );
    let ids: Vec<StaffId> = people.iter().map(|person| person.id).collect();
    let mut booked = appointments::between(&mut tx, &ids, span.start, span.end).await?;
    // Appointments without a host are shown among an admin's own; otherwise a sole owner would never see them.
    let is_mine = who == Scope::Me || who == Scope::Person(me.id);
    let has_all = is_admin(me.account.role) && (is_mine || who == Scope::Everybody);
    if has_all {
        booked.extend(appointments::hostless_between(&mut tx, span.start, span.end).await?);
    }
    let booked = booked::views(&mut tx, booked, &ids, now).await?;
    let watched = remote_calendars::watched(&mut tx, &ids).await?;
    let remote: Vec<RemoteCalendarId> = watched.iter().map(|calendar| calendar.id).collect();
    let events = external_events::between(&mut tx, &remote, span.start, span.end).await?;
    let events: Vec<AgendaEvent> = events
        .iter()
        .filter(|found| found.is_shown)
        .filter_map(|found| external(found, &watched, viewer))
        .collect();
    let mut simple = BTreeMap::new();
    if has_all {
        simple = blocked::simple_calendars(&mut tx).await?;
    }
    let calendars = simple.keys().copied().map(TimeOwner::Calendar);
    let owners: Vec<TimeOwner> = ids
        .iter()
        .copied()
        .map(TimeOwner::Staff)
        .chain(calendars)
        .collect();
    let blocked = blocked_time::between(&mut tx, &owners, span.start, span.end).await?;
    let of_blocked = |row| of_blocked(row, &simple);
    let blocked: Vec<AgendaBlock> = blocked.into_iter().map(of_blocked).collect();
    let holidays = store::holidays::list(&mut tx).await?;
    let mut fresh = Vec::new();
    for person in &people {
        for connection in connections::list_for_staff(&mut tx, person.id).await? {
            fresh.push(Freshness {
                connection: connection.id,
                owner: person.id,
                server_name: server_name(&connection),
                state: freshness::state(&connection, now),
                synced_at: connection.synced_at,
                sentence: format!(
                    "{}: {}",
                    person.profile.name,
                    freshness::of_colleague(&connection, now)
                ),
                username: connection.account.username,
            });
        }
    }
    let days = dates
        .into_iter()
        .map(|date| {
            day(
                date,
                &me.profile.zone,
                &people,
                &booked,
                &events,
                (&blocked, &holidays),
            )
        })
        .collect();
    Ok(Agenda {
        zone: me.profile.zone,
        from,
        days,
        freshness: fresh,
    })
}

async fn people(tx: &mut ReadTx, me: &Staff, who: Scope) -> Result<Vec<Staff>, Error> {
    match who {
        Scope::Everybody if is_admin(me.account.role) => Ok(staff::list(tx).await?),
        Scope::Me | Scope::Everybody => Ok(vec![me.clone()]),
        Scope::Person(id) if id == me.id => Ok(vec![me.clone()]),
        Scope::Person(_) if !is_admin(me.account.role) => Err(Error::NotAllowed(Permission::HandleTime)),
        Scope::Person(id) => Ok(vec![
            staff::find(tx, id)
                .await?
                .ok_or(Error::NotFound(Missing::StaffMember))?,
        ]),
    }
}

fn external(found: &Instance, watched: &[Watched], viewer: StaffId) -> Option<AgendaEvent> {
    let calendar = watched
        .iter()
        .find(|calendar| calendar.id == found.remote_calendar_id)?;
    let own = calendar.staff_id == viewer;
    let blocks = busy_status::takes_time(found.busy_status, calendar.all_day_blocks);
    // Another person's event that takes no time is not shown.
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

fn of_blocked(row: Blocked, simple: &BTreeMap<CalendarId, BookingCalendar>) -> AgendaBlock {
    AgendaBlock {
        id: row.id,
        start: row.starts_at,
        end: row.ends_at,
        title: match row.owner {
            TimeOwner::Calendar(id) if let Some(calendar) = simple.get(&id) => {
                format!("{}: {}", calendar.settings.name, row.title)
            }
            _ => row.title,
        },
        owner: row.owner,
    }
}

fn day(
    date: Date,
    zone: &Zone,
    people: &[Staff],
    booked: &[AgendaAppointment],
    external: &[AgendaEvent],
    (blocked, holidays): (&[AgendaBlock], &[Holiday]),
) -> AgendaDay {
    let span = Interval::new(
        zone.start_of_day(date),
        zone.start_of_day(date.saturating_add(1.day())),
    );
    // An event without duration is shown on the day of its instant.
    let touches =
        |start: Timestamp, end: Timestamp| start < span.end && (end > span.start || start >= span.start);
    let one = if let [person] = people { Some(person) } else { None };
    let open = one.map(|person| {
        // Hours are in the person's zone, so those of the neighbouring dates can reach into this one.
        let (before, after) = (date.saturating_sub(1.day()), date.saturating_add(1.day()));
        let closed = holidays::closed(holidays.iter().map(|holiday| holiday.date).collect());
        let spans = input::hours(person, &closed).spans(before, after);
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
        blocked: blocked
            .iter()
            .filter(|found| touches(found.start, found.end))
            .cloned()
            .collect(),
        holiday: holidays
            .iter()
            .find(|holiday| holiday.date == date)
            .map(|holiday| holiday.name.clone()),
        days_off: people
            .iter()
            .filter(|person| holidays::has_day_off(person, date))
            .map(|person| (person.id, person.profile.name.clone()))
            .collect(),
    }
}
