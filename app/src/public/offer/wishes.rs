//! The workspace page, the booking page, and booking.

use std::collections::BTreeMap;

use bookings::appointments::Booking;
use bookings::{Interval, Kind, StaffId, calendars, slots};
use jiff::Timestamp;
use jiff::civil::Date;
use zones::Zone;

use super::{MonthAsked, Offered, month_asked, month_offer};
use crate::context::{kept_until_accepted, quince};
use crate::error::AppError;
use crate::limit::{Attempt, limited};
use crate::public::booking::{About, AnswerText, AskedQuestion, BookingView};
use crate::public::choose::MonthOffer;
use crate::public::habits::{Habits, duration_words};
use crate::public::workspace::{Bookable, WorkspaceView};

/// What a client sends to book.
#[derive(Debug)]
pub struct Wish {
    /// The booking calendar's address.
    pub slug: String,
    /// The chosen instant, RFC 3339.
    pub start: String,
    /// The client's zone.
    pub zone: String,
    /// The client's name.
    pub name: String,
    /// The client's email address.
    pub email: String,
    /// The client's phone number; may be empty.
    pub phone: String,
    /// What the client wrote; may be empty.
    pub notes: String,
    /// The names of those whom the client brings to a class, each on a line.
    pub guests: String,
    /// Answers to the booking calendar's questions.
    pub answers: Vec<AnswerText>,
    /// The member whom the client wants, by id; empty for anybody.
    pub host: String,
    /// The client waits for a seat of a full session.
    pub waits: bool,
    /// The same key books once.
    pub key: String,
}

/// The workspace page.
pub async fn workspace() -> Result<WorkspaceView, AppError> {
    let quince = quince()?;
    if bookings::accounts::needs_owner(&quince).await? {
        // The first visit on an empty database.
        leptos_axum::redirect("/setup");
        return Ok(WorkspaceView {
            name: "Quince".to_owned(),
            calendars: Vec::new(),
        });
    }
    let workspace = bookings::accounts::workspace(&quince).await?;
    let listed = calendars::public_list(&quince).await?;
    let bookable = |calendar: calendars::PublicCalendar| Bookable {
        slug: calendar.slug,
        name: calendar.name,
        description: first_words(&calendar.description),
        duration: duration_words(calendar.duration),
        location: calendar.location,
    };
    Ok(WorkspaceView {
        name: workspace.name,
        calendars: listed.into_iter().map(bookable).collect(),
    })
}

/// The booking page of one month.
pub async fn booking(
    slug: &str,
    month: Option<&str>,
    zone: Option<&str>,
    host: Option<&str>,
) -> Result<BookingView, AppError> {
    let quince = quince()?;
    let page = calendars::by_slug(&quince, slug).await?;
    let (zone, zone_problem) = zone_or(zone, &page.zone);
    let asked = month_asked(month, &zone, quince.now());
    // Who cannot be chosen any more is as good as nobody in particular.
    let host = host.and_then(|host| host.parse().ok());
    let host = host.filter(|host| page.hosts.iter().any(|(known, _)| known == host));
    let offer = month_of(slug, asked, &zone, host, None).await?;
    Ok(BookingView {
        questions: page.questions.iter().map(asked_question).collect(),
        takes_guests: page.seats.is_some_and(|seats| seats > 1),
        about: about(page),
        offer,
        zone_problem,
        kept: kept_until_accepted("book").await,
        idempotency_key: uuid::Uuid::new_v4().to_string(),
    })
}

/// Books, or puts on the waiting list, and says where that is confirmed.
pub async fn book(wish: Wish) -> Result<String, AppError> {
    limited(Attempt::Book)?;
    let quince = quince()?;
    if wish.waits {
        let token = bookings::classes::wait(&quince, &booking_of(wish)?).await?;
        return Ok(format!("/waiting/{token}"));
    }
    let booked = bookings::appointments::book(&quince, booking_of(wish)?).await?;
    Ok(format!("/booked/{}", booked.manage_token))
}

fn booking_of(wish: Wish) -> Result<Booking, AppError> {
    let guests = wish.guests.lines().map(str::trim);
    let answers = wish.answers.into_iter();
    Ok(Booking {
        start: instant(&wish.start)?,
        slug: wish.slug,
        zone: Zone::named(&wish.zone).map_err(|unknown| AppError::Refused(unknown.to_string()))?,
        name: wish.name,
        email: wish.email,
        phone: wish.phone,
        notes: wish.notes,
        guests: guests
            .filter(|guest| !guest.is_empty())
            .map(str::to_owned)
            .collect(),
        answers: answers
            .map(|answer| calendars::Answer {
                label: answer.label,
                text: answer.text,
            })
            .collect(),
        host: host_of(&wish.host)?,
        idempotency_key: wish.key,
    })
}

