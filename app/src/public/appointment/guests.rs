//! The guests of an appointment on the manage page. Taking one out frees the seat.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::AppointmentView;
use crate::error::AppError;
use crate::settings::profile::done_of;
use crate::ui::{Button, FormNotice, problem_of};

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
pub fn GuestsNotice(appointment: AppointmentView, action: ServerAction<TakeOutGuest>) -> impl IntoView {
    let problem = problem_of(action, &appointment.flash_of_guests);
    let done = done_of(action, &appointment.flash_of_guests);
    view! { <FormNotice problem done/> }
}

/// The guests, each with a button that takes them out.
#[component]
pub fn Guests(appointment: AppointmentView, action: ServerAction<TakeOutGuest>) -> impl IntoView {
    let token = appointment.token;
    let rows = appointment
        .guests
        .into_iter()
        .map(|guest| {
            let (token, words) = (token.clone(), format!("Remove {guest}"));
            view! {
                <li class="row">
                    <div class="row-main">{guest.clone()}</div>
                    <ActionForm action=action>
                        <input type="hidden" name="token" value=token/>
                        <input type="hidden" name="guest" value=guest/>
                        <Button busy=action.pending()>{words}</Button>
                    </ActionForm>
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
