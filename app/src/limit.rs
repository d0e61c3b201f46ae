//! Rate limits. The server keeps the counters; server functions count each attempt before they act.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bookings::strangers::Stranger;
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
    /// Choosing a time, which holds it.
    Hold,
    /// Joining a waiting list.
    Wait,
    /// Signing in to a calendar server.
    Connect,
}

/// The network address of the client. The server puts it into the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub IpAddr);

/// The server's counters.
pub trait Count: Send + Sync {
    /// Counts an attempt of a client; false when there were too many.
    fn client(&self, attempt: Attempt, client: Client) -> bool;

    /// The stranger behind a request, identified by the client's network.
    fn stranger(&self, client: Option<Client>) -> Stranger;

    /// Counts a sign-in to an account, and returns how long it has to wait.
    fn account(&self, account: &str) -> Duration;
}

/// The server's counters, in the Leptos context.
#[derive(Clone)]
pub struct Limiter(pub Arc<dyn Count>);

fn limiter() -> Result<Limiter, AppError> {
    use_context::<Limiter>().ok_or_else(|| crate::context::internal(&"the server provided no limits"))
}

/// The client of this request.
pub fn client() -> Option<Client> {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Client>().copied())
}

/// Counts this request as an attempt.
///
/// # Errors
/// [`AppError::TooMany`] when there were too many.
pub fn limited(attempt: Attempt) -> Result<(), AppError> {
    let client = client();
    let limiter = limiter()?;
    if client.is_some_and(|client| limiter.0.client(attempt, client)) {
        return Ok(());
    }
    crate::audit::refused(attempt, client);
    Err(AppError::TooMany)
}

/// The stranger behind this request.
pub fn stranger() -> Result<Stranger, AppError> {
    Ok(limiter()?.0.stranger(client()))
}

/// Passes a result on, and logs it if a limit per network or address refused the attempt.
pub fn audited<T>(attempt: Attempt, result: Result<T, AppError>) -> Result<T, AppError> {
    if let Err(AppError::Enough(_)) = result {
        crate::audit::refused(attempt, client());
    }
    result
}

/// Delays a sign-in while many are attempted for the same account, from any number of clients. Nobody is locked out.
pub async fn slow_down(account: &str) -> Result<(), AppError> {
    let wait = limiter()?.0.account(&account.trim().to_lowercase());
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    Ok(())
}
