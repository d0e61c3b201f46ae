//! The zone in which times are shown. Visitors can change it; with script the browser's zone is the default.

use leptos::prelude::*;

use super::{PickerQuery, replace_address};
use crate::error::AppError;
use crate::ui::{ZoneOption, ZonePicker, load};

/// Lists all time zones with their present offset.
#[server(prefix = "/api/fn", endpoint = "zones", input = leptos::server_fn::codec::GetUrl)]
pub async fn zone_list() -> Result<Vec<ZoneOption>, AppError> {
    Ok(crate::ui::zone::zone_options(crate::context::quince()?.now()))
}

/// The form that changes the zone. Without script it has a button.
#[component]
pub fn ZoneForm(
    /// The page's path.
    base: String,
    /// The present zone.
    zone: String,
    /// The query of the page's address.
    query: Memo<PickerQuery>,
) -> impl IntoView {
    let zones = Resource::new(|| (), |()| zone_list());
    let replace = replace_address();
    let changed = {
        let base = base.clone();
        move |event: leptos::ev::Event| {
            let href = query
                .get_untracked()
                .in_zone(&event_target_value(&event))
                .href(&base);
            replace(href);
        }
    };
    let hidden = move |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <input type="hidden" name=name value=value/> })
    };
    view! {
        <form class="zone-form" method="get" action=base on:change=changed>
            {move || {
                let query = query.get();
                view! {
                    {hidden("host", query.host)}
                    {hidden("visit", query.visit)}
                    {hidden("month", query.month)}
                    {hidden("date", query.date)}
                    {hidden("start", query.start)}
                }
            }}
            {load(zones, move |options| view! { <ZonePicker options value=zone.clone()/> }.into_any())}
            <button class="button" type="submit">"Change"</button>
        </form>
    }
}

/// Sets the browser's zone once, unless the address names one.
pub fn detect_zone(base: impl Fn() -> String + 'static, query: Memo<PickerQuery>) {
    let replace = replace_address();
    Effect::new(move |done: Option<bool>| {
        let asked = query.get_untracked();
        if done != Some(true)
            && asked.zone.is_none()
            && let Some(zone) = browser_zone()
        {
            replace(asked.in_zone(&zone).href(&base()));
        }
        true
    });
}

#[cfg(feature = "hydrate")]
fn browser_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into())
        .ok()?
        .as_string()
}

#[cfg(not(feature = "hydrate"))]
fn browser_zone() -> Option<String> {
    None
}
