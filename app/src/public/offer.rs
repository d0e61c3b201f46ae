//! From use cases to what the clients' pages show. Only here does the public part of the app call `bookings`.

mod appointments;
mod month;
mod wishes;

pub use appointments::{appointment, cancel, move_to, reschedule};
pub use month::{MonthAsked, month_asked, month_offer};
pub use wishes::{Wish, book, booking, workspace};
