//! The settings: personal ones (My Profile, Integrations with the wizard, Calendar Configuration), and the workspace's.

pub mod calendar_choice;
pub mod calendar_configuration;
pub mod connect_form;
pub mod connect_server;
pub mod hours;
pub mod integrations;
pub mod mails;
pub mod profile;
pub mod resources;
pub mod strangers;
mod tabs;
pub mod wizard;
pub mod workspace;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::{SsrMode, path};

use calendar_configuration::CalendarConfigurationPage;
use connect_server::ConnectServerPage;
use integrations::{DisconnectPage, IntegrationsPage};
use mails::MailsPage;
use profile::ProfilePage;
use resources::ResourcesPage;
use strangers::StrangersPage;
use wizard::WizardPage;
use workspace::WorkspaceSettingsPage;

use crate::ui::{Notice, Tone};

/// The routes of the settings and the wizard, inside the staff layout.
#[component(transparent)]
pub fn SettingsRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/settings/profile") view=ProfilePage ssr=SsrMode::Async/>
        <Route path=path!("/settings/integrations") view=IntegrationsPage ssr=SsrMode::Async/>
        <Route path=path!("/settings/integrations/:id/disconnect") view=DisconnectPage ssr=SsrMode::Async/>
        <Route path=path!("/settings/calendar-configuration") view=CalendarConfigurationPage ssr=SsrMode::Async/>
        <Route path=path!("/settings/resources") view=ResourcesPage ssr=SsrMode::Async/>
        <Route path=path!("/settings/mails") view=MailsPage ssr=SsrMode::Async/>
        <Route path=path!("/settings/strangers") view=StrangersPage ssr=SsrMode::Async/>
        <Route path=path!("/settings/workspace") view=WorkspaceSettingsPage ssr=SsrMode::Async/>
        <Route path=path!("/connect-icloud") view=WizardPage ssr=SsrMode::Async/>
        <Route path=path!("/connect-server") view=ConnectServerPage ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The sentence about Simple calendars, which do not use iCloud (D1); none if there are none.
async fn without_icloud(quince: &bookings::Quince) -> Result<Option<String>, crate::error::AppError> {
    let all = bookings::booking_calendars::public_list(quince).await?;
    let simple = all.into_iter().filter(|calendar| !calendar.kind.uses_icloud());
    let names: Vec<String> = simple.map(|calendar| format!("“{}”", calendar.name)).collect();
    Ok((!names.is_empty()).then(|| {
        format!(
            "Appointments of {} are not written to iCloud, and events in iCloud do not block them: a Simple calendar has no \
             assigned member.",
            names.join(", ")
        )
    }))
}

/// Converts appointments on closed days for display in a person's zone.
fn staying(found: Vec<bookings::holidays::OnClosedDay>, zone: &zones::Zone) -> Vec<StayingRow> {
    let row = |found: bookings::holidays::OnClosedDay| {
        let local = zone.local(found.start);
        let day = crate::staff::format::long_date(local.date());
        let time = crate::staff::format::clock(local.time());
        StayingRow {
            href: format!("/appointments/{}", found.id),
            name: found.name,
            when: format!("{day}, {time}"),
            host: found.host_name,
        }
    };
    found.into_iter().map(row).collect()
}

/// An appointment that stays although its day is closed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct StayingRow {
    name: String,
    href: String,
    when: String,
    host: String,
}

/// The notice about appointments on closed days, if there are any.
#[component]
fn StayingNotice(title: &'static str, rows: Vec<StayingRow>) -> impl IntoView {
    (!rows.is_empty()).then(|| {
        let rows = rows
            .into_iter()
            .map(|row| {
                let with = if row.host.is_empty() {
                    String::new()
                } else {
                    format!(", with {}", row.host)
                };
                view! { <li><a href=row.href>{row.name}</a>{format!(", {}{with}", row.when)}</li> }
            })
            .collect_view();
        view! { <Notice tone=Tone::Warn title=title><ul>{rows}</ul></Notice> }
    })
}
