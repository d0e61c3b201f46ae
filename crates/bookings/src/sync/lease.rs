//! A lease in the database, which gives one worker among all processes the right to work on a connection. It is renewed while the work
//! continues.

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use store::{ConnectionId, connections};

use crate::problem::Internal;
use crate::quince::Quince;

/// The duration of a lease, after which the connection of a dead worker can be claimed again.
const DURATION: SignedDuration = SignedDuration::from_secs(90);
/// The interval of renewals.
const RENEW_INTERVAL: Duration = Duration::from_secs(30);
/// The interval at which a waiting task checks whether the connection is free.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The right to read or to end a connection.
pub(crate) struct Lease {
    quince: Quince,
    id: ConnectionId,
    until: Timestamp,
}

impl Lease {
    /// Claims some of the connections that are due.
    pub(super) async fn claim_due(quince: &Quince, limit: u32) -> Result<Vec<Self>, Internal> {
        let mut tx = quince.store().write().await?;
        let at = quince.claims_at(&mut tx).await?;
        let until = at.leases + DURATION;
        let due = connections::claim_due(&mut tx, at, until, limit).await?;
        tx.commit().await?;
        let lease = |connection: connections::Connection| Self {
            quince: quince.clone(),
            id: connection.id,
            until,
        };
        Ok(due.into_iter().map(lease).collect())
    }

    /// Waits until no other worker holds the connection, and claims it.
    pub(crate) async fn wait(quince: &Quince, id: ConnectionId) -> Result<Self, Internal> {
        loop {
            let mut tx = quince.store().write().await?;
            let now = quince.leases_now(&mut tx).await?;
            let until = now + DURATION;
            let claimed = connections::claim(&mut tx, id, now, until).await?;
            let exists = claimed || connections::find(&mut tx, id).await?.is_some();
            tx.commit().await?;
            if claimed || !exists {
                return Ok(Self {
                    quince: quince.clone(),
                    id,
                    until,
                });
            }
            // Checking needs no write transaction, and so does not block writers.
            while Self::is_held(quince, id).await? {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
        }
    }

    async fn is_held(quince: &Quince, id: ConnectionId) -> Result<bool, Internal> {
        let mut tx = quince.store().read().await?;
        let now = quince.leases_now(&mut tx).await?;
        Ok(connections::is_held(&mut tx, id, now).await?)
    }

    /// The id of the connection.
    pub(super) fn connection(&self) -> ConnectionId {
        self.id
    }

    /// Does the work and releases the connection.
    pub(crate) async fn hold<T, E: From<Internal>>(
        mut self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        // Boxed, since the future is large, and would be held twice otherwise.
        let outcome = self.renew_during(Box::pin(work)).await;
        self.release().await?;
        outcome
    }

    /// Does the work while renewing the lease. The work is cancelled when the lease is lost, for example because the process was
    /// suspended.
    pub(super) async fn renew_during<T, E: From<Internal>>(
        &mut self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        // Both are polled, since the work may hold the transaction that the renewal waits for.
        tokio::select! {
            outcome = work => outcome,
            lost = self.keep_renewed() => Err(E::from(lost)),
        }
    }

    /// Releases the connection.
    pub(super) async fn release(self) -> Result<(), Internal> {
        let mut tx = self.quince.store().write().await?;
        connections::release(&mut tx, self.id, self.until).await?;
        Ok(tx.commit().await?)
    }

    /// Renews the lease at an interval; returns only when that fails.
    async fn keep_renewed(&mut self) -> Internal {
        loop {
            tokio::time::sleep(RENEW_INTERVAL).await;
            match self.renew().await {
                Ok(true) => {}
                Ok(false) => return Internal::because("somebody else works on the connection now"),
                Err(error) => return error,
            }
        }
    }

    async fn renew(&mut self) -> Result<bool, Internal> {
        let mut tx = self.quince.store().write().await?;
        let until = self.quince.leases_now(&mut tx).await? + DURATION;
        let held = connections::renew(&mut tx, self.id, self.until, until).await?;
        tx.commit().await?;
        if held {
            self.until = until;
        }
        Ok(held)
    }
}
