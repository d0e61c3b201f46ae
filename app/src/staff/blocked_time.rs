//! `/blocked-time/new` and `/blocked-time/:id`: time blocked off by hand.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::{use_params_map, use_query_map};
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{
    ButtonLink, Card, Choice, DeleteButton, Field, FormNotice, Notice, PageHeader, SaveButtons, Tone,
    load_page,
};

/// Blocked-off time as typed. Without times it covers whole days.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BlockText {
    staff: String,
    title: String,
    from_date: String,
    from_time: String,
    to_date: String,
    to_time: String,
}

/// What the page shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BlockPage {
    id: String,
    form: BlockText,
    /// Whose time the viewer may block off; for most only their own.
    people: Vec<(String, String)>,
    /// The owner, if it is somebody else's time.
    whose: Option<String>,
    zone: String,
    /// Appointments within it: "Ada Lovelace, Tuesday, 24 November 2026, 9:30".
    appointments: Vec<String>,
    /// The version on which the forms are based; empty for a day that is to be blocked off.
    version: String,
    flash: FormFlash,
}

/// The name of the form that deletes it.
const REMOVE: &str = "remove";

/// Loads blocked-off time, or without id a form for a date.
#[server(prefix = "/api/fn", endpoint = "blocked-time-page")]
pub async fn blocked_time_page(id: String, date: String) -> Result<BlockPage, AppError> {
    let me = super::access::me().await?;
    form::page(me, &id, &date)
        .await
        .map_err(crate::context::with_status)
}

/// Inserts or updates blocked-off time.
#[server(prefix = "/api/fn", endpoint = "save-blocked-time")]
pub async fn save_blocked_time(
    id: String,
    block: BlockText,
    #[server(default)] seen: String,
) -> Result<(), AppError> {
    let typed = serde_json::to_string(&block).unwrap_or_default();
    let submitted = crate::context::FormPost::new("blocked-time")
        .keep("block", &typed)
        .keep("id", &id)
        .keep("seen", &seen);
    submitted.go(form::save(&seen, &id, &block).await).await
}

/// Deletes blocked-off time.
#[server(prefix = "/api/fn", endpoint = "remove-blocked-time")]
pub async fn remove_blocked_time(id: String, #[server(default)] seen: String) -> Result<(), AppError> {
    let submitted = crate::context::FormPost::new("blocked-time");
    let removed = form::remove(&seen, &id).await;
    submitted.go(removed.map_err(|error| error.in_form(REMOVE))).await
}

/// `/blocked-time/new`.
#[component]
pub fn NewBlockedTimePage() -> impl IntoView {
    let date = use_query_map().with_untracked(|query| query.get("date").unwrap_or_default());
    load_page(blocked_time_page(String::new(), date), |page| {
        view! { <Shown title="Block off time" page/> }.into_any()
    })
}

/// `/blocked-time/{id}`.
#[component]
pub fn BlockedTimePage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id").unwrap_or_default());
    load_page(blocked_time_page(id, String::new()), |page| {
        view! { <Shown title="Blocked-off time" page/> }.into_any()
    })
}

