//! `/`: the booking calendars of the workspace.

mod load;

use leptos::prelude::*;

use crate::ui::{EmptyState, Icon, PageTitle, Picture, load_page};

/// What the workspace page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceView {
    /// The workspace's name.
    pub name: String,
    /// The booking calendars that can be booked.
    pub calendars: Vec<Bookable>,
}

/// A booking calendar in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bookable {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// An excerpt of its description.
    pub description: String,
    /// "30 minutes".
    pub duration: String,
    /// The location; may be empty.
    pub location: String,
}

/// The workspace page.
#[component]
pub fn WorkspacePage() -> impl IntoView {
    load_page(load::workspace(), |view| {
        let list = if view.calendars.is_empty() {
            view! {
                <EmptyState title="Nothing can be booked yet">
                    <p>"The team has not created a booking calendar yet."</p>
                    <p><a href="/sign-in">"Sign in to create one"</a></p>
                </EmptyState>
            }
            .into_any()
        } else {
            let cards = view
                .calendars
                .into_iter()
                .map(|calendar| view! { <li><BookableCard calendar/></li> })
                .collect_view();
            view! { <ul class="bookables">{cards}</ul> }.into_any()
        };
        view! {
            <PageTitle text=view.name.clone()/>
            <div class="workspace-head">
                <h1>{view.name}</h1>
                <p class="lead">"Choose what you would like to book."</p>
            </div>
            {list}
        }
        .into_any()
    })
}

#[component]
fn BookableCard(calendar: Bookable) -> impl IntoView {
    view! {
        <article class="bookable">
            <h2><a href=format!("/book/{}", calendar.slug)>{calendar.name}</a></h2>
            {(!calendar.description.is_empty()).then(|| view! { <p class="soft">{calendar.description.clone()}</p> })}
            <p class="bookable-facts">
                <span><Icon picture=Picture::Clock/>{calendar.duration}</span>
                {(!calendar.location.is_empty())
                    .then(|| view! { <span><Icon picture=Picture::Pin/>{calendar.location.clone()}</span> })}
            </p>
        </article>
    }
}
