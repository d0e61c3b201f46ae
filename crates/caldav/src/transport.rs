//! Sends one request and receives its answer: follows redirects itself, sends the login only inside the scope, bounds everything.

use std::error::Error as StdError;

use futures::TryStreamExt as _;
use http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::io::AsyncReadExt as _;
use url::Url;

use crate::body::{Body, Bound, Kind, body, error_of};
use crate::client::Client;
use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::guard::Forbidden;
use crate::limits::Limits;
use crate::multistatus::{Rows, quoted_etag};
use crate::retry_after::RetryAfter;
use crate::xml::{Document, Ns};

const MAX_REDIRECTS: usize = 5;
/// Most bytes of an error's body that are read.
const MAX_ERROR_BYTES: u64 = 64 * 1024;

/// A request before it is sent.
pub(crate) struct Request {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
    pace: Pace,
}

/// The time limit of an answer.
enum Pace {
    Usual,
    /// Its content is handed on while it arrives, so it may take longer.
    Streamed,
    /// The server is likely to hang.
    Hasty,
}

/// An answer that was no redirect. Its body is still on the way.
pub(crate) struct Reply {
    /// The URL that answered, after redirects.
    url: Url,
    response: reqwest::Response,
    limits: Limits,
}

impl Request {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            pace: Pace::Usual,
        }
    }

    pub(crate) fn propfind(url: Url, depth: &'static str, body: String) -> Self {
        Self::dav(b"PROPFIND", url, depth, body)
    }

    pub(crate) fn report(url: Url, depth: &'static str, body: String) -> Self {
        Self::dav(b"REPORT", url, depth, body)
    }

    pub(crate) fn streamed(mut self) -> Self {
        self.pace = Pace::Streamed;
        self
    }

    pub(crate) fn hasty(mut self) -> Self {
        self.pace = Pace::Hasty;
        self
    }

    fn dav(method: &[u8], url: Url, depth: &'static str, body: String) -> Self {
        // Both names are valid tokens; GET would only be answered with an error.
        let method = Method::from_bytes(method).unwrap_or(Method::GET);
        Self::new(method, url)
            .header(HeaderName::from_static("depth"), HeaderValue::from_static(depth))
            .body("application/xml; charset=utf-8", body)
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub(crate) fn body(mut self, content_type: &'static str, body: String) -> Self {
        self.body = Some(body);
        self.header(CONTENT_TYPE, HeaderValue::from_static(content_type))
    }
}

impl Reply {
    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// Returns the resource's version.
    pub(crate) fn etag(&self) -> Option<String> {
        let value = self.response.headers().get(ETAG)?.to_str().ok()?;
        Some(quoted_etag(value))
    }

    /// Returns the answer if its status is 2xx, the matching error otherwise.
    pub(crate) async fn success(self) -> Result<Self, Error> {
        if self.status().is_success() {
            Ok(self)
        } else {
            Err(self.error().await)
        }
    }

    /// Returns the answer as a multi-status, which is the only valid answer to PROPFIND and REPORT.
    pub(crate) async fn rows(self, bound: Bound) -> Result<Rows<Body>, Error> {
        let reply = self.success().await?;
        if reply.status() != StatusCode::MULTI_STATUS {
            return Err(Error::malformed(format!(
                "status {} where 207 belongs",
                reply.status().as_u16()
            )));
        }
        let (url, resource_bytes) = (reply.url.clone(), reply.limits.resource_bytes);
        Ok(Rows::new(url, reply.body(Kind::Xml, bound), resource_bytes))
    }

    /// Returns the answer as one calendar resource, without its attachments.
    pub(crate) async fn calendar(self) -> Result<String, Error> {
        let mut text = String::new();
        let mut body = self.success().await?.body(Kind::Calendar, Bound::Whole);
        let read = body.read_to_string(&mut text).await;
        read.map_err(|error| error_of(&error).unwrap_or_else(|| Error::malformed("it is not text")))?;
        Ok(text)
    }

    fn body(self, kind: Kind, bound: Bound) -> Body {
        let url = self.url;
        let pieces = self.response.bytes_stream();
        let pieces = pieces.map_err(move |error| unreachable(&url, &error));
        body(pieces, kind, bound, &self.limits)
    }

    async fn error(self) -> Error {
        let status = self.status().as_u16();
        let retry_after = RetryAfter::from_headers(self.response.headers());
        Error::from_status(status, self.precondition().await, retry_after)
    }

