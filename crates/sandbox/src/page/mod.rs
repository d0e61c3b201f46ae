//! The page for people: what lies in each calendar, and changes as if made on a phone.
//!
//! Plain HTML and forms without script or foreign resources. Changes need a request that comes from the page
//! itself; the page answers only on loopback names, so that no other site can read it through its visitor.

mod agenda;
mod entry;
mod forms;
mod guard;
mod view;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use crate::dav::App;
use view::Notice;

/// Where the page is.
pub(crate) const PATH: &str = "/practice/";

const CSS: &str = include_str!("style.css");
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The routes of the page.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/practice", get(|| async { Redirect::permanent(PATH) }))
        .route(PATH, get(show))
        .route("/practice/style.css", get(style))
        .route("/practice/add", post(forms::add))
        .route("/practice/change", post(forms::change))
        .route("/practice/delete", post(forms::delete))
        .route("/practice/outage", post(forms::outage))
        .route("/practice/calendar", post(forms::calendar))
        .route("/practice/password", post(forms::password))
        .layer(middleware::from_fn(guard::check))
}

#[derive(Debug, Deserialize)]
struct Said {
    said: Option<String>,
}

async fn show(State(app): State<App>, Query(query): Query<Said>) -> Response {
    let done = query.said.as_deref().and_then(forms::Done::from_word);
    let notice = done.map(|done| Notice::Done(done.sentence()));
    page(&app, StatusCode::OK, notice.as_ref())
}

async fn style() -> Response {
    let mut response = CSS.into_response();
    secure(&mut response);
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/css; charset=utf-8"),
    );
    response
}

fn page(app: &App, status: StatusCode, notice: Option<&Notice>) -> Response {
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
