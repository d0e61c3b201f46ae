//! Rooms and equipment that services can need, by kind and quantity.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use bookings::versions::Versioned;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use serde::{Deserialize, Serialize};

use super::tabs::SettingsHeader;
use crate::error::AppError;
use crate::error::FieldProblem;
use crate::flash::FormFlash;
use crate::ui::field::sentence_of;
use crate::ui::number::whole_number;
use crate::ui::{Card, Field, FormNotice, SaveButtons, load_page};

/// A row as typed; without a name it is ignored.
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
    /// The version on which the form is based.
    version: String,
    flash: FormFlash,
}

/// Number of empty rows at the end.
const SPARE: usize = 3;

/// Loads rooms and equipment, for the owner and admins.
#[server(prefix = "/api/fn", endpoint = "resources-page")]
pub async fn resources_page() -> Result<ResourcesView, AppError> {
    let me = crate::staff::access::me().await?;
    if !me.is_admin() {
        return Err(crate::context::with_status(AppError::NotAllowed));
    }
    let version = crate::context::version(Versioned::RESOURCES).await?;
    let stored = bookings::services::resources(&crate::context::quince()?).await?;
    let flash = crate::context::flash("resources").await;
    let typed = flash
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
        version: flash.value_or("seen", &version),
        flash,
    })
}

/// Saves rooms and equipment.
#[server(prefix = "/api/fn", endpoint = "save-resources")]
pub async fn save_resources(
    #[server(default)] resources: Vec<ResourceText>,
    #[server(default)] seen: String,
) -> Result<String, AppError> {
    let typed = serde_json::to_string(&resources).unwrap_or_default();
    let form = crate::context::FormPost::new("resources")
        .keep("resources", &typed)
        .keep("seen", &seen);
    form.stay(save(&seen, resources).await, "Saved.").await
}

async fn save(seen: &str, rows: Vec<ResourceText>) -> Result<(), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    let all = parse_form(rows).map_err(AppError::Fields)?;
    bookings::services::save_resources(&crate::context::quince()?, by, all).await?;
    Ok(())
}

/// Parses the rows that have a name. Problems are reported at their rows.
fn parse_form(rows: Vec<ResourceText>) -> Result<Vec<bookings::services::ResourceForm>, Vec<FieldProblem>> {
    let mut problems = Vec::new();
    let mut all = Vec::new();
    for (row, resource) in rows.into_iter().enumerate() {
        let (name, quantity) = (resource.name.trim(), resource.quantity.trim());
        let mut problem = |field: &str, sentence: String| {
            problems.push(FieldProblem {
                field: format!("resources[{row}][{field}]"),
                sentence,
            });
        };
        if name.is_empty() {
            // Emptying the name of an existing row removes it.
            if resource.id.is_empty() && !quantity.is_empty() {
                problem("name", "Enter a name, or empty the number, too.".to_owned());
            }
            continue;
        }
        let id = (!resource.id.is_empty()).then(|| resource.id.parse());
        let Ok(id) = id.transpose() else {
            problem(
                "name",
                format!("“{name}” does not exist any more. Reload the page."),
            );
            continue;
        };
        match whole_number(&format!("how many there are of “{name}”"), quantity) {
            Ok(quantity) => all.push(bookings::services::ResourceForm {
                id,
                name: resource.name,
                quantity,
            }),
            Err(_) if quantity.is_empty() => {
                problem("quantity", format!("Enter how many there are of “{name}”."));
            }
            Err(sentence) => problem("quantity", sentence),
        }
    }
    if problems.is_empty() {
        Ok(all)
    } else {
        Err(problems)
    }
}

/// `/settings/resources`.
#[component]
pub fn ResourcesPage() -> impl IntoView {
    view! {
        <SettingsHeader title="Rooms and equipment" lead="What services can need. Nobody is booked into a room that is taken."/>
        {load_page(resources_page(), |view| view! { <Shown view/> }.into_any())}
    }
}

#[component]
fn Shown(view: ResourcesView) -> impl IntoView {
    let problem = view.flash.problem();
    let done = view.flash.done();
    let sentence = sentence_of(Some(problem), "resources");
    // Empty rows in between stay, so that an error finds its row.
    let used = view
        .resources
        .iter()
        .rposition(|row| *row != ResourceText::default());
    let used = used.map_or(0, |last| last + 1);
    let spare = std::iter::repeat_n(ResourceText::default(), SPARE);
    let rows = view
        .resources
        .into_iter()
        .take(used)
        .chain(spare)
        .enumerate()
        .map(|(row, resource)| {
            let number = row + 1;
            // Only the first row has the help texts, since all are alike.
            let (name_help, quantity_help) = if row == 0 {
                ("What it is, for example Chair or Treatment room.", "Of this sort, 1 to 1000. Usually 1.")
            } else {
                ("", "")
            };
            view! {
                <input type="hidden" name=format!("resources[{row}][id]") value=resource.id/>
                <div class="field-row">
                    <Field label=format!("Name {number}") name=format!("resources[{row}][name]") value=resource.name unmarked=true help=name_help problem/>
                    <Field label=format!("How many {number}") name=format!("resources[{row}][quantity]") inputmode="numeric" value=resource.quantity unmarked=true help=quantity_help problem/>
                </div>
            }
        })
        .collect_view();
    view! {
        <FormNotice problem done/>
        <form method="post" action=SaveResources::PATH>
            <Card title="What there is">
                <div id="field-resources" tabindex="-1">
                    <p class="field-help">"For example 2 treatment rooms and 1 laser. Empty a name to remove it; save to get more empty rows. Visits that are booked keep what they have."</p>
                    {move || sentence.get().map(|text| view! { <p class="field-error">{text}</p> })}
                </div>
                {rows}
            </Card>
            <div class="form-end"><SaveButtons version=view.version problem/></div>
        </form>
    }
}