    /// Returns the name of the precondition in a `DAV:error` body.
    async fn precondition(mut self) -> Option<String> {
        self.limits.body_bytes = self.limits.body_bytes.min(MAX_ERROR_BYTES);
        let limit = self.limits.body_bytes;
        let mut document = Document::new(self.body(Kind::Xml, Bound::Whole), limit);
        let mut first = None;
        // Servers add elements of their own, with the exception they caught and the like.
        while let Some(element) = document.next().await.ok()? {
            if matches!(element.ns, Ns::Dav | Ns::CalDav) {
                first.get_or_insert(element.name.into_owned());
            }
        }
        let is_error = document.root() == Some((Ns::Dav, "error"));
        first.filter(|name| is_error && name.len() <= 60)
    }
}

impl Client {
    /// Sends a request with the login and follows redirects inside the scope.
    pub(crate) async fn send(&self, request: Request, login: &Credentials) -> Result<Reply, Error> {
        let given = without_login(request.url.clone());
        let mut url = given.clone();
        let authorization = login.authorization();
        for _ in 0..=MAX_REDIRECTS {
            self.guard.check(&url)?;
            if !self.scope.permits(&given, &url) {
                return Err(Error::OutOfScope { host: place_of(&url) });
            }
            let mut headers = request.headers.clone();
            headers.insert(AUTHORIZATION, authorization.clone());
            let mut outgoing = self
                .http
                .request(request.method.clone(), url.clone())
                .headers(headers);
            if let Some(body) = &request.body {
                outgoing = outgoing.body(body.clone());
            }
            outgoing = match request.pace {
                Pace::Usual => outgoing,
                Pace::Streamed => outgoing.timeout(self.limits.stream),
                Pace::Hasty => outgoing.timeout(self.limits.hasty.min(self.limits.total)),
            };
            let response = outgoing.send().await.map_err(|error| unreachable(&url, &error))?;
            let status = response.status();
            tracing::debug!(method = %request.method, host = host_of(&url), status = status.as_u16(), "asked");
            if let Some(target) = redirect_target(&url, status, response.headers()) {
                url = without_login(target);
                continue;
            }
            return Ok(Reply {
                url,
                response,
                limits: self.limits,
            });
        }
        Err(Error::TooManyRedirects)
    }
}

fn redirect_target(url: &Url, status: StatusCode, headers: &HeaderMap) -> Option<Url> {
    if !matches!(status.as_u16(), 301 | 302 | 307 | 308) {
        return None;
    }
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let mut target = url.join(location).ok()?;
    // Servers behind a proxy that ends TLS often think that they were asked without it.
    let same_host = target.host() == url.host() && target.port().is_none() && url.port().is_none();
    if same_host && url.scheme() == "https" && target.scheme() == "http" {
        let _ = target.set_scheme("https");
    }
    Some(target)
}

/// A login inside a URL would be sent as a second, different one.
pub(crate) fn without_login(mut url: Url) -> Url {
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}

pub(crate) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// Returns the host, with scheme and port unless those of https, which distinguishes origins for people.
pub(crate) fn place_of(url: &Url) -> String {
    if url.scheme() == "https" && url.port().is_none() {
        host_of(url)
    } else {
        url.origin().ascii_serialization()
    }
}

pub(crate) fn unreachable(url: &Url, error: &reqwest::Error) -> Error {
    let host = host_of(url);
    if causes(error).any(<dyn StdError>::is::<Forbidden>) {
        return Error::ForbiddenAddress { host };
    }
    let cause = if error.is_timeout() {
        Cause::Timeout
    } else if error.is_dns() {
        Cause::Dns
    } else if causes(error).any(<dyn StdError>::is::<rustls::Error>) {
        Cause::Tls
    } else if error.is_connect() {
        Cause::Connect
    } else {
        Cause::Interrupted
    };
    let detail = causes(error).last().map(ToString::to_string).unwrap_or_default();
    Error::Unreachable { host, cause, detail }
}

/// Returns the sources of an error, outermost first.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&error| {
        match error.downcast_ref::<std::io::Error>() {
            // An I/O error passes over the error it wraps when asked for its source.
            Some(error) => error.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => error.source(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(from: &str, location: &'static str) -> String {
        let headers = HeaderMap::from_iter([(LOCATION, HeaderValue::from_static(location))]);
        let target = redirect_target(&Url::parse(from).unwrap(), StatusCode::FOUND, &headers);
        target.unwrap().to_string()
    }

    #[test]
    fn a_redirect_to_http_on_the_same_host_stays_with_https() {
        let from = "https://cloud.example/.well-known/caldav";
        assert_eq!(
            target(from, "http://cloud.example/remote.php/dav/"),
            "https://cloud.example/remote.php/dav/"
        );
        for other in ["http://other.example/", "http://cloud.example:8080/"] {
            assert_eq!(target(from, other), other, "for the guard to refuse");
        }
        assert_eq!(
            target("http://nas.local/", "http://nas.local/dav/"),
            "http://nas.local/dav/"
        );
    }
}
