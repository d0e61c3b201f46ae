//! Choosing the primary calendar and the conflict calendars.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::flash::FormFlash;
use crate::ui::field::Problem;
use crate::ui::{Badge, Options, Tone};

/// A connection with its calendars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// The connection's id.
    pub id: String,
    /// The server: iCloud, or the host of another one.
    pub place: String,
    /// The login name.
    pub username: String,
    /// Its calendars.
    pub calendars: Vec<CalendarView>,
    /// `keep-up` or `as-first-imported`.
    pub import_policy: String,
    /// `use-last-known`, `stop-offering` or `ignore-calendar`.
    pub when_stale: String,
}

/// A remote calendar.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarView {
    /// The calendar's id in Quince.
    pub id: String,
    /// Its name on the server.
    pub name: String,
    /// Whether appointments can be written to it.
    pub writable: bool,
    /// Whether its events can be read. Subscribed calendars cannot.
    pub readable: bool,
    /// Whether it is the primary calendar.
    pub primary: bool,
    /// Whether it is a conflict calendar.
    pub conflicts: bool,
    /// Whether its all-day events block unless they say otherwise.
    pub all_day_blocks: bool,
    /// The problem with it, as a sentence.
    pub problem: Option<String>,
    /// The same as a short label, if the calendar does not do what it was chosen for.
    pub trouble: Option<String>,
}

/// Joins the names of servers for a sentence; iCloud if there are none.
pub fn join_servers<'a>(places: impl IntoIterator<Item = &'a str>) -> String {
    let places: Vec<&str> = places.into_iter().collect();
    if places.is_empty() {
        "iCloud".to_owned()
    } else {
        places.join(" or ")
    }
}

/// The servers of these connections, for a sentence.
pub fn servers(accounts: &[AccountView]) -> String {
    let mut places: Vec<&str> = accounts.iter().map(|account| account.place.as_str()).collect();
    places.sort_unstable();
    places.dedup();
    join_servers(places)
}

/// A short label for a calendar's problem; none if all is well.
pub fn trouble(state: bookings::connections::CalendarState) -> Option<&'static str> {
    use bookings::connections::CalendarState;

    match state {
        CalendarState::Unused | CalendarState::Fresh => None,
        CalendarState::Trying => Some("Trying again"),
        CalendarState::Stale | CalendarState::Closed => Some("Cannot be read"),
        CalendarState::Vanished => Some("No longer there"),
        CalendarState::ReadOnly => Some("Cannot be written to"),
    }
}

/// The badge for a calendar's problem, after its name.
#[component]
pub fn TroubleBadge(
    /// The label; none if all is well.
    trouble: Option<String>,
) -> impl IntoView {
    trouble.map(|words| view! { " " <Badge tone=Tone::Warn>{words}</Badge> })
}

/// Radio buttons for every writable calendar.
#[component]
pub fn PrimaryChoice(
    /// The connections.
    accounts: Vec<AccountView>,
) -> impl IntoView {
    accounts
        .into_iter()
        .map(|account| {
            let calendars: Vec<_> = account.calendars.into_iter().filter(|calendar| calendar.writable && calendar.readable).collect();
            let none = calendars.is_empty();
            view! {
                <fieldset class="options">
                    <legend>{format!("{} · {}", account.place, account.username)}</legend>
                    {calendars
                        .into_iter()
                        .map(|calendar| {
                            let id = format!("primary-{}", calendar.id);
                            view! {
                                <div class="check">
                                    <input id=id.clone() type="radio" name="primary" value=calendar.id checked=calendar.primary/>
                                    <label for=id>{calendar.name}<TroubleBadge trouble=calendar.trouble/></label>
                                </div>
                            }
                        })
                        .collect_view()}
                    {none.then(|| view! { <p class="field-help">"This account has no calendar that can be written to. Create one in the Calendar app, then check again."</p> })}
                </fieldset>
            }
        })
        .collect_view()
}

/// Check boxes for every calendar.
#[component]
pub fn ConflictChoice(
    /// The connections.
    accounts: Vec<AccountView>,
) -> impl IntoView {
    accounts
        .into_iter()
        .map(|account| view! {
            <fieldset class="options">
                <legend>{format!("{} · {}", account.place, account.username)}</legend>
                {account.calendars.into_iter().map(|calendar| view! { <ConflictRow calendar/> }).collect_view()}
            </fieldset>
        })
        .collect_view()
}

