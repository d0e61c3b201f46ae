//! Limits on attempts. The server keeps the counts; server functions ask before they try.

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
    /// Choosing a time, which is then held.
    Hold,
    /// Joining a waiting list.
    Wait,
    /// Trying a calendar server's login.
    Connect,
}

/// The client that sent a request, by its network address; the server puts it into the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub IpAddr);

/// How attempts are counted.
pub trait Count: Send + Sync {
    /// Counts an attempt of a client; false when there were too many.
    fn client(&self, attempt: Attempt, client: Client) -> bool;

    /// Somebody who is not known, by the network of their client.
    fn stranger(&self, client: Option<Client>) -> Stranger;

    /// Counts a sign-in as an account, and says how long it has to wait.
    fn account(&self, account: &str) -> Duration;
}

/// The counts that the server keeps.
#[derive(Clone)]
pub struct Limiter(pub Arc<dyn Count>);

fn limiter() -> Result<Limiter, AppError> {
    use_context::<Limiter>().ok_or_else(|| crate::context::internal(&"the server provided no limits"))
}

/// The client that sent this request.
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

/// Who sends this request, as far as a stranger is told from others.
pub fn stranger() -> Result<Stranger, AppError> {
    Ok(limiter()?.0.stranger(client()))
}

/// Hands on what came of an attempt, and leaves a line in the log when too much came from the same network or address.
pub fn noted<T>(attempt: Attempt, result: Result<T, AppError>) -> Result<T, AppError> {
    if let Err(AppError::Enough(_)) = result {
        crate::audit::refused(attempt, client());
    }
    result
}

/// Lets a sign-in wait while many are tried as the same account, from however many clients. Nobody is locked out.
pub async fn slow_down(account: &str) -> Result<(), AppError> {
    let wait = limiter()?.0.account(&account.trim().to_lowercase());
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    Ok(())
}
