//! The worker that carries out the calendar writes that are due.

use std::time::Duration;

use caldav::Error;
use jiff::{SignedDuration, Timestamp};
use scheduling::AppointmentId;
use store::connections::Connection;
use store::event_writes::{self, EventWrite, Outcome, Subject};
use store::remote_calendars::RemoteCalendar;
use store::{
    ConnectionState, ReadTx, SessionId, WriteAction, WriteState, WriteTx, appointment_parts, appointments,
    booking_calendars, class_sessions, connections, remote_calendars, staff,
};
use tokio::time::timeout;

use super::content::Content;
use super::deliver::{PutResult, Target};
use super::uid::fresh_uid;
use crate::outages::{self, Initiator};
use crate::problem::Internal;
use crate::quince::Quince;
use crate::servers::{login, server_name};
use crate::{caldav_messages, servers};

/// The most writes that are claimed at a time.
const BATCH: u32 = 8;
/// After this time the writes of a dead worker can be claimed again.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// The timeout of an attempt, shorter than its lease.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(90);
/// The most UIDs that one attempt uses.
const MAX_UIDS: u32 = 3;
/// Attempts after which a write is given up, if the refusals do not look temporary.
const MAX_REFUSALS: u32 = 8;
/// The interval of attempts while a connection needs attention.
const ATTENTION_INTERVAL: SignedDuration = SignedDuration::from_mins(15);

/// Claims some of the due writes.
pub(crate) async fn claim(quince: &Quince) -> Result<Vec<EventWrite>, Internal> {
    let mut tx = quince.store().write().await?;
    let at = quince.claims_at(&mut tx).await?;
    let claimed = event_writes::claim_due(&mut tx, at, at.leases + LEASE, BATCH).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// Attempts a claimed write. One that times out can be claimed again when its lease ends.
pub(crate) async fn work(quince: &Quince, write: EventWrite) {
    let (id, subject) = (write.id, write.subject);
    match timeout(ATTEMPT_TIMEOUT, attempt(quince, write)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(write = %id, %subject, cause = %error.cause(), "a calendar write broke off");
        }
        Err(_) => tracing::warn!(write = %id, %subject, "a calendar write took too long"),
    }
}

/// Everything that an attempt needs.
struct Job {
    write: EventWrite,
    /// None if the subject was deleted: then there is only an event to remove.
    content: Option<Content>,
    connection: Connection,
    remote: RemoteCalendar,
    started: Timestamp,
}

impl Job {
    async fn load(quince: &Quince, tx: &mut ReadTx, write: &EventWrite) -> Result<Option<Self>, Internal> {
        let (Some(connection), Some(remote)) = (write.connection_id, write.remote_calendar_id) else {
            return Ok(None);
        };
        let Some(connection) = connections::find(tx, connection).await? else {
            return Ok(None);
        };
        let Some(remote) = remote_calendars::find(tx, remote).await? else {
            return Ok(None);
        };
        let content = match write.subject {
            Subject::Part(appointment, position) => of_part(quince, tx, appointment, position).await?,
            Subject::Session(session) => of_session(quince, tx, session).await?,
        };
        Ok(Some(Self {
            write: write.clone(),
            content,
            connection,
            remote,
            started: quince.now(),
        }))
    }
}

async fn of_part(
    quince: &Quince,
    tx: &mut ReadTx,
    id: AppointmentId,
    position: u32,
) -> Result<Option<Content>, Internal> {
    let Some(appointment) = appointments::find(tx, id).await? else {
        return Ok(None);
    };
    let Some(calendar) = booking_calendars::find(tx, appointment.calendar_id).await? else {
        return Ok(None);
    };
    let parts = appointment_parts::list(tx, &[id]).await?;
    // A part that no longer exists is only removed, and a removal does not use the content.
    let Some(part) = parts
        .iter()
        .find(|part| part.position == position)
        .or(parts.first())
    else {
        return Ok(None);
    };
    let mut with = Vec::new();
    if parts.len() > 1 {
        let team = staff::list(tx).await?;
        let others = team.iter().filter(|person| {
            person.id != part.host_id && parts.iter().any(|other| other.host_id == person.id)
        });
        with.extend(others.map(|person| person.profile.name.clone()));
    }
    let page = quince.page(&format!("appointments/{id}"));
    Ok(Some(Content::of_part(&calendar, &appointment, part, &with, page)))
}

