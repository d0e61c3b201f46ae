//! The background jobs: calendar writes, syncs, mails, and the cleanup of expired data.
//!
//! Work is claimed in the database with a lease, so several processes may run these jobs, and the work of a dead process is claimed
//! again when its lease ends. Each piece of work runs in a task of its own, so that a slow server does not block the rest. It can be
//! interrupted at any point: every step can be repeated.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use store::due::Due;
use tokio::task::JoinSet;

use crate::problem::Internal;
use crate::quince::Quince;
use crate::{cleanup, notifications, outbox, sync};

/// The interval at which due work is looked for.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// At shutdown, the time for work under way to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);
/// After that, the time for releasing the mails that have not ended.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(2);

/// The amount of work that was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkDone {
    /// Connections that were read.
    pub synced: u32,
    /// Calendar writes that were attempted.
    pub written: u32,
    /// Mails that were attempted.
    pub mailed: u32,
    /// Hosts whose expired holds were released.
    pub released: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Queue {
    Writes,
    Syncs,
    Mails,
    Cleanup,
}

impl Queue {
    /// The most tasks of a queue at the same time, so that slow servers of one queue do not block the others.
    fn max_tasks(self) -> usize {
        match self {
            Self::Writes | Self::Syncs => 20,
            // A mail that was sent, but not recorded, is sent again after a kill.
            Self::Mails => 4,
            Self::Cleanup => 1,
        }
    }

    /// The free task slots that a claim requires. A claim is a commit, which blocks bookings; mails end soon, and all wait for the
    /// same server.
    fn min_free_slots(self) -> usize {
        match self {
            Self::Mails => 2,
            Self::Writes | Self::Syncs | Self::Cleanup => 1,
        }
    }
}

/// The tasks under way, by queue.
#[derive(Debug, Default)]
struct RunningTasks {
    writes: JoinSet<()>,
    syncs: JoinSet<()>,
    mails: JoinSet<()>,
    cleanup: JoinSet<()>,
}

impl RunningTasks {
    fn of(&mut self, queue: Queue) -> &mut JoinSet<()> {
        match queue {
            Queue::Writes => &mut self.writes,
            Queue::Syncs => &mut self.syncs,
            Queue::Mails => &mut self.mails,
            Queue::Cleanup => &mut self.cleanup,
        }
    }

    fn len(&self) -> usize {
        self.writes.len() + self.syncs.len() + self.mails.len() + self.cleanup.len()
    }

    /// Waits until all tasks have ended, at most for `time`.
    async fn end_within(&mut self, time: Duration) {
        let all = async { while self.join_some().await.is_some() {} };
        let _ = tokio::time::timeout(time, all).await;
    }

    /// Waits until some task ends; returns none if there are no tasks.
    async fn join_some(&mut self) -> Option<()> {
        tokio::select! {
            Some(_) = self.writes.join_next() => {}
            Some(_) = self.syncs.join_next() => {}
            Some(_) = self.mails.join_next() => {}
            Some(_) = self.cleanup.join_next() => {}
            else => return None,
        }
        // Tasks that ended at the same time make room together.
        for tasks in [
            &mut self.writes,
            &mut self.syncs,
            &mut self.mails,
            &mut self.cleanup,
        ] {
            while tasks.try_join_next().is_some() {}
        }
        Some(())
    }
}

/// Runs all jobs until `shutdown` completes.
pub async fn run(quince: Quince, shutdown: impl Future<Output = ()> + Send) {
    let mut tasks = RunningTasks::default();
    let mut shutdown = pin!(shutdown);
    loop {
        if let Err(error) = start_all(&quince, &mut tasks).await {
            tracing::error!(cause = %error.cause(), "background jobs could not look for work");
        }
        // A task that has ended may have made room, or have made more work due.
        tokio::select! {
            () = &mut shutdown => break,
            () = quince.woken() => {}
            () = tokio::time::sleep(POLL_INTERVAL) => {}
            Some(()) = tasks.join_some() => {}
        }
    }
    tracing::info!(under_way = tasks.len(), "background jobs stop");
    tasks.end_within(SHUTDOWN_TIMEOUT).await;
    if !tasks.mails.is_empty() {
        // The released mails are sent by another process, or after a restart, without waiting for their leases to end.
        quince.interrupt_mails(true);
        tasks.end_within(RELEASE_TIMEOUT).await;
        quince.interrupt_mails(false);
    }
}

/// Starts due work until there is no more or enough is under way. A read looks for due work first, so that a claim, which needs
/// exclusive access to an SQLite database, is not made in vain.
async fn start_all(quince: &Quince, tasks: &mut RunningTasks) -> Result<(), Internal> {
    loop {
        let Due {
            writes,
            syncs,
            mails,
            cleanup,
        } = due(quince).await?;
        let queues = [
            (cleanup, Queue::Cleanup),
            (writes, Queue::Writes),
            (syncs, Queue::Syncs),
            (mails, Queue::Mails),
        ];
        let mut started = 0;
        for (_, queue) in queues.into_iter().filter(|(due, _)| *due) {
            let tasks = tasks.of(queue);
            if tasks.len() + queue.min_free_slots() <= queue.max_tasks() {
                started += start(quince, queue, tasks).await?;
            }
        }
        if started == 0 {
            return Ok(());
        }
    }
}

async fn due(quince: &Quince) -> Result<Due, Internal> {
    let mut tx = quince.store().connection().await?;
    cleanup::due(quince, &mut tx).await
}

/// Does everything that is due now, once: first the cleanup, then the calendar writes, the syncs and the mails.
pub async fn run_due(quince: &Quince) -> Result<WorkDone, Internal> {
    Ok(WorkDone {
        released: cleanup::run(quince).await?,
        written: drain(quince, Queue::Writes).await?,
        synced: drain(quince, Queue::Syncs).await?,
        mailed: drain(quince, Queue::Mails).await?,
    })
}

/// Works on a queue until nothing more is due; returns the number of tasks.
async fn drain(quince: &Quince, queue: Queue) -> Result<u32, Internal> {
    let mut done = 0;
    let mut tasks = JoinSet::new();
    loop {
        let started = start(quince, queue, &mut tasks).await?;
        while tasks.join_next().await.is_some() {}
        if started == 0 {
            return Ok(done);
        }
        done += started;
    }
}

/// Claims and starts some of the due work of a queue. Returns the number of tasks.
async fn start(quince: &Quince, queue: Queue, tasks: &mut JoinSet<()>) -> Result<u32, Internal> {
    let before = tasks.len();
    match queue {
        Queue::Writes => {
            for write in outbox::claim(quince).await? {
                let quince = quince.clone();
                tasks.spawn(async move { outbox::work(&quince, write).await });
            }
        }
        Queue::Syncs => {
            for lease in sync::claim(quince).await? {
                let quince = quince.clone();
                tasks.spawn(async move { sync::work(&quince, lease).await });
            }
        }
        Queue::Mails => {
            let room = queue.max_tasks().saturating_sub(before);
            for message in notifications::claim(quince, u32::try_from(room).unwrap_or(u32::MAX)).await? {
                let quince = quince.clone();
                tasks.spawn(async move { notifications::work(&quince, message).await });
            }
        }
        Queue::Cleanup => {
            let quince = quince.clone();
            tasks.spawn(async move {
                if let Err(error) = cleanup::run(&quince).await {
                    tracing::error!(cause = %error.cause(), "what is over could not be swept away");
                    tokio::time::sleep(POLL_INTERVAL).await;
                }
            });
        }
    }
    Ok(u32::try_from(tasks.len() - before).unwrap_or(u32::MAX))
}
