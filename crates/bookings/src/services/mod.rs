//! Service calendars. Clients book one or several services from a menu in one visit, each with a member who does it, and with the rooms and
//! equipment that it needs.

mod menu;
mod rooms;
mod visit;

pub(crate) use menu::offered;
pub use menu::{Menu, ServiceView, Shift, menu, public_menu, remove, save, shift};
pub use rooms::{ResourceForm, list as resources, save as save_resources};
pub use store::resources::ResourceSettings;
pub use store::services::ServiceSettings;
pub use visit::{CHOICE_LIMIT, Chosen, NotAChoice};
pub(crate) use visit::{Wanted, longest_visit, of_parts, places_of_parts, resources_exist, units_of, wanted};
