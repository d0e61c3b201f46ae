//! The data of a booking, as the client enters them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use scheduling::StaffId;
use sha2::{Digest, Sha256};
use store::holds::VisitorId;
use store::questions::Answer;
use store::strangers::address_key;
use zones::Zone;

use crate::problem::{FieldProblem, GuestProblem, TextName};
use crate::services::ChosenService;
use crate::validate::{KEY_LIMIT, NOTES_LIMIT, Validator};

/// Maximum number of guests of one client.
const GUESTS_LIMIT: usize = 50;

/// A request to book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Address of the booking calendar.
    pub slug: String,
    /// Start of the meeting.
    pub start: Timestamp,
    /// The client's zone, for mails and pages.
    pub zone: Zone,
    /// The client's name.
    pub name: String,
    /// The client's address.
    pub email: String,
    /// The client's telephone number; may be empty.
    pub phone: String,
    /// The client's notes; may be empty.
    pub notes: String,
    /// The names of the client's guests in a class, each of whom takes a seat.
    pub guests: Vec<String>,
    /// Answers to the booking calendar's questions.
    pub answers: Vec<Answer>,
    /// The services that the client chose from the menu of a Service calendar, in order.
    pub services: Vec<ChosenService>,
    /// The member whom the client chose, if any.
    pub host: Option<StaffId>,
    /// The visitor whose hold the booking uses.
    pub holder: Option<VisitorId>,
    /// A text that the client chooses and sends again when the same request is repeated, such as a UUID. It is scoped to this client and
    /// booking calendar.
    pub idempotency_key: String,
}

/// Validated details of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Details {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) phone: Option<String>,
    pub(crate) notes: Option<String>,
    pub(crate) guests: Vec<String>,
}

impl Details {
    pub(crate) fn check(
        name: &str,
        email: &str,
        phone: &str,
        notes: &str,
        guests: &[String],
    ) -> Result<Self, Vec<FieldProblem>> {
        let mut checked = Validator::default();
        let details = Self::read(&mut checked, name, email, phone, notes, guests);
        checked.finish().map(|()| details)
    }

    /// The number of requested seats: the client's and the guests'.
    pub(crate) fn seats(&self) -> u32 {
        u32::try_from(self.guests.len()).map_or(u32::MAX, |guests| guests.saturating_add(1))
    }

    fn read(
        checked: &mut Validator,
        name: &str,
        email: &str,
        phone: &str,
        notes: &str,
        guests: &[String],
    ) -> Self {
        let filled = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            name: checked.name_of_stranger("name", TextName::YourName, name),
            email: checked.email("email", email),
            phone: filled(checked.phone("phone", phone)),
            notes: filled(checked.text("notes", TextName::Notes, notes, NOTES_LIMIT)),
            guests: read_guests(checked, guests),
        }
    }
}

fn read_guests(checked: &mut Validator, guests: &[String]) -> Vec<String> {
    if guests.len() > GUESTS_LIMIT {
        checked.problem("guests", GuestProblem::TooMany { max: GUESTS_LIMIT });
    }
    let names = guests.iter();
    names
        .map(|guest| checked.name_of_stranger("guests", TextName::GuestName, guest))
        .collect()
}

/// Validates the names of guests.
pub(crate) fn checked_guests(guests: &[String]) -> Result<Vec<String>, Vec<FieldProblem>> {
    let mut checked = Validator::default();
    let guests = read_guests(&mut checked, guests);
    checked.finish().map(|()| guests)
}

impl Booking {
    pub(crate) fn check(&self) -> Result<Details, Vec<FieldProblem>> {
        let mut checked = Validator::default();
        let details = Details::read(
            &mut checked,
            &self.name,
            &self.email,
            &self.phone,
            &self.notes,
            &self.guests,
        );
        checked.start("start", self.start);
        checked.required_line(
            "idempotency_key",
            TextName::IdempotencyKey,
            &self.idempotency_key,
            KEY_LIMIT,
        );
        checked.finish().map(|()| details)
    }

