//! `/waiting/:token`: a place on the waiting list of a full session. Opening the link changes nothing; leaving is a form post.

mod load;

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_params_map;

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Button, ButtonLink, FormNotice, Look, PageTitle, load_page};

/// A place on a waiting list, as its client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingView {
    /// The token of the link.
    pub token: String,
    /// The booking calendar's slug.
    pub slug: String,
    /// The booking calendar's name.
    pub calendar: String,
    /// "Tuesday 24 November 2026".
    pub day: String,
    /// "9:30 – 10:00".
    pub time: String,
    /// "Europe/Berlin (UTC+1)".
    pub zone: String,
    /// "You are first on the list."
    pub place: String,
    /// "For 2 seats."; empty for one.
    pub seats: String,
    /// Flash message of the form.
    pub flash: FormFlash,
}

/// Leaves the waiting list.
#[server(LeaveForm, prefix = "/api/fn", endpoint = "leave-waiting-list")]
pub async fn leave_form(
    /// The token of the link.
    token: String,
) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("leave");
    form.go(load::leave(&token).await).await
}

/// The page of a place on a waiting list.
#[component]
pub fn WaitingPage() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token").unwrap_or_default());
    load_page(async move { load::waiting(&token).await }, |waiting| {
        let problem = waiting.flash.problem();
        let book = format!("/book/{}", waiting.slug);
        view! {
            <PageTitle text="Waiting list"/>
            <article class="appointment">
                <h1>"You are on the waiting list"</h1>
                <p class="lead">{format!("{} {}", waiting.place, waiting.seats)}</p>
                <div class="appointment-when">
                    <p class="appointment-day">{waiting.day}</p>
                    <p class="appointment-time">{waiting.time}</p>
                    <p class="soft small">{waiting.zone}</p>
                </div>
                <dl class="pairs"><dt>"What"</dt><dd>{waiting.calendar}</dd></dl>
                <p>"As soon as there are free seats for you, they are yours and we email you. If you can no longer come, please leave the list."</p>
                <FormNotice problem/>
                <form method="post" action=LeaveForm::PATH>
                    <input type="hidden" name="token" value=waiting.token/>
                    <div class="actions">
                        <ButtonLink href=book look=Look::Primary>"Look for another time"</ButtonLink>
                        <Button look=Look::Danger>"Leave the waiting list"</Button>
                    </div>
                </form>
            </article>
        }
        .into_any()
    })
}
