//! Calendar Configuration: where appointments are written, which calendars block, and how edits are treated (D6, D9).

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::StaffId;
use store::remote_calendars::{self, RemoteCalendar};
use store::{
    ConnectionId, ConnectionState, ReadTx, RemoteCalendarId, WriteTx, appointments, connections, staff,
};

pub use store::connections::Policies;

use crate::connections::{ConnectionView, RemoteCalendarView, views};
use crate::connections::{own as own_connection, read_after_saving};
use crate::error::{Error, Missing, Refusal};
use crate::quince::Quince;
use crate::retry::retried_if_lost;
use crate::{outbox, servers};

/// A staff member's calendar configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// The connected accounts with their calendars.
    pub connections: Vec<ConnectionView>,
    /// Where appointments are written.
    pub primary: Option<RemoteCalendarView>,
    /// A problem with the primary calendar, in a sentence with a next step.
    pub primary_problem: Option<String>,
    /// Number of future appointments whose events would move to another primary calendar.
    pub future_appointments: u32,
}

/// Connections to read after a change.
type ConnectionsToRead = BTreeSet<ConnectionId>;

/// Returns a staff member's configuration.
pub async fn get(quince: &Quince, id: StaffId) -> Result<Configuration, Error> {
    let now = quince.now();
    let mut tx = quince.store().read().await?;
    let connections = views(&mut tx, id, now).await?;
    let found = connections
        .iter()
        .flat_map(|connection| connection.calendars.iter().map(move |c| (connection, c)));
    let primary = found.into_iter().find(|(_, calendar)| calendar.is_primary);
    let primary_problem = primary.and_then(|(connection, calendar)| primary_problem(connection, calendar));
    Ok(Configuration {
        primary: primary.map(|(_, calendar)| calendar.clone()),
        primary_problem,
        future_appointments: appointments::future_count(&mut tx, id, now).await?,
        connections,
    })
}

fn primary_problem(connection: &ConnectionView, calendar: &RemoteCalendarView) -> Option<String> {
    if calendar.vanished {
        Some(format!(
            "Your primary calendar “{}” was deleted in {}. New appointments are kept here and written as soon as you choose \
             another primary calendar.",
            calendar.name, connection.server_name
        ))
    } else if !calendar.writable {
        Some(format!(
            "You may no longer write to “{}”. Choose another primary calendar.",
            calendar.name
        ))
    } else if connection.state == ConnectionState::NeedsAttention {
        Some(format!(
            "Quince cannot sign in to {} any more. Reconnect it; appointments are written as soon as it works.",
            connection.username
        ))
    } else {
        None
    }
}

/// The form of the wizard's third step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarChoice {
    /// Where appointments are written.
    pub primary: RemoteCalendarId,
    /// All calendars that are checked for conflicts.
    pub conflicts: Vec<RemoteCalendarId>,
    /// The connection that was just made.
    pub connection: ConnectionId,
    /// How its events are treated.
    pub policies: Policies,
}

/// Saves the wizard's third step in one transaction.
pub async fn save_choice(quince: &Quince, id: StaffId, choice: &CalendarChoice) -> Result<(), Error> {
    let changed = retried_if_lost(|| async {
        let mut tx = quince.store().write().await?;
        let mut to_read = set_primary(&mut tx, id, Some(choice.primary), quince.now()).await?;
        to_read.extend(set_conflicts(&mut tx, id, &choice.conflicts).await?);
        to_read.extend(set_policies(&mut tx, id, choice.connection, choice.policies).await?);
        tx.commit().await?;
        Ok::<_, Error>(to_read)
    });
    let to_read = changed.await?;
    quince.wake();
    read_now(quince, &to_read).await;
    Ok(())
}

/// Sets the primary calendar, to which appointments are written; `None` writes them nowhere. Events of future appointments move there.
pub async fn save_primary(
    quince: &Quince,
    id: StaffId,
    calendar: Option<RemoteCalendarId>,
) -> Result<(), Error> {
    let changed = retried_if_lost(|| async {
        let mut tx = quince.store().write().await?;
        let to_read = set_primary(&mut tx, id, calendar, quince.now()).await?;
        tx.commit().await?;
        Ok::<_, Error>(to_read)
    });
    let to_read = changed.await?;
    quince.wake();
    read_now(quince, &to_read).await;
    Ok(())
}

async fn set_primary(
    tx: &mut WriteTx,
    id: StaffId,
    calendar: Option<RemoteCalendarId>,
    now: Timestamp,
) -> Result<ConnectionsToRead, Error> {
    let mut to_read = ConnectionsToRead::new();
    if let Some(calendar) = calendar {
        let (found, server_name) = own_calendar(tx, id, calendar).await?;
        if found.vanished_at.is_some() {
            return Err(Refusal::DeletedCalendar { server_name }.into());
        }
        if !found.writable {
            return Err(Refusal::ReadOnlyCalendar { server_name }.into());
        }
        to_read.insert(found.connection_id);
    }
    staff::set_primary(tx, id, calendar).await?;
    outbox::primary_changed(tx, id, now).await?;
    Ok(to_read)
}

