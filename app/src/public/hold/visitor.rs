//! The visitor's identity for holds: a secret in the session, made when they first choose a time.

use bookings::appointments::{self, HoldRequest};
use bookings::strangers::Proof;
use bookings::{Error, Refusal, VisitorId};

use super::{ChallengeText, HoldAnswer, ProofText, TimeToHold};
use crate::context::{internal, quince, session};
use crate::error::AppError;
use crate::limit::{Attempt, audited, limited, stranger};
use crate::public::locale::Locale;
use crate::public::parse::{parse_host, parse_services, parse_start, zone_or};

/// Session key of the visitor's secret.
const SESSION_VISITOR: &str = "visitor";

/// The visitor, if they have held a time before.
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

/// A puzzle for the forms of a booking calendar: the earlier one, if it can still be solved.
pub fn challenge(slug: &str, before: &str) -> Result<ChallengeText, AppError> {
    let challenge = bookings::strangers::challenge(&quince()?, slug, before)?;
    Ok(ChallengeText {
        text: challenge.text,
        bits: challenge.bits,
    })
}

/// Holds a time for the visitor. A browser that does not send its session back gets no hold, since it would block the time for its own
/// visitor, too.
pub async fn hold(time: TimeToHold, proof: ProofText) -> Result<HoldAnswer, AppError> {
    limited(Attempt::Hold)?;
    let quince = quince()?;
    let Some(visitor) = visitor().await else {
        let secret = format!("{}{}", bookings::random_id(), bookings::random_id());
        let stored = session()?.insert(SESSION_VISITOR, secret).await;
        stored.map_err(|cause| internal(&cause))?;
        return Ok(HoldAnswer::Again);
    };
    let request = HoldRequest {
        slug: time.slug,
        start: parse_start(&time.start)?,
        host: parse_host(&time.host)?,
        services: parse_services(&time.visit)?,
    };
    let stranger = stranger()?.with(proof.into());
    match appointments::hold_as_stranger(&quince, &stranger, visitor, &request).await {
        Ok(until) => {
            let (zone, _) = zone_or(Some(&time.zone), &zones::Zone::utc());
            let until = zone.local(until);
            Ok(HoldAnswer::Until(Locale::of_request().time(until)))
        }
        Err(Error::Refused(error @ (Refusal::TooMany(_) | Refusal::NotProven(_)))) => {
            audited(Attempt::Hold, Err(Error::from(error).into()))
        }
        // The page loads its times again and then shows what is free.
        Err(Error::SlotTaken { .. } | Error::Refused(_) | Error::Fields(_)) => Ok(HoldAnswer::Taken),
        Err(error) => Err(error.into()),
    }
}
