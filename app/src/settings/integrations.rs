//! Integrations: the connections, how fresh they are, and disconnecting (D8, D10).

#![expect(
    missing_docs,
    reason = "arguments of server functions become public fields; their functions say what they are"
)]

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::hooks::use_params_map;
use serde::{Deserialize, Serialize};

use super::calendar_choice::TroubleBadge;
use super::tabs::SettingsHeader;
use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::{
    Badge, Button, ButtonLink, Card, EmptyState, Field, FormNotice, Look, Options, PageHeader, Picture, Tone,
    load, load_page,
};

/// A connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionCard {
    id: String,
    place: String,
    icloud: bool,
    username: String,
    state: String,
    state_label: String,
    /// Whether it and its calendars work.
    well: bool,
    /// Whether the login was refused, so that a new password may be needed.
    needs_password: bool,
    problem: Option<String>,
    freshness: String,
    calendars: Vec<CalendarLine>,
}

/// A calendar of a connection, with its use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarLine {
    name: String,
    uses: String,
    problem: Option<String>,
    /// A short label for its problem; none if all is well.
    trouble: Option<String>,
}

/// What Integrations shows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct IntegrationsView {
    connections: Vec<ConnectionCard>,
    flash: FormFlash,
    flash_of_reconnect: FormFlash,
    practice_page: Option<String>,
    /// The sentence about Simple calendars, which do not use iCloud (D1), if there are any.
    without_icloud: Option<String>,
}

/// Loads Integrations.
#[server(prefix = "/api/fn", endpoint = "integrations-page")]
pub async fn integrations_page() -> Result<IntegrationsView, AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let quince = crate::context::quince()?;
    let connections = bookings::connections::list(&quince, staff).await?;
    Ok(IntegrationsView {
        connections: connections
            .into_iter()
            .map(|connection| card(connection, quince.now()))
            .collect(),
        flash: crate::context::flash("check-now").await,
        flash_of_reconnect: crate::context::flash("reconnect").await,
        without_icloud: super::without_icloud(&quince).await?,
        practice_page: super::connect_form::practice(&quince).map(|practice| practice.page_url),
    })
}

fn card(connection: bookings::connections::ConnectionView, now: jiff::Timestamp) -> ConnectionCard {
    let state = connection.state.as_str();
    let words = state_label(&connection);
    ConnectionCard {
        well: words == "Connected",
        needs_password: state == "needs-attention" || connection.login_in_doubt,
        id: connection.id.to_string(),
        place: connection.place,
        icloud: connection.server == bookings::Server::Icloud,
        username: connection.username,
        state: state.to_owned(),
        state_label: words,
        problem: connection.problem,
        freshness: freshness(connection.synced_at, &connection.calendars, now),
        calendars: connection
            .calendars
            .into_iter()
            .map(|calendar| line(calendar, now))
            .collect(),
    }
}

/// A short label for a connection's state. It is not called connected while one of its calendars has a problem.
fn state_label(connection: &bookings::connections::ConnectionView) -> String {
    let failing = connection
        .calendars
        .iter()
        .filter(|calendar| calendar.state.is_trouble());
    match (connection.state.as_str(), failing.count()) {
        ("connected", _) if connection.problem.is_some() => "Trying again".to_owned(),
        ("connected", 0) => "Connected".to_owned(),
        ("connected", 1) => "1 calendar needs a look".to_owned(),
        ("connected", many) => format!("{many} calendars need a look"),
        ("stale", _) => "Out of date".to_owned(),
        ("needs-attention", _) => "Needs attention".to_owned(),
        _ => "Disconnected".to_owned(),
    }
}

