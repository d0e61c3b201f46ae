//! The workspace page, the booking page, and booking.

use bookings::appointments::Booking;
use bookings::{calendars, slots};
use jiff::Timestamp;
use zones::Zone;

use super::{MonthAsked, month_asked, month_offer};
use crate::context::{kept_until_accepted, quince};
use crate::error::AppError;
use crate::limit::{Attempt, limited};
use crate::public::booking::{About, BookingView};
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
pub async fn booking(slug: &str, month: Option<&str>, zone: Option<&str>) -> Result<BookingView, AppError> {
    let quince = quince()?;
    let page = calendars::by_slug(&quince, slug).await?;
    let (zone, zone_problem) = zone_or(zone, &page.zone);
    let asked = month_asked(month, &zone, quince.now());
    let offer = month_of(slug, asked, &zone, None).await?;
    Ok(BookingView {
        about: about(page),
        offer,
        zone_problem,
        kept: kept_until_accepted("book").await,
        idempotency_key: uuid::Uuid::new_v4().to_string(),
    })
}

/// Books, and says where the confirmation is.
pub async fn book(wish: Wish) -> Result<String, AppError> {
    limited(Attempt::Book)?;
    let booking = Booking {
        start: instant(&wish.start)?,
        slug: wish.slug,
        zone: Zone::named(&wish.zone).map_err(|unknown| AppError::Refused(unknown.to_string()))?,
        name: wish.name,
        email: wish.email,
        phone: wish.phone,
        notes: wish.notes,
        guests: Vec::new(),
        host: None,
        idempotency_key: wish.key,
    };
    let booked = bookings::appointments::book(&quince()?, booking).await?;
    Ok(format!("/booked/{}", booked.manage_token))
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
    moving: Option<bookings::AppointmentId>,
) -> Result<MonthOffer, AppError> {
    let quince = quince()?;
    let mut asked = asked;
    let mut free = slots::free(&quince, slug, asked.first, asked.last, zone, None, moving).await?;
    if let (true, false, Some(next)) = (free.days.is_empty(), asked.is_named, free.next_free) {
        asked = asked.moved_to(next);
        free = slots::free(&quince, slug, asked.first, asked.last, zone, None, moving).await?;
    }
    let times = free.days.into_iter();
    let times = times.map(|(date, slots)| {
        (
            date,
            slots.into_iter().map(|slot| (slot.start, slot.end)).collect(),
        )
    });
    Ok(month_offer(
        asked,
        &times.collect(),
        free.next_free,
        zone,
        Habits::of_visitor(),
    ))
}

fn about(page: calendars::PublicPage) -> About {
    let calendar = page.calendar;
    About {
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
