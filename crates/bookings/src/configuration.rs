//! Calendar Configuration: where appointments are written, which calendars block, and how edits are treated (D6, D9).

use std::collections::BTreeSet;

use jiff::Timestamp;
use scheduling::StaffId;
use store::connections::{self, Connection};
use store::remote_calendars::{self, RemoteCalendar};
use store::{
    ConnectionId, ConnectionState, ImportPolicy, RemoteCalendarId, StoreError, Tx, WhenStale, appointments,
    staff,
};

use crate::connections::{ConnectError, ConnectionView, RemoteCalendarView, views};
use crate::connections::{own as own_connection, read_after_saving};
use crate::problem::{FieldProblem, Internal, first_sentence};
use crate::quince::Quince;
use crate::retry::{passing_by_internal, retried_if_lost};
use crate::{outbox, servers};

/// A staff member's calendar configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// The connected accounts with their calendars.
    pub connections: Vec<ConnectionView>,
    /// Where appointments are written.
    pub primary: Option<RemoteCalendarView>,
    /// What is wrong with it, in a sentence with a next step.
    pub primary_problem: Option<String>,
    /// What happens while a calendar cannot be read.
    pub when_stale: WhenStale,
    /// How many appointments to come would move to another primary calendar.
    pub future_appointments: u32,
}

/// Why the configuration could not be shown or saved.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    /// Something in the form is not right.
    #[error("{}", first_sentence(.0))]
    Fields(Vec<FieldProblem>),
    /// The calendar or connection is not there, or is somebody else's.
    #[error("This calendar is no longer connected. Reload the page and choose another one.")]
    NotFound,
    /// Appointments cannot be written to the calendar.
    #[error(
        "{0} lets you only read this calendar, so appointments cannot be written to it. Choose one of your own."
    )]
    ReadOnly(String),
    /// The calendar was deleted there.
    #[error("This calendar was deleted in {0}. Choose another one.")]
    Vanished(String),
    /// The calendar's events cannot be read.
    #[error("The events of this calendar cannot be read, so it can block nothing. Choose another one.")]
    Unreadable,
    /// Something broke on our side.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl From<StoreError> for ConfigurationError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<ConnectError> for ConfigurationError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Internal(error) => Self::Internal(error),
            _ => Self::NotFound,
        }
    }
}

passing_by_internal!(ConfigurationError);

/// Connections that have to be read after a change.
type ToRead = BTreeSet<ConnectionId>;

/// A staff member's configuration.
pub async fn get(quince: &Quince, id: StaffId) -> Result<Configuration, ConfigurationError> {
    let now = quince.now();
    let mut tx = quince.store().read().await?;
    let person = staff::find(&mut tx, id)
        .await?
        .ok_or(ConfigurationError::NotFound)?;
    let connections = views(&mut tx, id, now).await?;
    let found = connections
        .iter()
        .flat_map(|connection| connection.calendars.iter().map(move |c| (connection, c)));
    let primary = found.into_iter().find(|(_, calendar)| calendar.is_primary);
    let primary_problem = primary.and_then(|(connection, calendar)| primary_problem(connection, calendar));
    Ok(Configuration {
        primary: primary.map(|(_, calendar)| calendar.clone()),
        primary_problem,
        when_stale: person.when_stale,
        future_appointments: appointments::future_count(&mut tx, id, now).await?,
        connections,
    })
}

