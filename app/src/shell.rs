//! The HTML document and the route table.

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
    /// The script of every page, which wakes its islands.
    pub page: String,
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
    crate::context::set_content_security_policy(nonce.as_deref().unwrap_or_default());
    // Only islands are hydrated, and they bring their own data.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" type="image/svg+xml" href=files.icon/>
                <link rel="stylesheet" href=files.css/>
                <script defer src=files.page data-glue=files.js data-wasm=files.wasm nonce=nonce></script>
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
