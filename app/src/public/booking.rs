//! `/book/:slug`: what can be booked, a month of free times, and the client's details.
//!
//! A month is loaded at once. The address alone determines the shown day and time, on the server and in the browser alike.

mod about;
#[cfg(feature = "ssr")]
mod book;
mod details;
mod hold;
#[cfg(feature = "ssr")]
mod load;
mod menu;
mod puzzle;
pub mod questions;
#[cfg(feature = "ssr")]
mod visit;
#[cfg(feature = "ssr")]
mod visitor;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

pub use about::About;
use about::AboutCard;
use details::{BookForm, DetailsDraft, DetailsForm, DetailsSpec};
pub use hold::HoldAnswer;
use hold::HoldStatus;
use menu::MenuForm;
pub use menu::{MenuChoice, MenuItem};
pub use puzzle::{ChallengeText, ProofText};
pub use questions::{AnswerText, QuestionView};
#[cfg(feature = "ssr")]
pub use questions::{question_view, to_answers};

use super::slot_picker::{
    MonthOffer, PickerQuery, SlotPicker, detect_zone, focus_on_choice, keep_focus, use_picker_query,
};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{ButtonLink, Look, Notice, PageTitle, Tone, load_page, problem_of};

/// The booking page for one month.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingView {
    /// Whether the booking calendar is switched off.
    pub is_closed: bool,
    /// What is booked.
    pub about: About,
    /// The booking calendar's questions.
    pub questions: Vec<QuestionView>,
    /// Whether clients may bring guests.
    pub takes_guests: bool,
    /// Whether clients confirm by mail before the booking counts.
    pub confirm_by_mail: bool,
    /// The puzzle of the form, if the booking calendar asks for one.
    pub challenge: Option<ChallengeText>,
    /// The menu of a Service calendar; empty otherwise.
    pub menu: Vec<MenuItem>,
    /// Whether services have to be chosen first.
    pub to_choose: bool,
    /// The member in the address, if bookable.
    pub host: Option<String>,
    /// The services in the address, as far as they are on the menu.
    pub visit: Option<String>,
    /// The month's free times.
    pub offer: MonthOffer,
    /// Sentences about parts of the address that were ignored.
    pub notices: Vec<String>,
    /// Flash message of the menu.
    pub flash_of_menu: FormFlash,
    /// Flash message of the form, with what was typed.
    pub flash: FormFlash,
    /// Sent with the form, so that posting it twice books once.
    pub idempotency_key: String,
}

/// Loads one month of a booking calendar.
#[server(prefix = "/api/fn", endpoint = "booking-page", input = leptos::server_fn::codec::GetUrl)]
pub async fn booking_page(
    /// The booking calendar's slug.
    slug: String,
    /// The month to show (`2026-11`), by default the first with free times.
    #[server(default)]
    month: Option<String>,
    /// The visitor's zone, by default the booking calendar's.
    #[server(default)]
    zone: Option<String>,
    /// The member that the client wants, by default anybody.
    #[server(default)]
    host: Option<String>,
    /// The services that the client wants: `SERVICE:STAFF,SERVICE`.
    #[server(default)]
    visit: Option<String>,
) -> Result<BookingView, AppError> {
    let query = load::BookingPageQuery {
        month: month.as_deref(),
        zone: zone.as_deref(),
        host: host.as_deref(),
        visit: visit.as_deref(),
    };
    load::booking(&slug, query)
        .await
        .map_err(crate::context::with_status)
}