    /// Returns a hash of everything but the key, to distinguish a repeated request from another one under the same key.
    pub(crate) fn body_hash(&self) -> [u8; 32] {
        let host = self.host.map(|host| host.to_string()).unwrap_or_default();
        let guests = serde_json::json!(self.guests).to_string();
        let services: Vec<_> = self.services.iter().map(|one| (one.service, one.host)).collect();
        let services = serde_json::json!(services).to_string();
        let answers = serde_json::json!(self.answers).to_string();
        let start = self.start.as_millisecond().to_string();
        hash_of([
            &self.slug,
            &start,
            self.zone.name(),
            self.name.trim(),
            self.email.trim(),
            self.phone.trim(),
            self.notes.trim(),
            &host,
            &guests,
            &answers,
            &services,
        ])
    }

    /// Returns the idempotency key as it is stored, scoped to the booking calendar and to the client's address, or to the staff member who
    /// books. Nobody gets the answer to another person's request by the same key.
    pub(crate) fn stored_key(&self, staff: Option<StaffId>) -> String {
        let person = staff.map_or_else(|| address_key(&self.email), |id| id.to_string());
        URL_SAFE_NO_PAD.encode(hash_of([&self.slug, &person, self.idempotency_key.trim()]))
    }
}

/// SHA-256 of a list of texts. Each is prefixed with its length, so that different lists never give the same bytes.
fn hash_of<const N: usize>(texts: [&str; N]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn booking() -> Booking {
        Booking {
            slug: "intro".into(),
            start: "2026-11-24T15:00:00Z".parse().unwrap(),
            zone: Zone::utc(),
            name: "Ada".into(),
            email: "ada@example.com".into(),
            phone: String::new(),
            notes: String::new(),
            guests: Vec::new(),
            answers: Vec::new(),
            services: Vec::new(),
            host: None,
            holder: None,
            idempotency_key: "k1".into(),
        }
    }

    #[test]
    fn the_key_is_no_part_of_the_body_and_everything_else_is() {
        let same = Booking {
            idempotency_key: "k2".into(),
            ..booking()
        };
        assert_eq!(booking().body_hash(), same.body_hash());
        let moved = Booking {
            name: "Adaa".into(),
            email: "da@example.com".into(),
            ..booking()
        };
        assert_ne!(booking().body_hash(), moved.body_hash());
        let noted = Booking {
            notes: "x".into(),
            ..booking()
        };
        assert_ne!(booking().body_hash(), noted.body_hash());
    }

    #[test]
    fn a_key_counts_for_one_person_on_one_booking_calendar() {
        let key = booking().stored_key(None);
        let written_otherwise = Booking {
            email: " ADA@Example.com".into(),
            name: "Countess".into(),
            ..booking()
        };
        assert_eq!(key, written_otherwise.stored_key(None));
        let elsewhere = Booking {
            slug: "talk".into(),
            ..booking()
        };
        let somebody = Booking {
            email: "eve@example.com".into(),
            ..booking()
        };
        let other = Booking {
            idempotency_key: "k2".into(),
            ..booking()
        };
        for different in [elsewhere, somebody, other] {
            assert_ne!(key, different.stored_key(None));
        }
        let staff: StaffId = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        assert_ne!(key, booking().stored_key(Some(staff)));
    }

    #[test]
    fn every_field_has_its_own_sentence() {
        let wrong = Booking {
            name: "A\r\nBcc: x".into(),
            email: "ada".into(),
            phone: "call me".into(),
            notes: "x".repeat(NOTES_LIMIT + 1),
            idempotency_key: String::new(),
            ..booking()
        };
        let fields: Vec<&str> = wrong
            .check()
            .unwrap_err()
            .iter()
            .map(|problem| problem.field)
            .collect();
        assert_eq!(fields, ["name", "email", "phone", "notes", "idempotency_key"]);
    }
}
