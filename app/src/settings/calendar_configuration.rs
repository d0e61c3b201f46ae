//! Calendar Configuration: the primary calendar, the conflict calendars, and the policies of each connection (D6, D9).

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::calendar_choice::{
    AccountView, CalendarView, ConflictChoice, PoliciesChoice, PrimaryChoice, TroubleBadge,
};
use super::tabs::SettingsHeader;
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Button, ButtonLink, Card, EmptyState, FormNotice, Look, load};

/// What Calendar Configuration shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfigurationView {
    accounts: Vec<AccountView>,
    /// The sentence about Simple calendars, which do not use iCloud (D1), if there are any.
    without_icloud: Option<String>,
    flash_of_primary: FormFlash,
    flash_of_conflicts: FormFlash,
    /// Flash message of the policies of the connection that it names.
    flash_of_policies: FormFlash,
}

/// Loads Calendar Configuration.
#[server(prefix = "/api/fn", endpoint = "calendar-configuration-page")]
pub async fn configuration_page() -> Result<ConfigurationView, AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let quince = crate::context::quince()?;
    let configuration = bookings::configuration::get(&quince, staff).await?;
    Ok(ConfigurationView {
        accounts: super::calendar_choice::accounts(&configuration),
        without_icloud: super::without_icloud(&quince).await?,
        flash_of_primary: crate::context::flash("primary").await,
        flash_of_conflicts: crate::context::flash("conflicts").await,
        flash_of_policies: crate::context::flash("policies").await,
    })
}

/// Saves the primary calendar.
#[server(prefix = "/api/fn", endpoint = "save-primary")]
pub async fn save_primary(#[server(default)] primary: String) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("primary");
    form.go(store_primary(&primary).await).await
}

async fn store_primary(primary: &str) -> Result<String, AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let primary = calendar_id("primary", primary)?;
    bookings::configuration::save_primary(&crate::context::quince()?, staff, Some(primary)).await?;
    Ok("/settings/calendar-configuration".to_owned())
}

/// Saves the conflict calendars.
#[server(prefix = "/api/fn", endpoint = "save-conflicts")]
pub async fn save_conflicts(#[server(default)] conflicts: Vec<String>) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("conflicts");
    form.stay(store_conflicts(&conflicts).await, "Saved.").await
}

async fn store_conflicts(conflicts: &[String]) -> Result<(), AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let conflicts = calendar_ids("conflicts", conflicts)?;
    bookings::configuration::save_conflicts(&crate::context::quince()?, staff, conflicts).await?;
    Ok(())
}

/// Saves a connection's policies.
#[server(prefix = "/api/fn", endpoint = "save-policies")]
pub async fn save_policies(
    #[server(default)] connection: String,
    policy: String,
    when_stale: String,
    #[server(default)] all_day: Vec<String>,
) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("policies")
        .of("connection", &connection)
        .keep("policy", &policy)
        .keep("when_stale", &when_stale);
    let stored = store_policies(&connection, &policy, &when_stale, &all_day).await;
    form.stay(stored, "Saved.").await
}

async fn store_policies(
    connection: &str,
    policy: &str,
    when_stale: &str,
    all_day: &[String],
) -> Result<(), AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let (connection, policies) = super::calendar_choice::policies(connection, policy, when_stale)?;
    let all_day = calendar_ids("all_day", all_day)?;
    let quince = crate::context::quince()?;
    bookings::configuration::save_policies(&quince, staff, connection, policies, Some(&all_day)).await?;
    Ok(())
}

/// Parses a calendar's id from a form.
pub fn calendar_id(field: &str, text: &str) -> Result<bookings::RemoteCalendarId, AppError> {
    text.parse()
        .map_err(|_| AppError::field(field, "Choose one of your calendars."))
}

/// Parses calendars' ids from a form.
pub fn calendar_ids(field: &str, texts: &[String]) -> Result<Vec<bookings::RemoteCalendarId>, AppError> {
    texts.iter().map(|text| calendar_id(field, text)).collect()
}

/// `/settings/calendar-configuration`.
#[component]
pub fn CalendarConfigurationPage() -> impl IntoView {
    let editing = use_query_map().with_untracked(|query| query.get("edit").is_some());
    view! {
        <SettingsHeader title="Calendar Configuration" lead="Where appointments are written, and what blocks your time."/>
        {load(configuration_page(), move |configuration| {
            let without_icloud = configuration
                .without_icloud
                .clone()
                .map(|sentence| view! { <p class="field-help">{sentence}</p> });
            if configuration.accounts.is_empty() {
                view! {
                    {without_icloud}
                    <EmptyState title="No calendar is connected yet">
                        <p>"Connect your iCloud first; then choose its calendars here."</p>
                        <ButtonLink href="/connect-icloud" look=Look::Primary>"Connect iCloud"</ButtonLink>
                    </EmptyState>
                }
                .into_any()
            } else {
                view! { {without_icloud}<ConfigurationForms configuration editing/> }.into_any()
            }
        })}
    }
}

