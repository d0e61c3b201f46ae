//! The stored versions of events, which are compared with a server's list.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use caldav::Listed;
use scheduling::StaffId;
use store::event_writes::EventWrite;
use store::external_events::Key;
use store::{ReadTx, RemoteCalendarId, StoreError, event_writes, external_events};

use super::mirror;

/// The stored versions of external events and of Quince's own.
pub(crate) struct StoredVersions {
    external: BTreeMap<String, Option<String>>,
    own: BTreeMap<String, Option<String>>,
    /// Copies of Quince's own events that were stored as external ones; they have to be read again to be recognised.
    copies: BTreeSet<String>,
    /// Paths of Quince's own events that are expected to exist, so that their absence is a change.
    expected: Vec<String>,
}

impl StoredVersions {
    /// Loads the versions of a whole calendar.
    pub(crate) async fn load(
        tx: &mut ReadTx,
        calendar: RemoteCalendarId,
        owner: StaffId,
    ) -> Result<Self, StoreError> {
        let keys = external_events::list_keys(tx, calendar).await?;
        let writes = event_writes::by_remote_calendar(tx, calendar).await?;
        Self::of(tx, keys, writes, owner).await
    }

    /// Loads the versions of the listed events, which are only a part of the calendar.
    pub(super) async fn load_listed(
        tx: &mut ReadTx,
        calendar: RemoteCalendarId,
        owner: StaffId,
        listed: &[Listed],
    ) -> Result<Self, StoreError> {
        let hrefs: Vec<&str> = listed.iter().map(|listed| listed.href.as_str()).collect();
        let keys = external_events::keys_at(tx, calendar, &hrefs).await?;
        let writes = event_writes::by_hrefs(tx, calendar, &hrefs).await?;
        Self::of(tx, keys, writes, owner).await
    }

    async fn of(
        tx: &mut ReadTx,
        keys: Vec<Key>,
        writes: Vec<EventWrite>,
        owner: StaffId,
    ) -> Result<Self, StoreError> {
        let uids: Vec<&str> = keys.iter().map(|key| key.uid.as_str()).collect();
        let uids = event_writes::own_uids(tx, owner, &uids).await?;
        let expected = writes.iter().filter(|write| mirror::is_expected(write));
        let expected = expected.filter_map(|write| write.href.clone()).collect();
        let mut own: BTreeMap<String, Option<String>> = writes
            .into_iter()
            .filter_map(|write| Some((write.href?, write.etag)))
            .collect();
        let mut external = BTreeMap::new();
        let mut copies = BTreeSet::new();
        for key in keys {
            if uids.contains(&key.uid) {
                own.remove(&key.href);
                copies.insert(key.href);
            } else {
                external.insert(key.href, key.etag);
            }
        }
        Ok(Self {
            external,
            own,
            copies,
            expected,
        })
    }

    /// Whether this version is stored.
    pub(crate) fn has(&self, listed: &Listed) -> bool {
        Self::is(&self.external, listed) || Self::is(&self.own, listed)
    }

    /// Whether this version of an external event is stored.
    pub(super) fn has_external(&self, listed: &Listed) -> bool {
        Self::is(&self.external, listed)
    }

    /// Whether this version of one of Quince's own events is stored.
    pub(super) fn has_own(&self, listed: &Listed) -> bool {
        Self::is(&self.own, listed)
    }

    /// Returns the paths that a complete list leaves open: those with another version, and stored ones that it lacks. A list can be
    /// incomplete, so each of the latter is requested by itself before it counts as gone.
    pub(super) fn unsettled_by(&self, list: &[Listed]) -> Vec<String> {
        let there: HashSet<&str> = list.iter().map(|listed| listed.href.as_str()).collect();
        let new = list.iter().filter(|listed| !self.has(listed));
        let moved: HashSet<&String> = self.moved_in(list).map(|(href, _)| href).collect();
        let known = self.external.keys().chain(&self.copies).chain(&self.expected);
        let absent = known.filter(|href| !there.contains(href.as_str()) && !moved.contains(href));
        new.map(|listed| &listed.href).chain(absent).cloned().collect()
    }

    /// Returns the external events that are listed under another path, each with the listed one: the account has moved. The last part
    /// of a path is the name within the calendar.
    pub(super) fn moved_in<'a>(
        &'a self,
        list: &'a [Listed],
    ) -> impl Iterator<Item = (&'a String, &'a Listed)> {
        let there: HashSet<&str> = list.iter().map(|listed| listed.href.as_str()).collect();
        let named: HashMap<&str, &Listed> = list.iter().map(|listed| (name(&listed.href), listed)).collect();
        let absent = self
            .external
            .keys()
            .filter(move |href| !there.contains(href.as_str()));
        absent.filter_map(move |href| Some((href, *named.get(name(href))?)))
    }

    fn is(versions: &BTreeMap<String, Option<String>>, listed: &Listed) -> bool {
        listed.etag.is_some()
            && versions
                .get(&listed.href)
                .is_some_and(|known| *known == listed.etag)
    }
}

/// Returns the last part of a path.
fn name(href: &str) -> &str {
    href.rsplit('/').next().unwrap_or(href)
}
