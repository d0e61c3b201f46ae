//! What is new in one calendar, asked for in the cheapest way that is certain.

use std::collections::BTreeMap;

use caldav::{Calendar, Error, Reading, Resource};
use ical::Horizon;
use store::event_writes;
use store::external_events;
use store::remote_calendars::RemoteCalendar;

use super::{Account, Broken, parse};

/// What a read brought.
#[derive(Debug, Default)]
pub(super) struct News {
    /// New and changed resources.
    pub(super) resources: Vec<Resource>,
    /// Paths that exist no more.
    pub(super) removed: Vec<String>,
    /// Paths that could not be read; what is known of them stays.
    pub(super) unreadable: Vec<String>,
    /// Whether `resources` is everything in the horizon, so that what is missing is gone.
    pub(super) everything: bool,
    /// Whether nothing was read because nothing had changed.
    pub(super) unchanged: bool,
    pub(super) sync_token: Option<String>,
    pub(super) ctag: Option<String>,
}

pub(super) async fn news(
    account: &Account<'_>,
    calendar: &RemoteCalendar,
    found: &Calendar,
    horizon: Horizon,
) -> Result<News, Broken> {
    let marks = News {
        sync_token: found.sync_token.clone(),
        ctag: found.ctag.clone(),
        ..News::default()
    };
    if parse::is_due(calendar.horizon_to, account.started) || calendar.synced_at.is_none() {
        return everything(account, found, horizon, marks).await;
    }
    let same = |new: &Option<String>, old: &Option<String>| new.is_some() && new == old;
    if same(&found.ctag, &calendar.ctag)
        || (found.ctag.is_none() && same(&found.sync_token, &calendar.sync_token))
    {
        return Ok(News {
            unchanged: true,
            sync_token: calendar.sync_token.clone(),
            ..marks
        });
    }
    let known = Known::load(account, calendar).await?;
    match &calendar.sync_token {
        Some(token) => match changes(account, found, token, &known).await {
            Err(Broken::Server(Error::SyncUnsupported)) => by_versions(account, found, &known, marks).await,
            Ok(Some(news)) => Ok(News {
                ctag: marks.ctag,
                ..news
            }),
            // The answer to an expired token can be a listing of everything, which tells of no removal.
            Err(Broken::Server(Error::TokenExpired)) | Ok(None) => {
                everything(account, found, horizon, marks).await
            }
            Err(error) => Err(error),
        },
        None => by_versions(account, found, &known, marks).await,
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

    fn has(versions: &BTreeMap<String, Option<String>>, href: &str, etag: Option<&str>) -> bool {
        etag.is_some() && versions.get(href).is_some_and(|known| known.as_deref() == etag)
    }
}

/// Everything in the horizon. The marks are those from before the read, so that a change during it is found next time.
async fn everything(
    account: &Account<'_>,
    found: &Calendar,
    horizon: Horizon,
    marks: News,
) -> Result<News, Broken> {
    let reading = account
        .client
        .read_range(&found.url, &account.login, horizon.from, horizon.to)
        .await?;
    Ok(News {
        everything: true,
        ..with(marks, reading)
    })
}

/// What changed since a token; nothing when the answer lists what has not changed.
async fn changes(
    account: &Account<'_>,
    found: &Calendar,
    token: &str,
    known: &Known,
) -> Result<Option<News>, Broken> {
    let changes = account
        .client
        .sync(&found.url, &account.login, Some(token))
        .await?;
    let is_known =
        |listed: &caldav::Listed| Known::has(&known.external, &listed.href, listed.etag.as_deref());
    if changes.changed.iter().any(is_known) {
        return Ok(None);
    }
    let is_own = |listed: &&caldav::Listed| Known::has(&known.own, &listed.href, listed.etag.as_deref());
    let hrefs: Vec<String> = changes
        .changed
        .iter()
        .filter(|listed| !is_own(listed))
        .map(|listed| listed.href.clone())
        .collect();
    let news = News {
        removed: changes.removed,
        sync_token: Some(changes.token),
        ..News::default()
    };
    Ok(Some(read(account, found, hrefs, news).await?))
}

/// Compares versions, for servers without sync-collection.
async fn by_versions(
    account: &Account<'_>,
    found: &Calendar,
    known: &Known,
    marks: News,
) -> Result<News, Broken> {
    let listed = account.client.list_etags(&found.url, &account.login).await?;
    let is_known = |listed: &&caldav::Listed| {
        let etag = listed.etag.as_deref();
        Known::has(&known.external, &listed.href, etag) || Known::has(&known.own, &listed.href, etag)
    };
    let hrefs: Vec<String> = listed
        .iter()
        .filter(|listed| !is_known(listed))
        .map(|listed| listed.href.clone())
        .collect();
    let is_gone = |href: &&String| !listed.iter().any(|listed| listed.href == **href);
    let removed = known
        .external
        .keys()
        .chain(known.own.keys())
        .filter(is_gone)
        .cloned()
        .collect();
    let news = News {
        removed,
        sync_token: None,
        ..marks
    };
    read(account, found, hrefs, news).await
}

async fn read(
    account: &Account<'_>,
    found: &Calendar,
    hrefs: Vec<String>,
    news: News,
) -> Result<News, Broken> {
    if hrefs.is_empty() {
        return Ok(news);
    }
    let reading = account.client.read(&found.url, &account.login, &hrefs).await?;
    Ok(with(news, reading))
}

fn with(mut news: News, reading: Reading) -> News {
    news.resources = reading.resources;
    news.removed.extend(reading.missing);
    news.unreadable = reading.unreadable.into_iter().map(|(href, _)| href).collect();
    news
}
