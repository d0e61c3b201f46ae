//! The appointment after booking: confirmation, manage page, rescheduling and cancelling, behind an unguessable link. Opening a link
//! changes nothing; changes are form posts.

mod booked;
mod cancel;
mod confirm;
mod guests;
mod load;
mod manage;
pub mod reschedule;
mod summary;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

pub use booked::BookedPage;
pub use cancel::CancelPage;
pub use confirm::ConfirmPage;
pub use manage::ManagePage;
pub use reschedule::ReschedulePage;

use crate::error::AppError;
use crate::flash::FormFlash;

/// The state of an appointment, as its client sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppointmentState {
    /// Confirmed and in the future.
    Upcoming,
    /// Waits for the host to confirm.
    Pending,
    /// Waits for the client to confirm by mail.
    Unconfirmed,
    /// The client did not confirm in time.
    Expired,
    /// Cancelled.
    Cancelled,
    /// Has begun or is over.
    Past,
}

/// An appointment, as its client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppointmentView {
    /// The token in the link.
    pub token: String,
    /// The booking calendar's address.
    pub slug: String,
    /// Whether the booking calendar can be booked now.
    pub is_bookable: bool,
    /// The booking calendar's name.
    pub calendar: String,
    /// The host's name; may be empty.
    pub host: String,
    /// "Tuesday 24 November 2026".
    pub day: String,
    /// "9:30 – 10:00".
    pub time: String,
    /// "Europe/Berlin (UTC+1)".
    pub zone: String,
    /// The location; may be empty.
    pub location: String,
    /// The client's name.
    pub name: String,
    /// The client's email address.
    pub email: String,
    /// The client's phone number; may be empty.
    pub phone: String,
    /// The client's notes; may be empty.
    pub notes: String,
    /// The names of the client's guests.
    pub guests: Vec<String>,
    /// Why it was cancelled; may be empty.
    pub cancel_reason: String,
    /// The services of a visit: "9:30 – 10:15, Cut, with Jonas".
    pub services: Vec<String>,
    /// Questions of the booking calendar with the client's answers.
    pub answers: Vec<(String, String)>,
    /// Its state.
    pub state: AppointmentState,
    /// The local time until which the client can confirm; may be empty.
    pub confirm_until: String,
    /// Sentences with the deadlines for moving and cancelling.
    pub deadlines: Vec<String>,
    /// Why it cannot be moved; none if it can.
    pub not_movable: Option<String>,
    /// Why it cannot be cancelled; none if it can.
    pub not_cancellable: Option<String>,
    /// Flash message of the cancel form.
    pub flash: FormFlash,
    /// Flash message of taking out a guest.
    pub flash_of_guests: FormFlash,
    /// Flash message of confirming.
    pub flash_of_confirm: FormFlash,
}

/// The token in the page's address.
fn token() -> String {
    use_params_map().with_untracked(|params| params.get("token").unwrap_or_default())
}

/// The mark in links that were sent by mail; may be empty.
fn mailed() -> String {
    use_query_map().with_untracked(|query| query.get("mailed").unwrap_or_default())
}

/// Loads the appointment of the page's address.
fn appointment() -> impl Future<Output = Result<AppointmentView, AppError>> + Send + 'static {
    let token = token();
    async move { load::appointment(&token, "").await }
}
