//! Locks. All transactions lock in the one order of [`Lock`], so that no two wait for each other.
//!
//! [`WriteTx::lock`] waits only for locks that come after all that are held. An earlier one is taken if it is free; otherwise the call
//! fails with [`StoreError::OutOfTurn`]. SQLite has one writer at a time and needs no locks.

use std::collections::BTreeSet;

use scheduling::TimeOwner;

use crate::db::{Backend, WriteTx};
use crate::error::StoreError;
use crate::held_locks::Mode;

pub use crate::held_locks::Lock;

/// Proof that the time of these owners is locked, which claiming it requires.
#[derive(Debug)]
#[must_use = "time is locked to be claimed"]
pub struct OwnersLocked {
    owners: BTreeSet<TimeOwner>,
    mode: Mode,
}

impl OwnersLocked {
    /// Whether the lock is exclusive.
    pub(crate) fn is_alone(&self) -> bool {
        self.mode == Mode::Alone
    }

    /// Checks that all of these owners are locked.
    ///
    /// # Errors
    /// [`StoreError::NotLocked`] when one is not.
    pub(crate) fn covers(&self, owners: impl IntoIterator<Item = TimeOwner>) -> Result<(), StoreError> {
        if owners.into_iter().all(|owner| self.owners.contains(&owner)) {
            Ok(())
        } else {
            Err(StoreError::NotLocked)
        }
    }
}

impl WriteTx {
    /// Takes these locks until the transaction ends.
    ///
    /// # Errors
    /// [`StoreError::OutOfTurn`] when one that is not in turn is held by somebody else.
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

/// Locks the time of these owners exclusively until the transaction ends.
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

/// Like [`owners`], for one owner, shared with others who do the same.
pub(crate) async fn owner_shared(tx: &mut WriteTx, owner: TimeOwner) -> Result<OwnersLocked, StoreError> {
    tx.lock_in(Mode::Shared, [Lock::Owner(owner)]).await?;
    Ok(OwnersLocked {
        owners: BTreeSet::from([owner]),
        mode: Mode::Shared,
    })
}
