//! The tabs of the settings.

use leptos::prelude::*;
use leptos_router::components::A;

use crate::staff::frame::Frame;
use crate::ui::PageHeader;

/// Personal settings.
const OWN: [(&str, &str); 3] = [
    ("/settings/profile", "My Profile"),
    ("/settings/integrations", "Integrations"),
    ("/settings/calendar-configuration", "Calendar Configuration"),
];
/// Settings of the workspace.
const ADMINS: [(&str, &str); 4] = [
    ("/settings/workspace", "Workspace"),
    ("/settings/resources", "Rooms and equipment"),
    ("/settings/mails", "Mails"),
    ("/settings/strangers", "Undo bookings"),
];

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
    let is_admin = use_context::<Frame>().is_some_and(|frame| frame.who.is_some_and(|who| who.admin));
    view! {
        <PageHeader title lead/>
        <nav class="tabs" aria-label="Settings">
            <ul>
                {tabs(&OWN)}
                {is_admin.then(|| tabs(&ADMINS))}
            </ul>
        </nav>
    }
}

fn tabs(places: &'static [(&'static str, &'static str)]) -> impl IntoView {
    let tab =
        |(href, words): &'static (&'static str, &'static str)| view! { <li><A href=*href>{*words}</A></li> };
    places.iter().map(tab).collect_view()
}
