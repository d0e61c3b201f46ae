//! `/booked/:token`: the confirmation after booking.

use leptos::prelude::*;

use super::confirm::{EXPIRED, confirm_sentence};
use super::summary::{Facts, When};
use super::{AppointmentState, appointment};
use crate::ui::{ButtonLink, Icon, Look, PageTitle, Picture, load_page};

/// The confirmation after booking.
#[component]
pub fn BookedPage() -> impl IntoView {
    load_page(appointment(), |appointment| {
        let confirm = confirm_sentence(&appointment);
        let (title, sentence) = match appointment.state {
            AppointmentState::Unconfirmed => ("Almost booked", confirm.as_str()),
            AppointmentState::Expired => ("Not confirmed in time", EXPIRED),
            AppointmentState::Pending => (
                "Your request is in",
                "The host will confirm it soon. You will get an email either way.",
            ),
            AppointmentState::Cancelled => (
                "This appointment was cancelled",
                "Book another time whenever you like.",
            ),
            AppointmentState::Upcoming | AppointmentState::Past => (
                "You are booked",
                "A confirmation is on its way to your email address.",
            ),
        };
        let sentence = sentence.to_owned();
        let stands = !matches!(
            appointment.state,
            AppointmentState::Cancelled | AppointmentState::Expired | AppointmentState::Unconfirmed
        );
        let again = (appointment.state == AppointmentState::Expired && appointment.is_bookable)
            .then(|| format!("/book/{}", appointment.slug));
        let manage = format!("/manage/{}", appointment.token);
        let deadlines = appointment.deadlines.join(" ");
        let ics = format!("{manage}/appointment.ics");
        view! {
            <PageTitle text=title/>
            <article class="appointment">
                {stands.then(|| view! { <div class="appointment-seal"><Icon picture=Picture::Check/></div> })}
                <h1>{title}</h1>
                <p class="lead">{sentence}</p>
                <When appointment=appointment.clone()/>
                <Facts appointment/>
                {again.map(|again| view! {
                    <div class="actions"><ButtonLink href=again look=Look::Primary>"Book again"</ButtonLink></div>
                })}
                {stands.then(|| view! {
                    <p>"Plans change? You can move or cancel the appointment here, or with the link in your email. " {deadlines}</p>
                    <div class="actions">
                        <ButtonLink href=ics look=Look::Primary icon=Picture::Calendar external=true>"Add to calendar"</ButtonLink>
                        <ButtonLink href=manage>"Reschedule or cancel"</ButtonLink>
                    </div>
                })}
            </article>
        }
        .into_any()
    })
}
