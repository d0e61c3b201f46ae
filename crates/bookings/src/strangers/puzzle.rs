//! The proof of work that a booking calendar can require: visitors' browsers solve a puzzle while the form is filled in, so that a program
//! pays for each booking with work. Without script, the form is accepted once it has been open for some seconds.
//!
//! A challenge is not stored until it is spent: it carries the time when it was issued, a salt, and a signature over both and the booking
//! calendar's address.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use store::booking_calendars::BookingCalendar;
use store::{ReadTx, StoreError, WriteTx, spent_puzzles};

use super::stranger::{Proof, Stranger};
use crate::clock::age;
use crate::problem::Internal;
use crate::quince::Quince;

/// Difficulty in bits: about a second of work on a phone, 262,144 tries on average.
pub const DIFFICULTY_BITS: u32 = 18;
/// A form that has been open for this long is accepted without a solution.
pub const DELAY: SignedDuration = SignedDuration::from_secs(10);
/// Lifetime of a challenge.
pub const CHALLENGE_LIFETIME: SignedDuration = SignedDuration::from_mins(20);

/// Length of a challenge's salt, in bytes.
const SALT_BYTES: usize = 16;
/// Longest text that is parsed as a challenge, in bytes. A real one has about 80.
const MAX_CHALLENGE_BYTES: usize = 128;

/// A puzzle to solve in the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// The signed text, which the form sends back unchanged.
    pub text: String,
    /// Difficulty in bits, as [`puzzle`] defines it.
    pub bits: u32,
}

/// Why a proof is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotProven {
    /// The puzzle is not solved, and the form has been open for less than [`DELAY`]. The same form can be sent again later.
    #[error("This was sent sooner than a person types, as programs do. Wait {}, then send it again. What you typed is kept.", seconds(*self))]
    TooEarly {
        /// How long until it is accepted.
        wait: SignedDuration,
    },
    /// The challenge belongs to another booking calendar, has expired, or is spent. A new one is needed.
    #[error("This form was open for long, or was sent before. Wait {}, then send it again. What you typed is kept.", seconds(*self))]
    Outdated,
}

impl NotProven {
    /// Returns how long to wait before trying again without a solution makes sense, in seconds, rounded up.
    pub fn wait_seconds(self) -> u64 {
        let wait = match self {
            Self::TooEarly { wait } => wait,
            Self::Outdated => DELAY,
        };
        let whole = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
        whole.max(1).unsigned_abs()
    }
}

/// What a puzzle is spent on. Each challenge can be spent once on each of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpentOn {
    /// An appointment.
    Booking,
    /// A place on a waiting list.
    Waiting,
    /// A hold. It needs a solution, since holds need script anyway.
    Hold,
}

/// Formats the wait: "1 second", "10 seconds".
fn seconds(why: NotProven) -> String {
    match why.wait_seconds() {
        1 => "1 second".to_owned(),
        more => format!("{more} seconds"),
    }
}

/// Returns a challenge for the forms of a booking calendar. It is `before`, which the form was sent with, if that is valid for at least
/// half of [`CHALLENGE_LIFETIME`], so that the time since it was issued keeps counting. Otherwise it is a new one.
pub fn challenge(quince: &Quince, slug: &str, before: &str) -> Result<Challenge, Internal> {
    let now = quince.now();
    let goes_on = issued_at(quince, slug, before)?
        .and_then(|issued| age(issued, now))
        .is_some_and(|age| age <= CHALLENGE_LIFETIME / 2);
    let text = if goes_on {
        before.to_owned()
    } else {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(Internal::because)?;
        let signed = format!("{}.{}", now.as_millisecond(), URL_SAFE_NO_PAD.encode(salt));
        let signature = signature(quince, slug, &signed)?.finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    Ok(Challenge {
        text,
        bits: DIFFICULTY_BITS,
    })
}

/// Returns the signature over a challenge's first two parts. After a change of the secret key, challenges in open forms are invalid, and
/// those forms get a new one.
fn signature(quince: &Quince, slug: &str, signed: &str) -> Result<Hmac<Sha256>, Internal> {
    let key = quince.store().key().derive("puzzle");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).map_err(Internal::because)?;
    mac.update(format!("{signed} {slug}").as_bytes());
    Ok(mac)
}

