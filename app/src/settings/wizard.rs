//! Connecting iCloud in three steps: password (D7), connection (D8), calendars (D9, D6). The step is in the address, and each one is
//! saved, so the wizard can be left and resumed.

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

use super::calendar_choice::{AccountView, ConflictChoice, PoliciesChoice, PrimaryChoice, servers};
use super::connect_form::{ConnectForm, PracticeView};
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{Button, ButtonLink, Card, FormNotice, Look, Notice, PageHeader, Tone, load};

/// What the wizard shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WizardView {
    accounts: Vec<AccountView>,
    has_primary: bool,
    practice: Option<PracticeView>,
    flash_of_login: FormFlash,
    flash_of_choice: FormFlash,
    booking_page: Option<String>,
}

/// Loads the wizard.
#[server(prefix = "/api/fn", endpoint = "wizard-page")]
pub async fn wizard_page() -> Result<WizardView, AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let quince = crate::context::quince()?;
    let configuration = bookings::configuration::get(&quince, staff).await?;
    let calendars = bookings::booking_calendars::public_list(&quince).await?;
    Ok(WizardView {
        accounts: super::calendar_choice::accounts(&configuration),
        has_primary: configuration.primary.is_some(),
        practice: super::connect_form::practice(&quince),
        flash_of_login: crate::context::flash("connect").await,
        flash_of_choice: crate::context::flash("choose-calendars").await,
        booking_page: calendars
            .first()
            .map(|calendar| format!("/book/{}", calendar.slug)),
    })
}

/// Saves step 3: primary calendar, conflict calendars, and the policies of the new connection.
#[server(prefix = "/api/fn", endpoint = "choose-calendars")]
pub async fn choose_calendars(
    #[server(default)] primary: String,
    #[server(default)] conflicts: Vec<String>,
    #[server(default)] connection: String,
    #[server(default)] policy: String,
    #[server(default)] when_stale: String,
) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("choose-calendars")
        .keep("policy", &policy)
        .keep("when_stale", &when_stale);
    let policies = (connection.as_str(), policy.as_str(), when_stale.as_str());
    form.go(choose(&primary, &conflicts, policies).await).await
}

async fn choose(
    primary: &str,
    conflicts: &[String],
    (connection, policy, when_stale): (&str, &str, &str),
) -> Result<String, AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let quince = crate::context::quince()?;
    let primary = super::calendar_configuration::calendar_id("primary", primary)?;
    let conflicts = super::calendar_configuration::calendar_ids("conflicts", conflicts)?;
    let (connection, policies) = super::calendar_choice::policies(connection, policy, when_stale)?;
    let choice = bookings::configuration::Choice {
        primary,
        conflicts,
        connection,
        policies,
    };
    bookings::configuration::choose(&quince, staff, &choice).await?;
    Ok("/connect-icloud?step=done".to_owned())
}

