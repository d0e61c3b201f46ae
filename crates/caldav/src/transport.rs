//! One request and its whole answer: redirects by hand, the login only inside the scope, everything bounded.

use std::error::Error as StdError;

use http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use url::Url;

use crate::guard::Forbidden;
use crate::multistatus::MultiStatus;
use crate::xml::{self, Ns};
use crate::{Cause, Client, Credentials, Error, RetryAfter};

const MAX_REDIRECTS: usize = 5;

/// A request before it is sent.
pub(crate) struct Request {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
}

/// A whole answer that was no redirect.
pub(crate) struct Reply {
    /// The URL that answered, after redirects.
    pub(crate) url: Url,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
        }
    }

    pub(crate) fn propfind(url: Url, depth: &'static str, body: String) -> Self {
        Self::dav(b"PROPFIND", url, depth, body)
    }

    pub(crate) fn report(url: Url, depth: &'static str, body: String) -> Self {
        Self::dav(b"REPORT", url, depth, body)
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
    /// The answer if its status is 2xx, the fitting error otherwise.
    pub(crate) fn success(self) -> Result<Self, Error> {
        if self.status.is_success() {
            Ok(self)
        } else {
            Err(self.error())
        }
    }

    /// The answer as a multi-status, which is the only good answer to PROPFIND and REPORT.
    pub(crate) fn multistatus(self) -> Result<MultiStatus, Error> {
        let reply = self.success()?;
        if reply.status != StatusCode::MULTI_STATUS {
            return Err(Error::malformed(format!(
                "status {} where 207 belongs",
                reply.status.as_u16()
            )));
        }
        MultiStatus::parse(reply.url, &reply.body)
    }

    fn error(&self) -> Error {
        let retry_after = RetryAfter::from_headers(&self.headers);
        Error::from_status(self.status.as_u16(), self.precondition(), retry_after)
    }

    /// The name of the precondition in a `DAV:error` body.
    fn precondition(&self) -> Option<String> {
        let mut first = None;
        let root = xml::read(&self.body, |element| {
            // Servers add elements of their own, with the exception they caught and the like.
            if matches!(element.ns, Ns::Dav | Ns::CalDav) {
                first.get_or_insert(element.name);
            }
        });
        let is_error = root.is_ok_and(|root| root == (Ns::Dav, "error".to_owned()));
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
            let response = outgoing.send().await.map_err(|error| unreachable(&url, &error))?;
            let status = response.status();
            tracing::debug!(method = %request.method, host = host_of(&url), status = status.as_u16(), "asked");
            if let Some(target) = redirect_target(&url, status, response.headers()) {
                url = without_login(target);
                continue;
            }
            let headers = response.headers().clone();
            let body = self.read_body(&url, response).await?;
            return Ok(Reply {
                url,
                status,
                headers,
                body,
            });
        }
        Err(Error::TooManyRedirects)
    }

    /// Reads the answer piece by piece, counting what comes out of decompression.
    async fn read_body(&self, url: &Url, mut response: reqwest::Response) -> Result<Vec<u8>, Error> {
        let limit = self.limits.body_bytes;
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| unreachable(url, &error))? {
            if (body.len() + piece.len()) as u64 > limit {
                return Err(Error::TooLarge { limit });
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
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
fn without_login(mut url: Url) -> Url {
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}

pub(crate) fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// The host, with scheme and port unless those of https: what tells two origins apart for people.
pub(crate) fn place_of(url: &Url) -> String {
    if url.scheme() == "https" && url.port().is_none() {
        host_of(url)
    } else {
        url.origin().ascii_serialization()
    }
}

fn unreachable(url: &Url, error: &reqwest::Error) -> Error {
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

/// The errors beneath an error, outermost first.
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