async fn of_session(quince: &Quince, tx: &mut ReadTx, id: SessionId) -> Result<Option<Content>, Internal> {
    let Some(session) = class_sessions::find(tx, id).await? else {
        return Ok(None);
    };
    let Some(calendar) = booking_calendars::find(tx, session.calendar_id).await? else {
        return Ok(None);
    };
    let mut roster = appointments::roster_of_session(tx, id).await?;
    roster.retain(|attending| !attending.is_unconfirmed());
    let page = quince.page(&format!("sessions/{id}"));
    Ok(Some(Content::of_session(&calendar, &session, &roster, page)))
}

async fn attempt(quince: &Quince, mut write: EventWrite) -> Result<(), Internal> {
    for _ in 0..MAX_UIDS {
        // Loaded again for each UID, so that the current state of the appointment is written.
        let job = {
            let mut tx = quince.store().read().await?;
            Job::load(quince, &mut tx, &write).await?
        };
        let Some(job) = job else {
            let state = if write.action == WriteAction::Put {
                WriteState::NoCalendar
            } else {
                WriteState::Removed
            };
            return finish(quince, &write, state, Outcome::default()).await;
        };
        let Some(login) = login::open(quince, &job.connection)? else {
            return give_up(
                quince,
                &write,
                "The connection was ended. Choose another primary calendar.",
            )
            .await;
        };
        if job.connection.state == ConnectionState::NeedsAttention {
            return postpone_until_attention(quince, &job).await;
        }
        if outages::is_in_doubt(&job.connection, quince.now()) {
            return postpone_until_login_check(quince, &job.write).await;
        }
        let target = Target {
            client: quince.caldav(&login.entry),
            login: login.credentials,
            calendar: login::calendar_url(&job.connection.discovered.home_urls, &job.remote.url)?,
        };
        let (href, etag) = (write.href.as_deref(), write.etag.as_deref());
        if write.action == WriteAction::Delete {
            return match target.remove(&write.uid, href, etag).await {
                Ok(()) => finish(quince, &write, WriteState::Removed, Outcome::default()).await,
                Err(error) => failed(quince, &job, &error).await,
            };
        }
        let Some(content) = &job.content else {
            // The subject was deleted after this attempt was claimed; the next attempt removes the event.
            return finish(quince, &write, WriteState::NoCalendar, known(&write)).await;
        };
        let ics = content.event(&write.uid);
        match target.put(&write.uid, href, etag, &ics).await {
            Ok(PutResult::Written { href, etag }) => {
                let outcome = Outcome {
                    href: Some(href),
                    etag,
                    written_ics: Some(ics),
                };
                return finish(quince, &write, WriteState::Written, outcome).await;
            }
            Ok(PutResult::UidSpent) => {
                let uid = fresh_uid();
                let Some(mut tx) = still_held(quince, &write).await? else {
                    return Ok(());
                };
                let (connection, remote) = (write.connection_id, write.remote_calendar_id);
                event_writes::set_target(&mut tx, write.id, connection, remote, &uid, quince.now()).await?;
                tx.commit().await?;
                write = EventWrite {
                    uid,
                    href: None,
                    etag: None,
                    written_ics: None,
                    ..write
                };
            }
            Err(error) => return failed(quince, &job, &error).await,
        }
    }
    let again = quince.now() + ATTENTION_INTERVAL;
    let problem = "The calendar server does not take the event. Quince tries again by itself.";
    let Some(mut tx) = still_held(quince, &write).await? else {
        return Ok(());
    };
    event_writes::failed(
        &mut tx,
        write.id,
        write.sequence,
        problem,
        Some(again),
        quince.now(),
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Opens the transaction that stores the result of an attempt. Returns none if the lease has ended: then the worker that claims the
/// write next stores its own result.
async fn still_held(quince: &Quince, write: &EventWrite) -> Result<Option<WriteTx>, Internal> {
    let mut tx = quince.store().write().await?;
    if event_writes::is_held(&mut tx, write).await? {
        return Ok(Some(tx));
    }
    tracing::warn!(write = %write.id, subject = %write.subject, "a calendar write was slower than its lease");
    Ok(None)
}

/// The stored data of an event that is left as it is, so that it can still be removed.
fn known(write: &EventWrite) -> Outcome {
    Outcome {
        href: write.href.clone(),
        etag: write.etag.clone(),
        written_ics: write.written_ics.clone(),
    }
}

async fn finish(
    quince: &Quince,
    write: &EventWrite,
    state: WriteState,
    outcome: Outcome,
) -> Result<(), Internal> {
    let Some(mut tx) = still_held(quince, write).await? else {
        return Ok(());
    };
    event_writes::succeeded(&mut tx, write.id, write.sequence, state, &outcome, quince.now()).await?;
    Ok(tx.commit().await?)
}

async fn give_up(quince: &Quince, write: &EventWrite, problem: &str) -> Result<(), Internal> {
    let Some(mut tx) = still_held(quince, write).await? else {
        return Ok(());
    };
    event_writes::failed(&mut tx, write.id, write.sequence, problem, None, quince.now()).await?;
    Ok(tx.commit().await?)
}

/// Stores a failure because the connection needs attention. A removal is not scheduled again until the connection works: it would block
/// the appointment's next event, which may go to another calendar.
async fn postpone_until_attention(quince: &Quince, job: &Job) -> Result<(), Internal> {
    let (now, write) = (quince.now(), &job.write);
    let next = (write.action == WriteAction::Put).then(|| now + ATTENTION_INTERVAL);
    let problem = format!(
        "The connection to {} needs your attention. Reconnect it under Integrations.",
        server_name(&job.connection)
    );
    let Some(mut tx) = still_held(quince, write).await? else {
        return Ok(());
    };
    event_writes::failed(&mut tx, write.id, write.sequence, &problem, next, now).await?;
    Ok(tx.commit().await?)
}

/// Stores a failure because the login was refused once. The next read checks the login, and makes the writes due if it works; no write
/// tries the login before.
async fn postpone_until_login_check(quince: &Quince, write: &EventWrite) -> Result<(), Internal> {
    let now = quince.now();
    let problem = "The server did not accept the login. Quince tries again by itself in a few minutes.";
    let Some(mut tx) = still_held(quince, write).await? else {
        return Ok(());
    };
    let next = Some(now + outages::LOGIN_RETRY_DELAY);
    event_writes::failed(&mut tx, write.id, write.sequence, problem, next, now).await?;
    Ok(tx.commit().await?)
}

async fn failed(quince: &Quince, job: &Job, error: &Error) -> Result<(), Internal> {
    let now = quince.now();
    let write = &job.write;
    tracing::info!(write = %write.id, subject = %write.subject, %error, "a calendar write failed");
    let Some(mut tx) = still_held(quince, write).await? else {
        return Ok(());
    };
    match error {
        Error::WrongLogin => {
            outages::note_failure(&mut tx, &job.connection, error, Initiator::Background, now).await?;
            let noted = connections::find(&mut tx, job.connection.id).await?;
            tx.commit().await?;
            let is_settled = noted.is_some_and(|noted| noted.state == ConnectionState::NeedsAttention);
            return if is_settled {
                postpone_until_attention(quince, job).await
            } else {
                postpone_until_login_check(quince, write).await
            };
        }
        Error::NotFound if job.remote.vanished_at.is_some() => {
            let problem = servers::vanished(&job.remote.name, &server_name(&job.connection));
            event_writes::failed(&mut tx, write.id, write.sequence, &problem, None, now).await?;
        }
        _ => {
            let (problem, next) = next_attempt(job, error, now);
            event_writes::failed(&mut tx, write.id, write.sequence, &problem, next, now).await?;
            if matches!(error, Error::NotFound) {
                request_sync(&mut tx, job, now).await?;
            }
        }
    }
    Ok(tx.commit().await?)
}

/// Schedules a read, which finds out whether the account has moved or the calendar is gone. One read is enough for all writes that fail
/// together, and a connection whose reads fail keeps its schedule.
async fn request_sync(tx: &mut WriteTx, job: &Job, now: Timestamp) -> Result<(), Internal> {
    let Some(connection) = connections::find(tx, job.connection.id).await? else {
        return Ok(());
    };
    let was_read_since = connection.synced_at.is_some_and(|at| at > job.started);
    if job.write.attempts == 0 && connection.failures == 0 && !was_read_since {
        connections::sync_now(tx, connection.id, now).await?;
    }
    Ok(())
}

/// Returns the sentence for a failure and the time of the next attempt. A server that is down and an account that may have moved are
/// tried without limit; refusals are limited by [`MAX_REFUSALS`].
fn next_attempt(job: &Job, error: &Error, now: Timestamp) -> (String, Option<Timestamp>) {
    let tries = job.write.attempts + 1;
    let refuses = match error {
        Error::Refused { status, .. } => *status < 500,
        Error::NotFound => false,
        error => !error.is_temporary(),
    };
    if refuses && tries >= MAX_REFUSALS {
        let problem = format!(
            "{} does not let Quince write to the calendar “{}”. Check its sharing settings, or choose another primary \
             calendar, then write it again.",
            server_name(&job.connection),
            job.remote.name
        );
        return (problem, None);
    }
    (
        caldav_messages::sentence(job.connection.account.server, error),
        Some(caldav_messages::back_off(tries, Some(error), job.write.id.0, now)),
    )
}
