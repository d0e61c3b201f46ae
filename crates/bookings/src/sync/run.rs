//! The sync of one connection with its calendars.

use caldav::{Calendar, Error, Readable};
use jiff::Timestamp;
use scheduling::Kind;
use store::connections::{self, Discovered};
use store::remote_calendars::{self, ListedCalendar, RemoteCalendar};
use store::{ConnectionId, RemoteCalendarId, StoreError, WriteTx, booking_calendars, staff};
use url::Url;

use super::error::{SyncError, is_of_calendar};
use super::horizon::HorizonPlan;
use super::parse::{self, Reader};
use super::read;
use super::sync_run::SyncRun;
use crate::outages::{self, Initiator};
use crate::problem::Internal;
use crate::servers::{login, server_name};
use crate::{caldav_messages, outbox, servers, services};

impl SyncRun<'_> {
    /// Reads the list of calendars, and those that are in use. A calendar that failed is skipped until its next attempt is due, unless
    /// its owner asked. The ids of unchanged calendars are added to `unchanged`.
    pub(super) async fn read(&self, unchanged: &mut Vec<RemoteCalendarId>) -> Result<(), SyncError> {
        let (homes, listed) = self.list(&self.entry).await?;
        self.store_list(&homes, &listed).await?;
        let (watched, plan) = self.watched().await?;
        let mut throttled = Vec::new();
        let mut answered = false;
        for (calendar, reader) in watched {
            let url = login::calendar_url(&homes, &calendar.url)?;
            let Some(found) = listed.iter().find(|found| found.url == url) else {
                continue;
            };
            if self.initiator == Initiator::Background && outages::is_postponed(&calendar, self.started) {
                continue;
            }
            match self.read_calendar(&calendar, found, &reader, &plan).await {
                Ok(was_unchanged) => {
                    answered = true;
                    unchanged.extend(was_unchanged.then_some(calendar.id));
                }
                // This calendar alone may be too much for the server.
                Err(SyncError::Server(error @ Error::Throttled { .. })) => throttled.push((calendar, error)),
                Err(error) => return Err(error),
            }
        }
        if !answered {
            let (id, now) = (self.connection.id.0, self.started);
            let longest = throttled
                .iter()
                .max_by_key(|(_, error)| caldav_messages::back_off(1, Some(error), id, now));
            return longest.map_or(Ok(()), |(_, error)| Err(error.clone().into()));
        }
        for (calendar, error) in throttled {
            let problem = caldav_messages::sentence(self.connection.account.server, &error);
            self.note(&calendar, &problem, Some(&error)).await?;
        }
        Ok(())
    }

    /// Lists the homes and their calendars. If the account seems to have moved, they are discovered again from `entry`.
    async fn list(&self, entry: &Url) -> Result<(Vec<String>, Vec<Calendar>), SyncError> {
        let mut homes = Vec::new();
        for home in &self.connection.discovered.home_urls {
            homes.push(login::url(home)?);
        }
        // Without homes, all calendars would seem to be gone.
        if !homes.is_empty() {
            match self.client.calendars(&homes, &self.login).await {
                Err(error) if error.suggests_rediscovery() => {}
                other => return Ok((self.connection.discovered.home_urls.clone(), other?)),
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

    /// Stores the list, if it has changed.
    async fn store_list(&self, homes: &[String], listed: &[Calendar]) -> Result<(), Internal> {
        let id = self.connection.id;
        let known = {
            let mut tx = self.quince.store().read().await?;
            remote_calendars::list_for_connections(&mut tx, &[id]).await?
        };
        let mut found: Vec<ListedCalendar> = listed
            .iter()
            .map(|found| to_listed(found, self.started))
            .collect();
        // A calendar keeps its first URL, also after the account has moved to another host.
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
        let changed: Vec<ListedCalendar> = found
            .iter()
            .filter(|found| !known.iter().any(|old| is_same(old, found)))
            .cloned()
            .collect();
        if changed.is_empty() && gone.is_empty() {
            return Ok(());
        }
        let mut tx = self.quince.store().write().await?;
        store_calendars(&mut tx, id, &changed, self.started).await?;
        // The failures of a calendar that came back, or whose readability changed, are cleared.
        let is_other = |old: &&RemoteCalendar| {
            let now = changed.iter().find(|found| found.url == old.url);
            now.is_some_and(|now| old.vanished_at.is_some() || old.readable != now.readable)
        };
        let other: Vec<RemoteCalendarId> = known.iter().filter(is_other).map(|old| old.id).collect();
        remote_calendars::forget_failures(&mut tx, &other).await?;
        // Writes that failed because the calendar was not writable are tried again when it is.
        let was_shut = |old: &&RemoteCalendar| old.vanished_at.is_some() || !old.writable;
        for old in known.iter().filter(was_shut) {
            if changed.iter().any(|found| found.url == old.url && found.writable) {
                outbox::calendar_works(&mut tx, old.id, self.started).await?;
            }
        }
        for old in gone {
            let problem = servers::vanished(&old.name, &server_name(self.connection));
            outbox::calendar_gone(&mut tx, old.id, &problem, self.started).await?;
            remote_calendars::set_vanished(&mut tx, old.id, Some(self.started)).await?;
            outages::note_calendar(&mut tx, old, &problem, None, self.started).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Returns the calendars of this connection that are in use, each with its reader, and the span of time to store.
    async fn watched(&self) -> Result<(Vec<(RemoteCalendar, Reader)>, HorizonPlan), SyncError> {
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
        let mut bookable = booking_calendars::list_of_member(&mut tx, person.id).await?;
        for calendar in bookable
            .iter_mut()
            .filter(|calendar| calendar.settings.kind == Kind::Service)
        {
            calendar.settings.rules.duration = services::longest_visit(&mut tx, calendar.id).await?;
        }
        // The addresses may have been discovered again in this sync.
        let connection = connections::find(&mut tx, self.connection.id).await?;
        let addresses = connection.map_or_else(
            || self.connection.discovered.addresses.clone(),
            |found| found.discovered.addresses,
        );
        let plan = HorizonPlan::of(&bookable, self.started);
        let watched = all
            .into_iter()
            .filter(|calendar| watched.contains(&calendar.id))
            .map(|calendar| {
                let zone = parse::zone_named(calendar.zone.as_deref());
                let reader = Reader {
                    zone: zone.unwrap_or_else(|| person.profile.zone.clone()),
                    addresses: addresses.clone(),
                    horizon: plan.of_calendar(&calendar),
                };
                (calendar, reader)
            })
            .collect();
        Ok((watched, plan))
    }

    /// Reads one calendar. Returns whether it was unchanged. An error that concerns it alone is stored on it, and does not prevent the
    /// others from being read.
    async fn read_calendar(
        &self,
        calendar: &RemoteCalendar,
        found: &Calendar,
        reader: &Reader,
        plan: &HorizonPlan,
    ) -> Result<bool, SyncError> {
        let server_name = server_name(self.connection);
        let problem = match found.readable {
            Readable::Events => {
                // Boxed, since a read under way is large.
                match Box::pin(read::bring_up_to_date(self, calendar, found, reader, plan)).await {
                    Err(SyncError::Server(error)) if is_of_calendar(&error) => {
                        tracing::info!(calendar = %calendar.id, %error, "a calendar could not be read");
                        caldav_messages::sentence(self.connection.account.server, &error)
                    }
                    other => return other,
                }
            }
            Readable::Subscribed => {
                format!(
                    "This is a subscription, which {server_name} does not let other programs read. It cannot block times."
                )
            }
            Readable::Denied => {
                format!("{server_name} does not let this account read the events of this calendar.")
            }
        };
        self.note(calendar, &problem, None).await?;
        Ok(false)
    }

    /// Stores that a calendar could not be read.
    async fn note(
        &self,
        calendar: &RemoteCalendar,
        problem: &str,
        error: Option<&Error>,
    ) -> Result<(), StoreError> {
        let mut tx = self.quince.store().write().await?;
        outages::note_calendar(&mut tx, calendar, problem, error, self.quince.now()).await?;
        tx.commit().await
    }
}

/// Converts the result of discovery for the database.
pub(crate) fn discovered(account: &caldav::Account) -> Discovered {
    Discovered {
        principal_url: account.principal.to_string(),
        home_urls: account.homes.iter().map(Url::to_string).collect(),
        addresses: account.addresses.clone(),
    }
}

/// Converts a listed calendar for the database.
pub(crate) fn to_listed(found: &Calendar, now: Timestamp) -> ListedCalendar {
    ListedCalendar {
        url: found.url.to_string(),
        name: found.name.clone(),
        color: found.color.clone(),
        zone: parse::zone_name(found.timezone.as_deref(), now),
        writable: found.writable,
        readable: found.readable == Readable::Events,
    }
}

/// Stores listed calendars.
pub(crate) async fn store_calendars(
    tx: &mut WriteTx,
    connection: ConnectionId,
    found: &[ListedCalendar],
    now: Timestamp,
) -> Result<(), StoreError> {
    for listed in found {
        remote_calendars::upsert(tx, connection, listed, now).await?;
    }
    Ok(())
}

fn is_same(old: &RemoteCalendar, found: &ListedCalendar) -> bool {
    old.vanished_at.is_none()
        && old.url == found.url
        && old.name == found.name
        && old.color == found.color
        && old.zone == found.zone
        && old.writable == found.writable
        && old.readable == found.readable
}
