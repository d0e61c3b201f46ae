//! Names of people.

use std::collections::BTreeMap;

use scheduling::StaffId;
use store::staff::Staff;

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
