//! Choosing a free time: the month, the day's times, the zone. Everything is a link or a GET form, so it works without
//! script; with script a whole month of times is at hand, and another day is shown at once.

mod host;
mod model;
mod zone;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

pub use host::HostForm;
pub use model::{Ask, DayTimes, FreeTime, MonthOffer, NoTimes, WhyNot};
pub use zone::{ZoneForm, detect_zone};

use crate::ui::{MonthGrid, TimeList};

/// What the page's address asks for.
pub fn use_ask() -> Memo<Ask> {
    let query = use_query_map();
    Memo::new(move |_| {
        query.with(|query| Ask {
            month: query.get("month"),
            date: query.get("date"),
            start: query.get("start"),
            zone: query.get("zone"),
            visit: query.get("visit").filter(|visit| !visit.is_empty()),
            host: query.get("host").filter(|host| !host.is_empty()),
        })
    })
}

/// The month and the chosen day's times. `base` is the page's path.
#[component]
pub fn Chooser(
    /// The page's path, without query.
    base: String,
    /// The month's free times.
    offer: MonthOffer,
    /// What the address asks for.
    ask: Memo<Ask>,
) -> impl IntoView {
    let chosen_date = {
        let offer = offer.clone();
        Memo::new(move |_| offer.chosen_day(&ask.read()).map(|day| day.date.clone()))
    };
    let month = {
        let (offer, base) = (offer.clone(), base.clone());
        move || offer.month(&base, &ask.get(), chosen_date.get().as_deref())
    };
    let times = move || match offer.chosen_day(&ask.read()) {
        Some(day) => view! {
            <h2>{day.title.clone()}</h2>
            <p class="soft small">{format!("Times in {}", offer.zone_words)}</p>
            <TimeList groups=day.groups(&base, &ask.read())/>
        }
        .into_any(),
        None => no_times(&offer, &base, &ask.read()).into_any(),
    };
    view! {
        <div class="choose-day">{move || view! { <MonthGrid month=month()/> }}</div>
        <section class="day-times" id="times" tabindex="-1" aria-label="Free times">{times}</section>
    }
}

fn no_times(offer: &MonthOffer, base: &str, ask: &Ask) -> impl IntoView + use<> {
    let next = offer.next_free.clone().map(|next| {
        let href = ask.on_day(&next.date).href(base);
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

/// Moves the focus to what a choice brought: the times of a day, the form for a time. So keyboard and screen reader go on there.
pub fn focus_on_choice(ask: Memo<Ask>) {
    Effect::new(move |before: Option<(Option<String>, Option<String>)>| {
        let now = ask.with(|ask| (ask.date.clone(), ask.start.clone()));
        if before.is_some_and(|before| before != now) && now.0.is_some() {
            let place = if now.1.is_some() { "details" } else { "times" };
            request_animation_frame(move || {
                // A time that is no longer free brings other times instead of the form.
                let place = document().get_element_by_id(place);
                focus(place.or_else(|| document().get_element_by_id("times")));
            });
        }
        now
    });
}

/// A page that is shown anew may replace the control that was used; the focus goes to the new one.
pub fn keep_focus() {
    #[cfg(feature = "hydrate")]
    {
        let Some(active) = document().active_element() else {
            return;
        };
        let selector = match (active.id(), active.get_attribute("aria-label")) {
            (id, _) if !id.is_empty() => format!("[id=\"{id}\"]"),
            (_, Some(label)) if !label.contains(['"', '\\']) => format!("[aria-label=\"{label}\"]"),
            _ => return,
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

/// Moves the focus, if the element is there.
fn focus(element: Option<leptos::web_sys::Element>) {
    use leptos::wasm_bindgen::JsCast as _;
    if let Some(element) = element.and_then(|element| element.dyn_into::<leptos::web_sys::HtmlElement>().ok())
    {
        let _ = element.focus();
    }
}

/// Goes to another state of the same page without a new entry in the history.
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
