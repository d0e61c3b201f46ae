//! Signing in.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Button, EntrancePage, Field, FormNotice, Look, load, problem_of};

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

#[cfg(feature = "ssr")]
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
    let page = Resource::new(|| (), |()| sign_in_page());
    view! {
        <EntrancePage title="Sign in" lead="To your calendar, appointments and settings.">
            {load(page, |flash| view! { <SignInForm flash/> }.into_any())}
        </EntrancePage>
    }
}

#[component]
fn SignInForm(flash: FormFlash) -> impl IntoView {
    let action = ServerAction::<SignIn>::new();
    let problem = problem_of(action, &flash);
    let to = use_query_map().with_untracked(|query| query.get("to").unwrap_or_default());
    view! {
        <FormNotice problem/>
        <ActionForm action=action>
            <input type="hidden" name="to" value=to/>
            <Field
                label="Email address" name="email" kind="email" value=flash.value("email") required=true
                autocomplete="username" problem
            />
            <Field
                label="Password" name="password" kind="password" required=true autocomplete="current-password" problem
            />
            <Button look=Look::Primary busy=action.pending()>"Sign in"</Button>
        </ActionForm>
    }
}
