//! The page's title, and texts that Leptos writes between tags unescaped.

use leptos::prelude::*;
use leptos_meta::Title;

/// Prepares a text for a text area or a title. Leptos does not escape in either.
pub fn between_tags(text: String) -> String {
    // HTML parsers drop a line break directly after the opening tag, so another one is added.
    let first_break = if text.starts_with('\n') { "\n" } else { "" };
    format!("{first_break}{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

/// The title in the browser's tab. Use it instead of that of `leptos_meta`, which does not escape.
#[component]
pub fn PageTitle(
    /// The title; the app's name is appended.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <Title text=between_tags(text)/> }
}
