//! Retries transactions that were aborted by contention or by a lost connection.

use std::time::Duration;

use store::StoreError;

use crate::problem::Internal;

/// The most attempts. Each conflict means that another transaction has made progress, so many in a row indicate a bug.
const MAX_ATTEMPTS: usize = 8;
/// The pause after the first attempt, in which other transactions can end. It doubles each time, and is less than a second in total.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// An error that may be temporary.
pub(crate) trait Transient {
    /// The transaction conflicted with another one and was aborted: nothing of it was written.
    fn is_contention(&self) -> bool;
    /// The connection was lost, for example because Postgres restarted: whether the transaction was committed is unknown.
    fn is_disconnection(&self) -> bool;
}

impl Transient for Internal {
    fn is_contention(&self) -> bool {
        matches!(
            self.0.downcast_ref(),
            Some(StoreError::Contended(_) | StoreError::OutOfTurn)
        )
    }

    fn is_disconnection(&self) -> bool {
        matches!(self.0.downcast_ref(), Some(StoreError::Disconnected(_)))
    }
}

/// Runs a transaction, and repeats it after conflicts.
///
/// # Errors
/// Those of the last attempt.
pub(crate) async fn retried<T, E, Transaction>(transaction: impl Fn() -> Transaction) -> Result<T, E>
where
    E: Transient,
    Transaction: Future<Output = Result<T, E>>,
{
    let mut pause = FIRST_PAUSE;
    for _ in 1..MAX_ATTEMPTS {
        match transaction().await {
            Err(error) if error.is_contention() => tokio::time::sleep(pause).await,
            other => return other,
        }
        pause *= 2;
    }
    transaction().await
}

/// Like [`retried`], for a transaction that recognises what it wrote itself: it is also repeated once after a lost connection.
/// Beginning a transaction waits for a database that restarts.
///
/// # Errors
/// Those of the last attempt.
pub(crate) async fn retried_if_lost<T, E, Transaction>(transaction: impl Fn() -> Transaction) -> Result<T, E>
where
    E: Transient,
    Transaction: Future<Output = Result<T, E>>,
{
    match retried(&transaction).await {
        Err(error) if error.is_disconnection() => retried(&transaction).await,
        other => other,
    }
}
