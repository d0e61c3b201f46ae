//! Connecting a CalDAV server other than iCloud. The login is tried before anything is saved.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Button, ButtonLink, Card, Field, FormNotice, Look, PageHeader, load};

/// Loads the flash message of the form.
#[server(prefix = "/api/fn", endpoint = "connect-server-page")]
pub async fn connect_server_page() -> Result<FormFlash, AppError> {
    crate::staff::access::signed_in().await?;
    Ok(crate::context::flash("connect-server").await)
}

/// Tries the login, saves the connection, and redirects to the calendars.
#[server(prefix = "/api/fn", endpoint = "connect-server")]
pub async fn connect_server(address: String, username: String, password: String) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("connect-server")
        .keep("address", &address)
        .keep("username", &username);
    form.go(connect(address, username, password).await).await
}

async fn connect(address: String, username: String, password: String) -> Result<String, AppError> {
    crate::limit::limited(crate::limit::Attempt::Connect)?;
    let staff = crate::staff::access::signed_in().await?;
    let login = bookings::connections::ServerLogin {
        address,
        username,
        password,
    };
    bookings::connections::connect_server(&crate::context::quince()?, staff, login).await?;
    Ok("/connect-icloud?step=3".to_owned())
}

/// `/connect-server`.
#[component]
pub fn ConnectServerPage() -> impl IntoView {
    view! {
        <PageHeader title="Connect another CalDAV server" lead="Nextcloud, Fastmail, Radicale and every other server that calendar apps can use."/>
        {load(connect_server_page(), |flash| view! { <ServerForm flash/> }.into_any())}
    }
}

#[component]
fn ServerForm(flash: FormFlash) -> impl IntoView {
    let problem = flash.problem();
    view! {
        <div class="wizard">
            <Card title="Sign in to the server">
                <FormNotice problem/>
                <form method="post" action=ConnectServer::PATH>
                    <Field
                        label="Address of the server" name="address" value=flash.value("address") required=true maxlength=500 autocomplete="url"
                        help="The one that your calendar apps use, or only its domain: https://cloud.example.com/remote.php/dav, or cloud.example.com."
                        problem
                    />
                    <Field
                        label="User name" name="username" value=flash.value("username") required=true autocomplete="username"
                        help="Many servers want the whole e-mail address." problem
                    />
                    <Field
                        label="Password" name="password" kind="password" required=true autocomplete="off"
                        help="Where you sign in with a second factor, make a password for apps in the server's settings." problem
                    />
                    <p class="field-help">
                        "Quince signs in once to check this, and saves nothing if that fails. The password is stored encrypted and sent to \
                         this server only."
                    </p>
                    <div class="button-row">
                        <Button look=Look::Primary>"Connect"</Button>
                        <ButtonLink href="/connect-icloud">"Connect iCloud instead"</ButtonLink>
                    </div>
                </form>
            </Card>
        </div>
    }
}
