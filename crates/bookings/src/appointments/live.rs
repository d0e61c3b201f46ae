//! The last look at a host's calendars before a booking: iCloud itself is asked, once and briefly (scheduling.md).

use std::collections::HashSet;
use std::sync::Arc;

use caldav::{Client, Credentials, Error, EventStream};
use scheduling::{Interval, StaffId};
use store::connections::Connection;
use store::{RemoteCalendarId, StoreError, remote_calendars};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::quince::Quince;
use crate::sync::parse::Reader;
use crate::sync::read::Known;

/// More changes than this since the last read are not looked through while somebody waits.
const MOST_CHANGES: usize = 500;

/// One calendar to look at.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    pub(crate) id: RemoteCalendarId,
    pub(crate) owner: StaffId,
    pub(crate) connection: Connection,
    pub(crate) client: Client,
    pub(crate) login: Credentials,
    pub(crate) url: Url,
    pub(crate) reader: Reader,
    pub(crate) all_day_blocks: bool,
    /// The server's search by time fails, or leaves out events.
    pub(crate) search_fails: bool,
}

/// What the calendars said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Something that Quince did not write is there. Without that, the last known events count where a calendar did not answer
    /// in time.
    pub(crate) is_busy: bool,
    /// Some calendar did not answer.
    pub(crate) is_incomplete: bool,
    /// Calendars whose search by time turned out to fail.
    pub(crate) unsearchable: Vec<RemoteCalendarId>,
    /// The connections whose login was refused.
    pub(crate) refused: Vec<Connection>,
}

/// Why a calendar did not tell.
#[derive(Debug, thiserror::Error)]
enum NoAnswer {
    #[error(transparent)]
    Server(#[from] Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("too much has changed since it was last read")]
    TooMuch,
    #[error("an event is there that the server does not hand out")]
    Unreadable,
    #[error(transparent)]
    BrokeOff(#[from] tokio::task::JoinError),
}

/// Looks at all calendars at once. `mirrors` are the UIDs of what Quince wrote itself.
pub(crate) async fn look(
    quince: &Quince,
    calendars: Vec<Watched>,
    span: Interval,
    mirrors: Arc<HashSet<String>>,
    deadline: Instant,
) -> Told {
    let mut looks = JoinSet::new();
    for calendar in calendars {
        let (quince, mirrors) = (quince.clone(), Arc::clone(&mirrors));
        looks.spawn(async move {
            let mut unsearchable = false;
            let is_busy = calendar.is_busy(&quince, span, &mirrors, &mut unsearchable).await;
            (calendar.connection, is_busy, unsearchable.then_some(calendar.id))
        });
    }
    let mut told = Told::default();
    while !told.is_busy {
        let Ok(look) = timeout_at(deadline, looks.join_next()).await else {
            told.is_incomplete = true;
            break;
        };
        match look {
            None => break,
            Some(Ok((connection, is_busy, unsearchable))) => {
                told.unsearchable.extend(unsearchable);
                match is_busy {
                    Ok(is_busy) => told.is_busy = is_busy,
                    Err(error) => {
                        tracing::info!(%error, "no live answer from a calendar; the last known events count");
                        told.is_incomplete = true;
                        if matches!(error, NoAnswer::Server(Error::WrongLogin)) {
                            told.refused.push(connection);
                        }
                    }
                }
            }
            Some(Err(error)) => {
                tracing::error!(%error, "a live look broke off");
                told.is_incomplete = true;
            }
        }
    }
    told
}

impl Watched {
    async fn is_busy(
        &self,
        quince: &Quince,
        span: Interval,
        mirrors: &Arc<HashSet<String>>,
        unsearchable: &mut bool,
    ) -> Result<bool, NoAnswer> {
        let (client, login) = (&self.client, &self.login);
        if !self.search_fails {
            let found = client.stream_range(&self.url, login, span.start, span.end);
            match self.is_taken_by(found, span, mirrors).await {
                Err(NoAnswer::Server(error)) if error.suggests_another_question() => *unsearchable = true,
                other => return other,
            }
        }
        // What is stored counts in the slots, so what changed since then is the rest.
        let changed = self.changed(quince).await?;
        if changed.len() > MOST_CHANGES {
            return Err(NoAnswer::TooMuch);
        }
        let changed = client.stream(&self.url, login, &changed);
        self.is_taken_by(changed, span, mirrors).await
    }

    /// Whether one of these events takes time of the span.
    async fn is_taken_by(
        &self,
        mut events: EventStream<'_>,
        span: Interval,
        mirrors: &Arc<HashSet<String>>,
    ) -> Result<bool, NoAnswer> {
        let mut is_whole = true;
        while let Some(reading) = events.next().await? {
            is_whole &= reading.unreadable.is_empty();
            let (reader, mirrors, all_day_blocks) =
                (self.reader.clone(), Arc::clone(mirrors), self.all_day_blocks);
            // Reading events takes a while, so it is done away from the threads that answer requests.
            let is_busy = tokio::task::spawn_blocking(move || {
                reading.resources.iter().any(|resource| {
                    let parsed = reader.parse(&resource.data);
                    parsed.instances.iter().any(|instance| {
                        instance.blocks.takes_time(all_day_blocks)
                            && Interval::new(instance.start, instance.end).overlaps(&span)
                            && !mirrors.contains(&*instance.uid)
                    })
                })
            });
            if is_busy.await? {
                return Ok(true);
            }
        }
        if is_whole {
            Ok(false)
        } else {
            Err(NoAnswer::Unreadable)
        }
    }

    /// The paths of what changed since the last read.
    async fn changed(&self, quince: &Quince) -> Result<Vec<String>, NoAnswer> {
        let (client, login) = (&self.client, &self.login);
        let (known, token) = {
            let mut tx = quince.store().read().await?;
            let known = Known::load(&mut tx, self.id, self.owner).await?;
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
