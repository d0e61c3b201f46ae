//! From use cases to what the clients' pages show. Only here does the public part of the app call `bookings`.

mod appointments;
mod menu;
mod month;
mod visitor;
mod waiting;
mod wishes;

pub use appointments::{appointment, cancel, confirm, move_to, reschedule, take_out_guest};
pub use menu::too_many;
pub use month::{Later, MonthAsked, month_asked, month_offer};
pub use visitor::{challenge, hold};
pub use waiting::{leave, waiting};
pub use wishes::{PageWish, Wish, book, booking, workspace};
