//! `POST /api/v1/calendars/{slug}/appointments`.

use std::collections::BTreeMap;

use app::limit::{Attempt, Client};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, StatusCode};
use bookings::accounts::SESSION_STAFF;
use bookings::appointments::Booking;
use bookings::booking_calendars::Answer;
use bookings::services::ChosenService;
use bookings::strangers::{self, NotProven, Proof};
use bookings::{Error, Quince, Refusal, StaffId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tower_sessions::Session;
use zones::Zone;

use super::inputs::InputProblem;
use super::instants::rfc3339;
use super::problems::{internal, problem};
use crate::web::limits::Limits;
use crate::web::problem::Problem;

/// The request body. Unknown members are refused, so that a misspelt one is noticed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewAppointment {
    /// RFC 3339 with an offset.
    start: String,
    /// The client's zone (IANA name), used in mails.
    timezone: String,
    name: String,
    email: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    notes: String,
    /// The names of the client's guests, for classes.
    #[serde(default)]
    guests: Vec<String>,
    /// Answers to the booking calendar's questions, keyed by the question's text.
    #[serde(default)]
    answers: BTreeMap<String, String>,
    /// Services of a Service calendar in the order of the visit: `SERVICE` or `SERVICE:USER`.
    #[serde(default)]
    services: Vec<String>,
    /// The member that the client chose.
    user_id: Option<String>,
    /// The puzzle from a response with status 428.
    #[serde(default)]
    challenge: String,
    /// The number that solves the puzzle, as a number or as its digits.
    #[serde(default)]
    solution: Solution,
}

/// The solution of a puzzle.
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

/// The response body.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Created {
    id: String,
    start: String,
    end: String,
    timezone: String,
    status: &'static str,
    /// Deadline for the client to confirm through the link in a mail; missing when no confirmation is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    confirm_by: Option<String>,
    /// The host's name.
    host: String,
    /// The client's page for moving and cancelling the appointment.
    manage_url: String,
}

/// Minimum length of an `Idempotency-Key`, in characters. A repeated request under the same key receives the client's page, so the key
/// must be hard to guess.
const SHORTEST_KEY: usize = 16;

/// Books an appointment, once per `Idempotency-Key`.
pub async fn create(
    State(quince): State<Quince>,
    State(limits): State<Limits>,
    Extension(client): Extension<Client>,
    session: Session,
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
            let short = InputProblem::ShortKey { least: SHORTEST_KEY };
            short.at("Idempotency-Key")
        })?;
    let body = body.map_err(|error| Problem::unread(error.status()))?;
    let asked: NewAppointment = serde_json::from_slice(&body)
        .map_err(|error| Problem::unusable(format!("The body is not an appointment: {error}.")))?;
    let zone = Zone::named(&asked.timezone).map_err(|error| InputProblem::Zone(error).at("timezone"))?;
    let start: Timestamp = asked
        .start
        .parse()
        .map_err(|_| InputProblem::NotAnInstant.at("start"))?;
    let host = asked
        .user_id
        .as_deref()
        .map(str::parse::<StaffId>)
        .transpose()
        .map_err(|_| InputProblem::NotAMember.at("userId"))?;
    let services = asked
        .services
        .iter()
        .map(|text| text.parse::<ChosenService>())
        .collect::<Result<_, _>>()
        .map_err(|error| InputProblem::Service(error).at("services"))?;
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
    let booked = bookings::appointments::book_as_stranger(&quince, &stranger, booking).await;
    let booked = match booked {
        Ok(booked) => booked,
        Err(error) => return Err(refused(&quince, &session, client, (&slug, &stranger.proof), error).await),
    };
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

/// The response for a refused booking. Only people who may look into the booking calendar learn that an event is in the way or a calendar
/// cannot be read: to others a private event looks like any other appointment.
async fn refused(
    quince: &Quince,
    session: &Session,
    client: Client,
    (slug, proof): (&str, &Proof),
    error: Error,
) -> Problem {
    match error {
        Error::Refused(Refusal::NotProven(why)) => return not_proven(quince, slug, proof, why),
        Error::Refused(Refusal::TooMany(_)) => app::audit::refused(Attempt::Book, Some(client)),
        Error::SlotTaken { by, .. } if by != by.to_strangers() => {
            let code = error.code();
            let told = problem(error);
            return match may_look(quince, session, slug).await {
                Ok(true) => told.because(code),
                Ok(false) => told,
                Err(problem) => problem,
            };
        }
        _ => {}
    }
    problem(error)
}

/// Whether the session belongs to somebody who may look into a booking calendar.
async fn may_look(quince: &Quince, session: &Session, slug: &str) -> Result<bool, Problem> {
    let Ok(Some(staff)) = session.get::<StaffId>(SESSION_STAFF).await else {
        return Ok(false);
    };
    let may = bookings::availability::may_view_availability(quince, staff, slug).await;
    may.map_err(problem)
}

/// The 428 response. It repeats the puzzle that was sent if that can still be solved.
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
