//! The coming events of a calendar, in order.

use crate::ics::series::{Showing, showings};
use crate::world::{Account, Calendar, World};

/// More than this many are counted, not shown.
pub(super) const MOST: usize = 60;

/// An event on the page.
#[derive(Debug)]
pub(super) struct Item {
    /// The stored object's name.
    pub(super) name: String,
    pub(super) showing: Showing,
}

/// What is not over yet, by start, and how many more there are.
pub(super) fn coming(world: &World, account: &Account, calendar: &Calendar) -> (Vec<Item>, usize) {
    let now = world.clock.now();
    let me: Vec<&str> = std::iter::once(&account.apple_id)
        .chain(&account.aliases)
        .map(String::as_str)
        .collect();
    let mut items = Vec::new();
    for (name, resource) in &calendar.resources {
        for showing in showings(&resource.ics, &me, &world.zone, now) {
            if showing.end > now || showing.start >= now {
                items.push(Item {
                    name: name.clone(),
                    showing,
                });
            }
        }
    }
    items.sort_by(|one, other| {
        (one.showing.start, one.showing.end, &one.name).cmp(&(
            other.showing.start,
            other.showing.end,
            &other.name,
        ))
    });
    let more = items.len().saturating_sub(MOST);
    items.truncate(MOST);
    (items, more)
}
