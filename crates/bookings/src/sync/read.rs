//! Brings one calendar up to date, asked for in the cheapest way that is certain.

use std::collections::BTreeMap;

use caldav::{Calendar, Error, Listed};
use store::remote_calendars::RemoteCalendar;
use store::{event_writes, external_events};

use super::Broken;
use super::account::Account;
use super::intake::{End, Intake};
use super::parse::{self, Reader};

/// Reads what is new in a calendar and stores it; whether nothing was.
pub(super) async fn bring_up_to_date(
    account: &Account<'_>,
    calendar: &RemoteCalendar,
    found: &Calendar,
    reader: &Reader,
) -> Result<bool, Broken> {
    let read = Read {
        account,
        calendar,
        found,
        reader,
    };
    if parse::is_due(calendar.horizon_to, account.started) || calendar.synced_at.is_none() {
        read.everything().await?;
        return Ok(false);
    }
    let same = |new: &Option<String>, old: &Option<String>| new.is_some() && new == old;
    if same(&found.ctag, &calendar.ctag)
        || (found.ctag.is_none() && same(&found.sync_token, &calendar.sync_token))
    {
        return Ok(true);
    }
    let known = Known::load(account, calendar).await?;
    match &calendar.sync_token {
        Some(token) => match read.changes(token, &known).await {
            Err(Broken::Server(Error::SyncUnsupported)) => read.by_versions(&known).await?,
            // The answer to an expired token can be a listing of everything, which tells of no removal. One that cannot be
            // understood would be the same again.
            Err(Broken::Server(Error::TokenExpired | Error::Malformed { .. } | Error::TooLarge { .. }))
            | Ok(false) => read.everything().await?,
            Ok(true) => {}
            Err(error) => return Err(error),
        },
        None => read.by_versions(&known).await?,
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
    /// Everything in the horizon. The marks kept are those from before the read, so that a change during it is found next
    /// time.
    async fn everything(&self) -> Result<(), Broken> {
        let mut intake = Intake::of_everything(self.account, self.calendar, self.reader).await?;
        let (client, login) = (&self.account.client, &self.account.login);
        let horizon = self.reader.horizon;
        let mut events = client.stream_range(&self.found.url, login, horizon.from, horizon.to);
        while let Some(reading) = events.next().await? {
            intake.take(reading).await?;
        }
        let end = End {
            removed: Vec::new(),
            sync_token: self.found.sync_token.clone(),
            ctag: self.found.ctag.clone(),
        };
        Ok(intake.finish(end).await?)
    }

    /// What changed since a token; false when the answer lists what has not changed.
    async fn changes(&self, token: &str, known: &Known) -> Result<bool, Broken> {
        let (client, login) = (&self.account.client, &self.account.login);
        let changes = client.sync(&self.found.url, login, Some(token)).await?;
        let is_known = |listed: &Listed| Known::has(&known.external, listed);
        if changes.changed.iter().any(is_known) {
            return Ok(false);
        }
        let is_own = |listed: &&Listed| Known::has(&known.own, listed);
        let foreign = changes.changed.iter().filter(|listed| !is_own(listed));
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
        let is_known =
            |listed: &&Listed| Known::has(&known.external, listed) || Known::has(&known.own, listed);
        let new = listed.iter().filter(|listed| !is_known(listed));
        let hrefs = new.map(|listed| listed.href.clone()).collect();
        let is_gone = |href: &&String| !listed.iter().any(|listed| listed.href == **href);
        let end = End {
            removed: known.hrefs().filter(is_gone).cloned().collect(),
            sync_token: None,
            ctag: self.found.ctag.clone(),
        };
        self.paths(hrefs, end).await
    }

    async fn paths(&self, hrefs: Vec<String>, mut end: End) -> Result<(), Broken> {
        let mut intake = Intake::of_changes(self.account, self.calendar, self.reader).await?;
        let (client, login) = (&self.account.client, &self.account.login);
        let mut events = client.stream(&self.found.url, login, &hrefs);
        while let Some(mut reading) = events.next().await? {
            end.removed.append(&mut reading.missing);
            intake.take(reading).await?;
        }
        Ok(intake.finish(end).await?)
    }
}

/// The versions that are known here, of external events and of Quince's own.
struct Known {
    external: BTreeMap<String, Option<String>>,
    own: BTreeMap<String, Option<String>>,
}

impl Known {
    async fn load(account: &Account<'_>, calendar: &RemoteCalendar) -> Result<Self, Broken> {
        let mut tx = account.quince.store().read().await?;
        let keys = external_events::list_keys(&mut tx, calendar.id).await?;
        let writes = event_writes::by_remote_calendar(&mut tx, calendar.id).await?;
        Ok(Self {
            external: keys.into_iter().map(|key| (key.href, key.etag)).collect(),
            own: writes
                .into_iter()
                .filter_map(|write| Some((write.href?, write.etag)))
                .collect(),
        })
    }

    fn hrefs(&self) -> impl Iterator<Item = &String> {
        self.external.keys().chain(self.own.keys())
    }

    fn has(versions: &BTreeMap<String, Option<String>>, listed: &Listed) -> bool {
        listed.etag.is_some()
            && versions
                .get(&listed.href)
                .is_some_and(|known| *known == listed.etag)
    }
}
