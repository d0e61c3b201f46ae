//! Workspace: the name and zone of the business, and the holidays on which nobody can be booked.

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
use crate::ui::{
    Button, Card, Field, FormNotice, Look, ZoneOption, ZonePicker, accepted, anew, load_page, problem_of,
};

/// A holiday as typed; without a date it is none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HolidayText {
    date: String,
    name: String,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WorkspaceView {
    name: String,
    zone: String,
    zones: Vec<ZoneOption>,
    holidays: Vec<HolidayText>,
    kept: KeptForm,
}

/// Empty rows that wait to be filled in.
const SPARE: usize = 3;

/// Loads the workspace, for the owner and admins.
#[server(prefix = "/api/fn", endpoint = "workspace-settings")]
pub async fn workspace_settings() -> Result<WorkspaceView, AppError> {
    let me = crate::staff::access::me().await?;
    if !me.is_admin() {
        return Err(crate::context::with_status(AppError::NotAllowed));
    }
    let quince = crate::context::quince()?;
    let workspace = bookings::accounts::workspace(&quince).await?;
    let holidays = bookings::holidays::list(&quince).await?;
    let kept = crate::context::kept("workspace").await;
    let typed = kept
        .values
        .get("holidays")
        .and_then(|text| serde_json::from_str(text).ok());
    let stored = || {
        let text = |holiday: bookings::holidays::Holiday| HolidayText {
            date: holiday.date.to_string(),
            name: holiday.name,
        };
        holidays.into_iter().map(text).collect()
    };
    Ok(WorkspaceView {
        name: workspace.name,
        zone: workspace.zone.name().to_owned(),
        zones: crate::ui::zone::zone_options(quince.now()),
        holidays: typed.unwrap_or_else(stored),
        kept,
    })
}

/// Saves the workspace.
#[server(prefix = "/api/fn", endpoint = "save-workspace")]
pub async fn save_workspace(
    name: String,
    zone: String,
    #[server(default)] holidays: Vec<HolidayText>,
) -> Result<String, AppError> {
    let typed = serde_json::to_string(&holidays).unwrap_or_default();
    let form = crate::context::Submitted::new("workspace")
        .keep("name", &name)
        .keep("zone", &zone)
        .keep("holidays", &typed);
    form.stay(save(&name, &zone, &holidays).await, "Saved.").await
}

#[cfg(feature = "ssr")]
async fn save(name: &str, zone: &str, holidays: &[HolidayText]) -> Result<(), AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let filled = holidays
        .iter()
        .filter(|holiday| !holiday.date.is_empty() || !holiday.name.trim().is_empty());
    let mut all = Vec::new();
    for holiday in filled {
        let date = holiday.date.parse().map_err(|_| {
            AppError::field(
                "holidays",
                format!("Choose the date of “{}”, or empty its name.", holiday.name),
            )
        })?;
        all.push(bookings::holidays::Holiday {
            date,
            name: holiday.name.clone(),
        });
    }
    bookings::holidays::save(&crate::context::quince()?, staff, name, zone, all).await?;
    Ok(())
}

/// `/settings/workspace`.
#[component]
pub fn WorkspaceSettingsPage() -> impl IntoView {
    let save = ServerAction::<SaveWorkspace>::new();
    let saved = accepted(save);
    let page = Resource::new(move || saved.get(), |_| workspace_settings());
    view! {
        <SettingsHeader title="Workspace" lead="Your business, and the days on which it is closed."/>
        {load_page(page, move |settings| {
            anew(saved.get_untracked(), move || view! { <Shown settings=settings.clone() save/> }).into_any()
        })}
    }
}

#[component]
fn Shown(settings: WorkspaceView, save: ServerAction<SaveWorkspace>) -> impl IntoView {
    let problem = problem_of(save, &settings.kept);
    let done = done_of(save, &settings.kept);
    let sentence = Signal::derive(move || problem.read().as_ref()?.of_field("holidays"));
    let WorkspaceView {
        name,
        zone,
        zones,
        holidays,
        kept,
    } = settings;
    let spare = std::iter::repeat_n(HolidayText::default(), SPARE);
    let rows = holidays
        .into_iter()
        .chain(spare)
        .enumerate()
        .map(|(row, holiday)| {
            let number = row + 1;
            view! {
                <div class="field-row holiday">
                    <Field label=format!("Date {number}") name=format!("holidays[{row}][date]") kind="date" value=holiday.date/>
                    <Field label=format!("Name {number}") name=format!("holidays[{row}][name]") value=holiday.name/>
                </div>
            }
        })
        .collect_view();
    view! {
        <FormNotice problem done/>
        <ActionForm action=save>
            <Card title="The business">
                <Field label="Name" name="name" value=kept.value_or("name", &name) required=true help="Clients read it on your pages and in mails." problem/>
                <ZonePicker options=zones value=kept.value_or("zone", &zone) help="Used where nobody's own zone applies." problem/>
            </Card>
            <Card title="Holidays">
                <p class="field-help">
                    "Nobody can be booked on these dates, except who has hours for the date in My Profile. Empty a date and its name to remove it; save to get more empty rows."
                </p>
                {move || sentence.get().map(|text| view! { <p class="field-error">{text}</p> })}
                {rows}
            </Card>
            <div class="form-end"><Button look=Look::Primary busy=save.pending()>"Save"</Button></div>
        </ActionForm>
    }
}
