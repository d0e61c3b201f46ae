//! Searching by time without the texts (RFC 4791 section 7.8).

use jiff::Timestamp;
use url::Url;

use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::listing::versions;
use crate::model::Listed;
use crate::outcome::Source;

impl Client {
    /// The paths and versions of every resource that, as the server sees it, has an event touching the span.
    ///
    /// Servers fail on events that they do not understand, or leave them out, so a path that is missing here proves nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] with status 507 when the server leaves rows out on its own account. [`Error::TooLarge`] when the
    /// paths exceed [`crate::Limits::listing_bytes`].
    pub async fn search(
        &self,
        calendar: &Url,
        login: &Credentials,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Listed>, Error> {
        let source = Source {
            client: self,
            calendar,
            login,
        };
        let rows = source.query((from, to), false).await?;
        versions(rows, self.limits.listing_bytes).await
    }
}
