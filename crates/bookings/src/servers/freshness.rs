//! Whether the stored events of a connection's calendars are recent enough. It is determined here only.

use jiff::{SignedDuration, Timestamp};
use store::remote_calendars::Watched;
use store::{ConnectionState, connections::Connection};

use super::names::server_name;
use crate::clock::{age, ago};

/// Without a successful sync for this long, the calendars count as stale. A sync is attempted each minute.
pub(crate) const STALE_AFTER: SignedDuration = SignedDuration::from_mins(15);
/// The interval between successful syncs.
pub(crate) const SYNC_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// The days before now whose events are stored, so that the calendar view shows last month.
const PAST_DAYS: i64 = 31;

/// The start of the events that are stored of a calendar which was read at this instant.
pub(crate) fn stored_from(read_at: Timestamp) -> Timestamp {
    let past = SignedDuration::from_hours(24 * PAST_DAYS);
    read_at.checked_sub(past).unwrap_or(Timestamp::MIN)
}

/// The state that is shown: a connection without a recent sync is stale, whatever its stored state is.
pub(crate) fn state(connection: &Connection, now: Timestamp) -> ConnectionState {
    let read_at = connection.synced_at.unwrap_or(connection.connected_at);
    match connection.state {
        ConnectionState::Connected if is_old(read_at, now) => ConnectionState::Stale,
        noted => noted,
    }
}

/// Whether a calendar's stored events are too old to be relied on, or cannot be read at all.
pub(crate) fn is_stale(calendar: &Watched, now: Timestamp) -> bool {
    calendar.state != ConnectionState::Connected
        || !calendar.readable
        || calendar.vanished_at.is_some()
        || calendar.synced_at.is_none_or(|at| is_old(at, now))
}

/// Whether the last read is too long ago, or at an unknown time.
pub(crate) fn is_old(read_at: Timestamp, now: Timestamp) -> bool {
    age(read_at, now).is_none_or(|age| age > STALE_AFTER)
}

/// Whether there is a last known state. A read by a clock that was far ahead leaves none, as it dropped the events of the present as
/// over.
pub(crate) fn is_known(calendar: &Watched, now: Timestamp) -> bool {
    calendar.synced_at.is_some_and(|at| stored_from(at) <= now)
}

/// Returns the sentence about the time and the problem of a connection's last read.
pub(crate) fn sentence(connection: &Connection, now: Timestamp) -> String {
    let read = match connection.synced_at {
        None => "has not been read yet".to_owned(),
        Some(at) => format!("was read {}", ago(at, now)),
    };
    let problem = connection
        .problem
        .as_deref()
        .map(|text| format!(" {text}"))
        .unwrap_or_default();
    let account = &connection.account.username;
    match state(connection, now) {
        ConnectionState::Connected => format!("{account} {read}."),
        ConnectionState::Stale => format!("{account} {read}; what you see may be out of date.{problem}"),
        ConnectionState::NeedsAttention => format!("{account} {read} and needs your attention.{problem}"),
        ConnectionState::Disconnected => format!("{account} is disconnected."),
    }
}

/// Returns that sentence for colleagues, without the account, as a continuation after the person's name.
pub(crate) fn of_colleague(connection: &Connection, now: Timestamp) -> String {
    let server_name = server_name(connection);
    let read = match connection.synced_at {
        None => "were not read yet".to_owned(),
        Some(at) => format!("were read {}", ago(at, now)),
    };
    match state(connection, now) {
        ConnectionState::NeedsAttention => format!(
            "their calendars ({server_name}) {read}, and {server_name} does not accept their password any more; they enter a new one under \
             Integrations, and newer events may be missing until then."
        ),
        _ => format!("their calendars ({server_name}) {read}; newer events may be missing."),
    }
}

/// Returns the sentence about a calendar whose stored events may be out of date while the rest of its connection is read.
pub(crate) fn exception_sentence(name: &str, synced_at: Option<Timestamp>, now: Timestamp) -> String {
    match synced_at {
        None => format!("The calendar “{name}” could not be read yet."),
        Some(at) => format!("The calendar “{name}” was read {}.", ago(at, now)),
    }
}

#[cfg(test)]
mod tests {
    use store::{ConnectionId, RemoteCalendarId, WhenStale};

    use super::*;

    fn calendar(synced_at: Option<Timestamp>) -> Watched {
        let id = "018f0000-0000-7000-8000-000000000001";
        Watched {
            id: RemoteCalendarId(id.parse().unwrap()),
            connection_id: ConnectionId(id.parse().unwrap()),
            staff_id: id.parse().unwrap(),
            url: String::new(),
            name: String::new(),
            color: None,
            zone: None,
            readable: true,
            is_primary: true,
            all_day_blocks: true,
            synced_at,
            vanished_at: None,
            horizon_to: None,
            search_fails: false,
            state: ConnectionState::Connected,
            when_stale: WhenStale::UseLastKnown,
        }
    }

    #[test]
    fn a_calendar_is_relied_on_only_when_it_was_read_lately() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let read = |minutes| calendar(Some(now - SignedDuration::from_mins(minutes)));
        assert!(!is_stale(&read(2), now));
        assert!(is_stale(&read(16), now));
        assert!(is_stale(&calendar(None), now), "never read");
        assert!(!is_stale(&read(-1), now), "two clocks differ a little");
        assert!(is_stale(&read(-6), now), "nobody knows when it was read");
        let day = 24 * 60;
        assert!(is_known(&read(10_000), now) && is_known(&read(-31 * day), now));
        assert!(!is_known(&read(-32 * day), now) && !is_known(&calendar(None), now));
        let refused = Watched {
            state: ConnectionState::NeedsAttention,
            ..read(1)
        };
        assert!(is_stale(&refused, now));
        let subscribed = Watched {
            readable: false,
            ..read(1)
        };
        assert!(
            is_stale(&subscribed, now),
            "a subscription that answers with nothing looks free"
        );
    }
}
