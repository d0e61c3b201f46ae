//! What a failed read or write does to a connection: the one place that changes its state for the worse.

use caldav::Error;
use jiff::Timestamp;
use store::connections::{self, Connection};
use store::{ConnectionState, StoreError, Tx};

use super::freshness::is_old;
use crate::{mail, reach};

/// Notes a failure: a refused login stops the polling and asks the person; anything else is tried again later, and
/// counts as an outage when nothing was read for a while. One mail tells of each outage.
pub(crate) async fn note(
    tx: &mut Tx,
    known: &Connection,
    error: &Error,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Another failure may have been noted since it was read.
    let Some(connection) = connections::find(tx, known.id).await? else {
        return Ok(());
    };
    if connection.state == ConnectionState::Disconnected {
        return Ok(());
    }
    let failures = connection.failures.saturating_add(1);
    let read_at = connection.synced_at.unwrap_or(connection.connected_at);
    let state = match error {
        Error::WrongLogin => ConnectionState::NeedsAttention,
        _ if connection.state == ConnectionState::NeedsAttention => ConnectionState::NeedsAttention,
        _ if is_old(read_at, now) => ConnectionState::Stale,
        _ => connection.state,
    };
    let problem = reach::sentence(connection.server, error);
    let next = reach::back_off(failures, Some(error), connection.id.0, now);
    connections::sync_failed(tx, connection.id, state, &problem, failures, next).await?;
    if state != ConnectionState::Connected && connections::begin_outage(tx, connection.id, now).await? {
        mail::ask_about_outage(tx, &connection, &problem, now).await?;
    }
    Ok(())
}
