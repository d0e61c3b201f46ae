//! The live check of a host's calendars right before an appointment is placed: the server itself is asked, once and briefly.

use std::collections::BTreeSet;
use std::pin::pin;
use std::time::Duration;

use caldav::{Client, Credentials, Error, EventStream};
use scheduling::{Interval, StaffId};
use store::connections::Connection;
use store::{RemoteCalendarId, StoreError, event_writes, remote_calendars};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::Instrument as _;
use url::Url;

use crate::quince::Quince;
use crate::sync::known::StoredVersions;
use crate::sync::parse::Reader;

/// Maximum number of changes since the last read that a live check reads.
const MAX_CHANGES: usize = 500;
/// If a search by time takes longer than this, the changes since the last read are fetched in parallel.
const CHANGES_AFTER: Duration = Duration::from_secs(1);

/// A calendar to check.
#[derive(Debug, Clone)]
pub(crate) struct CalendarToCheck {
    pub(crate) id: RemoteCalendarId,
    pub(crate) owner: StaffId,
    pub(crate) connection: Connection,
    pub(crate) client: Client,
    pub(crate) login: Credentials,
    pub(crate) url: Url,
    pub(crate) reader: Reader,
    pub(crate) all_day_blocks: bool,
    /// Whether the server's search by time fails, or omits events.
    pub(crate) search_fails: bool,
}

/// The result of checking a host's calendars.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FreeBusy {
    /// Whether an event that Quince did not write takes time. If not, the last known events count for a calendar that did not answer in
    /// time.
    pub(crate) is_busy: bool,
    /// Whether some calendar did not answer.
    pub(crate) is_incomplete: bool,
    /// Calendars whose search by time fails.
    pub(crate) unsearchable: Vec<RemoteCalendarId>,
    /// Calendars whose search by time brought no answer: it may fail, or the server is slow or down.
    pub(crate) unanswered: Vec<RemoteCalendarId>,
    /// Connections whose login was refused.
    pub(crate) refused: Vec<Connection>,
}

/// Why a calendar gave no answer.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error(transparent)]
    Server(#[from] Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("too much has changed since it was last read")]
    TooManyChanges,
    #[error("an event is there that the server does not hand out")]
    Unreadable,
    #[error(transparent)]
    Aborted(#[from] tokio::task::JoinError),
}

/// The state of a calendar's search by time. It is reported even if the deadline cuts off the whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Search {
    /// It was answered, or not needed.
    Works,
    /// No answer has come yet.
    Unanswered,
    Fails,
}

/// Checks all calendars concurrently, until the deadline or until one is busy.
pub(crate) async fn query(
    quince: &Quince,
    calendars: Vec<CalendarToCheck>,
    span: Interval,
    deadline: Instant,
) -> FreeBusy {
    let mut asking = JoinSet::new();
    let mut searches = Vec::new();
    for calendar in calendars {
        let quince = quince.clone();
        let (search, seen) = watch::channel(Search::Works);
        searches.push((calendar.id, seen));
        let ask = async move {
            let is_busy = calendar.is_busy(&quince, span, &search).await;
            (calendar.connection, is_busy)
        };
        asking.spawn(ask.in_current_span());
    }
    let mut answer = FreeBusy::default();
    while !answer.is_busy {
        let Ok(answered) = timeout_at(deadline, asking.join_next()).await else {
            answer.is_incomplete = true;
            break;
        };
        match answered {
            None => break,
            Some(Ok((_, Ok(is_busy)))) => answer.is_busy = is_busy,
            Some(Ok((connection, Err(error)))) => {
                tracing::info!(%error, "no live answer from a calendar; the last known events count");
                answer.is_incomplete = true;
                if matches!(error, NoAnswer::Server(Error::WrongLogin)) {
                    answer.refused.push(connection);
                }
            }
            Some(Err(error)) => {
                tracing::error!(%error, "a live check broke off");
                answer.is_incomplete = true;
            }
        }
    }
    for (calendar, search) in searches {
        match *search.borrow() {
            Search::Works => {}
            // After a busy answer the remaining ones are not awaited, so silence means nothing.
            Search::Unanswered if answer.is_busy => {}
            Search::Unanswered => answer.unanswered.push(calendar),
            Search::Fails => answer.unsearchable.push(calendar),
        }
    }
    answer
}

