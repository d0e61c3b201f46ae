//! Checks whether iCloud and the instance's own address answer, to help operators find a fault. No login is sent.

use std::time::Duration;

use caldav::{Client, Error, Guard, Limits};
use url::Url;

use crate::problem::Internal;
use crate::quince::{Settings, calendar_client};

pub use caldav::Answer;

/// Timeout. It is short, as a person waits for the answer.
const TIMEOUT: Duration = Duration::from_secs(4);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The request failed, or the address is forbidden.
    #[error("{0}")]
    Error(#[from] Error),
    /// The client could not be set up.
    #[error("{}", .0.cause())]
    Internal(#[from] Internal),
}

fn limits() -> Limits {
    Limits {
        connect: TIMEOUT,
        idle: TIMEOUT,
        total: TIMEOUT,
        ..Limits::default()
    }
}

/// Sends a request to the entry address of iCloud, with the same address rules as for reading calendars.
pub async fn icloud(settings: &Settings) -> Result<Answer, ProbeError> {
    let client = calendar_client(settings, limits())?;
    Ok(client.probe(&settings.icloud_url).await?)
}

/// Sends a request to an address of this instance, which may be in a private network.
pub async fn own_instance(url: &Url) -> Result<Answer, ProbeError> {
    let guard = Guard::strict()
        .allow_loopback()
        .allow_host(&url.origin().ascii_serialization());
    let client = Client::builder().guard(guard).limits(limits()).build()?;
    Ok(client.probe(url).await?)
}
