//! Renders a page again when the database connection was lost meanwhile, for example by a restart of Postgres. Requests that change
//! something retry in their transactions.

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use store::lost_connections;

/// Repeats a request that changes nothing, once, if it failed and a connection was lost meanwhile.
pub async fn read_again(request: Request, next: Next) -> Response {
    if !request.method().is_safe() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let before = lost_connections();
    let first = Request::from_parts(parts.clone(), body);
    let response = next.clone().run(first).await;
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR || lost_connections() == before {
        return response;
    }
    next.run(Request::from_parts(parts, Body::empty())).await
}
