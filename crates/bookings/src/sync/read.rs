//! Brings one calendar up to date, with the cheapest request that is reliable.
//!
//! Once a day all paths are listed with their versions and compared with what is stored. Unlike a search by time, that does not require
//! the server to understand the events. The stored events are then expanded again, too. If a cheaper request fails at another time,
//! only the versions are compared.

use std::collections::HashSet;

use caldav::{Calendar, Error, Listed, Unreadable};
use store::remote_calendars::RemoteCalendar;
use store::{StoreError, remote_calendars};

use super::error::{SyncError, is_of_calendar};
use super::horizon::{COMPARE_RETRY_DELAY, HorizonPlan};
use super::ingest::{Ingest, ReadEnd};
use super::known::StoredVersions;
use super::parse::Reader;
use super::search::Searched;
use super::sync_run::SyncRun;
use crate::problem::Internal;

/// The sentence about a calendar whose comparison fails repeatedly.
const NOT_COMPARED: &str = "The server does not answer when Quince compares this calendar with what it keeps of it. Changes that it \
                            reports are read; what it forgets to report may be missing. Quince tries again every hour.";

/// Reads and stores the changes of a calendar. Returns whether there were none.
pub(super) async fn bring_up_to_date(
    run: &SyncRun<'_>,
    calendar: &RemoteCalendar,
    found: &Calendar,
    reader: &Reader,
    plan: &HorizonPlan,
) -> Result<bool, SyncError> {
    let read = Read {
        run,
        calendar,
        found,
        reader,
    };
    if calendar.synced_at.is_none() {
        read.everything().await?;
        return Ok(false);
    }
    if plan.is_due(calendar, &reader.mark(), run.started) {
        match read.everything().await {
            Ok(()) => return Ok(false),
            // The changes can still be requested.
            Err(SyncError::Server(error)) if is_of_calendar(&error) => {
                read.postpone_comparison(&error).await?;
            }
            // The changes can still be requested, but not at once.
            Err(SyncError::Server(error @ Error::Throttled { .. })) => {
                read.postpone_comparison(&error).await?;
                return Err(error.into());
            }
            Err(error) => return Err(error),
        }
    }
    read.expand_again().await?;
    let same = |new: &Option<String>, old: &Option<String>| new.is_some() && new == old;
    if same(&found.ctag, &calendar.ctag)
        || (found.ctag.is_none() && same(&found.sync_token, &calendar.sync_token))
    {
        return Ok(true);
    }
    let settled = match &calendar.sync_token {
        Some(token) => match read.changes(token).await {
            // The token is not used again before the next comparison.
            Err(SyncError::Server(Error::SyncUnsupported)) => read.by_versions(None).await.map(|()| true),
            // A request that was not answered would probably not be answered next time either.
            Err(SyncError::Server(error)) if error.suggests_another_question() => Ok(false),
            other => other,
        },
        None => read.by_versions(None).await.map(|()| true),
    };
    // A response to an expired token may list everything, but no removals.
    if !settled? {
        read.by_versions(found.sync_token.clone()).await?;
    }
    Ok(false)
}

/// A read of one calendar.
struct Read<'a> {
    run: &'a SyncRun<'a>,
    calendar: &'a RemoteCalendar,
    found: &'a Calendar,
    reader: &'a Reader,
}

