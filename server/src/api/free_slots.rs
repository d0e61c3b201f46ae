//! `GET /api/v1/calendars/{slug}/free-slots`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use bookings::services::ChosenService;
use bookings::{Quince, StaffId, availability};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use zones::Zone;

use super::inputs::InputProblem;
use super::instants::rfc3339;
use super::problems::problem;
use crate::web::problem::Problem;

/// The query parameters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SlotQuery {
    /// First day: a date, or milliseconds since 1970.
    start_date: Option<String>,
    /// Last day, inclusive, in the same forms.
    end_date: Option<String>,
    /// Zone of the days and of the answer (IANA name); UTC by default.
    timezone: Option<String>,
    /// Only times of this member.
    user_id: Option<String>,
    /// Services of a Service calendar, separated by commas: `SERVICE` or `SERVICE:USER`.
    services: Option<String>,
}

/// The free starts of one day.
#[derive(Serialize)]
pub struct Day {
    slots: Vec<String>,
}

const MOST_DAYS: i32 = 31;

/// Returns the free starts of each day that has some, as local times with offset.
pub async fn free_slots(
    State(quince): State<Quince>,
    Path(slug): Path<String>,
    Query(question): Query<SlotQuery>,
) -> Result<Json<BTreeMap<Date, Day>>, Problem> {
    let zone = match question.timezone.as_deref() {
        None | Some("") => Zone::utc(),
        Some(name) => Zone::named(name).map_err(|error| InputProblem::Zone(error).at("timezone"))?,
    };
    let from = day("startDate", question.start_date.as_deref(), &zone)?;
    let to = day("endDate", question.end_date.as_deref(), &zone)?;
    if to < from {
        return Err(Problem::field(
            "endDate",
            "endDate is before startDate. Ask for at least one day.",
        )
        .because("last_day_first"));
    }
    if (to - from).get_days() >= MOST_DAYS {
        return Err(Problem::field("endDate", "Ask for at most 31 days at a time.").because("too_many_days"));
    }
    let host = question
        .user_id
        .as_deref()
        .map(str::parse::<StaffId>)
        .transpose()
        .map_err(|_| InputProblem::NotAMemberToAsk.at("userId"))?;
    let services = ChosenService::list(question.services.as_deref().unwrap_or_default())
        .map_err(|error| InputProblem::Service(error).at("services"))?;
    let asked = availability::SlotQuery {
        host,
        services: &services,
        ..availability::SlotQuery::new(&slug, from, to, &zone)
    };
    let free = availability::free(&quince, &asked).await.map_err(problem)?;
    let days = free
        .days
        .into_iter()
        .filter(|(_, slots)| !slots.is_empty())
        .map(|(date, slots)| {
            (
                date,
                Day {
                    slots: slots.iter().map(|slot| rfc3339(slot.start, &zone)).collect(),
                },
            )
        })
        .collect();
    Ok(Json(days))
}

fn day(field: &'static str, text: Option<&str>, zone: &Zone) -> Result<Date, Problem> {
    let wrong = || InputProblem::NotADay(field).at(field);
    let text = text.ok_or_else(wrong)?.trim();
    if let Ok(milliseconds) = text.parse::<i64>() {
        let instant = Timestamp::from_millisecond(milliseconds).map_err(|_| wrong())?;
        return Ok(zone.date(instant));
    }
    text.parse().map_err(|_| wrong())
}