/// When it was read, and which calendars were not.
fn freshness(
    read: Option<jiff::Timestamp>,
    calendars: &[bookings::connections::RemoteCalendarView],
    now: jiff::Timestamp,
) -> String {
    let read = crate::staff::format::freshness(read, now);
    let unread = calendars.iter().filter(|calendar| calendar.state.is_unread());
    let unread: Vec<String> = unread.map(|calendar| format!("“{}”", calendar.name)).collect();
    if unread.is_empty() {
        read
    } else {
        format!("{read}, but not {}", unread.join(", "))
    }
}

fn line(calendar: bookings::connections::RemoteCalendarView, now: jiff::Timestamp) -> CalendarLine {
    let mut uses = Vec::new();
    if calendar.is_primary {
        uses.push("primary calendar".to_owned());
    } else if calendar.checked_for_conflicts {
        uses.push("checked for conflicts".to_owned());
    }
    if let Some(events) = calendar.first_read {
        uses.push(format!("being read for the first time: {events} events so far"));
    } else if !uses.is_empty() {
        uses.push(crate::staff::format::freshness(calendar.synced_at, now));
    }
    CalendarLine {
        name: calendar.name,
        uses: uses.join(", "),
        problem: calendar.problem,
        trouble: super::calendar_choice::trouble(calendar.state).map(str::to_owned),
    }
}

/// Syncs a connection now.
#[server(prefix = "/api/fn", endpoint = "check-now")]
pub async fn check_now(id: String) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("check-now");
    let checked = check(&id).await;
    let done = checked.as_ref().ok().map(sync_result).unwrap_or_default();
    form.stay(checked.map(drop), &done).await
}

async fn check(id: &str) -> Result<bookings::connections::ConnectionView, AppError> {
    crate::limit::limited(crate::limit::Attempt::Connect)?;
    let staff = crate::staff::access::signed_in().await?;
    let quince = crate::context::quince()?;
    Ok(bookings::connections::check_now(&quince, staff, connection_id(id)?).await?)
}

/// The result of a sync, as a sentence.
fn sync_result(connection: &bookings::connections::ConnectionView) -> String {
    use bookings::connections::CalendarState;

    let place = &connection.place;
    let is_unread = |state: CalendarState| state.is_unread() || state == CalendarState::Trying;
    let mut calendars = connection.calendars.iter();
    if connection.problem.is_some() || connection.state != bookings::ConnectionState::Connected {
        format!("Checked: {place} could not be read. The reason is given below.")
    } else if let Some(calendar) = calendars.find(|calendar| is_unread(calendar.state)) {
        let name = &calendar.name;
        format!("Checked: {place} was read, but not the calendar “{name}”. The reason is given below.")
    } else {
        format!("Checked: Quince is up to date with {place}.")
    }
}

/// Replaces a connection's password; every choice stays.
#[server(prefix = "/api/fn", endpoint = "reconnect")]
pub async fn reconnect(id: String, app_password: String) -> Result<String, AppError> {
    let form = crate::context::FormPost::new("reconnect");
    let renewed = renew(&id, app_password).await;
    let done = match renewed.as_deref() {
        Ok("iCloud") => "Your iCloud is connected again.".to_owned(),
        Ok(place) => format!("{place} is connected again."),
        Err(_) => String::new(),
    };
    form.stay(renewed.map(drop), &done).await
}

async fn renew(id: &str, app_password: String) -> Result<String, AppError> {
    crate::limit::limited(crate::limit::Attempt::Connect)?;
    let staff = crate::staff::access::signed_in().await?;
    let (quince, id) = (crate::context::quince()?, connection_id(id)?);
    bookings::connections::reconnect(&quince, staff, id, &app_password).await?;
    let connections = bookings::connections::list(&quince, staff).await?;
    let found = connections.into_iter().find(|connection| connection.id == id);
    Ok(found.map(|connection| connection.place).unwrap_or_default())
}

/// Disconnects, and erases the password (D10).
#[server(prefix = "/api/fn", endpoint = "disconnect")]
pub async fn disconnect(id: String, events: String) -> Result<(), AppError> {
    let form = crate::context::FormPost::new("disconnect").keep("events", &events);
    form.go(end(&id, &events).await).await
}

