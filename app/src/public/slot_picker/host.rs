//! The choice of a member, where a client may have one.

use leptos::prelude::*;

use super::{PickerQuery, replace_address};
use crate::ui::Choice;

/// The form that changes whom the client wants. Without script its button sends it.
#[component]
pub fn HostForm(
    /// The page's path.
    base: String,
    /// The members that can be chosen: id and name.
    hosts: Vec<(String, String)>,
    /// The query of the page's address.
    query: Memo<PickerQuery>,
) -> impl IntoView {
    let replace = replace_address();
    let changed = {
        let base = base.clone();
        move |event: leptos::ev::Event| {
            let query = query.get_untracked().with_host(&event_target_value(&event));
            replace(query.href(&base));
        }
    };
    let anybody = (String::new(), "Anybody".to_owned());
    let options: Vec<(String, String)> = std::iter::once(anybody).chain(hosts).collect();
    let hidden = move |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <input type="hidden" name=name value=value/> })
    };
    let value = query.get_untracked().host.unwrap_or_default();
    view! {
        <form class="zone-form" method="get" action=base on:change=changed>
            {move || {
                let query = query.get();
                view! {
                    {hidden("zone", query.zone)}
                    {hidden("visit", query.visit)}
                    {hidden("month", query.month)}
                    {hidden("date", query.date)}
                }
            }}
            <Choice label="With" name="host" options value/>
            <button class="button" type="submit">"Change"</button>
        </form>
    }
}
