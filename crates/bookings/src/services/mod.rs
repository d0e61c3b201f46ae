//! Service calendars. Clients book one or several services from a menu in one visit, each with a member who does it, and with the rooms and
//! equipment that it needs.

mod menu;
mod rooms;
mod visit;

pub(crate) use menu::offered;
pub use menu::{Menu, MoveDirection, ServiceView, menu, move_service, public_menu, remove, save};
pub use rooms::{ResourceForm, list as resources, save as save_resources};
pub use store::resources::ResourceSettings;
pub use store::services::ServiceSettings;
pub use visit::{CHOICE_LIMIT, ChosenService, InvalidChoice};
pub(crate) use visit::{
    VisitRequest, claims_of_parts, longest_visit, of_parts, resources_exist, units_of, visit_request,
};
