//! What has to be looked at live before something is booked, and what the looks told.

use std::collections::BTreeSet;

use caldav::Error;
use scheduling::{Interval, Reason, Refusal, StaffId};
use store::{ConnectionState, Tx, connections};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::live::{self, Watched};
use super::plan::Plan;
use crate::connections::failure::{self, Asked};
use crate::connections::login;
use crate::problem::Internal;
use crate::quince::{LIVE_CHECK, Quince};
use crate::slots::context::Context;
use crate::sync;
use crate::sync::parse::Reader;

/// What the live looks of one booking have told so far.
#[derive(Debug)]
pub(crate) struct Looks {
    deadline: Instant,
    free: BTreeSet<(StaffId, Interval)>,
    busy: BTreeSet<(StaffId, Interval)>,
}

/// A look at one host's calendars that is still to be made.
#[derive(Debug)]
pub(crate) struct Look {
    host: StaffId,
    calendars: Vec<Watched>,
    span: Interval,
}

impl Looks {
    /// None yet; all of them together take at most two seconds.
    pub(crate) fn new() -> Self {
        Self {
            deadline: Instant::now() + LIVE_CHECK,
            free: BTreeSet::new(),
            busy: BTreeSet::new(),
        }
    }

    /// Whether a look found the host busy around this span.
    pub(crate) fn found_busy(&self, host: StaffId, span: Interval) -> bool {
        let mut busy = self.busy.iter();
        busy.any(|(known, looked)| *known == host && looked.overlaps(&span))
    }

    /// What the looks found in the way of a span.
    pub(crate) fn in_the_way(&self, span: Interval) -> Vec<Refusal> {
        let busy = self.busy.iter().filter(|(_, looked)| looked.overlaps(&span));
        busy.map(|(host, _)| Refusal {
            reason: Reason::Conflict,
            host: Some(*host),
            busy: None,
        })
        .collect()
    }

    /// Whether the host need not be looked at (any more) for this span.
    fn is_settled(&self, host: StaffId, span: Interval) -> bool {
        let mut free = self.free.iter();
        free.any(|(known, looked)| *known == host && looked.contains(&span))
            || Instant::now() >= self.deadline
    }

    /// The looks that have to be made before this plan can be carried out.
    pub(crate) async fn needed(
        &self,
        quince: &Quince,
        tx: &mut Tx,
        context: &Context,
        plan: &Plan,
    ) -> Result<Vec<Look>, Internal> {
        let mut looks = Vec::new();
        for (host, span) in plan.to_look_at() {
            if !self.is_settled(host, span) {
                looks.extend(look_at(quince, tx, context, host, span).await?);
            }
        }
        Ok(looks)
    }

    /// Makes looks, all at once. Someone who is busy after all is synced at once, so that others see it, too; so is a calendar
    /// that did not answer. Of a refused login note is taken as by a read.
    pub(crate) async fn make(&mut self, quince: &Quince, looks: Vec<Look>) -> Result<(), Internal> {
        let mut making = JoinSet::new();
        for look in looks {
            let (quince, deadline) = (quince.clone(), self.deadline);
            let make = async move {
                let told = live::look(&quince, look.calendars, look.span, deadline).await;
                (look.host, look.span, told)
            };
            making.spawn(make.in_current_span());
        }
        while let Some(made) = making.join_next().await {
            let (host, span, told) = made.map_err(Internal::because)?;
            for connection in &told.refused {
                let mut tx = quince.store().write().await?;
                failure::note(
                    &mut tx,
                    connection,
                    &Error::WrongLogin,
                    Asked::ByItself,
                    quince.now(),
                )
                .await?;
                tx.commit().await?;
            }
            sync::ask_to_compare(quince, &told.unsearchable, true).await?;
            sync::ask_to_compare(quince, &told.unanswered, false).await?;
            if told.is_busy {
                sync::ask_for_staff(quince, host).await?;
                self.busy.insert((host, span));
            } else {
                let is_doubtful = !told.unsearchable.is_empty() || !told.unanswered.is_empty();
                if told.is_incomplete || is_doubtful {
                    sync::ask_for_staff(quince, host).await?;
                }
                self.free.insert((host, span));
            }
        }
        Ok(())
    }
}

/// The look that has to be made at a host's calendars for a start; nothing when there is none to look at.
async fn look_at(
    quince: &Quince,
    tx: &mut Tx,
    context: &Context,
    host: StaffId,
    span: Interval,
) -> Result<Option<Look>, Internal> {
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
                && !failure::is_in_doubt(connection, quince.now())
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
    Ok(Some(Look {
        host,
        calendars,
        span,
    }))
}
