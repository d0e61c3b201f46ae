//! Service calendars. Clients book one or several services from a menu in one visit, each with a member who does it, and with the rooms and
//! equipment that it needs.

mod menu;
mod rooms;
mod visit;

pub(crate) use menu::offered;
pub use menu::{Menu, ServiceForm, ServiceView, Shift, menu, public_menu, remove, save, shift};
pub use rooms::{ResourceForm, list as resources, save as save_resources};
pub use visit::{CHOICE_LIMIT, Chosen, NotAChoice};
pub(crate) use visit::{Wanted, claims_of_parts, longest_visit, of_parts, resources_exist, units_of, wanted};
