//! Searching by time without the texts (RFC 4791 section 7.8).

use jiff::Timestamp;
use url::Url;

use crate::body::Bound;
use crate::held::Held;
use crate::requests;
use crate::transport::Request;
use crate::{Client, Credentials, Error, Listed};

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
        let body = requests::calendar_query(from, to, false);
        let request = Request::report(calendar.clone(), "1", body).streamed();
        let mut rows = self
            .send(request, login)
            .await?
            .rows(Bound::Bits)
            .await?
            .about(calendar);
        let mut held = Held::within(self.limits.listing_bytes);
        let mut found = Vec::new();
        while let Some((href, row)) = rows.next_member().await? {
            let etag = row.etag();
            held.add(&href, etag.as_deref())?;
            found.push(Listed { href, etag });
        }
        if rows.is_truncated() {
            return Err(Error::Refused {
                status: 507,
                precondition: None,
            });
        }
        Ok(found)
    }
}
