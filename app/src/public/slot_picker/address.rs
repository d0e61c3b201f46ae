//! The query of the page's address, on the server.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::PickerQuery;

/// The query of the page's address.
pub fn picker_query() -> PickerQuery {
    use_query_map().with_untracked(|query| PickerQuery::of(|name| query.get(name)))
}
