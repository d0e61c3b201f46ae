//! One connection with its calendars, as a sync goes through them.

use caldav::{Calendar, Cause, Client, Credentials, Error, Readable};
use jiff::Timestamp;
use store::connections::{self, Connection, Discovered};
use store::remote_calendars::{self, Listed, RemoteCalendar};
use store::{ConnectionId, RemoteCalendarId, StoreError, Tx, booking_calendars, staff};
use url::Url;

use super::horizon::Wanted;
use super::parse::{self, Reader};
use super::{Broken, read};
use crate::connections::failure::{self, Asked};
use crate::connections::{login, place};
use crate::problem::Internal;
use crate::quince::Quince;
use crate::{outbox, reach};

/// A connection with what is needed to read it.
pub(super) struct Account<'a> {
    pub(super) quince: &'a Quince,
    pub(super) connection: &'a Connection,
    pub(super) client: Client,
    pub(super) login: Credentials,
    /// Where discovery starts.
    entry: Url,
    pub(super) started: Timestamp,
    asked: Asked,
}

impl<'a> Account<'a> {
    /// Opens the login; nothing when its password was erased.
    pub(super) fn open(
        quince: &'a Quince,
        connection: &'a Connection,
        started: Timestamp,
        asked: Asked,
    ) -> Result<Option<Self>, Internal> {
        let account = |login: login::Login| Self {
            quince,
            connection,
            client: quince.caldav(&login.entry),
            login: login.credentials,
            entry: login.entry,
            started,
            asked,
        };
        Ok(login::open(quince, connection)?.map(account))
    }

    /// Reads the list of calendars and those that count. One that failed is left alone until its next try, unless the person
    /// asked. The ones that had not changed are added to `unchanged`.
    pub(super) async fn read(&self, unchanged: &mut Vec<RemoteCalendarId>) -> Result<(), Broken> {
        let (homes, listed) = self.list(&self.entry).await?;
        self.keep_list(&homes, &listed).await?;
        let (watched, wanted) = self.watched().await?;
        for (calendar, zone) in watched {
            let url = login::calendar_url(&homes, &calendar.url)?;
            let Some(found) = listed.iter().find(|found| found.url == url) else {
                continue;
            };
            if self.asked == Asked::ByItself && failure::waits(&calendar, self.started) {
                continue;
            }
            if self.read_calendar(&calendar, found, zone, &wanted).await? {
                unchanged.push(calendar.id);
            }
        }
        Ok(())
    }

    /// The homes and the calendars in them, found again from the entry when the account seems to have moved.
    async fn list(&self, entry: &Url) -> Result<(Vec<String>, Vec<Calendar>), Broken> {
        let mut homes = Vec::new();
        for home in &self.connection.home_urls {
            homes.push(login::url(home)?);
        }
        // Without homes there would be no calendars, and all would seem to be gone.
        if !homes.is_empty() {
            match self.client.calendars(&homes, &self.login).await {
                Err(error) if error.suggests_rediscovery() => {}
                other => return Ok((self.connection.home_urls.clone(), other?)),
            }
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
        let mut found: Vec<Listed> = listed
            .iter()
            .map(|found| as_listed(found, self.started))
            .collect();
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
        // What was given up because a calendar could not be written to is tried again when it can.
        let was_shut = |old: &&RemoteCalendar| old.vanished_at.is_some() || !old.writable;
        for old in known.iter().filter(was_shut) {
            if changed.iter().any(|found| found.url == old.url && found.writable) {
                outbox::calendar_works(&mut tx, old.id, self.started).await?;
            }
        }
        for old in gone {
            let problem = vanished(&old.name, &place(self.connection));
            outbox::calendar_gone(&mut tx, old.id, &problem, self.started).await?;
            remote_calendars::set_vanished(&mut tx, old.id, Some(self.started)).await?;
            failure::note_calendar(&mut tx, old, &problem, self.started).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The calendars of this connection that count, each with the zone of its whole days, and how much of them is to be kept.
    async fn watched(&self) -> Result<(Vec<(RemoteCalendar, zones::Zone)>, Wanted), Broken> {
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
        let bookable = booking_calendars::list_of_member(&mut tx, person.id).await?;
        let watched = all
            .into_iter()
            .filter(|calendar| watched.contains(&calendar.id))
            .map(|calendar| {
                let zone = parse::zone_named(calendar.zone.as_deref()).unwrap_or_else(|| person.zone.clone());
                (calendar, zone)
            })
            .collect();
        Ok((watched, Wanted::of(&bookable, self.started)))
    }

    /// Reads one calendar; whether it had not changed. What concerns it alone is noted on it and does not keep the others
    /// from being read.
    async fn read_calendar(
        &self,
        calendar: &RemoteCalendar,
        found: &Calendar,
        zone: zones::Zone,
        wanted: &Wanted,
    ) -> Result<bool, Broken> {
        let place = place(self.connection);
        let problem = match found.readable {
            Readable::Events => {
                let reader = Reader {
                    zone,
                    addresses: self.connection.addresses.clone(),
                    horizon: wanted.horizon,
                };
                // Boxed, since a read under way is large.
                match Box::pin(read::bring_up_to_date(self, calendar, found, &reader, wanted)).await {
                    Err(Broken::Server(error)) if is_of_calendar(&error) => {
                        tracing::info!(calendar = %calendar.id, %error, "a calendar could not be read");
                        reach::sentence(self.connection.server, &error)
                    }
                    other => return other,
                }
            }
            Readable::Subscribed => {
                format!(
                    "This is a subscription, which {place} does not let other programs read. It cannot block times."
                )
            }
            Readable::Denied => {
                format!("{place} does not let this account read the events of this calendar.")
            }
        };
        let mut tx = self.quince.store().write().await?;
        failure::note_calendar(&mut tx, calendar, &problem, self.quince.now()).await?;
        tx.commit().await?;
        Ok(false)
    }
}

/// The sentence about a calendar that is gone.
pub(crate) fn vanished(name: &str, place: &str) -> String {
    format!(
        "The calendar “{name}” is no longer there: it was deleted in {place}, or is no longer shared. Choose another one under \
         Calendar Configuration."
    )
}

/// Whether an error concerns one calendar rather than the whole account, whose list was read just before. Then the others are
/// read all the same.
pub(super) fn is_of_calendar(error: &Error) -> bool {
    match error {
        Error::WrongLogin | Error::Throttled { .. } => false,
        Error::Unreachable { cause, .. } => matches!(cause, Cause::Timeout | Cause::Interrupted),
        _ => true,
    }
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
pub(crate) fn as_listed(found: &Calendar, now: Timestamp) -> Listed {
    Listed {
        url: found.url.to_string(),
        name: found.name.clone(),
        color: found.color.clone(),
        zone: parse::zone_name(found.timezone.as_deref(), now),
        writable: found.writable,
        readable: found.readable == Readable::Events,
    }
}

/// Keeps found calendars. What was wrong with one is looked for anew.
pub(crate) async fn keep(
    tx: &mut Tx,
    connection: ConnectionId,
    found: &[Listed],
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut kept = Vec::new();
    for listed in found {
        kept.push(remote_calendars::upsert(tx, connection, listed, now).await?);
    }
    remote_calendars::forget_failures(tx, &kept).await
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
