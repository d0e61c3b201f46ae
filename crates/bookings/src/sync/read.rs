//! Brings one calendar up to date, asked for in the cheapest way that is certain.
//!
//! Once a day, and whenever a cheaper way does not do, all paths are listed with their versions and compared with what is kept:
//! no server has to understand what it lists, as it has to for a search by time.

use std::collections::{BTreeMap, HashSet};

use caldav::{Calendar, Error, Listed};
use jiff::SignedDuration;
use scheduling::StaffId;
use store::remote_calendars::RemoteCalendar;
use store::{RemoteCalendarId, StoreError, Tx, event_writes, external_events, remote_calendars};

use super::Broken;
use super::account::{Account, is_of_calendar};
use super::horizon::{COMPARE_EVERY, Wanted};
use super::intake::{End, Intake};
use super::parse::Reader;
use super::search::Searched;

/// A comparison that the server did not answer is asked for again after this long.
const COMPARE_AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// Reads what is new in a calendar and stores it; whether nothing was.
pub(super) async fn bring_up_to_date(
    account: &Account<'_>,
    calendar: &RemoteCalendar,
    found: &Calendar,
    reader: &Reader,
    wanted: &Wanted,
) -> Result<bool, Broken> {
    let read = Read {
        account,
        calendar,
        found,
        reader,
    };
    if calendar.synced_at.is_none() {
        read.everything().await?;
        return Ok(false);
    }
    if wanted.is_due(calendar, account.started) {
        match read.everything().await {
            Ok(()) => return Ok(false),
            // What changed can be asked for all the same.
            Err(Broken::Server(error)) if is_of_calendar(&error) => read.put_off_comparison(&error).await?,
            Err(error) => return Err(error),
        }
    }
    let same = |new: &Option<String>, old: &Option<String>| new.is_some() && new == old;
    if same(&found.ctag, &calendar.ctag)
        || (found.ctag.is_none() && same(&found.sync_token, &calendar.sync_token))
    {
        return Ok(true);
    }
    let known = {
        let mut tx = account.quince.store().read().await?;
        Known::load(&mut tx, calendar.id, account.connection.staff_id).await?
    };
    let outcome = match &calendar.sync_token {
        Some(token) => match read.changes(token, &known).await {
            Err(Broken::Server(Error::SyncUnsupported)) => read.by_versions(&known).await.map(|()| true),
            other => other,
        },
        None => read.by_versions(&known).await.map(|()| true),
    };
    match outcome {
        Ok(true) => {}
        // The answer to an expired token can be a listing of everything, which tells of no removal.
        Ok(false) => read.everything().await?,
        // A question that was not answered would not be next time either.
        Err(Broken::Server(error)) if error.suggests_another_question() => read.everything().await?,
        Err(error) => return Err(error),
    }
    Ok(false)
}

/// One read of one calendar.
struct Read<'a> {
    account: &'a Account<'a>,
    calendar: &'a RemoteCalendar,
    found: &'a Calendar,
    reader: &'a Reader,
}

