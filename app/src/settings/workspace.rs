//! Workspace: the name and zone of the business, and the holidays on which nobody can be booked.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use bookings::versions::Versioned;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use serde::{Deserialize, Serialize};

use super::tabs::SettingsHeader;
use super::{StayingNotice, StayingRow};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Card, Field, FormNotice, SaveButtons, ZoneOption, ZonePicker, load_page};

/// A row of holidays as typed, one date or several in a row; ignored without a date.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HolidayText {
    date: String,
    /// The last of several dates; empty for one date.
    last: String,
    name: String,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WorkspaceView {
    name: String,
    zone: String,
    zones: Vec<ZoneOption>,
    holidays: Vec<HolidayText>,
    /// The version on which the form is based.
    version: String,
    /// Future appointments on holidays.
    staying: Vec<StayingRow>,
    flash: FormFlash,
}

/// Number of empty rows at the end.
const SPARE: usize = 3;

/// Loads the workspace, for the owner and admins.
#[server(prefix = "/api/fn", endpoint = "workspace-settings")]
pub async fn workspace_settings() -> Result<WorkspaceView, AppError> {
    let me = crate::staff::access::me().await?;
    if !me.is_admin() {
        return Err(crate::context::with_status(AppError::NotAllowed));
    }
    let quince = crate::context::quince()?;
    let version = crate::context::version(Versioned::WORKSPACE).await?;
    let workspace = bookings::accounts::workspace(&quince).await?;
    let holidays = bookings::holidays::list(&quince).await?;
    let flash = crate::context::flash("workspace").await;
    let typed = flash
        .values
        .get("holidays")
        .and_then(|text| serde_json::from_str(text).ok());
    let stored = || rows::of_holidays(&holidays);
    let staying = bookings::holidays::appointments_on_holidays(&quince, me.id).await?;
    Ok(WorkspaceView {
        staying: super::staying(staying, &me.zone),
        version: flash.value_or("seen", &version),
        name: workspace.name,
        zone: workspace.zone.name().to_owned(),
        zones: crate::ui::zone::zone_options(quince.now()),
        holidays: typed.unwrap_or_else(stored),
        flash,
    })
}

/// Saves the workspace.
#[server(prefix = "/api/fn", endpoint = "save-workspace")]
pub async fn save_workspace(
    name: String,
    zone: String,
    #[server(default)] holidays: Vec<HolidayText>,
    #[server(default)] seen: String,
) -> Result<String, AppError> {
    let typed = serde_json::to_string(&holidays).unwrap_or_default();
    let form = crate::context::FormPost::new("workspace")
        .keep("name", &name)
        .keep("zone", &zone)
        .keep("holidays", &typed)
        .keep("seen", &seen);
    form.stay(save(&seen, &name, &zone, &holidays).await, "Saved.")
        .await
}

async fn save(seen: &str, name: &str, zone: &str, holidays: &[HolidayText]) -> Result<(), AppError> {
    let by = crate::staff::access::editor(seen).await?;
    let all = rows::to_holidays(holidays)?;
    bookings::holidays::save(&crate::context::quince()?, by, name, zone, all).await?;
    Ok(())
}

/// Converts between holidays and rows. Consecutive days with the same name are one row.
mod rows {
    use bookings::holidays::Holiday;
    use jiff::ToSpan as _;
    use jiff::civil::Date;

    use super::HolidayText;
    use crate::error::AppError;

    /// Maximum number of days in a row.
    const DAYS_LIMIT: i32 = 366;

    pub fn of_holidays(holidays: &[Holiday]) -> Vec<HolidayText> {
        let follows = |one: &Holiday, next: &Holiday| {
            one.name == next.name && one.date.tomorrow().is_ok_and(|date| date == next.date)
        };
        let row = |days: &[Holiday]| {
            let [first, rest @ ..] = days else {
                return HolidayText::default();
            };
            HolidayText {
                date: first.date.to_string(),
                last: rest.last().map(|last| last.date.to_string()).unwrap_or_default(),
                name: first.name.clone(),
            }
        };
        holidays.chunk_by(follows).map(row).collect()
    }

