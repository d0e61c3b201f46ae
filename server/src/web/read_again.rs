//! Reads in whose middle Postgres ended the connection.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use bookings::Quince;

/// Reads once more what failed while a connection was lost. A GET changes nothing, so that it can be asked twice; whether anything
/// else has happened nobody knows, so that it is not repeated.
pub async fn once_more(State(quince): State<Quince>, request: Request, next: Next) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let again = Request::from_parts(parts.clone(), Body::empty());
    let lost = quince.store().lost_connections();
    let response = next.clone().run(Request::from_parts(parts, body)).await;
    let is_failed = response.status() == StatusCode::INTERNAL_SERVER_ERROR;
    if is_failed && quince.store().lost_connections() != lost {
        return next.run(again).await;
    }
    response
}
