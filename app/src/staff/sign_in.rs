//! Signing in.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_query_map;

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Button, EntrancePage, Field, FormNotice, Look, load};

/// Loads the flash message of the form.
#[server(prefix = "/api/fn", endpoint = "sign-in-page")]
pub async fn sign_in_page() -> Result<FormFlash, AppError> {
    if bookings::accounts::needs_owner(&crate::context::quince()?).await? {
        leptos_axum::redirect("/setup");
    }
    Ok(crate::context::flash("sign-in").await)
}

/// Signs in, and redirects to the page that was requested.
#[server(prefix = "/api/fn", endpoint = "sign-in")]
pub async fn sign_in(email: String, password: String, to: String) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("sign-in").keep("email", &email);
    form.go(enter(&email, &password, &to).await).await
}

async fn enter(email: &str, password: &str, to: &str) -> Result<String, AppError> {
    crate::limit::limited(crate::limit::Attempt::SignIn)?;
    crate::limit::slow_down(email).await?;
    let client = crate::limit::client();
    let who = match bookings::accounts::sign_in(&crate::context::quince()?, email, password).await {
        Ok(who) => who,
        Err(error) => {
            crate::audit::not_signed_in(email, client);
            return Err(error.into());
        }
    };
    super::access::start_session(who).await?;
    crate::audit::signed_in(email, client);
    Ok(super::access::way_back(to))
}

/// `/sign-in`.
#[component]
pub fn SignInPage() -> impl IntoView {
    view! {
        <EntrancePage title="Sign in" lead="To your calendar, appointments and settings.">
            {load(sign_in_page(), |flash| view! { <SignInForm flash/> }.into_any())}
        </EntrancePage>
    }
}

#[component]
fn SignInForm(flash: FormFlash) -> impl IntoView {
    let problem = flash.problem();
    let to = use_query_map().with_untracked(|query| query.get("to").unwrap_or_default());
    view! {
        <FormNotice problem/>
        <form method="post" action=SignIn::PATH>
            <input type="hidden" name="to" value=to/>
            <Field
                label="Email address" name="email" kind="email" value=flash.value("email") required=true
                autocomplete="username" problem
            />
            <Field
                label="Password" name="password" kind="password" required=true autocomplete="current-password" problem
            />
            <Button look=Look::Primary>"Sign in"</Button>
        </form>
    }
}
