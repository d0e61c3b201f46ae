//! One worker at a time on a connection, among all processes: a lease in the database, prolonged while the work goes on.

use std::future::Future;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use store::{ConnectionId, connections};

use crate::problem::Internal;
use crate::quince::Quince;

/// What a worker that died held comes back after this.
const LASTS: SignedDuration = SignedDuration::from_secs(90);
/// A worker that lives asks for more time this often.
const PROLONG: Duration = Duration::from_secs(30);
/// Somebody who waits for a connection looks again this often.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The right to read a connection, or to end it.
pub(crate) struct Lease {
    quince: Quince,
    id: ConnectionId,
    until: Timestamp,
}

impl Lease {
    /// Claims some of the connections that are due to be read.
    pub(super) async fn claim_due(quince: &Quince, limit: u32) -> Result<Vec<Self>, Internal> {
        let mut tx = quince.store().write().await?;
        let at = quince.claims_at(&mut tx).await?;
        let until = at.leases + LASTS;
        let due = connections::claim_due(&mut tx, at, until, limit).await?;
        tx.commit().await?;
        let lease = |connection: connections::Connection| Self {
            quince: quince.clone(),
            id: connection.id,
            until,
        };
        Ok(due.into_iter().map(lease).collect())
    }

    /// Waits until nobody else works on the connection.
    pub(crate) async fn wait(quince: &Quince, id: ConnectionId) -> Result<Self, Internal> {
        loop {
            let mut tx = quince.store().write().await?;
            let now = quince.leases_now(&mut tx).await?;
            let until = now + LASTS;
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
            // Looking takes no turn from those who write.
            while Self::is_held(quince, id).await? {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        }
    }

    async fn is_held(quince: &Quince, id: ConnectionId) -> Result<bool, Internal> {
        let mut tx = quince.store().read().await?;
        let now = quince.leases_now(&mut tx).await?;
        Ok(connections::is_held(&mut tx, id, now).await?)
    }

    /// The connection.
    pub(super) fn connection(&self) -> ConnectionId {
        self.id
    }

    /// Does the work, and gives the connection back.
    pub(crate) async fn hold<T, E: From<Internal>>(
        mut self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        // Boxed, since the work is large, and this would hold it twice.
        let outcome = self.keep_during(Box::pin(work)).await;
        self.release().await?;
        outcome
    }

    /// Does the work. It is broken off when the lease is lost, as it is to a process that slept through its end.
    pub(super) async fn keep_during<T, E: From<Internal>>(
        &mut self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        // Both are polled, since the work may be in the transaction that prolonging waits for.
        tokio::select! {
            outcome = work => outcome,
            lost = self.prolong() => Err(E::from(lost)),
        }
    }

    /// Gives the connection back.
    pub(super) async fn release(self) -> Result<(), Internal> {
        let mut tx = self.quince.store().write().await?;
        connections::release(&mut tx, self.id, self.until).await?;
        Ok(tx.commit().await?)
    }

    /// Prolongs the lease again and again; ends only when that fails.
    async fn prolong(&mut self) -> Internal {
        loop {
            tokio::time::sleep(PROLONG).await;
            match self.prolong_once().await {
                Ok(true) => {}
                Ok(false) => return Internal::because("somebody else works on the connection now"),
                Err(error) => return error,
            }
        }
    }

    async fn prolong_once(&mut self) -> Result<bool, Internal> {
        let mut tx = self.quince.store().write().await?;
        let until = self.quince.leases_now(&mut tx).await? + LASTS;
        let held = connections::renew(&mut tx, self.id, self.until, until).await?;
        tx.commit().await?;
        if held {
            self.until = until;
        }
        Ok(held)
    }
}
