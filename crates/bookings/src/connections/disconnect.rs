//! Disconnecting (D10): syncing stops, appointments stay, written events are kept or removed as the person chooses, and the password is
//! deleted.

use scheduling::StaffId;
use store::event_writes::{self, EventWrite, Outcome};
use store::{ConnectionId, WriteState, connections, external_events, remote_calendars, staff};

use super::own::own;
use crate::error::{ConnectProblem, Error, Missing};
use crate::outbox::{self, Target};
use crate::problem::Internal;
use crate::quince::Quince;
use crate::servers::login;
use crate::sync::lease::Lease;
use crate::sync::limit::DELETION_BATCH;

/// What happens to the events that Quince wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventsInIcloud {
    /// They stay and are not updated any more.
    Keep,
    /// They are removed.
    Remove,
}

/// Ends a connection. Removing events needs the calendar server: if one cannot be removed, the connection stays and the error says why.
pub async fn disconnect(
    quince: &Quince,
    staff: StaffId,
    id: ConnectionId,
    events: EventsInIcloud,
) -> Result<(), Error> {
    {
        let mut tx = quince.store().read().await?;
        own(&mut tx, staff, id).await?;
    }
    // The lease keeps out syncs and a second request.
    let lease = Lease::wait(quince, id).await?;
    lease.hold(end(quince, staff, id, events)).await
}

async fn end(quince: &Quince, staff: StaffId, id: ConnectionId, events: EventsInIcloud) -> Result<(), Error> {
    if events == EventsInIcloud::Remove {
        remove_events(quince, staff, id).await?;
    }
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    own(&mut tx, staff, id).await?;
    let calendars = remote_calendars::list_for_connections(&mut tx, &[id]).await?;
    let person = staff::find(&mut tx, staff)
        .await?
        .ok_or(Error::NotFound(Missing::Connection))?;
    if person
        .primary_calendar_id
        .is_some_and(|primary| calendars.iter().any(|calendar| calendar.id == primary))
    {
        staff::set_primary(&mut tx, staff, None).await?;
    }
    let chosen: Vec<_> = remote_calendars::list_for_staff(&mut tx, staff)
        .await?
        .into_iter()
        .filter(|calendar| calendar.checked_for_conflicts && calendar.connection_id != id)
        .map(|calendar| calendar.id)
        .collect();
    remote_calendars::set_conflicts(&mut tx, staff, &chosen).await?;
    outbox::connection_ended(&mut tx, id, now).await?;
    connections::disconnect(&mut tx, id, now).await?;
    tx.commit().await?;
    // The connection has ended, so an error is only logged; the cleanup deletes the rest later.
    if let Err(error) = forget_events(quince, id).await {
        tracing::error!(connection = %id, cause = %error.cause(), "what was read through an ended connection is still there");
    }
    Ok(())
}

/// Deletes the external events of an ended connection, in batches, so that other transactions can write in between.
pub(crate) async fn forget_events(quince: &Quince, id: ConnectionId) -> Result<(), Internal> {
    loop {
        let mut tx = quince.store().write().await?;
        let forgotten = external_events::delete_some_of_connection(&mut tx, id, DELETION_BATCH).await?;
        tx.commit().await?;
        if forgotten == 0 {
            return Ok(());
        }
    }
}

/// Removes every event that Quince wrote to the connection's calendars, including writes whose response never arrived.
async fn remove_events(quince: &Quince, staff: StaffId, id: ConnectionId) -> Result<(), Error> {
    let (connection, calendars) = {
        let mut tx = quince.store().read().await?;
        let connection = own(&mut tx, staff, id).await?;
        (
            connection,
            remote_calendars::list_for_connections(&mut tx, &[id]).await?,
        )
    };
    let Some(login) = login::open(quince, &connection)? else {
        return Ok(());
    };
    for calendar in calendars {
        let writes: Vec<EventWrite> = {
            let mut tx = quince.store().read().await?;
            event_writes::by_remote_calendar(&mut tx, calendar.id).await?
        };
        let target = Target {
            client: quince.caldav(&login.entry),
            login: login.credentials.clone(),
            calendar: login::calendar_url(&connection.discovered.home_urls, &calendar.url)?,
        };
        for write in writes.iter().filter(|write| write.state != WriteState::Removed) {
            let is_known = write.href.is_some() || write.attempts > 0;
            if is_known {
                match target
                    .remove(&write.uid, write.href.as_deref(), write.etag.as_deref())
                    .await
                {
                    Ok(()) | Err(caldav::Error::NotFound) => {}
                    Err(error) => {
                        return Err(ConnectProblem::of_check(
                            connection.account.server,
                            &error,
                            quince.now(),
                        )
                        .into());
                    }
                }
            }
            let mut tx = quince.store().write().await?;
            event_writes::set_state(&mut tx, write.id, WriteState::Removed, None, quince.now()).await?;
            let forgotten = Outcome::default();
            event_writes::succeeded(
                &mut tx,
                write.id,
                write.sequence,
                WriteState::Removed,
                &forgotten,
                quince.now(),
            )
            .await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
