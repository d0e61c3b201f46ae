//! The appointment after booking: confirmation, manage page, rescheduling and cancelling, all behind an unguessable link.
//! Opening a link never changes anything of it; changes are forms.

mod booked;
mod cancel;
mod confirm;
mod guests;
mod manage;
pub mod reschedule;
mod summary;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use serde::{Deserialize, Serialize};

pub use booked::BookedPage;
pub use cancel::CancelPage;
pub use confirm::ConfirmPage;
pub use manage::ManagePage;
pub use reschedule::ReschedulePage;

use crate::error::AppError;
use crate::kept::KeptForm;

/// Where an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// It will take place.
    Upcoming,
    /// It waits for the host's confirmation.
    Pending,
    /// Its client has yet to confirm it by a mail's link.
    Unconfirmed,
    /// Its client did not confirm it in time.
    Expired,
    /// It was cancelled.
    Cancelled,
    /// It is over, or has begun.
    Past,
}

/// An appointment as its client sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentView {
    /// The secret part of the link.
    pub token: String,
    /// The booking calendar's address.
    pub slug: String,
    /// Whether it can be booked again now.
    pub is_bookable: bool,
    /// The booking calendar's name.
    pub calendar: String,
    /// Who holds it; may be empty.
    pub host: String,
    /// "Tuesday 24 November 2026".
    pub day: String,
    /// "9:30 – 10:00".
    pub time: String,
    /// "Europe/Berlin (UTC+1)".
    pub zone: String,
    /// Where; may be empty.
    pub location: String,
    /// The client's name.
    pub name: String,
    /// The client's email address.
    pub email: String,
    /// The client's phone number; may be empty.
    pub phone: String,
    /// What the client wrote; may be empty.
    pub notes: String,
    /// The names of those whom the client brings.
    pub guests: Vec<String>,
    /// Why it was cancelled; may be empty.
    pub cancel_reason: String,
    /// The services of a visit: "9:30 – 10:15, Cut, with Jonas".
    pub services: Vec<String>,
    /// Questions of the booking calendar with the client's answers.
    pub answers: Vec<(String, String)>,
    /// Where it stands.
    pub standing: Standing,
    /// Until what time of day its client has to confirm it; may be empty.
    pub confirm_until: String,
    /// Until when it can be moved and cancelled, in sentences.
    pub deadlines: Vec<String>,
    /// Why it cannot be moved, if so.
    pub not_movable: Option<String>,
    /// Why it cannot be cancelled, if so.
    pub not_cancellable: Option<String>,
    /// What was typed into the cancel form before.
    pub kept: KeptForm,
    /// What came of taking a guest out.
    pub kept_guests: KeptForm,
    /// What came of confirming it.
    pub kept_confirm: KeptForm,
}

/// Loads an appointment by the secret of its link.
#[server(prefix = "/api/fn", endpoint = "appointment", input = leptos::server_fn::codec::GetUrl)]
pub async fn appointment_page(
    /// The secret of the link.
    token: String,
    /// What shows that the link was opened from a mail; may be missing.
    #[server(default)]
    mailed: Option<String>,
) -> Result<AppointmentView, AppError> {
    super::offer::appointment(&token, mailed.as_deref().unwrap_or_default())
        .await
        .map_err(crate::context::with_status)
}

/// The secret in the page's address.
fn use_token() -> Memo<String> {
    let params = use_params_map();
    Memo::new(move |_| params.read().get("token").unwrap_or_default())
}

/// What a mail's link holds beside the secret.
fn use_mailed() -> Memo<Option<String>> {
    let query = use_query_map();
    Memo::new(move |_| query.read().get("mailed"))
}

/// The appointment of the page's address. Not kept between pages, so each shows what is true now.
fn use_appointment() -> Resource<Result<AppointmentView, AppError>> {
    let token = use_token();
    Resource::new(move || token.get(), |token| appointment_page(token, None))
}
