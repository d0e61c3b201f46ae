//! The pages: HTML that is complete before any script, and the islands in it that react in the browser.
//!
//! - [`shell()`] is the HTML document and sets the Content-Security-Policy, [`App`] holds the route table.
//! - `public` has the clients' pages, `staff` and `settings` those behind the sign-in, `ui` the building blocks.
//! - A page awaits its use case and renders what it returns, see [`ui::load()`]. The server formats all times, so no zone data goes to the
//!   browser.
//! - A form is a `<form method="post">` to its server function, which ends with [`context::FormPost`]: it redirects, and the page shows a
//!   refusal with what was typed from [`flash::FormFlash`]. `public/page.js` sends the same form without leaving the page.
//! - An `#[island]` is hydrated in the browser. Only modules without `cfg(feature = "ssr")` are compiled to WebAssembly: islands, their
//!   data, and the blocks they are made of.
//! - Each server function has an explicit endpoint under `/api/fn/`, because the default contains the build's path.
//!
//! The server provides `bookings::Quince` in the Leptos context. The session comes from the request's extensions, where the
//! `tower-sessions` layer puts it.

// Nested views are nested types, deeper than the usual limit.
#![recursion_limit = "256"]
#![cfg_attr(
    feature = "ssr",
    expect(clippy::needless_pass_by_value, reason = "components own their properties"),
    expect(
        clippy::unused_async,
        reason = "a server function is asynchronous in any case"
    ),
    expect(
        clippy::too_many_arguments,
        reason = "a server function has one argument per field of its form"
    )
)]

#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod context;
pub mod error;
#[cfg(feature = "ssr")]
pub mod flash;
#[cfg(feature = "ssr")]
pub mod limit;
#[cfg(feature = "ssr")]
mod problems;
pub mod public;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
pub mod staff;
pub mod ui;

#[cfg(feature = "ssr")]
pub use shell::{App, SiteFiles, shell};

/// Prepares the browser for islands. `public/page.js` calls it once, then each island of the page by its name.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
