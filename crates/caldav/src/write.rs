//! Writing events (RFC 4791 section 5.3.2): always with a condition, so nothing unseen is overwritten.

use http::header::{IF_MATCH, IF_NONE_MATCH};
use http::{HeaderValue, Method};
use url::Url;

use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::href::{canonical_path, resource_url};
use crate::model::Written;
use crate::multistatus::quoted_etag;
use crate::transport::Request;

const CALENDAR_TYPE: &str = "text/calendar; charset=utf-8";

impl Client {
    /// Creates a resource named `name` (`<uuid>.ics`) in a calendar.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`] when the name is taken, or on iCloud when the UID is taken anywhere in the account:
    /// [`Client::fetch`] tells whether the one there is ours. [`Error::UidConflict`] when the server says the latter
    /// clearly. [`Error::NotFound`] when the calendar is gone.
    pub async fn create(
        &self,
        calendar: &Url,
        login: &Credentials,
        name: &str,
        ics: &str,
    ) -> Result<Written, Error> {
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '?', '#', '%']) {
            return Err(Error::malformed("the name of the new event is no file name"));
        }
        let mut folder = calendar.path().to_owned();
        if !folder.ends_with('/') {
            folder.push('/');
        }
        let href = canonical_path(&format!("{folder}{name}"));
        let condition = (IF_NONE_MATCH, HeaderValue::from_static("*"));
        match self.put(calendar, login, &href, condition, ics).await {
            // The parent collection does not exist (RFC 4918 section 9.7.1).
            Err(Error::Refused {
                status: 409,
                precondition: None,
            }) => Err(Error::NotFound),
            other => other,
        }
    }

    /// Replaces a resource, provided it still has the version `etag`.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`] when it changed meanwhile; [`Error::NotFound`] when it is gone.
    pub async fn update(
        &self,
        calendar: &Url,
        login: &Credentials,
        href: &str,
        etag: &str,
        ics: &str,
    ) -> Result<Written, Error> {
        self.put(calendar, login, href, (IF_MATCH, etag_header(etag)?), ics)
            .await
    }

    async fn put(
        &self,
        calendar: &Url,
        login: &Credentials,
        href: &str,
        condition: (http::HeaderName, HeaderValue),
        ics: &str,
    ) -> Result<Written, Error> {
        let request = Request::new(Method::PUT, resource_url(calendar, href))
            .header(condition.0, condition.1)
            .body(CALENDAR_TYPE, ics.to_owned());
        let reply = self.send(request, login).await?.success().await?;
        let etag = match reply.etag() {
            Some(etag) => Some(etag),
            // The write is done; not learning its version must not make it look failed.
            None => self.etag(calendar, login, href).await.unwrap_or_default(),
        };
        Ok(Written {
            href: href.to_owned(),
            etag,
        })
    }

    /// Deletes a resource; with `etag`, only if it still has that version. Returns whether it was there: one that is gone
    /// already is deleted, unless the account has moved and its old host answers 404 to everything.
    ///
    /// # Errors
    /// [`Error::PreconditionFailed`] when it changed meanwhile.
    pub async fn delete(
        &self,
        calendar: &Url,
        login: &Credentials,
        href: &str,
        etag: Option<&str>,
    ) -> Result<bool, Error> {
        // A whole calendar must never be deleted, whatever a stored path says.
        if href.ends_with('/')
            || canonical_path(calendar.path()).trim_end_matches('/') == canonical_path(href)
        {
            return Err(Error::malformed("the path is a calendar, not an event"));
        }
        let mut request = Request::new(Method::DELETE, resource_url(calendar, href));
        if let Some(etag) = etag {
            request = request.header(IF_MATCH, etag_header(etag)?);
        }
        match self.send(request, login).await?.success().await {
            Ok(_) => Ok(true),
            Err(Error::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The condition on a version. A weak one (`W/"…"`) never satisfies `If-Match` (RFC 9110 section 13.1.1), but most of them
/// are strong ones that a compressing proxy weakened on their way here, so both forms are named.
fn etag_header(etag: &str) -> Result<HeaderValue, Error> {
    let etag = quoted_etag(etag);
    let condition = match etag.strip_prefix("W/") {
        Some(strong) => format!("{etag}, {strong}"),
        None => etag,
    };
    HeaderValue::from_str(&condition).map_err(|_| Error::malformed("the stored version is no header value"))
}
