//! `GET /api/v1/calendars`.

use axum::Json;
use axum::extract::State;
use bookings::Quince;
use serde::Serialize;

use super::problems::problem;
use crate::web::problem::Problem;

/// The response body.
#[derive(Serialize)]
pub struct Calendars {
    calendars: Vec<Calendar>,
}

#[derive(Serialize)]
struct Calendar {
    slug: String,
    name: String,
    kind: bookings::Kind,
}

/// Lists the booking calendars that clients can book.
pub async fn list(State(quince): State<Quince>) -> Result<Json<Calendars>, Problem> {
    let calendars = bookings::booking_calendars::public_list(&quince)
        .await
        .map_err(problem)?;
    let calendars = calendars
        .into_iter()
        .map(|calendar| Calendar {
            slug: calendar.slug,
            name: calendar.name,
            kind: calendar.kind,
        })
        .collect();
    Ok(Json(Calendars { calendars }))
}
