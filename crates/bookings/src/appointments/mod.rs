//! Appointments: booked, looked at, moved, called off.

mod book;
mod change;
mod details;
mod error;
mod exchange;
mod hold;
mod live;
mod looks;
pub(crate) mod plan;
mod read;
pub(crate) mod token;
mod view;
mod why_not;

pub use book::{IfTaken, book, book_as_staff};
pub use change::{Actor, Edit, cancel, edit, reschedule, set_status, write_again};
pub use details::Booking;
pub use error::{BookError, ChangeError};
pub use exchange::exchange;
pub use hold::{HOLD_MINUTES, HoldWish, hold, holder};
pub use read::{Filter, by_token, get, ics, list, to_confirm};
pub(crate) use read::{host_names, is_active};
pub(crate) use view::write_sentence;
pub use view::{AppointmentView, Booked, ClientView, ServicePart, WriteView};
