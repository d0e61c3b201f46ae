//! The page for people: what lies in each calendar, and changes as if made on a phone.
//!
//! Plain HTML and forms without script or foreign resources. Changes need a request that comes from the page
//! itself; the page answers only on loopback names, so that no other site can read it through its visitor.

mod agenda;
mod answer;
mod entry;
mod forms;
mod guard;
mod notice;
mod text;
mod view;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use crate::app::App;
pub(crate) use answer::PATH;
use answer::{page, style};
use notice::Notice;

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
