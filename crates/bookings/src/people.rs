//! Names of people.

use std::collections::BTreeMap;

use jiff::Timestamp;
use scheduling::StaffId;
use store::staff::Staff;
use store::{Cancellation, Party};

/// Returns the names of these people by id.
pub(crate) fn names(people: Vec<Staff>) -> BTreeMap<StaffId, String> {
    people
        .into_iter()
        .map(|person| (person.id, person.profile.name))
        .collect()
}

/// Returns the names of these hosts, separated by commas, each once.
pub(crate) fn names_of(hosts: &[StaffId], team: &BTreeMap<StaffId, String>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (place, host) in hosts.iter().enumerate() {
        if let Some(name) = team.get(host).filter(|_| !hosts[..place].contains(host)) {
            names.push(name);
        }
    }
    names.join(", ")
}

/// The name of a [`Party`], for people.
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

/// The cancellation of an appointment or a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancellationView {
    /// When.
    pub at: Timestamp,
    /// By whom; `None` if it was cancelled because the client did not confirm in time.
    pub by: Option<PartyName>,
    /// Why, if a reason was given.
    pub reason: Option<String>,
}

impl CancellationView {
    /// Creates the view; `team` has the names of the staff.
    pub(crate) fn of(cancellation: Cancellation, team: &BTreeMap<StaffId, String>) -> Self {
        let name = |by| match by {
            Party::Client => PartyName::Client,
            Party::Staff(id) => PartyName::Staff(team.get(&id).cloned().unwrap_or_default()),
        };
        Self {
            at: cancellation.at,
            by: cancellation.by.map(name),
            reason: cancellation.reason,
        }
    }
}
