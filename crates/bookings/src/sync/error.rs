//! Errors that end a sync.

use caldav::Error;
use store::StoreError;

use crate::problem::Internal;

/// An error that ends a sync.
#[derive(Debug)]
pub(super) enum SyncError {
    Server(Error),
    Internal(Internal),
}

impl From<Error> for SyncError {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

impl From<Internal> for SyncError {
    fn from(error: Internal) -> Self {
        Self::Internal(error)
    }
}

impl From<StoreError> for SyncError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

/// Whether an error concerns one calendar rather than the whole account, whose list was read just before. The other calendars are then
/// still read.
pub(super) fn is_of_calendar(error: &Error) -> bool {
    match error {
        Error::WrongLogin | Error::Throttled { .. } => false,
        Error::Unreachable { .. } => error.broke_off(),
        _ => true,
    }
}
