//! The handle that plays the person with a phone, Apple's operators, and the network.

mod events;
mod network;
mod people;

pub use events::StoredEvent;
pub(crate) use events::{change, plant, plant_oddities};
pub use people::{CalendarInfo, NewCalendar};

use crate::world::Shared;

/// Changes and observes a running sandbox. Clones act on the same one. Calls that name an account, a calendar or an
/// event that is not there do nothing.
#[derive(Debug, Clone)]
pub struct Control {
    shared: Shared,
}

impl Control {
    pub(crate) fn new(shared: Shared) -> Self {
        Self { shared }
    }
}