fn primary_problem(connection: &ConnectionView, calendar: &RemoteCalendarView) -> Option<String> {
    if calendar.vanished {
        Some(format!(
            "Your primary calendar “{}” was deleted in {}. New appointments are kept here and written as soon as you choose \
             another primary calendar.",
            calendar.name, connection.place
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
pub struct Choice {
    /// Where appointments are written.
    pub primary: RemoteCalendarId,
    /// All calendars that are checked for conflicts.
    pub conflicts: Vec<RemoteCalendarId>,
    /// How later edits of external events are treated, in all connections (D6).
    pub import_policy: ImportPolicy,
}

/// The form of what happens when events change or calendars cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies {
    /// How later edits of external events are treated, in all connections (D6).
    pub import_policy: ImportPolicy,
    /// What happens while a calendar cannot be read.
    pub when_stale: WhenStale,
    /// Of the calendars that count, those whose whole-day events block though they say nothing about it.
    pub all_day_blocks: Vec<RemoteCalendarId>,
}

/// Saves the wizard's third step, all of it or nothing.
pub async fn choose(quince: &Quince, id: StaffId, choice: &Choice) -> Result<(), ConfigurationError> {
    let changed = retried_if_lost(|| async {
        let mut tx = quince.store().write().await?;
        let mut to_read = set_primary(&mut tx, id, Some(choice.primary), quince.now()).await?;
        to_read.extend(set_conflicts(&mut tx, id, &choice.conflicts).await?);
        to_read.extend(set_import_policies(&mut tx, id, choice.import_policy).await?);
        tx.commit().await?;
        Ok::<_, ConfigurationError>(to_read)
    });
    let to_read = changed.await?;
    quince.wake();
    read_now(quince, &to_read).await;
    Ok(())
}

/// Saves what happens when events change or calendars cannot be read, all of it or nothing.
pub async fn save_policies(
    quince: &Quince,
    id: StaffId,
    policies: &Policies,
) -> Result<(), ConfigurationError> {
    let changed = retried_if_lost(|| async {
        let mut tx = quince.store().write().await?;
        staff::set_when_stale(&mut tx, id, policies.when_stale).await?;
        let to_read = set_import_policies(&mut tx, id, policies.import_policy).await?;
        set_all_day_blocks(&mut tx, id, &policies.all_day_blocks).await?;
        tx.commit().await?;
        Ok::<_, ConfigurationError>(to_read)
    });
    read_now(quince, &changed.await?).await;
    Ok(())
}

/// Chooses where appointments are written; `None` writes them nowhere. Events of appointments to come move there.
pub async fn save_primary(
    quince: &Quince,
    id: StaffId,
    calendar: Option<RemoteCalendarId>,
) -> Result<(), ConfigurationError> {
    let mut tx = quince.store().write().await?;
    let to_read = set_primary(&mut tx, id, calendar, quince.now()).await?;
    tx.commit().await?;
    quince.wake();
    read_now(quince, &to_read).await;
    Ok(())
}

async fn set_primary(
    tx: &mut Tx,
    id: StaffId,
    calendar: Option<RemoteCalendarId>,
    now: Timestamp,
) -> Result<ToRead, ConfigurationError> {
    let mut to_read = ToRead::new();
    if let Some(calendar) = calendar {
        let (found, place) = own(tx, id, calendar).await?;
        if found.vanished_at.is_some() {
            return Err(ConfigurationError::Vanished(place));
        }
        if !found.writable {
            return Err(ConfigurationError::ReadOnly(place));
        }
        to_read.insert(found.connection_id);
    }
    staff::set_primary(tx, id, calendar).await?;
    outbox::primary_changed(tx, id, now).await?;
    Ok(to_read)
}

/// Chooses all calendars that are checked for conflicts; those that are not named are not.
pub async fn save_conflicts(
    quince: &Quince,
    id: StaffId,
    chosen: Vec<RemoteCalendarId>,
) -> Result<(), ConfigurationError> {
    let mut tx = quince.store().write().await?;
    let to_read = set_conflicts(&mut tx, id, &chosen).await?;
    tx.commit().await?;
    read_now(quince, &to_read).await;
    Ok(())
}

async fn set_conflicts(
    tx: &mut Tx,
    id: StaffId,
    chosen: &[RemoteCalendarId],
) -> Result<ToRead, ConfigurationError> {
    let mut to_read = ToRead::new();
    for calendar in chosen {
        let (found, place) = own(tx, id, *calendar).await?;
        // One that vanished or became unreadable since it was chosen may stay: what is known of it goes on blocking.
        if !found.checked_for_conflicts {
            if found.vanished_at.is_some() {
                return Err(ConfigurationError::Vanished(place));
            }
            if !found.readable {
                return Err(ConfigurationError::Unreadable);
            }
            to_read.insert(found.connection_id);
        }
    }
    remote_calendars::set_conflicts(tx, id, chosen).await?;
    Ok(to_read)
}

/// Chooses whether whole-day events of a calendar that say nothing about it block.
pub async fn save_all_day_blocks(
    quince: &Quince,
    id: StaffId,
    calendar: RemoteCalendarId,
    blocks: bool,
) -> Result<(), ConfigurationError> {
    let mut tx = quince.store().write().await?;
    own(&mut tx, id, calendar).await?;
    remote_calendars::set_all_day_blocks(&mut tx, calendar, blocks).await?;
    Ok(tx.commit().await?)
}

/// Lets whole-day events block in these calendars, and in no others of those that count and can be read.
async fn set_all_day_blocks(
    tx: &mut Tx,
    id: StaffId,
    chosen: &[RemoteCalendarId],
) -> Result<(), ConfigurationError> {
    for calendar in chosen {
        own(tx, id, *calendar).await?;
    }
    let counting = remote_calendars::watched(tx, &[id]).await?;
    for calendar in counting.iter().filter(|calendar| calendar.readable) {
        let blocks = chosen.contains(&calendar.id);
        remote_calendars::set_all_day_blocks(tx, calendar.id, blocks).await?;
    }
    Ok(())
}

/// Chooses how later edits of external events are treated (D6). Keeping up again catches up at once.
pub async fn save_import_policy(
    quince: &Quince,
    id: StaffId,
    connection: ConnectionId,
    policy: ImportPolicy,
) -> Result<(), ConfigurationError> {
    let mut tx = quince.store().write().await?;
    let known = own_connection(&mut tx, id, connection).await?;
    if !set_import_policy(&mut tx, &known, policy).await? {
        return Ok(());
    }
    tx.commit().await?;
    read_now(quince, &ToRead::from([connection])).await;
    Ok(())
}

/// Sets the policy of all connections; answers those that had another one.
async fn set_import_policies(
    tx: &mut Tx,
    id: StaffId,
    policy: ImportPolicy,
) -> Result<ToRead, ConfigurationError> {
    let mut to_read = ToRead::new();
    for connection in connections::list_for_staff(tx, id).await? {
        if set_import_policy(tx, &connection, policy).await? {
            to_read.insert(connection.id);
        }
    }
    Ok(to_read)
}

/// Sets the policy of a connection; false when it had it already. What was read by another policy is read anew.
async fn set_import_policy(
    tx: &mut Tx,
    connection: &Connection,
    policy: ImportPolicy,
) -> Result<bool, StoreError> {
    if connection.import_policy == policy {
        return Ok(false);
    }
    connections::set_import_policy(tx, connection.id, policy).await?;
    for calendar in remote_calendars::list_for_connections(tx, &[connection.id]).await? {
        remote_calendars::forget_progress(tx, calendar.id).await?;
    }
    Ok(true)
}

/// Chooses what happens while a calendar cannot be read.
pub async fn save_when_stale(
    quince: &Quince,
    id: StaffId,
    choice: WhenStale,
) -> Result<(), ConfigurationError> {
    let mut tx = quince.store().write().await?;
    staff::set_when_stale(&mut tx, id, choice).await?;
    Ok(tx.commit().await?)
}

/// A calendar on a connection that belongs to this person and has not ended, with how its server is called.
async fn own(
    tx: &mut Tx,
    owner: StaffId,
    id: RemoteCalendarId,
) -> Result<(RemoteCalendar, String), ConfigurationError> {
    let found = remote_calendars::find(tx, id)
        .await?
        .ok_or(ConfigurationError::NotFound)?;
    let connection = own_connection(tx, owner, found.connection_id).await?;
    Ok((found, servers::place(&connection)))
}

/// Reads connections while the person waits, so that the booking pages are right when the answer comes.
async fn read_now(quince: &Quince, ids: &ToRead) {
    for id in ids {
        read_after_saving(quince, *id).await;
    }
}
