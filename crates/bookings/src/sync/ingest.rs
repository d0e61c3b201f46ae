//! Stores the result of a read, portion by portion.
//!
//! Each portion is stored in a transaction of its own, so that a long read needs little memory, shows its progress and blocks nobody.
//! That is safe: a portion only adds to what is stored, or replaces what is stored of the same resources. What is gone is deleted at
//! the end, before the mark is stored at which the next read starts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use caldav::{Reading, Resource};
use ical::Horizon;
use jiff::Timestamp;
use store::event_writes;
use store::external_events::{self, ExternalEvent, FirstImport, Key, NewEvent, NewInstance};
use store::remote_calendars::{self, Compared, RemoteCalendar};
use store::{EventId, ImportPolicy, StoreError, WriteTx};

use super::expand::{self, Queue, parts};
use super::parse::{Parsed, Reader};
use super::search::{Searched, SuspectEvent};
use super::sync_run::SyncRun;
use super::{limit, mirror};
use crate::problem::Internal;

/// The problem of a resource that the server lists, but does not return.
const UNREADABLE: &str = "An event of this calendar could not be read, so it may not block its time.";

/// The state of storing one read of a calendar.
pub(super) struct Ingest<'a> {
    pub(super) run: &'a SyncRun<'a>,
    pub(super) calendar: &'a RemoteCalendar,
    pub(super) reader: Reader,
    first_import: FirstImport,
    /// The resources that were stored before, by path.
    known: BTreeMap<String, Key>,
    /// The first imports that are kept although the events have changed or are gone (D6).
    first_imports: Vec<Key>,
    /// The paths that the server returned.
    seen: BTreeSet<String>,
    /// Those of them that were stored anew. A resource that the server lists, but no longer returns, stays as it was stored.
    stored: BTreeMap<String, EventId>,
    /// The number of stored instances of the calendar.
    pub(super) rows: u64,
    rows_before: u64,
    /// The end of the instances that take no time, if there are too many instances.
    pub(super) free_to: Option<Timestamp>,
    /// The event that most probably makes the server's search fail.
    pub(super) suspect: Option<SuspectEvent>,
}

/// The end of a read.
pub(super) struct ReadEnd {
    /// Paths that no longer exist.
    pub(super) removed: Vec<String>,
    /// The token at which the next read starts.
    pub(super) sync_token: Option<String>,
    /// The calendar's ctag of this read.
    pub(super) ctag: Option<String>,
}

impl<'a> Ingest<'a> {
    /// Starts a comparison of a whole calendar with what is stored.
    pub(super) async fn of_everything(
        run: &'a SyncRun<'a>,
        calendar: &'a RemoteCalendar,
        reader: &Reader,
    ) -> Result<Self, Internal> {
        let mut ingest = Self::open(run, calendar, reader.clone()).await?;
        ingest.catch_up().await?;
        Ok(ingest)
    }

    /// Starts a read of the changes.
    pub(super) async fn of_changes(
        run: &'a SyncRun<'a>,
        calendar: &'a RemoteCalendar,
        reader: &Reader,
    ) -> Result<Self, Internal> {
        // The horizon ends at the same instant for all events of a calendar.
        let to = calendar.horizon_to.unwrap_or(reader.horizon.to);
        let reader = Reader {
            horizon: Horizon { to, ..reader.horizon },
            ..reader.clone()
        };
        Self::open(run, calendar, reader).await
    }

    async fn open(
        run: &'a SyncRun<'a>,
        calendar: &'a RemoteCalendar,
        reader: Reader,
    ) -> Result<Self, Internal> {
        let mut tx = run.quince.store().read().await?;
        let keys = external_events::list_keys(&mut tx, calendar.id).await?;
        let rows = external_events::count_instances(&mut tx, calendar.id).await?;
        Ok(Self {
            run,
            calendar,
            reader,
            first_import: match run.connection.policies.import_policy {
                ImportPolicy::KeepUp => FirstImport::Replaced,
                ImportPolicy::AsFirstImported => FirstImport::Kept,
            },
            known: keys.into_iter().map(|key| (key.href.clone(), key)).collect(),
            first_imports: external_events::list_first_imports(&mut tx, calendar.id).await?,
            seen: BTreeSet::new(),
            stored: BTreeMap::new(),
            rows,
            rows_before: rows,
            free_to: None,
            suspect: None,
        })
    }

