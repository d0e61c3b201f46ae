//! Takes in what a read brings, batch by batch.
//!
//! Each batch is stored in a transaction of its own, so that a long read needs little memory, shows how far it is, and
//! holds up nobody. That is safe, since a batch only adds to what is known, or takes the place of what was known of the
//! same resources; what is gone is dropped at the end, with the mark at which the next read starts.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use caldav::{Reading, Resource};
use ical::{Horizon, Instance};
use store::event_writes::{self, EventWrite, Subject};
use store::external_events::{self, Key, NewEvent, NewInstance};
use store::remote_calendars::{self, RemoteCalendar};
use store::{EventId, ImportPolicy, StoreError, Tx, appointments, class_sessions};

use super::account::Account;
use super::mirror;
use super::parse::{Parsed, Reader};
use crate::problem::Internal;

/// Resources stored in one transaction.
const BATCH: usize = 250;
/// What is said of a resource that the server shows and does not hand out.
const UNREADABLE: &str = "An event of this calendar could not be read, so it may not block its time.";

/// What a read takes in.
pub(super) struct Intake<'a> {
    account: &'a Account<'a>,
    calendar: &'a RemoteCalendar,
    reader: Reader,
    keep_up: bool,
    /// Whether the read brings everything in the horizon, so that what is missing is gone.
    everything: bool,
    /// What was known before, by path.
    known: BTreeMap<String, Key>,
    /// The paths that were there.
    seen: BTreeSet<String>,
}

/// How a read ended.
pub(super) struct End {
    /// Paths that exist no more.
    pub(super) removed: Vec<String>,
    /// Where the next read starts.
    pub(super) sync_token: Option<String>,
    /// The server's mark of what was read.
    pub(super) ctag: Option<String>,
}

impl<'a> Intake<'a> {
    /// For a read of everything in the horizon.
    pub(super) async fn of_everything(
        account: &'a Account<'a>,
        calendar: &'a RemoteCalendar,
        reader: &Reader,
    ) -> Result<Self, Internal> {
        Self::open(account, calendar, reader.clone(), true).await
    }

    /// For a read of what changed.
    pub(super) async fn of_changes(
        account: &'a Account<'a>,
        calendar: &'a RemoteCalendar,
        reader: &Reader,
    ) -> Result<Self, Internal> {
        // The horizon must end at the same instant for all events of a calendar.
        let to = calendar.horizon_to.unwrap_or(reader.horizon.to);
        let reader = Reader {
            horizon: Horizon { to, ..reader.horizon },
            ..reader.clone()
        };
        Self::open(account, calendar, reader, false).await
    }

    async fn open(
        account: &'a Account<'a>,
        calendar: &'a RemoteCalendar,
        reader: Reader,
        everything: bool,
    ) -> Result<Self, Internal> {
        let mut tx = account.quince.store().read().await?;
        let keys = external_events::list_keys(&mut tx, calendar.id).await?;
        Ok(Self {
            account,
            calendar,
            reader,
            keep_up: account.connection.import_policy == ImportPolicy::KeepUp,
            everything,
            known: keys.into_iter().map(|key| (key.href.clone(), key)).collect(),
            seen: BTreeSet::new(),
        })
    }

