//! Who waits for whom. Whatever a transaction keeps to itself is locked here, in one order, so that no two wait for each other.
//!
//! [`WriteTx::lock`] waits in turn only. Who has locked something already that comes later in the order takes the lock if it is free,
//! and gives way if it is not ([`StoreError::OutOfTurn`]). On SQLite, which has one writer, there is nothing to wait for.

use std::collections::BTreeSet;

use scheduling::TimeOwner;

use crate::db::{Backend, WriteTx};
use crate::error::StoreError;
use crate::held_locks::Mode;

pub use crate::held_locks::Lock;

/// That these owners' time is locked: what a claim of it needs.
#[derive(Debug)]
#[must_use = "time is locked to be claimed"]
pub struct OwnersLocked {
    owners: BTreeSet<TimeOwner>,
    mode: Mode,
}

impl OwnersLocked {
    /// Whether nobody else can change any of this time.
    pub(crate) fn is_alone(&self) -> bool {
        self.mode == Mode::Alone
    }

    /// # Errors
    /// [`StoreError::NotLocked`] when one of them is not among the locked.
    pub(crate) fn covers(&self, owners: impl IntoIterator<Item = TimeOwner>) -> Result<(), StoreError> {
        if owners.into_iter().all(|owner| self.owners.contains(&owner)) {
            Ok(())
        } else {
            Err(StoreError::NotLocked)
        }
    }
}

impl WriteTx {
    /// Locks all of these until the transaction ends.
    ///
    /// # Errors
    /// [`StoreError::OutOfTurn`] when somebody else has one of them that would have had to be locked before others.
    pub async fn lock(&mut self, locks: impl IntoIterator<Item = Lock>) -> Result<(), StoreError> {
        self.lock_in(Mode::Alone, locks).await
    }

    async fn lock_in(&mut self, mode: Mode, locks: impl IntoIterator<Item = Lock>) -> Result<(), StoreError> {
        let missing = |lock: &Lock| self.held.0.get(lock).is_none_or(|held| *held < mode);
        let new: BTreeSet<Lock> = locks.into_iter().filter(missing).collect();
        let Some(first) = new.first() else { return Ok(()) };
        if let Backend::Postgres(tx) = &mut self.read.backend {
            let keys: Vec<String> = new.iter().map(Lock::to_string).collect();
            let in_turn = self.held.0.last_key_value().is_none_or(|(last, _)| last < first);
            if in_turn {
                let statement = match mode {
                    Mode::Alone => {
                        "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest($1) AS key"
                    }
                    Mode::Shared => {
                        "SELECT pg_advisory_xact_lock_shared(hashtextextended(key, 0)) FROM unnest($1) AS key"
                    }
                };
                sqlx::query(statement).bind(keys).execute(&mut **tx).await?;
            } else {
                let statement = match mode {
                    Mode::Alone => {
                        "SELECT bool_and(pg_try_advisory_xact_lock(hashtextextended(key, 0))) FROM unnest($1) AS key"
                    }
                    Mode::Shared => {
                        "SELECT bool_and(pg_try_advisory_xact_lock_shared(hashtextextended(key, 0))) FROM unnest($1) AS key"
                    }
                };
                tracing::debug!(?new, held = ?self.held.0, "locked out of turn");
                let locked: bool = sqlx::query_scalar(statement)
                    .bind(keys)
                    .fetch_one(&mut **tx)
                    .await?;
                if !locked {
                    return Err(StoreError::OutOfTurn);
                }
            }
        }
        self.held.0.extend(new.into_iter().map(|lock| (lock, mode)));
        Ok(())
    }
}

/// Waits until nobody else is changing these owners' time, and keeps others waiting until the transaction ends.
pub async fn owners<T: Into<TimeOwner>>(
    tx: &mut WriteTx,
    owners: impl IntoIterator<Item = T>,
) -> Result<OwnersLocked, StoreError> {
    let owners: BTreeSet<TimeOwner> = owners.into_iter().map(Into::into).collect();
    tx.lock(owners.iter().copied().map(Lock::Owner)).await?;
    Ok(OwnersLocked {
        owners,
        mode: Mode::Alone,
    })
}

/// As [`owners`], of one, beside others who do the same.
pub(crate) async fn owner_shared(tx: &mut WriteTx, owner: TimeOwner) -> Result<OwnersLocked, StoreError> {
    tx.lock_in(Mode::Shared, [Lock::Owner(owner)]).await?;
    Ok(OwnersLocked {
        owners: BTreeSet::from([owner]),
        mode: Mode::Shared,
    })
}
