//! Whether iCloud and the instance's own address answer at all, for operators who ask what is wrong. No login is sent.

use std::time::Duration;

use caldav::{Client, Error, Guard, Limits};
use url::Url;

use crate::problem::Internal;
use crate::quince::{Settings, calendar_client};

pub use caldav::Answer;

/// Somebody waits for the answer.
const WAIT: Duration = Duration::from_secs(4);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// None came, or the address is forbidden.
    #[error("{0}")]
    Error(#[from] Error),
    /// Nothing can be asked at all.
    #[error("{}", .0.cause())]
    Internal(#[from] Internal),
}

fn limits() -> Limits {
    Limits {
        connect: WAIT,
        idle: WAIT,
        total: WAIT,
        ..Limits::default()
    }
}

/// Asks where iCloud's calendars are reached, by the client that reads calendars.
pub async fn icloud(settings: &Settings) -> Result<Answer, Unanswered> {
    let client = calendar_client(settings, limits())?;
    Ok(client.probe(&settings.icloud_url).await?)
}

/// Asks an address of this instance, which may well be in a private network.
pub async fn own(url: &Url) -> Result<Answer, Unanswered> {
    let guard = Guard::strict()
        .allow_loopback()
        .allow_host(&url.origin().ascii_serialization());
    let client = Client::builder().guard(guard).limits(limits()).build()?;
    Ok(client.probe(url).await?)
}
