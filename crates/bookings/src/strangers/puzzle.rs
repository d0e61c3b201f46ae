//! A puzzle that strangers' browsers solve while they fill in a form, where a booking calendar asks for it: a program that books
//! again and again pays for each booking with work. Without script the same form counts once it was open for some seconds.
//!
//! Nothing is kept of a challenge until it is spent: it carries its age and a signature over that, its salt and the booking
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

/// How hard a puzzle is: about a second of a telephone's work, 262,144 tries on average.
pub const BITS: u32 = 18;
/// A form that was open for so long counts without a solution.
pub const DELAY: SignedDuration = SignedDuration::from_secs(10);
/// A challenge counts for so long.
pub const LIFE: SignedDuration = SignedDuration::from_mins(20);

/// Bytes of a challenge's salt.
const SALT: usize = 16;
/// Longest text that is looked at as a challenge, bytes. Ours have about 80.
const LONGEST: usize = 128;

/// A puzzle to solve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Sent back as it is.
    pub text: String,
    /// How hard it is, as [`puzzle`] says.
    pub bits: u32,
}

/// Why what was sent proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotProven {
    /// The puzzle is not solved, and the form was open for a few seconds only. It can be sent again as it is.
    #[error("This was sent sooner than a person types, as programs do. Wait {}, then send it again. What you typed is kept.", seconds(*self))]
    TooEarly {
        /// How long until it counts.
        wait: SignedDuration,
    },
    /// The challenge is none of this form, is too old, or was spent. Another one has to be asked for.
    #[error("This form was open for long, or was sent before. Wait {}, then send it again. What you typed is kept.", seconds(*self))]
    Outdated,
}

impl NotProven {
    /// How long to wait before it makes sense to try again without a solution, in seconds, rounded up.
    pub fn wait_seconds(self) -> u64 {
        let wait = match self {
            Self::TooEarly { wait } => wait,
            Self::Outdated => DELAY,
        };
        let whole = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
        whole.max(1).unsigned_abs()
    }
}

/// What a puzzle is spent on. Each challenge counts once for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpentOn {
    /// An appointment.
    Booking,
    /// A place on a waiting list.
    Waiting,
    /// A time that is held, which takes script anyway, and so a solution.
    Hold,
}

/// "1 second", "10 seconds".
fn seconds(why: NotProven) -> String {
    match why.wait_seconds() {
        1 => "1 second".to_owned(),
        more => format!("{more} seconds"),
    }
}

/// A challenge for the forms of a booking calendar: the one that a form was sent with before, if that can be sent again for some
/// time, so that its seconds go on counting; else a new one.
pub fn challenge(quince: &Quince, slug: &str, before: &str) -> Result<Challenge, Internal> {
    let now = quince.now();
    let goes_on = issued_at(quince, slug, before)?
        .and_then(|issued| age(issued, now))
        .is_some_and(|age| age <= LIFE / 2);
    let text = if goes_on {
        before.to_owned()
    } else {
        let mut salt = [0; SALT];
        getrandom::fill(&mut salt).map_err(Internal::because)?;
        let signed = format!("{}.{}", now.as_millisecond(), URL_SAFE_NO_PAD.encode(salt));
        let signature = signature(quince, slug, &signed)?.finalize().into_bytes();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    };
    Ok(Challenge { text, bits: BITS })
}

/// The signature of a challenge's first two parts. After a change of the secret key those of some minutes before count no more,
/// and their forms get another challenge.
fn signature(quince: &Quince, slug: &str, signed: &str) -> Result<Hmac<Sha256>, Internal> {
    let key = quince.store().key().derive("puzzle");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).map_err(Internal::because)?;
    mac.update(format!("{signed} {slug}").as_bytes());
    Ok(mac)
}

/// When a challenge was made for this booking calendar; nothing if it was not.
fn issued_at(quince: &Quince, slug: &str, challenge: &str) -> Result<Option<Timestamp>, Internal> {
    if challenge.len() > LONGEST {
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
    /// Spends the puzzle of what they send, where the booking calendar asks for one. When what they send is refused after all, the
    /// transaction takes that back, and they can send it again.
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

    /// Whether what they send would do as it looks now; nothing is spent.
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

    /// Whether what they send would do if it was not spent yet, and then when its challenge was made, where the booking calendar
    /// asks for one.
    fn check_proof(
        &self,
        quince: &Quince,
        calendar: &BookingCalendar,
        on: SpentOn,
    ) -> Result<Result<Option<Timestamp>, NotProven>, Internal> {
        if !calendar.ask_puzzle {
            return Ok(Ok(None));
        }
        let Proof { challenge, solution } = &self.proof;
        let now = quince.now();
        let Some(issued) = issued_at(quince, &calendar.slug, challenge)? else {
            return Ok(Err(NotProven::Outdated));
        };
        let Some(age) = age(issued, now).filter(|age| *age <= LIFE) else {
            return Ok(Err(NotProven::Outdated));
        };
        if !puzzle::is_solution(challenge, BITS, solution) {
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
        let until = issued.checked_add(LIFE).unwrap_or(Timestamp::MAX);
        let is_first = spent_puzzles::spend(tx, &self.spent_as(on), until).await?;
        Ok(is_first.then_some(()).ok_or(NotProven::Outdated))
    }

    /// By what a spent challenge is known again.
    fn spent_as(&self, on: SpentOn) -> [u8; 32] {
        Sha256::digest(format!("{on:?} {}", self.proof.challenge)).into()
    }
}
