//! The clients' pages: what can be booked, booking it, and the appointment afterwards.
//!
//! | file | page |
//! |---|---|
//! | `workspace` | `/`: the booking calendars |
//! | `booking` | `/book/:slug`: month, times, details |
//! | `appointment` | `/booked/:token`, `/manage/:token` and what is done there |
//! | `waiting` | `/waiting/:token`: a place on a waiting list |
//! | `slot_picker` | an island: choosing a free time, for booking and rescheduling |
//! | `hold` | an island: keeping the chosen time for the visitor |
//! | `locale`, `parse` | formatting and parsing |
//!
//! In the folder of a page, `load` calls the use cases.

#[cfg(feature = "ssr")]
pub mod appointment;
#[cfg(feature = "ssr")]
pub mod booking;
pub(crate) mod hold;
#[cfg(feature = "ssr")]
pub mod locale;
#[cfg(feature = "ssr")]
mod parse;
#[cfg(feature = "ssr")]
mod routes;
pub(crate) mod slot_picker;
#[cfg(feature = "ssr")]
pub mod waiting;
#[cfg(feature = "ssr")]
pub mod workspace;

#[cfg(feature = "ssr")]
pub use routes::PublicRoutes;
