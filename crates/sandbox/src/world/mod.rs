//! What the server holds: accounts, their calendars, and the state of all switches.

mod account;
mod calendar;
mod clock;
mod faults;
mod ids;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;
use zones::Zone;

pub(crate) use account::Account;
pub(crate) use calendar::{Calendar, Change, Resource};
pub(crate) use clock::Clock;
pub(crate) use faults::Faults;
pub use ids::{AccountId, CalendarId, Kind, PasswordState};

use crate::ics;
use crate::record::Log;
use crate::switches::{Fault, Switches};

/// A mail that the server would have sent because an event has guests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The guest.
    pub to: String,
    /// The title of the event.
    pub summary: String,
}

/// All state behind one lock, which is never held across an await.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) accounts: Vec<Account>,
    pub(crate) switches: Switches,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) invitations: Vec<Invitation>,
    /// Calendars as they were before a client's write, with the number of reports that still see them so.
    stale: BTreeMap<CalendarId, (Calendar, u32)>,
    pub(crate) zone: Zone,
    pub(crate) clock: Clock,
    /// Differs in each run, so that tokens and `ETag`s of an earlier one are never mistaken for current.
    run: u32,
    /// Counts every change in any calendar.
    changes: u64,
    next_id: u64,
}

/// The world as the server's tasks and the controls share it.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<Mutex<World>>);

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self(Arc::new(Mutex::new(world)))
    }

    /// Also after somebody panicked while they held it: nothing of the sandbox is left half done by that.
    pub(crate) fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    pub(crate) fn new(zone: Zone, clock: Clock) -> Self {
        Self {
            accounts: Vec::new(),
            switches: Switches::default(),
            faults: Faults::default(),
            log: Log::default(),
            invitations: Vec::new(),
            stale: BTreeMap::new(),
            zone,
            clock,
            run: fresh_uuid().as_fields().0,
            changes: 0,
            next_id: 1,
        }
    }

    pub(crate) fn run(&self) -> u32 {
        self.run
    }

    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }

    pub(crate) fn add_account(&mut self, apple_id: &str, password: &str, me_name: &str) -> AccountId {
        // Long numbers like Apple's, the same in each run, so that remembered addresses keep working.
        let id = AccountId(10_170_000_001 + self.accounts.len() as u64 * 7_919);
        self.accounts.push(Account::new(id, apple_id, password, me_name));
        id
    }

    pub(crate) fn restore(&mut self, accounts: Vec<Account>) {
        for account in accounts {
            for calendar in &account.calendars {
                self.next_id = self.next_id.max(calendar.id.0 + 1);
            }
            self.accounts.push(account);
        }
        let ids: Vec<CalendarId> = self.calendar_ids();
        for id in ids {
            let names: Vec<String> = self
                .calendar(id)
                .map_or_else(Vec::new, |calendar| calendar.resources.keys().cloned().collect());
            for name in names {
                let stamp = self.stamp();
                if let Some(calendar) = self.calendar_mut(id) {
                    calendar.restamp(&name, stamp);
                }
            }
        }
    }

    fn calendar_ids(&self) -> Vec<CalendarId> {
        self.accounts
            .iter()
            .flat_map(|account| account.calendars.iter().map(|calendar| calendar.id))
            .collect()
    }

    pub(crate) fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    pub(crate) fn account_mut(&mut self, id: AccountId) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.id == id)
    }

    pub(crate) fn owner_of(&self, id: CalendarId) -> Option<&Account> {
        self.accounts
            .iter()
            .find(|account| account.calendars.iter().any(|calendar| calendar.id == id))
    }

    pub(crate) fn calendar(&self, id: CalendarId) -> Option<&Calendar> {
        let mut all = self.accounts.iter().flat_map(|account| &account.calendars);
        all.find(|calendar| calendar.id == id)
    }

    pub(crate) fn calendar_mut(&mut self, id: CalendarId) -> Option<&mut Calendar> {
        let mut all = self
            .accounts
            .iter_mut()
            .flat_map(|account| &mut account.calendars);
        all.find(|calendar| calendar.id == id)
    }

    /// Adds a calendar. The path of the first “Home” and “Work” is their name, as in old iCloud accounts; others
    /// get a UUID that is the same in each run.
    pub(crate) fn add_calendar(&mut self, owner: AccountId, mut calendar: Calendar) -> Option<CalendarId> {
        let id = CalendarId(self.next_id);
        let account = self.account_mut(owner)?;
        let plain = calendar.name.to_lowercase();
        let free = account.calendars.iter().all(|other| other.segment != plain);
        calendar.segment = if free && matches!(plain.as_str(), "home" | "work") {
            plain
        } else {
            stable_uuid(owner.0, id.0).to_string().to_uppercase()
        };
        calendar.id = id;
        account.calendars.push(calendar);
        self.next_id += 1;
        Some(id)
    }

    pub(crate) fn remove_calendar(&mut self, id: CalendarId) -> bool {
        for account in &mut self.accounts {
            if let Some(place) = account.calendars.iter().position(|calendar| calendar.id == id) {
                account.calendars.remove(place);
                return true;
            }
        }
        false
    }

    /// The number and the `ETag` of the next change.
    fn stamp(&mut self) -> (u64, String) {
        self.changes += 1;
        (self.changes, format!("\"{:08x}{:04x}\"", self.run, self.changes))
    }

    /// Stores an object and returns its new `ETag`; `None` when the calendar is gone.
    pub(crate) fn store(&mut self, id: CalendarId, name: &str, uid: &str, ics: &str) -> Option<String> {
        self.calendar(id)?;
        let (revision, etag) = self.stamp();
        let resource = Resource {
            uid: uid.to_owned(),
            ics: ics.to_owned(),
            etag: etag.clone(),
            revision,
        };
        self.calendar_mut(id)?.put(name, resource);
        Some(etag)
    }

    /// Removes an object; false when there is none.
    pub(crate) fn remove(&mut self, id: CalendarId, name: &str) -> bool {
        let (revision, _) = self.stamp();
        let Some(gone) = self
            .calendar_mut(id)
            .and_then(|calendar| calendar.remove(name, revision))
        else {
            return false;
        };
        let owner = self.owner_of(id).map(|account| account.id);
        if let Some(account) = owner.and_then(|owner| self.account_mut(owner)) {
            account.deleted_uids.insert(gone.uid);
        }
        true
    }

    /// Remembers a calendar as it is before a client's write, if reads shall be stale.
    pub(crate) fn before_write(&mut self, id: CalendarId) {
        let reads = self.switches.stale_reads;
        if reads > 0
            && let Some(calendar) = self.calendar(id).cloned()
        {
            self.stale.entry(id).or_insert((calendar, reads)).1 = reads;
        }
    }

    /// The calendar as the next report sees it, if that is not as it is.
    pub(crate) fn stale_view(&mut self, id: CalendarId) -> Option<Calendar> {
        let (calendar, reads) = self.stale.get_mut(&id)?;
        let seen = calendar.clone();
        *reads = reads.saturating_sub(1);
        if *reads == 0 {
            self.stale.remove(&id);
        }
        Some(seen)
    }

    /// Makes every sync token given out so far for this calendar unknown.
    pub(crate) fn expire_tokens(&mut self, id: CalendarId) {
        let (revision, _) = self.stamp();
        if let Some(calendar) = self.calendar_mut(id) {
            calendar.expire(revision);
        }
    }

    /// The path of an object or, without a name, of its calendar.
    pub(crate) fn href(&self, id: CalendarId, name: Option<&str>) -> Option<String> {
        let account = self.owner_of(id)?;
        let calendar = self.calendar(id)?;
        Some(match name {
            Some(name) => account.object_path(calendar, name),
            None => account.calendar_path(calendar),
        })
    }

    /// A UID for an event that a person makes: different each time.
    pub(crate) fn fresh_uid() -> String {
        fresh_uuid().to_string().to_uppercase()
    }

    /// What goes wrong with a request.
    pub(crate) fn next_fault(&mut self, method: &str, path: &str, is_search: bool) -> Option<Fault> {
        let mut struck = self.faults.of_calendars.keys().copied();
        let calendar = struck.find(|id| self.href(*id, None).is_some_and(|own| path.starts_with(&own)));
        self.faults.next(method, calendar, is_search)
    }

    /// The title of each guest's mail that storing this object would cause.
    pub(crate) fn note_invitations(&mut self, invited: Vec<String>, ics: &str) {
        if !self.switches.mails_guests {
            return;
        }
        let summary = ics::series::summary(ics);
        self.invitations.extend(invited.into_iter().map(|to| Invitation {
            to,
            summary: summary.clone(),
        }));
    }
}

/// A UUID that nobody has had, also in an earlier run.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the practice iCloud is random"
)]
fn fresh_uuid() -> Uuid {
    Uuid::new_v4()
}

/// A UUID that depends on nothing but these numbers.
pub(crate) fn stable_uuid(high: u64, low: u64) -> Uuid {
    let mix = |mut value: u64| {
        value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    };
    let first = mix(high ^ mix(low));
    uuid::Builder::from_u128((u128::from(first) << 64) | u128::from(mix(first ^ low)))
        .with_version(uuid::Version::Random)
        .with_variant(uuid::Variant::RFC4122)
        .into_uuid()
}
