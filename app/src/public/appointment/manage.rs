//! `/manage/:token`: the appointment and the actions on it.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::confirm::{EXPIRED, confirm_sentence};
use super::guests::{Guests, GuestsNotice};
use super::summary::{Facts, When};
use super::{AppointmentState, AppointmentView, load, mailed, token};
use crate::ui::{ButtonLink, Look, Notice, PageTitle, Picture, Tone, load_page};

/// The manage page.
#[component]
pub fn ManagePage() -> impl IntoView {
    let is_moved = use_query_map().with_untracked(|query| query.get("done").as_deref() == Some("moved"));
    let (token, mailed) = (token(), mailed());
    load_page(
        async move { load::appointment(&token, &mailed).await },
        move |appointment| {
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
                {is_moved.then(|| view! { <Notice tone=Tone::Good>"Your appointment was moved. This is the new time."</Notice> })}
                <GuestsNotice appointment=appointment.clone()/>
                <h1>{title}</h1>
                {notice.map(|sentence| view! { <p class="lead">{sentence.to_owned()}</p> })}
                <When appointment=appointment.clone()/>
                <Facts appointment=appointment.clone()/>
                {may_take_out.then(|| view! { <Guests appointment=appointment.clone()/> })}
                <Actions appointment/>
            </article>
        }
        .into_any()
        },
    )
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
