//! The effect of failed reads and writes on connections and their calendars. Their states get worse here only.

use caldav::Error;
use jiff::{SignedDuration, Timestamp};
use store::connections::{self, Connection};
use store::remote_calendars::{self, RemoteCalendar};
use store::{ConnectionId, ConnectionState, RemoteCalendarId, StoreError, WriteTx};

use crate::clock::age;
use crate::servers::calendar_state::{self, CalendarState};
use crate::servers::freshness::is_old;
use crate::{caldav_messages, notifications};

/// The delay before a refused login is tried once more: servers in trouble also refuse correct passwords.
pub(crate) const LOGIN_RETRY_DELAY: SignedDuration = SignedDuration::from_mins(5);

/// Who caused the request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Initiator {
    /// The background jobs or a booking.
    Background,
    /// The connection's owner, who waits for the result.
    Owner,
}

/// Stores a failure of a whole connection. After the first refusal of the login it is tried once more; the second one stops the polling
/// until its owner reconnects it. Other failures are retried later, and count as an outage if nothing was read for a while. One mail is
/// sent per outage.
pub(crate) async fn note_failure(
    tx: &mut WriteTx,
    known: &Connection,
    error: &Error,
    initiator: Initiator,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Another failure may have been stored meanwhile.
    let Some(connection) = connections::find(tx, known.id).await? else {
        return Ok(());
    };
    if connection.state == ConnectionState::Disconnected {
        return Ok(());
    }
    let failures = connection.failures.saturating_add(1);
    let read_at = connection.synced_at.unwrap_or(connection.connected_at);
    let state = match error {
        _ if connection.state == ConnectionState::NeedsAttention => ConnectionState::NeedsAttention,
        Error::WrongLogin => match login_refusal(&connection, initiator, now) {
            LoginRefusal::InDoubt { since } => {
                return note_first_refusal(tx, &connection, since, failures).await;
            }
            LoginRefusal::Settled => ConnectionState::NeedsAttention,
        },
        _ if is_old(read_at, now) => ConnectionState::Stale,
        _ => connection.state,
    };
    let problem = caldav_messages::sentence(connection.account.server, error);
    let next = caldav_messages::back_off(failures, Some(error), connection.id.0, now);
    connections::sync_failed(tx, connection.id, state, &problem, failures, next, now).await?;
    if state != ConnectionState::Connected && connections::begin_outage(tx, connection.id, now).await? {
        notifications::enqueue_outage(tx, &connection, &problem, now).await?;
    }
    Ok(())
}

/// Stores that a read was interrupted by an internal error. It is retried with increasing delays, and counts as an outage if nothing
/// was read for a while.
pub(crate) async fn note_internal_error(
    tx: &mut WriteTx,
    id: ConnectionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    const PROBLEM: &str = "Something broke in Quince while it read these calendars. It tries again by itself; if it stays, tell the \
                           operator, who finds the cause in the log.";
    let Some(connection) = connections::find(tx, id).await? else {
        return Ok(());
    };
    let failures = connection.failures.saturating_add(1);
    let next = caldav_messages::back_off(failures, None, id.0, now);
    let read_at = connection.synced_at.unwrap_or(connection.connected_at);
    // A problem that needs the owner is shown already.
    let is_said = matches!(
        connection.state,
        ConnectionState::NeedsAttention | ConnectionState::Disconnected
    );
    if is_said || !is_old(read_at, now) {
        return connections::sync_aborted(tx, id, failures, next, now).await;
    }
    connections::sync_failed(tx, id, ConnectionState::Stale, PROBLEM, failures, next, now).await?;
    if connections::begin_outage(tx, id, now).await? {
        notifications::enqueue_outage(tx, &connection, PROBLEM, now).await?;
    }
    Ok(())
}

/// Stores that the login was refused once. It is not used again until its next attempt, which decides.
async fn note_first_refusal(
    tx: &mut WriteTx,
    connection: &Connection,
    since: Timestamp,
    failures: u32,
) -> Result<(), StoreError> {
    if connection.refused_at == Some(since) {
        // Of several concurrent requests, the first refusal counts.
        return Ok(());
    }
    let problem = caldav_messages::login_in_doubt(connection.account.server);
    let next = since.checked_add(LOGIN_RETRY_DELAY).unwrap_or(Timestamp::MAX);
    connections::set_refused(tx, connection.id, since).await?;
    connections::sync_failed(
        tx,
        connection.id,
        connection.state,
        &problem,
        failures,
        next,
        since,
    )
    .await
}

