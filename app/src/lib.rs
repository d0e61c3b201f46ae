//! The pages, rendered on the server and hydrated in the browser.
//!
//! - [`shell`] is the HTML document and sets the Content-Security-Policy, [`App`] holds the route table.
//! - `public` has the clients' pages, `staff` and `settings` those behind the sign-in, `ui` the building blocks.
//! - A page is loaded by *one* server function that returns one view model of plain texts and numbers. The server formats all times, so no
//!   zone data goes to the browser.
//! - A form is an `ActionForm` whose server function ends with [`context::FormPost`]. With script the page shows the [`error::AppError`];
//!   without, the browser is redirected to the page, which shows the same from [`flash::FormFlash`].
//! - Each server function has an explicit endpoint under `/api/fn/`, because the default contains the build's path.
//!
//! The server provides `bookings::Quince` in the Leptos context. The session comes from the request's extensions, where the
//! `tower-sessions` layer puts it.

// Nested views are nested types, deeper than the usual limit.
#![recursion_limit = "256"]
#![expect(clippy::needless_pass_by_value, reason = "components own their properties")]
#![cfg_attr(
    feature = "ssr",
    expect(
        clippy::unused_async,
        reason = "a server function is asynchronous in any case"
    )
)]
#![expect(
    clippy::too_many_arguments,
    reason = "a server function has one argument per field of its form"
)]

#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod context;
pub mod error;
pub mod flash;
#[cfg(feature = "ssr")]
mod form_problem;
#[cfg(feature = "ssr")]
pub mod limit;
#[cfg(feature = "ssr")]
mod problems;
pub mod public;
pub mod settings;
pub mod staff;
pub mod ui;

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{ParentRoute, Router, Routes};
use leptos_router::path;

use crate::public::PublicRoutes;
use crate::settings::SettingsRoutes;
use crate::staff::{EntranceRoutes, StaffRoutes};
use crate::ui::layout::{NotFoundPage, StaffLayout};

/// The URLs of the browser files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteFiles {
    /// The style sheet.
    pub css: String,
    /// The JavaScript module from `wasm-bindgen`.
    pub js: String,
    /// The WASM module.
    pub wasm: String,
    /// The favicon (SVG).
    pub icon: String,
}

/// The HTML document around [`App`]. Sets the Content-Security-Policy with this response's nonce.
pub fn shell(files: SiteFiles) -> impl IntoView {
    let nonce = leptos::nonce::use_nonce();
    #[cfg(feature = "ssr")]
    context::set_content_security_policy(nonce.as_deref().unwrap_or_default());
    let start = format!(
        "import({js:?}).then(m=>m.default({{module_or_path:{wasm:?}}}).then(()=>m.hydrate()));",
        js = files.js,
        wasm = files.wasm
    );
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" type="image/svg+xml" href=files.icon/>
                <link rel="stylesheet" href=files.css/>
                <link rel="modulepreload" href=files.js nonce=nonce.clone()/>
                <script type="module" nonce=nonce>{start}</script>
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}

/// The app and its route table. Every route is rendered completely on the server, so that it works without script.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Quince".to_owned() } else { format!("{title} · Quince") }/>
        <Router>
            <Routes fallback=NotFoundPage>
                <PublicRoutes/>
                <EntranceRoutes/>
                <ParentRoute path=path!("") view=StaffLayout>
                    <StaffRoutes/>
                    <SettingsRoutes/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// Hydrates the page and marks the document as hydrated.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
    if let Some(root) = document().document_element() {
        // Browser tests wait for this mark.
        let _ = root.set_attribute("data-hydrated", "true");
    }
}
