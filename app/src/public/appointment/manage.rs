//! `/manage/:token`: the appointment and the actions on it.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::confirm::{EXPIRED, confirm_sentence};
use super::guests::{Guests, GuestsNotice, TakeOutGuest};
use super::summary::{Facts, When};
use super::{AppointmentState, AppointmentView, appointment_page, use_mailed, use_token};
use crate::ui::{ButtonLink, Look, Notice, PageTitle, Picture, Tone, accepted, load_page};

/// The manage page.
#[component]
pub fn ManagePage() -> impl IntoView {
    let query = use_query_map();
    let done = Memo::new(move |_| query.read().get("done"));
    let take_out = ServerAction::<TakeOutGuest>::new();
    let (token, mailed, changes) = (use_token(), use_mailed(), accepted(take_out));
    let page = Resource::new(
        move || (token.get(), mailed.get(), changes.get()),
        |(token, mailed, _)| appointment_page(token, mailed),
    );
    load_page(page, move |appointment| {
        let may_take_out = matches!(
            appointment.state,
            AppointmentState::Upcoming | AppointmentState::Pending
        ) && appointment.not_cancellable.is_none()
            && !appointment.guests.is_empty();
        let confirm = confirm_sentence(&appointment);
        let (title, notice) = match appointment.state {
            AppointmentState::Upcoming => ("Your appointment", None),
            AppointmentState::Unconfirmed => ("Not confirmed yet", Some(confirm.as_str())),
            AppointmentState::Expired => ("Not confirmed in time", Some(EXPIRED)),
            AppointmentState::Pending => (
                "Your request",
                Some("The host has not confirmed this appointment yet. You will get an email."),
            ),
            AppointmentState::Cancelled => ("Cancelled", Some("This appointment was cancelled.")),
            AppointmentState::Past => (
                "Past appointment",
                Some("This appointment has begun or is over, so it can no longer be changed."),
            ),
        };
        view! {
            <PageTitle text=title/>
            <article class="appointment">
                {move || (done.read().as_deref() == Some("moved"))
                    .then(|| view! { <Notice tone=Tone::Good>"Your appointment was moved. This is the new time."</Notice> })}
                <GuestsNotice appointment=appointment.clone() action=take_out/>
                <h1>{title}</h1>
                {notice.map(|sentence| view! { <p class="lead">{sentence.to_owned()}</p> })}
                <When appointment=appointment.clone()/>
                <Facts appointment=appointment.clone()/>
                {may_take_out.then(|| view! { <Guests appointment=appointment.clone() action=take_out/> })}
                <Actions appointment/>
            </article>
        }
        .into_any()
    })
}

#[component]
fn Actions(appointment: AppointmentView) -> impl IntoView {
    let base = format!("/manage/{}", appointment.token);
    let again = format!("/book/{}", appointment.slug);
    if matches!(
        appointment.state,
        AppointmentState::Cancelled | AppointmentState::Expired | AppointmentState::Past
    ) {
        let again = view! { <div class="actions"><ButtonLink href=again look=Look::Primary>"Book again"</ButtonLink></div> };
        return appointment.is_bookable.then_some(again).into_any();
    }
    let (not_movable, not_cancellable) = (appointment.not_movable, appointment.not_cancellable);
    // A sentence that is true of both is shown once.
    let mut refused: Vec<String> = [&not_movable, &not_cancellable]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    refused.dedup();
    view! {
        {refused.into_iter().map(|sentence| view! { <Notice>{sentence}</Notice> }).collect_view()}
        {appointment.deadlines.into_iter().map(|sentence| view! { <p class="soft">{sentence}</p> }).collect_view()}
        <div class="actions">
            {not_movable
                .is_none()
                .then(|| view! { <ButtonLink href=format!("{base}/reschedule") look=Look::Primary>"Reschedule"</ButtonLink> })}
            {(appointment.state != AppointmentState::Unconfirmed).then(|| view! {
                <ButtonLink href=format!("{base}/appointment.ics") icon=Picture::Calendar external=true>"Add to calendar"</ButtonLink>
            })}
            {not_cancellable
                .is_none()
                .then(|| view! { <ButtonLink href=format!("{base}/cancel") look=Look::Danger>"Cancel appointment"</ButtonLink> })}
        </div>
    }
    .into_any()
}
