//! Warnings that a staff member sees on every page: calendars that cannot be read or written to, events that were not understood in full,
//! and, for the owner and admins, mails that are not sent.

use jiff::Timestamp;
use scheduling::StaffId;
use store::connections::{self, Connection};
use store::external_events;
use store::mail_trouble::{self, MailTrouble};
use store::remote_calendars::{self, RemoteCalendar};
use store::{ConnectionState, EventId, ReadTx, Server, StoreError, WhenStale, staff};
use zones::Zone;

use crate::accounts::is_admin;
use crate::clock::ago;
use crate::problem::Internal;
use crate::quince::Quince;
use crate::servers::{CalendarState, freshness, server_name, trouble};
use crate::{mails, sync, unreadable};

/// Maximum number of events named in one warning.
const MAX_NAMED: usize = 5;
/// Maximum number of events counted; the title says “More than” beyond it.
const MAX_COUNTED: u32 = 50;

/// A warning that a staff member sees on every page until its cause is fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// How urgent it is.
    pub urgency: Urgency,
    /// A short title.
    pub title: String,
    /// When the connection or calendar was last read, if the warning is about reading.
    pub since: Option<Timestamp>,
    /// The cause, the effect on the person's times meanwhile, and the next step.
    pub sentences: Vec<String>,
    /// The events it is about.
    pub events: Vec<OddEvent>,
    /// Where it can be fixed.
    pub remedy: Remedy,
}

/// How urgent a warning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Appointments and events may collide.
    Outage,
    /// Nothing is lost, but more time than necessary may be blocked.
    Information,
}

/// Where the cause of a warning can be fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Under Integrations.
    Integrations,
    /// By choosing another primary calendar.
    PrimaryCalendar,
    /// By choosing which calendars are checked.
    CalendarConfiguration,
    /// In the calendar itself.
    Calendar,
    /// Under My Profile.
    Profile,
    /// In the server's settings; the mails that wait are under Mails.
    Mails,
}

/// An event that was not understood in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OddEvent {
    /// What was not understood, in a sentence that names it.
    pub sentence: String,
    /// The event with the start of its next instance, if one is known.
    pub event: Option<(EventId, Timestamp)>,
}

/// Returns a staff member's warnings, the most urgent first.
pub async fn of(quince: &Quince, id: StaffId) -> Result<Vec<Warning>, Internal> {
    let now = quince.now();
    let mut tx = quince.store().read().await?;
    let Some(person) = staff::find(&mut tx, id).await? else {
        return Ok(Vec::new());
    };
    let calendars = remote_calendars::list_for_staff(&mut tx, id).await?;
    let mut warnings = Vec::new();
    warnings.extend(unreadable::own_hours(&person).map(of_hours));
    if is_admin(person.account.role) {
        let trouble = mail_trouble::find(&mut tx).await?;
        warnings.extend(
            trouble
                .filter(|trouble| mails::is_alarming(trouble, now))
                .map(|trouble| of_mails(trouble, now)),
        );
    }
    for connection in connections::list_for_staff(&mut tx, id).await? {
        let state = freshness::state(&connection, now);
        if state != ConnectionState::Connected {
            warnings.push(of_connection(&connection, state));
        }
        let own = calendars
            .iter()
            .filter(|calendar| calendar.connection_id == connection.id);
        let with_state: Vec<(&RemoteCalendar, CalendarState)> = own
            .map(|calendar| {
                let state = CalendarState::of(calendar, person.primary_calendar_id, now);
                (calendar, state)
            })
            .collect();
        // If the connection is not connected, all of its calendars are out of date, and its warning suffices.
        let unread: Vec<&RemoteCalendar> = with_state
            .iter()
            .filter(|(_, of)| *of == CalendarState::Stale && state == ConnectionState::Connected)
            .map(|(calendar, _)| *calendar)
            .collect();
        warnings.extend(of_unread(&unread, &connection));
        let others = with_state
            .iter()
            .filter(|(_, of)| of.is_trouble() && *of != CalendarState::Stale);
        warnings.extend(others.map(|(calendar, state)| {
            let is_primary = person.primary_calendar_id == Some(calendar.id);
            of_calendar(calendar, *state, is_primary, connection.policies.when_stale)
        }));
    }
    let used = calendars.iter().filter(|calendar| {
        let state = CalendarState::of(calendar, person.primary_calendar_id, now);
        state != CalendarState::Unused && calendar.problem.is_some()
    });
    for calendar in used {
        warnings.extend(of_incomplete_read(&mut tx, calendar, &person.profile.zone, now).await?);
    }
    Ok(warnings)
}

/// Creates the warning that the person's stored hours or zone cannot be read.
fn of_hours(sentence: String) -> Warning {
    Warning {
        urgency: Urgency::Outage,
        title: "Nobody can book you".to_owned(),
        since: None,
        sentences: vec![sentence],
        events: Vec::new(),
        remedy: Remedy::Profile,
    }
}

/// Creates the warning that mails are not being sent.
fn of_mails(trouble: MailTrouble, now: Timestamp) -> Warning {
    Warning {
        urgency: Urgency::Outage,
        title: "Mails are not being sent".to_owned(),
        since: None,
        sentences: vec![
            trouble.problem,
            format!(
                "The first one failed {}. They wait, and Quince tries again and again for five days.",
                ago(trouble.since, now)
            ),
        ],
        events: Vec::new(),
        remedy: Remedy::Mails,
    }
}

