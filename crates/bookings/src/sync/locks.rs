//! One sync per connection at a time within this process. Several processes are kept apart by the database's lease.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use store::ConnectionId;
use tokio::sync::OwnedMutexGuard;

/// A lock for each connection.
#[derive(Default)]
pub(crate) struct Locks(Mutex<HashMap<ConnectionId, Arc<tokio::sync::Mutex<()>>>>);

impl Locks {
    /// Waits until nobody else syncs the connection.
    pub(crate) async fn lock(&self, connection: ConnectionId) -> OwnedMutexGuard<()> {
        let lock = {
            let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(locks.entry(connection).or_default())
        };
        lock.lock_owned().await
    }
}