/// `/connect-icloud`.
#[component]
pub fn WizardPage() -> impl IntoView {
    let asked = use_query_map().with_untracked(|query| query.get("step").unwrap_or_default());
    view! {
        <PageHeader title="Connect iCloud" lead="Three short steps. You can leave at any time and come back."/>
        {load(wizard_page(), move |wizard| {
            let step = step(&asked, &wizard);
            view! { <Steps step/> <div class="wizard">{shown(step, wizard)}</div> }.into_any()
        })}
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Password,
    Login,
    Calendars,
    Done,
}

/// The requested step if it is available, else the first that is not done.
fn step(asked: &str, wizard: &WizardView) -> Step {
    let connected = !wizard.accounts.is_empty();
    match asked {
        "1" => Step::Password,
        "2" => Step::Login,
        "done" if connected && wizard.has_primary => Step::Done,
        _ if connected => Step::Calendars,
        "3" => Step::Login,
        _ => Step::Password,
    }
}

#[component]
fn Steps(step: Step) -> impl IntoView {
    let names = [
        (Step::Password, "1", "Get a password"),
        (Step::Login, "2", "Connect"),
        (Step::Calendars, "3", "Choose calendars"),
    ];
    view! {
        <ol class="steps">
            {names
                .into_iter()
                .map(|(each, number, name)| {
                    let state = if (each as u8) < (step as u8) { "done" } else if each == step { "now" } else { "later" };
                    view! {
                        <li class="step" data-state=state aria-current=(each == step).then_some("step")>
                            <a href=format!("/connect-icloud?step={number}")>
                                <span class="step-number" aria-hidden="true">{number}</span>
                                <span>{name}</span>
                            </a>
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
}

fn shown(step: Step, wizard: WizardView) -> AnyView {
    match step {
        Step::Password => view! { <PasswordStep/> }.into_any(),
        Step::Login => view! {
            <Card title="Sign in to iCloud">
                <ConnectForm flash=wizard.flash_of_login practice=wizard.practice/>
            </Card>
        }
        .into_any(),
        Step::Calendars => view! { <CalendarsStep wizard/> }.into_any(),
        Step::Done => view! { <DoneStep wizard/> }.into_any(),
    }
}

#[component]
fn PasswordStep() -> impl IntoView {
    view! {
        <Card title="Get an app-specific password">
            <p>"Apple lets other apps read your calendar only with a password made for that app. You can revoke it at any time."</p>
            <ol class="how-to">
                <li>"Open " <a href="https://account.apple.com" rel="external noopener" target="_blank">"account.apple.com"</a> " and sign in."</li>
                <li>"Under " <strong>"Sign-In and Security"</strong> ", make sure that two-factor authentication is on."</li>
                <li>"Choose " <strong>"App-Specific Passwords"</strong> ", then " <strong>"Generate an app-specific password"</strong> "."</li>
                <li>"Give it a label, for example " <em>"Quince"</em> ", and copy the password that Apple shows."</li>
            </ol>
            <ButtonLink href="/connect-icloud?step=2" look=Look::Primary>"I have the password"</ButtonLink>
        </Card>
    }
}

/// The sentence that the connection was made.
fn connected(servers: &str) -> String {
    match servers {
        "iCloud" => "Your iCloud is connected.".to_owned(),
        servers => format!("Connected: {servers}."),
    }
}

#[component]
fn CalendarsStep(wizard: WizardView) -> impl IntoView {
    let problem = wizard.flash_of_choice.problem();
    // Earlier connections keep their policies.
    let newest = wizard.accounts.last().cloned();
    let servers = servers(&wizard.accounts);
    let done = (!wizard.has_primary).then(|| connected(&servers));
    let flash = wizard.flash_of_choice;
    let rules = newest.map(|account| {
        let title = format!("Rules for {} · {}", account.place, account.username);
        view! { <Card title><PoliciesChoice account flash problem/></Card> }
    });
    let (primary, conflicts) = (wizard.accounts.clone(), wizard.accounts);
    view! {
        {done.map(|sentence| view! { <Notice tone=Tone::Good>{sentence}</Notice> })}
        <FormNotice problem/>
        <form method="post" action=ChooseCalendars::PATH>
            <Card title="Primary calendar">
                <p>"Your appointments are written here. Its events block your time, too."</p>
                <PrimaryChoice accounts=primary/>
            </Card>
            <Card title="Check for conflicts">
                <p>"Nobody can book you while these calendars have an event."</p>
                <ConflictChoice accounts=conflicts/>
            </Card>
            {rules}
            <Button look=Look::Primary>"Save"</Button>
        </form>
    }
}

#[component]
fn DoneStep(wizard: WizardView) -> impl IntoView {
    let primary = wizard
        .accounts
        .iter()
        .flat_map(|account| &account.calendars)
        .find(|calendar| calendar.primary)
        .map(|calendar| calendar.name.clone())
        .unwrap_or_default();
    let events = match servers(&wizard.accounts).as_str() {
        "iCloud" => "your iCloud events block your time".to_owned(),
        servers => format!("your events in {servers} block your time"),
    };
    view! {
        <Card title="You are ready to be booked">
            <p>"New appointments appear in " <strong>{primary}</strong> {format!(" within seconds, and {events}.")}</p>
            <div class="button-row">
                {match wizard.booking_page {
                    Some(href) => view! { <ButtonLink href look=Look::Primary>"Open your booking page"</ButtonLink> }.into_any(),
                    None => view! { <ButtonLink href="/booking-calendars/new" look=Look::Primary>"Create a booking calendar"</ButtonLink> }.into_any(),
                }}
                <ButtonLink href="/calendar">"See your calendar"</ButtonLink>
            </div>
        </Card>
    }
}
