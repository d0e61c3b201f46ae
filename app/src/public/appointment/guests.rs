//! The guests of an appointment on the manage page. Taking one out frees the seat.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::AppointmentView;
use crate::error::AppError;
use crate::ui::{Button, FormNotice};

/// Takes a guest out of the appointment of a link.
#[server(TakeOutGuest, prefix = "/api/fn", endpoint = "take-out-guest")]
pub async fn take_out_guest(
    /// The token of the link.
    token: String,
    /// The guest's name.
    guest: String,
) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("guests");
    let taken_out = super::load::take_out_guest(&token, &guest).await;
    form.stay(
        taken_out,
        &format!("{guest} was removed. The seat is free for somebody else."),
    )
    .await
}

/// The outcome of taking a guest out.
#[component]
pub fn GuestsNotice(appointment: AppointmentView) -> impl IntoView {
    let problem = appointment.flash_of_guests.problem();
    let done = appointment.flash_of_guests.done();
    view! { <FormNotice problem done/> }
}

/// The guests, each with a button that takes them out.
#[component]
pub fn Guests(appointment: AppointmentView) -> impl IntoView {
    let token = appointment.token;
    let rows = appointment
        .guests
        .into_iter()
        .map(|guest| {
            let (token, words) = (token.clone(), format!("Remove {guest}"));
            view! {
                <li class="row">
                    <div class="row-main">{guest.clone()}</div>
                    <form method="post" action=TakeOutGuest::PATH>
                        <input type="hidden" name="token" value=token/>
                        <input type="hidden" name="guest" value=guest/>
                        <Button>{words}</Button>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <h2>"Your guests"</h2>
        <p class="soft">"Somebody cannot make it? Remove them, so that others can have the seat."</p>
        <ul class="rows">{rows}</ul>
    }
}