#[component]
fn ConfigurationForms(configuration: ConfigurationView, editing: bool) -> impl IntoView {
    let accounts = configuration.accounts;
    let is_only = accounts.len() == 1;
    let flash = configuration.flash_of_policies;
    let is_known = accounts
        .iter()
        .any(|account| account.id == flash.value("connection"));
    // What was refused of an account that is not among them is told above all.
    let astray = Signal::stored(flash.problem.clone().filter(|_| !is_known));
    let policies = accounts
        .clone()
        .into_iter()
        .map(|account| {
            let is_of = flash.value("connection") == account.id;
            let flash = if is_of {
                flash.clone()
            } else {
                FormFlash::default()
            };
            view! { <PoliciesCard account is_only flash/> }
        })
        .collect_view();
    view! {
        <FormNotice problem=astray/>
        <PrimaryCard accounts=accounts.clone() editing flash=configuration.flash_of_primary/>
        <ConflictsCard accounts flash=configuration.flash_of_conflicts/>
        {policies}
    }
}

#[component]
fn PrimaryCard(accounts: Vec<AccountView>, editing: bool, flash: FormFlash) -> impl IntoView {
    let problem = flash.problem();
    let current = accounts.iter().find_map(|account| {
        let calendar = account.calendars.iter().find(|calendar| calendar.primary)?;
        Some((
            calendar.name.clone(),
            account.username.clone(),
            calendar.problem.clone(),
            calendar.trouble.clone(),
        ))
    });
    let open = editing || current.is_none();
    view! {
        <Card title="Primary Calendar">
            <FormNotice problem/>
            {match (open, current) {
                (false, Some((name, username, problem, trouble))) => view! {
                    <p>"Appointments are written to " <strong>{name}</strong> {format!(" ({username}).")}<TroubleBadge trouble/></p>
                    {problem.map(|text| view! { <p class="field-error">{text}</p> })}
                    <ButtonLink href="/settings/calendar-configuration?edit=primary">"Edit"</ButtonLink>
                }
                .into_any(),
                _ => view! {
                    <p>"Your appointments are written here. Future ones move along when you choose another calendar."</p>
                    <form method="post" action=SavePrimary::PATH>
                        <PrimaryChoice accounts/>
                        <div class="button-row">
                            <Button look=Look::Primary>"Save"</Button>
                            <ButtonLink href="/settings/calendar-configuration">"Cancel"</ButtonLink>
                        </div>
                    </form>
                }
                .into_any(),
            }}
        </Card>
    }
}

#[component]
fn ConflictsCard(accounts: Vec<AccountView>, flash: FormFlash) -> impl IntoView {
    let problem = flash.problem();
    let done = flash.done();
    view! {
        <Card title="Check for conflicts">
            <p>"Nobody can book you while these calendars have an event."</p>
            <FormNotice problem done/>
            <form method="post" action=SaveConflicts::PATH>
                <ConflictChoice accounts/>
                <Button look=Look::Primary>"Save conflict calendars"</Button>
            </form>
        </Card>
    }
}

#[component]
fn PoliciesCard(account: AccountView, is_only: bool, flash: FormFlash) -> impl IntoView {
    let problem = flash.problem();
    let done = flash.done();
    let title = if is_only {
        "Rules".to_owned()
    } else {
        format!("Rules for {} · {}", account.place, account.username)
    };
    let counts = |calendar: &CalendarView| calendar.readable && (calendar.primary || calendar.conflicts);
    let (checked, others): (Vec<_>, Vec<_>) = account.calendars.iter().cloned().partition(counts);
    // Calendars that are not shown keep their setting.
    let others = others.into_iter().filter(|calendar| calendar.all_day_blocks);
    let others = others
        .map(|calendar| view! { <input type="hidden" name="all_day[]" value=calendar.id/> })
        .collect_view();
    let has_checked = !checked.is_empty();
    let checked = checked
        .into_iter()
        .map(|calendar| {
            let id = format!("all-day-{}", calendar.id);
            view! {
                <div class="check">
                    <input id=id.clone() type="checkbox" name="all_day[]" value=calendar.id checked=calendar.all_day_blocks/>
                    <label for=id>{calendar.name}</label>
                </div>
            }
        })
        .collect_view();
    view! {
        <Card title>
            <FormNotice problem done/>
            <form method="post" action=SavePolicies::PATH>
                <PoliciesChoice account flash problem/>
                {others}
                {has_checked.then(|| view! {
                    <fieldset class="options">
                        <legend>"All-day events block your time"</legend>
                        <p class="field-help">"Events that say whether you are free or busy are always taken at their word."</p>
                        {checked}
                    </fieldset>
                })}
                <Button look=Look::Primary>"Save rules"</Button>
            </form>
        </Card>
    }
}
