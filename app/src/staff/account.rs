//! The account menu, and signing out.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

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
    who: Option<Person>,
) -> impl IntoView {
    view! {
        <div class="account">
            {who.map(|who| view! { <p class="account-name">{who.name}</p> })}
            <form method="post" action=SignOut::PATH><Button>"Sign out"</Button></form>
        </div>
    }
}
