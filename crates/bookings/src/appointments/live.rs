//! The last look at a host's calendars before a booking: iCloud itself is asked, once and briefly (scheduling.md).

use std::collections::HashSet;
use std::sync::Arc;

use caldav::{Client, Credentials};
use scheduling::Interval;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::sync::parse::Reader;

/// One calendar to look at.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    pub(crate) client: Client,
    pub(crate) login: Credentials,
    pub(crate) url: Url,
    pub(crate) reader: Reader,
    pub(crate) all_day_blocks: bool,
}

/// What the calendars said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Live {
    /// Something that Quince did not write is there.
    Busy,
    /// No answer said "busy"; those that did not answer in time leave the last known events in force.
    NotBusy,
}

/// Looks at all calendars at once. `mirrors` are the UIDs of what Quince wrote itself.
pub(crate) async fn look(
    calendars: Vec<Watched>,
    span: Interval,
    mirrors: Arc<HashSet<String>>,
    deadline: Instant,
) -> Live {
    let mut looks = JoinSet::new();
    for calendar in calendars {
        let mirrors = Arc::clone(&mirrors);
        looks.spawn(async move { calendar.is_busy(span, &mirrors).await });
    }
    while let Ok(Some(look)) = timeout_at(deadline, looks.join_next()).await {
        match look {
            Ok(Ok(true)) => return Live::Busy,
            Ok(Ok(false)) => {}
            Ok(Err(error)) => {
                tracing::info!(%error, "no live answer from a calendar; the last known events count");
            }
            Err(error) => tracing::error!(%error, "a live look broke off"),
        }
    }
    Live::NotBusy
}

impl Watched {
    async fn is_busy(&self, span: Interval, mirrors: &HashSet<String>) -> Result<bool, caldav::Error> {
        let reading = self
            .client
            .read_range(&self.url, &self.login, span.start, span.end)
            .await?;
        Ok(reading.resources.iter().any(|resource| {
            let parsed = self.reader.parse(&resource.data);
            parsed.instances.iter().any(|instance| {
                instance.blocks.takes_time(self.all_day_blocks)
                    && Interval::new(instance.start, instance.end).overlaps(&span)
                    && !mirrors.contains(&*instance.uid)
            })
        }))
    }
}
