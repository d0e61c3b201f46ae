//! The choice of a member, where a client may have one.

use leptos::prelude::*;

use super::{Ask, replace_address};
use crate::ui::Choice;

/// The form that changes whom the client wants. Without script its button sends it.
#[component]
pub fn HostForm(
    /// The page's path.
    base: String,
    /// The members that can be chosen: id and name.
    hosts: Vec<(String, String)>,
    /// The query of the page's address.
    ask: Memo<Ask>,
) -> impl IntoView {
    let replace = replace_address();
    let changed = {
        let base = base.clone();
        move |event: leptos::ev::Event| {
            let ask = ask.get_untracked().with_host(&event_target_value(&event));
            replace(ask.href(&base));
        }
    };
    let anybody = (String::new(), "Anybody".to_owned());
    let options: Vec<(String, String)> = std::iter::once(anybody).chain(hosts).collect();
    let hidden = move |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <input type="hidden" name=name value=value/> })
    };
    let value = ask.get_untracked().host.unwrap_or_default();
    view! {
        <form class="zone-form" method="get" action=base on:change=changed>
            {move || {
                let ask = ask.get();
                view! {
                    {hidden("zone", ask.zone)}
                    {hidden("visit", ask.visit)}
                    {hidden("month", ask.month)}
                    {hidden("date", ask.date)}
                }
            }}
            <Choice label="With" name="host" options value/>
            <button class="button" type="submit">"Change"</button>
        </form>
    }
}
