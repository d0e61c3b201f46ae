//! The layouts around pages.

use leptos::prelude::*;
use leptos_router::components::{A, Outlet};

use super::icon::{Icon, Picture};
use super::title::PageTitle;
use crate::staff::account::AccountMenu;
use crate::staff::banners::Banners;
use crate::staff::frame::{Frame, ToConfirmCount};

/// The app's name with its icon.
#[component]
pub fn Brand(
    /// The target.
    #[prop(default = "/")]
    href: &'static str,
) -> impl IntoView {
    view! { <a class="brand" href=href><Icon picture=Picture::Quince/><span>"Quince"</span></a> }
}

#[component]
fn SkipLink() -> impl IntoView {
    view! { <a class="skip" href="#content" rel="external">"Skip to content"</a> }
}

/// The layout of the clients' pages: the page and a footer.
#[component]
pub fn PublicLayout() -> impl IntoView {
    view! {
        <SkipLink/>
        <main class="public" id="content" tabindex="-1"><Outlet/></main>
        <footer class="public-foot"><p>"Booking by " <Brand/></p></footer>
    }
}

/// A page in front of the sign-in, with one narrow card.
#[component]
pub fn EntrancePage(
    /// The page's title and heading.
    #[prop(into)]
    title: String,
    /// A sentence under the heading.
    #[prop(into, optional)]
    lead: Option<String>,
    /// The content.
    children: Children,
) -> impl IntoView {
    view! {
        <PageTitle text=title.clone()/>
        <main class="entrance" id="content">
            <Brand/>
            <div class="card">
                <h1>{title}</h1>
                {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
                {children()}
            </div>
        </main>
    }
}

/// The layout of the staff's pages: navigation at the side, on phones at the bottom.
#[component]
pub fn StaffLayout() -> impl IntoView {
    let places = [
        ("/calendar", "Calendar", Picture::Calendar),
        ("/appointments", "Appointments", Picture::List),
        ("/booking-calendars", "Booking calendars", Picture::Link),
        ("/team", "Team", Picture::People),
        ("/settings/profile", "Settings", Picture::Gear),
    ];
    Suspend::new(async move {
        let frame = Frame::load().await;
        provide_context(frame.clone());
        let places = places.into_iter().map(|(href, words, picture)| {
            let count = (href == "/appointments").then(|| view! { <ToConfirmCount/> });
            view! { <li><A href=href><Icon picture/><span>{words}</span>{count}</A></li> }
        });
        view! {
            <SkipLink/>
            <div class="staff">
                <header class="staff-side">
                    <Brand href="/calendar"/>
                    <nav class="staff-nav" aria-label="Main"><ul>{places.collect_view()}</ul></nav>
                    <AccountMenu who=frame.who/>
                </header>
                <main class="staff-page" id="content" tabindex="-1"><Banners banners=frame.warnings/><Outlet/></main>
            </div>
        }
    })
}

/// Title and heading of a page, with its actions.
#[component]
pub fn PageHeader(
    /// The page's title and heading.
    #[prop(into)]
    title: String,
    /// A sentence under the heading.
    #[prop(into, optional)]
    lead: Option<String>,
    /// Links and buttons beside the heading.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <PageTitle text=title.clone()/>
        <div class="page-head">
            <div>
                <h1>{title}</h1>
                {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="page-actions">{children()}</div> })}
        </div>
    }
}

/// The page for unknown addresses.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::context::with_status(crate::error::AppError::NotFound);
    view! {
        <EntrancePage title="This page does not exist">
            <p>"The address may be incomplete, or the page was removed."</p>
            <p><a href="/">"See what you can book here"</a></p>
        </EntrancePage>
    }
}