fn of_connection(connection: &Connection, state: ConnectionState) -> Warning {
    let server_name = server_name(connection);
    let account = &connection.account.username;
    let (title, why) = if state == ConnectionState::NeedsAttention {
        let next = match connection.account.server {
            Server::Icloud => "Enter a new app-specific password under Integrations.",
            Server::Caldav => "Enter the password anew under Integrations.",
        };
        (
            format!("Quince cannot sign in to {server_name} as {account}"),
            Some(next.to_owned()),
        )
    } else {
        (
            format!("Quince cannot read {server_name} as {account}"),
            connection.problem.clone(),
        )
    };
    let meanwhile = trouble::meanwhile(connection.policies.when_stale, connection.synced_at.is_none());
    Warning {
        urgency: Urgency::Outage,
        title,
        since: connection.synced_at,
        sentences: why.into_iter().chain([meanwhile.to_owned()]).collect(),
        events: Vec::new(),
        remedy: Remedy::Integrations,
    }
}

/// Creates the warning about stale calendars of a connection that is itself connected; `None` if there are none.
fn of_unread(calendars: &[&RemoteCalendar], connection: &Connection) -> Option<Warning> {
    let first = calendars.first()?;
    let title = match calendars {
        [calendar] => format!("The calendar “{}” cannot be read", calendar.name),
        several => format!("{} calendars cannot be read: {}", several.len(), names(several)),
    };
    let mut sentences = Vec::new();
    for calendar in calendars {
        let sentence = trouble::sentence(calendar, CalendarState::Stale);
        sentences.push(match calendars {
            [_] => sentence,
            _ => format!("“{}”: {sentence}", calendar.name),
        });
    }
    let never_read = calendars.iter().any(|calendar| calendar.synced_at.is_none());
    sentences.push(trouble::meanwhile(connection.policies.when_stale, never_read).to_owned());
    sentences.push(format!(
        "If it stays so, look at it in {}, or choose other calendars under Calendar Configuration.",
        server_name(connection)
    ));
    let oldest = calendars.iter().map(|calendar| calendar.synced_at).min();
    Some(Warning {
        urgency: Urgency::Outage,
        title,
        since: oldest.unwrap_or(first.synced_at),
        sentences,
        events: Vec::new(),
        remedy: Remedy::Integrations,
    })
}

fn names(calendars: &[&RemoteCalendar]) -> String {
    let names: Vec<String> = calendars
        .iter()
        .map(|calendar| format!("“{}”", calendar.name))
        .collect();
    names.join(", ")
}

/// Creates the warning about a calendar whose problem only a person can fix.
fn of_calendar(
    calendar: &RemoteCalendar,
    state: CalendarState,
    is_primary: bool,
    when_stale: WhenStale,
) -> Warning {
    let name = &calendar.name;
    let title = match state {
        CalendarState::ReadOnly => format!("Appointments cannot be written to “{name}”"),
        CalendarState::Vanished => format!("The calendar “{name}” is no longer there"),
        _ => format!("The calendar “{name}” cannot be read"),
    };
    let mut sentences = vec![trouble::sentence(calendar, state)];
    if state.is_unread() {
        sentences.push(trouble::meanwhile(when_stale, calendar.synced_at.is_none()).to_owned());
    }
    Warning {
        urgency: Urgency::Outage,
        title,
        since: calendar.synced_at.filter(|_| state.is_unread()),
        sentences,
        events: Vec::new(),
        remedy: if is_primary {
            Remedy::PrimaryCalendar
        } else {
            Remedy::CalendarConfiguration
        },
    }
}

/// Creates the warnings about a calendar that is read incompletely: too many events, or events that were not understood in full.
async fn of_incomplete_read(
    tx: &mut ReadTx,
    calendar: &RemoteCalendar,
    zone: &Zone,
    now: Timestamp,
) -> Result<Vec<Warning>, StoreError> {
    let name = &calendar.name;
    let mut warnings = Vec::new();
    if let Some(sentence) = sync::limit::sentence(calendar, zone) {
        warnings.push(Warning {
            urgency: Urgency::Information,
            title: format!("“{name}” has too many events"),
            since: None,
            sentences: vec![sentence],
            events: Vec::new(),
            remedy: Remedy::CalendarConfiguration,
        });
    }
    let odd = external_events::with_problems(tx, calendar.id, now, MAX_COUNTED + 1).await?;
    let title = match odd.len() {
        0 => return Ok(warnings),
        1 => format!("An event in “{name}” was not understood in full"),
        many if many > MAX_COUNTED as usize => {
            format!("More than {MAX_COUNTED} events in “{name}” were not understood in full")
        }
        many => format!("{many} events in “{name}” were not understood in full"),
    };
    let named = odd.into_iter().take(MAX_NAMED).map(|odd| OddEvent {
        sentence: odd.problem,
        event: odd.starts_at.map(|start| (odd.id, start)),
    });
    warnings.push(Warning {
        urgency: Urgency::Information,
        title,
        since: None,
        sentences: vec![
            "Open it in your calendar, correct its time or how it repeats, and save it. This goes away by itself then."
                .to_owned(),
        ],
        events: named.collect(),
        remedy: Remedy::Calendar,
    });
    Ok(warnings)
}
