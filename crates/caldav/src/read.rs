//! Reading events (RFC 4791 section 7): by span, by path, one alone.

use http::Method;
use jiff::Timestamp;
use url::Url;

use crate::body::Bound;
use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::href::resource_url;
use crate::model::{Reading, Resource};
use crate::requests;
use crate::transport::Request;

impl Client {
    /// Reads every resource that has an event touching the span, recurring ones whole.
    ///
    /// Servers may return more than asked for, so the caller looks at the times again. When the answer is too large
    /// or the server truncates it, the rest is read in smaller pieces. [`Reading::missing`] holds only what was removed
    /// meanwhile. For many events use [`Client::stream_range`], which does not hold them all.
    pub async fn read_range(
        &self,
        calendar: &Url,
        login: &Credentials,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Reading, Error> {
        let mut reading = self.stream_range(calendar, login, from, to).all().await?;
        // Removed between two requests.
        reading.missing.clear();
        Ok(reading)
    }

    /// Reads resources by their paths, at most [`crate::Limits::batch`] in one request.
    ///
    /// Every path asked for is in exactly one of the lists of the answer, under the spelling it was asked for. What the
    /// server calls missing is asked for once more, alone, before it is called missing here. When the server cannot
    /// answer a request, the events are asked for in ever smaller ones, so that what is to blame costs only itself. For
    /// many paths use [`Client::stream`], which does not hold all the events.
    pub async fn read(
        &self,
        calendar: &Url,
        login: &Credentials,
        hrefs: &[String],
    ) -> Result<Reading, Error> {
        self.stream(calendar, login, hrefs).all().await
    }

    /// Reads one resource, without its attachments; `None` when it does not exist.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when it is longer than [`crate::Limits::resource_bytes`] even so.
    pub async fn fetch(
        &self,
        calendar: &Url,
        login: &Credentials,
        href: &str,
    ) -> Result<Option<Resource>, Error> {
        let request = Request::new(Method::GET, resource_url(calendar, href));
        let reply = match self.send(request, login).await?.success().await {
            Ok(reply) => reply,
            Err(Error::NotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        Ok(Some(Resource {
            href: href.to_owned(),
            etag: reply.etag(),
            data: reply.calendar().await?,
        }))
    }

    /// Asks for one resource's version.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it does not exist. `Ok(None)` means that the server tells no version.
    pub async fn etag(
        &self,
        calendar: &Url,
        login: &Credentials,
        href: &str,
    ) -> Result<Option<String>, Error> {
        let body = requests::propfind(&["D:getetag"]);
        let request = Request::propfind(resource_url(calendar, href), "0", body);
        let rows = self.send(request, login).await?.rows(Bound::Whole).await?;
        let row = rows.first().await?;
        match row.status {
            Some(404 | 410) => Err(Error::NotFound),
            _ => Ok(row.etag()),
        }
    }
}
