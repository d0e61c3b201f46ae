//! What the database breaks up, as two waited for each other, is carried out again: nothing of it was written, and nobody else
//! need have taken anything.

use store::StoreError;

use crate::problem::Internal;

/// Each time somebody else goes on, so that more than a few in a row are a fault of ours.
const TRIES: usize = 8;

/// An error that may be that of a transaction which gave way to others.
pub(crate) trait MayBeContention {
    /// Whether it is.
    fn is_contention(&self) -> bool;
}

impl MayBeContention for Internal {
    fn is_contention(&self) -> bool {
        let cause = self.0.downcast_ref();
        matches!(cause, Some(StoreError::Contended(_)))
    }
}

/// Carries out one transaction, again when it has to give way to others.
///
/// # Errors
/// Those of the last try.
pub(crate) async fn retried<T, E, Transaction>(transaction: impl Fn() -> Transaction) -> Result<T, E>
where
    E: MayBeContention,
    Transaction: Future<Output = Result<T, E>>,
{
    for _ in 1..TRIES {
        match transaction().await {
            Err(error) if error.is_contention() => {}
            other => return other,
        }
    }
    transaction().await
}