/// Sets the calendars that are checked for conflicts; all others are not checked.
pub async fn save_conflicts(
    quince: &Quince,
    id: StaffId,
    chosen: Vec<RemoteCalendarId>,
) -> Result<(), Error> {
    let changed = retried_if_lost(|| async {
        let mut tx = quince.store().write().await?;
        let to_read = set_conflicts(&mut tx, id, &chosen).await?;
        tx.commit().await?;
        Ok::<_, Error>(to_read)
    });
    let to_read = changed.await?;
    read_now(quince, &to_read).await;
    Ok(())
}

async fn set_conflicts(
    tx: &mut WriteTx,
    id: StaffId,
    chosen: &[RemoteCalendarId],
) -> Result<ConnectionsToRead, Error> {
    let mut to_read = ConnectionsToRead::new();
    for calendar in chosen {
        let (found, server_name) = own_calendar(tx, id, *calendar).await?;
        // A chosen calendar that was deleted or became unreadable may stay: its known events continue to block.
        if !found.checked_for_conflicts {
            if found.vanished_at.is_some() {
                return Err(Refusal::DeletedCalendar { server_name }.into());
            }
            if !found.readable {
                return Err(Refusal::UnreadableCalendar.into());
            }
            to_read.insert(found.connection_id);
        }
    }
    remote_calendars::set_conflicts(tx, id, chosen).await?;
    Ok(to_read)
}

/// Sets how the events of one connection's calendars are treated; other connections keep their settings. `all_day_blocks` lists its
/// calendars in which whole-day events without an explicit transparency block; `None` leaves that setting unchanged. When the import policy
/// changes, the calendars are read again at once.
pub async fn save_policies(
    quince: &Quince,
    id: StaffId,
    connection: ConnectionId,
    policies: Policies,
    all_day_blocks: Option<&[RemoteCalendarId]>,
) -> Result<(), Error> {
    let changed = retried_if_lost(|| async {
        let mut tx = quince.store().write().await?;
        let to_read = set_policies(&mut tx, id, connection, policies).await?;
        if let Some(chosen) = all_day_blocks {
            set_all_day_blocks(&mut tx, connection, chosen).await?;
        }
        tx.commit().await?;
        Ok::<_, Error>(to_read)
    });
    let to_read = changed.await?;
    read_now(quince, &to_read).await;
    Ok(())
}

async fn set_policies(
    tx: &mut WriteTx,
    id: StaffId,
    connection: ConnectionId,
    policies: Policies,
) -> Result<ConnectionsToRead, Error> {
    let known = own_connection(tx, id, connection).await?;
    connections::set_policies(tx, connection, policies).await?;
    if known.policies.import_policy == policies.import_policy {
        return Ok(ConnectionsToRead::new());
    }
    // Everything that was read under the old policy is read again.
    for calendar in remote_calendars::list_for_connections(tx, &[connection]).await? {
        remote_calendars::forget_progress(tx, calendar.id).await?;
    }
    Ok(ConnectionsToRead::from([connection]))
}

/// Makes whole-day events block in these calendars of a connection, and in no others of it.
async fn set_all_day_blocks(
    tx: &mut WriteTx,
    connection: ConnectionId,
    chosen: &[RemoteCalendarId],
) -> Result<(), Error> {
    let calendars = remote_calendars::list_for_connections(tx, &[connection]).await?;
    if chosen.iter().any(|id| !calendars.iter().any(|own| own.id == *id)) {
        return Err(Error::NotFound(Missing::RemoteCalendar));
    }
    for calendar in &calendars {
        let blocks = chosen.contains(&calendar.id);
        if calendar.all_day_blocks != blocks {
            remote_calendars::set_all_day_blocks(tx, calendar.id, blocks).await?;
        }
    }
    Ok(())
}

/// Finds a calendar of a connection that belongs to this person and has not ended, with the name of its server.
async fn own_calendar(
    tx: &mut ReadTx,
    owner: StaffId,
    id: RemoteCalendarId,
) -> Result<(RemoteCalendar, String), Error> {
    let found = remote_calendars::find(tx, id)
        .await?
        .ok_or(Error::NotFound(Missing::RemoteCalendar))?;
    let connection = own_connection(tx, owner, found.connection_id).await?;
    Ok((found, servers::server_name(&connection)))
}

/// Reads connections before the use case returns, so that the booking pages are up to date by then.
async fn read_now(quince: &Quince, ids: &ConnectionsToRead) {
    for id in ids {
        read_after_saving(quince, *id).await;
    }
}
