//! The addresses of the clients' pages.

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{SsrMode, path};

use super::appointment::{BookedPage, CancelPage, ConfirmPage, ManagePage, ReschedulePage};
use super::booking::BookingPage;
use super::waiting::WaitingPage;
use super::workspace::WorkspacePage;
use crate::ui::layout::PublicLayout;

/// The pages that anybody may open.
#[component(transparent)]
pub fn PublicRoutes() -> AnyNestedRoute {
    view! {
        <ParentRoute path=path!("") view=PublicLayout>
            <Route path=path!("") view=WorkspacePage ssr=SsrMode::Async/>
            <Route path=path!("book/:slug") view=BookingPage ssr=SsrMode::Async/>
            <Route path=path!("booked/:token") view=BookedPage ssr=SsrMode::Async/>
            <Route path=path!("manage/:token") view=ManagePage ssr=SsrMode::Async/>
            <Route path=path!("manage/:token/reschedule") view=ReschedulePage ssr=SsrMode::Async/>
            <Route path=path!("waiting/:token") view=WaitingPage ssr=SsrMode::Async/>
            <Route path=path!("manage/:token/cancel") view=CancelPage ssr=SsrMode::Async/>
            <Route path=path!("manage/:token/confirm") view=ConfirmPage ssr=SsrMode::Async/>
        </ParentRoute>
    }
    .into_inner()
    .into_any_nested_route()
}
