//! `/manage/:token/cancel`: asks, then cancels.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::summary::When;
use super::{AppointmentState, AppointmentView, appointment};
use crate::error::AppError;
use crate::ui::{Button, ButtonLink, Field, FormNotice, Look, PageTitle, load_page};

/// Cancels the appointment of a link.
#[server(CancelForm, prefix = "/api/fn", endpoint = "cancel-appointment")]
pub async fn cancel_form(
    /// The token of the link.
    token: String,
    /// The reason; may be empty.
    reason: String,
) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("cancel").keep("reason", &reason);
    form.go(super::load::cancel(&token, &reason).await).await
}

/// The page that asks before it cancels.
#[component]
pub fn CancelPage() -> impl IntoView {
    load_page(appointment(), |appointment| {
        view! { <CancelQuestion appointment/> }.into_any()
    })
}

#[component]
fn CancelQuestion(appointment: AppointmentView) -> impl IntoView {
    let manage = format!("/manage/{}", appointment.token);
    let refused = match appointment.state {
        AppointmentState::Cancelled | AppointmentState::Expired => {
            Some("This appointment has already been cancelled.".to_owned())
        }
        AppointmentState::Past => {
            Some("This appointment has begun or is over, so it can no longer be cancelled.".to_owned())
        }
        AppointmentState::Upcoming | AppointmentState::Pending | AppointmentState::Unconfirmed => {
            appointment.not_cancellable.clone()
        }
    };
    let problem = appointment.flash.problem();
    let reason = appointment.flash.value("reason");
    view! {
        <PageTitle text="Cancel appointment"/>
        <article class="appointment">
            <h1>"Cancel this appointment?"</h1>
            <When appointment=appointment.clone()/>
            <FormNotice problem/>
            {match refused {
                Some(sentence) => view! {
                    <p>{sentence}</p>
                    <div class="actions"><ButtonLink href=manage>"Back to the appointment"</ButtonLink></div>
                }
                .into_any(),
                None => view! {
                    <form method="post" action=CancelForm::PATH>
                        <input type="hidden" name="token" value=appointment.token/>
                        <Field label="Reason, which the host will see" name="reason" value=reason problem maxlength=200/>
                        <div class="form-end">
                            <Button look=Look::Danger>"Cancel appointment"</Button>
                            <ButtonLink href=manage>"Keep it"</ButtonLink>
                        </div>
                    </form>
                }
                .into_any(),
            }}
        </article>
    }
}
