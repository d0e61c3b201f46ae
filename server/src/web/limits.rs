//! Rate limits per client address, in memory: low enough to make guessing and flooding pointless, high enough that no person meets them.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use app::limit::{Attempt, Client, Count};
use bookings::strangers::{Proof, Stranger, network_of};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::proxies::network;

/// The limiters; clones share their counters.
#[derive(Clone)]
pub struct Limits(Option<Arc<Limiters>>);

struct Limiters {
    sign_in: DefaultKeyedRateLimiter<IpAddr>,
    book: DefaultKeyedRateLimiter<IpAddr>,
    hold: DefaultKeyedRateLimiter<IpAddr>,
    connect: DefaultKeyedRateLimiter<IpAddr>,
    accounts: DefaultKeyedRateLimiter<String>,
}

/// The longest delay of a sign-in while others try the same account.
const LONGEST_WAIT: Duration = Duration::from_secs(4);
/// Longest account name that has a counter of its own. Mail addresses are not longer than this.
const ACCOUNT: usize = 254;

impl Limits {
    /// The limits in use: bursts of 10 sign-ins, 30 bookings and 10 connection attempts per client, one more of each every few seconds; 20
    /// sign-ins per account from all clients, one more every three seconds; 30 holds, one more every 20 seconds, so that one client never
    /// holds a whole calendar.
    pub fn on() -> Self {
        Self(Some(Arc::new(Limiters {
            sign_in: limiter(10, Duration::from_secs(6)),
            book: limiter(30, Duration::from_secs(2)),
            hold: limiter(30, Duration::from_secs(20)),
            connect: limiter(10, Duration::from_secs(6)),
            accounts: limiter(20, Duration::from_secs(3)),
        })))
    }

    /// No limits, for load tests.
    pub fn off() -> Self {
        Self(None)
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// Seconds to wait, when there were too many.
    pub fn count(&self, attempt: Attempt, Client(client): Client) -> Result<(), u64> {
        let Some(limiters) = &self.0 else { return Ok(()) };
        let limiter = match attempt {
            Attempt::SignIn => &limiters.sign_in,
            Attempt::Book | Attempt::Wait => &limiters.book,
            Attempt::Hold => &limiters.hold,
            Attempt::Connect => &limiters.connect,
        };
        limiter.check_key(&network(client)).map_err(|until| {
            until
                .wait_time_from(DefaultClock::default().now())
                .as_secs()
                .max(1)
        })
    }

    /// The stranger behind a request: their network, and whether limits apply.
    pub fn stranger(&self, client: Option<Client>) -> Stranger {
        Stranger {
            network: client.map_or_else(|| "unknown".to_owned(), |Client(client)| network_of(client)),
            is_limited: self.0.is_some(),
            proof: Proof::default(),
        }
    }

    /// Drops the counters of clients that have been quiet, which bounds the memory.
    pub fn tidy(&self) {
        if let Some(limiters) = &self.0 {
            for limiter in [
                &limiters.sign_in,
                &limiters.book,
                &limiters.hold,
                &limiters.connect,
            ] {
                limiter.retain_recent();
                limiter.shrink_to_fit();
            }
            limiters.accounts.retain_recent();
            limiters.accounts.shrink_to_fit();
        }
    }
}

impl Count for Limits {
    fn client(&self, attempt: Attempt, client: Client) -> bool {
        self.count(attempt, client).is_ok()
    }

    fn stranger(&self, client: Option<Client>) -> Stranger {
        Self::stranger(self, client)
    }

    fn account(&self, account: &str) -> Duration {
        let Some(limiters) = &self.0 else {
            return Duration::ZERO;
        };
        let key = account.chars().take(ACCOUNT).collect();
        match limiters.accounts.check_key(&key) {
            Ok(()) => Duration::ZERO,
            Err(until) => until
                .wait_time_from(DefaultClock::default().now())
                .min(LONGEST_WAIT),
        }
    }
}

fn limiter<K: Clone + Eq + Hash>(burst: u32, every: Duration) -> DefaultKeyedRateLimiter<K> {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(every)
        .unwrap_or(Quota::per_second(burst))
        .allow_burst(burst);
    RateLimiter::keyed(quota)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_sign_in_waits_and_other_clients_do_not() {
        let limits = Limits::on();
        let client = Client("192.0.2.1".parse().unwrap());
        for _ in 0..10 {
            assert_eq!(limits.count(Attempt::SignIn, client), Ok(()));
        }
        assert!((1..=6).contains(&limits.count(Attempt::SignIn, client).unwrap_err()));
        assert_eq!(
            limits.count(Attempt::SignIn, Client("192.0.2.2".parse().unwrap())),
            Ok(())
        );
        assert_eq!(limits.count(Attempt::Book, client), Ok(()));
    }

    #[test]
    fn an_account_that_many_try_waits_and_is_never_locked_out() {
        let limits = Limits::on();
        for _ in 0..20 {
            assert_eq!(limits.account("ada@example.com"), Duration::ZERO);
        }
        for _ in 0..1_000 {
            let wait = limits.account("ada@example.com");
            assert!(wait > Duration::ZERO && wait <= LONGEST_WAIT, "{wait:?}");
        }
        assert_eq!(limits.account("bob@example.com"), Duration::ZERO);
    }
}
