//! The choice of a member, where a client may have one.

use leptos::prelude::*;

use super::PickerQuery;
use crate::ui::Choice;

/// The form that changes whom the client wants. Without script its button sends it. A chosen start is dropped, since it may not be free
/// with them.
#[component]
pub fn HostForm(
    /// The page's path.
    base: String,
    /// The members that can be chosen: id and name.
    hosts: Vec<(String, String)>,
    /// The query of the page's address.
    query: PickerQuery,
) -> impl IntoView {
    let anybody = (String::new(), "Anybody".to_owned());
    let options: Vec<(String, String)> = std::iter::once(anybody).chain(hosts).collect();
    let value = query.host.unwrap_or_default();
    view! {
        <form class="zone-form" method="get" action=base data-auto="">
            <input type="hidden" name="zone" value=query.zone/>
            <input type="hidden" name="visit" value=query.visit/>
            <input type="hidden" name="month" value=query.month/>
            <input type="hidden" name="date" value=query.date/>
            <Choice label="With" name="host" options value/>
            <button class="button" type="submit">"Change"</button>
        </form>
    }
}
