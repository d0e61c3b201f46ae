//! The clients' pages: what can be booked, booking it, and the appointment afterwards.
//!
//! | file | page |
//! |---|---|
//! | `workspace` | `/`: the booking calendars |
//! | `booking` | `/book/:slug`: month, times, details |
//! | `appointment` | `/booked/:token`, `/manage/:token` and what is done there |
//! | `waiting` | `/waiting/:token`: a place on a waiting list |
//! | `choose` | choosing a free time, for booking and rescheduling |
//! | `offer`, `habits` | on the server: from use cases to what is shown |

pub mod appointment;
pub mod booking;
pub mod choose;
#[cfg(feature = "ssr")]
pub mod habits;
#[cfg(feature = "ssr")]
mod offer;
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
