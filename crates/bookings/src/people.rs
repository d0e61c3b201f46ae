//! Names of people.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scheduling::StaffId;
use store::staff::Staff;
use store::{CalledOff, Party};

/// The names of people.
pub(crate) fn names(people: Vec<Staff>) -> BTreeMap<StaffId, String> {
    people
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect()
}

/// The names of these hosts in words, each once.
pub(crate) fn names_of(hosts: &[StaffId], team: &BTreeMap<StaffId, String>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (place, host) in hosts.iter().enumerate() {
        if let Some(name) = team.get(host).filter(|_| !hosts[..place].contains(host)) {
            names.push(name);
        }
    }
    names.join(", ")
}

/// Who did something, as people call them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartyName {
    /// The client.
    Client,
    /// The staff member of this name.
    Staff(String),
}

impl std::fmt::Display for PartyName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Client => f.write_str("the client"),
            Self::Staff(name) => f.write_str(name),
        }
    }
}

/// How an appointment or a session was called off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalledOffView {
    /// When.
    pub at: Timestamp,
    /// By whom; nobody did where the client did not confirm in time.
    pub by: Option<PartyName>,
    /// Why, if a reason was given.
    pub reason: Option<String>,
}

impl CalledOffView {
    /// With the names of the staff.
    pub(crate) fn of(called_off: CalledOff, team: &BTreeMap<StaffId, String>) -> Self {
        let name = |by| match by {
            Party::Client => PartyName::Client,
            Party::Staff(id) => PartyName::Staff(team.get(&id).cloned().unwrap_or_default()),
        };
        Self {
            at: called_off.at,
            by: called_off.by.map(name),
            reason: called_off.reason,
        }
    }
}
