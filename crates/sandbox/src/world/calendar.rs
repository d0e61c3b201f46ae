//! One calendar, with the memory that sync-collection needs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ids::{CalendarId, Kind};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Calendar {
    pub(crate) id: CalendarId,
    /// The last part of its path.
    pub(crate) segment: String,
    pub(crate) name: String,
    /// `#RRGGBBAA`
    pub(crate) color: String,
    pub(crate) writable: bool,
    pub(crate) kind: Kind,
    pub(crate) resources: BTreeMap<String, Resource>,
    /// The name under which each UID is stored.
    #[serde(skip)]
    names: BTreeMap<String, String>,
    /// The names of removed objects with the number of the change that removed each.
    #[serde(skip)]
    tombstones: BTreeMap<String, u64>,
    /// The number of the last change.
    #[serde(skip)]
    pub(crate) revision: u64,
    /// Tokens of earlier changes are no longer known.
    #[serde(skip)]
    known_from: u64,
}

/// One stored object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub(crate) uid: String,
    pub(crate) ics: String,
    /// Its `ETag`, with the quotes.
    pub(crate) etag: String,
    pub(crate) revision: u64,
}

/// A change since a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Stored(String),
    Removed(String),
}

impl Calendar {
    pub(crate) fn new(name: impl Into<String>, color: impl Into<String>, kind: Kind, writable: bool) -> Self {
        Self {
            id: CalendarId(0),
            segment: String::new(),
            name: name.into(),
            color: color.into(),
            writable: writable && !matches!(kind, Kind::SharedReadOnly | Kind::Subscribed),
            kind,
            resources: BTreeMap::new(),
            names: BTreeMap::new(),
            tombstones: BTreeMap::new(),
            revision: 0,
            known_from: 0,
        }
    }

    /// The one kind of component that it holds.
    pub(crate) fn component(&self) -> &'static str {
        if self.kind == Kind::Reminders {
            "VTODO"
        } else {
            "VEVENT"
        }
    }

    /// The name under which a UID is stored.
    pub(crate) fn name_of_uid(&self, uid: &str) -> Option<&str> {
        self.names.get(uid).map(String::as_str)
    }

    pub(super) fn put(&mut self, name: &str, resource: Resource) {
        self.revision = resource.revision;
        self.tombstones.remove(name);
        if let Some(before) = self.resources.get(name) {
            self.names.remove(&before.uid);
        }
        self.names.insert(resource.uid.clone(), name.to_owned());
        self.resources.insert(name.to_owned(), resource);
    }

    pub(super) fn remove(&mut self, name: &str, revision: u64) -> Option<Resource> {
        let gone = self.resources.remove(name)?;
        self.names.remove(&gone.uid);
        self.revision = revision;
        self.tombstones.insert(name.to_owned(), revision);
        Some(gone)
    }

    pub(super) fn restamp(&mut self, name: &str, (revision, etag): (u64, String)) {
        self.revision = revision;
        if let Some(resource) = self.resources.get_mut(name) {
            resource.revision = revision;
            resource.etag = etag;
            self.names.insert(resource.uid.clone(), name.to_owned());
        }
    }

    pub(super) fn expire(&mut self, revision: u64) {
        self.revision = revision;
        self.known_from = revision;
        self.tombstones.clear();
    }

    /// Whether a token of this change is still known.
    pub(crate) fn knows(&self, revision: u64) -> bool {
        revision >= self.known_from
    }

    /// What happened after a change, oldest first; `None` asks for everything that is there now.
    pub(crate) fn since(&self, revision: Option<u64>) -> Vec<(u64, Change)> {
        let after = revision.unwrap_or(0);
        let stored = self
            .resources
            .iter()
            .map(|(name, resource)| (resource.revision, Change::Stored(name.clone())));
        let removed = self
            .tombstones
            .iter()
            .filter(|_| revision.is_some())
            .map(|(name, removed)| (*removed, Change::Removed(name.clone())));
        let mut all: Vec<_> = stored.chain(removed).filter(|(when, _)| *when > after).collect();
        all.sort_by_key(|(when, _)| *when);
        all
    }
}