enum LoginRefusal {
    /// The server may be mistaken, so it is asked once more.
    InDoubt {
        since: Timestamp,
    },
    Settled,
}

fn login_refusal(connection: &Connection, initiator: Initiator, now: Timestamp) -> LoginRefusal {
    match refused_since(connection, now) {
        Some(since) => {
            if initiator == Initiator::Owner || now.duration_since(since) >= LOGIN_RETRY_DELAY {
                LoginRefusal::Settled
            } else {
                LoginRefusal::InDoubt { since }
            }
        }
        None => LoginRefusal::InDoubt { since: now },
    }
}

/// Returns since when the login is refused. A refusal in the future was stored by a clock that was wrong.
fn refused_since(connection: &Connection, now: Timestamp) -> Option<Timestamp> {
    connection.refused_at.filter(|since| age(*since, now).is_some())
}

/// Whether the login was refused and must not be used before its next attempt.
pub(crate) fn is_in_doubt(connection: &Connection, now: Timestamp) -> bool {
    refused_since(connection, now).is_some()
}

/// Stores that one calendar could not be read while its connection works. It is retried with increasing delays; the server may
/// determine the first one.
pub(crate) async fn note_calendar(
    tx: &mut WriteTx,
    calendar: &RemoteCalendar,
    sentence: &str,
    error: Option<&Error>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let failures = calendar.failures.saturating_add(1);
    let next = caldav_messages::back_off(failures, error, calendar.id.0, now);
    remote_calendars::read_failed(tx, calendar.id, sentence, now, next).await
}

/// Whether a calendar that failed is skipped for now. A delay that was stored by a clock that was ahead does not count.
pub(crate) fn is_postponed(calendar: &RemoteCalendar, now: Timestamp) -> bool {
    let is_planned = calendar.failed_at.is_some_and(|at| age(at, now).is_some());
    is_planned && calendar.next_read_at.is_some_and(|next| now < next)
}

/// Informs the owner after a read of the connection: one mail names the calendars that do not serve their purpose, and those that have
/// begun to fail. A calendar that works again is reported anew in its next outage.
pub(crate) async fn notify_of_calendars(
    tx: &mut WriteTx,
    connection: &Connection,
    now: Timestamp,
) -> Result<(), StoreError> {
    let calendars = remote_calendars::list_for_connections(tx, &[connection.id]).await?;
    let is_odd = |calendar: &RemoteCalendar| {
        calendar.notified_at.is_some()
            || calendar.failing_since.is_some()
            || calendar.vanished_at.is_some()
            || !calendar.readable
            || !calendar.writable
    };
    // Usually nothing is wrong.
    if !calendars.iter().any(is_odd) {
        return Ok(());
    }
    let calendars = calendar_state::of_staff(tx, connection.staff_id, calendars, now).await?;
    let mut unnotified = Vec::new();
    let (mut over, mut unused): (Vec<RemoteCalendarId>, Vec<RemoteCalendarId>) = (Vec::new(), Vec::new());
    for (calendar, state) in &calendars {
        let is_notified = calendar.notified_at.is_some();
        match state {
            CalendarState::Unused if is_notified || calendar.failing_since.is_some() => {
                unused.push(calendar.id);
            }
            CalendarState::Fresh if is_notified => over.push(calendar.id),
            state if state.is_trouble() && !is_notified => unnotified.push((calendar, *state)),
            _ => {}
        }
    }
    remote_calendars::forget_failures(tx, &unused).await?;
    over.append(&mut unused);
    remote_calendars::set_informed(tx, &over, None).await?;
    if unnotified.is_empty() {
        return Ok(());
    }
    let begun = calendars
        .iter()
        .filter(|(calendar, state)| *state == CalendarState::Trying && calendar.notified_at.is_none())
        .map(|(calendar, state)| (calendar, *state));
    unnotified.extend(begun);
    notifications::enqueue_failing_calendars(tx, connection, &unnotified, now).await?;
    let notified: Vec<RemoteCalendarId> = unnotified.iter().map(|(calendar, _)| calendar.id).collect();
    remote_calendars::set_informed(tx, &notified, Some(now)).await
}
