//! The slot picker: a month, the free times of a day, the zone. Everything is a link or a GET form, so it works without script. As an
//! island it has the times of a whole month, so another day appears at once, and it loads another month in place.

#[cfg(feature = "ssr")]
mod address;
mod browser;
#[cfg(feature = "ssr")]
mod host;
#[cfg(feature = "ssr")]
pub mod load;
mod model;
#[cfg(feature = "ssr")]
pub mod month;
#[cfg(feature = "ssr")]
mod why_not;
#[cfg(feature = "ssr")]
mod zone;

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos::task::spawn_local;

#[cfg(feature = "ssr")]
pub use address::picker_query;
#[cfg(feature = "ssr")]
pub use host::HostForm;
#[cfg(feature = "ssr")]
pub use model::{DayTimes, FreeTime};
pub use model::{MonthOffer, PickerQuery};
#[cfg(feature = "ssr")]
pub use why_not::why_not;
#[cfg(feature = "ssr")]
pub use zone::ZoneForm;

use crate::error::AppError;
use crate::ui::{MonthGrid, TimeList};

/// Loads a month of the free times that the page at a path offers: that of a booking calendar, or of an appointment to be moved.
#[server(prefix = "/api/fn", endpoint = "free-month", input = GetUrl)]
pub async fn free_month(
    /// The page's path, without query.
    page: String,
    /// The zone in which the page shows times.
    zone: String,
    /// The month (`2026-11`), by default the first with free times.
    #[server(default)]
    month: Option<String>,
    /// The member that the client wants, by default anybody.
    #[server(default)]
    host: Option<String>,
    /// The services that the client wants: `SERVICE:STAFF,SERVICE`.
    #[server(default)]
    visit: Option<String>,
) -> Result<MonthOffer, AppError> {
    let query = PickerQuery {
        month,
        zone: Some(zone),
        host,
        visit,
        ..PickerQuery::default()
    };
    load::offer_of_page(&page, &query)
        .await
        .map_err(crate::context::with_status)
}

/// The island's state.
#[derive(Debug, Clone, Copy)]
struct Picker {
    base: StoredValue<String>,
    offer: RwSignal<MonthOffer>,
    query: RwSignal<PickerQuery>,
    /// What is being loaded.
    pending: RwSignal<Option<PickerQuery>>,
    /// What could not be loaded, and why.
    failed: RwSignal<Option<(PickerQuery, AppError)>>,
}

/// The month, and the free times of the chosen day.
#[island]
pub fn SlotPicker(
    /// The page's path, without query.
    base: String,
    /// The month's free times.
    offer: MonthOffer,
    /// The query of the page's address.
    query: PickerQuery,
) -> impl IntoView {
    let picker = Picker {
        base: StoredValue::new(base),
        offer: RwSignal::new(offer),
        query: RwSignal::new(query),
        pending: RwSignal::new(None),
        failed: RwSignal::new(None),
    };
    Effect::new(move |_| {
        let back = window_event_listener(leptos::ev::popstate, move |_| {
            picker.show(browser::query(), false);
        });
        on_cleanup(move || back.remove());
    });
    let chosen_date = Memo::new(move |_| {
        let query = picker.query.read();
        let offer = picker.offer.read();
        offer.chosen_day(&query).map(|day| day.date.clone())
    });
    let month = move || {
        let base = picker.base.get_value();
        let chosen = chosen_date.get();
        picker
            .offer
            .read()
            .month(&base, &picker.query.read(), chosen.as_deref())
    };
    let is_busy = move || picker.pending.read().is_some().then_some("true");
    view! {
        <div class="choose-day" aria-busy=is_busy on:click=move |event| picker.follow(&event)>
            {move || view! { <MonthGrid month=month()/> }}
        </div>
        <section
            class="day-times"
            id="times"
            tabindex="-1"
            aria-label="Free times"
            aria-busy=is_busy
            on:click=move |event| picker.follow(&event)
        >
            {move || picker.failure()}
            {move || picker.times()}
        </section>
    }
}

impl Picker {
    /// Follows a link within the picker in place. Chosen times are pages of their own.
    fn follow(self, event: &MouseEvent) {
        let Some(query) = browser::followed(event).filter(|query| query.start.is_none()) else {
            return;
        };
        event.prevent_default();
        self.show(query, true);
    }

    /// Shows what a query asks for, once its month is there. `is_new` puts it into the history.
    fn show(self, query: PickerQuery, is_new: bool) {
        self.failed.set(None);
        let wanted = query.month_to_load();
        if wanted.is_some() && wanted == self.offer.read_untracked().month_key() {
            self.pending.set(None);
            self.arrive(query, is_new);
            return;
        }
        self.pending.set(Some(query.clone()));
        let base = self.base.get_value();
        // The address need not name a zone, so the one shown is asked for.
        let zone = query
            .zone
            .clone()
            .unwrap_or_else(|| self.offer.read_untracked().zone.clone());
        spawn_local(async move {
            let PickerQuery { host, visit, .. } = query.clone();
            let loaded = free_month(base, zone, wanted, host, visit).await;
            // Something else may have been chosen meanwhile.
            if self.pending.get_untracked().as_ref() != Some(&query) {
                return;
            }
            self.pending.set(None);
            match loaded {
                Ok(offer) => {
                    self.offer.set(offer);
                    self.arrive(query, is_new);
                }
                Err(error) => self.failed.set(Some((query, error))),
            }
        });
    }

    fn arrive(self, query: PickerQuery, is_new: bool) {
        if is_new {
            browser::remember(&query.href(&self.base.get_value()));
        }
        let has_day = query.date.is_some();
        self.query.set(query);
        // Keyboard and screen reader users continue at the times of the day that they chose.
        request_animation_frame(move || {
            browser::focus(if has_day { "#times" } else { "a.month-step" }, has_day);
        });
    }

    /// Why another month is not shown. The one before stays.
    fn failure(self) -> Option<impl IntoView> {
        let (query, error) = self.failed.get()?;
        let href = query.href(&self.base.get_value());
        Some(view! {
            <div class="notice notice-bad" role="alert">
                <p>{error.to_string()} " " <a href=href>"Try again"</a></p>
            </div>
        })
    }

    fn times(self) -> AnyView {
        let (offer, query, base) = (self.offer.read(), self.query.read(), self.base.get_value());
        if let Some(day) = offer.chosen_day(&query) {
            return view! {
                <h2>{day.title.clone()}</h2>
                <p class="soft small">{format!("Times in {}", offer.zone_label)}</p>
                <TimeList groups=day.groups(&base, &query)/>
            }
            .into_any();
        }
        let next = offer.next_free.clone().map(|next| {
            let href = query.on_day(&next.date).href(&base);
            view! { <p><a class="button button-primary" href=href>{next.words}</a></p> }
        });
        view! {
            <h2>"No free times"</h2>
            <div class="no-times">
                <p>{offer.empty_sentence.clone()}</p>
                {next}
            </div>
        }
        .into_any()
    }
}
