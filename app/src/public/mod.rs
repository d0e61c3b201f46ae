//! The clients' pages: what can be booked, booking it, and the appointment afterwards.
//!
//! | file | page |
//! |---|---|
//! | `workspace` | `/`: the booking calendars |
//! | `booking` | `/book/:slug`: month, times, details |
//! | `appointment` | `/booked/:token`, `/manage/:token` and what is done there |
//! | `waiting` | `/waiting/:token`: a place on a waiting list |
//! | `slot_picker` | choosing a free time, for booking and rescheduling |
//! | `locale`, `parse` | formatting and parsing, on the server only |
//!
//! In the folder of a page, `load` calls the use cases. It exists on the server only.

pub mod appointment;
pub mod booking;
#[cfg(feature = "ssr")]
pub mod locale;
#[cfg(feature = "ssr")]
mod parse;
pub mod slot_picker;
pub mod waiting;
pub mod workspace;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{SsrMode, path};

use crate::ui::layout::PublicLayout;
use appointment::{BookedPage, CancelPage, ConfirmPage, ManagePage, ReschedulePage};
use booking::BookingPage;
use waiting::WaitingPage;
use workspace::WorkspacePage;

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
