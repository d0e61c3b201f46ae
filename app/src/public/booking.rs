//! `/book/:slug`: what is booked, a month of free times, and the details of the person.
//!
//! A whole month is loaded at once; which day and time are shown is decided from the address alone, on the server and in
//! the browser alike.

mod about;
mod details;
mod hold;
mod menu;
mod questions;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

pub use about::About;
use about::AboutCard;
use details::{Asked, BookForm, DetailsForm, Typed};
use hold::Held;
pub use hold::HoldAnswer;
use menu::MenuForm;
pub use menu::{MenuChoice, MenuItem};
pub use questions::{AnswerText, AskedQuestion};

use super::choose::{Ask, Chooser, MonthOffer, detect_zone, focus_on_choice, keep_focus, use_ask};
use crate::error::AppError;
use crate::kept::KeptForm;
use crate::ui::{Notice, PageTitle, Tone, load_page, problem_of};

/// What the booking page shows of one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingView {
    /// What is booked.
    pub about: About,
    /// What clients are asked besides who they are.
    pub questions: Vec<AskedQuestion>,
    /// Clients may bring others, each with a seat of their own.
    pub takes_guests: bool,
    /// What there is to choose from first, in a Service calendar; empty otherwise.
    pub menu: Vec<MenuItem>,
    /// The month's free times.
    pub offer: MonthOffer,
    /// Why the zone in the address was not used.
    pub zone_problem: Option<String>,
    /// What came of the menu's form, when it was sent without script.
    pub kept_menu: KeptForm,
    /// What was typed before, when the form was sent without script.
    pub kept: KeptForm,
    /// Sent with the form, so that sending it twice books once.
    pub idempotency_key: String,
}

/// Loads one month of a booking calendar.
#[server(prefix = "/api/fn", endpoint = "booking-page", input = leptos::server_fn::codec::GetUrl)]
pub async fn booking_page(
    /// The booking calendar's address.
    slug: String,
    /// The month to show, `2026-11`; else the first with free times.
    #[server(default)]
    month: Option<String>,
    /// The visitor's zone; else the booking calendar's.
    #[server(default)]
    zone: Option<String>,
    /// The member whom the client wants; else anybody.
    #[server(default)]
    host: Option<String>,
    /// What they want from a menu: `SERVICE:STAFF,SERVICE`.
    #[server(default)]
    visit: Option<String>,
) -> Result<BookingView, AppError> {
    let wish = super::offer::PageWish {
        month: month.as_deref(),
        zone: zone.as_deref(),
        host: host.as_deref(),
        visit: visit.as_deref(),
    };
    super::offer::booking(&slug, wish)
        .await
        .map_err(crate::context::with_status)
}

/// The booking page.
#[component]
pub fn BookingPage() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.read().get("slug").unwrap_or_default());
    let base = move || format!("/book/{}", slug.get_untracked());
    let ask = use_ask();
    let wanted = Memo::new(move |_| {
        ask.with(|ask| {
            let (zone, host, visit) = (ask.zone.clone(), ask.host.clone(), ask.visit.clone());
            (slug.get(), ask.month_to_load(), zone, host, visit)
        })
    });
    let page = Resource::new(
        move || wanted.get(),
        |(slug, month, zone, host, visit)| booking_page(slug, month, zone, host, visit),
    );
    let typed = Typed::default();
    let action = ServerAction::<BookForm>::new();
    detect_zone(base, ask);
    focus_on_choice(ask);
    forget_problem_of_other_time(ask, action);
    // A time that was just taken disappears from the month, and the page asks for another.
    Effect::new(move |_| {
        if matches!(&*action.value().read(), Some(Err(AppError::SlotTaken(_)))) {
            page.refetch();
        }
    });
    let held = Held::new(Callback::new(move |()| page.refetch()));
    load_page(page, move |view| {
        keep_focus();
        typed.take(&view.kept);
        view! { <Booking base=base() view ask typed held action/> }.into_any()
    })
}

/// What was wrong with one time says nothing about the next.
fn forget_problem_of_other_time(ask: Memo<Ask>, action: ServerAction<BookForm>) {
    Effect::new(move |last: Option<Option<String>>| {
        let last = last.flatten();
        let Some(now) = ask.read().start.clone() else {
            return last;
        };
        if last.is_some_and(|last| last != now) {
            action.clear();
        }
        Some(now)
    });
}

#[component]
fn Booking(
    base: String,
    view: BookingView,
    ask: Memo<Ask>,
    typed: Typed,
    held: Held,
    action: ServerAction<BookForm>,
) -> impl IntoView {
    let title = view.about.name.clone();
    let offer = view.offer.clone();
    let is_chosen = Memo::new({
        let offer = offer.clone();
        move |_| offer.chosen_time(&ask.read()).is_some()
    });
    let problem = problem_of(action, &view.kept);
    let why_not = {
        let offer = offer.clone();
        move || {
            let why_not = offer.why_not(&ask.read())?;
            Some(match problem.get() {
                Some(error) => ("This time is no longer free", error.to_string()),
                None => (
                    why_not.title,
                    format!("{} Choose another time; what you typed is kept.", why_not.cause),
                ),
            })
        }
    };
    let about = view.about.clone();
    let (menu, kept_menu) = (view.menu.clone(), view.kept_menu.clone());
    let step = {
        let (offer, base) = (offer.clone(), base.clone());
        let asked = Asked {
            slug: view.about.slug,
            questions: view.questions,
            takes_guests: view.takes_guests,
            idempotency_key: view.idempotency_key,
        };
        move || {
            if ask.read().visit.is_none() && !menu.is_empty() {
                view! { <MenuForm slug=asked.slug.clone() menu=menu.clone() kept=kept_menu.clone() ask/> }
                    .into_any()
            } else if is_chosen.get() {
                view! {
                    <DetailsForm
                        base=base.clone()
                        asked=asked.clone()
                        offer=offer.clone()
                        ask
                        typed
                        held
                        action
                        problem
                    />
                }
                .into_any()
            } else {
                view! { <Chooser base=base.clone() offer=offer.clone() ask/> }.into_any()
            }
        }
    };
    view! {
        <PageTitle text=title/>
        {view.zone_problem.map(|sentence| view! { <Notice tone=Tone::Warn>{sentence}</Notice> })}
        {move || why_not().map(|(title, sentence)| view! {
            <Notice tone=Tone::Bad title=title><p>{sentence}</p></Notice>
        })}
        <div class="booking">
            <AboutCard about base zone=offer.zone.clone() ask/>
            {step}
        </div>
    }
}
