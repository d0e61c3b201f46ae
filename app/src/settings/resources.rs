//! Rooms and equipment: what services can need, by sort and quantity.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::form::ActionForm;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::profile::done_of;
use super::tabs::SettingsHeader;
use crate::error::AppError;
use crate::kept::KeptForm;
use crate::ui::{Button, Card, Field, FormNotice, Look, accepted, anew, load_page, problem_of};

/// Rooms or equipment of one sort as typed; without a name it is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceText {
    id: String,
    name: String,
    quantity: String,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResourcesView {
    resources: Vec<ResourceText>,
    kept: KeptForm,
}

/// Empty rows that wait to be filled in.
const SPARE: usize = 3;

/// Loads rooms and equipment, for the owner and admins.
#[server(prefix = "/api/fn", endpoint = "resources-page")]
pub async fn resources_page() -> Result<ResourcesView, AppError> {
    let me = crate::staff::access::me().await?;
    if !me.is_admin() {
        return Err(crate::context::with_status(AppError::NotAllowed));
    }
    let stored = bookings::services::resources(&crate::context::quince()?).await?;
    let kept = crate::context::kept("resources").await;
    let typed = kept
        .values
        .get("resources")
        .and_then(|text| serde_json::from_str(text).ok());
    let shown = stored.into_iter().map(|resource| ResourceText {
        id: resource.id.to_string(),
        name: resource.name,
        quantity: resource.quantity.to_string(),
    });
    Ok(ResourcesView {
        resources: typed.unwrap_or_else(|| shown.collect()),
        kept,
    })
}

/// Saves rooms and equipment.
#[server(prefix = "/api/fn", endpoint = "save-resources")]
pub async fn save_resources(#[server(default)] resources: Vec<ResourceText>) -> Result<String, AppError> {
    let filled: Vec<ResourceText> = resources
        .into_iter()
        .filter(|resource| !resource.name.trim().is_empty())
        .collect();
    let typed = serde_json::to_string(&filled).unwrap_or_default();
    let form = crate::context::Submitted::new("resources").keep("resources", &typed);
    form.stay(save(filled).await, "Saved.").await
}

#[cfg(feature = "ssr")]
async fn save(filled: Vec<ResourceText>) -> Result<(), AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let mut all = Vec::with_capacity(filled.len());
    for resource in filled {
        let quantity = resource.quantity.trim().parse().map_err(|_| {
            AppError::field(
                "resources",
                format!("Enter how many there are of “{}”.", resource.name.trim()),
            )
        })?;
        all.push(bookings::services::ResourceForm {
            id: resource.id.parse().ok(),
            name: resource.name,
            quantity,
        });
    }
    bookings::services::save_resources(&crate::context::quince()?, staff, all).await?;
    Ok(())
}

/// `/settings/resources`.
#[component]
pub fn ResourcesPage() -> impl IntoView {
    let save = ServerAction::<SaveResources>::new();
    let saved = accepted(save);
    let page = Resource::new(move || saved.get(), |_| resources_page());
    view! {
        <SettingsHeader title="Rooms and equipment" lead="What services can need. Nobody is booked into a room that is taken."/>
        {load_page(page, move |view| {
            anew(saved.get_untracked(), move || view! { <Shown view=view.clone() save/> }).into_any()
        })}
    }
}

#[component]
fn Shown(view: ResourcesView, save: ServerAction<SaveResources>) -> impl IntoView {
    let problem = problem_of(save, &view.kept);
    let done = done_of(save, &view.kept);
    let spare = std::iter::repeat_n(ResourceText::default(), SPARE);
    let rows = view
        .resources
        .into_iter()
        .chain(spare)
        .enumerate()
        .map(|(row, resource)| {
            let number = row + 1;
            view! {
                <input type="hidden" name=format!("resources[{row}][id]") value=resource.id/>
                <div class="field-row">
                    <Field label=format!("Name {number}") name=format!("resources[{row}][name]") value=resource.name/>
                    <Field label=format!("How many {number}") name=format!("resources[{row}][quantity]") kind="number" min="1" max="1000" value=resource.quantity/>
                </div>
            }
        })
        .collect_view();
    view! {
        <FormNotice problem done/>
        <ActionForm action=save>
            <Card title="What there is">
                <p class="field-help" id="field-resources">"For example 2 treatment rooms and 1 laser. Empty a name to remove it; save to get more empty rows. Visits that are booked keep what they have."</p>
                {rows}
            </Card>
            <div class="form-end"><Button look=Look::Primary busy=save.pending()>"Save"</Button></div>
        </ActionForm>
    }
}
