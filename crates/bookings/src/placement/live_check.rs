//! Live checks: which calendars to ask before an appointment is placed, and what they answered.

use std::collections::BTreeSet;

use caldav::Error;
use scheduling::{Interval, Reason, Refusal, StaffId};
use store::{ConnectionState, ReadTx, connections};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::candidate::Candidate;
use super::free_busy::{self, CalendarToCheck, FreeBusy};
use crate::availability::input::AvailabilityInput;
use crate::outages::{self, Initiator};
use crate::problem::Internal;
use crate::quince::{LIVE_CHECK, Quince};
use crate::retry::retried_if_lost;
use crate::servers::login;
use crate::sync;
use crate::sync::parse::Reader;

/// The answers so far for one appointment to place.
#[derive(Debug)]
pub(crate) struct LiveCheck {
    deadline: Instant,
    free: BTreeSet<(StaffId, Interval)>,
    busy: BTreeSet<(StaffId, Interval)>,
}

/// The result of a live check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LiveCheckResult {
    /// Nobody was found busy.
    Free,
    /// Somebody was found busy.
    Busy,
}

/// A query to the calendars of one host.
#[derive(Debug)]
pub(crate) struct FreeBusyQuery {
    host: StaffId,
    calendars: Vec<CalendarToCheck>,
    span: Interval,
}

impl LiveCheck {
    /// A check without any answers yet. All its queries together take at most [`LIVE_CHECK`].
    pub(crate) fn new() -> Self {
        Self {
            deadline: Instant::now() + LIVE_CHECK,
            free: BTreeSet::new(),
            busy: BTreeSet::new(),
        }
    }

    /// Whether the host was found busy at a time that overlaps this span.
    pub(crate) fn found_busy(&self, host: StaffId, span: Interval) -> bool {
        let mut busy = self.busy.iter();
        busy.any(|(known, checked)| *known == host && checked.overlaps(&span))
    }

    /// Returns the conflicts that were found in a span.
    pub(crate) fn conflicts(&self, span: Interval) -> Vec<Refusal> {
        let busy = self.busy.iter().filter(|(_, checked)| checked.overlaps(&span));
        busy.map(|(host, _)| Refusal::of(*host, Reason::Conflict))
            .collect()
    }

    /// Whether no query about the host and this span is needed: it was answered, or the deadline has passed.
    fn is_settled(&self, host: StaffId, span: Interval) -> bool {
        let mut free = self.free.iter();
        free.any(|(known, checked)| *known == host && checked.contains(&span))
            || Instant::now() >= self.deadline
    }

    /// Returns the queries that must be answered before this candidate can be placed.
    pub(crate) async fn needed(
        &self,
        quince: &Quince,
        tx: &mut ReadTx,
        input: &AvailabilityInput,
        candidate: &Candidate,
    ) -> Result<Vec<FreeBusyQuery>, Internal> {
        let mut queries = Vec::new();
        for (host, span) in candidate.to_check() {
            if !self.is_settled(host, span) {
                queries.extend(query(quince, tx, input, host, span).await?);
            }
        }
        Ok(queries)
    }

    /// Runs the queries concurrently. A host who was found busy, or whose calendars did not all answer, is synced soon, so that the slots
    /// reflect it. A refused login is recorded as by a sync.
    pub(crate) async fn run(
        &mut self,
        quince: &Quince,
        queries: Vec<FreeBusyQuery>,
    ) -> Result<LiveCheckResult, Internal> {
        let mut found = LiveCheckResult::Free;
        let mut asking = JoinSet::new();
        for query in queries {
            let (quince, deadline) = (quince.clone(), self.deadline);
            let ask = async move {
                let answer = free_busy::query(&quince, query.calendars, query.span, deadline).await;
                (query.host, query.span, answer)
            };
            asking.spawn(ask.in_current_span());
        }
        while let Some(answered) = asking.join_next().await {
            let (host, span, answer) = answered.map_err(Internal::because)?;
            retried_if_lost(|| note(quince, host, &answer)).await?;
            if answer.is_busy {
                found = LiveCheckResult::Busy;
                self.busy.insert((host, span));
            } else {
                self.free.insert((host, span));
            }
        }
        Ok(found)
    }
}

/// Records what a host's answers imply: refused logins, failing searches, and that the calendars must be synced soon because the host was
/// found busy or an answer is missing.
async fn note(quince: &Quince, host: StaffId, answer: &FreeBusy) -> Result<(), Internal> {
    let is_doubtful =
        answer.is_incomplete || !answer.unsearchable.is_empty() || !answer.unanswered.is_empty();
    let is_to_read = answer.is_busy || is_doubtful;
    if answer.refused.is_empty() && !is_to_read {
        return Ok(());
    }
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    // Calendars before connections, the order in which the end of a sync updates them.
    sync::request_comparison(&mut tx, &answer.unsearchable, true, now).await?;
    sync::request_comparison(&mut tx, &answer.unanswered, false, now).await?;
    for connection in &answer.refused {
        outages::note_failure(
            &mut tx,
            connection,
            &Error::WrongLogin,
            Initiator::Background,
            now,
        )
        .await?;
    }
    if is_to_read {
        // Connections that fail keep their scheduled retry.
        connections::sync_soon(&mut tx, host, now).await?;
    }
    tx.commit().await?;
    if is_to_read {
        quince.wake();
    }
    Ok(())
}

/// Returns the query for a host's calendars about a span; none if there is no calendar to ask.
async fn query(
    quince: &Quince,
    tx: &mut ReadTx,
    input: &AvailabilityInput,
    host: StaffId,
    span: Interval,
) -> Result<Option<FreeBusyQuery>, Internal> {
    let watched: Vec<_> = input
        .watched
        .iter()
        .filter(|calendar| calendar.staff_id == host)
        .collect();
    let Some(person) = input.member(host).filter(|_| !watched.is_empty()) else {
        return Ok(None);
    };
    let connections = connections::list_for_staff(tx, host).await?;
    let mut calendars = Vec::new();
    for calendar in watched {
        // The slots already apply the host's choice for a calendar that cannot be read.
        let Some(connection) = connections.iter().find(|connection| {
            connection.id == calendar.connection_id
                && connection.state != ConnectionState::NeedsAttention
                && !outages::is_in_doubt(connection, quince.now())
        }) else {
            continue;
        };
        let Some(login) = login::open(quince, connection)? else {
            continue;
        };
        calendars.push(CalendarToCheck {
            id: calendar.id,
            owner: host,
            connection: connection.clone(),
            client: quince.live_caldav(&login.entry),
            login: login.credentials,
            url: login::calendar_url(&connection.discovered.home_urls, &calendar.url)?,
            reader: Reader {
                zone: sync::parse::zone_named(calendar.zone.as_deref())
                    .unwrap_or_else(|| person.profile.zone.clone()),
                addresses: connection.discovered.addresses.clone(),
                horizon: ical::Horizon {
                    from: span.start,
                    to: span.end,
                },
            },
            all_day_blocks: calendar.all_day_blocks,
            search_fails: calendar.search_fails,
        });
    }
    if calendars.is_empty() {
        return Ok(None);
    }
    Ok(Some(FreeBusyQuery {
        host,
        calendars,
        span,
    }))
}
