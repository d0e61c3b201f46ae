//! A page that was being put together when the connection to the database was lost, as when Postgres is started again, is put
//! together once more. What changes something has its own way to be carried out again.

use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use store::lost_connections;

/// Answers a request that changes nothing again, once, when it failed while a connection was lost.
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
