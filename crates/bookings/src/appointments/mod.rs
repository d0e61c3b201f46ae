//! Appointments: booking, viewing, moving, cancelling and deleting them.

mod actor;
mod book;
mod change;
mod delete;
mod edit;
mod find;
mod hold;
mod read;
mod reassign;
mod reschedule;
mod unconfirmed;
mod view;

pub use crate::error::SchedulingConflict;
pub use crate::outbox::WriteView;
pub use crate::placement::on_conflict::OnConflict;
pub use crate::placement::request::Booking;
pub use actor::Actor;
pub use book::{book, book_as_staff, book_as_stranger};
pub(crate) use change::undo_booking;
pub use change::{cancel, cancel_as_staff, set_status, write_again};
pub use delete::{Deleted, RemovalDecision, delete, deleted_lately, settle_removal};
pub use edit::{Edit, edit, edit_guests, remove_guest};
pub(crate) use hold::release as release_hold;
pub use hold::{HOLD_MINUTES, HoldRequest, hold, hold_as_stranger, holder};
pub use read::{Filter, Page, by_token, get, ics, list, opened_from_mail, to_confirm};
pub use reassign::reassign;
pub use reschedule::{reschedule, reschedule_as_staff};
pub use store::appointment_list::{Cursor, Position};
pub(crate) use unconfirmed::expire;
pub use unconfirmed::{CONFIRM_MINUTES, confirm_by_mail};
pub use view::{AppointmentView, Booked, ClientView, ServicePart};
