//! The page as an answer.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::notice::Notice;
use super::view;
use crate::app::App;

/// Where the page is.
pub(crate) const PATH: &str = "/practice/";

const CSS: &str = include_str!("style.css");

const POLICY: &str = "default-src 'none'; img-src data:; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(super) async fn style() -> Response {
    let mut response = CSS.into_response();
    secure(&mut response);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/css; charset=utf-8"),
    );
    response
}

pub(super) fn page(app: &App, status: StatusCode, notice: Option<&Notice>) -> Response {
    let html = view::page(&app.shared.lock(), notice);
    let mut response = (status, Html(html)).into_response();
    secure(&mut response);
    response
}

fn secure(response: &mut Response) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
}
