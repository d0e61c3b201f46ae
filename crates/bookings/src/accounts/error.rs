//! What can go wrong with accounts.

use crate::problem::{FieldProblem, Internal, first_sentence};
use crate::versions::ChangedMeanwhile;

/// Why an account could not be made, entered or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// Something in the form is not right.
    #[error("{}", first_sentence(.0))]
    Fields(Vec<FieldProblem>),
    /// Address or password is wrong; which of both is not said.
    #[error("This email address and password do not belong together. Check both, then try again.")]
    WrongLogin,
    /// The present password, asked for before a change, is wrong.
    #[error("Your current password is not right. Try again.")]
    WrongPassword,
    /// The first visit is over.
    #[error("This workspace has an owner already. Sign in instead.")]
    OwnerExists,
    /// Only owners and admins may do this.
    #[error("Only the owner or an admin may do this. Ask one of them.")]
    NotAllowed,
    /// There is nobody of this id or address.
    #[error("There is no staff member with this address.")]
    NotFound,
    /// Somebody changed it since its form was made.
    #[error(transparent)]
    ChangedMeanwhile(#[from] ChangedMeanwhile),
    /// Something broke on our side.
    #[error(transparent)]
    Internal(#[from] Internal),
}

impl From<store::StoreError> for AccountError {
    fn from(error: store::StoreError) -> Self {
        Self::Internal(error.into())
    }
}

impl From<Vec<FieldProblem>> for AccountError {
    fn from(problems: Vec<FieldProblem>) -> Self {
        Self::Fields(problems)
    }
}