impl Read<'_> {
    /// Everything. The marks kept are those from before the read, so that a change during it is found next time.
    async fn everything(&self) -> Result<(), Broken> {
        self.begin_comparison().await?;
        let mut intake = Intake::of_everything(self.account, self.calendar, self.reader).await?;
        // Of a calendar that is new, the time that matters comes first, with all texts in one answer. What was stored when that
        // broke off need not be asked for again.
        let first = if intake.is_first() {
            self.search_with_texts(&mut intake).await?
        } else {
            Searched::Unknown
        };
        let (client, login) = (&self.account.client, &self.account.login);
        let listed = client.list_etags(&self.found.url, login).await?;
        let known = {
            let mut tx = self.account.quince.store().read().await?;
            Known::load(&mut tx, self.calendar.id, self.account.connection.staff_id).await?
        };
        let is_new = |listed: &&Listed| !known.has(listed) && !intake.is_frozen(&listed.href);
        let hrefs: Vec<String> = listed.iter().filter(is_new).map(|new| new.href.clone()).collect();
        let there: HashSet<&str> = listed.iter().map(|listed| listed.href.as_str()).collect();
        let mut removed = intake.missing_from(&there);
        let own = known.own.keys().filter(|href| !there.contains(href.as_str()));
        removed.extend(own.cloned());
        self.read_paths(&hrefs, &mut intake, &mut removed).await?;
        let searched = match first {
            Searched::Unknown => self.search().await,
            first => first,
        };
        let end = End {
            removed,
            sync_token: self.found.sync_token.clone(),
            ctag: self.found.ctag.clone(),
        };
        Ok(intake.finish_all(end, self.reader.horizon.to, searched).await?)
    }

    /// Promises no more than what is there all along: while events are expanded anew, one after the other, some reach only to
    /// the end of the new horizon. A comparison that ends midway is due again at once.
    async fn begin_comparison(&self) -> Result<(), StoreError> {
        let mut tx = self.account.quince.store().write().await?;
        remote_calendars::ask_to_compare(&mut tx, self.calendar.id, false).await?;
        remote_calendars::cut_horizon(&mut tx, self.calendar.id, self.reader.horizon.to).await?;
        tx.commit().await
    }

    /// Leaves a comparison that the server did not answer for a while.
    async fn put_off_comparison(&self, error: &Error) -> Result<(), StoreError> {
        tracing::warn!(calendar = %self.calendar.id, %error, "a calendar could not be compared with what is kept");
        let mut tx = self.account.quince.store().write().await?;
        let compared_at = self.account.started - (COMPARE_EVERY - COMPARE_AGAIN);
        remote_calendars::put_off_comparison(&mut tx, self.calendar.id, compared_at).await?;
        tx.commit().await
    }

    /// Searches by time, and takes in what is found.
    async fn search_with_texts(&self, intake: &mut Intake<'_>) -> Result<Searched, Broken> {
        let (client, login) = (&self.account.client, &self.account.login);
        let horizon = self.reader.horizon;
        let mut events = client.stream_range(&self.found.url, login, horizon.from, horizon.to);
        loop {
            match events.next().await {
                Ok(Some(reading)) => intake.take(reading).await?,
                Ok(None) => return Ok(Searched::Found(intake.seen().iter().cloned().collect(), horizon)),
                Err(error) if error.suggests_another_question() => {
                    tracing::info!(calendar = %self.calendar.id, %error, "a calendar cannot be searched by time");
                    return Ok(Searched::Unknown);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Searches by time for paths alone: whether the check at the moment of booking can do so. A failure may be a matter of the
    /// moment, so it has to be one twice.
    async fn search(&self) -> Searched {
        let (client, login) = (&self.account.client, &self.account.login);
        let horizon = self.reader.horizon;
        for _ in 0..2 {
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
                    if !error.suggests_another_question() {
                        return Searched::Unknown;
                    }
                }
            }
        }
        Searched::Failed
    }

    /// What changed since a token; false when the answer lists what has not changed.
    async fn changes(&self, token: &str, known: &Known) -> Result<bool, Broken> {
        let (client, login) = (&self.account.client, &self.account.login);
        let changes = client.sync(&self.found.url, login, Some(token)).await?;
        if changes
            .changed
            .iter()
            .any(|listed| Known::is(&known.external, listed))
        {
            return Ok(false);
        }
        let foreign = changes
            .changed
            .iter()
            .filter(|listed| !Known::is(&known.own, listed));
        let hrefs = foreign.map(|listed| listed.href.clone()).collect();
        let end = End {
            removed: changes.removed,
            sync_token: Some(changes.token),
            ctag: self.found.ctag.clone(),
        };
        self.paths(hrefs, end).await?;
        Ok(true)
    }

    /// Compares versions, for servers without sync-collection.
    async fn by_versions(&self, known: &Known) -> Result<(), Broken> {
        let (client, login) = (&self.account.client, &self.account.login);
        let listed = client.list_etags(&self.found.url, login).await?;
        let new = listed.iter().filter(|listed| !known.has(listed));
        let hrefs = new.map(|listed| listed.href.clone()).collect();
        let there: HashSet<&str> = listed.iter().map(|listed| listed.href.as_str()).collect();
        let gone = known.hrefs().filter(|href| !there.contains(href.as_str()));
        let end = End {
            removed: gone.cloned().collect(),
            sync_token: None,
            ctag: self.found.ctag.clone(),
        };
        self.paths(hrefs, end).await
    }

    async fn paths(&self, hrefs: Vec<String>, mut end: End) -> Result<(), Broken> {
        let mut intake = Intake::of_changes(self.account, self.calendar, self.reader).await?;
        self.read_paths(&hrefs, &mut intake, &mut end.removed).await?;
        // Perhaps the event that broke the search was mended or deleted.
        let searched = if self.calendar.search_fails {
            self.search().await
        } else {
            Searched::Unknown
        };
        Ok(intake.finish(end, searched).await?)
    }

    async fn read_paths(
        &self,
        hrefs: &[String],
        intake: &mut Intake<'_>,
        removed: &mut Vec<String>,
    ) -> Result<(), Broken> {
        let (client, login) = (&self.account.client, &self.account.login);
        let mut events = client.stream(&self.found.url, login, hrefs);
        while let Some(mut reading) = events.next().await? {
            removed.append(&mut reading.missing);
            intake.take(reading).await?;
        }
        Ok(())
    }
}

/// The versions that are known here, of external events and of Quince's own.
pub(crate) struct Known {
    external: BTreeMap<String, Option<String>>,
    own: BTreeMap<String, Option<String>>,
    /// Copies of Quince's own that were taken for somebody else's: they have to be read again to be told apart.
    copies: Vec<String>,
}

impl Known {
    pub(crate) async fn load(
        tx: &mut Tx,
        calendar: RemoteCalendarId,
        owner: StaffId,
    ) -> Result<Self, StoreError> {
        let keys = external_events::list_keys(tx, calendar).await?;
        let writes = event_writes::by_remote_calendar(tx, calendar).await?;
        let uids: HashSet<String> = event_writes::uids_of_hosts(tx, &[owner])
            .await?
            .into_iter()
            .collect();
        let mut own: BTreeMap<String, Option<String>> = writes
            .into_iter()
            .filter_map(|write| Some((write.href?, write.etag)))
            .collect();
        let mut external = BTreeMap::new();
        let mut copies = Vec::new();
        for key in keys {
            if uids.contains(&key.uid) {
                own.remove(&key.href);
                copies.push(key.href);
            } else {
                external.insert(key.href, key.etag);
            }
        }
        Ok(Self {
            external,
            own,
            copies,
        })
    }

    /// Whether this version is known.
    pub(crate) fn has(&self, listed: &Listed) -> bool {
        Self::is(&self.external, listed) || Self::is(&self.own, listed)
    }

    fn hrefs(&self) -> impl Iterator<Item = &String> {
        self.external.keys().chain(self.own.keys()).chain(&self.copies)
    }

    fn is(versions: &BTreeMap<String, Option<String>>, listed: &Listed) -> bool {
        listed.etag.is_some()
            && versions
                .get(&listed.href)
                .is_some_and(|known| *known == listed.etag)
    }
}