/// Returns when a challenge was issued for this booking calendar; `None` if it is invalid.
fn issued_at(quince: &Quince, slug: &str, challenge: &str) -> Result<Option<Timestamp>, Internal> {
    if challenge.len() > MAX_CHALLENGE_BYTES {
        return Ok(None);
    }
    let Some((signed, sent)) = challenge.rsplit_once('.') else {
        return Ok(None);
    };
    let Ok(sent) = URL_SAFE_NO_PAD.decode(sent) else {
        return Ok(None);
    };
    if signature(quince, slug, signed)?.verify_slice(&sent).is_err() {
        return Ok(None);
    }
    let issued = signed.split('.').next().and_then(|issued| issued.parse().ok());
    Ok(issued.and_then(|issued| Timestamp::from_millisecond(issued).ok()))
}

impl Stranger {
    /// Checks and spends their proof, if the booking calendar requires one. If the request is refused after all, the rollback restores the
    /// challenge, so that the form can be sent again.
    pub(crate) async fn prove(
        &self,
        quince: &Quince,
        tx: &mut WriteTx,
        calendar: &BookingCalendar,
        on: SpentOn,
    ) -> Result<Result<(), NotProven>, Internal> {
        match self.check_proof(quince, calendar, on)? {
            Err(why) => Ok(Err(why)),
            Ok(None) => Ok(Ok(())),
            Ok(Some(issued)) => Ok(self.spend(tx, issued, on).await?),
        }
    }

    /// Like [`Self::prove`], but spends nothing; the challenge may be spent meanwhile.
    pub(crate) async fn could_prove(
        &self,
        quince: &Quince,
        tx: &mut ReadTx,
        calendar: &BookingCalendar,
        on: SpentOn,
    ) -> Result<Result<(), NotProven>, Internal> {
        Ok(match self.check_proof(quince, calendar, on)? {
            Err(why) => Err(why),
            Ok(Some(_)) if spent_puzzles::is_spent(tx, &self.spent_as(on)).await? => Err(NotProven::Outdated),
            Ok(_) => Ok(()),
        })
    }

    /// Checks the proof except for whether it is spent. Returns when its challenge was issued; `None` if the booking calendar requires no
    /// proof.
    fn check_proof(
        &self,
        quince: &Quince,
        calendar: &BookingCalendar,
        on: SpentOn,
    ) -> Result<Result<Option<Timestamp>, NotProven>, Internal> {
        if !calendar.settings.ask_puzzle {
            return Ok(Ok(None));
        }
        let Proof { challenge, solution } = &self.proof;
        let now = quince.now();
        let Some(issued) = issued_at(quince, &calendar.settings.slug, challenge)? else {
            return Ok(Err(NotProven::Outdated));
        };
        let Some(age) = age(issued, now).filter(|age| *age <= CHALLENGE_LIFETIME) else {
            return Ok(Err(NotProven::Outdated));
        };
        if !puzzle::is_solution(challenge, DIFFICULTY_BITS, solution) {
            if on == SpentOn::Hold {
                return Ok(Err(NotProven::Outdated));
            }
            if age < DELAY {
                return Ok(Err(NotProven::TooEarly { wait: DELAY - age }));
            }
        }
        Ok(Ok(Some(issued)))
    }

    async fn spend(
        &self,
        tx: &mut WriteTx,
        issued: Timestamp,
        on: SpentOn,
    ) -> Result<Result<(), NotProven>, StoreError> {
        let until = issued.checked_add(CHALLENGE_LIFETIME).unwrap_or(Timestamp::MAX);
        let is_first = spent_puzzles::spend(tx, &self.spent_as(on), until).await?;
        Ok(is_first.then_some(()).ok_or(NotProven::Outdated))
    }

    /// Returns the hash under which a spent challenge is stored.
    fn spent_as(&self, on: SpentOn) -> [u8; 32] {
        Sha256::digest(format!("{on:?} {}", self.proof.challenge)).into()
    }
}
