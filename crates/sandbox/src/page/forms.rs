//! What a person does on the page.

use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time};
use serde::Deserialize;

use super::answer::{PATH, page};
use super::notice::{Notice, Typed};
use crate::app::App;
use crate::control::{self, plant};
use crate::ics::edit;
use crate::switches::Fault;
use crate::world::{AccountId, CalendarId, PasswordState, World};

/// What was done, as it is said after the redirect.
#[derive(Debug, Clone, Copy)]
pub(super) enum Done {
    Added,
    Changed,
    Deleted,
    Down,
    Up,
    Shut,
    Opened,
    Revoked,
    Restored,
}

impl Done {
    const ALL: [Self; 9] = [
        Self::Added,
        Self::Changed,
        Self::Deleted,
        Self::Down,
        Self::Up,
        Self::Shut,
        Self::Opened,
        Self::Revoked,
        Self::Restored,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Deleted => "deleted",
            Self::Down => "down",
            Self::Up => "up",
            Self::Shut => "shut",
            Self::Opened => "opened",
            Self::Revoked => "revoked",
            Self::Restored => "restored",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|done| done.word() == word)
    }

    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Added => "The event has been added.",
            Self::Changed => "The event has been changed.",
            Self::Deleted => "The event has been deleted.",
            Self::Down => "The practice iCloud is now out of reach for apps. This page keeps working.",
            Self::Up => "The practice iCloud answers again.",
            Self::Shut => "Apps get an error for this calendar from now on. The others go on working.",
            Self::Opened => "Apps can read this calendar again.",
            Self::Revoked => "The app-specific password has been revoked.",
            Self::Restored => "The app-specific password works again.",
        }
    }

    fn redirect(self, place: &str) -> Response {
        Redirect::to(&format!("{PATH}?said={}{place}", self.word())).into_response()
    }
}

const GONE: &str = "That event or calendar is not there any more. The page now shows what is.";
const TOO_LONG: usize = 500;

fn refuse(app: &App, sentence: &'static str, typed: Option<Typed>) -> Response {
    let notice = Notice::Problem(sentence, typed);
    page(app, StatusCode::UNPROCESSABLE_ENTITY, Some(&notice))
}

#[derive(Debug, Deserialize)]
pub(super) struct Add {
    calendar: u64,
    title: String,
    date: String,
    from: String,
    until: String,
    all_day: Option<String>,
}

pub(super) async fn add(State(app): State<App>, Form(form): Form<Add>) -> Response {
    let outcome = add_event(&mut app.shared.lock(), &form);
    match outcome {
        Ok(()) => Done::Added.redirect(&place(form.calendar)),
        Err(sentence) => {
            let typed = Typed {
                calendar: form.calendar,
                event: None,
                title: form.title,
                date: form.date,
                from: form.from,
                until: form.until,
                all_day: form.all_day.is_some(),
            };
            refuse(&app, sentence, Some(typed))
        }
    }
}

fn add_event(world: &mut World, form: &Add) -> Result<(), &'static str> {
    let id = CalendarId(form.calendar);
    let title = title(&form.title)?;
    let day = date(&form.date)?;
    let now = world.clock.now();
    let uid = World::fresh_uid();
    let ics = if form.all_day.is_some() {
        let next = day.tomorrow().map_err(|_| "That date is too far away.")?;
        edit::new_day_event(&uid, title, day, next, now)
    } else {
        let start = day.to_datetime(time(&form.from)?);
        let mut end = day.to_datetime(time(&form.until)?);
        if end <= start {
            // Until an earlier clock time means until then on the next day.
            end = end.saturating_add(SignedDuration::from_hours(24));
        }
        let (start, end) = (world.zone.opening(start), world.zone.closing(end));
        edit::new_event(&uid, title, start, end, &world.zone, now)
    };
    editable(world, id)?;
    plant(world, id, &ics).map(|_| ()).ok_or(GONE)
}

#[derive(Debug, Deserialize)]
pub(super) struct Change {
    calendar: u64,
    event: String,
    /// The local start that the form showed.
    shown: String,
    title: String,
    date: String,
    from: Option<String>,
}