async fn end(id: &str, events: &str) -> Result<String, AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let events = match events {
        "keep" => bookings::connections::EventsInIcloud::Keep,
        "remove" => bookings::connections::EventsInIcloud::Remove,
        _ => {
            return Err(AppError::field(
                "events",
                "Choose what happens to the events already written.",
            ));
        }
    };
    bookings::connections::disconnect(&crate::context::quince()?, staff, connection_id(id)?, events).await?;
    Ok("/settings/integrations".to_owned())
}

fn connection_id(id: &str) -> Result<bookings::ConnectionId, AppError> {
    id.parse().map_err(|_| AppError::NotFound)
}

/// `/settings/integrations`.
#[component]
pub fn IntegrationsPage() -> impl IntoView {
    view! {
        <SettingsHeader title="Integrations" lead="The accounts whose calendars Quince reads and writes."/>
        {load(integrations_page(), |view| {
            let problem = view.flash.problem();
            let done = view.flash.done();
            let reconnect_problem = view.flash_of_reconnect.problem();
            let reconnect_done = view.flash_of_reconnect.done();
            let empty = view.connections.is_empty();
            view! {
                <FormNotice problem done/>
                <FormNotice problem=reconnect_problem done=reconnect_done/>
                {view
                    .connections
                    .into_iter()
                    .map(|connection| view! { <ConnectionSection connection/> })
                    .collect_view()}
                {if empty {
                    view! {
                        <EmptyState title="iCloud Calendar">
                            <p>"Connect your iCloud, so that appointments appear in your calendar and your events block your time."</p>
                            <ButtonLink href="/connect-icloud" look=Look::Primary icon=Picture::Cloud>"Connect"</ButtonLink>
                        </EmptyState>
                        <p><ButtonLink href="/connect-server">"Connect another CalDAV server"</ButtonLink></p>
                    }
                    .into_any()
                } else {
                    view! {
                        <div class="button-row">
                            <ButtonLink href="/connect-icloud?step=1" icon=Picture::Plus>"Connect another iCloud account"</ButtonLink>
                            <ButtonLink href="/connect-server">"Connect another CalDAV server"</ButtonLink>
                        </div>
                    }
                    .into_any()
                }}
                {view.without_icloud.map(|sentence| view! { <p class="field-help">{sentence}</p> })}
                {view.practice_page.map(|href| view! {
                    <p class="field-help"><a href=href rel="external" target="_blank">"Open the practice iCloud"</a>" to see and change what lies in its calendars."</p>
                })}
            }
            .into_any()
        })}
    }
}

#[component]
fn ConnectionSection(connection: ConnectionCard) -> impl IntoView {
    let tone = match connection.state.as_str() {
        "connected" if connection.well => Tone::Good,
        "connected" | "stale" => Tone::Warn,
        "needs-attention" => Tone::Bad,
        _ => Tone::Info,
    };
    let needs_password = connection.needs_password;
    let title = if connection.icloud {
        format!("iCloud Calendar · {}", connection.username)
    } else {
        format!("{} · {}", connection.place, connection.username)
    };
    let password = if connection.icloud {
        "App-specific password"
    } else {
        "Password"
    };
    let id = connection.id;
    let disconnect = format!("/settings/integrations/{id}/disconnect");
    let (checked, renewed, field) = (id.clone(), id.clone(), format!("reconnect-{id}"));
    view! {
        <Card title=title>
            <p><Badge tone>{connection.state_label}</Badge> " " {connection.freshness}</p>
            {connection.problem.map(|problem| view! { <p class="field-error">{problem}</p> })}
            {connection.calendars.is_empty().then(|| view! { <p class="field-help">"No calendars found."</p> })}
            <ul class="plain-list">{connection.calendars.into_iter().map(|calendar| view! { <CalendarShown calendar/> }).collect_view()}</ul>
            <div class="button-row">
                <form method="post" action=CheckNow::PATH>
                    <input type="hidden" name="id" value=checked/>
                    <Button>"Check now"</Button>
                </form>
                <ButtonLink href="/settings/calendar-configuration">"Choose calendars"</ButtonLink>
                <ButtonLink href=disconnect look=Look::Danger>"Disconnect"</ButtonLink>
            </div>
            <details class="more" open=needs_password>
                <summary>{if connection.icloud { "Use a new app-specific password" } else { "Use a new password" }}</summary>
                <form method="post" action=Reconnect::PATH>
                    <input type="hidden" name="id" value=renewed/>
                    <Field
                        label=password name="app_password" id=field kind="password" required=true
                        help="Every choice you made stays as it is."
                    />
                    <Button>"Reconnect"</Button>
                </form>
            </details>
        </Card>
    }
}

