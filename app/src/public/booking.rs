//! `/book/:slug`: what can be booked, a month of free times, and the client's details. The address alone determines what is shown.

mod about;
mod book;
mod details;
mod load;
mod menu;
pub mod questions;
mod visit;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

pub use about::About;
use about::AboutCard;
use details::{DetailsForm, DetailsSpec};
use menu::MenuForm;
pub use menu::{MenuChoice, MenuItem};
pub use questions::{AnswerText, QuestionView, question_view, to_answers};

use super::hold::ChallengeText;
use super::slot_picker::{self, MonthOffer, PickerQuery, SlotPicker, picker_query};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{ButtonLink, Look, Notice, PageTitle, Tone, load_page};

/// The booking page for one month.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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

/// The booking page.
#[component]
pub fn BookingPage() -> impl IntoView {
    let slug = use_params_map().with_untracked(|params| params.get("slug").unwrap_or_default());
    let query = picker_query();
    let base = format!("/book/{slug}");
    let asked = query.clone();
    load_page(async move { load::booking(&slug, &asked).await }, move |view| {
        if view.is_closed {
            return view! { <Closed name=view.about.name/> }.into_any();
        }
        // Links and forms use the parts of the address that are bookable.
        let query = PickerQuery {
            host: view.host.clone(),
            visit: view.visit.clone(),
            ..query
        };
        view! { <Booking base view query/> }.into_any()
    })
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
fn Booking(base: String, view: BookingView, query: PickerQuery) -> impl IntoView {
    let zone = view.offer.zone.clone();
    let why_not = why_not(&view.offer, &query, view.flash.problem.as_ref());
    let step = if view.to_choose && view.menu.is_empty() {
        view! {
            <section class="details">
                <h2>"Nothing to book here yet"</h2>
                <p>"The menu is still empty. Please come back later, or contact us."</p>
            </section>
        }
        .into_any()
    } else if view.to_choose {
        let slug = view.about.slug.clone();
        view! { <MenuForm slug menu=view.menu flash=view.flash_of_menu zone=query.zone.clone()/> }.into_any()
    } else if let Some((day, time)) = view.offer.chosen_time(&query) {
        let spec = DetailsSpec {
            slug: view.about.slug.clone(),
            day: day.clone(),
            time: time.clone(),
            zone: zone.clone(),
            zone_label: view.offer.zone_label.clone(),
            questions: view.questions,
            takes_guests: view.takes_guests,
            confirm_by_mail: view.confirm_by_mail,
            challenge: view.challenge,
            idempotency_key: view.idempotency_key,
        };
        view! { <DetailsForm base=base.clone() spec query=query.clone() flash=view.flash/> }.into_any()
    } else {
        view! { <SlotPicker base=base.clone() offer=view.offer query=query.clone()/> }.into_any()
    };
    view! {
        <PageTitle text=view.about.name.clone()/>
        {view.notices.into_iter().map(|sentence| view! { <Notice tone=Tone::Warn>{sentence}</Notice> }).collect_view()}
        {why_not.map(|(title, sentence)| view! { <Notice tone=Tone::Bad title><p>{sentence}</p></Notice> })}
        <div class="booking">
            <AboutCard about=view.about base zone query/>
            {step}
        </div>
    }
}

/// Why the time in the address cannot be chosen, as a heading and a sentence. A refused form knows better than the month.
fn why_not(
    offer: &MonthOffer,
    query: &PickerQuery,
    refused: Option<&AppError>,
) -> Option<(&'static str, String)> {
    let why_not = slot_picker::why_not(offer, query)?;
    Some(match refused {
        Some(error) => ("This time is no longer free", error.to_string()),
        None => (
            why_not.title,
            format!("{} Choose another time; what you typed is kept.", why_not.cause),
        ),
    })
}
