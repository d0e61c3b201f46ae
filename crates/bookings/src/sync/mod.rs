//! Reads what changed in the calendars of a connection that count: the primary and the conflict calendars.
//!
//! What is known of an event is dropped only in the transaction that stores what takes its place, or after the server told that
//! the event is gone. So a read that breaks off anywhere leaves each event as it was, or as it is now (icloud.md, "Reading").

mod expand;
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

use caldav::Error;
use jiff::Timestamp;
use store::{
    ConnectionId, ConnectionState, RemoteCalendarId, StoreError, WriteTx, connections, event_writes,
    remote_calendars,
};

use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::outages::{self, Asked};
use crate::problem::Internal;
use crate::quince::Quince;
use crate::servers::freshness;
use crate::{caldav_messages, outbox};
use lease::Lease;
use run::SyncRun;

pub(crate) use run::{as_listed, discovered, keep};

/// Connections claimed at a time.
const BATCH: u32 = 8;

/// Why a read broke off.
#[derive(Debug)]
enum SyncError {
    Server(Error),
    Internal(Internal),
}

impl From<Error> for SyncError {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

impl From<Internal> for SyncError {
    fn from(error: Internal) -> Self {
        Self::Internal(error)
    }
}

impl From<StoreError> for SyncError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

/// Claims some of the connections that are due.
pub(crate) async fn claim(quince: &Quince) -> Result<Vec<Lease>, Internal> {
    Lease::claim_due(quince, BATCH).await
}

/// Reads a claimed connection.
pub(crate) async fn work(quince: &Quince, lease: Lease) {
    let id = lease.connection();
    if let Err(error) = read_held(quince, lease, Asked::ByItself).await {
        tracing::error!(connection = %id, cause = %error.cause(), "a sync broke off");
    }
}

/// Reads a connection's calendars now, as its owner asks, also those that failed lately. What the server refuses is noted on the
/// connection and is no error here.
pub async fn connection(quince: &Quince, id: ConnectionId) -> Result<(), Internal> {
    read_held(quince, Lease::wait(quince, id).await?, Asked::ByPerson).await
}

async fn read_held(quince: &Quince, mut lease: Lease, asked: Asked) -> Result<(), Internal> {
    let id = lease.connection();
    let outcome = lease.keep_during(read_apart(quince, id, asked)).await;
    // Put off first: as soon as it is given back somebody else may take it up.
    if outcome.is_err()
        && let Err(error) = put_off(quince, id).await
    {
        tracing::error!(connection = %id, cause = %error.cause(), "a sync that broke off could not be put off");
    }
    lease.release().await?;
    outcome
}

async fn put_off(quince: &Quince, id: ConnectionId) -> Result<(), Internal> {
    let mut tx = quince.store().write().await?;
    outages::note_ours(&mut tx, id, quince.now()).await?;
    Ok(tx.commit().await?)
}

/// Reads in a task of its own, so that also one that panics is put off.
async fn read_apart(quince: &Quince, id: ConnectionId, asked: Asked) -> Result<(), Internal> {
    let quince = quince.clone();
    let mut reading = JoinSet::new();
    reading.spawn(async move { read(&quince, id, asked).await }.in_current_span());
    match reading.join_next().await {
        Some(outcome) => outcome.map_err(Internal::because)?,
        None => Ok(()),
    }
}

async fn read(quince: &Quince, id: ConnectionId, asked: Asked) -> Result<(), Internal> {
    let found = {
        let mut tx = quince.store().read().await?;
        connections::find(&mut tx, id).await?
    };
    let Some(connection) = found.filter(|found| found.state != ConnectionState::Disconnected) else {
        return Ok(());
    };
    let started = quince.now();
    let mut unchanged = Vec::new();
    let outcome = match SyncRun::open(quince, &connection, started, asked) {
        Ok(Some(account)) => account.read(&mut unchanged).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error.into()),
    };
    let now = quince.now();
    let next = now + caldav_messages::spread(freshness::SYNC_EVERY, id.0);
    let mut tx = quince.store().write().await?;
    remote_calendars::mark_unchanged(&mut tx, &unchanged, started).await?;
    match outcome {
        Ok(()) => {
            connections::sync_succeeded(&mut tx, id, now, next).await?;
            outages::tell_of_calendars(&mut tx, &connection, now).await?;
            if connection.state == ConnectionState::NeedsAttention {
                outbox::connection_works(&mut tx, id, now).await?;
            } else if connection.failures > 0 {
                event_writes::make_due(&mut tx, id, now).await?;
            }
        }
        Err(SyncError::Server(error)) => {
            tracing::info!(connection = %id, %error, "a sync failed");
            outages::note(&mut tx, &connection, &error, asked, now).await?;
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

/// Lets the next sync compare all that lies in these calendars with what is kept, and look whether they can be searched by time:
/// that turned out to fail, or was not answered. What was not answered may also be a matter of the moment, which is not worth a
/// comparison each time.
pub(crate) async fn ask_to_compare(
    tx: &mut WriteTx,
    calendars: &[RemoteCalendarId],
    search_fails: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    for id in calendars {
        let calendar = remote_calendars::find(tx, *id).await?;
        if search_fails || calendar.is_some_and(|calendar| horizon::is_worth_another(&calendar, now)) {
            remote_calendars::request_comparison(tx, *id, search_fails).await?;
        }
    }
    Ok(())
}
