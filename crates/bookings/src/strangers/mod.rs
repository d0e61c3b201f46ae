//! Rate limits for anonymous visitors, per network and per mail address. The counts are stored in the database, so they apply to all
//! processes and survive a restart.

mod puzzle;
mod stranger;

use std::net::{IpAddr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};
use store::due::SKEW;
use store::holds::VisitorId;
use store::strangers::{self, Sender, Sent, address_key};
use store::{ReadTx, StoreError, WriteTx};

pub(crate) use puzzle::SpentOn;
pub use puzzle::{CHALLENGE_LIFETIME, Challenge, DELAY, DIFFICULTY_BITS, NotProven, challenge};
pub use stranger::{Proof, Stranger};

/// Maximum number of bookings from one network, or with one address, within [`WINDOW`].
pub const MAX_BOOKINGS: u32 = 10;
/// Number of seats, from bookings within [`WINDOW`], from which on no more can be booked. One large group can book, but nobody can fill
/// class after class.
pub const MAX_SEATS: u32 = 20;
/// The period within which bookings are counted.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(20);
/// Maximum number of visitors from one network who hold time at once.
pub const MAX_HOLDS: u32 = 3;
/// Maximum number of places on waiting lists from one network, or with one address.
pub const MAX_WAITING_PLACES: u32 = 5;

/// Returns the network of a client's address, by which limits count, such as `192.0.2.1` or `2001:db8:0:1::/64`. IPv6 addresses count by
/// /64, which one customer usually has.
pub fn network_of(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// What a limit counts by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitedBy {
    /// The network.
    Network,
    /// The mail address.
    Address,
}

/// A limit that is exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// Too many bookings.
    #[error("Too many bookings came {} in a short time. Try again in {}, or contact us. What you typed is kept.", from(*.by), minutes(*.wait))]
    Bookings {
        /// What the limit counts by.
        by: LimitedBy,
        /// How long until another booking is accepted.
        wait: SignedDuration,
    },
    /// Too many visitors who hold time.
    #[error(
        "Others hold times from your connection while they fill in the form. Fill it in without a hold, or wait some minutes."
    )]
    Holds,
    /// Too many places on waiting lists.
    #[error("There are {MAX_WAITING_PLACES} places on waiting lists {} already. Leave one of them by the link in its mail, or contact us. What you typed is kept.", from(*.by))]
    WaitingPlaces {
        /// What the limit counts by.
        by: LimitedBy,
    },
}

impl TooMany {
    /// Returns how long to wait before trying again makes sense.
    pub fn wait(&self) -> SignedDuration {
        match self {
            Self::Bookings { wait, .. } => *wait,
            Self::Holds => SignedDuration::from_mins(1),
            Self::WaitingPlaces { .. } => WINDOW,
        }
    }
}

fn from(by: LimitedBy) -> &'static str {
    match by {
        LimitedBy::Network => "from your connection",
        LimitedBy::Address => "with this email address",
    }
}

/// Formats a duration in minutes, rounded up: "1 minute", "12 minutes".
fn minutes(wait: SignedDuration) -> String {
    match wait.as_secs().max(1).unsigned_abs().div_ceil(60) {
        1 => "1 minute".to_owned(),
        more => format!("{more} minutes"),
    }
}

impl Stranger {
    /// Sets the proof of work that they send.
    #[must_use]
    pub fn with(self, proof: Proof) -> Self {
        Self { proof, ..self }
    }

    pub(crate) fn sender(&self, address: &str) -> Sender {
        Sender {
            network: self.network.clone(),
            address: address_key(address),
        }
    }

    /// Checks whether they may book. Until the transaction ends, no other transaction can count and book for the same network or address.
    pub(crate) async fn may_book(
        &self,
        tx: &mut WriteTx,
        address: &str,
        now: Timestamp,
    ) -> Result<Result<(), TooMany>, StoreError> {
        if !self.is_limited {
            return Ok(Ok(()));
        }
        strangers::lock_sender(tx, &self.sender(address)).await?;
        self.bookings_left(tx, address, now).await
    }

