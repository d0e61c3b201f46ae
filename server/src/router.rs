//! All routes and the order of the middleware around them.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use leptos_axum::{LeptosRoutes, generate_route_list};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::Level;

use crate::state::AppState;
use crate::web::{assets, client, download, headers, health, origin, read_again, security, sessions};
use crate::{api, pages};

/// Longer than the slowest request takes: signing in to a calendar server.
const SLOWEST: Duration = Duration::from_mins(1);
/// Forms and API bodies are small.
const LARGEST_BODY: usize = 256 * 1024;

/// A page is a third smaller than with the fastest level, and takes a millisecond longer.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(5);

/// The whole site.
pub fn router(state: AppState) -> Router {
    let base_url = state.quince.settings().base_url.clone();
    let https = base_url.scheme() == "https";
    let files = pages::site_files(&state);

    let pages = Router::new()
        .route(
            "/api/fn/{*name}",
            get(pages::server_function).post(pages::server_function),
        )
        .leptos_routes_with_context(
            &state,
            generate_route_list(app::App),
            pages::context(&state),
            move || app::shell(files.clone()),
        )
        .fallback(pages::not_found)
        .layer(from_fn_with_state(state.quince.clone(), sessions::visited))
        .layer(sessions::layer(state.quince.clone(), https));

    Router::new()
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/assets/{name}", get(assets::serve))
        .route("/.well-known/security.txt", get(security::txt))
        .route("/manage/{token}/appointment.ics", get(download::appointment))
        .nest(
            "/api/v1",
            api::router().layer(sessions::layer(state.quince.clone(), https)),
        )
        .merge(pages)
        .layer(from_fn(read_again::read_again))
        .layer(from_fn_with_state(base_url.clone(), origin::same_origin))
        .layer(from_fn_with_state(base_url, origin::stay))
        .layer(from_fn_with_state(state.hosts.clone(), origin::own_host))
        .layer(from_fn_with_state(https, headers::strict))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CompressionLayer::new().quality(COMPRESSION).compress_when(compressible()))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, SLOWEST))
        .layer(PropagateRequestIdLayer::x_request_id())
        // A path may contain the token of a link, so it is shortened. The span has the highest level, so that every log line of a request
        // carries its id whatever the filter.
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(|request: &Request| {
                    let id = request.headers().get("x-request-id").and_then(|value| value.to_str().ok());
                    tracing::error_span!("request", method = %request.method(), path = logged(request.uri().path()), id)
                })
                .on_response(DefaultOnResponse::new().level(Level::DEBUG)),
        )
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(from_fn_with_state(state.proxies.clone(), client::identify))
        .with_state(state)
}

/// Which responses are compressed. The WebAssembly of a release was compressed at build time.
fn compressible() -> impl Predicate {
    SizeAbove::new(1024)
        .and(NotForContentType::IMAGES)
        .and(NotForContentType::const_new("application/wasm"))
}

/// Between the length of an id (36 characters) and of a token (43).
const SECRET_FROM: usize = 40;

/// Removes tokens from a path, also where they stand in the wrong place, such as in a mistyped link `//manage/…`.
fn logged(path: &str) -> String {
    let known = ["/manage/", "/booked/", "/waiting/"];
    if let Some(start) = known.into_iter().find(|start| path.starts_with(start)) {
        return start.to_owned();
    }
    let parts = path.split('/');
    let parts: Vec<&str> = parts
        .map(|part| if part.len() < SECRET_FROM { part } else { "…" })
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::logged;

    #[test]
    fn a_manage_links_token_is_not_logged() {
        assert_eq!(logged("/manage/c2VjcmV0/cancel"), "/manage/");
        assert_eq!(logged("/booked/c2VjcmV0"), "/booked/");
        assert_eq!(logged("/waiting/c2VjcmV0"), "/waiting/");
        assert_eq!(logged("/book/intro-call"), "/book/intro-call");
        assert_eq!(
            logged("/appointments/018f0000-0000-7000-8000-000000000001"),
            "/appointments/018f0000-0000-7000-8000-000000000001"
        );
        let token = "x".repeat(43);
        for before in [
            "//manage/",
            "/MANAGE/",
            "/manage%2F",
            "/de/booked/",
            "/",
            "/%77aiting/",
            "/api/fn/",
        ] {
            let path = format!("{before}{token}/cancel");
            assert!(!logged(&path).contains(&token), "{path}");
        }
    }
}
