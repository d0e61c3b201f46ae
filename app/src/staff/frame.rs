//! Data of the layout around the staff's pages: who is signed in, and what waits for them.

use leptos::prelude::*;
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

/// What the layout shows around every page, in the Leptos context.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// The signed-in person.
    pub who: Option<Person>,
    /// Number of appointments to confirm.
    pub to_confirm: u32,
    /// Their warnings.
    pub warnings: Vec<Banner>,
}

impl Frame {
    /// Loads what can be loaded: the page itself says what is wrong.
    pub async fn load() -> Self {
        let Ok(who) = who().await else {
            return Self::default();
        };
        Self {
            who: Some(who),
            to_confirm: to_confirm().await.unwrap_or_default(),
            warnings: calendar_warnings().await.unwrap_or_default(),
        }
    }
}

/// The number of appointments to confirm, inside a link to them; nothing if there are none.
#[component]
pub fn ToConfirmCount() -> impl IntoView {
    let count = use_context::<Frame>().map_or(0, |frame| frame.to_confirm);
    (count > 0).then(
        || view! { <span class="count">{count}<span class="visually-hidden">" to confirm"</span></span> },
    )
}