impl Read<'_> {
    /// Compares the whole calendar. The stored marks are those from before the read, so that changes during the read are found next
    /// time.
    async fn everything(&self) -> Result<(), SyncError> {
        self.begin_comparison().await?;
        let mut ingest = Ingest::of_everything(self.run, self.calendar, self.reader).await?;
        // In a new calendar, the time that matters is read first, with all texts in one response. What was stored before an
        // interruption need not be requested again.
        let first = if ingest.is_first() {
            self.search_with_texts(&mut ingest).await?
        } else {
            Searched::Unknown
        };
        let (client, login) = (&self.run.client, &self.run.login);
        let listed = client.list_etags(&self.found.url, login).await?;
        let known = self.known().await?;
        let mut removed = Vec::new();
        self.settle(&known, &listed, &mut ingest, &mut removed).await?;
        let searched = match first {
            Searched::Unknown => self.search(2).await,
            first => first,
        };
        // A resource that could not be read anew may have moved in time, and one that is gone is in no list.
        let is_comparable = |listed: &Listed| ingest.has_stored(&listed.href) || known.has_external(listed);
        let comparable = listed.iter().filter(|listed| is_comparable(listed));
        let comparable = comparable.map(|listed| listed.href.clone()).collect();
        let end = ReadEnd {
            removed,
            sync_token: self.found.sync_token.clone(),
            ctag: self.found.ctag.clone(),
        };
        Ok(ingest
            .finish_all(end, self.reader.horizon.to, searched, &comparable)
            .await?)
    }

    /// Loads the stored versions of the whole calendar.
    async fn known(&self) -> Result<StoredVersions, StoreError> {
        let mut tx = self.run.quince.store().read().await?;
        StoredVersions::load(&mut tx, self.calendar.id, self.run.connection.staff_id).await
    }

    async fn begin_comparison(&self) -> Result<(), StoreError> {
        let mut tx = self.run.quince.store().write().await?;
        remote_calendars::begin_comparison(&mut tx, self.calendar.id, self.reader.horizon.to).await?;
        tx.commit().await
    }

    /// Expands the stored events again if the owner or the zone of the calendar has changed. That needs no comparison, which may remain
    /// unanswered for long.
    async fn expand_again(&self) -> Result<(), Internal> {
        let mark = self.reader.mark();
        if self.calendar.read_for.as_deref() == Some(&mark) {
            return Ok(());
        }
        self.begin_comparison().await?;
        let mut ingest = Ingest::of_everything(self.run, self.calendar, self.reader).await?;
        ingest.expand_known(&HashSet::new()).await?;
        let mut tx = self.run.quince.store().write().await?;
        remote_calendars::set_read_for(&mut tx, self.calendar.id, &mark).await?;
        Ok(tx.commit().await?)
    }

    /// Postpones a comparison that the server did not answer. The first failure may be temporary; a repeated one is shown.
    async fn postpone_comparison(&self, error: &Error) -> Result<(), StoreError> {
        tracing::warn!(calendar = %self.calendar.id, %error, "a calendar could not be compared with what is kept");
        let until = self.run.started + COMPARE_RETRY_DELAY;
        let problem = self.calendar.compare_again_at.map(|_| NOT_COMPARED);
        let mut tx = self.run.quince.store().write().await?;
        remote_calendars::postpone_comparison(&mut tx, self.calendar.id, until, problem).await?;
        tx.commit().await
    }

    /// Searches by time, and stores the events that are found.
    async fn search_with_texts(&self, ingest: &mut Ingest<'_>) -> Result<Searched, SyncError> {
        let (client, login) = (&self.run.client, &self.run.login);
        let horizon = self.reader.horizon;
        let mut events = client.stream_range(&self.found.url, login, horizon.from, horizon.to);
        loop {
            match events.next().await {
                Ok(Some(reading)) => ingest.store(reading).await?,
                Ok(None) => return Ok(Searched::Found(ingest.seen().iter().cloned().collect(), horizon)),
                // The next request shows whether the whole server is in trouble.
                Err(error) if error.suggests_another_question() || error.broke_off() => {
                    tracing::info!(calendar = %self.calendar.id, %error, "a calendar cannot be searched by time");
                    return Ok(Searched::Unknown);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Searches by time for paths alone, to find out whether the check at the time of booking can do so. As a failure may be temporary,
    /// all `tries` have to fail; if a response was cut short, the server also has to answer another request.
    async fn search(&self, tries: u32) -> Searched {
        let (client, login) = (&self.run.client, &self.run.login);
        let horizon = self.reader.horizon;
        let mut broke_off = false;
        for _ in 0..tries {
            match client
                .search(&self.found.url, login, horizon.from, horizon.to)
                .await
            {
                Ok(found) => {
                    let paths = found.into_iter().map(|found| found.href);
                    return Searched::Found(paths.collect(), horizon);
                }
                Err(error) => {
                    tracing::info!(calendar = %self.calendar.id, %error, "a calendar cannot be searched by time");
                    if !error.suggests_another_question() && !error.broke_off() {
                        return Searched::Unknown;
                    }
                    broke_off |= error.broke_off();
                }
            }
        }
        let works = !broke_off || {
            let path = self.found.url.path();
            client.etag(&self.found.url, login, path).await.is_ok()
        };
        if works {
            Searched::Failed
        } else {
            Searched::Unknown
        }
    }

    /// Reads the changes since a token. Returns false if the response lists unchanged events.
    async fn changes(&self, token: &str) -> Result<bool, SyncError> {
        let (client, login) = (&self.run.client, &self.run.login);
        let changes = client.sync(&self.found.url, login, Some(token)).await?;
        let known = {
            let mut tx = self.run.quince.store().read().await?;
            let owner = self.run.connection.staff_id;
            StoredVersions::load_listed(&mut tx, self.calendar.id, owner, &changes.changed).await?
        };
        if changes.changed.iter().any(|listed| known.has_external(listed)) {
            return Ok(false);
        }
        let foreign = changes.changed.iter().filter(|listed| !known.has_own(listed));
        let hrefs = foreign.map(|listed| listed.href.clone()).collect();
        let mut ingest = Ingest::of_changes(self.run, self.calendar, self.reader).await?;
        let mut end = ReadEnd {
            removed: changes.removed,
            sync_token: Some(changes.token),
            ctag: self.found.ctag.clone(),
        };
        self.read_paths(hrefs, &changes.changed, &mut ingest, &mut end.removed)
            .await?;
        self.finish(ingest, end).await?;
        Ok(true)
    }

    /// Compares versions, if changes cannot be requested.
    async fn by_versions(&self, sync_token: Option<String>) -> Result<(), SyncError> {
        let (client, login) = (&self.run.client, &self.run.login);
        let known = self.known().await?;
        let listed = client.list_etags(&self.found.url, login).await?;
        let mut ingest = Ingest::of_changes(self.run, self.calendar, self.reader).await?;
        let mut removed = Vec::new();
        self.settle(&known, &listed, &mut ingest, &mut removed).await?;
        let end = ReadEnd {
            removed,
            sync_token,
            ctag: self.found.ctag.clone(),
        };
        self.finish(ingest, end).await
    }

    /// Reads what a complete list leaves open. The paths that are gone are added to `removed`.
    async fn settle(
        &self,
        known: &StoredVersions,
        listed: &[Listed],
        ingest: &mut Ingest<'_>,
        removed: &mut Vec<String>,
    ) -> Result<(), SyncError> {
        self.read_paths(known.unsettled_by(listed), listed, ingest, removed)
            .await?;
        let is_kept = |now: &Listed| ingest.has_stored(&now.href) || known.has_external(now);
        let moved = known.moved_in(listed).filter(|(_, now)| is_kept(now));
        removed.extend(moved.map(|(href, _)| href.clone()));
        Ok(())
    }

    async fn finish(&self, ingest: Ingest<'_>, end: ReadEnd) -> Result<(), SyncError> {
        // The event that made the search fail may have been corrected or deleted.
        let searched = if self.calendar.search_fails {
            self.search(1).await
        } else {
            Searched::Unknown
        };
        Ok(ingest.finish(end, searched).await?)
    }

    /// Reads these paths. A path in `listed` does not count as gone, even if the server does not find it: an event that was deleted
    /// meanwhile is missing in the next list.
    async fn read_paths(
        &self,
        hrefs: Vec<String>,
        listed: &[Listed],
        ingest: &mut Ingest<'_>,
        removed: &mut Vec<String>,
    ) -> Result<(), SyncError> {
        let (client, login) = (&self.run.client, &self.run.login);
        let there: HashSet<&str> = listed.iter().map(|listed| listed.href.as_str()).collect();
        let mut events = client.stream(&self.found.url, login, &hrefs);
        while let Some(mut reading) = events.next().await? {
            let lost = reading
                .missing
                .extract_if(.., |href| there.contains(href.as_str()));
            let lost = lost.map(|href| (href, Unreadable::Status(404)));
            reading.unreadable.extend(lost);
            removed.extend_from_slice(&reading.missing);
            ingest.store(reading).await?;
        }
        Ok(())
    }
}