    /// Replaces first imports by the events' present state, if they are no longer to be kept.
    async fn catch_up(&mut self) -> Result<(), Internal> {
        if self.first_import == FirstImport::Kept || self.first_imports.is_empty() {
            return Ok(());
        }
        let mut tx = self.run.quince.store().write().await?;
        external_events::show_present(&mut tx, self.calendar.id).await?;
        tx.commit().await?;
        let ids: Vec<EventId> = self.first_imports.drain(..).map(|key| key.id).collect();
        for some in ids.chunks(expand::MAX_RESOURCES) {
            let rows = self.rows_of(some.to_vec()).await?;
            for part in parts(some, |id| rows(*id)) {
                let mut tx = self.run.quince.store().write().await?;
                external_events::delete(&mut tx, part).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Whether nothing of the calendar was stored before.
    pub(super) fn is_first(&self) -> bool {
        self.known.is_empty()
    }

    /// The paths that the server has returned so far.
    pub(super) fn seen(&self) -> &BTreeSet<String> {
        &self.seen
    }

    /// Whether the resource was stored anew.
    pub(super) fn has_stored(&self, href: &str) -> bool {
        self.stored.contains_key(href)
    }

    /// Stores the resources that were read, and deletes the missing ones, so that an interrupted read need not be repeated from the
    /// start.
    pub(super) async fn store(&mut self, reading: Reading) -> Result<(), Internal> {
        self.drop_external(&reading.missing).await?;
        let mut queue = Queue::new(&self.reader, reading.resources, |resource| &resource.data);
        loop {
            let (portion, rest) = queue.portion(&self.reader).await?;
            if portion.is_empty() {
                break;
            }
            self.store_portion(portion).await?;
            queue = rest;
        }
        if reading.unreadable.is_empty() {
            return Ok(());
        }
        let hrefs: Vec<String> = reading.unreadable.into_iter().map(|(href, _)| href).collect();
        for part in hrefs.chunks(expand::MAX_RESOURCES) {
            let mut tx = self.run.quince.store().write().await?;
            let now = self.run.started;
            external_events::upsert_unreadable(&mut tx, self.calendar.id, part, UNREADABLE, now).await?;
            tx.commit().await?;
        }
        self.seen.extend(hrefs);
        Ok(())
    }

    async fn store_portion(&mut self, portion: Vec<(Resource, Parsed)>) -> Result<(), Internal> {
        for (resource, parsed) in &portion {
            SuspectEvent::consider(&mut self.suspect, &resource.data, parsed);
        }
        let ids = portion
            .iter()
            .filter_map(|(resource, _)| self.id_of(&resource.href));
        let before = self.rows_of(ids.collect()).await?;
        let rows_before = |href: &str| self.id_of(href).map_or(0, &before);
        let weight =
            |(resource, parsed): &(Resource, Parsed)| parsed.instances.len() + rows_before(&resource.href);
        let mut rows = self.rows;
        let (mut seen, mut stored) = (Vec::new(), Vec::new());
        for part in parts(&portion, weight) {
            let mut tx = self.run.quince.store().write().await?;
            let uids: Vec<&str> = part.iter().map(|(_, parsed)| parsed.uid.as_str()).collect();
            let own = event_writes::own_uids(&mut tx, self.run.connection.staff_id, &uids).await?;
            let (mirrors, external): (Vec<_>, Vec<_>) =
                part.iter().partition(|(_, parsed)| own.contains(&parsed.uid));
            self.compare_own_events(&mut tx, &mirrors).await?;
            let events: Vec<NewEvent> = external
                .into_iter()
                .map(|(resource, parsed)| event(resource, parsed, self.free_to))
                .collect();
            let (id, now) = (self.calendar.id, self.run.started);
            let ids = external_events::upsert(&mut tx, id, &events, self.first_import, now).await?;
            tx.commit().await?;
            for event in &events {
                let is_replaced = self.id_of(&event.href).as_ref() == ids.get(&event.href);
                let replaced = if is_replaced { rows_before(&event.href) } else { 0 };
                rows = (rows + as_u64(event.instances.len())).saturating_sub(as_u64(replaced));
            }
            seen.extend(part.iter().map(|(resource, _)| resource.href.clone()));
            stored.extend(ids);
        }
        self.seen.extend(seen);
        self.stored.extend(stored);
        self.rows = rows;
        self.keep_within_limit().await
    }

    /// Compares Quince's own events with what was written.
    async fn compare_own_events(
        &self,
        tx: &mut WriteTx,
        mirrors: &[&(Resource, Parsed)],
    ) -> Result<(), StoreError> {
        if mirrors.is_empty() {
            return Ok(());
        }
        let uids: Vec<&str> = mirrors.iter().map(|(_, parsed)| parsed.uid.as_str()).collect();
        let writes = event_writes::by_uids(tx, self.calendar.id, &uids).await?;
        for (resource, parsed) in mirrors {
            if let Some(write) = writes.iter().rev().find(|write| write.uid == parsed.uid) {
                mirror::seen(tx, write, resource, self.run.started).await?;
            }
            // A copy that was stored as an external event before it was known to be Quince's own.
            if let Some(key) = self.known.get(&resource.href) {
                external_events::delete(tx, &[key.id]).await?;
            }
        }
        Ok(())
    }

    /// Deletes what is gone after a read of the changes, and stores where the next read starts.
    pub(super) async fn finish(self, end: ReadEnd, searched: Searched) -> Result<(), Internal> {
        let settled = self.remove(&end.removed).await?;
        // The suspect is known only when all events were looked at.
        let (search_fails, search_problem) = match searched {
            Searched::Failed => Searched::Unknown,
            other => other,
        }
        .verdict(&self, None)
        .await?;
        let mut tx = self.run.quince.store().write().await?;
        self.note(&mut tx, settled, &end, search_problem.as_deref())
            .await?;
        if search_fails != self.calendar.search_fails || search_problem != self.calendar.search_problem {
            let problem = search_problem.as_deref();
            remote_calendars::set_search(&mut tx, self.calendar.id, search_fails, problem).await?;
        }
        let is_cut = self.calendar.horizon_to < self.calendar.horizon_wanted;
        // There may now be room for the part beyond the cut.
        let has_room = is_cut
            && external_events::count_instances(&mut tx, self.calendar.id).await? < self.rows_before / 2;
        if has_room {
            remote_calendars::request_comparison(&mut tx, self.calendar.id, false).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Like [`Self::finish`], after a comparison of a whole calendar; the horizon ends at `wanted` unless there were too many events.
    pub(super) async fn finish_all(
        mut self,
        end: ReadEnd,
        wanted: Timestamp,
        searched: Searched,
        comparable: &HashSet<String>,
    ) -> Result<(), Internal> {
        let gone: HashSet<&str> = end.removed.iter().map(String::as_str).collect();
        self.expand_known(&gone).await?;
        let settled = self.remove(&end.removed).await?;
        let (search_fails, search_problem) = searched.verdict(&self, Some(comparable)).await?;
        let read_for = self.reader.mark();
        let mut tx = self.run.quince.store().write().await?;
        let compared = Compared {
            at: self.run.started,
            horizon_to: self.reader.horizon.to,
            horizon_wanted: wanted,
            read_for: &read_for,
            search_fails,
            search_problem: search_problem.as_deref(),
        };
        remote_calendars::comparison_done(&mut tx, self.calendar.id, &compared).await?;
        self.note(&mut tx, settled, &end, search_problem.as_deref())
            .await?;
        Ok(tx.commit().await?)
    }

    async fn note(
        &self,
        tx: &mut WriteTx,
        settled: bool,
        end: &ReadEnd,
        search_problem: Option<&str>,
    ) -> Result<(), StoreError> {
        // If a removal is not certain yet, the next read starts where this one did.
        let (sync_token, ctag) = if settled {
            (end.sync_token.as_deref(), end.ctag.as_deref())
        } else {
            (self.calendar.sync_token.as_deref(), None)
        };
        let mut sentences: Vec<String> = Vec::new();
        let found = remote_calendars::find(tx, self.calendar.id).await?;
        sentences.extend(found.and_then(|found| limit::sentence(&found, &self.reader.zone)));
        sentences.extend(search_problem.map(str::to_owned));
        sentences.extend(
            external_events::problems(tx, self.calendar.id)
                .await?
                .map(sentence),
        );
        let problem = (!sentences.is_empty()).then(|| sentences.join(" "));
        let now = self.run.started;
        remote_calendars::sync_done(tx, self.calendar.id, sync_token, ctag, now, problem.as_deref()).await
    }

    /// Expands the events that were not read anew, for the present horizon.
    pub(super) async fn expand_known(&mut self, gone: &HashSet<&str>) -> Result<(), Internal> {
        let is_going =
            |key: &Key| gone.contains(key.href.as_str()) && self.first_import == FirstImport::Replaced;
        let known = self.known.values().filter(|key| was_read(key) && !is_going(key));
        let mut left: Vec<Key> = known
            .chain(&self.first_imports)
            .filter(|key| self.stored.get(&key.href) != Some(&key.id))
            .cloned()
            .collect();
        while !left.is_empty() {
            let mut bytes = 0;
            let fits = |key: &&Key| {
                bytes += key.bytes as usize;
                bytes <= expand::MAX_BYTES
            };
            let count = left
                .iter()
                .take(expand::MAX_RESOURCES)
                .take_while(fits)
                .count()
                .max(1);
            let ids: Vec<EventId> = left.drain(..count).map(|key| key.id).collect();
            let events = {
                let mut tx = self.run.quince.store().read().await?;
                external_events::list_with_ics(&mut tx, &ids).await?
            };
            let mut queue = Queue::new(&self.reader, events, |event: &ExternalEvent| &event.ics);
            loop {
                let (portion, rest) = queue.portion(&self.reader).await?;
                if portion.is_empty() {
                    break;
                }
                self.expand_portion(portion).await?;
                queue = rest;
            }
        }
        Ok(())
    }

    async fn expand_portion(&mut self, portion: Vec<(ExternalEvent, Parsed)>) -> Result<(), Internal> {
        for (event, parsed) in &portion {
            SuspectEvent::consider(&mut self.suspect, &event.ics, parsed);
        }
        let before = self
            .rows_of(portion.iter().map(|(event, _)| event.key.id).collect())
            .await?;
        let weight =
            |(event, parsed): &(ExternalEvent, Parsed)| parsed.instances.len() + before(event.key.id);
        for part in parts(&portion, weight) {
            let expanded: Vec<(EventId, Vec<NewInstance>)> = part
                .iter()
                .map(|(event, parsed)| (event.key.id, expand::rows(parsed, self.free_to)))
                .collect();
            let instances: Vec<_> = expanded.iter().map(|(id, list)| (*id, list.as_slice())).collect();
            let mut tx = self.run.quince.store().write().await?;
            external_events::replace_instances(&mut tx, self.calendar.id, &instances).await?;
            for (event, parsed) in part {
                // The problem of a resource that could not be read again stays.
                if event.key.etag.is_some() && event.problem != parsed.problem {
                    external_events::set_problem(&mut tx, event.key.id, parsed.problem.as_deref()).await?;
                }
            }
            tx.commit().await?;
            for (id, list) in &expanded {
                self.rows = (self.rows + as_u64(list.len())).saturating_sub(as_u64(before(*id)));
            }
        }
        self.keep_within_limit().await
    }

    /// The id of the event that is stored under a path. A server without versions makes a read fetch new events twice.
    fn id_of(&self, href: &str) -> Option<EventId> {
        let known = self.known.get(href).map(|key| key.id);
        self.stored.get(href).copied().or(known)
    }

    /// Counts the stored instances of each of these events.
    async fn rows_of(&self, ids: Vec<EventId>) -> Result<impl Fn(EventId) -> usize + use<>, Internal> {
        let counts = if ids.is_empty() {
            HashMap::default()
        } else {
            let mut tx = self.run.quince.store().read().await?;
            external_events::instances_of(&mut tx, &ids).await?
        };
        Ok(move |id| counts.get(&id).copied().unwrap_or(0))
    }

    /// Deletes external events that are gone; their first imports may stay (D6).
    async fn drop_external(&self, gone: &[String]) -> Result<(), Internal> {
        let gone: BTreeSet<&String> = gone.iter().collect();
        let ids: Vec<EventId> = gone.into_iter().filter_map(|href| self.id_of(href)).collect();
        for some in ids.chunks(expand::MAX_RESOURCES) {
            let rows = self.rows_of(some.to_vec()).await?;
            for part in parts(some, |id| rows(*id)) {
                let mut tx = self.run.quince.store().write().await?;
                external_events::remove(&mut tx, part, self.first_import).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Deletes what is gone. Returns false if that has to be checked again.
    async fn remove(&self, removed: &[String]) -> Result<bool, Internal> {
        if removed.is_empty() {
            return Ok(true);
        }
        self.drop_external(removed).await?;
        let gone: Vec<&str> = removed.iter().map(String::as_str).collect();
        let mut settled = true;
        let mut tx = self.run.quince.store().write().await?;
        for write in event_writes::by_hrefs(&mut tx, self.calendar.id, &gone).await? {
            settled &= mirror::gone(&mut tx, &write, self.run.started).await?;
        }
        tx.commit().await?;
        Ok(settled)
    }
}

/// Whether a resource was read before, and not only listed.
fn was_read(key: &Key) -> bool {
    key.etag.is_some() || !key.uid.is_empty()
}

fn as_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn event(resource: &Resource, parsed: &Parsed, free_to: Option<Timestamp>) -> NewEvent {
    NewEvent {
        href: resource.href.clone(),
        etag: resource.etag.clone(),
        instances: expand::rows(parsed, free_to),
        ics: resource.data.clone(),
        uid: parsed.uid.clone(),
        problem: parsed.problem.clone(),
    }
}

/// The sentence about a calendar with events that could not be understood.
fn sentence((problem, count): (String, u32)) -> String {
    match count - 1 {
        0 => problem,
        1 => format!("{problem} The same or something like it is so with one more event."),
        more => format!("{problem} The same or something like it is so with {more} more events."),
    }
}
