//! Sentences about failed requests to a calendar server, used on every page and in every mail.

use caldav::{Cause, Error, RetryAfter};
use jiff::{SignedDuration, Timestamp};
use store::Server;
use uuid::Uuid;

/// Returns why a login may have been refused. The server does not distinguish the reasons, so the sentence names them all.
pub(crate) fn wrong_login(server: Server) -> &'static str {
    match server {
        Server::Icloud => {
            "iCloud did not accept this login. Check three things: the Apple ID is the right one; the password is an \
             app-specific password (not your Apple password) and was copied in full; and it was not revoked – changing your \
             Apple password revokes all of them. Also, iCloud Calendar must be switched on for this Apple ID. Then try again, \
             if need be with a new app-specific password."
        }
        Server::Caldav => {
            "The calendar server did not accept this login. Check the user name, which some servers want as the whole e-mail \
             address, and the password: where you sign in with a second factor, servers want a password made for apps. Then \
             try again."
        }
    }
}

/// Returns the sentence for a login that was refused for the first time.
pub(crate) fn login_in_doubt(server: Server) -> String {
    format!(
        "{} did not accept the login. That can pass, so Quince tries it once more in a few minutes and leaves it alone until then. \
         If you have changed or revoked the password, enter the new one.",
        name(server)
    )
}

/// Returns the sentence for an account without calendars.
pub(crate) fn no_calendars(server: Server) -> &'static str {
    match server {
        Server::Icloud => {
            "The login is right, but this account has no calendars. Switch on Calendar in the iCloud settings of your iPhone or \
             Mac, then try again."
        }
        Server::Caldav => {
            "The login is right, but this account has no calendars. Make one on the server, or check the address, then try again."
        }
    }
}

/// Returns the server's name for the start of a sentence.
pub(crate) fn name(server: Server) -> &'static str {
    match server {
        Server::Icloud => "iCloud",
        Server::Caldav => "The calendar server",
    }
}

/// Returns the sentence for an address in a private network, which is forbidden unless the operator allows it.
pub(crate) fn private_address(host: &str) -> String {
    format!(
        "{host} is an address of a private network, which Quince does not connect to by itself. The operator can allow it \
         with QUINCE_CALDAV_HOSTS."
    )
}

/// Returns the sentence for an address without https, which is refused because the password would be sent unencrypted.
pub(crate) fn insecure_address(host: &str) -> String {
    format!(
        "{host} would get your password without encryption. Use an address that begins with https://; in a private network \
         the operator can allow it with QUINCE_CALDAV_HOSTS."
    )
}

/// Returns the sentence for a server that refers to another host.
pub(crate) fn other_host(host: &str) -> String {
    format!(
        "The address leads on to {host}, where your login is not sent for safety. If that is your calendar server, enter \
         its address."
    )
}

/// Returns the sentence for an error, with a next step.
pub(crate) fn sentence(server: Server, error: &Error) -> String {
    let name = name(server);
    match error {
        Error::WrongLogin => wrong_login(server).to_owned(),
        Error::NoCalendars => no_calendars(server).to_owned(),
        Error::Throttled { .. } => {
            format!("{name} asks us to slow down. Quince tries again by itself in a few minutes.")
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
        Error::ForbiddenAddress { host } => private_address(host),
        Error::InsecureUrl { host } => insecure_address(host),
        Error::OutOfScope { host } => other_host(host),
        Error::NotFound => "The calendar is not where it was. Quince looks for it by itself.".to_owned(),
        Error::PreconditionFailed | Error::UidConflict => {
            format!("The event is not as Quince left it. {name} is asked again in a while.")
        }
        Error::Refused { status, .. } => format!(
            "{name} refused the request (status {status}). Quince tries again by itself; if it stays, check the calendar's \
             sharing settings."
        ),
        Error::Malformed { .. }
        | Error::TooLarge { .. }
        | Error::TooManyRedirects
        | Error::TokenExpired
        | Error::SyncUnsupported => {
            format!("{name} gave an answer that could not be understood. Quince tries again by itself.")
        }
    }
}

/// Longest wait before the next attempt, unless the server asks for a longer one.
pub(crate) const MAX_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// Longest wait that a server may ask for.
const MAX_RETRY_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Returns when to try again after this many consecutive failures. The wait is 30 seconds, doubled with each failure up to
/// [`MAX_PAUSE`], and shortened by [`jittered`]. It is longer if the server asks for that, up to [`MAX_RETRY_AFTER`].
pub(crate) fn back_off(failures: u32, error: Option<&Error>, who: Uuid, now: Timestamp) -> Timestamp {
    let doubled = SignedDuration::from_secs(30 * (1 << failures.clamp(1, 8).saturating_sub(1)));
    let ours = jittered(doubled.min(MAX_PAUSE), who);
    let retry_after = match error {
        Some(Error::Throttled {
            retry_after: Some(after),
            ..
        }) => SignedDuration::try_from(RetryAfter::wait(*after, now)).unwrap_or(SignedDuration::MAX),
        _ => SignedDuration::ZERO,
    };
    let wait = ours.max(retry_after.min(MAX_RETRY_AFTER));
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// Shortens a wait by up to a fifth, by a share that depends on the id, so that connections and writes that failed together are not retried
/// together.
pub(crate) fn jittered(wait: SignedDuration, who: Uuid) -> SignedDuration {
    // The last byte of a UUIDv7 is random.
    let part = i32::from(who.as_bytes()[15]);
    wait - wait / 5 * part / i32::from(u8::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// The id with the longest waits.
    const LAST: Uuid = Uuid::nil();

    #[test]
    fn waits_double_up_to_an_hour() {
        let seconds: Vec<i64> = [1, 2, 3, 8, 100]
            .map(|n| back_off(n, None, LAST, NOW).as_second())
            .to_vec();
        assert_eq!(seconds, [30, 60, 120, 3600, 3600]);
    }

    #[test]
    fn waits_are_spread_over_a_fifth() {
        let wait = |last| back_off(2, None, Uuid::from_u128(last), NOW).as_second();
        assert_eq!([wait(0), wait(255)], [60, 48]);
        assert!((49..60).contains(&wait(100)), "{}", wait(100));
    }

    #[test]
    fn a_servers_wish_counts_within_a_day() {
        let retry_after = |seconds| Error::Throttled {
            status: 503,
            retry_after: Some(RetryAfter::In(Duration::from_secs(seconds))),
        };
        assert_eq!(back_off(1, Some(&retry_after(600)), LAST, NOW).as_second(), 600);
        assert_eq!(back_off(1, Some(&retry_after(5)), LAST, NOW).as_second(), 30);
        assert_eq!(
            back_off(1, Some(&retry_after(10_000_000)), LAST, NOW).as_second(),
            86_400
        );
    }

    #[test]
    fn a_refused_login_names_every_cause() {
        let sentence = sentence(Server::Icloud, &Error::WrongLogin);
        for cause in ["Apple ID", "app-specific", "revoke", "Calendar"] {
            assert!(sentence.contains(cause), "{cause}");
        }
    }
}
