//! The account menu, and signing out.

use leptos::form::ActionForm;
use leptos::prelude::*;

use super::frame::Person;
use crate::error::AppError;
use crate::ui::Button;

/// Ends the session on the server, so that a copied cookie is worthless.
#[server(prefix = "/api/fn", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), AppError> {
    crate::context::session()?
        .flush()
        .await
        .map_err(|error| crate::context::internal(&error))?;
    leptos_axum::redirect("/sign-in");
    Ok(())
}

/// The menu at the foot of the navigation.
#[component]
pub fn AccountMenu(
    /// Who is signed in.
    who: Resource<Result<Person, AppError>>,
) -> impl IntoView {
    let action = ServerAction::<SignOut>::new();
    view! {
        <div class="account">
            <Transition>
                {move || Suspend::new(async move {
                    who.await.ok().map(|who| view! { <p class="account-name">{who.name}</p> })
                })}
            </Transition>
            <ActionForm action=action><Button>"Sign out"</Button></ActionForm>
        </div>
    }
}
