//! The slot picker's address and focus in the browser.

use leptos::prelude::{document, window};
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Element, HtmlAnchorElement, HtmlElement, MouseEvent, UrlSearchParams};

use super::PickerQuery;

/// The query of the address shown.
pub fn query() -> PickerQuery {
    parse(&window().location().search().unwrap_or_default())
}

/// The query of the link of this page that was clicked. None if the browser would open it elsewhere.
pub fn followed(event: &MouseEvent) -> Option<PickerQuery> {
    let is_plain = event.button() == 0
        && !(event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key());
    let clicked: Element = event.target()?.dyn_into().ok()?;
    let link: HtmlAnchorElement = clicked.closest("a[href]").ok()??.dyn_into().ok()?;
    is_plain.then(|| parse(&link.search()))
}

fn parse(search: &str) -> PickerQuery {
    let pairs = UrlSearchParams::new_with_str(search).ok();
    PickerQuery::of(|name| pairs.as_ref()?.get(name))
}

/// Puts an address into the history, without loading it.
pub fn remember(href: &str) {
    if let Ok(history) = window().history() {
        // Refused only for another origin.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(href));
    }
}

/// Moves the focus to the first element of a kind: in any case, or if what had it is gone.
pub fn focus(selector: &str, in_any_case: bool) {
    let is_lost = document()
        .active_element()
        .is_none_or(|active| active.tag_name() == "BODY");
    let found = document().query_selector(selector).ok().flatten();
    if let (true, Some(element)) = (
        in_any_case || is_lost,
        found.and_then(|found| found.dyn_into::<HtmlElement>().ok()),
    ) {
        let _ = element.focus();
    }
}
