//! Who may see and use the page.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Lets a request through when it names this machine and, if it changes something, comes from the page itself.
pub(super) async fn check(request: Request, next: Next) -> Response {
    match refusal(request.method(), request.headers()) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}

fn refusal(method: &Method, headers: &HeaderMap) -> Option<(StatusCode, &'static str)> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let host = header("host").unwrap_or("");
    if !is_loopback(host) {
        let sentence = "The practice iCloud answers only under this machine's own address.";
        return Some((StatusCode::MISDIRECTED_REQUEST, sentence));
    }
    let reads = matches!(*method, Method::GET | Method::HEAD);
    if !reads && !from_the_page(host, header("origin"), header("sec-fetch-site")) {
        let sentence = "This change did not come from the practice page itself, so nothing was done.";
        return Some((StatusCode::FORBIDDEN, sentence));
    }
    None
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Browsers say where a form comes from in at least one of these headers.
fn from_the_page(host: &str, origin: Option<&str>, site: Option<&str>) -> bool {
    let origin_fits = origin.map(|origin| origin == format!("http://{host}"));
    let site_fits = site.map(|site| site == "same-origin");
    match (origin_fits, site_fits) {
        (None, None) => false,
        (origin, site) => origin.unwrap_or(true) && site.unwrap_or(true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for host in ["127.0.0.1:3001", "127.0.0.2", "localhost:1", "[::1]:80"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "127.0.0.1.evil.example:80",
            "192.168.0.1:3001",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn a_change_must_say_that_it_comes_from_the_page() {
        let host = "127.0.0.1:1";
        assert!(from_the_page(host, Some("http://127.0.0.1:1"), None));
        assert!(from_the_page(host, None, Some("same-origin")));
        for (origin, site) in [
            (None, None),
            (Some("http://evil.example"), None),
            (Some("null"), None),
            (Some("http://127.0.0.1:2"), None),
            (None, Some("cross-site")),
            (Some("http://127.0.0.1:1"), Some("cross-site")),
        ] {
            assert!(!from_the_page(host, origin, site), "{origin:?} {site:?}");
        }
    }
}
