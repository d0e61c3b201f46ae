//! Which calendars have to be asked live before an appointment is placed, and what they answered.

use std::collections::BTreeSet;

use caldav::Error;
use scheduling::{Interval, Reason, Refusal, StaffId};
use store::{ConnectionState, ReadTx, connections};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::candidates::Candidate;
use super::free_busy::{self, FreeBusy, Watched};
use crate::availability::input::AvailabilityInput;
use crate::outages::{self, Asked};
use crate::problem::Internal;
use crate::quince::{LIVE_CHECK, Quince};
use crate::retry::retried_if_lost;
use crate::servers::login;
use crate::sync;
use crate::sync::parse::Reader;

/// What is known so far of one appointment that is to be placed.
#[derive(Debug)]
pub(crate) struct LiveCheck {
    deadline: Instant,
    free: BTreeSet<(StaffId, Interval)>,
    busy: BTreeSet<(StaffId, Interval)>,
}

/// What a live check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing is in the way of anybody.
    Free,
    /// Somebody turned out to be busy.
    Busy,
}

/// A question to the calendars of one host.
#[derive(Debug)]
pub(crate) struct FreeBusyQuery {
    host: StaffId,
    calendars: Vec<Watched>,
    span: Interval,
}

impl LiveCheck {
    /// Nothing yet; all questions together take at most two seconds.
    pub(crate) fn new() -> Self {
        Self {
            deadline: Instant::now() + LIVE_CHECK,
            free: BTreeSet::new(),
            busy: BTreeSet::new(),
        }
    }

    /// Whether the host turned out to be busy around this span.
    pub(crate) fn found_busy(&self, host: StaffId, span: Interval) -> bool {
        let mut busy = self.busy.iter();
        busy.any(|(known, checked)| *known == host && checked.overlaps(&span))
    }

    /// What turned out to be in the way of a span.
    pub(crate) fn conflicts(&self, span: Interval) -> Vec<Refusal> {
        let busy = self.busy.iter().filter(|(_, checked)| checked.overlaps(&span));
        busy.map(|(host, _)| Refusal::of(*host, Reason::Conflict))
            .collect()
    }

    /// Whether the host's calendars need not be asked (any more) about this span.
    fn is_settled(&self, host: StaffId, span: Interval) -> bool {
        let mut free = self.free.iter();
        free.any(|(known, checked)| *known == host && checked.contains(&span))
            || Instant::now() >= self.deadline
    }

    /// The questions that have to be answered before this candidate can be settled on.
    pub(crate) async fn needed(
        &self,
        quince: &Quince,
        tx: &mut ReadTx,
        context: &AvailabilityInput,
        candidate: &Candidate,
    ) -> Result<Vec<FreeBusyQuery>, Internal> {
        let mut queries = Vec::new();
        for (host, span) in candidate.to_check() {
            if !self.is_settled(host, span) {
                queries.extend(query(quince, tx, context, host, span).await?);
            }
        }
        Ok(queries)
    }

    /// Asks, everybody at once. Someone who is busy after all is synced at once, so that others see it, too; so is a calendar
    /// that did not answer. Of a refused login note is taken as by a read.
    pub(crate) async fn run(
        &mut self,
        quince: &Quince,
        queries: Vec<FreeBusyQuery>,
    ) -> Result<Found, Internal> {
        let mut found = Found::Free;
        let mut asking = JoinSet::new();
        for query in queries {
            let (quince, deadline) = (quince.clone(), self.deadline);
            let ask = async move {
                let told = free_busy::ask(&quince, query.calendars, query.span, deadline).await;
                (query.host, query.span, told)
            };
            asking.spawn(ask.in_current_span());
        }
        while let Some(answered) = asking.join_next().await {
            let (host, span, told) = answered.map_err(Internal::because)?;
            retried_if_lost(|| note(quince, host, &told)).await?;
            if told.is_busy {
                found = Found::Busy;
                self.busy.insert((host, span));
            } else {
                self.free.insert((host, span));
            }
        }
        Ok(found)
    }
}

/// Notes what the answer of a host's calendars tells beyond it: a login that was refused, searches that fail, and that they have
/// to be read at once, as somebody is busy after all or did not answer.
async fn note(quince: &Quince, host: StaffId, told: &FreeBusy) -> Result<(), Internal> {
    let is_doubtful = told.is_incomplete || !told.unsearchable.is_empty() || !told.unanswered.is_empty();
    let is_to_read = told.is_busy || is_doubtful;
    if told.refused.is_empty() && !is_to_read {
        return Ok(());
    }
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    // Calendars before connections, as a sync that ends changes them.
    sync::ask_to_compare(&mut tx, &told.unsearchable, true, now).await?;
    sync::ask_to_compare(&mut tx, &told.unanswered, false, now).await?;
    for connection in &told.refused {
        outages::note(&mut tx, connection, &Error::WrongLogin, Asked::ByItself, now).await?;
    }
    if is_to_read {
        // Those that fail keep to their next try.
        connections::sync_soon(&mut tx, host, now).await?;
    }
    tx.commit().await?;
    if is_to_read {
        quince.wake();
    }
    Ok(())
}

/// The question to a host's calendars about a span; nothing when there is none to ask.
async fn query(
    quince: &Quince,
    tx: &mut ReadTx,
    context: &AvailabilityInput,
    host: StaffId,
    span: Interval,
) -> Result<Option<FreeBusyQuery>, Internal> {
    let watched: Vec<_> = context
        .watched
        .iter()
        .filter(|calendar| calendar.staff_id == host)
        .collect();
    let Some(person) = context.member(host).filter(|_| !watched.is_empty()) else {
        return Ok(None);
    };
    let connections = connections::list_for_staff(tx, host).await?;
    let mut calendars = Vec::new();
    for calendar in watched {
        // What cannot be read anyway is settled by the host's choice in the slots.
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
        calendars.push(Watched {
            id: calendar.id,
            owner: host,
            connection: connection.clone(),
            client: quince.live_caldav(&login.entry),
            login: login.credentials,
            url: login::calendar_url(&connection.home_urls, &calendar.url)?,
            reader: Reader {
                zone: sync::parse::zone_named(calendar.zone.as_deref())
                    .unwrap_or_else(|| person.zone.clone()),
                addresses: connection.addresses.clone(),
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
