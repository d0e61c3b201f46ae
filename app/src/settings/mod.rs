//! Settings: a person's own (My Profile, Integrations with the wizard, Calendar Configuration), and the workspace's.

mod calendar_choice;
pub mod calendar_configuration;
pub mod connect_form;
pub mod connect_server;
pub mod hours;
pub mod integrations;
pub mod profile;
pub mod resources;
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
use profile::ProfilePage;
use resources::ResourcesPage;
use wizard::WizardPage;
use workspace::WorkspaceSettingsPage;

/// The settings pages and the wizard. They are children of the staff layout.
#[component(transparent)]
pub fn SettingsRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/settings/profile") view=ProfilePage ssr=SsrMode::Async/>
        <Route path=path!("/settings/integrations") view=IntegrationsPage ssr=SsrMode::Async/>
        <Route path=path!("/settings/integrations/:id/disconnect") view=DisconnectPage ssr=SsrMode::Async/>
        <Route path=path!("/settings/calendar-configuration") view=CalendarConfigurationPage ssr=SsrMode::Async/>
        <Route path=path!("/settings/resources") view=ResourcesPage ssr=SsrMode::Async/>
        <Route path=path!("/settings/workspace") view=WorkspaceSettingsPage ssr=SsrMode::Async/>
        <Route path=path!("/connect-icloud") view=WizardPage ssr=SsrMode::Async/>
        <Route path=path!("/connect-server") view=ConnectServerPage ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