impl CalendarToCheck {
    async fn is_busy(
        &self,
        quince: &Quince,
        span: Interval,
        search: &watch::Sender<Search>,
    ) -> Result<bool, NoAnswer> {
        if self.search_fails {
            return self.is_taken_by_changes(quince, span).await;
        }
        search.send_replace(Search::Unanswered);
        let found = self
            .client
            .stream_range(&self.url, &self.login, span.start, span.end);
        let mut searching = pin!(self.is_taken_by(quince, found, span));
        let answer = if let Ok(answer) = timeout(CHANGES_AFTER, &mut searching).await {
            answer
        } else {
            // The search alone may hang, so the first answer counts.
            tokio::select! {
                answer = &mut searching => answer,
                Ok(is_busy) = self.is_taken_by_changes(quince, span) => return Ok(is_busy),
            }
        };
        match answer {
            Err(NoAnswer::Server(error)) if error.suggests_another_question() => {
                search.send_replace(Search::Fails);
            }
            Err(NoAnswer::Server(error)) if error.broke_off() => {}
            other => {
                search.send_replace(Search::Works);
                return other;
            }
        }
        self.is_taken_by_changes(quince, span).await
    }

    /// Whether an event that changed since the last read takes time of the span. Stored events are already considered in the slots.
    async fn is_taken_by_changes(&self, quince: &Quince, span: Interval) -> Result<bool, NoAnswer> {
        let changed = self.changed(quince).await?;
        if changed.len() > MAX_CHANGES {
            return Err(NoAnswer::TooManyChanges);
        }
        let changed = self.client.stream(&self.url, &self.login, &changed);
        self.is_taken_by(quince, changed, span).await
    }

    /// Whether one of these events takes time of the span.
    async fn is_taken_by(
        &self,
        quince: &Quince,
        mut events: EventStream<'_>,
        span: Interval,
    ) -> Result<bool, NoAnswer> {
        let mut is_whole = true;
        while let Some(reading) = events.next().await? {
            is_whole &= reading.unreadable.is_empty();
            let (reader, all_day_blocks) = (self.reader.clone(), self.all_day_blocks);
            // Parsing may take long, so it must not block the threads that serve requests.
            let taking = tokio::task::spawn_blocking(move || {
                let mut taking = BTreeSet::new();
                for resource in reading.resources {
                    let parsed = reader.parse(&resource.data);
                    let takes = parsed.instances.into_iter().filter(|instance| {
                        instance.blocks.takes_time(all_day_blocks)
                            && Interval::new(instance.start, instance.end).overlaps(&span)
                    });
                    taking.extend(takes.map(|instance| instance.uid.to_string()));
                }
                taking
            });
            if !self.are_all_own(quince, &taking.await?).await? {
                return Ok(true);
            }
        }
        if is_whole {
            Ok(false)
        } else {
            Err(NoAnswer::Unreadable)
        }
    }

    /// Whether all these UIDs are of events that Quince wrote, which the slots already consider.
    async fn are_all_own(&self, quince: &Quince, uids: &BTreeSet<String>) -> Result<bool, StoreError> {
        if uids.is_empty() {
            return Ok(true);
        }
        let uids: Vec<&str> = uids.iter().map(String::as_str).collect();
        let mut tx = quince.store().connection().await?;
        let own = event_writes::own_uids(&mut tx, self.owner, &uids).await?;
        Ok(own.len() == uids.len())
    }

    /// Returns the paths of the resources that changed since the last read.
    async fn changed(&self, quince: &Quince) -> Result<Vec<String>, NoAnswer> {
        let (client, login) = (&self.client, &self.login);
        let (known, token) = {
            let mut tx = quince.store().read().await?;
            let known = StoredVersions::load(&mut tx, self.id, self.owner).await?;
            let calendar = remote_calendars::find(&mut tx, self.id).await?;
            (known, calendar.and_then(|calendar| calendar.sync_token))
        };
        let since = match token {
            None => None,
            Some(token) => match client.sync(&self.url, login, Some(&token)).await {
                Ok(changes) => Some(changes.changed),
                Err(error) if error.suggests_another_question() => None,
                Err(error) => return Err(error.into()),
            },
        };
        let listed = match since {
            Some(listed) => listed,
            None => client.list_etags(&self.url, login).await?,
        };
        let new = listed.into_iter().filter(|listed| !known.has(listed));
        Ok(new.map(|listed| listed.href).collect())
    }
}