    /// Like [`Self::may_book`], but without a lock, so the answer can be outdated when they book.
    pub(crate) async fn bookings_left(
        &self,
        tx: &mut ReadTx,
        address: &str,
        now: Timestamp,
    ) -> Result<Result<(), TooMany>, StoreError> {
        if !self.is_limited {
            return Ok(Ok(()));
        }
        let sender = self.sender(address);
        let since = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
        // Bookings further ahead than that come from a clock that was ahead, and do not count.
        let until = now.checked_add(SKEW).unwrap_or(Timestamp::MAX);
        let sent = strangers::bookings(tx, &sender, since, until, MAX_BOOKINGS).await?;
        Ok(check_bookings(&sent, now))
    }

    /// Checks whether they may take one more place on a waiting list, with the same lock as [`Self::may_book`].
    pub(crate) async fn may_wait(
        &self,
        tx: &mut WriteTx,
        address: &str,
        now: Timestamp,
    ) -> Result<Result<(), TooMany>, StoreError> {
        if !self.is_limited {
            return Ok(Ok(()));
        }
        let sender = self.sender(address);
        strangers::lock_sender(tx, &sender).await?;
        let (of_network, of_address) = strangers::waiting(tx, &sender, now).await?;
        let full = |by, places| (places >= MAX_WAITING_PLACES).then_some(TooMany::WaitingPlaces { by });
        let refused = full(LimitedBy::Address, of_address).or(full(LimitedBy::Network, of_network));
        Ok(refused.map_or(Ok(()), Err))
    }

    /// Checks whether a visitor may hold time in addition to the others from their network.
    pub(crate) async fn may_hold(
        &self,
        tx: &mut WriteTx,
        holder: VisitorId,
        now: Timestamp,
    ) -> Result<Result<(), TooMany>, StoreError> {
        if !self.is_limited {
            return Ok(Ok(()));
        }
        strangers::lock_network(tx, &self.network).await?;
        let others = strangers::other_holders(tx, &self.network, holder, now).await?;
        Ok(if others < MAX_HOLDS {
            Ok(())
        } else {
            Err(TooMany::Holds)
        })
    }
}

/// Checks bookings against the limits; `sent` is in order, the newest first.
fn check_bookings(sent: &[Sent], now: Timestamp) -> Result<(), TooMany> {
    let refused = |by: LimitedBy| {
        let of_one = sent
            .iter()
            .filter(|sent| sent.from_network == (by == LimitedBy::Network));
        let mut seats: u32 = 0;
        for (before, sent) in (1..).zip(of_one) {
            seats = seats.saturating_add(sent.seats);
            if before >= MAX_BOOKINGS || seats >= MAX_SEATS {
                // There is room once this one has left the window.
                let wait = WINDOW - now.duration_since(sent.at);
                return Some(TooMany::Bookings { by, wait });
            }
        }
        None
    };
    let (network, address) = (refused(LimitedBy::Network), refused(LimitedBy::Address));
    let longest = [network, address].into_iter().flatten().max_by_key(TooMany::wait);
    longest.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(from_network: bool, minutes_ago: i64, seats: u32) -> Sent {
        Sent {
            from_network,
            at: now() - SignedDuration::from_mins(minutes_ago),
            seats,
        }
    }

    fn now() -> Timestamp {
        "2026-11-23T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn the_refusal_says_when_there_is_room() {
        let nine: Vec<Sent> = (0..9).map(|minutes| sent(true, minutes, 1)).collect();
        assert_eq!(check_bookings(&nine, now()), Ok(()));
        let ten: Vec<Sent> = (0..10).map(|minutes| sent(false, minutes, 1)).collect();
        let refused = check_bookings(&ten, now()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "Too many bookings came with this email address in a short time. Try again in 11 minutes, or contact us. What you typed is \
             kept."
        );
        let groups = [sent(true, 1, 4), sent(true, 12, 20)];
        let refused = check_bookings(&groups, now()).unwrap_err();
        assert_eq!(refused.wait(), SignedDuration::from_mins(8));
        assert_eq!(check_bookings(&groups[..1], now()), Ok(()));
    }
}