fn host_of(text: &str) -> Result<Option<StaffId>, AppError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| AppError::Refused("Choose somebody of the list, or anybody.".to_owned()))
}

/// The chosen time of a form.
pub(super) fn instant(text: &str) -> Result<Timestamp, AppError> {
    text.parse()
        .map_err(|_| AppError::Refused("Choose one of the times shown.".to_owned()))
}

/// The zone that the address names, else the other one; and why, if the name is not known.
pub(super) fn zone_or(named: Option<&str>, otherwise: &Zone) -> (Zone, Option<String>) {
    match named.filter(|name| !name.is_empty()).map(Zone::named) {
        Some(Ok(zone)) => (zone, None),
        Some(Err(unknown)) => (
            otherwise.clone(),
            Some(format!("{unknown} Times are shown in {otherwise} meanwhile.")),
        ),
        None => (otherwise.clone(), None),
    }
}

/// A month's free times. A page that names no month opens on the first one with free times.
pub(super) async fn month_of(
    slug: &str,
    asked: MonthAsked,
    zone: &Zone,
    host: Option<StaffId>,
    moving: Option<bookings::AppointmentId>,
) -> Result<MonthOffer, AppError> {
    let quince = quince()?;
    let mut asked = asked;
    let mut free = slots::free(&quince, slug, asked.first, asked.last, zone, host, moving).await?;
    if let (true, false, Some(next)) = (free.days.is_empty(), asked.is_named, free.next_free) {
        asked = asked.moved_to(next);
        free = slots::free(&quince, slug, asked.first, asked.last, zone, host, moving).await?;
    }
    // Nobody moves to a session without seats, but whoever has none yet can wait for one.
    let full = if moving.is_none() {
        free.full
    } else {
        BTreeMap::new()
    };
    Ok(month_offer(
        asked,
        &shown(free.days, full),
        free.next_free,
        zone,
        Habits::of_visitor(),
    ))
}

/// Free times and full sessions in the order of the day.
fn shown(
    free: BTreeMap<Date, Vec<slots::OfferedSlot>>,
    full: BTreeMap<Date, Vec<Interval>>,
) -> BTreeMap<Date, Vec<Offered>> {
    let mut shown: BTreeMap<Date, Vec<Offered>> = BTreeMap::new();
    for (date, times) in free {
        let times = times.into_iter().map(|slot| Offered {
            start: slot.start,
            end: slot.end,
            seats_left: slot.seats_left,
        });
        shown.entry(date).or_default().extend(times);
    }
    for (date, sessions) in full {
        let sessions = sessions.into_iter().map(|session| Offered {
            start: session.start,
            end: session.end,
            seats_left: Some(0),
        });
        shown.entry(date).or_default().extend(sessions);
    }
    for times in shown.values_mut() {
        times.sort_by_key(|offered| offered.start);
    }
    shown
}

fn asked_question(question: &calendars::Question) -> AskedQuestion {
    AskedQuestion {
        label: question.label.clone(),
        kind: serde_json::json!(question.kind)
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        choices: question.choices.clone(),
        required: question.required,
    }
}

fn about(page: calendars::PublicPage) -> About {
    let calendar = page.calendar;
    let may_choose = calendar.kind == Kind::RoundRobin && page.hosts.len() > 1;
    let choice = page.hosts.iter().filter(|_| may_choose);
    About {
        choice: choice.map(|(id, name)| (id.to_string(), name.clone())).collect(),
        slug: calendar.slug,
        name: calendar.name,
        hosts: page.hosts.into_iter().map(|(_, name)| name).collect(),
        duration: duration_words(calendar.duration),
        location: calendar.location,
        description: calendar.description,
    }
}

/// The start of a description, for a list: its first paragraph, at most 160 characters.
fn first_words(description: &str) -> String {
    let paragraph = description.trim().lines().next().unwrap_or_default();
    if paragraph.chars().count() <= 160 {
        return paragraph.to_owned();
    }
    let cut: String = paragraph.chars().take(160).collect();
    let whole_words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{whole_words} …")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_description_ends_at_a_whole_word() {
        let long = "word ".repeat(60);
        let short = first_words(&long);
        assert!(short.ends_with("word …"));
        assert!(short.chars().count() <= 162);
        assert_eq!(first_words("One line.\nAnother."), "One line.");
    }

    #[test]
    fn an_unknown_zone_is_named_and_the_calendars_own_is_used() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let (zone, problem) = zone_or(Some("Mars/Olympus"), &berlin);
        assert_eq!(zone, berlin);
        assert!(problem.unwrap().contains("Mars/Olympus"));
        assert_eq!(zone_or(Some("America/New_York"), &berlin).1, None);
        assert_eq!(zone_or(None, &berlin), (berlin.clone(), None));
    }
}
