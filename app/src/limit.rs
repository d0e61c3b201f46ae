//! Limits on attempts per client address. The server keeps the counts; server functions ask before they try.

use std::sync::Arc;

use http::request::Parts;
use leptos::prelude::use_context;

use crate::error::AppError;

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Signing in, creating the owner, changing a password.
    SignIn,
    /// Booking, rescheduling, cancelling.
    Book,
    /// Choosing a time, which is then held.
    Hold,
    /// Trying a calendar server's login.
    Connect,
}

/// Counts an attempt of the client that sent a request; false when there were too many.
pub type Count = dyn Fn(Attempt, &Parts) -> bool + Send + Sync;

/// How attempts are counted.
#[derive(Clone)]
pub struct Limiter(pub Arc<Count>);

/// Counts this request as an attempt.
///
/// # Errors
/// [`AppError::TooMany`] when there were too many.
pub fn limited(attempt: Attempt) -> Result<(), AppError> {
    let limiter =
        use_context::<Limiter>().ok_or_else(|| crate::context::internal(&"the server provided no limits"))?;
    let allowed = use_context::<Parts>().is_some_and(|parts| (limiter.0)(attempt, &parts));
    if allowed { Ok(()) } else { Err(AppError::TooMany) }
}
