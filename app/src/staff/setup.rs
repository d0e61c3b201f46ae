//! The first visit: creating the owner and the workspace.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Button, EntrancePage, Field, FormNotice, Look, ZoneOption, ZonePicker, load};

/// The set-up page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetupView {
    zones: Vec<ZoneOption>,
    /// Whether the set-up code is required.
    asks_code: bool,
    flash: FormFlash,
}

/// Loads the set-up page. If there is an owner, it redirects to the sign-in.
#[server(prefix = "/api/fn", endpoint = "setup-page")]
pub async fn setup_page() -> Result<SetupView, AppError> {
    let quince = crate::context::quince()?;
    if !bookings::accounts::needs_owner(&quince).await? {
        leptos_axum::redirect("/sign-in");
    }
    let zones = crate::ui::zone::zone_options(quince.now());
    Ok(SetupView {
        zones,
        asks_code: quince.settings().setup_code.is_some(),
        flash: crate::context::flash("setup").await,
    })
}

/// Creates the owner, signs in, and starts the wizard.
#[server(prefix = "/api/fn", endpoint = "create-owner")]
pub async fn create_owner(
    workspace: String,
    name: String,
    email: String,
    password: String,
    zone: String,
    #[server(default)] code: String,
) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("setup")
        .keep("workspace", &workspace)
        .keep("name", &name)
        .keep("email", &email)
        .keep("zone", &zone)
        .keep("code", &code);
    form.go(create(workspace, name, email, password, zone, code).await)
        .await
}

async fn create(
    workspace: String,
    name: String,
    email: String,
    password: String,
    zone: String,
    code: String,
) -> Result<String, AppError> {
    crate::limit::limited(crate::limit::Attempt::SignIn)?;
    let owner = bookings::accounts::NewOwner {
        workspace,
        name,
        email,
        password,
        zone,
        code,
    };
    let who = bookings::accounts::create_owner(&crate::context::quince()?, owner).await?;
    super::access::start_session(who).await?;
    Ok("/connect-icloud".to_owned())
}

/// `/setup`.
#[component]
pub fn SetupPage() -> impl IntoView {
    view! {
        <EntrancePage title="Welcome to Quince" lead="Create the owner of this workspace. You can add your team later.">
            {load(setup_page(), |setup| view! { <SetupForm setup/> }.into_any())}
        </EntrancePage>
    }
}

#[component]
fn SetupForm(setup: SetupView) -> impl IntoView {
    let SetupView {
        zones,
        asks_code,
        flash,
    } = setup;
    let code = flash.value("code");
    let problem = flash.problem();
    let zone = flash.value_or("zone", "UTC");
    view! {
        <FormNotice problem/>
        <form method="post" action=CreateOwner::PATH>
            {asks_code.then(|| view! {
                <Field
                    label="Set-up code" name="code" value=code required=true autocomplete="off"
                    help="Quince printed it when it started: look at its output or log. It shows that this server is yours." problem
                />
            })}
            <Field
                label="Name of your business" name="workspace" value=flash.value("workspace") required=true
                autocomplete="organization" help="Clients see it above your booking calendars." problem
            />
            <Field label="Your name" name="name" value=flash.value("name") required=true autocomplete="name" problem/>
            <Field
                label="Email address" name="email" kind="email" value=flash.value("email") required=true
                autocomplete="username" problem
            />
            <Field
                label="Password" name="password" kind="password" required=true autocomplete="new-password"
                help="At least 10 characters. A few unrelated words are easy to remember and hard to guess." problem
            />
            <ZonePicker options=zones value=zone help="Your working hours are in this zone." problem/>
            <Button look=Look::Primary>"Create workspace"</Button>
        </form>
    }
}
