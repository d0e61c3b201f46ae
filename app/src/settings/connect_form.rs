//! The login to iCloud: address and app-specific password, which are tried before anything is saved (D8).

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Button, Field, FormNotice, Look, Notice};

/// The login to the practice iCloud, where one runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PracticeView {
    /// The Apple ID.
    pub apple_id: String,
    /// Its app-specific password.
    pub app_password: String,
    /// The page that shows the practice calendars.
    pub page_url: String,
}

/// The practice login, if the server runs beside a practice iCloud.
pub fn practice(quince: &bookings::Quince) -> Option<PracticeView> {
    quince.settings().practice.as_ref().map(|practice| PracticeView {
        apple_id: practice.apple_id.clone(),
        app_password: practice.app_password.clone(),
        page_url: practice.page_url.clone(),
    })
}

/// Tries the login, saves the connection, and redirects to the calendars.
#[server(prefix = "/api/fn", endpoint = "connect-icloud")]
pub async fn connect_icloud(apple_id: String, app_password: String) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("connect").keep("apple_id", &apple_id);
    form.go(connect(apple_id, app_password).await).await
}

async fn connect(apple_id: String, app_password: String) -> Result<String, AppError> {
    crate::limit::limited(crate::limit::Attempt::Connect)?;
    let staff = crate::staff::access::signed_in().await?;
    let login = bookings::connections::Login {
        apple_id,
        app_password,
    };
    bookings::connections::connect(&crate::context::quince()?, staff, login).await?;
    Ok("/connect-icloud?step=3".to_owned())
}

/// The form of step 2.
#[component]
pub fn ConnectForm(
    /// Flash message of the form.
    flash: FormFlash,
    /// The practice login, if there is one.
    practice: Option<PracticeView>,
) -> impl IntoView {
    let problem = flash.problem();
    view! {
        {practice.map(|practice| view! {
            <Notice title="This is the practice iCloud">
                <p>"Nothing leaves this machine. Use this login:"</p>
                <dl class="pairs">
                    <dt>"Apple ID"</dt><dd><code>{practice.apple_id}</code></dd>
                    <dt>"App-specific password"</dt><dd><code>{practice.app_password}</code></dd>
                </dl>
                <p><a href=practice.page_url rel="external" target="_blank">"Open the practice calendars"</a></p>
            </Notice>
        })}
        <FormNotice problem/>
        <form method="post" action=ConnectIcloud::PATH>
            <Field
                label="iCloud email address" name="apple_id" kind="email" value=flash.value("apple_id") required=true
                autocomplete="username" help="The address of your Apple Account." problem
            />
            <Field
                label="App-specific password" name="app_password" kind="password" required=true autocomplete="off"
                help="Four groups of four letters, such as abcd-efgh-ijkl-mnop. Not the password you sign in to Apple with." problem
            />
            <p class="field-help">
                "Quince signs in to iCloud once to check this, and saves nothing if that fails. The password is stored encrypted."
            </p>
            <Button look=Look::Primary>"Connect"</Button>
        </form>
    }
}
