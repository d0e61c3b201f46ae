//! The pages behind the sign-in, and the two in front of it (setup, sign-in).
//!
//! Every server function asks [`access`] who is signed in; [`mod@format`] formats times in the person's zone.

pub mod access;
pub mod account;
pub mod appointment;
pub mod appointments;
pub mod banners;
pub mod blocked_time;
pub mod book_for_client;
pub mod booking_calendar;
pub mod booking_calendars;
pub mod calendar;
pub mod deleted_appointments;
pub mod event;
pub mod format;
pub mod frame;
pub mod services;
pub mod session;
pub mod setup;
pub mod sign_in;
pub mod team;
pub mod visit;
mod week_grid;
pub mod why_not;

use leptos::prelude::*;
use leptos_router::any_nested_route::{AnyNestedRoute, IntoAnyNestedRoute};
use leptos_router::components::Route;
use leptos_router::{SsrMode, path};

use appointment::AppointmentPage;
use appointments::AppointmentsPage;
use blocked_time::{BlockedTimePage, NewBlockedTimePage};
use book_for_client::BookForClientPage;
use booking_calendar::{BookingCalendarPage, NewBookingCalendarPage};
use booking_calendars::BookingCalendarsPage;
use calendar::CalendarPage;
use deleted_appointments::DeletedAppointmentsPage;
use event::EventPage;
use services::ServicesPage;
use session::SessionPage;
use setup::SetupPage;
use sign_in::SignInPage;
use team::TeamPage;
use why_not::WhyNotPage;

/// The routes `/setup` and `/sign-in`, without the navigation.
#[component(transparent)]
pub fn EntranceRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/setup") view=SetupPage ssr=SsrMode::Async/>
        <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}

/// The routes of the team's daily work, inside the staff layout.
#[component(transparent)]
pub fn StaffRoutes() -> AnyNestedRoute {
    view! {
        <Route path=path!("/calendar") view=CalendarPage ssr=SsrMode::Async/>
        <Route path=path!("/appointments") view=AppointmentsPage ssr=SsrMode::Async/>
        <Route path=path!("/appointments/new") view=BookForClientPage ssr=SsrMode::Async/>
        <Route path=path!("/appointments/deleted") view=DeletedAppointmentsPage ssr=SsrMode::Async/>
        <Route path=path!("/appointments/:id") view=AppointmentPage ssr=SsrMode::Async/>
        <Route path=path!("/blocked-time/new") view=NewBlockedTimePage ssr=SsrMode::Async/>
        <Route path=path!("/blocked-time/:id") view=BlockedTimePage ssr=SsrMode::Async/>
        <Route path=path!("/booking-calendars") view=BookingCalendarsPage ssr=SsrMode::Async/>
        <Route path=path!("/booking-calendars/new") view=NewBookingCalendarPage ssr=SsrMode::Async/>
        <Route path=path!("/booking-calendars/:id") view=BookingCalendarPage ssr=SsrMode::Async/>
        <Route path=path!("/booking-calendars/:id/services") view=ServicesPage ssr=SsrMode::Async/>
        <Route path=path!("/booking-calendars/:id/why-not") view=WhyNotPage ssr=SsrMode::Async/>
        <Route path=path!("/events/:id") view=EventPage ssr=SsrMode::Async/>
        <Route path=path!("/sessions/:id") view=SessionPage ssr=SsrMode::Async/>
        <Route path=path!("/team") view=TeamPage ssr=SsrMode::Async/>
    }
    .into_inner()
    .into_any_nested_route()
}
