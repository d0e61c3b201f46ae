//! What a failed request to a calendar server means for people: one sentence each, used on every page and mail.

use std::time::Duration;

use caldav::{Cause, Error, RetryAfter};
use jiff::Timestamp;

/// All the reasons why iCloud refuses a login look the same from outside, so the sentence names them all.
pub(crate) const WRONG_LOGIN: &str = "iCloud did not accept this login. Check three things: the Apple ID is the right \
     one; the password is an app-specific password (not your Apple password) and was copied in full; and it was not \
     revoked – changing your Apple password revokes all of them. Also, iCloud Calendar must be switched on for this \
     Apple ID. Then try again, if need be with a new app-specific password.";

/// The account exists, but Calendar is off.
pub(crate) const NO_CALENDARS: &str = "The login is right, but this account has no calendars. Switch on Calendar in the \
     iCloud settings of your iPhone or Mac, then try again.";

/// What is wrong, in one sentence with a next step.
pub(crate) fn sentence(error: &Error) -> String {
    match error {
        Error::WrongLogin => WRONG_LOGIN.to_owned(),
        Error::NoCalendars => NO_CALENDARS.to_owned(),
        Error::Throttled { .. } => {
            "The calendar server asks us to slow down. Quince tries again by itself in a few minutes."
                .to_owned()
        }
        Error::Unreachable { host, cause, .. } => {
            let why = match cause {
                Cause::Dns => "its name was not found",
                Cause::Connect => "no connection was possible",
                Cause::Tls => "no secure connection was possible",
                Cause::Timeout => "it did not answer in time",
                Cause::Interrupted => "the connection broke",
            };
            format!("{host} could not be reached: {why}. Quince tries again by itself.")
        }
        Error::ForbiddenAddress { host } | Error::InsecureUrl { host } => {
            format!("Quince is not allowed to connect to {host}. Ask the operator.")
        }
        Error::OutOfScope { host } => {
            format!(
                "The calendar server points to {host}, where your login is not sent for safety. Tell the operator."
            )
        }
        Error::NotFound => "The calendar server has nothing at this address any more.".to_owned(),
        Error::PreconditionFailed | Error::UidConflict => {
            "The event on the calendar server is not as expected. Quince tries again by itself.".to_owned()
        }
        Error::Refused { status, .. } => format!(
            "The calendar server refused the request (status {status}). Quince tries again by itself; if it stays, \
             check the calendar's sharing settings."
        ),
        Error::Malformed { .. }
        | Error::TooLarge { .. }
        | Error::TooManyRedirects
        | Error::TokenExpired
        | Error::SyncUnsupported => {
            "The calendar server's answer could not be understood. Quince tries again by itself.".to_owned()
        }
    }
}

/// How long to wait before the next try after this many failures in a row: half a minute, doubled each time, at most
/// an hour; longer when the server says so, but never more than a day.
pub(crate) fn back_off(failures: u32, error: Option<&Error>, now: Timestamp) -> Timestamp {
    let doubled = Duration::from_secs(30 * (1 << failures.clamp(1, 8).saturating_sub(1)));
    let ours = doubled.min(Duration::from_hours(1));
    let asked = match error {
        Some(Error::Throttled {
            retry_after: Some(after),
            ..
        }) => RetryAfter::wait(*after, now),
        _ => Duration::ZERO,
    };
    let wait = ours.max(asked.min(Duration::from_hours(24)));
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn waits_double_up_to_an_hour() {
        let seconds: Vec<i64> = [1, 2, 3, 8, 100]
            .map(|n| back_off(n, None, NOW).as_second())
            .to_vec();
        assert_eq!(seconds, [30, 60, 120, 3600, 3600]);
    }

    #[test]
    fn a_servers_wish_counts_within_a_day() {
        let asked = |seconds| Error::Throttled {
            status: 503,
            retry_after: Some(RetryAfter::In(Duration::from_secs(seconds))),
        };
        assert_eq!(back_off(1, Some(&asked(600)), NOW).as_second(), 600);
        assert_eq!(back_off(1, Some(&asked(5)), NOW).as_second(), 30);
        assert_eq!(back_off(1, Some(&asked(10_000_000)), NOW).as_second(), 86_400);
    }

    #[test]
    fn a_refused_login_names_every_cause() {
        let sentence = sentence(&Error::WrongLogin);
        for cause in ["Apple ID", "app-specific", "revoke", "Calendar"] {
            assert!(sentence.contains(cause), "{cause}");
        }
    }
}
