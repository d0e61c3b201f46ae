//! Which site sent a request, which host it is for, and where its response redirects.
//!
//! Browsers say with every form post and script request which site sent it. Requests from other sites are refused. A request that does not
//! say comes from a program, which carries nobody's cookies.
//!
//! A foreign name that is made to resolve to this server (DNS rebinding) would be the same site to the browser, so only requests for this
//! server's own names are answered.

use std::net::IpAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::{Host, Url};

use super::listener::Peer;
use super::problem::Problem;
use super::proxies::TrustedProxies;

/// The host names of this server.
#[derive(Debug, Clone)]
pub struct OwnHosts {
    base_url: Url,
    /// Whether the base URL is configured. If not, any IP address of this machine is accepted, but no name.
    is_named: bool,
    proxies: TrustedProxies,
}

impl OwnHosts {
    /// The host of the base URL, and this machine's own names.
    pub fn new(base_url: Url, is_named: bool, proxies: TrustedProxies) -> Self {
        Self {
            base_url,
            is_named,
            proxies,
        }
    }

    fn has(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else {
            return false;
        };
        let name = authority.host().trim_end_matches('.').to_ascii_lowercase();
        let address: Option<IpAddr> = name.trim_matches(['[', ']']).parse().ok();
        match address {
            Some(address) if address.is_loopback() || !self.is_named => return true,
            _ => {}
        }
        name == "localhost" || name.ends_with(".localhost") || self.base_url.host_str() == Some(&name)
    }
}

/// Refuses requests for another host. Listed proxies are trusted to send only this server's.
pub async fn own_host(State(hosts): State<OwnHosts>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST);
    let peer = request.extensions().get::<ConnectInfo<Peer>>();
    let is_proxied =
        peer.is_some_and(|ConnectInfo(peer)| hosts.proxies.contains(peer.addr.ip().to_canonical()));
    // Health checks may use any name.
    let is_look = matches!(request.uri().path(), "/livez" | "/readyz");
    let is_own = host.is_none_or(|host| host.to_str().is_ok_and(|host| hosts.has(host)));
    if is_own || is_proxied || is_look {
        return next.run(request).await;
    }
    Problem::misdirected(format!(
        "This server answers at {} alone. Open that address; the operator can change it with QUINCE_BASE_URL, and lets a proxy hand \
         on the Host header.",
        hosts.base_url
    ))
    .into_response()
}

/// Keeps every redirect on this origin, including those that server functions derive from the Referer.
pub async fn stay(State(base_url): State<Url>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    if let Some(to) = headers.get(header::LOCATION) {
        let own = HeaderValue::from_str(&own_address(to.to_str().unwrap_or("/"), &base_url));
        headers.insert(header::LOCATION, own.unwrap_or(HeaderValue::from_static("/")));
    }
    answer
}

/// Returns a URL unchanged if it is on this origin, else its path here.
fn own_address(to: &str, base_url: &Url) -> String {
    match base_url.join(to) {
        Ok(url) if url.origin() == base_url.origin() && to.starts_with('/') && !to.starts_with("//") => {
            to.to_owned()
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            let mut own = format!("/{}", url.path().trim_start_matches(['/', '\\']));
            for (sign, part) in [('?', url.query()), ('#', url.fragment())] {
                if let Some(part) = part {
                    own.push(sign);
                    own.push_str(part);
                }
            }
            own
        }
        _ => "/".to_owned(),
    }
}

/// Refuses changing requests from other sites.
pub async fn same_origin(State(base_url): State<Url>, request: Request, next: Next) -> Response {
    let reads_only = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if reads_only || is_own(request.headers(), &base_url) {
        return next.run(request).await;
    }
    tracing::warn!(
        path = request.uri().path(),
        "refused a request that another site sent"
    );
    Problem::forbidden("This request came from another site. Open the page itself and try again there.")
        .into_response()
}

fn is_own(headers: &HeaderMap, base_url: &Url) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value: &header::HeaderValue| value.to_str().unwrap_or("?"))
    };
    // The same host without encryption is another origin: an attacker on the network could pose as it.
    let from_own_origin = text(header::ORIGIN).map(|origin| {
        origin == base_url.origin().ascii_serialization()
            || Url::parse(origin).is_ok_and(|url| {
                (url.scheme() == base_url.scheme() || is_this_machine(&url))
                    && text(header::HOST).is_some_and(|host| authority(origin) == Some(host))
            })
    });
    match (
        text(header::HeaderName::from_static("sec-fetch-site")),
        from_own_origin,
    ) {
        (_, Some(own)) => own,
        (Some(site), None) => matches!(site, "same-origin" | "none"),
        (None, None) => true,
    }
}

/// Whether a URL leads to the local machine of whoever opens it.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn authority(origin: &str) -> Option<&str> {
    origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        is_own(&headers, &Url::parse("https://book.example.com").unwrap())
    }

    #[test]
    fn the_own_address_and_the_address_asked_are_own() {
        assert!(own(&[("origin", "https://book.example.com")]));
        assert!(own(&[
            ("origin", "http://localhost:3000"),
            ("host", "localhost:3000")
        ]));
        assert!(own(&[("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn other_sites_are_foreign_even_with_a_similar_name() {
        assert!(!own(&[
            ("origin", "https://evil.example"),
            ("host", "book.example.com")
        ]));
        assert!(!own(&[("origin", "https://book.example.com.evil.example")]));
        assert!(!own(&[
            ("origin", "http://book.example.com"),
            ("host", "book.example.com")
        ]));
        assert!(!own(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
    }

    #[test]
    fn a_program_names_no_site() {
        assert!(own(&[("host", "book.example.com")]));
    }

    #[test]
    fn only_names_of_this_server_are_its_own() {
        let hosts = |is_named| {
            let base_url = Url::parse("https://book.example.com").unwrap();
            OwnHosts::new(base_url, is_named, TrustedProxies::default())
        };
        for own in [
            "book.example.com",
            "Book.Example.com.",
            "book.example.com:8443",
            "localhost:3000",
            "quince.localhost",
            "127.0.0.1:3000",
            "[::1]:3000",
        ] {
            assert!(hosts(true).has(own), "{own}");
        }
        for foreign in [
            "evil.example",
            "book.example.com.evil.example",
            "192.168.1.20:3000",
            "localhost.evil.example",
            "",
            "a b",
        ] {
            assert!(!hosts(true).has(foreign), "{foreign}");
        }
        assert!(hosts(false).has("192.168.1.20:3000"));
        assert!(!hosts(false).has("evil.example"));
    }

    #[test]
    fn no_redirect_leaves_the_origin() {
        let base_url = Url::parse("https://book.example.com").unwrap();
        for (to, own) in [
            ("/calendar?week=1#x", "/calendar?week=1#x"),
            ("https://book.example.com/a?b=1", "/a?b=1"),
            ("https://evil.example/a?b=1#c", "/a?b=1#c"),
            ("//evil.example/a", "/a"),
            ("/\\evil.example/a", "/a"),
            ("https://evil.example//other.example", "/other.example"),
            ("javascript:alert(1)", "/"),
            ("http://evil.example:80/", "/"),
        ] {
            assert_eq!(own_address(to, &base_url), own, "{to}");
        }
    }
}
