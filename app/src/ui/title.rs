//! The page's title, and texts that Leptos writes between tags as they are.

use leptos::prelude::*;
use leptos_meta::Title;

/// What a browser reads as this text between the tags of a text area or a title. Leptos escapes neither, so on the
/// server markup is made harmless here; in the browser both are set as text anyway.
pub fn between_tags(text: String) -> String {
    if cfg!(feature = "ssr") {
        // The browser drops a line break that comes first.
        let first_break = if text.starts_with('\n') { "\n" } else { "" };
        format!("{first_break}{}", text.replace('&', "&amp;").replace('<', "&lt;"))
    } else {
        text
    }
}

/// The title of the page in the browser's tab. Always use this one, not that of `leptos_meta`.
#[component]
pub fn PageTitle(
    /// The title; the name of the app follows it.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    view! { <Title text=between_tags(text)/> }
}
