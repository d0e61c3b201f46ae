//! Where a changing request came from (quality.md, "CSRF").
//!
//! Browsers say with every form post and script request which site sent it. A request from another site is
//! refused; one that says nothing comes from a program, which carries no one's cookies.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;

use super::problem::Problem;

/// Refuses every changing request that another site sent.
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
    let from_own_origin = text(header::ORIGIN).map(|origin| {
        origin == base_url.origin().ascii_serialization()
            || text(header::HOST).is_some_and(|host| authority(origin) == Some(host))
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
        assert!(!own(&[("origin", "null"), ("sec-fetch-site", "same-origin")]));
        assert!(!own(&[("sec-fetch-site", "cross-site")]));
        assert!(!own(&[("sec-fetch-site", "same-site")]));
    }

    #[test]
    fn a_program_names_no_site() {
        assert!(own(&[("host", "book.example.com")]));
    }
}
