//! Data of the layout around the staff's pages: who is signed in, and what waits for them.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use super::banners::{Banner, calendar_warnings};
use crate::error::AppError;

/// The signed-in person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Whether they may change booking calendars, the team and the workspace.
    pub admin: bool,
}

/// Loads the signed-in person.
#[server(prefix = "/api/fn", endpoint = "who")]
pub async fn who() -> Result<Person, AppError> {
    let me = super::access::me().await?;
    Ok(Person {
        admin: me.is_admin(),
        name: me.name,
    })
}

/// Counts the appointments that they can confirm or decline.
#[server(prefix = "/api/fn", endpoint = "to-confirm")]
pub async fn to_confirm() -> Result<u32, AppError> {
    let staff = super::access::signed_in().await?;
    Ok(bookings::appointments::to_confirm(&crate::context::quince()?, staff).await?)
}

/// The layout's data, in the Leptos context.
#[derive(Clone, Copy)]
pub struct Frame {
    /// The signed-in person, loaded once.
    pub who: Resource<Result<Person, AppError>>,
    /// Number of appointments to confirm, loaded again on every page.
    pub to_confirm: Resource<Result<u32, AppError>>,
    /// Their warnings, loaded again on every page.
    pub warnings: Resource<Result<Vec<Banner>, AppError>>,
}

impl Frame {
    /// Loads the data and provides it in the context.
    pub fn provide() -> Self {
        let page = use_location();
        let frame = Self {
            who: Resource::new(|| (), |()| who()),
            to_confirm: Resource::new(move || page.pathname.get(), |_| to_confirm()),
            warnings: Resource::new(move || page.pathname.get(), |_| calendar_warnings()),
        };
        provide_context(frame);
        frame
    }
}

/// Loads the warnings again after a form that may have ended one.
pub fn reload_warnings(sent: impl Fn() -> usize + 'static) {
    let frame = use_context::<Frame>();
    Effect::new(move |_| {
        if let (Some(frame), true) = (frame, sent() > 0) {
            frame.warnings.refetch();
        }
    });
}

/// The number of appointments to confirm, inside a link to them; nothing if there are none.
#[component]
pub fn ToConfirmCount() -> impl IntoView {
    let frame = use_context::<Frame>();
    frame.map(|Frame { to_confirm, .. }| {
        view! {
            <Transition>
                {move || Suspend::new(async move {
                    let count = to_confirm.await.ok().filter(|count| *count > 0);
                    count.map(|count| view! {
                        <span class="count">{count}<span class="visually-hidden">" to confirm"</span></span>
                    })
                })}
            </Transition>
        }
    })
}
