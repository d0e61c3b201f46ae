//! What strangers may do at most: by the network that they come from, and by the mail address that they type. The counts are kept in
//! the database, so they hold for all processes and after a restart.

mod puzzle;
mod stranger;

use std::net::{IpAddr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};
use store::due::SKEW;
use store::holds::VisitorId;
use store::strangers::{self, Sender, Sent, address_key};
use store::{ReadTx, StoreError, WriteTx};

pub(crate) use puzzle::SpentOn;
pub use puzzle::{BITS, Challenge, DELAY, LIFE, NotProven, challenge};
pub use stranger::{Proof, Stranger};

/// Bookings from one network, or with one address, within [`WINDOW`].
pub const BOOKINGS: u32 = 10;
/// Whoever has so many seats from bookings within [`WINDOW`] books no more: one large group can book, and nobody fills class after
/// class.
pub const SEATS: u32 = 20;
/// The time in which bookings are counted.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(20);
/// Visitors from one network who hold time at once.
pub const OPEN_HOLDS: u32 = 3;
/// Places on waiting lists from one network, or with one address.
pub const WAITING_PLACES: u32 = 5;

/// A client's network as it is counted, written as operators write one: `192.0.2.1`, `2001:db8:0:1::/64`. One IPv6 customer usually
/// has a whole /64.
pub fn network_of(client: IpAddr) -> String {
    match client.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// By what somebody has done too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Their network.
    Network,
    /// Their address.
    Address,
}

/// Somebody did so much that no more is taken from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// Bookings.
    #[error("Too many bookings came {} in a short time. Try again in {}, or contact us. What you typed is kept.", from(*.by), minutes(*.wait))]
    Bookings {
        /// By what.
        by: By,
        /// How long until another one is taken.
        wait: SignedDuration,
    },
    /// Times that are held.
    #[error(
        "Others hold times from your connection while they fill in the form. Fill it in without a hold, or wait some minutes."
    )]
    Holds,
    /// Places on waiting lists.
    #[error("There are {WAITING_PLACES} places on waiting lists {} already. Leave one of them by the link in its mail, or contact us. What you typed is kept.", from(*.by))]
    WaitingPlaces {
        /// By what.
        by: By,
    },
}

impl TooMany {
    /// How long to wait before it makes sense to try again.
    pub fn wait(&self) -> SignedDuration {
        match self {
            Self::Bookings { wait, .. } => *wait,
            Self::Holds => SignedDuration::from_mins(1),
            Self::WaitingPlaces { .. } => WINDOW,
        }
    }
}

fn from(by: By) -> &'static str {
    match by {
        By::Network => "from your connection",
        By::Address => "with this email address",
    }
}

/// "1 minute", "12 minutes", rounded up.
fn minutes(wait: SignedDuration) -> String {
    match wait.as_secs().max(1).unsigned_abs().div_ceil(60) {
        1 => "1 minute".to_owned(),
        more => format!("{more} minutes"),
    }
}

impl Stranger {
    /// The same with what they send of a puzzle.
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

    /// Whether they may book; nobody else counts and books for the same network or address until the transaction ends.
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

    /// Whether they may book as it looks now; others may count at the same time.
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
        // What was booked later than now was booked by a clock that was ahead.
        let until = now.checked_add(SKEW).unwrap_or(Timestamp::MAX);
        let sent = strangers::bookings(tx, &sender, since, until, BOOKINGS).await?;
        Ok(check_bookings(&sent, now))
    }

    /// Whether they may wait for one more session.
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
        let full = |by, places| (places >= WAITING_PLACES).then_some(TooMany::WaitingPlaces { by });
        let refused = full(By::Address, of_address).or(full(By::Network, of_network));
        Ok(refused.map_or(Ok(()), Err))
    }

    /// Whether a visitor may hold time beside the others from their network.
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
        Ok(if others < OPEN_HOLDS {
            Ok(())
        } else {
            Err(TooMany::Holds)
        })
    }
}

/// Bookings come in the order of the newest first.
fn check_bookings(sent: &[Sent], now: Timestamp) -> Result<(), TooMany> {
    let refused = |by: By| {
        let of_one = sent
            .iter()
            .filter(|sent| sent.from_network == (by == By::Network));
        let mut seats: u32 = 0;
        for (before, sent) in (1..).zip(of_one) {
            seats = seats.saturating_add(sent.seats);
            if before >= BOOKINGS || seats >= SEATS {
                // When this one no longer counts there is room.
                let wait = WINDOW - now.duration_since(sent.at);
                return Some(TooMany::Bookings { by, wait });
            }
        }
        None
    };
    let (network, address) = (refused(By::Network), refused(By::Address));
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
