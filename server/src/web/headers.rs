//! Headers of every response (quality.md, "Security").
//!
//! The Content-Security-Policy is set with the page's shell, since it contains a nonce.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

/// Adds the headers. `https` tells whether the base URL is encrypted.
pub async fn strict(State(https): State<bool>, request: Request, next: Next) -> Response {
    let is_for_search = is_for_search(request.uri().path());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if !is_for_search {
        headers.insert(
            HeaderName::from_static("x-robots-tag"),
            HeaderValue::from_static("noindex"),
        );
    }
    let fixed: [(HeaderName, &'static str); 6] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // `no-referrer` would break forms without script, whose errors redirect to the Referer.
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=()",
        ),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    // Pages change at any time and may hold personal data. Assets set a header of their own.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if https {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000; includeSubDomains"));
        secure_cookies(headers);
    }
    response
}

/// Whether search engines may index a page: only public booking pages.
fn is_for_search(path: &str) -> bool {
    path == "/" || path.starts_with("/book/") || path.starts_with("/assets/")
}

/// Browsers keep a `__Host-` cookie unless its removal is also `Secure`, which the session library omits.
fn secure_cookies(headers: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = headers.get_all(header::SET_COOKIE).iter().cloned().collect();
    headers.remove(header::SET_COOKIE);
    for cookie in cookies {
        let is_secure = cookie.to_str().is_ok_and(|text| {
            text.split(';')
                .any(|part| part.trim().eq_ignore_ascii_case("secure"))
        });
        let secured = [cookie.as_bytes(), b"; Secure"].concat();
        let secured = if is_secure {
            None
        } else {
            HeaderValue::from_bytes(&secured).ok()
        };
        headers.append(header::SET_COOKIE, secured.unwrap_or(cookie));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_removed_as_it_was_set() {
        let mut headers = HeaderMap::new();
        for cookie in ["a=1; Secure; Path=/", "__Host-quince=; Path=/; Max-Age=0"] {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
        }
        secure_cookies(&mut headers);
        let cookies: Vec<_> = headers.get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(
            cookies,
            ["a=1; Secure; Path=/", "__Host-quince=; Path=/; Max-Age=0; Secure"]
        );
    }

    #[test]
    fn only_what_is_offered_to_everybody_is_for_search() {
        for path in ["/", "/book/intro-call"] {
            assert!(is_for_search(path), "{path}");
        }
        for path in [
            "/manage/x",
            "/booked/x",
            "/waiting/x",
            "/sign-in",
            "/calendar",
            "/setup",
        ] {
            assert!(!is_for_search(path), "{path}");
        }
    }
}
