//! What failed reads and writes do to connections and their calendars: the one place that changes how they stand for the worse.

use caldav::Error;
use jiff::{SignedDuration, Timestamp};
use store::connections::{self, Connection};
use store::remote_calendars::{self, RemoteCalendar};
use store::{ConnectionId, ConnectionState, RemoteCalendarId, StoreError, WriteTx};

use crate::clock::age;
use crate::servers::calendar_state::{self, CalendarState};
use crate::servers::freshness::is_old;
use crate::{caldav_messages, notifications};

/// A refused login is tried once more after this long: servers refuse right passwords, too, while they are not well.
pub(crate) const LOGIN_AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// Who wanted the request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The background jobs, or a booking.
    ByItself,
    /// The connection's owner, who waits for the answer.
    ByPerson,
}

/// Notes a failure of a whole connection. Of two refusals of the login in a row the first has it tried once more, the second
/// stops the polling and asks the person. Anything else is tried again later, and counts as an outage when nothing was read for
/// a while. One mail tells of each outage.
pub(crate) async fn note(
    tx: &mut WriteTx,
    known: &Connection,
    error: &Error,
    asked: Asked,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Another failure may have been noted since it was read.
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
        Error::WrongLogin => match refusal(&connection, asked, now) {
            Refusal::InDoubt { since } => return doubt(tx, &connection, since, failures).await,
            Refusal::Settled => ConnectionState::NeedsAttention,
        },
        _ if is_old(read_at, now) => ConnectionState::Stale,
        _ => connection.state,
    };
    let problem = caldav_messages::sentence(connection.server, error);
    let next = caldav_messages::back_off(failures, Some(error), connection.id.0, now);
    connections::sync_failed(tx, connection.id, state, &problem, failures, next, now).await?;
    if state != ConnectionState::Connected && connections::begin_outage(tx, connection.id, now).await? {
        notifications::enqueue_outage(tx, &connection, &problem, now).await?;
    }
    Ok(())
}

/// Notes that a read broke off on our side: it is tried again later, longer each time, and counts as an outage when nothing was
/// read for a while.
pub(crate) async fn note_ours(tx: &mut WriteTx, id: ConnectionId, now: Timestamp) -> Result<(), StoreError> {
    const PROBLEM: &str = "Something broke in Quince while it read these calendars. It tries again by itself; if it stays, tell the \
                           operator, who finds the cause in the log.";
    let Some(connection) = connections::find(tx, id).await? else {
        return Ok(());
    };
    let failures = connection.failures.saturating_add(1);
    let next = caldav_messages::back_off(failures, None, id.0, now);
    let read_at = connection.synced_at.unwrap_or(connection.connected_at);
    // What is wrong beside that is said already.
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

/// The login was refused once. It is left alone until its next try, which settles it.
async fn doubt(
    tx: &mut WriteTx,
    connection: &Connection,
    since: Timestamp,
    failures: u32,
) -> Result<(), StoreError> {
    if connection.refused_at == Some(since) {
        // Of several requests under way the first was noted.
        return Ok(());
    }
    let problem = caldav_messages::login_in_doubt(connection.server);
    let next = since.checked_add(LOGIN_AGAIN).unwrap_or(Timestamp::MAX);
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

enum Refusal {
    /// The server may have made a mistake, so that it is asked once more.
    InDoubt {
        since: Timestamp,
    },
    Settled,
}

fn refusal(connection: &Connection, asked: Asked, now: Timestamp) -> Refusal {
    match refused(connection, now) {
        Some(since) => {
            if asked == Asked::ByPerson || now.duration_since(since) >= LOGIN_AGAIN {
                Refusal::Settled
            } else {
                Refusal::InDoubt { since }
            }
        }
        None => Refusal::InDoubt { since: now },
    }
}

/// Since when the login is refused. A refusal that lies ahead was noted by a clock that was wrong.
fn refused(connection: &Connection, now: Timestamp) -> Option<Timestamp> {
    connection.refused_at.filter(|since| age(*since, now).is_some())
}

/// Whether the login was refused and is not to be used before its next try.
pub(crate) fn is_in_doubt(connection: &Connection, now: Timestamp) -> bool {
    refused(connection, now).is_some()
}

/// Notes that one calendar could not be read while its connection works. It is tried again with pauses, the first of which the
/// server may ask for.
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

/// Whether a calendar that failed is to be left alone for now. What a clock planned that was ahead does not count.
pub(crate) fn waits(calendar: &RemoteCalendar, now: Timestamp) -> bool {
    let is_planned = calendar.failed_at.is_some_and(|at| age(at, now).is_some());
    is_planned && calendar.next_read_at.is_some_and(|next| now < next)
}

/// After a connection was read: one mail tells of its calendars that do not do what they were chosen for, and names those that
/// have begun to fail with them. Of a calendar that works again the next outage is told anew.
pub(crate) async fn tell_of_calendars(
    tx: &mut WriteTx,
    connection: &Connection,
    now: Timestamp,
) -> Result<(), StoreError> {
    let calendars = remote_calendars::list_for_connections(tx, &[connection.id]).await?;
    let is_odd = |calendar: &RemoteCalendar| {
        calendar.told_at.is_some()
            || calendar.failing_since.is_some()
            || calendar.vanished_at.is_some()
            || !calendar.readable
            || !calendar.writable
    };
    // Nearly always nothing is wrong.
    if !calendars.iter().any(is_odd) {
        return Ok(());
    }
    let calendars = calendar_state::of_staff(tx, connection.staff_id, calendars, now).await?;
    let mut untold = Vec::new();
    let (mut over, mut unused): (Vec<RemoteCalendarId>, Vec<RemoteCalendarId>) = (Vec::new(), Vec::new());
    for (calendar, state) in &calendars {
        let is_told = calendar.told_at.is_some();
        match state {
            CalendarState::Unused if is_told || calendar.failing_since.is_some() => unused.push(calendar.id),
            CalendarState::Fresh if is_told => over.push(calendar.id),
            state if state.is_trouble() && !is_told => untold.push((calendar, *state)),
            _ => {}
        }
    }
    remote_calendars::forget_failures(tx, &unused).await?;
    over.append(&mut unused);
    remote_calendars::set_informed(tx, &over, None).await?;
    if untold.is_empty() {
        return Ok(());
    }
    let begun = calendars
        .iter()
        .filter(|(calendar, state)| *state == CalendarState::Trying && calendar.told_at.is_none())
        .map(|(calendar, state)| (calendar, *state));
    untold.extend(begun);
    notifications::enqueue_failing_calendars(tx, connection, &untold, now).await?;
    let told: Vec<RemoteCalendarId> = untold.iter().map(|(calendar, _)| calendar.id).collect();
    remote_calendars::set_informed(tx, &told, Some(now)).await
}
