//! The slot picker: a month, the free times of a day, the zone. Everything is a link or a GET form, so it works without script. With
//! script a month of times is loaded at once, so another day appears immediately.

mod host;
#[cfg(feature = "ssr")]
pub mod load;
mod model;
#[cfg(feature = "ssr")]
pub mod month;
mod zone;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

pub use host::HostForm;
pub use model::{DayTimes, FreeTime, MonthOffer, NextFreeDay, PickerQuery, WhyNot};
pub use zone::{ZoneForm, detect_zone};

use crate::ui::{MonthGrid, TimeList};

/// The query of the page's address.
pub fn use_picker_query() -> Memo<PickerQuery> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| PickerQuery {
            month: query.get("month"),
            date: query.get("date"),
            start: query.get("start"),
            zone: query.get("zone"),
            visit: query.get("visit").filter(|visit| !visit.is_empty()),
            host: query.get("host").filter(|host| !host.is_empty()),
        })
    })
}

/// The month, and the free times of the chosen day.
#[component]
pub fn SlotPicker(
    /// The page's path, without query.
    base: String,
    /// The month's free times.
    offer: MonthOffer,
    /// The query of the page's address.
    query: Memo<PickerQuery>,
) -> impl IntoView {
    let chosen_date = {
        let offer = offer.clone();
        Memo::new(move |_| offer.chosen_day(&query.read()).map(|day| day.date.clone()))
    };
    let month = {
        let (offer, base) = (offer.clone(), base.clone());
        move || offer.month(&base, &query.get(), chosen_date.get().as_deref())
    };
    let times = move || match offer.chosen_day(&query.read()) {
        Some(day) => view! {
            <h2>{day.title.clone()}</h2>
            <p class="soft small">{format!("Times in {}", offer.zone_label)}</p>
            <TimeList groups=day.groups(&base, &query.read())/>
        }
        .into_any(),
        None => no_times(&offer, &base, &query.read()).into_any(),
    };
    view! {
        <div class="choose-day">{move || view! { <MonthGrid month=month()/> }}</div>
        <section class="day-times" id="times" tabindex="-1" aria-label="Free times">{times}</section>
    }
}

fn no_times(offer: &MonthOffer, base: &str, query: &PickerQuery) -> impl IntoView + use<> {
    let next = offer.next_free.clone().map(|next| {
        let href = query.on_day(&next.date).href(base);
        view! { <p><a class="button button-primary" href=href>{next.words}</a></p> }
    });
    view! {
        <h2>"No free times"</h2>
        <div class="no-times">
            <p>{offer.empty_sentence.clone()}</p>
            {next}
        </div>
    }
}

/// Moves the focus to what a choice opened: the times of a day, or the form for a time. Keyboard and screen reader users continue there.
pub fn focus_on_choice(query: Memo<PickerQuery>) {
    Effect::new(move |before: Option<(Option<String>, Option<String>)>| {
        let now = query.with(|query| (query.date.clone(), query.start.clone()));
        if before.is_some_and(|before| before != now) && now.0.is_some() {
            let place = if now.1.is_some() { "details" } else { "times" };
            request_animation_frame(move || {
                // If the time is no longer free, there are other times instead of the form.
                let place = document().get_element_by_id(place);
                focus(place.or_else(|| document().get_element_by_id("times")));
            });
        }
        now
    });
}

/// Restores the focus when the page is rendered again and its control was replaced.
pub fn keep_focus() {
    #[cfg(feature = "hydrate")]
    {
        let Some(active) = document().active_element() else {
            return;
        };
        let is_plain = |value: &String| !value.is_empty() && !value.contains(['"', '\\']);
        let by = |name: &str| {
            let value = active.get_attribute(name).filter(is_plain)?;
            Some(format!("[{name}=\"{value}\"]"))
        };
        // The links of times have neither id nor label.
        let Some(selector) = by("id").or_else(|| by("aria-label")).or_else(|| by("href")) else {
            return;
        };
        request_animation_frame(move || {
            let is_lost = document()
                .active_element()
                .is_none_or(|active| active.tag_name() == "BODY");
            if is_lost {
                let same = document().query_selector(&selector).ok().flatten();
                focus(same.or_else(|| document().query_selector("a.month-step").ok().flatten()));
            }
        });
    }
}

/// Focuses an element, if it exists.
fn focus(element: Option<leptos::web_sys::Element>) {
    use leptos::wasm_bindgen::JsCast as _;
    if let Some(element) = element.and_then(|element| element.dyn_into::<leptos::web_sys::HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}

/// Navigates within the page without a new entry in the history.
pub(crate) fn replace_address() -> impl Fn(String) + Clone {
    let navigate = use_navigate();
    move |href: String| {
        navigate(
            &href,
            NavigateOptions {
                replace: true,
                scroll: false,
                ..NavigateOptions::default()
            },
        );
    }
}
