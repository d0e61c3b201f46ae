//! Views of connections and their calendars.

use jiff::Timestamp;
use scheduling::StaffId;
use store::connections::{self, Policies};
use store::remote_calendars::{self, RemoteCalendar};
use store::{
    ConnectionId, ConnectionState, ReadTx, RemoteCalendarId, Server, StoreError, event_writes,
    external_events, staff,
};

use crate::outages;
use crate::servers::{CalendarState, freshness, server_name};

/// A connection, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionView {
    /// The connection.
    pub id: ConnectionId,
    /// iCloud, or another server.
    pub server: Server,
    /// The name of the server: iCloud, or the host of another server.
    pub server_name: String,
    /// The Apple ID, or the user name on another server.
    pub username: String,
    /// Connected, stale, or in need of attention.
    pub state: ConnectionState,
    /// Its problem, in a sentence with a next step.
    pub problem: Option<String>,
    /// Whether the login was refused once, and is tried once more in a few minutes.
    pub login_in_doubt: bool,
    /// How fresh it is, in a sentence.
    pub freshness: String,
    /// How the events of its calendars are treated.
    pub policies: Policies,
    /// When its calendars were last read.
    pub synced_at: Option<Timestamp>,
    /// When it was created.
    pub connected_at: Timestamp,
    /// Number of future events that Quince wrote through it and would remove on request (D10); past ones would be removed as well.
    pub written_events: u32,
    /// Its calendars, by name.
    pub calendars: Vec<RemoteCalendarView>,
}

/// A remote calendar, as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says something else about the calendar"
)]
pub struct RemoteCalendarView {
    /// The calendar.
    pub id: RemoteCalendarId,
    /// Its connection.
    pub connection: ConnectionId,
    /// Its name on the server.
    pub name: String,
    /// `#rrggbb`
    pub color: Option<String>,
    /// Whether appointments can be written to it.
    pub writable: bool,
    /// Whether its events can be read.
    pub readable: bool,
    /// Whether appointments are written to it.
    pub is_primary: bool,
    /// Whether it is checked for conflicts, in addition to the primary calendar.
    pub checked_for_conflicts: bool,
    /// Whether its whole-day events without an explicit transparency block.
    pub all_day_blocks: bool,
    /// When it was last read.
    pub synced_at: Option<Timestamp>,
    /// Number of events read so far, while it is read for the first time.
    pub first_read: Option<u32>,
    /// Whether it was deleted on the server.
    pub vanished: bool,
    /// Its state.
    pub state: CalendarState,
    /// Its problem, in a sentence: why it cannot be read, or else which events were not understood.
    pub problem: Option<String>,
}

/// Returns all connections of a staff member, with their calendars.
pub(crate) async fn views(
    tx: &mut ReadTx,
    owner: StaffId,
    now: Timestamp,
) -> Result<Vec<ConnectionView>, StoreError> {
    let primary = staff::find(tx, owner)
        .await?
        .and_then(|person| person.primary_calendar_id);
    let calendars = remote_calendars::list_for_staff(tx, owner).await?;
    let mut views = Vec::new();
    for connection in connections::list_for_staff(tx, owner).await? {
        let written_events = event_writes::count_to_come(tx, connection.id, now).await?;
        let own = calendars
            .iter()
            .filter(|calendar| calendar.connection_id == connection.id);
        let mut own_views = Vec::new();
        for calendar in own {
            let mut view = calendar_view(calendar, primary, now);
            let counts = view.is_primary || view.checked_for_conflicts;
            if counts && view.state == CalendarState::Fresh && calendar.synced_at.is_none() {
                view.first_read = Some(external_events::count(tx, calendar.id).await?);
            }
            own_views.push(view);
        }
        views.push(ConnectionView {
            id: connection.id,
            server: connection.account.server,
            server_name: server_name(&connection),
            state: freshness::state(&connection, now),
            freshness: with_exceptions(freshness::sentence(&connection, now), &own_views, now),
            login_in_doubt: outages::is_in_doubt(&connection, now),
            policies: connection.policies,
            synced_at: connection.synced_at,
            connected_at: connection.connected_at,
            written_events,
            calendars: own_views,
            username: connection.account.username,
            problem: connection.problem,
        });
    }
    Ok(views)
}

/// Appends to a connection's sentence the calendars that cannot be read.
fn with_exceptions(sentence: String, calendars: &[RemoteCalendarView], now: Timestamp) -> String {
    let mut sentence = sentence;
    for calendar in calendars.iter().filter(|calendar| calendar.state.is_unread()) {
        sentence.push(' ');
        sentence.push_str(&freshness::exception_sentence(
            &calendar.name,
            calendar.synced_at,
            now,
        ));
    }
    sentence
}

fn calendar_view(
    calendar: &RemoteCalendar,
    primary: Option<RemoteCalendarId>,
    now: Timestamp,
) -> RemoteCalendarView {
    RemoteCalendarView {
        id: calendar.id,
        connection: calendar.connection_id,
        name: calendar.name.clone(),
        color: calendar.color.clone(),
        writable: calendar.writable,
        readable: calendar.readable,
        is_primary: primary == Some(calendar.id),
        checked_for_conflicts: calendar.checked_for_conflicts,
        all_day_blocks: calendar.all_day_blocks,
        synced_at: calendar.synced_at,
        first_read: None,
        vanished: calendar.vanished_at.is_some(),
        state: CalendarState::of(calendar, primary, now),
        problem: calendar.failure.clone().or_else(|| calendar.problem.clone()),
    }
}