#[component]
fn Shown(title: &'static str, page: BlockPage) -> impl IntoView {
    let problem = page.flash.problem();
    let BlockPage {
        id,
        form,
        people,
        whose,
        zone,
        appointments,
        version,
        flash,
    } = page;
    let of_save = Some(flash.value("seen"))
        .filter(|seen| !seen.is_empty() && flash.value("id") == id)
        .unwrap_or_else(|| version.clone());
    let several = people.len() > 1;
    let lead = if several {
        "Nobody can book this time. Times are in the zone of the person it belongs to.".to_owned()
    } else {
        let whose = whose.map(|name| format!("{name}: ")).unwrap_or_default();
        format!(
            "{whose}Nobody can book this time. Times in {}.",
            zone.replace('_', " ")
        )
    };
    let name = |field: &str| format!("block[{field}]");
    let stored = (!id.is_empty()).then(|| id.clone());
    let calendar = format!("/calendar?date={}", form.from_date);
    view! {
        <PageHeader title lead/>
        {(!appointments.is_empty()).then(|| view! {
            <Notice tone=Tone::Warn title="These appointments fall within it and are kept">
                <ul>{appointments.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            </Notice>
        })}
        <FormNotice problem/>
        <Card>
            <form method="post" action=SaveBlockedTime::PATH>
                <input type="hidden" name="id" value=id/>
                {if several {
                    view! { <Choice label="Whose time" name=name("staff") options=people value=form.staff problem/> }.into_any()
                } else {
                    view! { <input type="hidden" name=name("staff") value=form.staff/> }.into_any()
                }}
                <Field label="Title" name=name("title") value=form.title help="Only your team sees it." problem/>
                <div class="field-row">
                    <Field label="From" name=name("from_date") kind="date" value=form.from_date required=true problem/>
                    <Field label="Time" id="from-time" name=name("from_time") kind="time" value=form.from_time help="Empty: from the start of the day." problem/>
                </div>
                <div class="field-row">
                    <Field label="Until" name=name("to_date") kind="date" value=form.to_date required=true problem/>
                    <Field label="Time" id="to-time" name=name("to_time") kind="time" value=form.to_time help="Empty: to the end of the day." problem/>
                </div>
                <div class="form-end">
                    <SaveButtons version=of_save problem/>
                    <ButtonLink href=calendar>"Cancel"</ButtonLink>
                </div>
            </form>
        </Card>
        {stored.map(|id| view! {
            <Card title="Unblock this time">
                <form method="post" action=RemoveBlockedTime::PATH>
                    <input type="hidden" name="id" value=id/>
                    <DeleteButton version problem form=REMOVE words="Remove" words_when_told="Remove all the same"/>
                </form>
            </Card>
        })}
    }
}

mod form {
    use bookings::accounts::Me;
    use bookings::blocked::{self, BlockView, Owner};
    use bookings::versions::Versioned;
    use bookings::{BlockId, Interval, TimeOwner};
    use jiff::ToSpan;
    use jiff::civil::{Date, Time};
    use zones::Zone;

    use super::super::format::{clock, long_date};
    use super::{BlockPage, BlockText};
    use crate::context::{flash, quince, version};
    use crate::error::AppError;

    pub async fn page(me: Me, id: &str, date: &str) -> Result<BlockPage, AppError> {
        let quince = quince()?;
        let flash = flash("blocked-time").await;
        let (stored, newest) = match id {
            "" => (None, String::new()),
            id => {
                let id = block_id(id)?;
                // Before what the forms show is read.
                let newest = version(Versioned::blocked_time(id)).await?;
                (Some(blocked::get(&quince, me.id, id).await?), newest)
            }
        };
        let zone = stored.as_ref().map_or(&me.zone, |block| &block.zone).clone();
        let typed = flash
            .values
            .get("block")
            .filter(|_| flash.value("id") == id)
            .and_then(|text| serde_json::from_str(text).ok());
        let fresh = || {
            let day = date
                .parse()
                .unwrap_or_else(|_| zone.date(quince.now()))
                .to_string();
            BlockText {
                staff: me.id.to_string(),
                from_date: day.clone(),
                to_date: day,
                ..BlockText::default()
            }
        };
        let form = typed.unwrap_or_else(|| stored.as_ref().map_or_else(fresh, |block| text(block, &zone)));
        let appointments = stored.iter().flat_map(|block| &block.appointments);
        let appointments = appointments
            .map(|(name, start)| {
                let local = zone.local(*start);
                format!("{name}, {}, {}", long_date(local.date()), clock(local.time()))
            })
            .collect();
        let mut owners = blocked::owners(&quince, me.id).await?;
        if stored.is_some() {
            owners.truncate(1);
        }
        Ok(BlockPage {
            id: id.to_owned(),
            form,
            people: owners.iter().map(option).collect(),
            whose: stored
                .filter(|block| block.owner != me.id.into())
                .map(|block| block.owner_name),
            zone: zone.to_string(),
            appointments,
            version: newest,
            flash,
        })
    }

    /// An owner with their zone: "Jonas Okafor (Europe/Berlin)".
    fn option(owner: &Owner) -> (String, String) {
        let zone = owner.zone.to_string().replace('_', " ");
        let name = &owner.name;
        let shown = match owner.id {
            TimeOwner::Calendar(_) => format!("The Simple calendar “{name}” ({zone})"),
            _ => format!("{name} ({zone})"),
        };
        (owner.id.to_string(), shown)
    }

    fn text(block: &BlockView, zone: &Zone) -> BlockText {
        let (from, to) = (zone.local(block.start), zone.local(block.end));
        let midnight = |time: Time| time == Time::midnight();
        let shown = |time: Time| time.strftime("%H:%M").to_string();
        // An end at midnight is shown as the whole day before.
        let (to_date, to_time) = if midnight(to.time()) {
            (to.date().saturating_sub(1.day()), String::new())
        } else {
            (to.date(), shown(to.time()))
        };
        BlockText {
            staff: block.owner.to_string(),
            title: block.title.clone(),
            from_date: from.date().to_string(),
            from_time: if midnight(from.time()) {
                String::new()
            } else {
                shown(from.time())
            },
            to_date: to_date.to_string(),
            to_time,
        }
    }

    pub async fn save(seen: &str, id: &str, block: &BlockText) -> Result<String, AppError> {
        let editor = super::super::access::editor(seen).await?;
        let (by, quince) = (editor.staff, quince()?);
        let who: TimeOwner = block.staff.parse().map_err(|_| AppError::NotFound)?;
        let stored = match id {
            "" => None,
            id => Some(blocked::get(&quince, by, block_id(id)?).await?),
        };
        let whose = stored.as_ref().map_or(who, |stored| stored.owner);
        let owners = blocked::owners(&quince, by).await?;
        let owner = owners.into_iter().find(|owner| owner.id == whose);
        let zone = owner.ok_or(AppError::NotAllowed)?.zone;
        let span = parse_form(block, &zone)?;
        let saved = match stored {
            Some(stored) => blocked::change(&quince, editor, stored.id, span, &block.title).await,
            None => blocked::add(&quince, by, who, span, &block.title).await,
        };
        let saved = saved.map_err(|error| named(error.into()))?;
        // Appointments within it are shown before one goes on.
        Ok(if saved.appointments.is_empty() {
            format!("/calendar?date={}", zone.date(saved.start))
        } else {
            format!("/blocked-time/{}", saved.id)
        })
    }

    pub async fn remove(seen: &str, id: &str) -> Result<String, AppError> {
        let by = super::super::access::editor(seen).await?;
        blocked::remove(&quince()?, by, block_id(id)?).await?;
        Ok("/calendar".to_owned())
    }

    fn block_id(id: &str) -> Result<BlockId, AppError> {
        id.parse().map_err(|_| AppError::NotFound)
    }

    fn parse_form(block: &BlockText, zone: &Zone) -> Result<Interval, AppError> {
        let date = |field: &str, text: &str| -> Result<Date, AppError> {
            text.parse()
                .map_err(|_| AppError::field(format!("block[{field}]"), "Choose a date."))
        };
        let time = |field: &str, text: &str| -> Result<Option<Time>, AppError> {
            if text.is_empty() {
                return Ok(None);
            }
            text.parse().map(Some).map_err(|_| {
                AppError::field(
                    format!("block[{field}]"),
                    "Enter a time such as 14:30, or leave it empty.",
                )
            })
        };
        let from_date = date("from_date", &block.from_date)?;
        let to_date = date("to_date", &block.to_date)?;
        // When clocks are set back, both occurrences of a repeated hour are blocked off.
        let start = match time("from_time", &block.from_time)? {
            Some(time) => zone.opening(from_date.to_datetime(time)),
            None => zone.start_of_day(from_date),
        };
        let end = match time("to_time", &block.to_time)? {
            Some(time) => zone.closing(to_date.to_datetime(time)),
            None => zone.start_of_day(to_date.saturating_add(1.day())),
        };
        Ok(Interval::new(start, end))
    }

    /// Prefixes the fields of an error for this form.
    fn named(error: AppError) -> AppError {
        error.at_fields(|field| match field {
            "end" => "block[to_date]".to_owned(),
            other => format!("block[{other}]"),
        })
    }
}