#[component]
fn CalendarShown(calendar: CalendarLine) -> impl IntoView {
    view! {
        <li>
            {calendar.name}<TroubleBadge trouble=calendar.trouble/>
            {(!calendar.uses.is_empty()).then(|| view! { <span class="field-help">" – "{calendar.uses}</span> })}
            {calendar.problem.map(|problem| view! { <p class="field-error">{problem}</p> })}
        </li>
    }
}

/// The page about disconnecting.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DisconnectView {
    id: String,
    /// The server: iCloud, or the host of another one.
    place: String,
    username: String,
    written: u32,
    flash: FormFlash,
}

/// Loads the page about disconnecting.
#[server(prefix = "/api/fn", endpoint = "disconnect-page")]
pub async fn disconnect_page(id: String) -> Result<DisconnectView, AppError> {
    let staff = crate::staff::access::signed_in().await?;
    let connections = bookings::connections::list(&crate::context::quince()?, staff).await?;
    let found = connections
        .into_iter()
        .find(|connection| connection.id.to_string() == id);
    let connection = found.ok_or_else(|| crate::context::with_status(AppError::NotFound))?;
    let flash = crate::context::flash("disconnect").await;
    Ok(DisconnectView {
        id,
        place: connection.place,
        username: connection.username,
        written: connection.written_events,
        flash,
    })
}

/// `/settings/integrations/{id}/disconnect`.
#[component]
pub fn DisconnectPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id").unwrap_or_default());
    load_page(disconnect_page(id), |view| {
        view! {
            <PageHeader title=format!("Disconnect {}", view.place)/>
            <DisconnectForm view/>
        }
        .into_any()
    })
}

#[component]
fn DisconnectForm(view: DisconnectView) -> impl IntoView {
    let problem = view.flash.problem();
    let events = match view.written {
        0 => "There are no future events.".to_owned(),
        1 => "One future event.".to_owned(),
        many => format!("{many} future events."),
    };
    let place = view.place;
    let options = vec![
        ("keep".to_owned(), format!("Leave them in {place}"), String::new()),
        (
            "remove".to_owned(),
            format!("Remove them from {place}"),
            "Past events, too. They are removed before disconnecting.".to_owned(),
        ),
    ];
    view! {
        <Card title=view.username>
            <p>"When you disconnect:"</p>
            <ul>
                <li>"Quince stops reading this account. Its events no longer block your time."</li>
                <li>{format!("Your appointments stay in Quince. New ones are not written to {place} until you connect again.")}</li>
                <li>"The stored password is erased."</li>
            </ul>
            <FormNotice problem/>
            <form method="post" action=Disconnect::PATH>
                <input type="hidden" name="id" value=view.id/>
                <Options legend=format!("Events that Quince wrote to {place} ({events})") name="events" options value=view.flash.value_or("events", "keep") problem/>
                <div class="button-row">
                    <Button look=Look::Danger>"Disconnect"</Button>
                    <ButtonLink href="/settings/integrations">"Keep it connected"</ButtonLink>
                </div>
            </form>
        </Card>
    }
}
