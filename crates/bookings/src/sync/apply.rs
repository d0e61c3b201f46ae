//! Stores what a read brought, all of it in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use caldav::Resource;
use ical::Instance;
use store::event_writes::{self, EventWrite};
use store::external_events::{self, Key, NewInstance};
use store::remote_calendars::{self, RemoteCalendar};
use store::{ImportPolicy, Tx, appointments};

use super::Account;
use super::mirror;
use super::parse::{Parsed, Reader};
use super::read::News;
use crate::problem::Internal;

pub(super) async fn apply(
    account: &Account<'_>,
    calendar: &RemoteCalendar,
    news: News,
    reader: &Reader,
) -> Result<(), Internal> {
    let horizon_to = if news.everything {
        reader.horizon.to
    } else {
        calendar.horizon_to.unwrap_or(reader.horizon.to)
    };
    // A day-long expansion must end at the same instant for all events of a calendar.
    let reader = Reader {
        horizon: ical::Horizon {
            to: horizon_to,
            ..reader.horizon
        },
        ..reader.clone()
    };
    let keep_up = account.connection.import_policy == ImportPolicy::KeepUp;
    let frozen = if keep_up || !news.everything {
        Vec::new()
    } else {
        frozen(account, calendar).await?
    };
    let (parsed, frozen) = parse_all(&reader, news.resources, frozen).await?;
    let changes = Changes {
        account,
        calendar,
        keep_up,
        reader: &reader,
    };
    let mut tx = account.quince.store().write().await?;
    let stored = if news.unchanged {
        Stored {
            problem: calendar.problem.clone(),
            settled: true,
        }
    } else {
        let removed = Removed {
            hrefs: news.removed,
            unreadable: news.unreadable,
            everything: news.everything,
        };
        changes.store(&mut tx, parsed, removed, frozen).await?
    };
    // What is not settled is asked for again: the next read starts where this one did.
    let (sync_token, ctag) = if stored.settled {
        (news.sync_token.as_deref(), news.ctag.as_deref())
    } else {
        (calendar.sync_token.as_deref(), None)
    };
    remote_calendars::sync_done(
        &mut tx,
        calendar.id,
        sync_token,
        ctag,
        account.started,
        horizon_to,
        stored.problem.as_deref(),
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Events that stay as first imported, to be expanded over the new horizon.
async fn frozen(account: &Account<'_>, calendar: &RemoteCalendar) -> Result<Vec<(Key, String)>, Internal> {
    let mut tx = account.quince.store().read().await?;
    let events = external_events::list_with_ics(&mut tx, calendar.id).await?;
    Ok(events.into_iter().map(|event| (event.key, event.ics)).collect())
}

type ParsedResources = Vec<(Resource, Parsed)>;
type ParsedKeys = Vec<(Key, Parsed)>;

/// Expanding ten thousand events takes a while, so it is done away from the threads that answer requests.
async fn parse_all(
    reader: &Reader,
    resources: Vec<Resource>,
    frozen: Vec<(Key, String)>,
) -> Result<(ParsedResources, ParsedKeys), Internal> {
    let reader = reader.clone();
    let work = move || {
        let resources = resources.into_iter().map(|resource| {
            let parsed = reader.parse(&resource.data);
            (resource, parsed)
        });
        let resources = resources.collect();
        let frozen = frozen
            .into_iter()
            .map(|(key, ics)| (key, reader.parse(&ics)))
            .collect();
        (resources, frozen)
    };
    tokio::task::spawn_blocking(work).await.map_err(Internal::because)
}

struct Changes<'a> {
    account: &'a Account<'a>,
    calendar: &'a RemoteCalendar,
    keep_up: bool,
    reader: &'a Reader,
}

struct Removed {
    hrefs: Vec<String>,
    unreadable: Vec<String>,
    everything: bool,
}

/// What came of storing a read.
struct Stored {
    /// The sentence about the calendar, if something could not be understood.
    problem: Option<String>,
    /// Whether nothing has to be asked for again.
    settled: bool,
}

impl Changes<'_> {
    /// Stores everything.
    async fn store(
        &self,
        tx: &mut Tx,
        parsed: ParsedResources,
        removed: Removed,
        frozen: ParsedKeys,
    ) -> Result<Stored, Internal> {
        let keys: BTreeMap<String, Key> = external_events::list_keys(tx, self.calendar.id)
            .await?
            .into_iter()
            .map(|key| (key.href.clone(), key))
            .collect();
        let writes = event_writes::by_remote_calendar(tx, self.calendar.id).await?;
        let own: HashSet<String> = event_writes::uids_of_hosts(tx, &[self.account.connection.staff_id])
            .await?
            .into_iter()
            .collect();
        let mut problem = None;
        let mut seen = BTreeSet::new();
        for (resource, parsed) in parsed {
            seen.insert(resource.href.clone());
            if own.contains(&parsed.uid) {
                self.see_mirror(tx, &writes, &resource, &parsed).await?;
                // A copy that was taken for somebody else's event before it was known as ours.
                if let Some(key) = keys.get(&resource.href) {
                    external_events::delete(tx, key.id).await?;
                }
                continue;
            }
            problem = problem.or_else(|| parsed.problem.clone());
            if !self.keep_up && keys.contains_key(&resource.href) {
                continue;
            }
            self.keep(tx, &resource, &parsed).await?;
        }
        for (key, parsed) in frozen {
            self.expand(tx, &key, &parsed).await?;
        }
        if !removed.unreadable.is_empty() {
            problem = Some(format!(
                "{} events of this calendar could not be read, so they may not block times.",
                removed.unreadable.len()
            ));
        }
        let settled = self.remove(tx, &keys, &writes, &seen, &removed).await?;
        Ok(Stored { problem, settled })
    }

    async fn see_mirror(
        &self,
        tx: &mut Tx,
        writes: &[EventWrite],
        resource: &Resource,
        parsed: &Parsed,
    ) -> Result<(), Internal> {
        if let Some(write) = writes.iter().rev().find(|write| write.uid == parsed.uid) {
            let etag = resource.etag.as_deref();
            mirror::seen(
                tx,
                write,
                &resource.href,
                etag,
                &resource.data,
                self.account.started,
            )
            .await?;
        }
        Ok(())
    }

    async fn keep(&self, tx: &mut Tx, resource: &Resource, parsed: &Parsed) -> Result<(), Internal> {
        let id = external_events::upsert(
            tx,
            self.calendar.id,
            &resource.href,
            resource.etag.as_deref(),
            &parsed.uid,
            &resource.data,
            parsed.problem.as_deref(),
            self.account.started,
        )
        .await?;
        Ok(external_events::replace_instances(tx, id, self.calendar.id, &instances(parsed)).await?)
    }

    async fn expand(&self, tx: &mut Tx, key: &Key, parsed: &Parsed) -> Result<(), Internal> {
        Ok(external_events::replace_instances(tx, key.id, self.calendar.id, &instances(parsed)).await?)
    }

    /// What is gone: told so, or missing from a list of everything. Returns whether that is settled.
    async fn remove(
        &self,
        tx: &mut Tx,
        keys: &BTreeMap<String, Key>,
        writes: &[EventWrite],
        seen: &BTreeSet<String>,
        removed: &Removed,
    ) -> Result<bool, Internal> {
        let told: BTreeSet<&String> = removed.hrefs.iter().collect();
        let kept = |href: &String| seen.contains(href) || removed.unreadable.contains(href);
        let is_gone = |href: &String| told.contains(href) || (removed.everything && !kept(href));
        if self.keep_up {
            for key in keys.values().filter(|key| is_gone(&key.href)) {
                external_events::delete(tx, key.id).await?;
            }
        }
        let mut settled = true;
        for write in writes
            .iter()
            .filter(|write| write.href.as_ref().is_some_and(is_gone))
        {
            // A list of everything holds only what lies in the horizon.
            let listed = told.iter().any(|href| Some(*href) == write.href.as_ref())
                || self.is_in_horizon(tx, write).await?;
            if listed {
                settled &= mirror::gone(tx, write, self.account.started).await?;
            }
        }
        Ok(settled)
    }

    async fn is_in_horizon(&self, tx: &mut Tx, write: &EventWrite) -> Result<bool, Internal> {
        let appointment = appointments::find(tx, write.appointment_id).await?;
        let horizon = self.reader.horizon;
        Ok(appointment.is_some_and(|found| found.ends_at > horizon.from && found.starts_at < horizon.to))
    }
}

fn instances(parsed: &Parsed) -> Vec<NewInstance> {
    let new = |instance: &Instance| NewInstance {
        starts_at: instance.start,
        ends_at: instance.end,
        all_day: instance.all_day,
        uid: instance.uid.clone(),
        summary: instance.summary.clone(),
        location: instance.location.clone(),
        blocks: instance.blocks.word().to_owned(),
    };
    parsed.instances.iter().map(new).collect()
}