pub(super) async fn change(State(app): State<App>, Form(form): Form<Change>) -> Response {
    let outcome = change_event(&mut app.shared.lock(), &form);
    match outcome {
        Ok(()) => Done::Changed.redirect(&place(form.calendar)),
        Err(sentence) => {
            let typed = Typed {
                calendar: form.calendar,
                event: Some((form.event, form.shown)),
                title: form.title,
                date: form.date,
                from: form.from.unwrap_or_default(),
                ..Typed::default()
            };
            refuse(&app, sentence, Some(typed))
        }
    }
}

fn change_event(world: &mut World, form: &Change) -> Result<(), &'static str> {
    let id = CalendarId(form.calendar);
    editable(world, id)?;
    let title = title(&form.title)?;
    let shown: DateTime = form.shown.parse().map_err(|_| GONE)?;
    let clock = match form.from.as_deref() {
        Some(from) => time(from)?,
        None => shown.time(),
    };
    let seconds = date(&form.date)?
        .to_datetime(clock)
        .duration_since(shown)
        .as_secs();
    let now = world.clock.now();
    let changed = control::change(world, id, &form.event, |ics, _| {
        let retitled = edit::retitle(ics, title, now)?;
        if seconds == 0 {
            Some(retitled)
        } else {
            edit::move_by(&retitled, seconds, now)
        }
    });
    if changed { Ok(()) } else { Err(GONE) }
}

#[derive(Debug, Deserialize)]
pub(super) struct Delete {
    calendar: u64,
    event: String,
}

pub(super) async fn delete(State(app): State<App>, Form(form): Form<Delete>) -> Response {
    let outcome = {
        let mut world = app.shared.lock();
        let id = CalendarId(form.calendar);
        editable(&world, id).and_then(|()| {
            if world.remove(id, &form.event) {
                Ok(())
            } else {
                Err(GONE)
            }
        })
    };
    match outcome {
        Ok(()) => Done::Deleted.redirect(&place(form.calendar)),
        Err(sentence) => refuse(&app, sentence, None),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Outage {
    down: bool,
}

pub(super) async fn outage(State(app): State<App>, Form(form): Form<Outage>) -> Response {
    app.shared.lock().faults.standing = form.down.then_some(Fault::Reset);
    if form.down {
        Done::Down.redirect("")
    } else {
        Done::Up.redirect("")
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Shut {
    calendar: u64,
    shut: bool,
}

pub(super) async fn calendar(State(app): State<App>, Form(form): Form<Shut>) -> Response {
    let fault = form.shut.then_some(Fault::ServerError);
    let id = CalendarId(form.calendar);
    app.shared.lock().faults.set_for_calendar(id, fault);
    let done = if form.shut { Done::Shut } else { Done::Opened };
    done.redirect(&place(form.calendar))
}

#[derive(Debug, Deserialize)]
pub(super) struct Password {
    account: u64,
    revoked: bool,
}

pub(super) async fn password(State(app): State<App>, Form(form): Form<Password>) -> Response {
    if let Some(account) = app.shared.lock().account_mut(AccountId(form.account)) {
        account.state = if form.revoked {
            PasswordState::Revoked
        } else {
            PasswordState::Ok
        };
    }
    if form.revoked {
        Done::Revoked.redirect("")
    } else {
        Done::Restored.redirect("")
    }
}

fn place(calendar: u64) -> String {
    format!("#calendar-{calendar}")
}

fn editable(world: &World, id: CalendarId) -> Result<(), &'static str> {
    let calendar = world.calendar(id).ok_or(GONE)?;
    if super::view::can_change(calendar) {
        Ok(())
    } else {
        Err("This calendar can only be read.")
    }
}

fn title(text: &str) -> Result<&str, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("Give the event a title.");
    }
    if text.len() > TOO_LONG || text.chars().any(char::is_control) {
        return Err("The title is too long or holds characters that a title cannot have.");
    }
    Ok(text)
}

fn date(text: &str) -> Result<Date, &'static str> {
    let date: Date = text
        .trim()
        .parse()
        .map_err(|_| "Give the date as year-month-day, such as 2026-11-23.")?;
    if (1970..=2200).contains(&date.year()) {
        Ok(date)
    } else {
        Err("That date is too far away.")
    }
}

fn time(text: &str) -> Result<Time, &'static str> {
    text.trim()
        .parse()
        .map_err(|_| "Give the time as hours and minutes, such as 14:30.")
}
