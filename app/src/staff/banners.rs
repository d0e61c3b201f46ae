//! Warnings above every page behind the sign-in: about the person's calendars and, for admins, about mails.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::ui::{Notice, Tone};

/// A warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Banner {
    /// Whether it is an outage, during which appointments and events may collide.
    outage: bool,
    title: String,
    text: String,
    /// Affected events, with the paths of their pages.
    events: Vec<(String, Option<String>)>,
    /// Links: label and path.
    links: Vec<(String, String)>,
}

/// Loads the signed-in person's warnings.
#[server(prefix = "/api/fn", endpoint = "calendar-warnings")]
pub async fn calendar_warnings() -> Result<Vec<Banner>, AppError> {
    let me = super::access::me().await?;
    let warnings = bookings::warnings::of(&crate::context::quince()?, me.id).await?;
    Ok(warnings
        .into_iter()
        .map(|warning| banner(warning, &me.zone))
        .collect())
}

fn banner(warning: bookings::warnings::Warning, zone: &zones::Zone) -> Banner {
    use bookings::warnings::{Remedy, Urgency};

    let since = warning.since.map(|since| {
        let date = super::format::long_date(zone.date(since));
        let clock = super::format::clock(zone.local(since).time());
        format!("Last read on {date}, {clock}.")
    });
    let text: Vec<String> = since.into_iter().chain(warning.sentences).collect();
    let events = warning.events.into_iter().map(|odd| {
        let page = odd.event.map(|(id, start)| super::event::href(id, start));
        (odd.sentence, page)
    });
    let integrations = ("Look at the connection", "/settings/integrations");
    let calendars = ("Choose calendars", "/settings/calendar-configuration");
    let links = match warning.remedy {
        Remedy::Integrations => vec![integrations, calendars],
        Remedy::PrimaryCalendar => vec![(
            "Choose another primary calendar",
            "/settings/calendar-configuration?edit=primary",
        )],
        Remedy::CalendarConfiguration => vec![calendars],
        Remedy::Calendar => Vec::new(),
        Remedy::Mails => vec![("Look at the mails that wait", "/settings/mails")],
        Remedy::Profile => vec![("Look at My Profile", "/settings/profile")],
    };
    Banner {
        outage: warning.urgency == Urgency::Outage,
        title: warning.title,
        text: text.join(" "),
        events: events.collect(),
        links: links
            .into_iter()
            .map(|(words, href)| (words.to_owned(), href.to_owned()))
            .collect(),
    }
}

/// The warnings, if any.
#[component]
pub fn Banners(
    /// The warnings.
    banners: Vec<Banner>,
) -> impl IntoView {
    (!banners.is_empty()).then(|| {
        view! {
            <aside class="banners" aria-label="What needs attention">
                {banners.into_iter().map(|banner| view! { <BannerShown banner/> }).collect_view()}
            </aside>
        }
    })
}

#[component]
fn BannerShown(banner: Banner) -> impl IntoView {
    let events = banner
        .events
        .into_iter()
        .map(|(sentence, page)| view! { <li>{sentence}{page.map(|href| view! { " " <a href=href>"The event"</a> })}</li> })
        .collect_view();
    let links = banner
        .links
        .into_iter()
        .map(|(words, href)| view! { <a href=href>{words}</a> })
        .collect_view();
    if banner.outage {
        view! {
            <Notice tone=Tone::Warn title=banner.title>
                <p>{banner.text}</p>
                <p class="banner-links">{links}</p>
            </Notice>
        }
        .into_any()
    } else {
        view! {
            <Notice>
                <details class="banner-more">
                    <summary>{banner.title}</summary>
                    <ul>{events}</ul>
                    <p>{banner.text}</p>
                </details>
            </Notice>
        }
        .into_any()
    }
}
