//! Reads the changes in the calendars of a connection that are in use: the primary and the conflict calendars.
//!
//! An event is deleted only in the transaction that stores its replacement, or after the server has reported that it is gone. So an
//! interrupted read leaves each event in its former or its present state (icloud.md, "Reading").

mod error;
mod expand;
mod forget;
mod horizon;
mod ingest;
pub(crate) mod known;
pub(crate) mod lease;
pub(crate) mod limit;
mod mirror;
pub(crate) mod parse;
mod read;
mod run;
mod search;
mod sync_run;
mod verdict;

use jiff::Timestamp;
use store::{
    ConnectionId, ConnectionState, RemoteCalendarId, StoreError, WriteTx, connections, event_writes,
    remote_calendars,
};

use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::outages::{self, Initiator};
use crate::problem::Internal;
use crate::quince::Quince;
use crate::servers::freshness;
use crate::{caldav_messages, outbox};
use error::SyncError;
use lease::Lease;
use sync_run::SyncRun;

pub(crate) use run::{discovered, store_calendars, to_listed};

/// The most connections that are claimed at a time.
const BATCH: u32 = 8;

/// Claims some of the due connections.
pub(crate) async fn claim(quince: &Quince) -> Result<Vec<Lease>, Internal> {
    Lease::claim_due(quince, BATCH).await
}

/// Syncs a claimed connection.
pub(crate) async fn work(quince: &Quince, lease: Lease) {
    let id = lease.connection();
    if let Err(error) = read_held(quince, lease, Initiator::Background).await {
        tracing::error!(connection = %id, cause = %error.cause(), "a sync broke off");
    }
}

/// Reads a connection's calendars at once, including those that failed recently, as its owner asked for it. Errors of the server are
/// stored on the connection, and are not returned.
pub async fn connection(quince: &Quince, id: ConnectionId) -> Result<(), Internal> {
    read_held(quince, Lease::wait(quince, id).await?, Initiator::Owner).await
}

async fn read_held(quince: &Quince, mut lease: Lease, initiator: Initiator) -> Result<(), Internal> {
    let id = lease.connection();
    let outcome = lease.renew_during(read_in_task(quince, id, initiator)).await;
    // Postponed before the release, as another worker may claim it right afterwards.
    if outcome.is_err()
        && let Err(error) = postpone(quince, id).await
    {
        tracing::error!(connection = %id, cause = %error.cause(), "a sync that broke off could not be put off");
    }
    lease.release().await?;
    outcome
}

async fn postpone(quince: &Quince, id: ConnectionId) -> Result<(), Internal> {
    let mut tx = quince.store().write().await?;
    outages::note_internal_error(&mut tx, id, quince.now()).await?;
    Ok(tx.commit().await?)
}

/// Reads in a task of its own, so that a sync that panics is postponed, too.
async fn read_in_task(quince: &Quince, id: ConnectionId, initiator: Initiator) -> Result<(), Internal> {
    let quince = quince.clone();
    let mut reading = JoinSet::new();
    reading.spawn(async move { read(&quince, id, initiator).await }.in_current_span());
    match reading.join_next().await {
        Some(outcome) => outcome.map_err(Internal::because)?,
        None => Ok(()),
    }
}

async fn read(quince: &Quince, id: ConnectionId, initiator: Initiator) -> Result<(), Internal> {
    let found = {
        let mut tx = quince.store().read().await?;
        connections::find(&mut tx, id).await?
    };
    let Some(connection) = found.filter(|found| found.state != ConnectionState::Disconnected) else {
        return Ok(());
    };
    let started = quince.now();
    let mut unchanged = Vec::new();
    let outcome = match SyncRun::open(quince, &connection, started, initiator) {
        Ok(Some(run)) => run.read(&mut unchanged).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error.into()),
    };
    let now = quince.now();
    let next = now + caldav_messages::jittered(freshness::SYNC_EVERY, id.0);
    let mut tx = quince.store().write().await?;
    remote_calendars::mark_unchanged(&mut tx, &unchanged, started).await?;
    match outcome {
        Ok(()) => {
            connections::sync_succeeded(&mut tx, id, now, next).await?;
            outages::notify_of_calendars(&mut tx, &connection, now).await?;
            if connection.state == ConnectionState::NeedsAttention {
                outbox::connection_works(&mut tx, id, now).await?;
            } else if connection.failures > 0 {
                event_writes::make_due(&mut tx, id, now).await?;
            }
        }
        Err(SyncError::Server(error)) => {
            tracing::info!(connection = %id, %error, "a sync failed");
            outages::note_failure(&mut tx, &connection, &error, initiator, now).await?;
        }
        Err(SyncError::Internal(error)) => {
            tx.commit().await?;
            return Err(error);
        }
    }
    tx.commit().await?;
    if connection.failures > 0 {
        quince.wake();
    }
    Ok(())
}

/// Makes the next sync compare these calendars with what is stored, and check whether they can be searched by time: a search failed, or
/// was not answered. A missing answer may be temporary, which does not justify a comparison each time.
pub(crate) async fn request_comparison(
    tx: &mut WriteTx,
    calendars: &[RemoteCalendarId],
    search_fails: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    for id in calendars {
        let calendar = remote_calendars::find(tx, *id).await?;
        if search_fails || calendar.is_some_and(|calendar| horizon::is_comparison_useful(&calendar, now)) {
            remote_calendars::request_comparison(tx, *id, search_fails).await?;
        }
    }
    Ok(())
}
