//! Events, as the person with a phone changes them.

use jiff::Timestamp;

use super::Control;
use crate::ics::{edit, lines, series};
use crate::oddities::{Oddity, oddities};
use crate::world::{CalendarId, World, stable_uuid};

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its path on both hosts.
    pub href: String,
    /// Its UID.
    pub uid: String,
    /// Its `ETag`, with quotes.
    pub etag: String,
    /// Its whole text.
    pub ics: String,
    /// Its title, unescaped; empty when it has none.
    pub summary: String,
}

impl Control {
    /// Everything stored in a calendar, by path.
    pub fn events(&self, calendar: CalendarId) -> Vec<StoredEvent> {
        let world = self.shared.lock();
        let Some(held) = world.calendar(calendar) else {
            return Vec::new();
        };
        let stored = held.resources.iter().filter_map(|(name, resource)| {
            Some(StoredEvent {
                href: world.href(calendar, Some(name))?,
                uid: resource.uid.clone(),
                etag: resource.etag.clone(),
                ics: resource.ics.clone(),
                summary: series::summary(&resource.ics),
            })
        });
        stored.collect()
    }

    /// Stores an object as it is, with none of the checks that a PUT passes, so that odd data can be planted. An
    /// object of the same UID in the calendar is replaced. Returns its path; empty when there is no such calendar.
    pub fn put_event(&self, calendar: CalendarId, ics: &str) -> String {
        let mut world = self.shared.lock();
        plant(&mut world, calendar, ics).unwrap_or_default()
    }

    /// Stores every event of [`oddities`](crate::oddities) in a calendar. Returns what was stored, with its path.
    pub fn put_oddities(&self, calendar: CalendarId) -> Vec<(Oddity, String)> {
        plant_oddities(&mut self.shared.lock(), calendar)
    }

    /// Adds a simple event in the owners' zone, as a phone does. Returns its path.
    pub fn add_simple_event(
        &self,
        calendar: CalendarId,
        summary: &str,
        start: Timestamp,
        end: Timestamp,
    ) -> String {
        let mut world = self.shared.lock();
        let now = world.clock.now();
        let ics = edit::new_event(&World::fresh_uid(), summary, start, end, &world.zone, now);
        plant(&mut world, calendar, &ics).unwrap_or_default()
    }

    /// Moves an event so that it (or its first turn) begins at another instant, as a phone does. False when there is
    /// no such event.
    pub fn move_event(&self, calendar: CalendarId, href: &str, new_start: Timestamp) -> bool {
        self.change(calendar, href, |ics, world| {
            edit::move_to(ics, new_start, &world.zone, world.clock.now())
        })
    }

    /// Gives an event another title, as a phone does. False when there is no such event.
    pub fn retitle_event(&self, calendar: CalendarId, href: &str, summary: &str) -> bool {
        self.change(calendar, href, |ics, world| {
            edit::retitle(ics, summary, world.clock.now())
        })
    }

    /// Deletes an event, as a phone does. False when there is no such event.
    pub fn delete_event(&self, calendar: CalendarId, href: &str) -> bool {
        let mut world = self.shared.lock();
        name_of(&world, calendar, href).is_some_and(|name| world.remove(calendar, &name))
    }

    fn change(
        &self,
        calendar: CalendarId,
        href: &str,
        edit: impl FnOnce(&str, &World) -> Option<String>,
    ) -> bool {
        let mut world = self.shared.lock();
        name_of(&world, calendar, href).is_some_and(|name| change(&mut world, calendar, &name, edit))
    }
}

/// Stores an object without checks. The name of its file follows from its UID or, without one, from its text.
pub(crate) fn plant(world: &mut World, calendar: CalendarId, ics: &str) -> Option<String> {
    let uid = lines::read(ics)
        .ok()
        .and_then(|all| all.into_iter().find(|line| line.name == "UID"))
        .map(|line| line.value);
    let held = world.calendar(calendar)?;
    let uid = uid.unwrap_or_else(|| stable_uuid(calendar.0, held.resources.len() as u64 + 1).to_string());
    let known = held.name_of_uid(&uid).map(str::to_owned);
    let name = known.unwrap_or_else(|| format!("{uid}.ics"));
    world.store(calendar, &name, &uid, ics)?;
    world.href(calendar, Some(&name))
}

/// Stores an event of each oddity, as seen by the calendar's owner.
pub(crate) fn plant_oddities(world: &mut World, calendar: CalendarId) -> Vec<(Oddity, String)> {
    let owner = world.owner_of(calendar);
    let me = owner.map_or_else(String::new, |account| account.apple_id.clone());
    let all = oddities(world.clock.now(), &world.zone, &me);
    let planted = all.into_iter().map(|odd| {
        let href = plant(world, calendar, &odd.ics).unwrap_or_default();
        (odd, href)
    });
    planted.collect()
}

/// Changes the text of an event; false when there is none or it cannot be changed.
pub(crate) fn change(
    world: &mut World,
    calendar: CalendarId,
    name: &str,
    edit: impl FnOnce(&str, &World) -> Option<String>,
) -> bool {
    let held = world
        .calendar(calendar)
        .and_then(|calendar| calendar.resources.get(name));
    let Some((uid, changed)) = held.and_then(|held| Some((held.uid.clone(), edit(&held.ics, world)?))) else {
        return false;
    };
    world.store(calendar, name, &uid, &changed).is_some()
}

/// The stored name behind a path.
pub(crate) fn name_of(world: &World, calendar: CalendarId, href: &str) -> Option<String> {
    let name = crate::path::decode(href.rsplit('/').next()?)?;
    world
        .calendar(calendar)?
        .resources
        .contains_key(&name)
        .then_some(name)
}
