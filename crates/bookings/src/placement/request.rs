//! What a client types when booking.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use scheduling::StaffId;
use sha2::{Digest, Sha256};
use store::holds::VisitorId;
use store::questions::Answer;
use store::strangers::address_key;
use zones::Zone;

use crate::problem::FieldProblem;
use crate::services::Chosen;
use crate::validate::{KEY_LIMIT, NOTES_LIMIT, Validator};

/// Most guests of one client.
const GUESTS_LIMIT: usize = 50;

/// A wish to book.
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
    /// Anything the host should know; may be empty.
    pub notes: String,
    /// The names of those whom the client brings to a class, each with a seat of their own.
    pub guests: Vec<String>,
    /// Answers to the booking calendar's questions.
    pub answers: Vec<Answer>,
    /// What the client wants from the menu of a Service calendar, in this order.
    pub services: Vec<Chosen>,
    /// The member the client chose; nobody in particular otherwise.
    pub host: Option<StaffId>,
    /// The client with what they hold; it is theirs to book.
    pub holder: Option<VisitorId>,
    /// A text of the client's choice that is the same when the same wish is sent again, such as a UUID. It counts for this client
    /// on this booking calendar alone.
    pub idempotency_key: String,
}

/// Contact and notes after the check.
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

    /// The seats that are asked for: the client's and their guests'.
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
            name: checked.name_of_stranger("name", "your name", name),
            email: checked.email("email", email),
            phone: filled(checked.phone("phone", phone)),
            notes: filled(checked.text("notes", "the notes", notes, NOTES_LIMIT)),
            guests: read_guests(checked, guests),
        }
    }
}

fn read_guests(checked: &mut Validator, guests: &[String]) -> Vec<String> {
    if guests.len() > GUESTS_LIMIT {
        checked.problem(
            "guests",
            format!("Bring at most {GUESTS_LIMIT} guests. For a larger group, please contact us."),
        );
    }
    let names = guests.iter();
    names
        .map(|guest| checked.name_of_stranger("guests", "each guest's name", guest))
        .collect()
}

/// The names of guests after the check.
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
            "an idempotency key",
            &self.idempotency_key,
            KEY_LIMIT,
        );
        checked.finish().map(|()| details)
    }

    /// A hash of everything but the key, to tell a repeated wish from another one under the same key.
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

    /// The idempotency key as it is kept: one of this person (a client's address, or the staff member who books for one) on
    /// this booking calendar, so that nobody is answered what somebody else with the same key was.
    pub(crate) fn kept_key(&self, staff: Option<StaffId>) -> String {
        let person = staff.map_or_else(|| address_key(&self.email), |id| id.to_string());
        URL_SAFE_NO_PAD.encode(hash_of([&self.slug, &person, self.idempotency_key.trim()]))
    }
}

/// SHA-256 of a list of texts, each with its length, so that no two lists give the same bytes.
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
        let key = booking().kept_key(None);
        let written_otherwise = Booking {
            email: " ADA@Example.com".into(),
            name: "Countess".into(),
            ..booking()
        };
        assert_eq!(key, written_otherwise.kept_key(None));
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
            assert_ne!(key, different.kept_key(None));
        }
        let staff: StaffId = "018f0000-0000-7000-8000-000000000001".parse().unwrap();
        assert_ne!(key, booking().kept_key(Some(staff)));
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
