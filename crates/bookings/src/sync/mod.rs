//! Reads what changed in the calendars of a connection that count: the primary and the conflict calendars.
//!
//! Known busy time is dropped only in the transaction that stores what takes its place, so a read that breaks off
//! anywhere leaves everything as it was (icloud.md, "Reading").

mod apply;
pub(crate) mod locks;
mod mirror;
pub(crate) mod parse;
mod read;

use caldav::{Calendar, Client, Credentials, Error, Readable};
use jiff::{SignedDuration, Timestamp};
use scheduling::StaffId;
use store::connections::{self, Connection, Discovered};
use store::remote_calendars::{self, Listed, RemoteCalendar};
use store::{ConnectionId, ConnectionState, RemoteCalendarId, StoreError, Tx, staff};
use url::Url;

use crate::connections::{failure, freshness, login};
use crate::problem::Internal;
use crate::quince::Quince;
use crate::reach;
use parse::Reader;

/// Connections read at the same time.
const BATCH: u32 = 8;
/// Longer than any read takes; a dead worker's claims come back after it.
const LEASE: SignedDuration = SignedDuration::from_mins(10);

/// Why a read broke off.
#[derive(Debug)]
enum Broken {
    Server(Error),
    Internal(Internal),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

impl From<Internal> for Broken {
    fn from(error: Internal) -> Self {
        Self::Internal(error)
    }
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}

/// Claims some of the connections that are due.
pub(crate) async fn claim(quince: &Quince) -> Result<Vec<ConnectionId>, Internal> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    let due = connections::claim_due(&mut tx, now, now + LEASE, BATCH).await?;
    tx.commit().await?;
    Ok(due.into_iter().map(|claimed| claimed.id).collect())
}

/// Reads a claimed connection.
pub(crate) async fn work(quince: &Quince, id: ConnectionId) {
    if let Err(error) = connection(quince, id).await {
        tracing::error!(connection = %id, cause = %error.cause(), "a sync broke off");
    }
}

/// Reads a connection's calendars now. What the server refuses is noted on the connection and is no error here.
pub async fn connection(quince: &Quince, id: ConnectionId) -> Result<(), Internal> {
    let _alone = quince.locks().lock(id).await;
    let found = {
        let mut tx = quince.store().read().await?;
        connections::find(&mut tx, id).await?
    };
    let Some(connection) = found.filter(|found| found.state != ConnectionState::Disconnected) else {
        return Ok(());
    };
    let started = quince.now();
    let outcome = read_account(quince, &connection, started).await;
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    match outcome {
        Ok(()) => {
            connections::sync_succeeded(&mut tx, id, now, now + freshness::SYNC_EVERY).await?;
            if connection.failures > 0 {
                store::event_writes::hurry(&mut tx, id, now).await?;
            }
        }
        Err(Broken::Server(error)) => {
            tracing::info!(connection = %id, %error, "a sync failed");
            failure::note(&mut tx, &connection, &error, now).await?;
        }
        Err(Broken::Internal(error)) => {
            // The next try is left to its usual time.
            connections::set_next_sync(&mut tx, id, now + freshness::SYNC_EVERY).await?;
            connections::release(&mut tx, id).await?;
            tx.commit().await?;
            return Err(error);
        }
    }
    tx.commit().await?;
    if connection.failures > 0 {
        quince.wake();
    }
    Ok(())
}

/// Asks the background job to read a staff member's connections at once.
pub(crate) async fn ask_for_staff(quince: &Quince, staff: StaffId) -> Result<(), Internal> {
    let now = quince.now();
    let mut tx = quince.store().write().await?;
    for connection in connections::list_for_staff(&mut tx, staff).await? {
        connections::set_next_sync(&mut tx, connection.id, now).await?;
    }
    tx.commit().await?;
    quince.wake();
    Ok(())
}

/// A connection with what is needed to read it.
struct Account<'a> {
    quince: &'a Quince,
    connection: &'a Connection,
    client: Client,
    login: Credentials,
    started: Timestamp,
}

async fn read_account(quince: &Quince, connection: &Connection, started: Timestamp) -> Result<(), Broken> {
    let Some(login) = login::open(quince, connection)? else {
        return Ok(());
    };
    let client = quince.caldav(&login.entry);
    let account = Account {
        quince,
        connection,
        client,
        login: login.credentials,
        started,
    };
    let (homes, listed) = account.list(&login.entry).await?;
    account.keep_list(&homes, &listed).await?;
    for (calendar, zone) in account.watched().await? {
        let url = login::calendar_url(&homes, &calendar.url)?;
        let Some(found) = listed.iter().find(|found| found.url == url) else {
            continue;
        };
        account.read_calendar(&calendar, found, zone).await?;
    }
    Ok(())
}

