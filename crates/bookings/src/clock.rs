//! Clocks, and the age of instants. Rules and stores take `now` as an argument; only this module reads a clock.

use std::sync::Mutex;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use store::due::SKEW;

/// Returns the age of an instant. An instant up to `SKEW` ahead has age zero, as clocks differ a little. Returns `None` for one further
/// ahead: a wrong clock wrote it, so its age is unknown.
pub(crate) fn age(at: Timestamp, now: Timestamp) -> Option<SignedDuration> {
    let age = now.duration_since(at);
    (age >= -SKEW).then(|| age.max(SignedDuration::ZERO))
}

/// Returns the instant `by` before `now`, or the earliest one on overflow.
pub(crate) fn before(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}

/// Formats the age of an instant in words that follow “was read”, such as “3 minutes ago”.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let Some(age) = age(at, now) else {
        return "at a time that is yet to come: check this server's clock".to_owned();
    };
    match age.as_mins() {
        ..1 => "less than a minute ago".to_owned(),
        1 => "a minute ago".to_owned(),
        minutes @ 2..60 => format!("{minutes} minutes ago"),
        60..120 => "an hour ago".to_owned(),
        minutes @ 120..2_880 => format!("{} hours ago", minutes / 60),
        minutes => format!("{} days ago", minutes / 1_440),
    }
}

/// A source of the current instant.
pub trait Clock: Send + Sync {
    /// The current instant.
    fn now(&self) -> Timestamp;

    /// Whether it is meant to show the actual time, even if it is wrong. Only then can the database's clock replace it where several
    /// processes must agree. The clock of a test or a demonstration serves for that as well.
    fn is_actual(&self) -> bool {
        false
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the machine's clock is read"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn is_actual(&self) -> bool {
        true
    }
}

/// A clock that was set to another instant and runs on from there at normal speed: for demonstrations and browser tests, which need a known
/// date but also time that passes.
#[derive(Debug, Clone, Copy)]
pub struct ShiftedClock {
    start: Timestamp,
    since: Instant,
}

impl ShiftedClock {
    /// Creates a clock that shows `start` now.
    pub fn starting_at(start: Timestamp) -> Self {
        Self {
            start,
            since: Instant::now(),
        }
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        self.start
            .checked_add(self.since.elapsed())
            .unwrap_or(Timestamp::MAX)
    }
}

/// A clock that stands still until it is set.
#[derive(Debug)]
pub struct TestClock(Mutex<Timestamp>);

impl TestClock {
    /// Creates a clock that shows `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = now;
    }

    /// Advances the clock; a negative duration sets it back.
    pub fn advance(&self, by: SignedDuration) {
        let moved = self.now().checked_add(by).unwrap_or(Timestamp::MAX);
        self.set(moved);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_the_largest_unit_that_fits() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let ago = |seconds| ago(now - SignedDuration::from_secs(seconds), now);
        assert_eq!(ago(20), "less than a minute ago");
        assert_eq!(ago(60), "a minute ago");
        assert_eq!(ago(59 * 60), "59 minutes ago");
        assert_eq!(ago(90 * 60), "an hour ago");
        assert_eq!(ago(5 * 3_600), "5 hours ago");
        assert_eq!(ago(3 * 86_400), "3 days ago");
    }

    #[test]
    fn what_lies_ahead_is_never_said_to_be_of_just_now() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let ahead = |seconds| now + SignedDuration::from_secs(seconds);
        assert_eq!(
            ago(ahead(60), now),
            "less than a minute ago",
            "clocks differ a little"
        );
        for seconds in [301, 3_600, 3 * 86_400] {
            assert!(ago(ahead(seconds), now).contains("yet to come"), "{seconds}");
        }
        assert!(ago(Timestamp::MAX, now).contains("yet to come"));
    }
}