    pub fn to_holidays(rows: &[HolidayText]) -> Result<Vec<Holiday>, AppError> {
        let is_filled = |row: &&HolidayText| {
            let texts = [&row.date, &row.last, &row.name];
            texts.into_iter().any(|text| !text.trim().is_empty())
        };
        let mut holidays = Vec::new();
        for row in rows.iter().filter(is_filled) {
            let dates = dates(row).map_err(|sentence| AppError::field("holidays", sentence))?;
            holidays.extend(dates.into_iter().map(|date| Holiday {
                date,
                name: row.name.clone(),
            }));
        }
        Ok(holidays)
    }

    fn dates(row: &HolidayText) -> Result<Vec<Date>, String> {
        let date: Date = row
            .date
            .parse()
            .map_err(|_| format!("Choose the date of “{}”, or empty its row.", row.name))?;
        let last: Date = match row.last.as_str() {
            "" => date,
            last => last
                .parse()
                .map_err(|_| format!("{date}: choose the last day, or leave it empty."))?,
        };
        if last < date {
            return Err(format!(
                "{date}: the last day, {last}, is before it. Swap the two."
            ));
        }
        if (last - date).get_days() >= DAYS_LIMIT {
            return Err(format!(
                "{date}: the last day is more than a year later. Choose an earlier one."
            ));
        }
        Ok(date.series(1.day()).take_while(|date| *date <= last).collect())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn row(date: &str, last: &str, name: &str) -> HolidayText {
            HolidayText {
                date: date.to_owned(),
                last: last.to_owned(),
                name: name.to_owned(),
            }
        }

        #[test]
        fn days_in_a_row_under_one_name_are_one_row() {
            let rows = [
                row("2026-12-24", "2026-12-26", "Christmas"),
                row("2026-12-27", "", "Rest"),
            ];
            let days = to_holidays(&rows).unwrap();
            assert_eq!(days.len(), 4);
            assert_eq!(of_holidays(&days), rows);
        }

        #[test]
        fn what_makes_no_sense_is_told_and_empty_rows_are_none() {
            assert_eq!(to_holidays(&[row("", "", " ")]).unwrap(), []);
            for wrong in [
                row("", "", "Easter"),
                row("2026-12-26", "2026-12-24", "Christmas"),
                row("2026-12-26", "2028-12-24", "Ages"),
            ] {
                assert!(to_holidays(&[wrong]).is_err());
            }
        }
    }
}

/// `/settings/workspace`.
#[component]
pub fn WorkspaceSettingsPage() -> impl IntoView {
    view! {
        <SettingsHeader title="Workspace" lead="Your business, and the days on which it is closed."/>
        {load_page(workspace_settings(), |settings| view! { <Shown settings/> }.into_any())}
    }
}

#[component]
fn Shown(settings: WorkspaceView) -> impl IntoView {
    let problem = settings.flash.problem();
    let done = settings.flash.done();
    let sentence = Signal::derive(move || problem.read().as_ref()?.of_field("holidays"));
    let WorkspaceView {
        name,
        zone,
        zones,
        holidays,
        version,
        staying,
        flash,
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
                    <Field label=format!("Last day {number}") name=format!("holidays[{row}][last]") kind="date" value=holiday.last/>
                    <Field label=format!("Name {number}") name=format!("holidays[{row}][name]") value=holiday.name/>
                </div>
            }
        })
        .collect_view();
    view! {
        <FormNotice problem done/>
        <StayingNotice title="These appointments lie on holidays, and stay" rows=staying/>
        <form method="post" action=SaveWorkspace::PATH>
            <Card title="The business">
                <Field label="Name" name="name" value=flash.value_or("name", &name) required=true help="Clients read it on your pages and in mails." problem/>
                <ZonePicker options=zones value=flash.value_or("zone", &zone) help="Used where nobody's own zone applies." problem/>
            </Card>
            <Card title="Holidays">
                <p class="field-help">
                    "Nobody can be booked on these dates, except who has hours for the date in My Profile. A last day closes all dates up to it, too. Empty a row to remove it; save to get more empty rows."
                </p>
                {move || sentence.get().map(|text| view! { <p class="field-error">{text}</p> })}
                {rows}
            </Card>
            <div class="form-end"><SaveButtons version problem/></div>
        </form>
    }
}
