//! Serving pages and server functions of the Leptos app.

use std::sync::Arc;

use app::SiteFiles;
use app::limit::Limiter;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use leptos::prelude::provide_context;

use crate::state::AppState;

/// Provides what pages and server functions need in the Leptos context.
pub fn context(state: &AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    let quince = state.quince.clone();
    let limiter = Limiter(Arc::new(state.limits.clone()));
    move || {
        provide_context(quince.clone());
        provide_context(limiter.clone());
    }
}

/// The URLs of the browser files.
pub fn site_files(state: &AppState) -> SiteFiles {
    SiteFiles {
        css: state.assets.url("pkg/quince.css"),
        page: state.assets.url("page.js"),
        js: state.assets.url("pkg/quince.js"),
        wasm: state.assets.url("pkg/quince_bg.wasm"),
        icon: state.assets.url("favicon.svg"),
    }
}

/// Handles `/api/fn/…`.
pub async fn server_function(State(state): State<AppState>, request: Request) -> Response {
    leptos_axum::handle_server_fns_with_context(context(&state), request)
        .await
        .into_response()
}

/// Handles every other address: the app renders its page with status 404.
pub async fn not_found(State(state): State<AppState>, request: Request) -> Response {
    let files = site_files(&state);
    let render =
        leptos_axum::render_app_async_with_context(context(&state), move || app::shell(files.clone()));
    render(request).await.into_response()
}
