//! Who a visitor is, as far as it takes to know what they hold: a secret in their session, made when they first choose a time.

use bookings::appointments::{self, HoldRequest};
use bookings::strangers::Proof;
use bookings::{Error, Refusal, VisitorId};

use super::wishes::{host_of, instant, services_of, zone_or};
use crate::context::{internal, quince, session};
use crate::error::AppError;
use crate::limit::{Attempt, limited, noted, stranger};
use crate::public::booking::{ChallengeText, HoldAnswer, ProofText};
use crate::public::habits::Habits;

/// Session key of the visitor's secret.
const SESSION_VISITOR: &str = "visitor";

/// The visitor, if they chose a time before.
pub async fn visitor() -> Option<VisitorId> {
    let secret: Option<String> = session().ok()?.get(SESSION_VISITOR).await.ok()?;
    secret.as_deref().map(appointments::holder)
}

impl From<ProofText> for Proof {
    fn from(text: ProofText) -> Self {
        Self {
            challenge: text.challenge,
            solution: text.solution,
        }
    }
}

/// A puzzle for the forms of a booking calendar: the one before, if that can be sent again.
pub fn challenge(slug: &str, before: &str) -> Result<ChallengeText, AppError> {
    let challenge = bookings::strangers::challenge(&quince()?, slug, before)?;
    Ok(ChallengeText {
        text: challenge.text,
        bits: challenge.bits,
    })
}

/// Holds a time for the visitor. A browser that does not come back with its session gets no hold: it would keep the time from
/// its own visitor, too.
pub async fn hold(
    slug: String,
    start: &str,
    zone: &str,
    host: &str,
    visit: &str,
    proof: ProofText,
) -> Result<HoldAnswer, AppError> {
    limited(Attempt::Hold)?;
    let quince = quince()?;
    let Some(visitor) = visitor().await else {
        let secret = format!("{}{}", bookings::random_id(), bookings::random_id());
        let kept = session()?.insert(SESSION_VISITOR, secret).await;
        kept.map_err(|cause| internal(&cause))?;
        return Ok(HoldAnswer::Again);
    };
    let wish = HoldRequest {
        slug,
        start: instant(start)?,
        host: host_of(host)?,
        services: services_of(visit)?,
    };
    let stranger = stranger()?.with(proof.into());
    match appointments::hold_as_stranger(&quince, &stranger, visitor, &wish).await {
        Ok(until) => {
            let (zone, _) = zone_or(Some(zone), &zones::Zone::utc());
            let until = zone.local(until);
            Ok(HoldAnswer::Until(Habits::of_visitor().time(until)))
        }
        // The page that is shown anew says it better.
        Err(Error::Refused(error @ (Refusal::TooMany(_) | Refusal::NotProven(_)))) => {
            noted(Attempt::Hold, Err(Error::from(error).into()))
        }
        Err(Error::SlotTaken { .. } | Error::Refused(_) | Error::Fields(_)) => Ok(HoldAnswer::Taken),
        Err(error) => Err(error.into()),
    }
}