#[component]
fn ConflictRow(calendar: CalendarView) -> impl IntoView {
    let id = format!("conflict-{}", calendar.id);
    let help_id = format!("{id}-help");
    let help = if calendar.readable {
        calendar.problem.clone()
    } else {
        Some("Subscribed calendars cannot be read, so they cannot be checked.".to_owned())
    };
    let described_by = help.is_some().then(|| help_id.clone());
    view! {
        <div class="check">
            <input
                id=id.clone() type="checkbox" name="conflicts[]" value=calendar.id
                checked=calendar.conflicts || calendar.primary disabled=!calendar.readable || calendar.primary
                aria-describedby=described_by
            />
            <label for=id>
                {calendar.name} " "
                {calendar.primary.then(|| view! { <Badge tone=Tone::Good>"Primary, always checked"</Badge> })}
                {(!calendar.writable && calendar.readable).then(|| view! { <Badge>"Read-only"</Badge> })}
                <TroubleBadge trouble=calendar.trouble/>
            </label>
            {help.map(|help| view! { <p class="field-help" id=help_id>{help}</p> })}
        </div>
    }
}

/// The import policies (D6), for this server.
fn policy_options(place: &str) -> Vec<(String, String, String)> {
    vec![
        (
            "keep-up".to_owned(),
            format!("Keep up with {place}"),
            format!("Events that are moved or deleted in {place} move and disappear here, too."),
        ),
        (
            "as-first-imported".to_owned(),
            "Keep as first imported".to_owned(),
            format!(
                "An event stays here as it was when Quince first saw it, even when it is moved or deleted in {place} later."
            ),
        ),
    ]
}

/// The choices for when a calendar cannot be read.
fn stale_options() -> Vec<(String, String, String)> {
    [
        (
            "use-last-known",
            "Use what was last known",
            "Times are still offered around the events that Quince knows.",
        ),
        (
            "stop-offering",
            "Stop offering me",
            "Nobody can book you until the calendar can be read again.",
        ),
        (
            "ignore-calendar",
            "Ignore this calendar",
            "Its events no longer block you. You may be booked twice.",
        ),
    ]
    .into_iter()
    .map(|(value, label, help)| (value.to_owned(), label.to_owned(), help.to_owned()))
    .collect()
}

/// The policies of one connection: later edits of events (D6), and unreadable calendars.
#[component]
pub fn PoliciesChoice(
    /// The connection with its present choices.
    account: AccountView,
    /// Flash message of the form.
    flash: FormFlash,
    /// The form's error.
    problem: Problem,
) -> impl IntoView {
    let policy = flash.value_or("policy", &account.import_policy);
    let when_stale = flash.value_or("when_stale", &account.when_stale);
    let (place, id) = (account.place, account.id);
    let field = |name: &str| format!("{name}-{id}");
    let (policy_id, stale_id) = (field("policy"), field("when-stale"));
    view! {
        <input type="hidden" name="connection" value=id/>
        <Options legend=format!("When events change in {place}") name="policy" id=policy_id options=policy_options(&place) value=policy problem/>
        <Options legend="When a calendar cannot be read" name="when_stale" id=stale_id options=stale_options() value=when_stale problem/>
    }
}

/// Parses a connection's policies from a form.
pub fn policies(
    connection: &str,
    policy: &str,
    when_stale: &str,
) -> Result<(bookings::ConnectionId, bookings::configuration::Policies), AppError> {
    // A page that was open since before each connection had rules of its own names none.
    let connection = connection.parse().map_err(|_| {
        AppError::Refused(
            "These rules are chosen for each connection now. Reload the page and choose them there."
                .to_owned(),
        )
    })?;
    let import_policy = policy
        .parse()
        .map_err(|_| AppError::field("policy", "Choose what happens when events change."))?;
    let when_stale = when_stale.parse().map_err(|_| {
        AppError::field(
            "when_stale",
            "Choose what happens when a calendar cannot be read.",
        )
    })?;
    let policies = bookings::configuration::Policies {
        import_policy,
        when_stale,
    };
    Ok((connection, policies))
}

pub use of_configuration::accounts;

mod of_configuration {
    use bookings::configuration::Configuration;

    use super::{AccountView, CalendarView};

    /// The connections of a configuration.
    pub fn accounts(configuration: &Configuration) -> Vec<AccountView> {
        configuration
            .connections
            .iter()
            .map(|connection| AccountView {
                place: connection.place.clone(),
                id: connection.id.to_string(),
                username: connection.username.clone(),
                import_policy: connection.import_policy.as_str().to_owned(),
                when_stale: connection.when_stale.as_str().to_owned(),
                calendars: connection
                    .calendars
                    .iter()
                    .map(|calendar| CalendarView {
                        id: calendar.id.to_string(),
                        name: calendar.name.clone(),
                        writable: calendar.writable,
                        readable: calendar.readable,
                        primary: calendar.is_primary,
                        conflicts: calendar.checked_for_conflicts,
                        all_day_blocks: calendar.all_day_blocks,
                        problem: calendar.problem.clone(),
                        trouble: super::trouble(calendar.state).map(str::to_owned),
                    })
                    .collect(),
            })
            .collect()
    }
}
