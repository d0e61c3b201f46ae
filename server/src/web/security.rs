//! `security.txt`: whom to tell about a vulnerability (RFC 9116).

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bookings::Quince;
use jiff::SignedDuration;
use url::Url;

use super::problem::Problem;

/// How long the file is valid from the moment of the request. The RFC recommends less than a year.
const HOLDS_FOR: SignedDuration = SignedDuration::from_hours(180 * 24);

/// The operator's contact as a URL, if configured.
#[derive(Debug, Clone, Default)]
pub struct SecurityContact(pub Option<Arc<Url>>);

/// Parses a mail address or a page's address into a URL.
pub fn contact(text: &str) -> Option<Url> {
    let url = match text.trim() {
        text if text.contains("://") || text.starts_with("mailto:") => Url::parse(text),
        text if text.contains('@') => Url::parse(&format!("mailto:{text}")),
        _ => return None,
    };
    let url = url.ok()?;
    let is_address = url.scheme() == "mailto" && url.path().contains('@');
    (is_address || url.scheme() == "https").then_some(url)
}

/// `/.well-known/security.txt`
pub async fn txt(State(contact): State<SecurityContact>, State(quince): State<Quince>) -> Response {
    let Some(contact) = contact.0 else {
        return Problem::not_found("The operator names nobody to tell about weaknesses.").into_response();
    };
    let base_url = &quince.settings().base_url;
    let expires = quince.now() + HOLDS_FOR;
    let text = format!(
        "Contact: {contact}\nExpires: {}\nCanonical: {}\n",
        expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        base_url
            .join("/.well-known/security.txt")
            .unwrap_or_else(|_| base_url.clone()),
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
