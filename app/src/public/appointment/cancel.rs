//! `/manage/:token/cancel`: asks, then cancels.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::summary::When;
use super::{AppointmentState, AppointmentView, use_appointment};
use crate::error::AppError;
use crate::ui::{Button, ButtonLink, Field, FormNotice, Look, PageTitle, load_page, problem_of};

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
    let action = ServerAction::<CancelForm>::new();
    load_page(use_appointment(), move |appointment| {
        view! { <CancelQuestion appointment action/> }.into_any()
    })
}

#[component]
fn CancelQuestion(appointment: AppointmentView, action: ServerAction<CancelForm>) -> impl IntoView {
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
    let problem = problem_of(action, &appointment.flash);
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
                    <ActionForm action=action>
                        <input type="hidden" name="token" value=appointment.token/>
                        <Field label="Reason, which the host will see" name="reason" value=reason problem maxlength=200/>
                        <div class="form-end">
                            <Button look=Look::Danger busy=action.pending()>"Cancel appointment"</Button>
                            <ButtonLink href=manage>"Keep it"</ButtonLink>
                        </div>
                    </ActionForm>
                }
                .into_any(),
            }}
        </article>
    }
}
