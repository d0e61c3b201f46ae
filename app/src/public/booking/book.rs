//! Booking through the public page.

use bookings::appointments::Booking;
use zones::Zone;

use super::{AnswerText, to_answers};
use crate::context::quince;
use crate::error::AppError;
use crate::limit::{Attempt, audited, limited, stranger};
use crate::public::hold::ProofText;
use crate::public::hold::visitor::visitor;
use crate::public::parse::{parse_host, parse_services, parse_start};

/// The posted booking form.
#[derive(Debug)]
pub struct BookRequest {
    /// The booking calendar's slug.
    pub slug: String,
    /// The chosen start (RFC 3339).
    pub start: String,
    /// The client's zone.
    pub zone: String,
    /// The client's name.
    pub name: String,
    /// The client's email address.
    pub email: String,
    /// The client's phone number; may be empty.
    pub phone: String,
    /// The client's notes; may be empty.
    pub notes: String,
    /// The names of the client's guests in a class, one per line.
    pub guests: String,
    /// Answers to the booking calendar's questions.
    pub answers: Vec<AnswerText>,
    /// The wanted member's id; empty for anybody.
    pub host: String,
    /// The wanted services; may be empty.
    pub visit: String,
    /// Whether to join the waiting list of a full session.
    pub waits: bool,
    /// The puzzle and its solution.
    pub proof: ProofText,
    /// Idempotency key.
    pub key: String,
}

/// Books, or joins the waiting list. Returns the path of the confirmation.
pub async fn book(mut request: BookRequest) -> Result<String, AppError> {
    limited(Attempt::Book)?;
    let proof = std::mem::take(&mut request.proof).into();
    let (quince, stranger) = (quince()?, stranger()?.with(proof));
    if request.waits {
        let waiting = bookings::classes::wait_as_stranger(&quince, &stranger, &booking_of(request)?).await;
        let token = audited(Attempt::Wait, waiting.map_err(AppError::from))?;
        return Ok(format!("/waiting/{token}"));
    }
    let booking = Booking {
        holder: visitor().await,
        ..booking_of(request)?
    };
    let booked = bookings::appointments::book_as_stranger(&quince, &stranger, booking).await;
    let booked = audited(Attempt::Book, booked.map_err(AppError::from))?;
    Ok(format!("/booked/{}", booked.manage_token))
}

fn booking_of(request: BookRequest) -> Result<Booking, AppError> {
    let guests = request.guests.lines().map(str::trim);
    Ok(Booking {
        start: parse_start(&request.start)?,
        slug: request.slug,
        zone: Zone::named(&request.zone).map_err(|unknown| AppError::Refused(unknown.to_string()))?,
        name: request.name,
        email: request.email,
        phone: request.phone,
        notes: request.notes,
        guests: guests
            .filter(|guest| !guest.is_empty())
            .map(str::to_owned)
            .collect(),
        answers: to_answers(request.answers),
        services: parse_services(&request.visit)?,
        host: parse_host(&request.host)?,
        holder: None,
        idempotency_key: request.key,
    })
}
