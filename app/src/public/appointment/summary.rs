//! The summary on every page about an appointment: when, what, with whom.

use leptos::prelude::*;

use super::AppointmentView;

/// Day, time and zone, large.
#[component]
pub fn When(appointment: AppointmentView) -> impl IntoView {
    view! {
        <div class="appointment-when">
            <p class="appointment-day">{appointment.day}</p>
            <p class="appointment-time">{appointment.time}</p>
            <p class="soft small">{appointment.zone}</p>
        </div>
    }
}

/// The remaining details.
#[component]
pub fn Facts(appointment: AppointmentView) -> impl IntoView {
    let pairs = [
        ("What", appointment.calendar),
        ("With", appointment.host),
        ("Where", appointment.location),
        ("Name", appointment.name),
        ("Email", appointment.email),
        ("Phone", appointment.phone),
        ("Guests", appointment.guests.join(", ")),
        ("Reason", appointment.cancel_reason),
    ]
    .map(|(name, text)| (name.to_owned(), text))
    .into_iter()
    .chain(
        appointment
            .services
            .into_iter()
            .map(|service| ("Service".to_owned(), service)),
    )
    .chain(appointment.answers)
    .chain([("Notes".to_owned(), appointment.notes)]);
    view! {
        <dl class="pairs">
            {pairs
                .filter(|(_, text)| !text.is_empty())
                .map(|(name, text)| view! { <dt>{name}</dt><dd>{text}</dd> })
                .collect_view()}
        </dl>
    }
}
