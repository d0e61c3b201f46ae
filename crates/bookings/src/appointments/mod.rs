//! Appointments: booked, looked at, moved, called off.

mod book;
mod change;
mod details;
mod edit;
mod error;
mod exchange;
mod hold;
mod read;
mod reschedule;
pub(crate) mod token;
mod unconfirmed;
mod view;

pub use crate::placement::overrides::{InTheWay, OnConflict};
pub use book::{book, book_as_staff, book_as_stranger};
pub(crate) use change::undo_booking;
pub use change::{Actor, cancel, set_status, write_again};
pub use details::Booking;
pub(crate) use details::Details;
pub use edit::{Edit, edit, edit_guests};
pub use error::{BookError, ChangeError};
pub use exchange::exchange;
pub(crate) use hold::give_up as give_up_hold;
pub use hold::{HOLD_MINUTES, HoldRequest, hold, hold_as_stranger, holder};
pub use read::{Filter, Page, by_token, get, ics, list, opened_from_mail, to_confirm};
pub(crate) use read::{is_active, names, names_of};
pub use reschedule::{reschedule, reschedule_as_staff};
pub use store::appointment_list::{Cursor, Place};
pub use unconfirmed::{CONFIRM_MINUTES, confirm_by_mail};
pub(crate) use unconfirmed::{expire, is_unconfirmed};
pub use view::{AppointmentView, Booked, ClientView, ServicePart, WriteView};
pub(crate) use view::{urgency, write_sentence};