/// The booking page.
#[component]
pub fn BookingPage() -> impl IntoView {
    let params = use_params_map();
    let slug = Memo::new(move |_| params.read().get("slug").unwrap_or_default());
    let base = move || format!("/book/{}", slug.get_untracked());
    let query = use_picker_query();
    let wanted = Memo::new(move |_| {
        query.with(|query| {
            let (zone, host, visit) = (query.zone.clone(), query.host.clone(), query.visit.clone());
            (slug.get(), query.month_to_load(), zone, host, visit)
        })
    });
    let page = Resource::new(
        move || wanted.get(),
        |(slug, month, zone, host, visit)| booking_page(slug, month, zone, host, visit),
    );
    let draft = DetailsDraft::default();
    let action = ServerAction::<BookForm>::new();
    detect_zone(base, query);
    focus_on_choice(query);
    forget_problem_of_other_time(query, action);
    // A time that was taken meanwhile disappears from the month, and the page asks for another.
    Effect::new(move |_| {
        if matches!(&*action.value().read(), Some(Err(AppError::SlotTaken(_)))) {
            page.refetch();
        }
    });
    let hold = HoldStatus::new(Callback::new(move |()| page.refetch()));
    load_page(page, move |view| {
        keep_focus();
        draft.restore(&view.flash);
        if view.is_closed {
            return view! { <Closed name=view.about.name/> }.into_any();
        }
        // Links and forms use the parts of the address that are bookable. While another member's times are loaded, the address counts.
        let (host, visit) = (view.host.clone(), view.visit.clone());
        let built_for = query.get_untracked().host;
        let query = Memo::new(move |_| {
            let asked = query.get();
            PickerQuery {
                host: if asked.host == built_for {
                    host.clone()
                } else {
                    asked.host
                },
                visit: visit.clone(),
                ..asked
            }
        });
        view! { <Booking base=base() view query draft hold action/> }.into_any()
    })
}

/// Clears the problem of a refused time when another time is chosen.
fn forget_problem_of_other_time(query: Memo<PickerQuery>, action: ServerAction<BookForm>) {
    Effect::new(move |last: Option<Option<String>>| {
        let last = last.flatten();
        let Some(now) = query.read().start.clone() else {
            return last;
        };
        if last.is_some_and(|last| last != now) {
            action.clear();
        }
        Some(now)
    });
}

/// The page of a booking calendar that is switched off.
#[component]
fn Closed(name: String) -> impl IntoView {
    view! {
        <PageTitle text=name.clone()/>
        <article class="appointment">
            <h1>{name}</h1>
            <p class="lead">"This cannot be booked right now. Existing appointments are not affected."</p>
            <div class="actions"><ButtonLink href="/" look=Look::Primary>"See what you can book"</ButtonLink></div>
        </article>
    }
}

#[component]
fn Booking(
    base: String,
    view: BookingView,
    query: Memo<PickerQuery>,
    draft: DetailsDraft,
    hold: HoldStatus,
    action: ServerAction<BookForm>,
) -> impl IntoView {
    let title = view.about.name.clone();
    let offer = view.offer.clone();
    let is_chosen = Memo::new({
        let offer = offer.clone();
        move |_| offer.chosen_time(&query.read()).is_some()
    });
    let problem = problem_of(action, &view.flash);
    let why_not = {
        let offer = offer.clone();
        move || {
            let why_not = offer.why_not(&query.read())?;
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
    let (menu, flash_of_menu, to_choose) = (view.menu.clone(), view.flash_of_menu.clone(), view.to_choose);
    let step = {
        let (offer, base) = (offer.clone(), base.clone());
        let spec = DetailsSpec {
            slug: view.about.slug,
            questions: view.questions,
            takes_guests: view.takes_guests,
            confirm_by_mail: view.confirm_by_mail,
            challenge: view.challenge,
            idempotency_key: view.idempotency_key,
        };
        move || {
            if to_choose && menu.is_empty() {
                view! {
                    <section class="details">
                        <h2>"Nothing to book here yet"</h2>
                        <p>"The menu is still empty. Please come back later, or contact us."</p>
                    </section>
                }
                .into_any()
            } else if to_choose {
                view! { <MenuForm slug=spec.slug.clone() menu=menu.clone() flash=flash_of_menu.clone() query/> }
                    .into_any()
            } else if is_chosen.get() {
                view! {
                    <DetailsForm
                        base=base.clone()
                        spec=spec.clone()
                        offer=offer.clone()
                        query
                        draft
                        hold
                        action
                        problem
                    />
                }
                .into_any()
            } else {
                view! { <SlotPicker base=base.clone() offer=offer.clone() query/> }.into_any()
            }
        }
    };
    view! {
        <PageTitle text=title/>
        {view.notices.into_iter().map(|sentence| view! { <Notice tone=Tone::Warn>{sentence}</Notice> }).collect_view()}
        {move || why_not().map(|(title, sentence)| view! {
            <Notice tone=Tone::Bad title=title><p>{sentence}</p></Notice>
        })}
        <div class="booking">
            <AboutCard about base zone=offer.zone.clone() query/>
            {step}
        </div>
    }
}
