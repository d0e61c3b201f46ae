//! `POST /api/v1/calendars/{slug}/appointments`.

use std::collections::BTreeMap;

use app::limit::{Attempt, Client};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use bookings::appointments::{BookError, Booking};
use bookings::booking_calendars::Answer;
use bookings::services::Chosen;
use bookings::strangers::{self, NotProven, Proof};
use bookings::{Quince, StaffId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zones::Zone;

use super::instants::rfc3339;
use super::problems::{book_problem, internal};
use crate::web::limits::Limits;
use crate::web::problem::Problem;

/// An appointment to make. Unknown members are refused, so that a misspelt one is noticed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewAppointment {
    /// RFC 3339 with an offset.
    start: String,
    /// IANA name of the client's zone, for mails.
    timezone: String,
    name: String,
    email: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    notes: String,
    /// The names of those whom the client brings to a class.
    #[serde(default)]
    guests: Vec<String>,
    /// Answers to the booking calendar's questions, by their texts.
    #[serde(default)]
    answers: BTreeMap<String, String>,
    /// What the client wants from the menu of a Service calendar: `SERVICE` or `SERVICE:USER`, in this order.
    #[serde(default)]
    services: Vec<String>,
    /// The member the client chose.
    user_id: Option<String>,
    /// The puzzle that an answer with status 428 gave.
    #[serde(default)]
    challenge: String,
    /// The number that solves it, or its digits as a text.
    #[serde(default)]
    solution: Solution,
}

/// What solves a puzzle.
#[derive(Deserialize)]
#[serde(untagged)]
enum Solution {
    Number(u64),
    Text(String),
}

impl Default for Solution {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl Solution {
    fn digits(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(digits) => digits,
        }
    }
}

/// What was booked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    id: String,
    start: String,
    end: String,
    timezone: String,
    status: &'static str,
    /// Until when the client has to confirm it by the link that was mailed to them; missing when they need not.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm_by: Option<String>,
    /// Who holds it.
    host: String,
    /// The client's own page for moving and cancelling it.
    manage_url: String,
}

/// Characters of the shortest `Idempotency-Key`: whoever repeats a request under its key gets the client's own page, so the key
/// must not be one that others guess.
const SHORTEST_KEY: usize = 16;

/// Books, once per `Idempotency-Key`.
pub async fn create(
    State(quince): State<Quince>,
    State(limits): State<Limits>,
    Extension(client): Extension<Client>,
    Path(slug): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Created>), Problem> {
    limits.count(Attempt::Book, client).map_err(|wait| {
        app::audit::refused(Attempt::Book, Some(client));
        Problem::too_many(wait)
    })?;
    let idempotency_key = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok())
        .map(str::trim)
        .filter(|key| key.chars().count() >= SHORTEST_KEY)
        .map(str::to_owned)
        .ok_or_else(|| {
            Problem::field(
                "Idempotency-Key",
                format!(
                    "Send an Idempotency-Key header of at least {SHORTEST_KEY} characters, such as a new UUID, so that a \
                     repeated request books once."
                ),
            )
        })?;
    let body = body.map_err(|error| Problem::unread(error.status()))?;
    let asked: NewAppointment = serde_json::from_slice(&body)
        .map_err(|error| Problem::unusable(format!("The body is not an appointment: {error}.")))?;
    let zone = Zone::named(&asked.timezone).map_err(|error| Problem::field("timezone", error.to_string()))?;
    let start: Timestamp = asked.start.parse().map_err(|_| {
        Problem::field(
            "start",
            "start must be an instant such as 2026-11-24T10:00:00-05:00.",
        )
    })?;
    let host = asked
        .user_id
        .as_deref()
        .map(str::parse::<StaffId>)
        .transpose()
        .map_err(|_| Problem::field("userId", "userId is not the id of a staff member."))?;
    let services = asked
        .services
        .iter()
        .map(|text| text.parse::<Chosen>())
        .collect::<Result<_, _>>()
        .map_err(|error| Problem::field("services", error.to_string()))?;
    let proof = Proof {
        challenge: asked.challenge,
        solution: asked.solution.digits(),
    };
    let booking = Booking {
        slug: slug.clone(),
        start,
        zone: zone.clone(),
        name: asked.name,
        email: asked.email,
        phone: asked.phone,
        notes: asked.notes,
        guests: asked.guests,
        answers: asked
            .answers
            .into_iter()
            .map(|(label, text)| Answer { label, text })
            .collect(),
        services,
        host,
        holder: None,
        idempotency_key,
    };
    let stranger = limits.stranger(Some(client)).with(proof);
    let booked = bookings::appointments::book_as_stranger(&quince, &stranger, booking)
        .await
        .inspect_err(|error| {
            if matches!(error, BookError::TooMany(_)) {
                app::audit::refused(Attempt::Book, Some(client));
            }
        })
        .map_err(|error| match error {
            BookError::NotProven(why) => not_proven(&quince, &slug, &stranger.proof, why),
            other => book_problem(other),
        })?;
    let created = Created {
        id: booked.id.to_string(),
        start: rfc3339(booked.start, &zone),
        end: rfc3339(booked.end, &zone),
        timezone: zone.name().to_owned(),
        status: booked.status.as_str(),
        confirm_by: booked.confirm_until.map(|until| rfc3339(until, &zone)),
        host: booked.host_name,
        manage_url: quince.manage_url(&booked.manage_token),
    };
    Ok((StatusCode::CREATED, Json(created)))
}

/// The puzzle to solve: the one that was sent, if it can be sent again.
fn not_proven(quince: &Quince, slug: &str, proof: &Proof, why: NotProven) -> Problem {
    let before = match why {
        NotProven::TooEarly { .. } => proof.challenge.as_str(),
        NotProven::Outdated => "",
    };
    match strangers::challenge(quince, slug, before) {
        Ok(challenge) => Problem::proof_of_work(why.wait_seconds(), challenge),
        Err(cause) => internal(&cause),
    }
}
