//! What runs in the background: calendar writes, syncs and mails, each in a loop of its own so that a slow server
//! holds up nothing else.
//!
//! Work is claimed in the database with a lease, so several processes may run these loops, and what a dead process
//! held is taken up again when the lease ends. Stopping in the middle of something is safe for the same reason: every
//! step can be repeated.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use crate::problem::Internal;
use crate::quince::{Queue, Quince};
use crate::{mail, outbox, sync};

/// How often each loop looks for work that has come due by time alone.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How much was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Done {
    /// Connections that were read.
    pub synced: u32,
    /// Calendar writes that were tried.
    pub written: u32,
    /// Mails that were tried.
    pub mailed: u32,
}

/// Runs all jobs until `shutdown` completes.
pub async fn run(quince: Quince, shutdown: impl Future<Output = ()> + Send) {
    let loops = async {
        tokio::join!(
            work(&quince, Queue::Writes),
            work(&quince, Queue::Syncs),
            work(&quince, Queue::Mails),
        )
    };
    let (loops, shutdown) = (pin!(loops), pin!(shutdown));
    tokio::select! {
        () = shutdown => tracing::info!("background jobs stop"),
        _ = loops => {}
    }
}

/// Does everything that is due now, once: first the calendar writes, then the syncs, then the mails.
pub async fn run_due(quince: &Quince) -> Result<Done, Internal> {
    Ok(Done {
        written: drain(quince, Queue::Writes).await?,
        synced: drain(quince, Queue::Syncs).await?,
        mailed: drain(quince, Queue::Mails).await?,
    })
}

async fn work(quince: &Quince, queue: Queue) {
    loop {
        if let Err(error) = drain(quince, queue).await {
            tracing::error!(?queue, cause = %error.cause(), "a background job broke off");
        }
        tokio::select! {
            () = quince.woken(queue) => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Empties a queue of what is due.
async fn drain(quince: &Quince, queue: Queue) -> Result<u32, Internal> {
    let mut done = 0;
    loop {
        let batch = match queue {
            Queue::Writes => outbox::run_batch(quince).await?,
            Queue::Syncs => sync::run_batch(quince).await?,
            Queue::Mails => mail::run_batch(quince).await?,
        };
        if batch == 0 {
            return Ok(done);
        }
        done += batch;
    }
}
