//! The zone in which times are shown. Visitors can change it; the browser proposes its own.

use leptos::prelude::*;

use super::PickerQuery;
use crate::context::quince;
use crate::ui::ZonePicker;
use crate::ui::zone::zone_options;

/// The form that changes the zone. Without script it has a button.
#[component]
pub fn ZoneForm(
    /// The page's path.
    base: String,
    /// The present zone.
    zone: String,
    /// The query of the page's address.
    query: PickerQuery,
) -> impl IntoView {
    let options = quince()
        .map(|quince| zone_options(quince.now()))
        .unwrap_or_default();
    // A zone in the address is the visitor's choice.
    let guess = query.zone.is_none().then(|| zone.clone());
    view! {
        <form class="zone-form" method="get" action=base data-auto="" data-guess-zone=guess>
            <input type="hidden" name="host" value=query.host/>
            <input type="hidden" name="visit" value=query.visit/>
            <input type="hidden" name="month" value=query.month/>
            <input type="hidden" name="date" value=query.date/>
            <input type="hidden" name="start" value=query.start/>
            <ZonePicker options value=zone/>
            <button class="button" type="submit">"Change"</button>
        </form>
    }
}