impl Account<'_> {
    /// The homes and the calendars in them, found again from the entry when the account seems to have moved.
    async fn list(&self, entry: &Url) -> Result<(Vec<String>, Vec<Calendar>), Broken> {
        let mut homes = Vec::new();
        for home in &self.connection.home_urls {
            homes.push(login::url(home)?);
        }
        match self.client.calendars(&homes, &self.login).await {
            Err(error) if error.suggests_rediscovery() => {}
            other => return Ok((self.connection.home_urls.clone(), other?)),
        }
        let account = self.client.discover(entry, &self.login).await?;
        let listed = self.client.calendars(&account.homes, &self.login).await?;
        let mut tx = self.quince.store().write().await?;
        let discovered = discovered(&account);
        connections::set_discovered(&mut tx, self.connection.id, &discovered).await?;
        tx.commit().await?;
        Ok((discovered.home_urls, listed))
    }

    /// Keeps the list; nothing is written when it is as it was.
    async fn keep_list(&self, homes: &[String], listed: &[Calendar]) -> Result<(), Internal> {
        let id = self.connection.id;
        let known = {
            let mut tx = self.quince.store().read().await?;
            remote_calendars::list_for_connections(&mut tx, &[id]).await?
        };
        let mut found: Vec<Listed> = listed.iter().map(as_listed).collect();
        // A calendar keeps its first address, also when the account has moved to another host.
        for old in &known {
            let url = login::calendar_url(homes, &old.url)?;
            for found in found.iter_mut().filter(|found| found.url == url.as_str()) {
                found.url.clone_from(&old.url);
            }
        }
        let is_gone = |old: &&RemoteCalendar| !found.iter().any(|found| found.url == old.url);
        let gone: Vec<&RemoteCalendar> = known
            .iter()
            .filter(is_gone)
            .filter(|old| old.vanished_at.is_none())
            .collect();
        let changed: Vec<Listed> = found
            .iter()
            .filter(|found| !known.iter().any(|old| is_same(old, found)))
            .cloned()
            .collect();
        if changed.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let mut tx = self.quince.store().write().await?;
        keep(&mut tx, id, &changed, self.started).await?;
        for old in gone {
            let problem = format!(
                "The calendar “{}” is no longer in iCloud: it was deleted, or is no longer shared.",
                old.name
            );
            remote_calendars::set_vanished(&mut tx, old.id, Some(self.started)).await?;
            remote_calendars::set_problem(&mut tx, old.id, Some(&problem)).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The calendars of this connection that count, each with the zone of its whole days.
    async fn watched(&self) -> Result<Vec<(RemoteCalendar, zones::Zone)>, Broken> {
        let mut tx = self.quince.store().read().await?;
        let person = staff::find(&mut tx, self.connection.staff_id).await?;
        let person = person.ok_or_else(|| Internal::because("a connection has no owner"))?;
        let watched: Vec<RemoteCalendarId> = remote_calendars::watched(&mut tx, &[person.id])
            .await?
            .into_iter()
            .filter(|calendar| calendar.connection_id == self.connection.id)
            .map(|calendar| calendar.id)
            .collect();
        let all = remote_calendars::list_for_connections(&mut tx, &[self.connection.id]).await?;
        Ok(all
            .into_iter()
            .filter(|calendar| watched.contains(&calendar.id))
            .map(|calendar| {
                let zone = parse::zone_named(calendar.zone.as_deref()).unwrap_or_else(|| person.zone.clone());
                (calendar, zone)
            })
            .collect())
    }

    /// Reads one calendar. What concerns it alone is noted on it and does not keep the others from being read.
    async fn read_calendar(
        &self,
        calendar: &RemoteCalendar,
        found: &Calendar,
        zone: zones::Zone,
    ) -> Result<(), Broken> {
        let problem = match found.readable {
            Readable::Events => {
                let horizon = parse::horizon(self.started);
                let reader = Reader { zone, addresses: self.connection.addresses.clone(), horizon };
                match self.bring_up_to_date(calendar, found, &reader).await {
                    Err(Broken::Server(error)) if is_of_calendar(&error) => reach::sentence(&error),
                    other => return other,
                }
            }
            Readable::Subscribed => {
                "This is a subscription, which iCloud does not let other programs read. It cannot block times.".to_owned()
            }
            Readable::Denied => "iCloud does not let this account read the events of this calendar.".to_owned(),
        };
        let mut tx = self.quince.store().write().await?;
        remote_calendars::set_problem(&mut tx, calendar.id, Some(&problem)).await?;
        Ok(tx.commit().await?)
    }

    async fn bring_up_to_date(
        &self,
        calendar: &RemoteCalendar,
        found: &Calendar,
        reader: &Reader,
    ) -> Result<(), Broken> {
        let news = read::news(self, calendar, found, reader.horizon).await?;
        Ok(apply::apply(self, calendar, news, reader).await?)
    }
}

/// Whether an error concerns one calendar rather than the whole account.
fn is_of_calendar(error: &Error) -> bool {
    matches!(
        error,
        Error::NotFound
            | Error::Refused {
                status: 400..=499,
                ..
            }
            | Error::Malformed { .. }
            | Error::TooLarge { .. }
    )
}

/// What discovery found, as it is kept.
pub(crate) fn discovered(account: &caldav::Account) -> Discovered {
    Discovered {
        principal_url: account.principal.to_string(),
        home_urls: account.homes.iter().map(Url::to_string).collect(),
        addresses: account.addresses.clone(),
    }
}

/// A found calendar, as it is kept.
pub(crate) fn as_listed(found: &Calendar) -> Listed {
    Listed {
        url: found.url.to_string(),
        name: found.name.clone(),
        color: found.color.clone(),
        zone: parse::zone_name(found.timezone.as_deref()),
        writable: found.writable,
        readable: found.readable == Readable::Events,
    }
}

/// Keeps found calendars. One that could not be read before and can be now loses its problem.
pub(crate) async fn keep(
    tx: &mut Tx,
    connection: ConnectionId,
    found: &[Listed],
    now: Timestamp,
) -> Result<(), StoreError> {
    for listed in found {
        let id = remote_calendars::upsert(tx, connection, listed, now).await?;
        remote_calendars::set_problem(tx, id, None).await?;
    }
    Ok(())
}

fn is_same(old: &RemoteCalendar, found: &Listed) -> bool {
    old.vanished_at.is_none()
        && old.url == found.url
        && old.name == found.name
        && old.color == found.color
        && old.zone == found.zone
        && old.writable == found.writable
        && old.readable == found.readable
}
