//! `/manage/:token/confirm`: the link in the mail that asks a client to confirm. Opening it changes nothing, since mail scanners open
//! links, too; confirming is a form post.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::summary::{Facts, When};
use super::{AppointmentState, AppointmentView, appointment, mailed};
use crate::error::AppError;
use crate::ui::{Button, ButtonLink, FormNotice, Look, PageTitle, load_page};

/// The sentence about a booking that was not confirmed in time.
pub const EXPIRED: &str = "The link in the mail was not used within 15 minutes, so this time is free again.";

/// The sentence about what the client has to do.
pub fn confirm_sentence(appointment: &AppointmentView) -> String {
    format!(
        "We have sent an email to {}. Open the link in it and confirm by {}; then you are booked. We keep the time for you until then.",
        appointment.email, appointment.confirm_until
    )
}

/// Confirms the booking of a link.
#[server(ConfirmForm, prefix = "/api/fn", endpoint = "confirm-booking")]
pub async fn confirm_form(
    /// The token of the link.
    token: String,
    /// The mark that the link was opened from a mail.
    mailed: String,
) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("confirm");
    form.go(super::load::confirm(&token, &mailed).await).await
}

/// The page with the button.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    let mailed = mailed();
    load_page(appointment(), move |appointment| {
        view! { <ConfirmQuestion appointment mailed/> }.into_any()
    })
}

#[component]
fn ConfirmQuestion(appointment: AppointmentView, mailed: String) -> impl IntoView {
    let problem = appointment.flash_of_confirm.problem();
    let manage = format!("/manage/{}", appointment.token);
    let (title, sentence) = match appointment.state {
        AppointmentState::Unconfirmed => (
            "Confirm this booking?",
            format!(
                "We are keeping this time for you until {}.",
                appointment.confirm_until
            ),
        ),
        AppointmentState::Expired => ("Not confirmed in time", EXPIRED.to_owned()),
        AppointmentState::Cancelled => ("Cancelled", "This appointment was cancelled.".to_owned()),
        AppointmentState::Upcoming | AppointmentState::Pending | AppointmentState::Past => {
            ("Confirmed", "You have confirmed this booking.".to_owned())
        }
    };
    let again = format!("/book/{}", appointment.slug);
    let token = appointment.token.clone();
    let (state, is_bookable) = (appointment.state, appointment.is_bookable);
    view! {
        <PageTitle text=title/>
        <article class="appointment">
            <h1>{title}</h1>
            <p class="lead">{sentence}</p>
            <When appointment=appointment.clone()/>
            <Facts appointment/>
            <FormNotice problem/>
            {match state {
                AppointmentState::Unconfirmed => view! {
                    <form method="post" action=ConfirmForm::PATH>
                        <input type="hidden" name="token" value=token/>
                        <input type="hidden" name="mailed" value=mailed/>
                        <div class="form-end">
                            <Button look=Look::Primary>"Confirm the booking"</Button>
                        </div>
                    </form>
                }
                .into_any(),
                AppointmentState::Expired if is_bookable => view! {
                    <div class="actions"><ButtonLink href=again look=Look::Primary>"Book again"</ButtonLink></div>
                }
                .into_any(),
                _ => view! {
                    <div class="actions"><ButtonLink href=manage>"See the appointment"</ButtonLink></div>
                }
                .into_any(),
            }}
        </article>
    }
}