    /// Stores what was read.
    pub(super) async fn take(&mut self, reading: Reading) -> Result<(), Internal> {
        let mut resources = reading.resources.into_iter();
        loop {
            let batch: Vec<Resource> = resources.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                break;
            }
            self.take_batch(batch).await?;
        }
        if reading.unreadable.is_empty() {
            return Ok(());
        }
        let hrefs: Vec<String> = reading.unreadable.into_iter().map(|(href, _)| href).collect();
        let mut tx = self.account.quince.store().write().await?;
        external_events::keep_unreadable(
            &mut tx,
            self.calendar.id,
            &hrefs,
            UNREADABLE,
            self.account.started,
        )
        .await?;
        self.seen.extend(hrefs);
        Ok(tx.commit().await?)
    }

    async fn take_batch(&mut self, resources: Vec<Resource>) -> Result<(), Internal> {
        let reader = self.reader.clone();
        // Expanding takes a while, so it is done away from the threads that answer requests.
        let parsed = tokio::task::spawn_blocking(move || {
            let with_meaning = |resource: Resource| {
                let parsed = reader.parse(&resource.data);
                (resource, parsed)
            };
            resources.into_iter().map(with_meaning).collect::<Vec<_>>()
        });
        let parsed = parsed.await.map_err(Internal::because)?;
        let mut tx = self.account.quince.store().write().await?;
        let own: HashSet<String> = event_writes::uids_of_hosts(&mut tx, &[self.account.connection.staff_id])
            .await?
            .into_iter()
            .collect();
        let (mirrors, external): (Vec<_>, Vec<_>) = parsed
            .into_iter()
            .partition(|(_, parsed)| own.contains(&parsed.uid));
        self.see_mirrors(&mut tx, &mirrors).await?;
        let mut events = Vec::new();
        for (resource, parsed) in external {
            let is_frozen = !self.keep_up && self.known.get(&resource.href).is_some_and(was_read);
            if !is_frozen {
                events.push(event(&resource, parsed));
            }
            self.seen.insert(resource.href);
        }
        external_events::keep(&mut tx, self.calendar.id, &events, self.account.started).await?;
        Ok(tx.commit().await?)
    }

    /// Quince's own events.
    async fn see_mirrors(&mut self, tx: &mut Tx, mirrors: &[(Resource, Parsed)]) -> Result<(), StoreError> {
        if mirrors.is_empty() {
            return Ok(());
        }
        let writes = event_writes::by_remote_calendar(tx, self.calendar.id).await?;
        for (resource, parsed) in mirrors {
            self.seen.insert(resource.href.clone());
            if let Some(write) = writes.iter().rev().find(|write| write.uid == parsed.uid) {
                mirror::seen(tx, write, resource, self.account.started).await?;
            }
            // A copy that was taken for somebody else's event before it was known as ours.
            if let Some(key) = self.known.get(&resource.href) {
                external_events::delete(tx, key.id).await?;
            }
        }
        Ok(())
    }

    /// Drops what is gone and remembers where the next read starts.
    pub(super) async fn finish(self, end: End) -> Result<(), Internal> {
        if self.everything && !self.keep_up {
            self.expand_frozen().await?;
        }
        let mut tx = self.account.quince.store().write().await?;
        let settled = self.remove(&mut tx, &end.removed).await?;
        // What is not settled is asked for again: the next read starts where this one did.
        let (sync_token, ctag) = if settled {
            (end.sync_token, end.ctag)
        } else {
            (self.calendar.sync_token.clone(), None)
        };
        let problem = external_events::problems(&mut tx, self.calendar.id).await?;
        remote_calendars::sync_done(
            &mut tx,
            self.calendar.id,
            sync_token.as_deref(),
            ctag.as_deref(),
            self.account.started,
            self.reader.horizon.to,
            problem.map(sentence).as_deref(),
        )
        .await?;
        Ok(tx.commit().await?)
    }

    /// Events that stay as first imported mean something in the new part of the horizon, too.
    async fn expand_frozen(&self) -> Result<(), Internal> {
        let frozen: Vec<EventId> = self
            .known
            .values()
            .filter(|key| was_read(key))
            .map(|key| key.id)
            .collect();
        for batch in frozen.chunks(BATCH) {
            let events = {
                let mut tx = self.account.quince.store().read().await?;
                external_events::list_with_ics(&mut tx, batch).await?
            };
            let reader = self.reader.clone();
            let expanded = tokio::task::spawn_blocking(move || {
                let expand = |event: external_events::ExternalEvent| {
                    (event.key.id, instances(&reader.parse(&event.ics)))
                };
                events.into_iter().map(expand).collect::<Vec<_>>()
            });
            let expanded = expanded.await.map_err(Internal::because)?;
            let expanded: Vec<(EventId, &[NewInstance])> =
                expanded.iter().map(|(id, list)| (*id, list.as_slice())).collect();
            let mut tx = self.account.quince.store().write().await?;
            external_events::replace_instances(&mut tx, self.calendar.id, &expanded).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// What is gone: told so, or missing from a read of everything. Returns whether that is settled.
    async fn remove(&self, tx: &mut Tx, removed: &[String]) -> Result<bool, StoreError> {
        let told: HashSet<&String> = removed.iter().collect();
        let is_gone = |href: &String| told.contains(href) || (self.everything && !self.seen.contains(href));
        if self.keep_up {
            for key in self.known.values().filter(|key| is_gone(&key.href)) {
                external_events::delete(tx, key.id).await?;
            }
        }
        let mut settled = true;
        for write in event_writes::by_remote_calendar(tx, self.calendar.id).await? {
            let Some(href) = write.href.as_ref().filter(|href| is_gone(href)) else {
                continue;
            };
            // A read of everything brings only what lies in the horizon.
            if told.contains(href) || self.is_in_horizon(tx, &write).await? {
                settled &= mirror::gone(tx, &write, self.account.started).await?;
            }
        }
        Ok(settled)
    }

    async fn is_in_horizon(&self, tx: &mut Tx, write: &EventWrite) -> Result<bool, StoreError> {
        let span = match write.subject {
            Subject::Part(appointment, _) => appointments::find(tx, appointment)
                .await?
                .map(|found| (found.starts_at, found.ends_at)),
            Subject::Session(session) => class_sessions::find(tx, session)
                .await?
                .map(|found| (found.starts_at, found.ends_at)),
        };
        let horizon = self.reader.horizon;
        Ok(span.is_some_and(|(start, end)| end > horizon.from && start < horizon.to))
    }
}

/// Whether a resource was read before, rather than only seen.
fn was_read(key: &Key) -> bool {
    key.etag.is_some() || !key.uid.is_empty()
}

fn event(resource: &Resource, parsed: Parsed) -> NewEvent {
    NewEvent {
        href: resource.href.clone(),
        etag: resource.etag.clone(),
        instances: instances(&parsed),
        ics: resource.data.clone(),
        uid: parsed.uid,
        problem: parsed.problem,
    }
}

fn instances(parsed: &Parsed) -> Vec<NewInstance> {
    let new = |instance: &Instance| NewInstance {
        starts_at: instance.start,
        ends_at: instance.end,
        all_day: instance.all_day,
        uid: instance.uid.to_string(),
        summary: instance.summary.to_string(),
        location: instance.location.as_deref().map(str::to_owned),
        blocks: instance.blocks.word().to_owned(),
    };
    parsed.instances.iter().map(new).collect()
}

/// What is said of a calendar in which something could not be understood.
fn sentence((problem, count): (String, u32)) -> String {
    match count - 1 {
        0 => problem,
        1 => format!("{problem} The same or something like it is so with one more event."),
        more => format!("{problem} The same or something like it is so with {more} more events."),
    }
}
