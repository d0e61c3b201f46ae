//! A transaction that broke off through nobody's fault is carried out again.

use std::time::Duration;

use store::StoreError;

use crate::problem::Internal;

/// Each time somebody else went on, so that more than a few in a row are a fault of ours.
const TRIES: usize = 8;
/// Before it is tried again for the first time, so that the others can end; twice as long each time, less than a second in all.
const PAUSE: Duration = Duration::from_millis(5);

/// An error that may be of no lasting kind.
pub(crate) trait Passing {
    /// Two transactions waited for each other, and the database broke this one up: nothing of it was written.
    fn is_contention(&self) -> bool;
    /// The connection was lost, as when Postgres is started again: whether it was written, nobody knows.
    fn is_disconnection(&self) -> bool;
}

impl Passing for Internal {
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

/// Carries out one transaction, again when it had to give way to others.
///
/// # Errors
/// Those of the last try.
pub(crate) async fn retried<T, E, Transaction>(transaction: impl Fn() -> Transaction) -> Result<T, E>
where
    E: Passing,
    Transaction: Future<Output = Result<T, E>>,
{
    let mut pause = PAUSE;
    for _ in 1..TRIES {
        match transaction().await {
            Err(error) if error.is_contention() => tokio::time::sleep(pause).await,
            other => return other,
        }
        pause *= 2;
    }
    transaction().await
}

/// As [`retried`], for a transaction that finds what it wrote itself: also when the connection was lost, once, as whoever begins
/// waits for a database that is started again.
///
/// # Errors
/// Those of the last try.
pub(crate) async fn retried_if_lost<T, E, Transaction>(transaction: impl Fn() -> Transaction) -> Result<T, E>
where
    E: Passing,
    Transaction: Future<Output = Result<T, E>>,
{
    match retried(&transaction).await {
        Err(error) if error.is_disconnection() => retried(&transaction).await,
        other => other,
    }
}
