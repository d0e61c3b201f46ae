//! The places of the settings, side by side.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::ui::PageHeader;

/// Heading and tabs of the settings pages.
#[component]
pub fn SettingsHeader(
    /// A sentence under the heading.
    #[prop(into)]
    lead: String,
    /// The page's title.
    #[prop(into)]
    title: String,
) -> impl IntoView {
    let places = [
        ("/settings/profile", "My Profile"),
        ("/settings/integrations", "Integrations"),
        ("/settings/calendar-configuration", "Calendar Configuration"),
        ("/settings/workspace", "Workspace"),
        ("/settings/resources", "Rooms and equipment"),
    ];
    view! {
        <PageHeader title lead/>
        <nav class="tabs" aria-label="Settings">
            <ul>
                {places.into_iter().map(|(href, words)| view! { <li><A href=href>{words}</A></li> }).collect_view()}
            </ul>
        </nav>
    }
}
